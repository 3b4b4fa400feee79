//! Fields that a caller is not shown: taken out of what they read, kept through what they write. Knows no store.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::query::path::Path;

/// The fields hidden from a caller, and the scope that would show each.
///
/// By the schema none of the paths leads through an array. Where a document older than its definition has one on the way,
/// the whole array is hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden(BTreeMap<Path, String>);

/// What was taken out of a document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Withheld<'h>(Vec<Taken<'h>>);

/// A value that was taken out of a document.
#[derive(Clone, Debug, PartialEq)]
struct Taken<'h> {
    /// The hidden field.
    field: &'h Path,
    /// The names down to the value: all of those of the field, or those down to an array on the way.
    names: &'h [String],
    /// Its place among the members beside it.
    at: usize,
    value: Value,
}

/// A write touches a field that its author is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The field.
    pub field: Path,
    /// The scope that shows it.
    pub scope: String,
}

impl Hidden {
    /// Those of `fields` whose scope the caller lacks.
    pub fn from(fields: &BTreeMap<Path, String>, holds: impl Fn(&str) -> bool) -> Self {
        Self(
            fields
                .iter()
                .filter(|(_, scope)| !holds(scope))
                .map(|(path, scope)| (path.clone(), scope.clone()))
                .collect(),
        )
    }

    /// Whether everything is shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The hidden fields and the scope that shows each.
    pub fn fields(&self) -> &BTreeMap<Path, String> {
        &self.0
    }

    /// Takes the hidden fields out of a document's members.
    pub fn withhold<'h>(&'h self, members: &mut Map<String, Value>) -> Withheld<'h> {
        let taken = self.0.keys().filter_map(|field| {
            let names = down_to_hidden(members, field)?;
            let (at, value) = take(members, names)?;
            Some(Taken { field, names, at, value })
        });
        Withheld(taken.collect())
    }

    /// The first hidden field that these members hold.
    pub fn touched(&self, members: &Map<String, Value>) -> Option<Touched> {
        let held = self.0.iter().find(|(field, _)| down_to_hidden(members, field).is_some());
        held.map(|(field, scope)| Touched { field: field.clone(), scope: scope.clone() })
    }

    /// What a document's JSON text shows.
    pub fn shown(&self, text: String) -> Result<String, serde_json::Error> {
        if self.is_empty() {
            return Ok(text);
        }
        let mut members: Map<String, Value> = serde_json::from_str(&text)?;
        if self.withhold(&mut members).0.is_empty() { Ok(text) } else { serde_json::to_string(&members) }
    }

    /// Puts what was withheld back into members that have been changed meanwhile.
    pub fn restore(&self, members: &mut Map<String, Value>, withheld: Withheld<'_>) -> Result<(), Touched> {
        if let Some(touched) = self.touched(members) {
            return Err(touched);
        }
        // What was taken first was followed by what was taken later: the last goes back first.
        for Taken { field, names, at, value } in withheld.0.into_iter().rev() {
            if !put(members, names, at, value) {
                let scope = self.0.get(field).cloned().unwrap_or_default();
                return Err(Touched { field: field.clone(), scope });
            }
        }
        Ok(())
    }
}

/// The names down to what is hidden of these members with a field: to the field, or to an array on the way.
fn down_to_hidden<'f>(mut members: &Map<String, Value>, field: &'f Path) -> Option<&'f [String]> {
    let names = field.segments();
    for (depth, name) in names.iter().enumerate() {
        match members.get(name)? {
            _ if depth + 1 == names.len() => return Some(names),
            Value::Array(_) => return names.get(..=depth),
            Value::Object(inner) => members = inner,
            _ => return None,
        }
    }
    None
}

fn take(members: &mut Map<String, Value>, names: &[String]) -> Option<(usize, Value)> {
    let (name, below) = names.split_first()?;
    if below.is_empty() {
        let at = members.keys().position(|key| key == name)?;
        return Some((at, members.shift_remove(name)?));
    }
    take(members.get_mut(name)?.as_object_mut()?, below)
}

/// Whether there was room: nothing in its place, and nothing but objects on the way, which are made where they are missing.
fn put(members: &mut Map<String, Value>, names: &[String], at: usize, value: Value) -> bool {
    let Some((name, below)) = names.split_first() else { return false };
    if below.is_empty() {
        if members.contains_key(name) {
            return false;
        }
        members.shift_insert(at.min(members.len()), name.clone(), value);
        return true;
    }
    match members.entry(name.clone()).or_insert_with(|| Value::Object(Map::new())) {
        Value::Object(inner) => put(inner, below, at, value),
        _ => false,
    }
}

#[cfg(test)]
#[path = "tests/hidden.rs"]
mod tests;
