//! A fault of a collection definition: where it is, and what it is.

use shared_models::problem::FieldError;

/// Why a definition cannot be used. The text is one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DefinitionFault {
    /// RFC 6901 pointer into the definition.
    pub pointer: String,
    /// What is wrong, and what is allowed there.
    pub message: String,
}

impl DefinitionFault {
    /// A fault at a place of the definition.
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }
}

/// A fault of the definition as a whole.
impl From<String> for DefinitionFault {
    fn from(message: String) -> Self {
        Self::at("", message)
    }
}

/// A fault of the definition as a whole.
impl From<&str> for DefinitionFault {
    fn from(message: &str) -> Self {
        Self::at("", message)
    }
}

impl From<DefinitionFault> for FieldError {
    fn from(fault: DefinitionFault) -> Self {
        Self::at(fault.pointer, "definition", fault.message)
    }
}
