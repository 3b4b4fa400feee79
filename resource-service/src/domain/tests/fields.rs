use serde_json::json;

use super::*;
use crate::domain::{collection::Collection, hidden::Hidden};

fn collection(definition: Value) -> Collection {
    Collection::new(serde_json::from_value(definition).unwrap()).unwrap()
}

fn things(properties: &Value) -> Collection {
    let schema = json!({"type": "object", "additionalProperties": false, "properties": properties});
    collection(json!({"name": "things", "schema": schema, "indexes": [{"keys": {"free.a": 1, "n": 1}}]}))
}

fn listed(collection: &Collection, documents: &[Value]) -> FieldList {
    let mut inventory = Inventory::new(&collection.schema, &collection.indexes);
    for document in documents {
        inventory.add(document.as_object().unwrap());
    }
    inventory.list(false)
}

fn one(list: &FieldList, path: &str) -> Value {
    let found = list.fields.iter().find(|field| field.path == path);
    serde_json::to_value(found.unwrap_or_else(|| panic!("no {path} in {list:?}"))).unwrap()
}

fn paths(list: &FieldList) -> Vec<&str> {
    list.fields.iter().map(|field| field.path.as_str()).filter(|path| !path.starts_with('_')).collect()
}

#[test]
fn a_closed_schema_says_it_all() {
    let closed = things(&json!({
        "n": {"type": ["number", "null"]},
        "at": {"type": "string", "format": "date-time"},
        "free": {"type": "object", "additionalProperties": false, "properties": {"a": {"type": "integer"}}},
        "x": {"type": ["number", "string"], "format": "ieee754"},
        "tags": {"type": "array"},
    }));
    let inventory = Inventory::new(&closed.schema, &closed.indexes);
    assert!(!inventory.needs_sample());
    let list = inventory.list(false);
    assert_eq!((list.sampled, list.truncated), (0, false));
    assert_eq!(paths(&list), ["n", "at", "free", "free.a", "x", "tags"]);
    assert_eq!(
        one(&list, "n"),
        json!({"path": "n", "types": ["number", "null"], "declared": true, "indexed": false})
    );
    assert_eq!(
        one(&list, "free.a"),
        json!({"path": "free.a", "types": ["integer"], "declared": true, "indexed": true})
    );
    assert_eq!(
        one(&list, "x"),
        json!({"path": "x", "types": ["number"], "format": "ieee754", "declared": true, "indexed": false})
    );
    assert_eq!(one(&list, "at")["format"], "date-time");
    assert_eq!(
        (&one(&list, "_id")["indexed"], &one(&list, "_owner")["indexed"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(one(&list, "_created_at")["format"], "date-time");
}

#[test]
fn open_objects_are_as_their_documents() {
    let results = json!({"type": "object", "additionalProperties": {
        "type": "object",
        "additionalProperties": false,
        "properties": {"value": {"type": ["number", "string"], "format": "ieee754"}, "unit": {"type": "string"}},
    }});
    let open =
        things(&json!({"n": {"type": "integer"}, "free": {"type": "object"}, "results": results, "any": {}}));
    let list = listed(
        &open,
        &[
            json!({"free": {"a": 1, "b": "x", "o": {}, "deep": {"c": true}}, "results": {"e": {"value": 1.5, "unit": "eV"}, "p": {"value": 1, "unit": "bar"}}}),
            json!({"free": {"a": 2.5, "b": null}, "results": {"e": {"value": "NaN", "unit": "eV"}, "p": {"value": 2, "unit": "Pa"}}}),
            json!({"n": 1, "free": {"a": 3, "l": [1]}, "any": "x"}),
        ],
    );
    assert_eq!((list.sampled, list.truncated), (3, false));
    let expected = [
        "n",
        "free",
        "free.a",
        "free.b",
        "free.deep.c",
        "free.l",
        "free.o",
        "results",
        "results.e.unit",
        "results.e.value",
        "results.p.unit",
        "results.p.value",
        "any",
    ];
    assert_eq!(paths(&list), expected);
    assert_eq!(
        one(&list, "free.a"),
        json!({"path": "free.a", "types": ["number"], "count": 3, "declared": false, "indexed": true})
    );
    assert_eq!(
        one(&list, "free.b"),
        json!({"path": "free.b", "types": ["string", "null"], "count": 2, "declared": false, "indexed": false})
    );
    assert_eq!(one(&list, "free.o")["types"], json!(["object"]));
    let energy = json!({"path": "results.e.value", "types": ["number"], "format": "ieee754", "unit": "eV", "count": 2, "declared": false, "indexed": false});
    assert_eq!(one(&list, "results.e.value"), energy);
    assert!(one(&list, "results.p.value").get("unit").is_none(), "they differ");
    assert!(one(&list, "results.e.unit").get("unit").is_none(), "a text has none");
    assert_eq!(
        one(&list, "any"),
        json!({"path": "any", "types": ["string"], "count": 1, "declared": true, "indexed": false})
    );
    assert!(one(&list, "n").get("count").is_none());
}

#[test]
fn what_no_query_names_and_what_is_hidden_is_not_listed() {
    let open = collection(json!({
        "name": "things",
        "schema": {"type": "object", "properties": {"secret": {"type": "string"}, "free": {"type": "object"}}},
        "access": {"hidden": {"secret": "see", "free.price": "see", "free.inner": "see"}},
    }));
    let document = json!({"top": 1, "unit": "kg", "free": {"a.b": 1, "$x": 1, "": 1, "price": 5, "unit": "EUR", "inner": {"q": 1}, "ok": 1}});
    let list = |all: bool| {
        let hidden = Hidden::from(&open.access.hidden, |_| all);
        let mut inventory = Inventory::new(&open.schema.hiding(hidden.fields()), &open.indexes);
        let mut members = document.as_object().unwrap().clone();
        hidden.withhold(&mut members);
        inventory.add(&members);
        inventory.list(true)
    };
    let shown = list(true);
    assert_eq!(
        paths(&shown),
        ["secret", "free", "free.inner.q", "free.ok", "free.price", "free.unit", "top", "unit"]
    );
    assert!(one(&shown, "top").get("unit").is_none());
    let part = list(false);
    assert_eq!(paths(&part), ["free", "free.ok", "free.unit", "top", "unit"]);
    assert!(part.truncated && !serde_json::to_string(&part).unwrap().contains("price"));
}

#[test]
fn a_hidden_unit_is_not_told() {
    let open = collection(json!({
        "name": "things",
        "schema": {"type": "object", "properties": {"free": {"type": "object"}}},
        "access": {"hidden": {"free.unit": "see"}},
    }));
    let hidden = Hidden::from(&open.access.hidden, |_| false);
    let mut inventory = Inventory::new(&open.schema.hiding(hidden.fields()), &open.indexes);
    let mut members = json!({"free": {"n": 1, "unit": "EUR"}}).as_object().unwrap().clone();
    hidden.withhold(&mut members);
    inventory.add(&members);
    assert!(!serde_json::to_string(&inventory.list(false)).unwrap().contains("EUR"));
}

#[test]
fn however_many_fields_there_are_the_frequent_ones_are_listed() {
    let open = things(&json!({"n": {"type": "integer"}, "free": {"type": "object"}}));
    let mut inventory = Inventory::new(&open.schema, &open.indexes);
    for n in 0..20 {
        let mut free: Map<String, Value> = (0..500).map(|m| (format!("r{n}-{m}"), json!(1))).collect();
        free.insert("often".into(), json!(1));
        inventory.add(json!({"free": free}).as_object().unwrap());
    }
    let list = inventory.list(false);
    assert!(list.truncated);
    assert_eq!(list.fields.len(), MAX_FIELDS);
    assert_eq!(one(&list, "free.often")["count"], 20);
    let long = "x".repeat(MAX_BYTES);
    let list = listed(&open, &[json!({"free": {"a": 1, long: 1, "b": 1}})]);
    assert!(list.truncated);
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = collection(json!({
        "name": "trees",
        "schema": {"type": "object", "additionalProperties": false, "properties": {"left": {"$ref": "#"}, "n": {"type": "integer"}}},
    }));
    let list = listed(&tree, &[json!({"left": {"left": {"n": 1}}})]);
    assert_eq!(paths(&list), ["left", "left.left.n", "n"]);
}
