//! SQL for the fields of a document: one value under which a field is compared, sorted and indexed alike. Knows no
//! condition.

use crate::query::{
    expr::ValueKind,
    schema::{Field, FieldType, TextFormat},
};

use super::functions::INSTANT;

/// The least text. Numbers come before it.
const TEXTS: &str = "''";
/// Blobs, which come behind all texts: for every object, for every array, for `false` and `true`, and behind these.
const OBJECTS: &str = "x'00'";
const ARRAYS: &str = "x'01'";
const FALSE: &str = "x'02'";
const TRUE: &str = "x'03'";
const END: &str = "x'04'";

/// SQL for a field. SQLite sorts nulls, numbers, texts and blobs in this order, so a field of any kind has one value
/// that stands where the value's kind says: what is no scalar becomes a blob.
pub struct Operand {
    /// Null for NaN, where the field can have it, and for nothing.
    pub value: String,
    /// What is sorted before the value, where it can be NaN: null for nothing, 0 for NaN, 1 for all else. SQLite has no
    /// number for NaN.
    pub rank: Option<String>,
    /// The value's kind as `json_type` names it; null where there is none.
    pub kind: String,
    /// Whether the service sets the field, so that its values are of one kind.
    pub certain: bool,
    /// Whether the schema allows values of several kinds, so that a condition had better seek those of one.
    pub mixed: bool,
}

/// The key of a point in time.
fn instant(value: &str) -> String {
    format!("{INSTANT}({value})")
}

/// A path of SQLite's JSON functions as a SQL literal, every name quoted.
pub fn json_path(field: &Field) -> String {
    let escape = |name: &String| format!(".\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let path: String = field.path.segments().iter().map(escape).collect();
    format!("'${}'", path.replace('\'', "''"))
}

impl Operand {
    /// The operand of a field.
    pub fn of(field: &Field) -> Self {
        let column = match field.path.first() {
            "_id" => Some(("id", "'text'")),
            "_owner" => Some(("owner", "'text'")),
            "_revision" => Some(("revision", "'integer'")),
            _ => None,
        };
        if let Some((value, kind)) = column {
            return Self { value: value.into(), rank: None, kind: kind.into(), certain: true, mixed: false };
        }
        let path = json_path(field);
        let (value, kind) = (format!("json_extract(body, {path})"), format!("json_type(body, {path})"));
        if field.path.first().starts_with('_') {
            return Self { value, rank: None, kind, certain: true, mixed: false };
        }
        Self::new(&value, kind, &field.kind)
    }

    /// The operand of a field whose strings are taken as they are written.
    pub fn as_written(field: &Field) -> Self {
        let kind = if field.is_instant() { FieldType::Text(TextFormat::Plain) } else { field.kind.clone() };
        Self::of(&Field { kind, ..field.clone() })
    }

    /// The operand of any item of an array. The item itself has a kind.
    pub fn of_item(items: &FieldType) -> Self {
        Self::new("item.value", "item.type".into(), items)
    }

    /// Of a value that may be of any kind, whatever the schema says: a document may be older than it.
    fn new(raw: &str, kind: String, field_type: &FieldType) -> Self {
        let special = *field_type == FieldType::Number { ieee754: true };
        let scalar = match field_type {
            _ if special => format!(
                "CASE {raw} WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 WHEN 'NaN' THEN NULL ELSE {raw} END"
            ),
            FieldType::Text(TextFormat::DateTime) => instant(raw),
            _ => raw.to_owned(),
        };
        let value = format!(
            "CASE {kind} WHEN 'object' THEN {OBJECTS} WHEN 'array' THEN {ARRAYS} WHEN 'false' THEN {FALSE} WHEN 'true' THEN {TRUE} ELSE {scalar} END"
        );
        let rank = special.then(|| {
            format!("CASE {kind} WHEN 'null' THEN NULL WHEN 'text' THEN {raw} <> 'NaN' ELSE {kind} <> '' END")
        });
        Self { value, rank, kind, certain: false, mixed: *field_type == FieldType::Untyped }
    }

    /// What an index or an order holds of the field, the weightiest first.
    pub fn keys(&self) -> Vec<&str> {
        self.rank.iter().chain([&self.value]).map(String::as_str).collect()
    }

    /// Holds where there is neither a value nor anything but `null`. Whatever an index holds of the field is named, so
    /// that the index gives what comes behind it in order.
    pub fn is_nothing(&self) -> String {
        let nothing: Vec<String> = self.keys().into_iter().map(|key| format!("{key} IS NULL")).collect();
        format!("({})", nothing.join(" AND "))
    }

    /// Holds for NaN.
    pub fn is_nan(&self) -> String {
        match &self.rank {
            Some(rank) => format!("({rank} = 0 AND {} IS NULL)", self.value),
            None => "FALSE".to_owned(),
        }
    }

    /// Holds for the values of these kinds, by as few ranges as an index can give.
    pub fn is_among(&self, kinds: &[ValueKind]) -> String {
        let mut ways = Vec::new();
        let mut ranges: Vec<(ValueKind, Range)> = Vec::new();
        for kind in ValueKind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
            match ranges.last_mut() {
                _ if kind == ValueKind::Nothing => ways.push(self.is_nothing()),
                Some((last, range)) if *last as u8 + 1 == kind as u8 => {
                    (*last, range.ceiling) = (kind, self::range(kind).ceiling);
                }
                _ => ranges.push((kind, self::range(kind))),
            }
        }
        ways.extend(ranges.iter().map(|(_, range)| {
            let (value, ceiling) = (&self.value, range.ceiling);
            match (&self.rank, range.floor) {
                (Some(rank), None) if ceiling == END => format!("{rank} >= 0"),
                (Some(rank), None) => format!("({rank} = 0 OR ({rank} = 1 AND {value} < {ceiling}))"),
                (Some(rank), Some(floor)) => {
                    format!("({rank} = 1 AND {value} >= {floor} AND {value} < {ceiling})")
                }
                (None, Some(floor)) => format!("({value} >= {floor} AND {value} < {ceiling})"),
                (None, None) => format!("{value} < {ceiling}"),
            }
        }));
        format!("({})", ways.join(" OR "))
    }
}

/// Where the values of a kind lie. The ceiling keeps null out.
pub fn range(kind: ValueKind) -> Range {
    let (floor, ceiling) = match kind {
        ValueKind::Nothing | ValueKind::Number => (None, TEXTS),
        ValueKind::Text => (Some(TEXTS), OBJECTS),
        ValueKind::Object => (Some(OBJECTS), ARRAYS),
        ValueKind::Array => (Some(ARRAYS), FALSE),
        ValueKind::Boolean => (Some(FALSE), END),
    };
    Range { floor, ceiling }
}

/// From a value, itself included, up to another, itself left out: as SQL.
#[derive(Clone, Copy)]
pub struct Range {
    pub floor: Option<&'static str>,
    pub ceiling: &'static str,
}

/// The one byte of the blob that stands for `false` or `true`.
pub const fn boolean(value: bool) -> u8 {
    if value { 3 } else { 2 }
}
