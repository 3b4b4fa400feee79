//! SQL for the fields of a document: one value under which a field is compared, sorted and indexed alike. Knows no
//! condition.

use crate::query::{
    expr::ValueKind,
    schema::{Field, FieldType, TextFormat},
};

use super::functions::INSTANT;

/// The least text. Numbers come before it.
const TEXTS: &str = "''";
/// The least blob. Texts come before it.
const BLOBS: &str = "x''";

/// SQL for a field. SQLite sorts nulls, numbers, texts and blobs in this order, so a field of any kind has one value
/// that stands where the value's kind says: what is no scalar becomes a blob.
pub struct Operand {
    /// Null for NaN, where the field can have it, and for nothing.
    pub value: String,
    /// What is sorted before the value: null for nothing, 0 for NaN, 1 for numbers. SQLite has no number for NaN.
    pub rank: Option<String>,
    /// The value's kind as `json_type` names it; null where there is none.
    pub kind: String,
    /// What the schema says.
    pub field_type: FieldType,
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
        let field_type = field.kind.clone();
        if let Some((value, kind)) = column {
            return Self { value: value.into(), rank: None, kind: kind.into(), field_type };
        }
        let path = json_path(field);
        Self::new(&format!("json_extract(body, {path})"), format!("json_type(body, {path})"), field_type)
    }

    /// The operand of a field whose strings are taken as they are written.
    pub fn as_written(field: &Field) -> Self {
        let kind = if field.is_instant() { FieldType::Text(TextFormat::Plain) } else { field.kind.clone() };
        Self::of(&Field { kind, ..field.clone() })
    }

    /// The operand of any item of an array. Its kind is told by the item itself.
    pub fn of_item(items: &FieldType) -> Self {
        let special = FieldType::Number { ieee754: true };
        let field_type = if *items == special { special } else { FieldType::Untyped };
        let value = if items.is_instant() { instant("item.value") } else { "item.value".to_owned() };
        Self::new(&value, "item.type".into(), field_type)
    }

    fn new(value: &str, kind: String, field_type: FieldType) -> Self {
        let (value, rank) = match field_type {
            FieldType::Untyped => (
                format!(
                    "CASE {kind} WHEN 'object' THEN {} WHEN 'array' THEN {} WHEN 'false' THEN {} WHEN 'true' THEN {} ELSE {value} END",
                    blob(ValueKind::Object),
                    blob(ValueKind::Array),
                    boolean(false),
                    boolean(true),
                ),
                None,
            ),
            FieldType::Number { ieee754: true } => (
                format!(
                    "CASE {value} WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 WHEN 'NaN' THEN NULL ELSE {value} END"
                ),
                Some(format!(
                    "CASE {kind} WHEN 'integer' THEN 1 WHEN 'real' THEN 1 WHEN 'text' THEN {value} <> 'NaN' END"
                )),
            ),
            FieldType::Text(TextFormat::DateTime) => (instant(value), None),
            _ => (value.to_owned(), None),
        };
        Self { value, rank, kind, field_type }
    }

    /// What an index or an order holds of the field, the weightiest first.
    pub fn keys(&self) -> Vec<&str> {
        self.rank.iter().chain([&self.value]).map(String::as_str).collect()
    }

    /// Whether values of several kinds meet in it.
    pub fn is_untyped(&self) -> bool {
        self.field_type == FieldType::Untyped
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
                    (*last, range.ceiling) = (kind, self.range(kind).ceiling);
                }
                _ => ranges.push((kind, self.range(kind))),
            }
        }
        ways.extend(ranges.iter().map(|(_, range)| match (&self.rank, range.floor) {
            (Some(rank), _) => format!("{rank} >= 0"),
            (None, Some(floor)) => {
                format!("({value} >= {floor} AND {value} < {})", range.ceiling, value = self.value)
            }
            (None, None) => format!("{} < {}", self.value, range.ceiling),
        }));
        format!("({})", ways.join(" OR "))
    }

    /// Where the values of a kind lie. The ceiling keeps null out.
    pub fn range(&self, kind: ValueKind) -> Range {
        let (floor, ceiling) = match kind {
            ValueKind::Nothing | ValueKind::Number => (None, TEXTS),
            // Where the schema lets nothing else stand, false and true are 0 and 1.
            ValueKind::Boolean if !self.is_untyped() => (None, TEXTS),
            ValueKind::Text => (Some(TEXTS), BLOBS),
            ValueKind::Object => (Some(blob(kind)), blob(ValueKind::Array)),
            ValueKind::Array => (Some(blob(kind)), boolean(false)),
            ValueKind::Boolean => (Some(boolean(false)), "x'04'"),
        };
        Range { floor, ceiling }
    }
}

/// From a value, itself included, up to another, itself left out: as SQL.
#[derive(Clone, Copy)]
pub struct Range {
    pub floor: Option<&'static str>,
    pub ceiling: &'static str,
}

fn blob(kind: ValueKind) -> &'static str {
    if kind == ValueKind::Object { "x'00'" } else { "x'01'" }
}

/// `true` or `false` among values of other kinds.
pub fn boolean(value: bool) -> &'static str {
    if value { "x'03'" } else { "x'02'" }
}
