//! What a query means, written as plainly as possible: a document is a tree in memory, and each rule of the query
//! language is one line.

use std::cmp::Ordering;

use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::sample::{Kind, SampleField};

/// A condition.
#[derive(Clone, Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test { field: SampleField, operator: &'static str, values: Vec<Value> },
}

/// A scalar, or what stands in its place.
#[derive(Clone, Debug, PartialEq)]
pub enum OracleValue {
    Null,
    Integer(i64),
    Double(f64),
    Text(String),
    /// Seconds since 1970, and the digits behind the point.
    Instant(i64, String),
    Object,
    Array,
    Boolean(bool),
}

impl OracleValue {
    fn read(kind: Kind, value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => Self::Double(number.as_f64().expect("a double")),
            },
            Value::String(text) if kind == Kind::Ieee754 => Self::Double(match text.as_str() {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                // From before the definition.
                other => return Self::Text(other.to_owned()),
            }),
            Value::String(text) if kind == Kind::Date => Self::instant(text),
            Value::String(text) => Self::Text(text.clone()),
            Value::Object(_) => Self::Object,
            Value::Array(_) => Self::Array,
        }
    }

    /// A point in time: every digit of the fraction counts. A text that is none is from before the definition.
    fn instant(text: &str) -> Self {
        let Ok(at) = OffsetDateTime::parse(&text.to_uppercase(), &Rfc3339) else {
            return Self::Text(text.to_owned());
        };
        let digits = text.split_once('.').map_or("", |(_, rest)| rest);
        let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
        Self::Instant(at.unix_timestamp(), digits.trim_end_matches('0').to_owned())
    }

    /// A point in time as a text beside texts that are none: in UTC, as short as it can be.
    fn text(&self) -> String {
        match self {
            Self::Instant(seconds, digits) => {
                let at = OffsetDateTime::from_unix_timestamp(*seconds).expect("in range");
                let point = if digits.is_empty() { "" } else { "." };
                format!("{}{point}{digits}", at.format(&Rfc3339).expect("a text").trim_end_matches('Z'))
            }
            Self::Text(text) => text.clone(),
            other => panic!("{other:?} is no text"),
        }
    }

    fn is_nan(&self) -> bool {
        matches!(self, Self::Double(double) if double.is_nan())
    }

    /// Missing and null come first, then numbers, texts, objects, arrays, booleans.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Integer(_) | Self::Double(_) => 1,
            Self::Text(_) | Self::Instant(..) => 2,
            Self::Object => 3,
            Self::Array => 4,
            Self::Boolean(_) => 5,
        }
    }

    /// The order of a sort: NaN before every number, numbers by exact value, texts by code point.
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Instant(one, digits), Self::Instant(other, others)) => {
                one.cmp(other).then_with(|| digits.cmp(others))
            }
            (Self::Text(_) | Self::Instant(..), Self::Text(_) | Self::Instant(..)) => {
                self.text().chars().cmp(other.text().chars())
            }
            (Self::Boolean(one), Self::Boolean(other)) => one.cmp(other),
            _ if self.rank() == 1 && other.rank() == 1 => number_order(self, other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    /// Whether it compares so with a literal: only with one of its own kind.
    fn compares(&self, operator: &str, literal: &Self) -> bool {
        let comparable = !matches!(self, Self::Object | Self::Array);
        if self.rank() != literal.rank() || !comparable {
            return false;
        }
        let order = self.order(literal);
        let ordered = !self.is_nan() && !literal.is_nan() && *self != Self::Null;
        match operator {
            "eq" => order == Ordering::Equal,
            "ne" => order != Ordering::Equal,
            "gt" => ordered && order == Ordering::Greater,
            "gte" => order == Ordering::Equal || ordered && order == Ordering::Greater,
            "lt" => ordered && order == Ordering::Less,
            "lte" => order == Ordering::Equal || ordered && order == Ordering::Less,
            other => panic!("{other}"),
        }
    }
}

fn number_order(one: &OracleValue, other: &OracleValue) -> Ordering {
    match (one, other) {
        (OracleValue::Integer(one), OracleValue::Integer(other)) => one.cmp(other),
        (OracleValue::Double(one), OracleValue::Double(other)) => match (one.is_nan(), other.is_nan()) {
            (false, false) => one.partial_cmp(other).expect("numbers"),
            (one, other) => other.cmp(&one),
        },
        (OracleValue::Integer(integer), OracleValue::Double(double)) => exact_order(*integer, *double),
        (OracleValue::Double(double), OracleValue::Integer(integer)) => {
            exact_order(*integer, *double).reverse()
        }
        _ => panic!("no numbers"),
    }
}

/// An integer beside a double, neither of them rounded.
#[expect(clippy::cast_possible_truncation, reason = "the double is whole and in range by then")]
fn exact_order(integer: i64, double: f64) -> Ordering {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() || double < -BEYOND {
        Ordering::Greater
    } else if double >= BEYOND {
        Ordering::Less
    } else {
        let fraction = 0.0_f64.partial_cmp(&double.fract()).expect("a fraction");
        integer.cmp(&(double.trunc() as i64)).then(fraction)
    }
}

/// The value at a path, which leads through objects only.
fn find<'d>(document: &'d Value, path: &str) -> Option<&'d Value> {
    path.split('.').try_fold(document, |at, name| at.as_object()?.get(name))
}

impl Condition {
    /// The condition as unquoted values mean it: in a field of any kind a number may be a text too.
    pub fn unquoted(&self) -> Self {
        let all = |parts: &[Self]| parts.iter().map(Self::unquoted).collect();
        match self {
            Self::All(parts) => Self::All(all(parts)),
            Self::Any(parts) => Self::Any(all(parts)),
            Self::Not(inner) => Self::Not(Box::new(inner.unquoted())),
            Self::Test { field, operator, values } => {
                let anything = field.1.items().unwrap_or(field.1) == Kind::Anything;
                let both = |value: &Value| match value {
                    Value::Number(number) if anything => vec![value.clone(), number.to_string().into()],
                    other => vec![other.clone()],
                };
                let read: Vec<Value> = values.iter().flat_map(both).collect();
                let test = |operator: &'static str, values: Vec<Value>| Self::Test {
                    field: *field,
                    operator,
                    values,
                };
                match *operator {
                    "eq" if read.len() > 1 => test("in", read),
                    "ne" if read.len() > 1 => test("nin", read),
                    "in" | "nin" => test(operator, read),
                    "contains" => {
                        Self::Any(read.into_iter().map(|value| test(operator, vec![value])).collect())
                    }
                    other => test(other, values.clone()),
                }
            }
        }
    }

    pub fn holds(&self, document: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(document)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(document)),
            Self::Not(inner) => !inner.holds(document),
            Self::Test { field: (path, kind, _), operator, values } => {
                let found = find(document, path);
                match (*operator, found) {
                    ("exists", found) => Value::Bool(found.is_some()) == values[0],
                    (_, None) => false,
                    (operator, Some(value)) => meets(*kind, value, operator, values),
                }
            }
        }
    }
}

fn meets(kind: Kind, value: &Value, operator: &str, values: &[Value]) -> bool {
    if let Some(kind) = kind.items() {
        let operator = if operator == "contains" { "eq" } else { operator };
        return value
            .as_array()
            .is_some_and(|items| items.iter().any(|item| meets(kind, item, operator, values)));
    }
    if operator == "ne" && values[0].is_null() {
        return !value.is_null();
    }
    let scalar = OracleValue::read(kind, value);
    let whole = !(["prefix", "contains"].contains(&operator) && kind == Kind::Date);
    let literals: Vec<OracleValue> =
        values.iter().filter(|_| whole).map(|value| OracleValue::read(kind, value)).collect();
    match operator {
        "in" => literals.iter().any(|literal| scalar.compares("eq", literal)),
        "nin" => {
            let comparable = literals.iter().any(|literal| literal.rank() == scalar.rank());
            comparable
                && scalar != OracleValue::Null
                && !literals.iter().any(|literal| scalar.compares("eq", literal))
        }
        // The text as it is written.
        "prefix" => match (value, &values[0]) {
            (Value::String(text), Value::String(prefix)) => text.starts_with(prefix.as_str()),
            _ => false,
        },
        "contains" => match (value, &values[0]) {
            (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
            (Value::Array(_), _) if kind == Kind::Anything => meets(Kind::Anythings, value, "eq", values),
            _ => false,
        },
        comparison => scalar.compares(comparison, &literals[0]),
    }
}

/// Fields to sort by, and whether each descends.
pub struct OracleOrder<'s>(pub &'s [(SampleField, bool)]);

/// What a document is sorted by, its id last.
pub struct OracleKey(Vec<OracleValue>);

impl OracleOrder<'_> {
    pub fn key(&self, document: &Value) -> OracleKey {
        let keys = self.0.iter().map(|((path, kind, _), _)| {
            find(document, path).map_or(OracleValue::Null, |value| OracleValue::read(*kind, value))
        });
        OracleKey(keys.chain([OracleValue::read(Kind::Text, &document["_id"])]).collect())
    }

    /// The order of two documents; `_id` breaks every tie in the direction of the last field.
    pub fn compare(&self, OracleKey(one): &OracleKey, OracleKey(other): &OracleKey) -> Ordering {
        let descents = self.0.iter().map(|(_, descends)| *descends);
        let last = self.0.last().is_some_and(|(_, descends)| *descends);
        let orders = one.iter().zip(other).zip(descents.chain([last])).map(|((one, other), descends)| {
            if descends { one.order(other).reverse() } else { one.order(other) }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    }
}
