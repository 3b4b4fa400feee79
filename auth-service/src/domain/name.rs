//! The display name of a user, a client or a key.

use unicode_normalization::UnicodeNormalization as _;

use super::characters;

/// Longest name, in code points.
const MAX: usize = 200;

/// A name: one visible line, in Unicode NFC, each space a single blank (RFC 8266 section 2, without its NFKC: a name is
/// shown as its owner writes it). Stored names are not checked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullName(String);

/// The text cannot be shown as a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAName {
    /// It is empty, or too long.
    #[error("must be one line of 1 to 200 characters")]
    Length,
    /// It has a character that is invisible, changes the text direction, or is not assigned in Unicode.
    #[error("must not contain {}", characters::described(*.0))]
    Character(char),
    /// It begins with a combining mark.
    #[error("must not begin with a combining mark")]
    Mark,
}

impl FullName {
    /// Parses a name as a person types it.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        // NFC makes text at most 3 times longer or shorter, so no more than that is read.
        let name: String = text.trim().nfc().take(3 * MAX).collect();
        let name =
            name.split(characters::is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if name.is_empty() || name.chars().count() > MAX {
            return Err(NotAName::Length);
        }
        if let Some(hidden) = characters::first_hidden(&name) {
            return Err(NotAName::Character(hidden));
        }
        if characters::begins_with_a_mark(&name) { Err(NotAName::Mark) } else { Ok(Self(name)) }
    }

    /// A name as stored, without checking the current rules.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The key by which it is found.
    pub fn key(&self) -> String {
        key(&self.0)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key under which a name is found, whatever the case of its letters: two names of one key differ in nothing else.
/// Lower case may take a text out of NFC.
pub fn key(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_one_line() {
        assert_eq!(FullName::parse(" Ada \u{3000}  Lovelace\u{a0}").unwrap().as_str(), "Ada Lovelace");
        for text in ["", "  ", &"a".repeat(201), &"a".repeat(100_000)] {
            assert_eq!(FullName::parse(text), Err(NotAName::Length));
        }
        for (text, c) in [("Ada\nLovelace", '\n'), ("Ada\u{0}", '\0'), ("a\u{2028}b", '\u{2028}')] {
            assert_eq!(FullName::parse(text), Err(NotAName::Character(c)), "{text:?}");
        }
        assert!(FullName::parse(&"é".repeat(200)).is_ok());
        assert!(FullName::parse(&"e\u{301}".repeat(200)).is_ok());
    }

    #[test]
    fn a_name_that_nobody_sees_or_that_is_drawn_on_another_is_refused() {
        for (text, c) in [("\u{200b}", '\u{200b}'), ("A\u{202e}b", '\u{202e}'), ("\u{2800}", '\u{2800}')] {
            let fault = FullName::parse(text).unwrap_err();
            assert_eq!(fault, NotAName::Character(c), "{text:?}");
            assert!(fault.to_string().ends_with(&format!("the character U+{:04X}", u32::from(c))), "{fault}");
        }
        assert_eq!(FullName::parse("\u{301}a"), Err(NotAName::Mark));
    }
}
