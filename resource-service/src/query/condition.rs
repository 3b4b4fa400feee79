//! One condition on one field, in whichever notation it came: which operators a field takes, how values are read by
//! its type, and how much a filter may hold. Every fault names its parameter.

use std::sync::Arc;

use serde_json::{Value, json, value::RawValue};
use service_kit::wording::{nearest, short};
use shared_models::problem::FieldError;

use super::{
    expr::{Comparison, Expr, Test},
    foreign,
    literal::Literal,
    number::equal,
    path::Path,
    schema::{Field, FieldType, Schema},
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
pub struct ConditionReader<'s> {
    schema: &'s Schema,
    conditions: usize,
    values: usize,
}

impl<'s> ConditionReader<'s> {
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
        let field = if parameter == "filter" {
            resolve(self.schema, parameter, path)?
        } else {
            resolve_declared(self.schema, parameter, path)?
        };
        let operator = Operator::named(operator).ok_or_else(|| unknown(parameter, operator))?;
        check(&field, parameter, operator)?;
        let wrong = |message| fault(parameter, "type", message);
        let test = match operator {
            Operator::Compare(Comparison::Ne) => {
                let readings = readings(&field, given, parameter)?;
                if readings == [Literal::Null] {
                    return Ok(has_value(&field));
                }
                none_of(readings)
            }
            Operator::Compare(Comparison::Eq) => any_of(readings(&field, given, parameter)?),
            Operator::Compare(comparison) => Test::Compare(comparison, given.literal(&field).map_err(wrong)?),
            Operator::In => Test::In(self.list(parameter, &field, given)?),
            Operator::NotIn => Test::NotIn(self.list(parameter, &field, given)?),
            Operator::Exists => Test::Exists(
                given
                    .boolean()
                    .ok_or_else(|| wrong(format!("exists expects true or false, got {}", given.shown())))?,
            ),
            Operator::Contains => match &field.kind {
                FieldType::Array(_) => any_of(readings(&field, given, parameter)?),
                FieldType::Text(_) => Test::Contains(Literal::Text(given.text(&field).map_err(wrong)?)),
                _ => {
                    let readings = given.readings(&field).map_err(wrong)?.into_iter();
                    let ways = readings.map(|one| Expr::Test(Arc::clone(&field), Test::Contains(one)));
                    return Ok(Expr::any(ways.collect()));
                }
            },
            Operator::Prefix => Test::Prefix(given.text(&field).map_err(wrong)?),
        };
        Ok(Expr::Test(field, test))
    }

    fn list(&mut self, parameter: &str, field: &Field, given: Given<'_>) -> Result<Vec<Literal>, FieldError> {
        let items = given.items().map_err(|message| fault(parameter, "list", message))?;
        self.values += items.len();
        if self.values > MAX_VALUES {
            let message = format!("the lists of a filter may have at most {MAX_VALUES} values in all");
            return Err(fault(parameter, "limit", message));
        }
        let mut literals = Vec::new();
        for item in &items {
            literals.extend(readings(field, item.given(), parameter)?);
        }
        Ok(literals)
    }
}

/// What a value may be read as, less what is no value of an enumerated field.
fn readings(field: &Field, given: Given<'_>, parameter: &str) -> Result<Vec<Literal>, FieldError> {
    let mut readings = given.readings(field).map_err(|message| fault(parameter, "type", message))?;
    let Some(values) = field.values.as_ref().filter(|_| !field.is_instant()) else { return Ok(readings) };
    let listed = |literal: &Literal| {
        let literal = literal.to_json();
        (literal.is_null() && field.nullable) || values.iter().any(|value| equal(value, &literal))
    };
    readings.retain(listed);
    if readings.is_empty() {
        let known = values.iter().take(MAX_SHOWN).map(Value::to_string).collect::<Vec<_>>().join(", ");
        let more = if values.len() > MAX_SHOWN { ", …" } else { "" };
        let message = format!("{} is never {}; it is one of {known}{more}", field.path, given.shown());
        return Err(fault(parameter, "enum", message));
    }
    Ok(readings)
}

/// The most values of an enumeration that a message names.
const MAX_SHOWN: usize = 20;

/// That the field equals one of these.
fn any_of(mut readings: Vec<Literal>) -> Test {
    if readings.len() == 1 { Test::Compare(Comparison::Eq, readings.remove(0)) } else { Test::In(readings) }
}

/// That the field is of the kind of one of these and equals none.
fn none_of(mut readings: Vec<Literal>) -> Test {
    if readings.len() == 1 {
        Test::Compare(Comparison::Ne, readings.remove(0))
    } else {
        Test::NotIn(readings)
    }
}

/// That the field has a value other than `null`.
fn has_value(field: &Arc<Field>) -> Expr {
    let null = Expr::compare(field, Comparison::Eq, Literal::Null);
    Expr::all(vec![Expr::Test(Arc::clone(field), Test::Exists(true)), null.negated()])
}

/// One value of a list.
enum ListItem<'v> {
    Text(String),
    Json(&'v RawValue),
}

impl ListItem<'_> {
    fn given(&self) -> Given<'_> {
        match self {
            Self::Text(text) => Given::Text(text),
            Self::Json(json) => Given::Json(json),
        }
    }
}

impl<'v> Given<'v> {
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

    /// All that the value may be read as: an unquoted value of a field without a type is a number and a text.
    fn readings(self, field: &Field) -> Result<Vec<Literal>, String> {
        match self {
            Self::Text(text) => Literal::readings(field, text),
            Self::Json(json) => Literal::read_json(field, json.get()).map(|literal| vec![literal]),
        }
    }

    /// The values of a list; `Err` where it is none.
    fn items(self) -> Result<Vec<ListItem<'v>>, String> {
        match self {
            Self::Text(text) => match split_list(text) {
                Some(items) => Ok(items.into_iter().map(ListItem::Text).collect()),
                None => {
                    Err("a quoted value of the list does not end; write \"\" for a quote within it".into())
                }
            },
            Self::Json(json) => match serde_json::from_str::<Vec<&'v RawValue>>(json.get()) {
                Ok(items) if !items.is_empty() => Ok(items.into_iter().map(ListItem::Json).collect()),
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
    let hint = match (foreign::operator(operator), nearest(operator, OPERATORS)) {
        (Some(hint), _) => hint.to_owned(),
        (None, Some(near)) => format!("did you mean {near:?}?"),
        (None, None) => format!("known are {}", OPERATORS.join(", ")),
    };
    fault(parameter, "operator", format!("there is no operator {:?}; {hint}", short(operator)))
}

/// The field at a dotted path.
pub fn resolve(schema: &Schema, parameter: &str, path: &str) -> Result<Arc<Field>, FieldError> {
    let path: Path =
        path.parse().map_err(|invalid| fault(parameter, "field", format!("{:?}: {invalid}", short(path))))?;
    schema.field(&path).map_err(|unknown| fault(parameter, "field", unknown.to_string()))
}

/// The field at a dotted path, whose first name the schema declares: one that it only allows may be mistyped, and a parameter
/// of that name may be a control word mistyped.
pub fn resolve_declared(schema: &Schema, parameter: &str, path: &str) -> Result<Arc<Field>, FieldError> {
    let field = resolve(schema, parameter, path)?;
    let name = field.path.first();
    if name.starts_with('_') || schema.declares(name) {
        return Ok(field);
    }
    let suggestion =
        schema.nearest(name).map_or_else(String::new, |near| format!(", did you mean {near:?}?"));
    let (name, path) = (short(name), short(&field.path.to_string()));
    let hint = match parameter {
        "sort" | "group" | "stat" | "views" => {
            format!("; declare it in the schema to use it in {parameter}")
        }
        "fields" => "; declare it in the schema, or leave out fields to get whole documents".to_owned(),
        _ => format!(", as in filter={}", json!({ path: "…" })),
    };
    let message = format!(
        "the schema declares no field {name:?}{suggestion}; only filter= reaches fields that it does not declare{hint}"
    );
    Err(fault(parameter, "field", message))
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

/// What comes before the closing quote, quotes written twice taken as one, and what follows it.
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
