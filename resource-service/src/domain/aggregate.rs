//! Groups of documents and their statistics, fed one document at a time in any order: the outcome is the same.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};

use super::exact::{Exact, Finite, compare, deviation};
use crate::query::{
    expr::ValueKind,
    grouping::{Function, Stat},
    instant,
    literal::Literal,
    schema::{Field, FieldType},
};

/// The most groups of one answer.
pub const MAX_GROUPS: usize = 10_000;
/// The most bytes of text in the values by which groups differ.
const MAX_KEY_BYTES: usize = 4 * 1024 * 1024;

/// The documents read so far, by group.
#[derive(Clone, Debug)]
pub struct Groups {
    grouped: usize,
    fields: Vec<Arc<Field>>,
    stats: Vec<(Stat, usize)>,
    squared: Vec<bool>,
    found: BTreeMap<Vec<GroupKey>, Group>,
    documents: u64,
    key_bytes: usize,
}

#[derive(Clone, Debug)]
struct Group {
    documents: u64,
    measures: Vec<Measure>,
}

impl Groups {
    /// No document yet, to be grouped by `groups`. Without these, all documents are one group, even if there are none.
    pub fn new(groups: &[Arc<Field>], stats: &[Stat]) -> Self {
        let (mut fields, mut squared) = (groups.to_vec(), Vec::new());
        let place = |stat: &Stat| {
            let Some(field) = &stat.field else { return (stat.clone(), 0) };
            let known = fields[groups.len()..].iter().position(|other| other == field);
            let at = known.unwrap_or_else(|| {
                fields.push(Arc::clone(field));
                squared.push(false);
                squared.len() - 1
            });
            squared[at] |= stat.function == Function::Stddev;
            (stat.clone(), at)
        };
        let stats = stats.iter().map(place).collect();
        let grouped = groups.len();
        let mut new =
            Self { grouped, fields, stats, squared, found: BTreeMap::new(), documents: 0, key_bytes: 0 };
        if grouped == 0 {
            new.found.insert(Vec::new(), new.empty());
        }
        new
    }

    /// The fields whose values [`Groups::add`] takes, in its order.
    pub fn fields(&self) -> &[Arc<Field>] {
        &self.fields
    }

    /// Adds a document by its values of [`Groups::fields`]; `None` stands for a missing one, an object or an array.
    pub fn add(&mut self, values: Vec<Option<Literal>>) {
        self.documents += 1;
        let mut values = values.into_iter();
        let key: Vec<GroupKey> = values.by_ref().take(self.grouped).map(GroupKey::of).collect();
        if !self.found.contains_key(&key) {
            self.key_bytes += key.iter().map(GroupKey::bytes).sum::<usize>();
            self.found.insert(key.clone(), self.empty());
        }
        let Some(group) = self.found.get_mut(&key) else { return };
        group.documents += 1;
        let fields = &self.fields[self.grouped..];
        let measures = group.measures.iter_mut().zip(values).zip(fields.iter().zip(&self.squared));
        for ((measure, value), (field, squared)) in measures {
            let instants = matches!(field.kind, FieldType::Text(format) if format.is_instant());
            measure.add(value, *squared, instants);
        }
    }

    /// Whether there are more groups than are answered, so that reading on is of no use.
    pub fn overflow(&self) -> bool {
        self.found.len() > MAX_GROUPS || self.key_bytes > MAX_KEY_BYTES
    }

    /// The answer: groups in the order in which a list sorts by the same fields, and the number of all documents.
    pub fn into_json(self) -> Value {
        let written = |(key, group): (&Vec<GroupKey>, &Group)| {
            let names = self.fields.iter().map(|field| field.path.to_string());
            let keys = self.fields.iter().zip(key).map(|(field, key)| shown(field, &key.0));
            let values: Map<String, Value> = names.zip(keys).collect();
            let mut members = Map::from_iter([("group".to_owned(), Value::Object(values))]);
            for (stat, at) in &self.stats {
                let value = match (&stat.field, group.measures.get(*at)) {
                    (Some(field), Some(measure)) => {
                        measure.result(stat.function).map_or(Value::Null, |value| shown(field, &value))
                    }
                    _ => group.documents.into(),
                };
                members.insert(stat.to_string(), value);
            }
            Value::Object(members)
        };
        let groups: Vec<Value> = self.found.iter().map(written).collect();
        Value::Object(Map::from_iter([
            ("groups".to_owned(), groups.into()),
            ("total".to_owned(), self.documents.into()),
        ]))
    }

    fn empty(&self) -> Group {
        Group { documents: 0, measures: vec![Measure::default(); self.squared.len()] }
    }
}

/// A value by which groups differ. Numbers are one group where they are equal, whether integer or double.
#[derive(Clone, Debug)]
struct GroupKey(Literal);

impl GroupKey {
    #[expect(clippy::cast_possible_truncation, reason = "equal to the integer, or not used")]
    fn of(value: Option<Literal>) -> Self {
        let value = value.unwrap_or(Literal::Null);
        if let Literal::Double(double) = value {
            let whole = Literal::Integer(double as i64);
            if !double.is_nan() && compare(&whole, &value) == Ordering::Equal {
                return Self(whole);
            }
        }
        Self(value)
    }

    fn bytes(&self) -> usize {
        if let Literal::Text(text) = &self.0 { text.len() } else { 0 }
    }
}

impl Ord for GroupKey {
    fn cmp(&self, other: &Self) -> Ordering {
        in_order(&self.0, &other.0)
    }
}

/// The order of a sort, in which values of different kinds are separate.
fn in_order(one: &Literal, other: &Literal) -> Ordering {
    ValueKind::of(one).cmp(&ValueKind::of(other)).then_with(|| match (one, other) {
        (Literal::Boolean(one), Literal::Boolean(other)) => one.cmp(other),
        (one, other) => compare(one, other),
    })
}

impl PartialOrd for GroupKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for GroupKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for GroupKey {}

/// What is known of one field in one group. Any NaN makes sum, mean and deviation NaN; so do infinities of both signs.
#[derive(Clone, Debug, Default)]
struct Measure {
    values: u64,
    numbers: u64,
    doubles: bool,
    not_a_number: bool,
    infinities: [bool; 2],
    sum: Exact,
    squares: Exact,
    extremes: Option<(Literal, Literal)>,
}

impl Measure {
    /// Counts a value in. Texts have a first and a last one only where they are `instants`.
    fn add(&mut self, value: Option<Literal>, squared: bool, instants: bool) {
        let Some(value) = value.filter(|value| *value != Literal::Null) else { return };
        self.values += 1;
        let finite = match value {
            Literal::Integer(integer) => Some(integer.into()),
            Literal::Double(double) => Finite::of(double),
            Literal::Text(_) if instants => return self.extend(value),
            _ => return,
        };
        self.numbers += 1;
        match (finite, &value) {
            (Some(finite), _) => {
                self.sum.add(finite);
                if squared {
                    self.squares.add_square(finite);
                }
            }
            (None, Literal::Double(double)) if double.is_nan() => self.not_a_number = true,
            (None, Literal::Double(double)) => self.infinities[usize::from(*double > 0.0)] = true,
            (None, _) => {}
        }
        self.doubles |= matches!(value, Literal::Double(_));
        self.extend(value);
    }

    /// Moves the extremes to a value.
    fn extend(&mut self, value: Literal) {
        match &mut self.extremes {
            None => self.extremes = Some((value.clone(), value)),
            Some((least, _)) if total(&value, least) == Ordering::Less => *least = value,
            Some((_, most)) if total(&value, most) == Ordering::Greater => *most = value,
            Some(_) => {}
        }
    }

    fn result(&self, function: Function) -> Option<Literal> {
        let special = match (self.not_a_number, self.infinities) {
            (true, _) | (_, [true, true]) => Some(f64::NAN),
            (_, [true, false]) => Some(f64::NEG_INFINITY),
            (_, [false, true]) => Some(f64::INFINITY),
            (_, [false, false]) => None,
        };
        match function {
            Function::Count => Some(Literal::Integer(i64::try_from(self.values).unwrap_or(i64::MAX))),
            Function::Min => self.extremes.as_ref().map(|(least, _)| least.clone()),
            Function::Max => self.extremes.as_ref().map(|(_, most)| most.clone()),
            Function::Sum => Some(match (special, self.sum.to_i64()) {
                (None, Some(integer)) if !self.doubles => Literal::Integer(integer),
                (special, _) => Literal::Double(special.unwrap_or_else(|| self.sum.to_f64())),
            }),
            Function::Avg if self.numbers == 0 => None,
            Function::Avg => Some(Literal::Double(special.unwrap_or_else(|| self.sum.mean(self.numbers)))),
            Function::Stddev if self.numbers < 2 => None,
            Function::Stddev => Some(Literal::Double(match special {
                Some(_) => f64::NAN,
                None => deviation(&self.sum, &self.squares, self.numbers),
            })),
        }
    }
}

/// The order of a sort, and within equal numbers -0.0, the integer, the double, so that no other order can show.
fn total(one: &Literal, other: &Literal) -> Ordering {
    let rank = |number: &Literal| match number {
        Literal::Double(double) if *double == 0.0 && double.is_sign_negative() => 0,
        Literal::Integer(_) => 1,
        _ => 2,
    };
    in_order(one, other).then_with(|| rank(one).cmp(&rank(other)))
}

/// A value of a field as an answer shows it: of equal points in time, written differently, the way in UTC.
fn shown(field: &Field, value: &Literal) -> Value {
    match value {
        Literal::Text(key) if field.is_instant() => instant::shown(key).into(),
        other => json(other),
    }
}

/// As documents show it: NaN and the infinities as strings.
fn json(value: &Literal) -> Value {
    match value {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => (*value).into(),
        Literal::Integer(value) => (*value).into(),
        Literal::Double(value) if value.is_finite() => (*value).into(),
        Literal::Double(_) => value.to_string().into(),
        Literal::Text(text) => text.as_str().into(),
    }
}

#[cfg(test)]
#[path = "tests/aggregate.rs"]
mod tests;
