//! Documents that are older than the definition: members of any kind, and required ones that are missing.

use serde_json::{Map, Value, json};

use super::{
    generate::{Random, anything},
    sample::{FIELDS, Kind},
};

/// The members of documents that are not what the schema says.
#[derive(Clone, Debug, Default)]
pub struct Older {
    names: Vec<&'static str>,
    /// Whether queries sort by these members too. The stores do not agree where arrays and objects are in the order of a field
    /// that allows none.
    sorted: bool,
}

impl Older {
    /// About half of the members.
    pub fn some(random: &mut Random) -> Self {
        let names = FIELDS.iter().map(|(path, ..)| name_of(path));
        let mut names: Vec<&str> = names.filter(|name| !name.starts_with('_')).collect();
        names.dedup();
        names.retain(|_| random.chance(50));
        Self { names, sorted: random.chance(50) }
    }

    /// Whether a query may sort by the field.
    pub fn orders(&self, path: &str) -> bool {
        self.sorted || !self.names.contains(&name_of(path))
    }

    /// Puts values of any kind in the place of some members.
    pub fn spoil(&self, random: &mut Random, members: &mut Map<String, Value>) {
        for name in &self.names {
            if random.chance(40) {
                let values = std::iter::repeat_with(|| value(random, name));
                let value = values.take(1_000).find(|value| self.allows(name, value));
                members.insert((*name).to_owned(), value.expect("a value that is allowed"));
            }
        }
        for required in ["t", "y"].into_iter().filter(|_| !self.names.is_empty()) {
            match random.below(10) {
                0 => drop(members.shift_remove(required)),
                1 => drop(members.insert(required.to_owned(), Value::Null)),
                _ => {}
            }
        }
    }

    /// Whether it is asked what the stores make of the value. MongoDB holds no two arrays in one index; what was text when it
    /// was written, and is a special number or a point in time today, is text for MongoDB alone.
    fn allows(&self, name: &str, value: &Value) -> bool {
        let kind = FIELDS.iter().find(|(path, ..)| *path == name).map(|(_, kind, _)| *kind);
        let special = |value: &Value| matches!(value.as_str(), Some("NaN" | "Infinity" | "-Infinity"));
        let stored = match kind {
            Some(Kind::Date | Kind::Dates) => !contains(value, &Value::is_string),
            Some(Kind::Ieee754 | Kind::Ieee754s) => !contains(value, &special),
            None if name == "results" => !contains(value, &special),
            None if name == "when" => value["at"].is_null() || !contains(value, &Value::is_string),
            _ => !(["s", "n"].contains(&name) && value.is_array()),
        };
        let free = kind.is_some_and(|kind| kind.items().is_some()) || ["free", "loose"].contains(&name);
        let scalar = kind.is_some_and(|kind| kind != Kind::Object);
        let placed = free || !(contains(value, &Value::is_array) || scalar && value.is_object());
        stored && (placed || !self.sorted)
    }
}

fn name_of(path: &str) -> &str {
    path.split_once('.').map_or(path, |(name, _)| name)
}

fn value(random: &mut Random, name: &str) -> Value {
    match (name, random.below(8)) {
        ("results", 0) => json!([{"e": {"value": 1}}]),
        ("results", 1) => json!({"e": [{"value": 1}, {"value": 2.5}]}),
        ("inner", 0) => json!([{"s": "a"}, {"s": 1}]),
        ("when", 0) => json!([{"at": 5}]),
        ("when", 1) => json!({"at": [true, 5]}),
        _ => anything(random, 1),
    }
}

fn contains(value: &Value, wanted: &dyn Fn(&Value) -> bool) -> bool {
    wanted(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| contains(item, wanted)),
            Value::Object(members) => members.values().any(|member| contains(member, wanted)),
            _ => false,
        }
}
