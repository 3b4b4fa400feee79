//! The first pass over the documents of a table: which paths they have where the schema leaves them open, and what kind of
//! values. Its memory is bounded, however many paths there are.

use std::collections::BTreeMap;

use serde_json::Value;

use super::column::{Column, ColumnKind, double};
use crate::query::{
    path::{MAX_DEPTH, Path},
    projection::Projection,
    schema::Schema,
};

/// How many paths are counted for each that can become a column, so that rare ones do not displace frequent ones.
const CANDIDATES: usize = 4;
/// The most bytes of names that are kept.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Where columns are found.
#[derive(Clone, Debug)]
pub struct OpenPart {
    /// The names that lead there; none for the document itself.
    pub path: Vec<String>,
    /// The members that have columns of their own.
    pub declared: Vec<String>,
    /// Whether the schema allows other values than objects, so that the place itself is a column too.
    pub any: bool,
}

/// What was found up to now.
pub struct Survey {
    places: Vec<(OpenPart, Node)>,
    limit: usize,
    room: Room,
}

/// How many paths, and bytes of their names, can still be kept.
struct Room {
    paths: usize,
    bytes: usize,
}

/// A place in the documents.
#[derive(Default)]
struct Node {
    tally: Tally,
    below: BTreeMap<String, Node>,
}

/// How many documents have a value of each kind at one place.
#[derive(Default)]
struct Tally {
    /// Integers that a double holds exactly too.
    either: u64,
    /// Integers that only 64 bits hold.
    integers: u64,
    /// Other numbers.
    doubles: u64,
    texts: u64,
    booleans: u64,
    /// Arrays, and numbers that neither an integer of 64 bits nor a double holds.
    others: u64,
}

impl Survey {
    /// Looks at these places, for at most `limit` columns.
    pub fn new(places: Vec<OpenPart>, limit: usize) -> Self {
        let places = places.into_iter().map(|place| (place, Node::default())).collect();
        Self { places, limit, room: Room { paths: limit.saturating_mul(CANDIDATES), bytes: MAX_BYTES } }
    }

    /// The parts of a document that are looked at; all of it where absent.
    pub fn projection(&self) -> Option<Projection> {
        self.places
            .iter()
            .map(|(place, _)| Path::of(&place.path))
            .collect::<Option<Vec<_>>>()
            .map(Projection::new)
    }

    /// Looks at a document.
    pub fn add(&mut self, document: &Value) {
        for (place, node) in &mut self.places {
            let value = place.path.iter().try_fold(document, |at, name| at.as_object()?.get(name));
            match value {
                None => {}
                Some(Value::Object(members)) if place.path.len() < MAX_DEPTH => {
                    for (name, value) in members.iter().filter(|(name, _)| !place.declared.contains(name)) {
                        node.look_below(name, value, place.path.len() + 1, &mut self.room);
                    }
                }
                Some(value) => node.tally.add(value),
            }
        }
    }

    /// For each place the columns found there, in the order of their names.
    pub fn columns(&self, schema: &Schema) -> Vec<Vec<Column>> {
        let mut found = Vec::new();
        for (at, (place, node)) in self.places.iter().enumerate() {
            node.columns(&mut place.path.clone(), schema, &mut |column, many| found.push((many, at, column)));
        }
        // The most frequent paths become columns; those found first come first again afterwards.
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse(found[*at].0));
        order.truncate(self.limit);
        order.sort_unstable();
        let mut columns = vec![Vec::new(); self.places.len()];
        for (_, at, column) in order.into_iter().map(|at| &found[at]) {
            columns[*at].push(column.clone());
        }
        columns
    }
}

impl Node {
    fn look_below(&mut self, name: &str, value: &Value, depth: usize, room: &mut Room) {
        if value.is_null() {
            return;
        }
        if !self.below.contains_key(name) {
            if room.paths == 0 || room.bytes < name.len() {
                return;
            }
            (room.paths, room.bytes) = (room.paths - 1, room.bytes - name.len());
            self.below.insert(name.to_owned(), Self::default());
        }
        let Some(node) = self.below.get_mut(name) else { return };
        match value {
            Value::Object(members) if depth < MAX_DEPTH => {
                for (name, value) in members {
                    node.look_below(name, value, depth + 1, room);
                }
            }
            value => node.tally.add(value),
        }
    }

    fn columns(&self, path: &mut Vec<String>, schema: &Schema, found: &mut impl FnMut(Column, u64)) {
        if let Some((kind, many)) = self.tally.kind() {
            let declared = Path::of(path).and_then(|path| schema.field(&path).ok());
            let kind = declared.and_then(|field| ColumnKind::of(&field.kind)).unwrap_or(kind);
            found(Column { path: path.clone(), kind }, many);
        }
        for (name, node) in &self.below {
            path.push(name.clone());
            node.columns(path, schema, found);
            path.pop();
        }
    }
}

impl Tally {
    fn add(&mut self, value: &Value) {
        let count = match value {
            Value::Null => return,
            Value::Bool(_) => &mut self.booleans,
            Value::String(_) => &mut self.texts,
            Value::Array(_) | Value::Object(_) => &mut self.others,
            Value::Number(number) => match (number.is_i64(), double(number).is_some()) {
                (true, true) => &mut self.either,
                (true, false) => &mut self.integers,
                (false, true) => &mut self.doubles,
                (false, false) => &mut self.others,
            },
        };
        *count += 1;
    }

    /// The kind that holds the most of the values, and how many values there are.
    fn kind(&self) -> Option<(ColumnKind, u64)> {
        let (kind, numbers) = if self.doubles > 0 && self.doubles >= self.integers {
            (ColumnKind::Double { ieee754: false }, self.either + self.doubles)
        } else {
            (ColumnKind::Integer, self.either + self.integers)
        };
        let kinds = [
            (ColumnKind::Json, self.others),
            (ColumnKind::Boolean, self.booleans),
            (ColumnKind::Text, self.texts),
            (kind, numbers),
        ];
        let many = self.either + self.integers + self.doubles + self.texts + self.booleans + self.others;
        // Of equals the last one.
        let (kind, _) = kinds.into_iter().max_by_key(|(_, many)| *many)?;
        (many > 0).then_some((kind, many))
    }
}
