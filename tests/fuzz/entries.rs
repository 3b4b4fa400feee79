//! What strangers send, handed to the code that reads it. Shared by the fuzz targets and the test that replays their
//! corpus. An entry panics where a bound does not hold; whether the input is good or bad does not matter.

use std::sync::{Arc, OnceLock};

use actix_web::web::Query as Pairs;
use resource_service::{
    domain::{
        catalog::Catalog,
        collection::Collection,
        patch::{Patch, apply, depth},
        scan::MAX_NESTING,
    },
    http::body::value,
    query::parse::Query,
};
use serde_json::{Map, Value};
use service_kit::{
    clock::SystemClock,
    keys::{KeyRing, Purpose},
    token::Verifier,
};

/// A body of JSON: a document that passes is valid for the collection, or has faults.
pub fn body(data: &[u8]) {
    let Ok(document) = value(data) else { return };
    assert!(depth(&document) <= MAX_NESTING);
    if let Value::Object(members) = document {
        let _ = calculations().fill(members.clone()).and_then(|members| calculations().check(members));
    }
}

/// `{"document": …, "patch": […]}`: what a patch makes is never deeper than a document may be.
pub fn patch(data: &[u8]) {
    let Ok(Value::Object(mut input)) = value(data) else { return };
    let (Some(mut document), Some(patch)) = (input.remove("document"), input.remove("patch")) else { return };
    let Ok(patch) = serde_json::from_value::<Patch>(patch) else { return };
    if apply(&mut document, &patch).is_ok() {
        assert!(depth(&document) <= MAX_NESTING, "{} levels", depth(&document));
    }
}

/// The value of `filter=`, and that of `or=`.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for name in ["filter", "or"] {
        let _ = Query::parse(&calculations().target(), &[(name.to_owned(), text.to_owned())]);
    }
}

/// A query string.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(pairs) = Pairs::<Vec<(String, String)>>::from_query(text) {
        let _ = Query::parse(&calculations().target(), &pairs);
    }
}

/// A definition: one that is accepted checks documents, however deep, within bounds.
pub fn definition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(collection) = Collection::read(text) else { return };
    let names = collection.definition.schema.get("properties").and_then(Value::as_object);
    let name = names.and_then(|names| names.keys().next().cloned()).unwrap_or_else(|| "a".to_owned());
    for levels in [1, 10, MAX_NESTING] {
        let wrap = |inner, _| Value::Object(Map::from_iter([(name.clone(), inner)]));
        if let Value::Object(members) = (1..levels).fold(Value::Object(Map::new()), wrap) {
            let _ = collection.fill(members).and_then(|members| collection.check(members));
        }
    }
}

/// An access token.
pub fn token(data: &[u8]) {
    static VERIFIER: OnceLock<Verifier> = OnceLock::new();
    let Ok(text) = std::str::from_utf8(data) else { return };
    let verifier = VERIFIER.get_or_init(|| {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("keys.json");
        std::fs::write(&file, KEYS).expect("a file that can be written");
        let ring = KeyRing::open(&file, Purpose::Verify).expect("a key ring");
        Verifier::new(Arc::new(ring), "http://here.example", "tessera", Arc::new(SystemClock))
    });
    let _ = verifier.lacks_key(text);
    assert!(verifier.verify(text).is_err(), "a token that nobody signed is accepted");
}

const KEYS: &str = r#"{"keys": [{"kty": "oct", "alg": "HS256", "kid": "a", "key_ops": ["verify"],
    "k": "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"}]}"#;

/// The collection with the most kinds of fields.
fn calculations() -> Arc<Collection> {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    let catalog = CATALOG.get_or_init(|| Catalog::built_in().expect("the shipped definitions are good"));
    Arc::clone(catalog.get("calculations").expect("it ships"))
}
