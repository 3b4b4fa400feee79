//! The heartbeat of a calculation: when its job last wrote. The service sets it, and no revision comes of it. Knows no store.

use serde::Deserialize;
use serde_json::{Map, Value};
use shared_models::problem::FieldError;
use time::Duration;

use super::{collection::Collection, grant::CALCULATIONS, pointer};
use crate::query::instant::key;

/// The member that holds it.
pub const HEARTBEAT: &str = "heartbeat_at";
/// How old it is before a further write sets it again.
pub const INTERVAL: Duration = Duration::seconds(30);
/// The `status` of a calculation for which writes of its owner are a heartbeat too, not only those of its job.
pub const RUNNING: &str = "running";

impl Collection {
    /// Whether the service keeps heartbeats here: the collection is that of calculations, and its definition declares the
    /// field as a point in time that the service sets.
    pub fn keeps_heartbeats(&self) -> bool {
        let declared = || self.definition.schema.pointer("/properties/heartbeat_at");
        self.name() == CALCULATIONS
            && declared().is_some_and(|field| {
                field.get("type").is_some_and(|kind| kind == "string")
                    && field.get("format").is_some_and(|format| format == "date-time")
                    && field.get("readOnly") == Some(&Value::Bool(true))
            })
    }

    /// Seconds a document may be served from a cache, where it may. A heartbeat is no change that a cache would receive, so
    /// a document that has one is kept no longer than it stays the same.
    pub fn max_age(&self) -> Option<u64> {
        let most = INTERVAL.whole_seconds().unsigned_abs();
        self.definition.max_age.map(|age| if self.keeps_heartbeats() { age.min(most) } else { age })
    }

    /// Keeps the heartbeat of a document through a write of its members by a client. One that is not later than the
    /// stored one comes from a copy that was read before, and is no fault.
    pub fn keep_heartbeat(
        &self,
        stored: &Map<String, Value>,
        members: &mut Map<String, Value>,
    ) -> Result<(), FieldError> {
        if !self.keeps_heartbeats() {
            return Ok(());
        }
        let stored = stored.get(HEARTBEAT);
        if members.get(HEARTBEAT).is_some_and(|sent| stored.is_none_or(|stored| !is_copy(sent, stored))) {
            return Err(FieldError::at(
                pointer("", HEARTBEAT),
                "readOnly",
                "the service sets this; leave it out, or send the value that was read",
            ));
        }
        members.extend(stored.map(|stored| (HEARTBEAT.to_owned(), stored.clone())));
        Ok(())
    }
}

fn is_copy(sent: &Value, stored: &Value) -> bool {
    let instant = |value: &Value| value.as_str().and_then(|text| key(text).ok());
    sent == stored || instant(sent).zip(instant(stored)).is_some_and(|(sent, stored)| sent <= stored)
}

/// The heartbeat in the JSON text of a document.
pub fn heartbeat_of(document: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Pulse {
        heartbeat_at: Option<String>,
    }
    serde_json::from_str::<Pulse>(document).ok()?.heartbeat_at
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::Catalog;

    fn calculations(change: impl FnOnce(&mut Value)) -> Collection {
        let catalog = Catalog::built_in().unwrap();
        let mut definition = serde_json::to_value(&catalog.get(CALCULATIONS).unwrap().definition).unwrap();
        change(&mut definition);
        Collection::new(serde_json::from_value(definition).unwrap()).unwrap()
    }

    #[test]
    fn heartbeats_are_kept_where_the_definition_of_calculations_lets_the_service_set_them() {
        assert!(calculations(|_| {}).keeps_heartbeats());
        for (place, value) in [
            ("/name", json!("runs")),
            ("/schema/properties/heartbeat_at/readOnly", json!(false)),
            ("/schema/properties/heartbeat_at/format", json!("date")),
        ] {
            let other = calculations(|definition| *definition.pointer_mut(place).unwrap() = value);
            assert!(!other.keeps_heartbeats(), "{place}");
        }
    }

    #[test]
    fn a_cache_keeps_what_has_a_heartbeat_no_longer_than_the_heartbeat_stays_the_same() {
        let aged = |age: u64| calculations(|definition| definition["max_age"] = age.into()).max_age();
        assert_eq!((aged(3600), aged(5), calculations(|_| {}).max_age()), (Some(30), Some(5), None));
    }

    #[test]
    fn a_client_repeats_a_heartbeat_and_sets_none() {
        let collection = calculations(|_| {});
        let at = |text: &str| json!({"heartbeat_at": text}).as_object().unwrap().clone();
        let stored = at("2026-01-31T12:00:30.000Z");
        for sent in
            [Map::new(), stored.clone(), at("2026-01-31T12:00:00.000Z"), at("2026-01-31T13:00:30+01:00")]
        {
            let mut members = sent;
            assert_eq!(collection.keep_heartbeat(&stored, &mut members), Ok(()));
            assert_eq!(members, stored);
        }
        for (before, sent) in [
            (stored.clone(), at("2026-01-31T12:00:30.001Z")),
            (stored.clone(), at("soon")),
            (stored, json!({"heartbeat_at": null}).as_object().unwrap().clone()),
            (Map::new(), at("2026-01-31T12:00:00.000Z")),
        ] {
            let refused = collection.keep_heartbeat(&before, &mut sent.clone()).unwrap_err();
            assert_eq!(
                (refused.pointer.as_deref(), refused.code.as_str()),
                (Some("/heartbeat_at"), "readOnly")
            );
        }
    }

    #[test]
    fn a_heartbeat_is_read_from_the_text_of_a_document() {
        assert_eq!(heartbeat_of(r#"{"a":{"heartbeat_at":"x"}}"#), None);
        assert_eq!(heartbeat_of(r#"{"_id":"i","heartbeat_at":"now"}"#).as_deref(), Some("now"));
    }
}
