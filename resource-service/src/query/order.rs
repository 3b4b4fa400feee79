//! The order of a list, and the place of a document in it.

use std::{fmt, sync::Arc};

use serde_json::Value;
use shared_models::documents::Direction;

use super::{
    expr::{Comparison, Expr, ValueKind},
    literal::Literal,
    schema::{Field, FieldType},
};

/// A total order of documents: keys, the last of which is `_id`.
///
/// Missing and `null` come first ascending, NaN before every number, kinds as [`ValueKind`] orders them.
#[derive(Clone, Debug, PartialEq)]
pub struct Order(Vec<SortKey>);

/// One key of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    /// The field that is compared.
    pub field: Arc<Field>,
    /// Smallest or largest first.
    pub direction: Direction,
}

/// A document's value under one key.
#[derive(Clone, Debug, PartialEq)]
pub enum SortValue {
    /// A scalar; `null` stands for a missing field too.
    Scalar(Literal),
    /// Among the objects or among the arrays, which have no order of their own.
    Among(ValueKind),
}

/// Where a list continues.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// A place in its order.
    places: Vec<SortValue>,
    /// Whether it begins with the document at this place, not behind it.
    included: bool,
}

impl Start {
    /// Behind the document at these places.
    pub const fn behind(places: Vec<SortValue>) -> Self {
        Self { places, included: false }
    }

    /// With the document at these places.
    pub const fn with(places: Vec<SortValue>) -> Self {
        Self { places, included: true }
    }
}

impl Order {
    /// The order by `keys`, then by `id` in the direction of the last of them, so that the reversed order is the
    /// list from its end, and one index serves both. Keys after `_id` decide nothing and are dropped.
    pub fn new(mut keys: Vec<SortKey>, id: Arc<Field>) -> Self {
        if let Some(at) = keys.iter().position(|key| key.field.path == id.path) {
            keys.truncate(at + 1);
        } else {
            let direction = keys.last().map_or(Direction::Ascending, |key| key.direction);
            keys.push(SortKey { field: id, direction });
        }
        Self(keys)
    }

    /// The same order by other fields: by those that `replaced` gives for its own.
    pub fn with_fields(self, replaced: &impl Fn(&Arc<Field>) -> Option<Arc<Field>>) -> Self {
        let key =
            |SortKey { field, direction }| SortKey { field: replaced(&field).unwrap_or(field), direction };
        Self(self.0.into_iter().map(key).collect())
    }

    /// The keys, the weightiest first.
    pub fn keys(&self) -> &[SortKey] {
        &self.0
    }

    /// Whether every document keeps its place, whatever is written to it.
    pub fn is_lasting(&self) -> bool {
        self.0.iter().all(|key| matches!(key.field.path.to_string().as_str(), "_id" | "_created_at"))
    }

    /// The place of a document in this order.
    pub fn place(&self, document: &Value) -> Vec<SortValue> {
        let place = |key: &SortKey| match key.field.path.find(document) {
            None => SortValue::Scalar(Literal::Null),
            Some(value) => match Literal::of_json(&key.field, value) {
                Some(literal) => SortValue::Scalar(literal),
                None if value.is_array() => SortValue::Among(ValueKind::Array),
                None => SortValue::Among(ValueKind::Object),
            },
        };
        self.0.iter().map(place).collect()
    }

    /// The documents from `start` on, in parts that follow each other in this order. Each part holds the first keys
    /// where they are and continues under the next, so that a store can seek it in one index, however long the list is.
    pub fn segments(&self, start: &Start) -> Vec<Expr> {
        self.parts(&start.places, start.included)
    }

    fn parts(&self, places: &[SortValue], included: bool) -> Vec<Expr> {
        let keys: Vec<(&SortKey, &SortValue)> = self.0.iter().zip(places).collect();
        let mut segments = Vec::new();
        for at in (0..keys.len()).rev() {
            let level: Vec<Expr> = keys[..at].iter().map(|(key, place)| same(key, place)).collect();
            let included = included && at + 1 == keys.len();
            let ways = after(keys[at].0, keys[at].1, included).into_iter();
            segments.extend(ways.map(|way| Expr::all(level.iter().cloned().chain([way]).collect())));
        }
        segments
    }

    /// The condition that holds for exactly the documents from `start` on, where one condition is wanted instead of
    /// [`Order::segments`].
    pub fn from(&self, start: &Start) -> Expr {
        let parts = Expr::any(self.parts(&start.places, start.included));
        let first = self.0.first().zip(start.places.first()).filter(|(key, _)| key.field.always);
        first
            .and_then(|(key, place)| bound(key, place))
            .into_iter()
            .fold(parts, |parts, bound| bound.and(parts))
    }

    /// The condition that holds for exactly the documents behind `places`, as long as the first key has the type that the
    /// schema says in all documents.
    pub fn behind(&self, places: &[SortValue]) -> Expr {
        let parts = Expr::any(self.parts(places, false));
        let first = self.0.first().zip(places.first());
        first
            .and_then(|(key, place)| bound(key, place))
            .into_iter()
            .fold(parts, |parts, bound| bound.and(parts))
    }
}

/// What the first key must be for any segment to hold, if it has the type that the schema says: lets a store seek in its
/// index instead of scanning it.
fn bound(key: &SortKey, place: &SortValue) -> Option<Expr> {
    let SortValue::Scalar(literal) = place else { return None };
    let ordered = *literal != Literal::Null && !literal.is_nan() && key.field.kind != FieldType::Untyped;
    let comparison = match key.direction {
        Direction::Ascending if ordered => Comparison::Gte,
        Direction::Descending if ordered && key.field.always => Comparison::Lte,
        _ => return None,
    };
    Some(Expr::compare(&key.field, comparison, literal.clone()))
}

fn same(key: &SortKey, place: &SortValue) -> Expr {
    match place {
        SortValue::Among(kind) => Expr::is(&key.field, [*kind]),
        SortValue::Scalar(Literal::Null) => Expr::is(&key.field, [ValueKind::Nothing]),
        SortValue::Scalar(literal) => Expr::compare(&key.field, Comparison::Eq, literal.clone()),
    }
}

/// After `place` under this key alone, or, with `included`, also at it where it is a value: conditions that follow each other.
fn after(key: &SortKey, place: &SortValue, included: bool) -> Vec<Expr> {
    let (field, ascending) = (&key.field, key.direction == Direction::Ascending);
    let here = match place {
        SortValue::Among(kind) => *kind,
        SortValue::Scalar(literal) => ValueKind::of(literal),
    };
    let mut ways = Vec::new();
    match place {
        // NaN comes before every number.
        SortValue::Scalar(literal) if literal.is_nan() && ascending => {
            ways.push(Expr::compare(field, Comparison::Gte, Literal::Double(f64::NEG_INFINITY)));
        }
        SortValue::Scalar(literal) if !literal.is_nan() && *literal != Literal::Null => {
            let comparison = match (ascending, included) {
                (true, false) => Comparison::Gt,
                (true, true) => Comparison::Gte,
                (false, false) => Comparison::Lt,
                (false, true) => Comparison::Lte,
            };
            ways.push(Expr::compare(field, comparison, literal.clone()));
            let number = ValueKind::of(literal) == ValueKind::Number;
            if !ascending && number && field.kind == (FieldType::Number { ieee754: true }) {
                ways.push(Expr::compare(field, Comparison::Eq, Literal::Double(f64::NAN)));
            }
        }
        _ => {}
    }
    let beyond = |kind: &ValueKind| if ascending { *kind > here } else { *kind < here };
    let beyond = possible(field).into_iter().filter(beyond);
    let (nothing, something): (Vec<ValueKind>, Vec<ValueKind>) =
        beyond.partition(|kind| *kind == ValueKind::Nothing);
    // Nothing is beyond values only where the order descends, and then it is the last.
    ways.extend(
        [something, nothing]
            .into_iter()
            .filter(|kinds| !kinds.is_empty())
            .map(|kinds| Expr::is(field, kinds)),
    );
    ways
}

/// The kinds that a field's values can have: any, but for what the service sets. A document may be older than its schema.
fn possible(field: &Field) -> Vec<ValueKind> {
    match &field.kind {
        FieldType::Integer if field.always => vec![ValueKind::Number],
        FieldType::Text(_) if field.always => vec![ValueKind::Text],
        _ => ValueKind::ALL.to_vec(),
    }
}

/// The value of the `sort` parameter that makes this order.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { "," })?;
            f.write_str(if key.direction == Direction::Descending { "-" } else { "" })?;
            write!(f, "{}", key.field.path)?;
        }
        Ok(())
    }
}
