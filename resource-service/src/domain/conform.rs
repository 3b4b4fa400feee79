//! What the schema asks of numbers beyond validation: integers are kept as integers, and bounds hold for the infinities
//! too. Knows no store.

use std::collections::{BTreeSet, HashMap};

use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};
use shared_models::problem::FieldError;

use super::{pointer, sight::Sight, validate::SchemaRules};
use crate::query::{
    literal::{Literal, special},
    number::integral,
    schema::Schema,
    shape::Step,
};

/// The most places of one document whose schema is remembered while it is looked through.
const MAX_PLACES: usize = 1024;

/// Where a value is in its document.
#[derive(Clone, Copy)]
enum Trail<'t> {
    Document,
    Member(&'t Trail<'t>, &'t str),
    Item(&'t Trail<'t>, usize),
}

impl Trail<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Document => String::new(),
            Self::Member(above, name) => pointer(&above.pointer(), name),
            Self::Item(above, at) => pointer(&above.pointer(), &at.to_string()),
        }
    }
}

/// Makes integers of the numbers without a fraction that are where the schema wants integers: JSON Schema counts `7.0`
/// among these. Returns a fault for each that 64 bits do not hold.
pub fn integers(schema: &Schema, members: &mut Map<String, Value>, sight: Sight<'_>) -> Vec<FieldError> {
    if !schema.has_integers() {
        return Vec::new();
    }
    let mut walk = Integers { schema, sight, known: HashMap::new(), faults: Vec::new() };
    walk.members(members, &mut Vec::new(), Trail::Document);
    sight.of(walk.faults)
}

struct Integers<'s> {
    schema: &'s Schema,
    sight: Sight<'s>,
    /// Whether the schema wants an integer, by place.
    known: HashMap<String, bool>,
    faults: Vec<FieldError>,
}

impl Integers<'_> {
    fn members<'v>(&mut self, members: &'v mut Map<String, Value>, steps: &mut Vec<Step<'v>>, at: Trail<'_>) {
        for (name, value) in members {
            steps.push(Step::Member(name));
            self.value(value, steps, Trail::Member(&at, name));
            steps.pop();
        }
    }

    fn value<'v>(&mut self, value: &'v mut Value, steps: &mut Vec<Step<'v>>, at: Trail<'_>) {
        match value {
            Value::Object(members) => self.members(members, steps, at),
            Value::Array(items) => {
                steps.push(Step::Item);
                for (index, item) in items.iter_mut().enumerate() {
                    self.value(item, steps, Trail::Item(&at, index));
                }
                steps.pop();
            }
            Value::Number(number) if number.as_i64().is_none() => {
                let whole = number.as_f64().filter(|double| double.fract() == 0.0);
                let Some(double) = whole.filter(|_| self.wants_integer(steps)) else { return };
                if let Some(integer) = integral(double) {
                    *value = integer.into();
                    return;
                }
                let (place, value) = (at.pointer(), Value::Number(number.clone()));
                let came = self.sight.name(&place, &value);
                let message = format!("{came} is beyond 64 bits; integers go up to {}", i64::MAX);
                self.faults.push(FieldError::at(place, "integer", message));
            }
            _ => {}
        }
    }

    fn wants_integer(&mut self, steps: &[Step<'_>]) -> bool {
        let name = |step: &Step<'_>| match step {
            Step::Member(name) => format!("/{name}"),
            Step::Item => "*".to_owned(),
        };
        let place: String = steps.iter().map(name).collect();
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        let wanted = self.schema.is_integer(steps);
        if self.known.len() < MAX_PLACES {
            self.known.insert(place, wanted);
        }
        wanted
    }
}

/// The faults of infinities that are beyond a bound of their field. The validator sees only the string that stands for
/// one, so it is shown the largest double instead.
pub fn bounds(rules: &SchemaRules, schema: &Schema, document: &Value, sight: Sight<'_>) -> Vec<FieldError> {
    if !schema.bounds_ieee754() {
        return Vec::new();
    }
    let mut found = Infinities { schema, places: BTreeSet::new() };
    let mut large = document.clone();
    found.replace(&mut large, &mut Vec::new(), Trail::Document);
    if found.places.is_empty() {
        return Vec::new();
    }
    rules.faults(&large, sight, |fault| {
        let place = fault.instance_path().as_str();
        let (above, limit) = match fault.kind() {
            ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
                (true, limit)
            }
            ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } => {
                (false, limit)
            }
            _ => return Vec::new(),
        };
        let (value, words) =
            if above { ("Infinity", "above the maximum") } else { ("-Infinity", "below the minimum") };
        let message = format!("{} is {words}, {limit}", sight.name(place, &value.into()));
        let fault = FieldError::at(place, fault.kind().keyword(), message);
        Some(fault).filter(|_| found.places.contains(place)).into_iter().collect()
    })
}

struct Infinities<'s> {
    schema: &'s Schema,
    /// Pointers to the infinities.
    places: BTreeSet<String>,
}

impl Infinities<'_> {
    fn replace<'v>(&mut self, value: &'v mut Value, steps: &mut Vec<Step<'v>>, at: Trail<'_>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    steps.push(Step::Member(name));
                    self.replace(value, steps, Trail::Member(&at, name));
                    steps.pop();
                }
            }
            Value::Array(items) => {
                steps.push(Step::Item);
                for (index, item) in items.iter_mut().enumerate() {
                    self.replace(item, steps, Trail::Item(&at, index));
                }
                steps.pop();
            }
            Value::String(text) => {
                let Some(Literal::Double(double)) = special(text) else { return };
                if double.is_infinite() && self.schema.is_ieee754(steps) {
                    *value = f64::MAX.copysign(double).into();
                    self.places.insert(at.pointer());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "tests/conform.rs"]
mod tests;
