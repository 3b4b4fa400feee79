//! Translates orders to MongoDB. Its own order of values is ours, but for arrays, which it sorts by an item:
//! a field that may hold one is sorted by a kind and a value computed for the purpose.

use mongodb::bson::{Bson, Document, doc};
use shared_models::documents::Direction;

use super::instants::path_of;
use crate::query::{
    expr::ValueKind,
    order::Order,
    schema::{Field, FieldType},
};

/// The member under which computed sort values stand while they are needed.
pub const COMPUTED: &str = "_sort";

/// How an order is asked for.
#[derive(Clone)]
pub struct Sort {
    /// The sort document.
    pub keys: Document,
    /// What the sort document needs to be computed first; nothing where an index can serve.
    pub computed: Document,
}

impl Sort {
    /// The sort of an order.
    pub fn new(order: &Order) -> Self {
        let (mut keys, mut computed) = (doc! {}, doc! {});
        for (at, key) in order.keys().iter().enumerate() {
            let direction = direction(key.direction);
            if key.field.kind == FieldType::Untyped || !key.field.crossings.is_empty() {
                let (kind, value) = (format!("kind{at}"), format!("value{at}"));
                keys.insert(format!("{COMPUTED}.{kind}"), direction);
                keys.insert(format!("{COMPUTED}.{value}"), direction);
                computed.insert(kind, kind_of(&key.field));
                computed.insert(value, scalar_of(&key.field));
            } else {
                keys.insert(path_of(&key.field), direction);
            }
        }
        Self { keys, computed }
    }
}

/// 1 or -1.
pub fn direction(direction: Direction) -> i32 {
    match direction {
        Direction::Ascending => 1,
        Direction::Descending => -1,
    }
}

/// The value at the field's path, `null` where an array lies on the way.
fn value_of(field: &Field) -> Bson {
    let value = format!("${}", field.path);
    let arrays: Vec<Document> =
        field.path.ancestors().map(|path| doc! { "$isArray": format!("${path}") }).collect();
    if arrays.is_empty() {
        value.into()
    } else {
        doc! { "$cond": [{ "$or": arrays }, Bson::Null, value] }.into()
    }
}

/// The number of the value's kind in the order of [`ValueKind`].
fn kind_of(field: &Field) -> Document {
    let branch = |(kind, names): (ValueKind, &[&str])| {
        doc! { "case": { "$in": [{ "$type": "$$value" }, names.to_vec()] }, "then": kind as i32 }
    };
    let kinds: [(ValueKind, &[&str]); 5] = [
        (ValueKind::Number, &["long", "double", "int"]),
        (ValueKind::Text, &["string"]),
        (ValueKind::Object, &["object"]),
        (ValueKind::Array, &["array"]),
        (ValueKind::Boolean, &["bool"]),
    ];
    let branches: Vec<Document> = kinds.into_iter().map(branch).collect();
    let switch = doc! { "$switch": { "branches": branches, "default": ValueKind::Nothing as i32 } };
    doc! { "$let": { "vars": { "value": value_of(field) }, "in": switch } }
}

/// The value, of a point in time its key; `null` for objects and arrays.
fn scalar_of(field: &Field) -> Document {
    let unordered = doc! { "$in": [{ "$type": "$$value" }, ["object", "array"]] };
    let value = if field.is_instant() { format!("${}", path_of(field)) } else { "$$value".to_owned() };
    let scalar = doc! { "$cond": [unordered, Bson::Null, value] };
    doc! { "$let": { "vars": { "value": value_of(field) }, "in": scalar } }
}
