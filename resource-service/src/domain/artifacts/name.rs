//! The name of an artifact, which is no path and looks like what it is.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

/// The most bytes of a name, as file systems have it.
pub const MAX_BYTES: usize = 255;

/// A name in Unicode's form NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// It is empty or too long.
    #[error("a name has 1 to {MAX_BYTES} bytes of UTF-8")]
    Length,
    /// It stands for a directory.
    #[error("a name is not . or ..")]
    Directory,
    /// It has a character that would make a path of it, or that is not seen.
    #[error("a name has no /, no \\, no control character and no character that changes the text direction")]
    Character,
    /// It was no UTF-8 before it was decoded.
    #[error("a name is UTF-8, percent-encoded in the path")]
    Encoding,
}

impl ArtifactName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ArtifactName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name: String = text.nfc().collect();
        if name.is_empty() || name.len() > MAX_BYTES {
            Err(InvalidName::Length)
        } else if name == "." || name == ".." {
            Err(InvalidName::Directory)
        } else if name.contains(char::REPLACEMENT_CHARACTER) {
            Err(InvalidName::Encoding)
        } else if name.chars().any(|c| c.is_control() || "/\\".contains(c) || turns_direction(c)) {
            Err(InvalidName::Character)
        } else {
            Ok(Self(name))
        }
    }
}

/// The embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9), by which `fdp.exe` can be
/// shown as `exe.pdf`, and the separators of lines and paragraphs.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_give_their_files_pass() {
        for name in ["a", "OUTCAR", "geometry (2).xyz", "..a", "a:b*?", "ergebnis é 温度 😀.h5", ".gitignore"]
        {
            assert_eq!(name.parse::<ArtifactName>().unwrap().as_str(), name);
        }
        assert!("é".repeat(127).parse::<ArtifactName>().is_ok());
    }

    #[test]
    fn two_ways_to_write_one_name_are_one_name() {
        assert_eq!("e\u{301}".parse::<ArtifactName>(), "\u{e9}".parse());
    }

    #[test]
    fn paths_and_what_cannot_be_seen_are_refused() {
        for (name, why) in [
            ("", InvalidName::Length),
            (".", InvalidName::Directory),
            ("..", InvalidName::Directory),
            ("a/b", InvalidName::Character),
            ("..\\b", InvalidName::Character),
            ("a\0", InvalidName::Character),
            ("a\r\nSet-Cookie: x", InvalidName::Character),
            ("a\u{85}", InvalidName::Character),
            ("\u{202e}fdp.exe", InvalidName::Character),
            ("a\u{fffd}", InvalidName::Encoding),
        ] {
            assert_eq!(name.parse::<ArtifactName>(), Err(why), "{name:?}");
        }
        assert_eq!("é".repeat(128).parse::<ArtifactName>(), Err(InvalidName::Length));
    }
}
