//! The name of a user that others see.

use unicode_normalization::UnicodeNormalization as _;

/// Longest name, in code points.
const MAX: usize = 200;

/// A name: trimmed, in Unicode NFC, one line, never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName(String);

/// The text cannot be shown as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one line of 1 to 200 characters")]
pub struct NotAName;

impl FullName {
    /// Reads a name as a person types it.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let name: String = text.trim().nfc().take(MAX + 1).collect();
        let shown = !name.is_empty() && name.chars().count() <= MAX && !name.chars().any(char::is_control);
        if shown { Ok(Self(name)) } else { Err(NotAName) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_one_line() {
        assert_eq!(FullName::parse(" Ada Lovelace ").unwrap().as_str(), "Ada Lovelace");
        for text in ["", "  ", "Ada\nLovelace", "Ada\u{0}", &"a".repeat(201)] {
            assert_eq!(FullName::parse(text), Err(NotAName), "{text:?}");
        }
        assert!(FullName::parse(&"é".repeat(200)).is_ok());
    }
}
