//! One column, what it holds, and how a value of a document becomes a cell of it.

use std::cmp::Ordering;

use serde_json::{Number, Value};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::query::{
    literal::{Literal, special},
    number::{self, integer},
    schema::FieldType,
};

/// The name of the column of JSON text for all that fits no other column.
pub const REST: &str = "_rest";

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Where its values are in a document: the names from the outermost to the innermost.
    pub path: Vec<String>,
    /// What it holds.
    pub kind: ColumnKind,
}

impl Column {
    /// Its name in the file: the dotted path.
    pub fn name(&self) -> String {
        name(&self.path)
    }
}

/// Names as a dotted path. A name that is empty or holds a dot or a quote is written as a JSON string, so that no two
/// paths are written alike.
pub fn name(path: &[impl AsRef<str>]) -> String {
    let segment = |name: &str| {
        if name.is_empty() || name.contains(['.', '"']) {
            Value::from(name).to_string()
        } else {
            name.to_owned()
        }
    };
    path.iter().map(|name| segment(name.as_ref())).collect::<Vec<_>>().join(".")
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Integers of 64 bits.
    Integer,
    /// Doubles.
    Double {
        /// Whether the texts `NaN`, `Infinity` and `-Infinity` are values.
        ieee754: bool,
    },
    /// `true` and `false`.
    Boolean,
    /// Strings.
    Text,
    /// Points in time.
    Instant,
    /// Anything, as JSON text.
    Json,
}

/// A value that its column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// An integer.
    Integer(i64),
    /// The nearest double, and the number or text it was read from.
    Double(f64, Value),
    /// `true` or `false`.
    Boolean(bool),
    /// A string.
    Text(String),
    /// Microseconds since 1970, and the date-time they were read from.
    Instant(i64, String),
    /// JSON text.
    Json(String),
}

/// How much of a value its column holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Fit {
    /// All of it.
    Whole(Cell),
    /// The nearest that the type of the cell can hold, and the value itself: a double for an integer beyond 2^53, a
    /// microsecond for a point in time that is given more finely.
    Nearest(Cell, Value),
    /// Nothing of it.
    Misfit(Value),
}

impl ColumnKind {
    /// What holds the values of a field of this type; `None` where the type alone does not say.
    pub fn of(kind: &FieldType) -> Option<Self> {
        Some(match kind {
            FieldType::Integer => Self::Integer,
            FieldType::Number { ieee754 } => Self::Double { ieee754: *ieee754 },
            FieldType::Boolean => Self::Boolean,
            FieldType::Text(format) if format.is_instant() => Self::Instant,
            FieldType::Text(_) => Self::Text,
            FieldType::Array(_) => Self::Json,
            FieldType::Object | FieldType::Untyped => return None,
        })
    }

    /// The value as a cell.
    pub fn fit(self, value: Value) -> Fit {
        let cell = match (self, value) {
            (Self::Json, value) => Ok(Cell::Json(value.to_string())),
            (Self::Text, Value::String(text)) => Ok(Cell::Text(text)),
            (Self::Boolean, Value::Bool(value)) => Ok(Cell::Boolean(value)),
            (Self::Integer, Value::Number(number)) => {
                integer(&number).map(Cell::Integer).ok_or(Value::Number(number))
            }
            (Self::Double { .. }, Value::Number(number)) => return nearest(number),
            (Self::Double { ieee754: true }, Value::String(text)) => match special(&text) {
                Some(Literal::Double(double)) => Ok(Cell::Double(double, Value::String(text))),
                _ => Err(Value::String(text)),
            },
            (Self::Instant, Value::String(text)) => return instant(text),
            (_, value) => Err(value),
        };
        cell.map_or_else(Fit::Misfit, Fit::Whole)
    }
}

/// The double that has exactly the value of a number.
pub fn double(number: &Number) -> Option<f64> {
    let double = number.as_f64()?;
    let exact = match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => number::compare(integer, double) == Some(Ordering::Equal),
        (None, Some(natural)) => format!("{double:.0}") == natural.to_string(),
        (None, None) => true,
    };
    exact.then_some(double)
}

fn nearest(number: Number) -> Fit {
    let (exact, double) = (double(&number).is_some(), number.as_f64());
    let value = Value::Number(number);
    match double {
        Some(double) if exact => Fit::Whole(Cell::Double(double, value)),
        Some(double) => Fit::Nearest(Cell::Double(double, value.clone()), value),
        None => Fit::Misfit(value),
    }
}

fn instant(text: String) -> Fit {
    let Ok(at) = OffsetDateTime::parse(&text, &Rfc3339) else { return Fit::Misfit(Value::String(text)) };
    let nanoseconds = at.unix_timestamp_nanos();
    let Ok(microseconds) = i64::try_from(nanoseconds.div_euclid(1000)) else {
        return Fit::Misfit(Value::String(text));
    };
    let cell = Cell::Instant(microseconds, text.clone());
    if nanoseconds.rem_euclid(1000) == 0 { Fit::Whole(cell) } else { Fit::Nearest(cell, Value::String(text)) }
}
