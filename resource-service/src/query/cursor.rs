//! The opaque cursor of a list: the place of a page's last document, signed together with the query it was made for.
//!
//! Whoever forged one could reach nothing that the query itself cannot: policy and filter hold behind every cursor.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    expr::{Expr, ValueKind},
    literal::Literal,
    order::{Order, SortValue},
    schema::{Field, FieldType},
};

/// The cursor is broken or belongs to another query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is broken or was made for another filter or sort; start again without after")]
pub struct InvalidCursor;

/// The bytes of a signature: HMAC-SHA-256, cut to 128 bits.
const SIGNATURE: usize = 16;

/// Signs cursors; the same for all replicas.
#[derive(Clone, Debug)]
pub struct CursorKey(hmac::Key);

impl CursorKey {
    /// The key made of a secret.
    pub fn new(secret: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &secret))
    }
}

/// What a query is, for the cursors bound to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding(String);

impl Binding {
    /// The binding to a filter and an order of a collection.
    pub fn new(collection: &str, filter: &Expr, order: &Order) -> Self {
        Self(format!("{collection}?{filter}&sort={order}"))
    }

    fn sign(&self, key: &CursorKey, places: &[u8]) -> [u8; SIGNATURE] {
        let mut context = hmac::Context::with_key(&key.0);
        context.update(self.0.as_bytes());
        // No query has this byte, so where it ends cannot be shifted.
        context.update(&[0xff]);
        context.update(places);
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(&context.sign().as_ref()[..SIGNATURE]);
        signature
    }

    /// Writes the cursor of a place.
    pub fn write(&self, key: &CursorKey, places: &[SortValue]) -> String {
        let places: Vec<Value> = places.iter().map(to_json).collect();
        // Strings, numbers and small objects always serialize.
        let places = serde_json::to_vec(&places).unwrap_or_default();
        URL_SAFE_NO_PAD.encode([&self.sign(key, &places), &places[..]].concat())
    }

    /// Reads a cursor of the same query.
    pub fn read(
        &self,
        key: &CursorKey,
        order: &Order,
        cursor: &str,
    ) -> Result<Vec<SortValue>, InvalidCursor> {
        let content = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InvalidCursor)?;
        let (signature, places) = content.split_at_checked(SIGNATURE).ok_or(InvalidCursor)?;
        verify_slices_are_equal(signature, &self.sign(key, places)).map_err(|_| InvalidCursor)?;
        let places: Vec<Value> = serde_json::from_slice(places).map_err(|_| InvalidCursor)?;
        if places.len() != order.keys().len() {
            return Err(InvalidCursor);
        }
        let places = order.keys().iter().zip(&places);
        places.map(|(key, place)| from_json(&key.field, place)).collect()
    }
}

/// Scalars stand for themselves; what has no value is the one member of an object.
fn to_json(place: &SortValue) -> Value {
    match place {
        SortValue::Scalar(literal) => literal.to_json(),
        SortValue::Among(ValueKind::Array) => json!({"among": "arrays"}),
        SortValue::Among(_) => json!({"among": "objects"}),
    }
}

fn from_json(field: &Field, value: &Value) -> Result<SortValue, InvalidCursor> {
    if let Value::Object(marker) = value {
        let among = match marker.get("among").and_then(Value::as_str) {
            Some("arrays") => ValueKind::Array,
            Some("objects") => ValueKind::Object,
            _ => return Err(InvalidCursor),
        };
        let untyped = field.kind == FieldType::Untyped;
        return if untyped { Ok(SortValue::Among(among)) } else { Err(InvalidCursor) };
    }
    let fits = match (&field.kind, value) {
        (_, Value::Null) => !field.always,
        (FieldType::Untyped, value) => !value.is_array(),
        (FieldType::Number { ieee754: true }, value) => value.is_number() || value.is_string(),
        (FieldType::Integer | FieldType::Number { .. }, value) => value.is_number(),
        (FieldType::Text(_), value) => value.is_string(),
        (FieldType::Boolean, value) => value.is_boolean(),
        (FieldType::Array(_) | FieldType::Object, _) => false,
    };
    let literal = Literal::of_json(field, value).filter(|_| fits);
    literal.map(SortValue::Scalar).ok_or(InvalidCursor)
}
