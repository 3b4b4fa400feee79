//! One condition on one field, in whichever notation it came: which operators a field takes, how values are read by
//! its type, and how much a filter may hold. Every fault is told with its parameter's name.

use std::sync::Arc;

use serde_json::value::RawValue;
use shared_models::problem::FieldError;

use super::{
    expr::{Comparison, Expr, Test},
    literal::{Literal, short},
    path::Path,
    schema::{Field, FieldType, Schema, nearest},
};

/// The most conditions a filter may have.
pub const MAX_CONDITIONS: usize = 200;
/// The most values that all lists of a filter may have together.
pub const MAX_VALUES: usize = 1000;
/// How deep groups of conditions may be nested.
pub const MAX_NESTING: usize = 16;

/// The names of the operators.
pub const OPERATORS: [&str; 11] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "exists", "contains", "prefix"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Compare(Comparison),
    In,
    NotIn,
    Exists,
    Contains,
    Prefix,
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Self::Compare(Comparison::Eq),
            "ne" => Self::Compare(Comparison::Ne),
            "gt" => Self::Compare(Comparison::Gt),
            "gte" => Self::Compare(Comparison::Gte),
            "lt" => Self::Compare(Comparison::Lt),
            "lte" => Self::Compare(Comparison::Lte),
            "in" => Self::In,
            "nin" => Self::NotIn,
            "exists" => Self::Exists,
            "contains" => Self::Contains,
            "prefix" => Self::Prefix,
            _ => return None,
        })
    }
}

/// A value as the client wrote it.
#[derive(Clone, Copy)]
pub enum Given<'v> {
    /// Text, read by the type of its field; a list has commas between its values.
    Text(&'v str),
    /// JSON.
    Json(&'v RawValue),
}

/// Reads the conditions of one filter.
pub struct Reader<'s> {
    schema: &'s Schema,
    conditions: usize,
    values: usize,
}

impl<'s> Reader<'s> {
    /// Reads by this schema.
    pub fn new(schema: &'s Schema) -> Self {
        Self { schema, conditions: 0, values: 0 }
    }

    /// The condition that the field at `path` meets `operator` with the value.
    pub fn condition(
        &mut self,
        parameter: &str,
        path: &str,
        operator: &str,
        given: Given<'_>,
    ) -> Result<Expr, FieldError> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            let message =
                format!("a filter may have at most {MAX_CONDITIONS} conditions; this one is over the limit");
            return Err(fault(parameter, "limit", message));
        }
        let field = resolve(self.schema, parameter, path)?;
        let operator = Operator::named(operator).ok_or_else(|| unknown(parameter, operator))?;
        check(&field, parameter, operator)?;
        let wrong = |message| fault(parameter, "type", message);
        let test = match operator {
            Operator::Compare(comparison) => Test::Compare(comparison, given.literal(&field).map_err(wrong)?),
            Operator::In => Test::In(self.list(parameter, &field, given)?),
            Operator::NotIn => Test::NotIn(self.list(parameter, &field, given)?),
            Operator::Exists => Test::Exists(
                given
                    .boolean()
                    .ok_or_else(|| wrong(format!("exists expects true or false, got {}", given.shown())))?,
            ),
            Operator::Contains => match &field.kind {
                FieldType::Array(_) => Test::Compare(Comparison::Eq, given.literal(&field).map_err(wrong)?),
                FieldType::Text(_) => Test::Contains(Literal::Text(given.text(&field).map_err(wrong)?)),
                _ => Test::Contains(given.literal(&field).map_err(wrong)?),
            },
            Operator::Prefix => Test::Prefix(given.text(&field).map_err(wrong)?),
        };
        Ok(Expr::Test(field, test))
    }

    fn list(&mut self, parameter: &str, field: &Field, given: Given<'_>) -> Result<Vec<Literal>, FieldError> {
        let literals = given.literals(field).map_err(|message| fault(parameter, "list", message))?;
        self.values += literals.len();
        if self.values > MAX_VALUES {
            let message = format!("the lists of a filter may have at most {MAX_VALUES} values in all");
            return Err(fault(parameter, "limit", message));
        }
        literals.into_iter().collect::<Result<_, _>>().map_err(|message| fault(parameter, "type", message))
    }
}

impl Given<'_> {
    fn shown(self) -> String {
        match self {
            Self::Text(text) => format!("{:?}", short(text)),
            Self::Json(json) => short(json.get()),
        }
    }

    fn literal(self, field: &Field) -> Result<Literal, String> {
        match self {
            Self::Text(text) => Literal::read(field, text),
            Self::Json(json) => Literal::read_json(field, json.get()),
        }
    }

    /// The values of a list; `Err` where it is none.
    fn literals(self, field: &Field) -> Result<Vec<Result<Literal, String>>, String> {
        match self {
            Self::Text(text) => match split_list(text) {
                Some(items) => Ok(items.iter().map(|item| Literal::read(field, item)).collect()),
                None => {
                    Err("a quoted value of the list does not end; write \"\" for a quote within it".into())
                }
            },
            Self::Json(json) => match serde_json::from_str::<Vec<&RawValue>>(json.get()) {
                Ok(items) if !items.is_empty() => {
                    Ok(items.iter().map(|item| Literal::read_json(field, item.get())).collect())
                }
                _ => Err(format!("a list is an array of one or more values, got {}", self.shown())),
            },
        }
    }

    fn boolean(self) -> Option<bool> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Json(json) => json.get().parse().ok(),
        }
    }

    /// A part of a string, which need not be a whole value of the field.
    fn text(self, field: &Field) -> Result<String, String> {
        let read = match self {
            Self::Text(text) if field.kind == FieldType::Untyped && text.starts_with('"') => {
                serde_json::from_str(text).ok()
            }
            Self::Text(text) => Some(text.to_owned()),
            Self::Json(json) => serde_json::from_str(json.get()).ok(),
        };
        read.ok_or_else(|| format!("{} is asked for a string, got {}", field.path, self.shown()))
    }
}

/// A fault in a parameter.
pub fn fault(parameter: &str, code: &str, message: impl Into<String>) -> FieldError {
    FieldError::in_parameter(parameter, code, message)
}

/// That an operator does not exist.
fn unknown(parameter: &str, operator: &str) -> FieldError {
    let hint = nearest(operator, OPERATORS).map_or_else(
        || format!("known are {}", OPERATORS.join(", ")),
        |near| format!("did you mean {near:?}?"),
    );
    fault(parameter, "operator", format!("there is no operator {:?}; {hint}", short(operator)))
}

/// The field at a dotted path.
pub fn resolve(schema: &Schema, parameter: &str, path: &str) -> Result<Arc<Field>, FieldError> {
    let path: Path =
        path.parse().map_err(|invalid| fault(parameter, "field", format!("{:?}: {invalid}", short(path))))?;
    schema.field(&path).map_err(|unknown| fault(parameter, "field", unknown.to_string()))
}

/// Refuses an operator that has no meaning for the field.
fn check(field: &Field, parameter: &str, operator: Operator) -> Result<(), FieldError> {
    let path = &field.path;
    let of_text = matches!(operator, Operator::Contains | Operator::Prefix);
    let message = match &field.kind {
        _ if operator == Operator::Exists => return Ok(()),
        FieldType::Object => format!("{path} is an object; compare one of its members, or use exists"),
        FieldType::Array(items) if matches!(**items, FieldType::Object | FieldType::Array(_)) => {
            format!("{path} is an array whose items are not scalars; use exists")
        }
        FieldType::Array(_) => match operator {
            Operator::Compare(Comparison::Eq) | Operator::In | Operator::Contains => return Ok(()),
            _ => format!("{path} is an array; use eq, in, contains or exists, and $not in filter"),
        },
        FieldType::Integer | FieldType::Number { .. } | FieldType::Boolean if of_text => {
            let expectation = field.kind.expectation();
            format!("{path} is {expectation}; contains and prefix ask for strings")
        }
        _ => return Ok(()),
    };
    Err(fault(parameter, "operator", message))
}

/// Splits at commas; a value in quotes may hold commas, and quotes written twice (RFC 4180).
fn split_list(text: &str) -> Option<Vec<String>> {
    let (mut items, mut rest) = (Vec::new(), text);
    loop {
        let (item, tail) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_item(quoted)?,
            None => match rest.split_once(',') {
                Some((item, tail)) => (item.to_owned(), Some(tail)),
                None => (rest.to_owned(), None),
            },
        };
        items.push(item);
        match tail {
            Some(tail) if items.len() <= MAX_VALUES => rest = tail,
            _ => return Some(items),
        }
    }
}

/// The item up to its closing quote, and what follows the comma after it.
fn quoted_item(text: &str) -> Option<(String, Option<&str>)> {
    let (item, tail) = unquote(text)?;
    if tail.is_empty() { Some((item, None)) } else { tail.strip_prefix(',').map(|tail| (item, Some(tail))) }
}

/// What stands before the closing quote, quotes written twice taken as one, and what follows it.
pub fn unquote(text: &str) -> Option<(String, &str)> {
    let (mut item, mut rest) = (String::new(), text);
    loop {
        let (part, tail) = rest.split_once('"')?;
        item.push_str(part);
        match tail.strip_prefix('"') {
            Some(more) => {
                item.push('"');
                rest = more;
            }
            None => return Some((item, tail)),
        }
    }
}
