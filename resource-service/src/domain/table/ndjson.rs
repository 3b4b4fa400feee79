//! A JSON text a line (newline-delimited JSON): the documents as a list shows them.

use super::{TableWriter, Unwritable};
use crate::query::projection::Projection;

/// Lines of documents.
pub struct Ndjson {
    shown: Option<Projection>,
    ready: Vec<u8>,
}

impl Ndjson {
    /// Lines of what `shown` leaves of a document.
    pub fn new(shown: Option<Projection>) -> Self {
        Self { shown, ready: Vec::new() }
    }
}

impl TableWriter for Ndjson {
    fn add(&mut self, document: &str) -> Result<(), Unwritable> {
        match &self.shown {
            // JSON text as stores give it has no line break: within strings it is escaped.
            None => self.ready.extend_from_slice(document.as_bytes()),
            Some(shown) => self.ready.extend_from_slice(shown.apply_to_text(document)?.as_bytes()),
        }
        self.ready.push(b'\n');
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Unwritable> {
        Ok(std::mem::take(&mut self.ready))
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Unwritable> {
        self.take()
    }
}
