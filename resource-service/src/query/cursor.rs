//! The opaque cursor of a list: the place of a page's last document, signed together with the query it was made for. Where
//! that place is too long, the cursor names documents instead, whose places are looked up.
//!
//! A forged one could reach nothing that the query itself cannot: policy and filter hold behind every cursor.

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
#[error("the cursor is broken or was made for another filter, sort or definition; start again without after")]
pub struct InvalidCursor;

/// The most characters of a cursor, so that it fits into an address.
pub const MAX_LENGTH: usize = 1024;
/// The bytes of a signature: HMAC-SHA-256, cut to 128 bits.
const SIGNATURE: usize = 16;
/// What the two things that a key signs begin with after their query; no query has these bytes, so where it ends cannot be
/// shifted.
const CURSOR: u8 = 0xff;
const PLACE: u8 = 0xfe;

/// Where a cursor says that its list continues.
#[derive(Clone, Debug, PartialEq)]
pub enum Cursor {
    /// Behind this place.
    Behind(Vec<SortValue>),
    /// Where documents are.
    Named(Named),
}

/// The documents that a cursor names, where a place would be too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The last one that was listed: the list continues behind it.
    pub last: Mark,
    /// The first one that was not listed: where `last` has changed, the list continues with it.
    pub next: Option<Mark>,
}

/// A document, and what its place was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its `_id`.
    pub id: String,
    /// A digest of its place in the order of the query. It is keyed, so that nobody can try guesses of the place on it.
    digest: String,
}

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
    /// The binding to a filter and an order of a collection. How the values of a field are ordered depends on its type, so
    /// that a cursor from before a definition that gives it another type would miss documents: it is bound to the types too.
    pub fn new(collection: &str, filter: &Expr, order: &Order) -> Self {
        let types: Vec<&FieldType> = order.keys().iter().map(|key| &key.field.kind).collect();
        Self(format!("{collection}?{filter}&sort={order}&types={types:?}"))
    }

    fn sign(&self, key: &CursorKey, what: u8, text: &[u8]) -> [u8; SIGNATURE] {
        let mut context = hmac::Context::with_key(&key.0);
        context.update(self.0.as_bytes());
        context.update(&[what]);
        context.update(text);
        let mut signature = [0; SIGNATURE];
        signature.copy_from_slice(&context.sign().as_ref()[..SIGNATURE]);
        signature
    }

    /// Writes the cursor of a place; `None` where it would be longer than [`MAX_LENGTH`].
    pub fn write(&self, key: &CursorKey, places: &[SortValue]) -> Option<String> {
        let places = text_of(places);
        let length = (SIGNATURE + places.len()).div_ceil(3).saturating_mul(4);
        (length <= MAX_LENGTH).then(|| self.signed(key, &places))
    }

    /// Writes the cursor that names documents.
    pub fn write_named(&self, key: &CursorKey, named: &Named) -> String {
        let mark = |mark: &Mark| json!([mark.id, mark.digest]);
        let named = json!({"last": mark(&named.last), "next": named.next.as_ref().map(mark)});
        self.signed(key, named.to_string().as_bytes())
    }

    fn signed(&self, key: &CursorKey, content: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([&self.sign(key, CURSOR, content), content].concat())
    }

    /// The mark of a document with this id at this place.
    pub fn mark(&self, key: &CursorKey, id: &str, places: &[SortValue]) -> Mark {
        let digest = URL_SAFE_NO_PAD.encode(self.sign(key, PLACE, &text_of(places)));
        Mark { id: id.to_owned(), digest }
    }

    /// Reads a cursor of the same query.
    pub fn read(&self, key: &CursorKey, order: &Order, cursor: &str) -> Result<Cursor, InvalidCursor> {
        let content = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InvalidCursor)?;
        let (signature, content) = content.split_at_checked(SIGNATURE).ok_or(InvalidCursor)?;
        verify_slices_are_equal(signature, &self.sign(key, CURSOR, content)).map_err(|_| InvalidCursor)?;
        match serde_json::from_slice(content).map_err(|_| InvalidCursor)? {
            Value::Array(places) if places.len() == order.keys().len() => {
                let places = order.keys().iter().zip(&places);
                let places = places.map(|(key, place)| from_json(&key.field, place));
                places.collect::<Result<_, _>>().map(Cursor::Behind)
            }
            Value::Object(named) => {
                let mark = |name: &str| named.get(name).and_then(mark_of);
                let last = mark("last").ok_or(InvalidCursor)?;
                Ok(Cursor::Named(Named { last, next: mark("next") }))
            }
            _ => Err(InvalidCursor),
        }
    }
}

fn text_of(places: &[SortValue]) -> Vec<u8> {
    let places: Vec<Value> = places.iter().map(to_json).collect();
    // Strings, numbers and small objects always serialize.
    serde_json::to_vec(&places).unwrap_or_default()
}

fn mark_of(value: &Value) -> Option<Mark> {
    let [Value::String(id), Value::String(digest)] = value.as_array()?.as_slice() else { return None };
    Some(Mark { id: id.clone(), digest: digest.clone() })
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
        // Where the schema allows neither, a document may be older than it.
        return if field.always { Err(InvalidCursor) } else { Ok(SortValue::Among(among)) };
    }
    let fits = match &field.kind {
        // A document may be older than the schema.
        _ if !field.always => !value.is_array(),
        FieldType::Integer => value.is_number(),
        _ => value.is_string(),
    };
    let literal = Literal::of_json(field, value).filter(|_| fits);
    literal.map(SortValue::Scalar).ok_or(InvalidCursor)
}
