//! Documents that are older than the definition: members of any kind, written under definitions that allowed them, and
//! required ones that are missing.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    generate::{DATES, Random, SPECIAL, anything},
    sample::FIELDS,
};
use crate::domain::collection::Collection;

/// The members of documents that are not what the schema says.
#[derive(Clone, Debug, Default)]
pub struct Older {
    names: Vec<&'static str>,
}

impl Older {
    /// About half of the members.
    pub fn some(random: &mut Random) -> Self {
        let names = FIELDS.iter().map(|(path, ..)| name_of(path));
        let mut names: Vec<&str> = names.filter(|name| !name.starts_with('_')).collect();
        names.dedup();
        names.retain(|_| random.chance(50));
        Self { names }
    }

    /// Definitions of the same collection from before, under each of which some documents were written: one that allows
    /// anything, and one by which every member and what is in it may be a special number.
    pub fn definitions(collection: &Collection) -> [Arc<Collection>; 2] {
        let special = json!({"type": ["number", "string"], "format": "ieee754"});
        let within = json!({"anyOf": [special, {"type": "object", "additionalProperties": special}]});
        let special = json!({"type": "object", "additionalProperties": within});
        [json!({"type": "object"}), special].map(|schema| {
            let definition = json!({"name": collection.name(), "schema": schema});
            Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
        })
    }

    /// Puts values of any kind in the place of some members.
    pub fn spoil(&self, random: &mut Random, members: &mut Map<String, Value>) {
        for name in &self.names {
            if random.chance(40) {
                let values = std::iter::repeat_with(|| value(random, name));
                // MongoDB holds no two arrays in one index.
                let allowed = |value: &Value| !(["s", "n"].contains(name) && value.is_array());
                let value = values.take(1_000).find(allowed).expect("a value that is allowed");
                members.insert((*name).to_owned(), value);
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
}

fn name_of(path: &str) -> &str {
    path.split_once('.').map_or(path, |(name, _)| name)
}

fn value(random: &mut Random, name: &str) -> Value {
    match (name, random.below(10)) {
        (_, 8) => random.pick(&SPECIAL).into(),
        (_, 9) => random.pick(&DATES).into(),
        ("results", 0) => json!([{"e": {"value": 1}}]),
        ("results", 1) => json!({"e": [{"value": 1}, {"value": 2.5}]}),
        ("results", 2) => json!({"e": {"value": [random.pick(&SPECIAL), 1]}}),
        ("inner", 0) => json!([{"s": "a"}, {"s": 1}]),
        ("inner", 1) => json!({"s": random.pick(&SPECIAL)}),
        ("inner", 2) => json!({"s": [random.pick(&SPECIAL), "a"]}),
        ("when", 0) => json!([{"at": 5}]),
        ("when", 1) => json!({"at": [true, random.pick(&DATES)]}),
        ("when", 2) => json!({"at": {"at": random.pick(&DATES)}}),
        ("when", 3) => json!([{"at": random.pick(&DATES)}]),
        _ => anything(random, 1),
    }
}
