//! The opaque cursor of a list: the place of a page's last document, bound to the query it was made for.
//!
//! A cursor is not trusted: what it holds is read like values of a filter and can reach nothing that the
//! query itself could not.

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    expr::{Expr, Kind},
    literal::Literal,
    order::{Order, Place},
    schema::{Field, FieldType},
};

/// The cursor is broken or belongs to another query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is broken or was made for another filter or sort; start again without after")]
pub struct InvalidCursor;

/// What a query is, for the cursors bound to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding(String);

#[derive(Serialize, Deserialize)]
struct Content {
    query: String,
    places: Vec<Value>,
}

impl Binding {
    /// The binding to a filter and an order of a collection.
    pub fn new(collection: &str, filter: &Expr, order: &Order) -> Self {
        let query = format!("{collection}?{filter}&sort={order}");
        let hash = digest::digest(&digest::SHA256, query.as_bytes());
        Self(URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12]))
    }

    /// Writes the cursor of a place.
    pub fn write(&self, places: &[Place]) -> String {
        let content = Content { query: self.0.clone(), places: places.iter().map(to_json).collect() };
        // Strings, numbers and small objects always serialize.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&content).unwrap_or_default())
    }

    /// Reads a cursor of the same query.
    pub fn read(&self, order: &Order, cursor: &str) -> Result<Vec<Place>, InvalidCursor> {
        let content = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InvalidCursor)?;
        let content: Content = serde_json::from_slice(&content).map_err(|_| InvalidCursor)?;
        if content.query != self.0 || content.places.len() != order.keys().len() {
            return Err(InvalidCursor);
        }
        let places = order.keys().iter().zip(&content.places);
        places.map(|(key, place)| from_json(&key.field, place)).collect()
    }
}

/// Scalars stand for themselves; what has no value is the one member of an object.
fn to_json(place: &Place) -> Value {
    match place {
        Place::Scalar(literal) => literal.to_json(),
        Place::Among(Kind::Array) => json!({"among": "arrays"}),
        Place::Among(_) => json!({"among": "objects"}),
    }
}

fn from_json(field: &Field, value: &Value) -> Result<Place, InvalidCursor> {
    if let Value::Object(marker) = value {
        let among = match marker.get("among").and_then(Value::as_str) {
            Some("arrays") => Kind::Array,
            Some("objects") => Kind::Object,
            _ => return Err(InvalidCursor),
        };
        let untyped = field.kind == FieldType::Untyped;
        return if untyped { Ok(Place::Among(among)) } else { Err(InvalidCursor) };
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
    literal.map(Place::Scalar).ok_or(InvalidCursor)
}
