//! Comma-separated values (RFC 4180) in UTF-8, with a header.
//!
//! Values stand as they are, so that numbers survive: a text that a spreadsheet would take for a formula is not
//! altered. A missing value is an empty field, an empty string a quoted one.

use serde_json::Value;

use super::{Columns, Kind, Unwritable, Writer};

/// Rows of documents.
pub struct Csv {
    columns: Columns,
    ready: Vec<u8>,
}

impl Csv {
    /// A header of these columns, and no row yet.
    pub fn new(columns: Columns) -> Self {
        let mut new = Self { columns: Vec::new(), ready: Vec::new() };
        new.row(columns.iter().map(|column| Some(column.name.clone())));
        Self { columns, ..new }
    }

    fn row(&mut self, fields: impl Iterator<Item = Option<String>>) {
        for (at, field) in fields.enumerate() {
            if at > 0 {
                self.ready.push(b',');
            }
            if let Some(text) = field {
                write(&text, &mut self.ready);
            }
        }
        self.ready.extend_from_slice(b"\r\n");
    }
}

/// In quotes, with those within it doubled, where it could be misread otherwise.
fn write(text: &str, out: &mut Vec<u8>) {
    let padded = text.starts_with(' ') || text.ends_with(' ');
    if text.is_empty() || padded || text.contains([',', '"', '\r', '\n']) {
        out.push(b'"');
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

fn text(kind: Kind, value: Value) -> String {
    match value {
        // NaN and the infinities are strings too.
        Value::String(text) if kind != Kind::Json => text,
        other => other.to_string(),
    }
}

impl Writer for Csv {
    fn add(&mut self, document: &str) -> Result<(), Unwritable> {
        let document: Value = serde_json::from_str(document)?;
        let field = |column: &super::Column| column.value(&document).map(|value| text(column.kind, value));
        let fields: Vec<Option<String>> = self.columns.iter().map(field).collect();
        self.row(fields.into_iter());
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Unwritable> {
        Ok(std::mem::take(&mut self.ready))
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Unwritable> {
        self.take()
    }
}
