//! What the reader of a message may see of the document that the message is about.

use std::borrow::Cow;

use serde_json::Value;
use service_kit::wording::short;
use shared_models::problem::FieldError;

use super::{hidden::Hidden, pointer};
use crate::query::path::Path;

/// How much of a document the reader of a message may see.
#[derive(Clone, Copy, Debug)]
pub enum Sight<'h> {
    /// All of it: they may read it, or sent it themselves.
    Whole,
    /// All but these fields.
    Without(&'h Hidden),
    /// Nothing of it: messages say where and by which rule, and quote no value.
    Nothing,
}

impl<'h> From<&'h Hidden> for Sight<'h> {
    /// That of a reader from whom these fields are hidden, and no others.
    fn from(hidden: &'h Hidden) -> Self {
        if hidden.is_empty() { Self::Whole } else { Self::Without(hidden) }
    }
}

impl Sight<'_> {
    /// A value at a place of the document, as a message may name it: quoted, or by its kind alone.
    pub fn name<'v>(self, place: &str, value: &'v Value) -> Cow<'v, str> {
        if self.quotes(place) { short(&value.to_string()).into() } else { kind(value).into() }
    }

    /// Whether a message may quote the value at this place: none of it is hidden.
    pub fn quotes(self, place: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Without(hidden) => {
                let at = names(place);
                !hidden.fields().keys().any(|field| {
                    let (field, at) = (field.segments(), at.as_slice());
                    begins(field, at) || lies_in(at, field)
                })
            }
            Self::Nothing => false,
        }
    }

    /// The faults as their reader may see them: those at or below a hidden field become one, which says no more than
    /// that the field does not fit.
    pub fn of(self, faults: impl IntoIterator<Item = FieldError>) -> Vec<FieldError> {
        let mut seen: Vec<FieldError> = Vec::new();
        for fault in faults {
            let covered = match (self, &fault.pointer) {
                (Self::Without(hidden), Some(place)) => covering(hidden, place),
                _ => None,
            };
            match covered.map(|(field, scope)| merged(field, scope)) {
                Some(merged) if seen.contains(&merged) => {}
                Some(merged) => seen.push(merged),
                None => seen.push(fault),
            }
        }
        seen
    }
}

/// The hidden field that this place is, or lies in.
fn covering<'h>(hidden: &'h Hidden, place: &str) -> Option<(&'h Path, &'h str)> {
    let at = names(place);
    let found = hidden.fields().iter().find(|(field, _)| lies_in(&at, field.segments()));
    found.map(|(field, scope)| (field, scope.as_str()))
}

fn merged(field: &Path, scope: &str) -> FieldError {
    let place = field.segments().iter().fold(String::new(), |place, name| pointer(&place, name));
    let message = format!(
        "{field} is hidden from you and does not fit the schema; somebody with the scope {scope} must change it"
    );
    FieldError::at(place, "hidden", message)
}

/// Whether what is at a place is hidden with a field: it is the field, or in it, or in an array on the way to it.
fn lies_in(at: &[String], field: &[String]) -> bool {
    let index = |name: &String| name.bytes().all(|byte| byte.is_ascii_digit());
    let shared = at.iter().zip(field).take_while(|(name, other)| name == other).count();
    shared == field.len() || (shared > 0 && at.get(shared).is_some_and(index))
}

fn begins<A: AsRef<str>, B: AsRef<str>>(names: &[A], with: &[B]) -> bool {
    names.len() >= with.len() && names.iter().zip(with).all(|(name, other)| name.as_ref() == other.as_ref())
}

/// The names of an RFC 6901 pointer.
fn names(place: &str) -> Vec<String> {
    place.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "this null",
        Value::Bool(_) => "this boolean",
        Value::Number(_) => "this number",
        Value::String(_) => "this string",
        Value::Array(_) => "this array",
        Value::Object(_) => "this object",
    }
}

#[cfg(test)]
#[path = "tests/sight.rs"]
mod tests;
