//! The values that a query compares with, read from text by the type of their field.

use std::{cmp::Ordering, fmt};

use serde_json::{Number, Value};
use service_kit::wording::short;

use super::{
    instant::{NoInstant, key, key_or_text, shown},
    number::integral,
    schema::{Field, FieldType, TextFormat},
};

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer of 64 bits.
    Integer(i64),
    /// A double.
    Double(f64),
    /// A string.
    Text(String),
}

impl Literal {
    /// Reads a value of `field`; `Err` says what was expected.
    ///
    /// For an array field the value is one of its items. `null` is a value of every field that can be
    /// `null`, except where it would be read as text.
    pub fn read(field: &Field, text: &str) -> Result<Self, String> {
        let kind = match &field.kind {
            FieldType::Array(items) => items,
            kind => kind,
        };
        let read = match kind {
            FieldType::Text(TextFormat::Plain) => Some(Self::Text(text.to_owned())),
            FieldType::Untyped => Some(Self::guess(text)?),
            _ if field.nullable && text == "null" => Some(Self::Null),
            // In a query string an unescaped + is a space.
            FieldType::Text(format) => {
                Some(instant(*format, &text.replace(' ', "+")).map_err(|why| no_instant(field, text, why))?)
            }
            FieldType::Integer => number(text).and_then(Self::integral),
            FieldType::Number { ieee754 } => number(text).or_else(|| special(text).filter(|_| *ieee754)),
            FieldType::Boolean => text.parse().ok().map(Self::Boolean),
            FieldType::Array(_) | FieldType::Object => None,
        };
        let hint = if text == "null" { "; to ask whether a document has the field, use exists" } else { "" };
        read.ok_or_else(|| {
            format!("{} expects {}, got {:?}{hint}", field.path, kind.expectation(), short(text))
        })
    }

    /// Reads the JSON text of a scalar of `field`; `Err` says what was expected. Nothing is guessed: a string is a string.
    pub fn read_json(field: &Field, json: &str) -> Result<Self, String> {
        let kind = match &field.kind {
            FieldType::Array(items) => items,
            kind => kind,
        };
        let untyped = *kind == FieldType::Untyped;
        let read = match json.as_bytes().first() {
            Some(b'n') => (field.nullable || untyped).then_some(Self::Null),
            Some(b't' | b'f') => {
                Some(Self::Boolean(json == "true")).filter(|_| untyped || *kind == FieldType::Boolean)
            }
            Some(b'"') => {
                let text: String = serde_json::from_str(json).map_err(|fault| fault.to_string())?;
                match kind {
                    FieldType::Untyped | FieldType::Text(TextFormat::Plain) => Some(Self::Text(text)),
                    FieldType::Text(format) => {
                        Some(instant(*format, &text).map_err(|why| no_instant(field, &text, why))?)
                    }
                    FieldType::Number { ieee754: true } => special(&text),
                    _ => None,
                }
            }
            Some(b'{' | b'[') => None,
            _ => match kind {
                FieldType::Integer => number(json).and_then(Self::integral),
                FieldType::Number { .. } | FieldType::Untyped => number(json),
                _ => None,
            },
        };
        let expectation = if untyped { "a scalar; integers go up to 64 bits" } else { kind.expectation() };
        let hint = if json == "null" { "; to ask whether a document has the field, use exists" } else { "" };
        read.ok_or_else(|| format!("{} expects {expectation}, got {}{hint}", field.path, short(json)))
    }

    /// A value of an untyped field: a JSON number, `true`, `false`, `null`, a quoted string, else the text itself.
    fn guess(text: &str) -> Result<Self, String> {
        Ok(match text {
            "null" => Self::Null,
            "true" => Self::Boolean(true),
            "false" => Self::Boolean(false),
            _ if text.starts_with('"') => {
                Self::Text(serde_json::from_str(text).map_err(|_| {
                    format!("{:?} begins with a quote and is not a quoted string", short(text))
                })?)
            }
            _ => match number(text) {
                Some(number) => number,
                // JSON has no integer that begins with 0.
                None if is_integer(text) && !text.trim_start_matches('-').starts_with('0') => {
                    return Err(format!("{:?} is beyond 64 bits", short(text)));
                }
                None => Self::Text(text.to_owned()),
            },
        })
    }

    /// All that a value may be read as: in a field without a type an unquoted number may be a number or a text.
    pub fn readings(field: &Field, text: &str) -> Result<Vec<Self>, String> {
        let kind = match &field.kind {
            FieldType::Array(items) => items,
            kind => kind,
        };
        let number = serde_json::from_str::<Number>(text).ok().filter(|_| *kind == FieldType::Untyped);
        Ok(match number.filter(|_| !text.contains(char::is_whitespace)) {
            Some(number) => vec![of_number(&number), Self::Text(text.to_owned())],
            None => vec![Self::read(field, text)?],
        })
    }

    /// The scalar that a document's JSON holds; `None` for an object or array.
    pub fn of_json(field: &Field, value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(value) => Some(Self::Boolean(*value)),
            Value::Number(number) => Some(of_number(number)),
            Value::String(text) if field.kind == (FieldType::Number { ieee754: true }) => {
                // A text that is none of them is older than the definition.
                special(text).or_else(|| Some(Self::Text(text.clone())))
            }
            Value::String(text) if field.is_instant() => Some(Self::Text(key_or_text(text))),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The same number as an integer of 64 bits; none where it is no such one.
    fn integral(self) -> Option<Self> {
        match self {
            Self::Integer(_) => Some(self),
            Self::Double(double) => integral(double).map(Self::Integer),
            _ => None,
        }
    }

    /// The JSON that a query names this value of a field by: a point in time as RFC 3339 writes it.
    pub fn to_json_of(&self, field: &Field) -> Value {
        let kind = match &field.kind {
            FieldType::Array(items) => items,
            kind => kind,
        };
        match (self, kind) {
            (Self::Text(key), FieldType::Text(TextFormat::DateTime)) => shown(key).into(),
            (Self::Text(text), FieldType::Text(TextFormat::Timestamp)) => {
                let (time, finer) = text.split_once('Z').unwrap_or((text, ""));
                format!("{time}{finer}Z").into()
            }
            _ => self.to_json(),
        }
    }

    /// The value under which a field compares what was read of a document.
    pub fn keyed(self, field: &Field) -> Self {
        match self {
            Self::Text(text) if field.is_instant() => Self::Text(key_or_text(&text)),
            other => other,
        }
    }

    /// Whether it is NaN, the one value that no order comparison holds for.
    pub fn is_nan(&self) -> bool {
        matches!(self, Self::Double(double) if double.is_nan())
    }

    /// The JSON from which [`Literal::read_json`] makes this value again.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => (*value).into(),
            Self::Integer(value) => (*value).into(),
            Self::Double(value) if value.is_finite() => (*value).into(),
            Self::Double(_) => self.to_string().into(),
            Self::Text(text) => text.as_str().into(),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Double(value) if value.is_nan() => f.write_str("NaN"),
            Self::Double(value) => match value.partial_cmp(&0.0) {
                Some(Ordering::Greater) if value.is_infinite() => f.write_str("Infinity"),
                Some(Ordering::Less) if value.is_infinite() => f.write_str("-Infinity"),
                _ => write!(f, "{value:?}"),
            },
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A JSON number; integers beyond 64 bits are none, because a double would not hold them exactly.
fn number(text: &str) -> Option<Literal> {
    let number: Number = serde_json::from_str(text).ok()?;
    let literal = of_number(&number);
    let exact = matches!(literal, Literal::Integer(_)) || !is_integer(text) || text == "-0";
    (exact && !text.contains(char::is_whitespace)).then_some(literal)
}

/// The number that JSON holds: an integer where it is one of 64 bits, else the nearest double.
pub fn of_number(number: &Number) -> Literal {
    let double = || Literal::Double(number.as_f64().unwrap_or(f64::NAN));
    number.as_i64().map_or_else(double, Literal::Integer)
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The three values of IEEE 754 that JSON has no number for.
pub fn special(text: &str) -> Option<Literal> {
    match text {
        "NaN" => Some(Literal::Double(f64::NAN)),
        "Infinity" => Some(Literal::Double(f64::INFINITY)),
        "-Infinity" => Some(Literal::Double(f64::NEG_INFINITY)),
        _ => None,
    }
}

/// The text under which an instant is compared with those of a field.
fn instant(format: TextFormat, text: &str) -> Result<Literal, NoInstant> {
    let key = key(text)?;
    if format != TextFormat::Timestamp {
        return Ok(Literal::Text(key));
    }
    // What the service writes has milliseconds and a Z at the end: finer digits come behind that.
    let (seconds, fraction) = key.split_once('.').unwrap_or((&key, ""));
    let (millis, finer) = fraction.split_at(fraction.len().min(3));
    Ok(Literal::Text(format!("{seconds}.{millis:0<3}Z{finer}")))
}

fn no_instant(field: &Field, text: &str, why: NoInstant) -> String {
    format!("{} expects a date-time; {:?} {why}", field.path, short(text))
}
