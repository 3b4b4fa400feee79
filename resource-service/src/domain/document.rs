//! A document: what the service records about it, and the members its author wrote.

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap as _};
use serde_json::{Map, Value};
use shared_models::problem::FieldError;
use time::OffsetDateTime;

use super::{ids::Ids, pointer};
use crate::query::timestamp;

/// The most bytes of a document as a client sends it.
pub const MAX_BYTES: usize = 1024 * 1024;

/// A document of any collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What the service records about it.
    pub meta: Meta,
    /// The members its author wrote.
    pub members: Map<String, Value>,
}

/// What the service records about a document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Meta {
    /// UUID version 7, so that ids sort by creation ([`Ids`]).
    #[serde(rename = "_id")]
    pub id: String,
    /// How often the document was written.
    #[serde(rename = "_revision")]
    pub revision: i64,
    /// When it was made, as RFC 3339 in UTC with milliseconds.
    #[serde(rename = "_created_at")]
    pub created_at: String,
    /// When it was last written, likewise.
    #[serde(rename = "_updated_at")]
    pub updated_at: String,
    /// `sub` of the caller who made it.
    #[serde(rename = "_owner")]
    pub owner: String,
}

/// Stored text is not what a document looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored document lacks its system members")]
pub struct Malformed;

impl Meta {
    /// Reads the record from a document's JSON text, whatever else is in it and however deep.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        serde_json::from_str(text).map_err(|_| Malformed)
    }

    /// The record of a new document.
    pub fn first(owner: &str, ids: &Ids, now: OffsetDateTime) -> Self {
        let id = ids.make(now);
        let now = timestamp(now);
        Self { id, revision: 1, created_at: now.clone(), updated_at: now, owner: owner.to_owned() }
    }

    /// The record after one more write. Time does not run backwards, whatever the clock says.
    pub fn next(&self, now: OffsetDateTime) -> Self {
        let updated_at = timestamp(now).max(self.updated_at.clone());
        Self { revision: self.revision + 1, updated_at, ..self.clone() }
    }

    /// The members that a document shows of this record.
    pub fn members(&self) -> [(&'static str, Value); 5] {
        [
            ("_id", self.id.as_str().into()),
            ("_revision", self.revision.into()),
            ("_created_at", self.created_at.as_str().into()),
            ("_updated_at", self.updated_at.as_str().into()),
            ("_owner", self.owner.as_str().into()),
        ]
    }

    /// The revision of the `record`, if `members` are a copy of another one.
    pub fn outdated(record: &[(&str, Value)], members: &Map<String, Value>) -> Option<i64> {
        let revision = "_revision";
        let current = record.iter().find_map(|(name, value)| (*name == revision).then_some(value))?;
        members.get(revision).filter(|sent| sent.is_i64() && *sent != current)?;
        current.as_i64()
    }

    /// Takes the members that only the service sets out of `members`, where they repeat those of a `record`.
    /// Those that do not are faults, and so is any other name beginning with `_`.
    pub fn take_echo(record: &[(&str, Value)], members: &mut Map<String, Value>) -> Vec<FieldError> {
        for (name, value) in record {
            if members.get(*name) == Some(value) {
                members.shift_remove(*name);
            }
        }
        let reserved = members.keys().filter(|name| name.starts_with('_'));
        reserved
            .map(|name| {
                FieldError::at(
                    pointer("", name),
                    "readOnly",
                    format!("{name:?} is set by the service; leave it out"),
                )
            })
            .collect()
    }
}

impl Document {
    /// Reads a document from its JSON text.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut members: Map<String, Value> = serde_json::from_str(text).map_err(|_| Malformed)?;
        let mut take = |name: &str| members.shift_remove(name).ok_or(Malformed);
        let string = |value: Value| if let Value::String(text) = value { Ok(text) } else { Err(Malformed) };
        let meta = Meta {
            id: string(take("_id")?)?,
            revision: take("_revision")?.as_i64().ok_or(Malformed)?,
            created_at: string(take("_created_at")?)?,
            updated_at: string(take("_updated_at")?)?,
            owner: string(take("_owner")?)?,
        };
        Ok(Self { meta, members })
    }

    /// The JSON text, system members first.
    pub fn to_json(&self) -> String {
        // Strings and finite numbers, the only things inside, always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Every member, those of the service first.
    pub fn entries(&self) -> impl Iterator<Item = (&str, std::borrow::Cow<'_, Value>)> {
        use std::borrow::Cow;
        let own = self.meta.members().into_iter().map(|(name, value)| (name, Cow::Owned(value)));
        own.chain(self.members.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value))))
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.entries() {
            map.serialize_entry(name, &*value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use service_kit::random::OsRandom;

    use super::*;

    fn first() -> Meta {
        let now = time::macros::datetime!(2026-01-31 12:00:00.123_456 UTC);
        Meta::first("ada", &Ids::new(Arc::new(OsRandom)), now)
    }

    #[test]
    fn a_document_is_written_with_its_system_members_first_and_read_back() {
        let meta = Meta { id: "i".into(), ..first() };
        let document = Document { meta, members: json!({"b": 0.1, "a": 1}).as_object().unwrap().clone() };
        let text = document.to_json();
        assert_eq!(
            text,
            r#"{"_id":"i","_revision":1,"_created_at":"2026-01-31T12:00:00.123Z","_updated_at":"2026-01-31T12:00:00.123Z","_owner":"ada","b":0.1,"a":1}"#
        );
        assert_eq!(Document::parse(&text), Ok(document));
        assert_eq!(Document::parse(r#"{"_id":"i"}"#), Err(Malformed));
    }

    #[test]
    fn the_record_of_a_document_that_is_nested_too_deep_is_read() {
        let document = Document { meta: first(), members: Map::new() };
        let deep = format!(r#","x":{}1{}}}"#, "[".repeat(5_000), "]".repeat(5_000));
        let text = document.to_json().trim_end_matches('}').to_owned() + &deep;
        assert_eq!(Document::parse(&text), Err(Malformed));
        assert_eq!(Meta::parse(&text), Ok(document.meta));
    }

    #[test]
    fn an_echo_of_the_record_is_ignored_and_anything_else_of_that_kind_is_refused() {
        let meta = first();
        let mut members =
            json!({"_revision": 1, "_owner": "eve", "_x": 1, "a": 1}).as_object().unwrap().clone();
        let faults = Meta::take_echo(&meta.members(), &mut members);
        let places: Vec<_> = faults.into_iter().filter_map(|fault| fault.pointer).collect();
        assert_eq!(places, ["/_owner", "/_x"]);
        assert!(!members.contains_key("_revision"));
    }
}
