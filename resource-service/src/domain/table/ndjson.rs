//! A JSON text a line (newline-delimited JSON): the documents as a list shows them.

use super::{Unwritable, Writer};
use crate::query::projection::Projection;

/// Lines of documents.
pub struct Lines {
    shown: Option<Projection>,
    ready: Vec<u8>,
}

impl Lines {
    /// Lines of what `shown` leaves of a document.
    pub fn new(shown: Option<Projection>) -> Self {
        Self { shown, ready: Vec::new() }
    }
}

impl Writer for Lines {
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
