//! Which members of a document an answer shows.

use serde_json::{Map, Value};

use super::path::Path;

/// The fields to show, in the order in which they were asked for. None of the paths is another or below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection(Vec<Path>);

impl Projection {
    /// Shows these fields; a path below another adds nothing.
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Self {
        let mut kept: Vec<Path> = Vec::new();
        for path in paths {
            if !kept.iter().any(|other| other.contains(&path)) {
                kept.retain(|other| !path.contains(other));
                kept.push(path);
            }
        }
        Self(kept)
    }

    /// Shows these fields too.
    pub fn with(&self, paths: impl IntoIterator<Item = Path>) -> Self {
        Self::new(self.0.iter().cloned().chain(paths))
    }

    /// The fields shown.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter()
    }

    /// What is left of a document, its members in their order.
    ///
    /// Within arrays each object is projected, and items that are no objects are left out, as MongoDB does it.
    pub fn apply(&self, document: Value) -> Value {
        let paths: Vec<&[String]> = self.0.iter().map(Path::segments).collect();
        match document {
            Value::Object(members) => Value::Object(members_of(members, &paths)),
            other => other,
        }
    }

    /// What is left of a document's JSON text.
    pub fn apply_to_text(&self, document: &str) -> Result<String, serde_json::Error> {
        Ok(self.apply(serde_json::from_str(document)?).to_string())
    }
}

fn members_of(members: Map<String, Value>, paths: &[&[String]]) -> Map<String, Value> {
    let shown = |(name, value): (String, Value)| {
        let below: Vec<&[String]> =
            paths.iter().filter(|path| path.first() == Some(&name)).map(|path| &path[1..]).collect();
        if below.is_empty() {
            None
        } else if below.iter().any(|path| path.is_empty()) {
            Some((name, value))
        } else {
            part_of(value, &below).map(|part| (name, part))
        }
    };
    members.into_iter().filter_map(shown).collect()
}

fn part_of(value: Value, paths: &[&[String]]) -> Option<Value> {
    match value {
        Value::Object(members) => Some(Value::Object(members_of(members, paths))),
        Value::Array(items) => Some(items.into_iter().filter_map(|item| part_of(item, paths)).collect()),
        _ => None,
    }
}
