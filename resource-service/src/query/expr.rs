//! The typed tree of a filter. What each test means is written here once; the adapters translate it.
//!
//! A comparison matches only documents that have the field with a value of the literal's kind: numbers
//! (integers and doubles by exact value), strings (by code point), booleans (`false` before `true`), `null`.
//! NaN equals NaN and stands in no other order. On an array field a comparison asks for any item.

use std::{fmt, sync::Arc};

use super::{literal::Literal, schema::Field};

/// A condition on documents.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// All of them hold; nothing to hold is true.
    All(Vec<Expr>),
    /// At least one of them holds; nothing to hold is false.
    Any(Vec<Expr>),
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
    /// The document has the field, `null` included, or has it not.
    Exists(bool),
    /// The field's value is of one of these kinds.
    Is(Vec<Kind>),
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

/// Kinds of values in the order in which an untyped field sorts them; within objects and within arrays
/// there is no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
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

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 6] =
        [Self::Nothing, Self::Number, Self::Text, Self::Object, Self::Array, Self::Boolean];

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

    /// The comparison of a field with a literal.
    pub fn compare(field: &Arc<Field>, comparison: Comparison, literal: Literal) -> Self {
        Self::Test(Arc::clone(field), Test::Compare(comparison, literal))
    }

    /// That the field's value is of one of `kinds`.
    pub fn is(field: &Arc<Field>, kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self::Test(Arc::clone(field), Test::Is(kinds.into_iter().collect()))
    }
}

/// The filter as query parameters, `&` between them.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => write_joined(f, parts, "&"),
            Self::Any(parts) => {
                f.write_str("or=(")?;
                write_joined(f, parts, ",")?;
                f.write_str(")")
            }
            Self::Test(field, test) => {
                let (operator, value) = test.print(field);
                write!(f, "{}[{operator}]={value}", field.path)
            }
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, parts: &[Expr], separator: &str) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { separator })?;
        write!(f, "{part}")?;
    }
    Ok(())
}

impl Test {
    /// Operator and value, from which the parser makes this test again.
    pub fn print(&self, field: &Field) -> (&'static str, String) {
        match self {
            Self::Compare(comparison, literal) => (comparison.name(), literal.print(field)),
            Self::In(literals) => {
                let items: Vec<String> =
                    literals.iter().map(|literal| list_item(&literal.print(field))).collect();
                ("in", items.join(","))
            }
            Self::Exists(wanted) => ("exists", wanted.to_string()),
            Self::Is(kinds) => ("is", format!("{kinds:?}")),
        }
    }
}

/// An item of a comma-separated list; quoted, with quotes doubled (RFC 4180), where it would be misread.
fn list_item(text: &str) -> String {
    if text.is_empty() || text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
