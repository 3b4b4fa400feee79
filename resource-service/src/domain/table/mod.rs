//! Documents as rows: which columns a collection's schema and its documents give, and the formats that rows are written in.
//! Pure: text in, bytes out.

mod column;
mod csv;
mod ndjson;
mod parquet;
mod plan;
mod rows;
mod survey;

pub use self::{
    column::{Column, ColumnKind, REST},
    plan::Plan,
};

/// The most columns of a table where the operator sets none, the one of the rest not counted.
pub const DEFAULT_COLUMNS: usize = 1_000;

shared_models::listed! {
    /// What documents are written as.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ExportFormat {
        /// A JSON text a line.
        Ndjson,
        /// RFC 4180, with a header.
        Csv,
        /// Apache Parquet.
        Parquet,
    }
}

impl ExportFormat {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// What the name of a file of this format ends in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// Writes documents, one after the other.
pub trait TableWriter: Send {
    /// Adds a document, which has at least the members that are shown.
    fn add(&mut self, document: &str) -> Result<(), Unwritable>;

    /// Takes the bytes that are ready.
    fn take(&mut self) -> Result<Vec<u8>, Unwritable>;

    /// Takes the bytes that are left once there is no more to add.
    fn finish(self: Box<Self>) -> Result<Vec<u8>, Unwritable>;
}

/// A document cannot be written in the format that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The text is no document.
    #[error("a stored document is not JSON: {0}")]
    Malformed(String),
    /// The format's own library failed.
    #[error("the file cannot be written: {0}")]
    Failed(String),
}

impl From<serde_json::Error> for Unwritable {
    fn from(fault: serde_json::Error) -> Self {
        Self::Malformed(fault.to_string())
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub use tests::read_back;
