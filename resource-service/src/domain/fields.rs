//! The fields of a collection: those that its schema declares, and those that sampled documents have where the schema is open.
//! Bounded in fields and bytes, however many there are. Shows no value but units. Pure: knows no store.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shared_models::discovery::{FieldList, FieldSummary};

use super::index::Index;
use crate::query::{
    number::integer_of,
    path::{MAX_DEPTH, Path},
    projection::Projection,
    schema::{FieldType, IEEE754, SYSTEM_FIELDS, Schema},
    shape::{Kinds, Shape},
};

/// The most fields that are listed.
pub const MAX_FIELDS: usize = 1000;
/// How many found fields are counted for each that can be listed, so that rare ones do not displace frequent ones.
const CANDIDATES: usize = 4;
/// The most bytes of names that are kept.
const MAX_BYTES: usize = 1024 * 1024;
/// The most bytes of a unit.
const MAX_UNIT: usize = 50;
/// The member that names the unit of those beside it.
const UNIT: &str = "unit";

/// The fields that are known, and where further ones are looked for.
pub struct Inventory {
    schema: Schema,
    indexes: Leading,
    parts: Vec<Part>,
    sampled: u64,
    room: Room,
    truncated: bool,
}

/// What is at one place in the order of fields.
enum Part {
    Declared(FieldSummary),
    Open(Place),
}

/// A place whose members the schema leaves open.
struct Place {
    path: Vec<String>,
    /// The members that the schema declares.
    declared: Vec<String>,
    /// Where the schema allows any value: which of the declared fields it is.
    any: Option<usize>,
    found: Node,
}

/// How many fields, and bytes of their names, can still be kept.
struct Room {
    fields: usize,
    bytes: usize,
}

/// What documents have at one place.
struct Node {
    documents: u64,
    kinds: Kinds,
    unit: Unit,
    below: BTreeMap<String, Node>,
}

#[derive(Default)]
enum Unit {
    #[default]
    Unknown,
    One(String),
    Several,
}

impl Default for Node {
    fn default() -> Self {
        Self { documents: 0, kinds: Kinds::NONE, unit: Unit::default(), below: BTreeMap::new() }
    }
}

impl Inventory {
    /// The fields that `schema` declares. It is the collection's as it is for the reader: what it hides is not listed.
    pub fn new(schema: &Schema, indexes: &[Index]) -> Self {
        let mut new = Self {
            schema: schema.clone(),
            indexes: Leading::of(indexes),
            parts: Vec::new(),
            sampled: 0,
            room: Room { fields: MAX_FIELDS * CANDIDATES, bytes: MAX_BYTES },
            truncated: false,
        };
        let shape = schema.shape(&[]);
        let system = SYSTEM_FIELDS.into_iter().map(str::to_owned);
        let declared: Vec<String> = system.chain(shape.declared.iter().cloned()).collect();
        let mut above = vec![shape.declared];
        for name in &declared {
            new.declare(std::slice::from_ref(name), &mut above);
        }
        if shape.open {
            new.open(&[], declared, None);
        }
        new
    }

    /// Whether there is anything to be found in documents.
    pub fn needs_sample(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Open(_)))
    }

    /// What is looked at of each document; all of it where absent.
    pub fn looks_at(&self) -> Option<Projection> {
        let places = self.parts.iter().filter_map(|part| match part {
            Part::Open(place) => Some(Path::of(&place.path)),
            Part::Declared(_) => None,
        });
        places.collect::<Option<Vec<_>>>().map(Projection::new)
    }

    /// Looks at a document, which shows nothing that is hidden.
    pub fn add(&mut self, document: &Map<String, Value>) {
        self.sampled += 1;
        for part in &mut self.parts {
            let Part::Open(Place { path, declared, any, found }) = part else { continue };
            let members = match path.split_first() {
                None => Some(document),
                Some((first, rest)) => {
                    let value = document.get(first);
                    let value = rest.iter().try_fold(value, |at, name| Some(at?.as_object()?.get(name)));
                    let value = value.flatten();
                    if let (Some(_), Some(value)) = (any, value) {
                        found.note(value);
                    }
                    value.and_then(Value::as_object)
                }
            };
            if let Some(members) = members {
                found.members(members, declared, path.len(), &mut self.room);
            }
        }
    }

    /// What is known by now. `more` says that there are documents which were not looked at.
    pub fn list(self, more: bool) -> FieldList {
        let Self { schema, indexes, parts, sampled, room, truncated } = self;
        let mut declared: Vec<(usize, FieldSummary)> = Vec::new();
        let mut found = Vec::new();
        for (order, part) in parts.into_iter().enumerate() {
            match part {
                Part::Declared(field) => declared.push((order, field)),
                Part::Open(place) => {
                    if let Some((_, field)) = place.any.and_then(|at| declared.get_mut(at)) {
                        field.count = Some(place.found.documents);
                        if field.types.is_empty() {
                            field.types = types(place.found.kinds);
                        }
                    }
                    let mut lister = Lister { schema: &schema, indexes: &indexes, order, found: &mut found };
                    lister.below(&mut place.path.clone(), place.found);
                }
            }
        }
        let left = MAX_FIELDS.saturating_sub(declared.len());
        let full = room.fields == 0 || room.bytes < MAX_DEPTH;
        let truncated = truncated || more || full || found.len() > left;
        // The most frequent ones stay, in the order in which they were found.
        found.sort_by_key(|(_, field)| std::cmp::Reverse(field.count));
        found.truncate(left);
        declared.extend(found);
        declared.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.path.cmp(&b.path)));
        FieldList { fields: declared.into_iter().map(|(_, field)| field).collect(), sampled, truncated }
    }

    /// Lists the field at `names`, and those below it. `above` has the declared members of each object above it: a schema
    /// may refer to itself, and then the documents say how deep they are.
    fn declare(&mut self, names: &[String], above: &mut Vec<Vec<String>>) {
        let field = Path::of(names).filter(named).and_then(|path| self.schema.field(&path).ok());
        let Some(field) = field else { return };
        if self.parts.len() >= MAX_FIELDS {
            self.truncated = true;
            return;
        }
        let shape = self.schema.shape(names);
        let summary =
            if field.always { system(&field.path, &field.kind) } else { summary(&field.path, &shape) };
        let at = self.parts.iter().filter(|part| matches!(part, Part::Declared(_))).count();
        let indexed = self.indexes.covers(&field.path);
        self.parts.push(Part::Declared(FieldSummary { declared: true, indexed, ..summary }));
        if field.kind == FieldType::Untyped {
            self.open(names, Vec::new(), Some(at));
        } else if field.kind == FieldType::Object && names.len() < MAX_DEPTH {
            if !shape.declared.is_empty() && above.contains(&shape.declared) {
                self.open(names, Vec::new(), None);
                return;
            }
            above.push(shape.declared.clone());
            for name in &shape.declared {
                self.declare(&[names, std::slice::from_ref(name)].concat(), above);
            }
            above.pop();
            if shape.open {
                self.open(names, shape.declared, None);
            }
        }
    }

    fn open(&mut self, path: &[String], declared: Vec<String>, any: Option<usize>) {
        self.parts.push(Part::Open(Place { path: path.to_vec(), declared, any, found: Node::default() }));
    }
}

impl Node {
    fn note(&mut self, value: &Value) {
        self.documents += 1;
        self.kinds = self.kinds.or(kind_of(value));
    }

    /// Looks at the members of an object at this depth.
    fn members(&mut self, members: &Map<String, Value>, declared: &[String], depth: usize, room: &mut Room) {
        if depth >= MAX_DEPTH {
            return;
        }
        // At the top it would be one of everything.
        let unit =
            members.get(UNIT).and_then(Value::as_str).filter(|unit| depth > 0 && unit.len() <= MAX_UNIT);
        for (name, value) in members.iter().filter(|(name, _)| !declared.contains(name)) {
            let Some(node) = self.child(name, room) else { continue };
            node.note(value);
            if let Some(unit) = unit.filter(|_| name != UNIT) {
                node.unit.note(unit);
            }
            if let Value::Object(members) = value {
                node.members(members, &[], depth + 1, room);
            }
        }
    }

    fn child(&mut self, name: &str, room: &mut Room) -> Option<&mut Self> {
        if !self.below.contains_key(name) {
            if room.fields == 0 || room.bytes < name.len() {
                room.fields = 0;
                return None;
            }
            (room.fields, room.bytes) = (room.fields - 1, room.bytes - name.len());
            self.below.insert(name.to_owned(), Self::default());
        }
        self.below.get_mut(name)
    }
}

impl Unit {
    fn note(&mut self, unit: &str) {
        match self {
            Self::Unknown => *self = Self::One(unit.to_owned()),
            Self::One(known) if known == unit => {}
            Self::One(_) | Self::Several => *self = Self::Several,
        }
    }
}

/// Lists what was found below a place.
struct Lister<'l> {
    schema: &'l Schema,
    indexes: &'l Leading,
    order: usize,
    found: &'l mut Vec<(usize, FieldSummary)>,
}

impl Lister<'_> {
    fn below(&mut self, names: &mut Vec<String>, node: Node) {
        for (name, node) in node.below {
            names.push(name);
            // What no query can name, and what the reader is not shown, is left out with all that lies below.
            if let Some(path) = Path::of(names).filter(named).filter(|path| self.schema.field(path).is_ok()) {
                self.field(names, &path, node);
            }
            names.pop();
        }
    }

    /// An object is listed by its members, and itself if it has none.
    fn field(&mut self, names: &mut Vec<String>, path: &Path, node: Node) {
        if node.below.is_empty() || node.kinds.less(Kinds::OBJECT) != Kinds::NONE {
            let known = summary(path, &self.schema.shape(names));
            let types = if known.types.is_empty() { types(node.kinds) } else { known.types };
            let numeric = types.iter().any(|name| name == "number" || name == "integer");
            let unit = match &node.unit {
                Unit::One(unit) if numeric => Some(unit.clone()),
                _ => None,
            };
            let indexed = self.indexes.covers(path);
            let count = Some(node.documents);
            self.found.push((self.order, FieldSummary { types, unit, count, indexed, ..known }));
        }
        self.below(names, node);
    }
}

/// Whether a query can name the path: a name with a dot in it is none.
fn named(path: &Path) -> bool {
    path.to_string().parse().as_ref() == Ok(path)
}

/// A field as the schema describes it; without types where it allows any.
fn summary(path: &Path, shape: &Shape) -> FieldSummary {
    let kinds = shape.kinds;
    let any = kinds.or(Kinds::NULL) == Kinds::ALL;
    let special = shape.format.as_deref() == Some(IEEE754) && kinds.meets(Kinds::NUMBER);
    let kinds = if special { kinds.less(Kinds::STRING) } else { kinds };
    let format = shape.format.clone().filter(|_| !any);
    FieldSummary {
        path: path.to_string(),
        types: if any { Vec::new() } else { types(kinds) },
        format,
        unit: None,
        count: None,
        declared: false,
        indexed: false,
    }
}

/// A field that the service sets.
fn system(path: &Path, kind: &FieldType) -> FieldSummary {
    let (name, format) = match kind {
        FieldType::Integer => ("integer", None),
        FieldType::Text(format) if format.is_instant() => ("string", Some("date-time".to_owned())),
        _ => ("string", None),
    };
    let types = vec![name.to_owned()];
    FieldSummary {
        path: path.to_string(),
        types,
        format,
        unit: None,
        count: None,
        declared: true,
        indexed: false,
    }
}

fn kind_of(value: &Value) -> Kinds {
    match value {
        Value::Null => Kinds::NULL,
        Value::Bool(_) => Kinds::BOOLEAN,
        Value::Number(_) if integer_of(value).is_some() => Kinds::INTEGER,
        Value::Number(_) => Kinds::NUMBER,
        Value::String(_) => Kinds::STRING,
        Value::Array(_) => Kinds::ARRAY,
        Value::Object(_) => Kinds::OBJECT,
    }
}

fn types(kinds: Kinds) -> Vec<String> {
    let number = if kinds.and(Kinds::NUMBER).within(Kinds::INTEGER) { "integer" } else { "number" };
    let names = [
        (Kinds::NUMBER, number),
        (Kinds::STRING, "string"),
        (Kinds::BOOLEAN, "boolean"),
        (Kinds::ARRAY, "array"),
        (Kinds::OBJECT, "object"),
        (Kinds::NULL, "null"),
    ];
    names.into_iter().filter(|(kind, _)| kinds.meets(*kind)).map(|(_, name)| name.to_owned()).collect()
}

/// The fields that indexes begin with, and the objects all of whose members are indexed.
struct Leading {
    fields: Vec<Path>,
    objects: Vec<Path>,
}

impl Leading {
    fn of(indexes: &[Index]) -> Self {
        let fields = indexes.iter().filter(|index| index.members_of.is_none());
        let fields = fields.filter_map(|index| index.declared().next());
        Self {
            fields: fields.map(|field| field.path.clone()).collect(),
            objects: indexes.iter().filter_map(|index| index.members_of.clone()).collect(),
        }
    }

    fn covers(&self, path: &Path) -> bool {
        let member_of = |object: &Path| object.contains(path) && object != path;
        path.first() == "_id" || self.fields.contains(path) || self.objects.iter().any(member_of)
    }
}

#[cfg(test)]
#[path = "tests/fields.rs"]
mod tests;
