//! The codes of the server's errors that are an answer and no failure.

use mongodb::error::{Error, ErrorKind};

/// A collection is not there.
pub const NAMESPACE_NOT_FOUND: i32 = 26;
/// An index is not there.
pub const INDEX_NOT_FOUND: i32 = 27;
/// A collection is there already.
pub const NAMESPACE_EXISTS: i32 = 48;

/// The code of the error, where the server refused a command.
pub fn code(error: &Error) -> Option<i32> {
    match error.kind.as_ref() {
        ErrorKind::Command(fault) => Some(fault.code),
        _ => None,
    }
}
