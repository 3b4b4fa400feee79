//! Definitions, good and refused.

use serde_json::json;

use super::*;
use crate::domain::catalog::Catalog;

/// The fault of a sound definition changed so.
fn fault(change: &Value) -> String {
    let mut definition = json!({
        "name": "runs",
        "schema": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "name": {"type": "string"},
                "at": {"type": "string", "format": "date-time"},
                "energy": {"type": ["number", "string"], "format": "ieee754"},
                "tags": {"type": "array"},
                "free": {"type": "object"},
                "open": {"type": "boolean"},
            },
        },
    });
    let (Some(members), Value::Object(change)) = (definition.as_object_mut(), change.clone()) else {
        unreachable!()
    };
    members.extend(change);
    match Catalog::default().add("runs.json", &definition.to_string()) {
        Ok(()) => String::new(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_sound_definition_is_taken() {
    assert_eq!(fault(&json!({})), "");
    let full = json!({
        "indexes": [{"keys": {"name": 1, "at": -1}, "unique": true}, {"keys": {"at": 1}, "expire_after": 60}],
        "views": {"short": ["name", "_created_at"]},
        "access": {"read": "lab:read", "owner_only": true, "shared": "open", "hidden": {"energy": "lab:all"}},
        "require_if_match": true,
        "list_requires_view": true,
        "max_age": 60,
    });
    assert_eq!(fault(&json!({"versioned": true, "soft_delete": true})), "");
    assert_eq!(fault(&full), "");
    assert_eq!(fault(&json!({"versioned": true, "keep": {"versions": 1, "days": 36500}})), "");
    assert_eq!(fault(&json!({"soft_delete": true, "keep": {"days": 1}})), "");
}

#[test]
fn every_fault_of_a_definition_is_told_with_its_file() {
    for (change, expected) in [
        (json!({"name": "Runs"}), "lower-case letter"),
        (json!({"name": "2d"}), "lower-case letter"),
        (json!({"name": "a".repeat(64)}), "at most 63"),
        (json!({"name": "collections"}), "reserved"),
        (json!({"name": "docs"}), "reserved"),
        (json!({"name": "openapi.json"}), "reserved"),
        (json!({"name": "_things"}), "lower-case letter"),
        (json!({"schema": {"type": "string"}}), "a document is an object"),
        (json!({"schema": {}}), "a document is an object"),
        (json!({"schema": {"type": "objcet"}}), "schema: "),
        (
            json!({"schema": {"type": "object", "properties": {"a": {"format": "date"}, "b": {"format": "no-such"}}}}),
            "no-such",
        ),
        (
            json!({"schema": {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:1/x"}}}}),
            "schema: ",
        ),
        (json!({"schema": {"type": "object", "properties": {"a": {"pattern": "(?=x)"}}}}), "schema: "),
        (json!({"schema": {"type": "object", "properties": {"_x": {}}}}), "\"_x\" begins with _"),
        (
            json!({"indexes": [{"keys": {"nmae": 1}}]}),
            "index 0: there is no field \"nmae\"; did you mean \"name\"?",
        ),
        (json!({"indexes": [{"keys": {}}]}), "at least one key"),
        (json!({"indexes": [{"keys": {"name": 2}}]}), "must be 1 or -1"),
        (json!({"indexes": [{"keys": {"name": 1}}, {"keys": {"name": 1}}]}), "more than once"),
        (json!({"indexes": [{"keys": {"name": 1}}, {"keys": {"name": 1, "_id": 1}}]}), "more than once"),
        (json!({"indexes": [{"keys": {"_id": 1}}]}), "index over _id already"),
        (json!({"indexes": vec![json!({"keys": {"name": 1}}); 51]}), "at most 50"),
        (
            json!({"indexes": [{"keys": (0..32).map(|n| (format!("free.f{n}"), json!(1))).collect::<serde_json::Map<_, _>>()}]}),
            "at most 31",
        ),
        (json!({"indexes": [{"keys": {"tags": 1}, "unique": true}]}), "tags cannot be unique"),
        (json!({"indexes": [{"keys": {"tags": 1, "free.a": 1}}]}), "at most one of the fields"),
        (json!({"indexes": [{"keys": {"free": 1}}]}), "free is an object"),
        (json!({"indexes": [{"keys": {"energy": 1}, "unique": true}]}), "energy cannot be unique"),
        (json!({"indexes": [{"keys": {"name": 1}, "expire_after": 1}]}), "\"format\": \"date-time\""),
        (json!({"indexes": [{"keys": {"at": 1, "name": 1}, "expire_after": 1}]}), "one field"),
        (json!({"indexes": [{"keys": {"at": 1}, "expire_after": i64::MAX}]}), "at most"),
        (json!({"indexes": [{"keys": {"at": 1}, "expire_after": u64::MAX}]}), "is beyond 64 bits"),
        (json!({"views": {"short": ["nmae"]}}), "view \"short\": there is no field \"nmae\""),
        (json!({"list_requires_view": true}), "list_requires_view: there is no view"),
        (json!({"access": {"read": "two words"}}), "access.read"),
        (json!({"access": {"hidden": {"nmae": "runs:all"}}}), "access.hidden: there is no field \"nmae\""),
        (json!({"access": {"hidden": {"name": "two words"}}}), "access.hidden: \"name\""),
        (json!({"access": {"hidden": {"_owner": "runs:all"}}}), "shows it to every reader"),
        (json!({"access": {"hidden": {"free.a.b": "runs:all"}}}), "hide free.a itself"),
        (
            json!({"access": {"hidden": {"name": "runs:all"}}, "indexes": [{"keys": {"name": 1}, "unique": true}]}),
            "name is part of a unique index",
        ),
        (json!({"name": "series", "versioned": true}), "versioned: series grow point by point"),
        (
            json!({"versioned": true, "indexes": [{"keys": {"at": 1}, "expire_after": 60}]}),
            "remove either versioned or expire_after",
        ),
        (
            json!({"soft_delete": true, "indexes": [{"keys": {"at": 1}, "expire_after": 60}]}),
            "remove either soft_delete or expire_after",
        ),
        (json!({"versioned": true, "keep": {"versions": 0}}), "keep.versions: the current revision"),
        (json!({"versioned": true, "keep": {"days": 0}}), "keep.days: expected 1 to 36500"),
        (json!({"versioned": true, "keep": {"days": 36501}}), "keep.days: expected 1 to 36500"),
        (json!({"versioned": true, "keep": {}}), "keep: it limits nothing"),
        (json!({"versioned": true, "keep": {"weeks": 1}}), "unknown field `weeks`"),
        (json!({"soft_delete": true, "keep": {"versions": 5}}), "keep.versions: no revisions are kept"),
        (json!({"keep": {"days": 5}}), "keep.days: nothing is kept"),
        (json!({"indices": []}), "unknown field `indices`"),
    ] {
        let fault = fault(&change);
        assert!(
            fault.starts_with("collection definition runs.json: ") && fault.contains(expected),
            "{change}: {fault}"
        );
        assert!(!fault.contains('\n'), "{fault}");
    }
}

#[test]
fn the_paths_of_the_service_are_names_of_no_collection() {
    for name in ["changes", "collections", "docs", "openapi.json", "search"] {
        let definition = json!({"name": name, "schema": {"type": "object"}});
        let fault = Collection::new(serde_json::from_value(definition).unwrap()).err();
        assert!(fault.is_some_and(|fault| fault.to_string().contains("reserved")), "{name}");
    }
}

#[test]
fn a_fault_points_at_its_place() {
    let place = |definition: Value| {
        let definition = serde_json::from_value(definition).unwrap();
        Collection::new(definition).err().map(|fault| fault.pointer)
    };
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let at = |place: &str| Some(place.to_owned());
    assert_eq!(place(json!({"name": "a", "schema": schema})), None);
    assert_eq!(place(json!({"name": "A", "schema": schema})), at("/name"));
    assert_eq!(place(json!({"name": "a", "schema": {"type": 5}})), at("/schema/type"));
    assert_eq!(place(json!({"name": "a", "schema": schema, "views": {"v": ["a", "b"]}})), at("/views/v/1"));
    assert_eq!(place(json!({"name": "a", "schema": schema, "access": {"admin": ""}})), at("/access/admin"));
    let indexes = json!([{"keys": {"a": 1}}, {"keys": {"b": 1}}]);
    assert_eq!(place(json!({"name": "a", "schema": schema, "indexes": indexes})), at("/indexes/1"));
}

#[test]
fn a_unique_index_over_values_of_another_kind_is_another_index() {
    let name = |kind: &str| {
        let schema = json!({"type": "object", "properties": {"a": {"type": kind}}});
        let definition =
            json!({"name": "a", "schema": schema, "indexes": [{"keys": {"a": 1}, "unique": true}]});
        Collection::new(serde_json::from_value(definition).unwrap()).unwrap().indexes[0].name.clone()
    };
    assert_eq!(name("string"), "unique+a");
    assert_eq!(name("integer"), name("number"));
    assert_eq!(
        ["string", "integer", "boolean"].map(name).iter().collect::<std::collections::BTreeSet<_>>().len(),
        3
    );
}

#[test]
fn a_name_is_taken_once() {
    let definition = json!({"name": "runs", "schema": {"type": "object"}}).to_string();
    let mut catalog = Catalog::default();
    catalog.add("a.json", &definition).unwrap();
    let fault = catalog.add("b.json", &definition).unwrap_err().to_string();
    assert!(fault.contains("b.json") && fault.contains("\"runs\" exists already"), "{fault}");
}

#[test]
fn a_definition_file_is_read_as_strictly_as_a_definition_that_is_sent() {
    let definition = |default: &str| {
        let schema = format!(r#"{{"type":"object","properties":{{"a":{{"default":{default}}}}}}}"#);
        Catalog::default().add("a.json", &format!(r#"{{"name":"runs","schema":{schema}}}"#))
    };
    assert!(definition("[1]").is_ok());
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    for default in
        [r#"{"$serde_json::private::RawValue":"[[]]"}"#, r#"{"b":1,"b":2}"#, "9223372036854775808", &deep]
    {
        let fault = definition(default).unwrap_err().to_string();
        assert!(fault.contains("a.json") && fault.contains("/schema/properties/a/default"), "{fault}");
    }
}

#[test]
fn a_directory_gives_the_collections_of_its_files() {
    let directory = tempfile::tempdir().unwrap();
    assert!(Catalog::from_directory(directory.path()).is_err());
    std::fs::write(directory.path().join("notes.txt"), "not a definition").unwrap();
    std::fs::write(directory.path().join("runs.json"), r#"{"name":"runs","schema":{"type":"object"}}"#)
        .unwrap();
    assert!(Catalog::from_directory(directory.path()).unwrap().get("runs").is_some());
    std::fs::write(directory.path().join("bad.json"), "{").unwrap();
    let fault = Catalog::from_directory(directory.path()).err().unwrap().to_string();
    assert!(fault.contains("bad.json"), "{fault}");
    assert!(Catalog::from_directory(&directory.path().join("none")).is_err());
}

#[test]
fn a_directory_adds_to_the_shipped_collections_and_replaces_those_of_the_same_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    file("mine.json", r#"{"name":"runs","schema":{"type":"object"}}"#);
    file("other.json", r#"{"name":"reviews","schema":{"type":"object","title":"Ours"}}"#);
    let catalog = Catalog::with_directory(directory.path()).unwrap();
    let names: Vec<&str> = catalog.iter().map(|collection| collection.name()).collect();
    assert_eq!(names, ["calculations", "reviews", "runs", "series", "views"]);
    assert_eq!(catalog.get("reviews").unwrap().definition.schema["title"], "Ours");
    file("twice.json", r#"{"name":"runs","schema":{"type":"object"}}"#);
    let fault = Catalog::with_directory(directory.path()).err().unwrap().to_string();
    assert!(fault.contains("twice.json"), "{fault}");
}

#[test]
fn the_built_in_collections_take_what_the_contract_says() {
    let catalog = Catalog::built_in().unwrap();
    for (name, good, bad) in [
        (
            "calculations",
            json!({
                "name": "H2", "code": {"name": "psi4", "version": "1.9"}, "status": "finished", "method": "SCF",
                "parameters": {"basis": ["cc-pvdz", {"grid": 1}]}, "results": {"energy": {"value": -1.1, "unit": "Ha"}, "gap": {"value": "NaN"}},
                "started_at": "2026-01-31T12:00:00Z", "finished_at": "2026-01-31T12:00:01.5+01:00", "host": "n1", "tags": ["a"],
            }),
            json!({"name": "H2", "code": {"name": "psi4"}, "status": "done"}),
        ),
        (
            "series",
            json!({"calculation": "c", "metric": "residual", "points": [{"step": 1, "value": 1e-3}, {"step": 2, "value": "Infinity", "time": "2026-01-31T12:00:00Z"}]}),
            json!({"calculation": "c", "metric": "m", "points": vec![json!({"step": 1, "value": 1}); 1001]}),
        ),
        (
            "reviews",
            json!({"calculation": "c", "revision": 1, "verdict": "approve", "comment": "fine"}),
            json!({"calculation": "c", "revision": 0, "verdict": "approve"}),
        ),
    ] {
        let collection = catalog.get(name).unwrap();
        assert_eq!(collection.access.read, format!("{name}:read"));
        let members = |value: &Value| value.as_object().unwrap().clone();
        let taken = collection.check(members(&good)).unwrap();
        assert!(members(&good).iter().all(|(member, value)| taken.get(member) == Some(value)), "{name}");
        assert_eq!(collection.check(members(&bad)).unwrap_err().len(), 1, "{name}");
    }
}

#[test]
fn the_earliest_expiry_counts() {
    let definition = json!({
        "name": "runs",
        "schema": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}, "until": {"type": "string", "format": "date-time"}}},
        "indexes": [{"keys": {"at": 1}, "expire_after": 10}, {"keys": {"until": 1}, "expire_after": 0}],
    });
    let collection = Collection::new(serde_json::from_value(definition).unwrap()).unwrap();
    let expiry = |value: Value| collection.expiry(value.as_object().unwrap());
    let at = "2026-01-31T12:00:00+01:00";
    assert_eq!(expiry(json!({"at": at})), Some(time::macros::datetime!(2026-01-31 11:00:10 UTC)));
    assert_eq!(
        expiry(json!({"at": at, "until": "2026-01-31T11:00:00Z"})),
        Some(time::macros::datetime!(2026-01-31 11:00 UTC))
    );
    assert_eq!(expiry(json!({"other": at})), None);
}

#[test]
fn documents_are_shared_by_a_field_that_the_schema_declares_as_boolean_and_every_reader_sees() {
    for (access, expected) in [
        (json!({"shared": "open"}), "access.shared: it opens documents of an owner-only collection"),
        (json!({"shared": "free.open", "owner_only": true}), "declares as boolean"),
        (json!({"shared": "name", "owner_only": true}), "declares as boolean"),
        (json!({"shared": "opne", "owner_only": true}), "did you mean \"open\""),
        (json!({"shared": "_owner", "owner_only": true}), "declares as boolean"),
        (
            json!({"shared": "open", "owner_only": true, "hidden": {"open": "lab:all"}}),
            "hidden from some readers",
        ),
    ] {
        let fault = fault(&json!({"access": access}));
        assert!(fault.contains(expected), "{access}: {fault}");
    }
}

#[test]
fn an_index_over_all_members_stands_alone() {
    for (change, expected) in [
        (json!({"indexes": [{"keys": {"name.*": 1}}]}), "there is no field"),
        (json!({"indexes": [{"keys": {"energy.*": 1}}]}), "there is no field"),
        (json!({"indexes": [{"keys": {"tags.*": 1}}]}), "leads through the array"),
        (json!({"indexes": [{"keys": {"free.*": 1}, "unique": true}]}), "neither unique nor expires"),
        (json!({"indexes": [{"keys": {"free.*": 1}, "expire_after": 1}]}), "neither unique nor expires"),
        (json!({"indexes": [{"keys": {"free.*": 1, "name": 1}}]}), "the only key of its index"),
        (json!({"indexes": [{"keys": {"name": 1, "free.*": 1}}]}), "free.* is over all members"),
    ] {
        let fault = fault(&change);
        assert!(fault.contains(expected), "{change}: {fault}");
    }
}

#[test]
fn an_index_is_over_all_members_of_an_object_that_the_schema_declares_and_leaves_open() {
    let index = |member: Value| {
        let schema = json!({"type": "object", "properties": {"labels": member}});
        let definition = json!({"name": "a", "schema": schema, "indexes": [{"keys": {"labels.*": 1}}]});
        Collection::new(serde_json::from_value(definition).unwrap()).map(|made| made.indexes[0].clone())
    };
    for open in [
        json!({"type": "object"}),
        json!({"type": ["object", "null"], "additionalProperties": {"type": "string"}}),
        json!({"type": "object", "properties": {"team": {"type": "string"}}}),
    ] {
        let index = index(open).unwrap();
        assert_eq!(index.members_of.as_ref().map(ToString::to_string).as_deref(), Some("labels"));
        assert_eq!((index.name.as_str(), index.tie_breaker()), ("index+labels.*", None));
    }
    for (member, fault) in [
        (json!({}), "must declare that object"),
        (json!({"type": ["object", "string"]}), "must declare that object"),
        (json!({"type": "object", "additionalProperties": false}), "there is no field"),
        (json!({"type": "object", "additionalProperties": {"type": "object"}}), "is an object"),
        (
            json!({"type": "object", "additionalProperties": {"type": "string", "format": "date-time"}}),
            "points in time",
        ),
    ] {
        let refused = index(member.clone()).unwrap_err();
        assert!(refused.to_string().contains(fault), "{member}: {refused}");
    }
}

#[test]
fn an_index_ends_in_the_id_in_the_direction_of_its_last_key() {
    let definition = json!({
        "name": "runs",
        "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}},
        "indexes": [{"keys": {"a": 1}}, {"keys": {"a": 1, "b": -1}}, {"keys": {"a": 1}, "unique": true}, {"keys": {"b": 1, "_id": -1}}],
    });
    let collection = Collection::new(serde_json::from_value(definition).unwrap()).unwrap();
    let names: Vec<&str> = collection.indexes.iter().map(|index| index.name.as_str()).collect();
    assert_eq!(names, ["index+a+_id", "index+a-b-_id", "unique+a", "index+b-_id"]);
}
