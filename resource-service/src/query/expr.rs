//! The typed tree of a filter. What each test means is written here once; the adapters translate it.
//!
//! A comparison matches only documents that have the field with a value of the literal's kind: numbers
//! (integers and doubles by exact value), strings (by code point), booleans (`false` before `true`), `null`.
//! NaN equals NaN and has no other order. On an array field a comparison asks for any item.

use std::{fmt, sync::Arc};

use serde_json::{Value, json};

use super::{literal::Literal, schema::Field};

/// A condition on documents.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of them hold; nothing to hold is true.
    All(Vec<Expr>),
    /// At least one of them holds; nothing to hold is false.
    Any(Vec<Expr>),
    /// It does not hold: whatever else is in the collection, the field missing included.
    Not(Box<Expr>),
    /// A test of one field.
    Test(Arc<Field>, Test),
}

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The field compares so with the literal.
    Compare(Comparison, Literal),
    /// The field equals one of the literals.
    In(Vec<Literal>),
    /// The field is of the kind of one of the literals and equals none of them.
    NotIn(Vec<Literal>),
    /// The field is a string that has this text in it, or an array that has this item.
    Contains(Literal),
    /// The field is a string that begins so.
    Prefix(String),
    /// The document has the field, `null` included, or has it not.
    Exists(bool),
    /// The field's value is of one of these kinds.
    Is(Vec<ValueKind>),
}

/// How a field compares with a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Eq,
    /// Of the same kind and not equal.
    Ne,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
}

shared_models::listed! {
    /// Kinds of values in the order in which an untyped field sorts them; within objects and within arrays
    /// there is no order.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum ValueKind {
        /// `null`, or no field at all.
        Nothing,
        /// A number, NaN included.
        Number,
        /// A string.
        Text,
        /// An object.
        Object,
        /// An array.
        Array,
        /// `true` or `false`.
        Boolean,
    }
}

impl ValueKind {
    /// The kind of a literal.
    pub fn of(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Nothing,
            Literal::Boolean(_) => Self::Boolean,
            Literal::Integer(_) | Literal::Double(_) => Self::Number,
            Literal::Text(_) => Self::Text,
        }
    }
}

impl Comparison {
    /// The operator's name in a query.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
        }
    }

    /// Whether the comparison holds between equal values.
    pub const fn holds_for_equals(self) -> bool {
        matches!(self, Self::Eq | Self::Gte | Self::Lte)
    }
}

impl Expr {
    /// The condition that every document meets.
    pub const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// All of `parts`.
    pub fn all(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::All(parts) }
    }

    /// At least one of `parts`.
    pub fn any(mut parts: Vec<Self>) -> Self {
        if parts.len() == 1 { parts.remove(0) } else { Self::Any(parts) }
    }

    /// The documents that do not meet it.
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The conditions that must hold at once, as far as they can be separated.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// Whether every document meets it.
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::All(parts) if parts.iter().all(Self::is_everything))
    }

    /// Both conditions.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if other.is_everything() => one,
            (one, other) if one.is_everything() => other,
            (Self::All(mut parts), other) => {
                parts.push(other);
                Self::All(parts)
            }
            (one, other) => Self::All(vec![one, other]),
        }
    }

    /// The same condition on other fields: on those that `replaced` gives for its own.
    pub fn with_fields(self, replaced: &impl Fn(&Arc<Field>) -> Option<Arc<Field>>) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(|part| part.with_fields(replaced)).collect();
        match self {
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Not(inner) => Self::Not(Box::new(inner.with_fields(replaced))),
            Self::Test(field, test) => Self::Test(replaced(&field).unwrap_or(field), test),
        }
    }

    /// The comparison of a field with a literal.
    pub fn compare(field: &Arc<Field>, comparison: Comparison, literal: Literal) -> Self {
        Self::Test(Arc::clone(field), Test::Compare(comparison, literal))
    }

    /// That the field's value is of one of `kinds`.
    pub fn is(field: &Arc<Field>, kinds: impl IntoIterator<Item = ValueKind>) -> Self {
        Self::Test(Arc::clone(field), Test::Is(kinds.into_iter().collect()))
    }
}

/// The condition as the `filter` parameter takes it.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json())
    }
}

impl Expr {
    fn to_json(&self) -> Value {
        let list = |parts: &[Self]| parts.iter().map(Self::to_json).collect::<Value>();
        match self {
            Self::All(parts) if parts.is_empty() => json!({}),
            Self::All(parts) => json!({"$and": list(parts)}),
            Self::Any(parts) => json!({"$or": list(parts)}),
            Self::Not(inner) => json!({"$not": inner.to_json()}),
            Self::Test(field, test) => json!({ field.path.to_string(): test.to_json(field) }),
        }
    }
}

impl Test {
    fn to_json(&self, field: &Field) -> Value {
        let one = |literal: &Literal| literal.to_json_of(field);
        let list = |literals: &[Literal]| literals.iter().map(one).collect::<Value>();
        let (operator, value) = match self {
            Self::Compare(comparison, literal) => (comparison.name(), one(literal)),
            Self::In(literals) => ("in", list(literals)),
            Self::NotIn(literals) => ("nin", list(literals)),
            Self::Contains(literal) => ("contains", literal.to_json()),
            Self::Prefix(text) => ("prefix", text.as_str().into()),
            Self::Exists(wanted) => ("exists", (*wanted).into()),
            // Only the service itself asks for kinds.
            Self::Is(kinds) => ("is", kinds.iter().map(|kind| format!("{kind:?}")).collect()),
        };
        json!({ format!("${operator}"): value })
    }
}

/// The least text that is greater than every text beginning with `prefix`, by code point; `None` where there is none.
pub fn behind_prefix(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        let next = match last {
            // Surrogates are no characters.
            '\u{d7ff}' => Some('\u{e000}'),
            other => char::from_u32(u32::from(other) + 1),
        };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}
