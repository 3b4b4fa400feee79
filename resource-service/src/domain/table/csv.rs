//! Comma-separated values (RFC 4180) in UTF-8, with a header.
//!
//! Values are written as they are, so that numbers survive: a text that a spreadsheet would take for a formula is not
//! altered. A missing value is an empty field, an empty string a quoted one.

use serde_json::Value;

use super::{TableWriter, Unwritable, column::Cell, rows::Rows};

/// Rows of documents.
pub struct Csv {
    rows: Rows,
    ready: Vec<u8>,
}

impl Csv {
    /// A header of these columns, and no row yet.
    pub fn new(rows: Rows) -> Self {
        let mut ready = Vec::new();
        line(rows.names().map(Some), &mut ready);
        Self { rows, ready }
    }
}

fn line(fields: impl Iterator<Item = Option<String>>, out: &mut Vec<u8>) {
    for (at, field) in fields.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if let Some(text) = field {
            write(&text, out);
        }
    }
    out.extend_from_slice(b"\r\n");
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

fn text(cell: Cell) -> String {
    match cell {
        Cell::Integer(integer) => integer.to_string(),
        Cell::Boolean(value) => value.to_string(),
        // NaN and the infinities are strings.
        Cell::Double(_, Value::String(text))
        | Cell::Text(text)
        | Cell::Instant(_, text)
        | Cell::Json(text) => text,
        Cell::Double(_, number) => number.to_string(),
    }
}

impl TableWriter for Csv {
    fn add(&mut self, document: &str) -> Result<(), Unwritable> {
        let row = self.rows.row(document)?;
        line(row.into_iter().map(|cell| cell.map(text)), &mut self.ready);
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Unwritable> {
        Ok(std::mem::take(&mut self.ready))
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Unwritable> {
        self.take()
    }
}
