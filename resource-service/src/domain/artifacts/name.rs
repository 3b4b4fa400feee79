//! The name of an artifact, which may lie in folders and looks like what it is. A folder is nothing but the beginning of
//! names, as it is with object stores: a file `a` and a file `a/b` can be there together.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

/// The most bytes of a name.
pub const MAX_BYTES: usize = 1024;
/// The most bytes between two slashes, as file systems have it.
pub const MAX_SEGMENT: usize = 255;
/// The most segments of a name: folders, and the file.
pub const MAX_SEGMENTS: usize = 32;

/// A name in Unicode's form NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactName(String);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// It is empty or too long.
    #[error("a name has 1 to {MAX_BYTES} bytes of UTF-8")]
    Length,
    /// It lies too deep.
    #[error("a name has at most {MAX_SEGMENTS} segments between slashes")]
    Depth,
    /// A segment is empty or too long.
    #[error(
        "a name has 1 to {MAX_SEGMENT} bytes of UTF-8 in each segment between slashes, and no slash at either end"
    )]
    Segment,
    /// A segment stands for a directory.
    #[error("no segment of a name is . or ..")]
    Directory,
    /// It has a character that some systems take for a slash, or that is not seen.
    #[error("a name has no \\, no control character and no character that changes the text direction")]
    Character,
    /// Nothing of a segment is seen.
    #[error("each segment of a name has a character that is seen")]
    Unseen,
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

/// The file's own name, without the folders that it lies in.
pub fn last_segment(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

impl FromStr for ArtifactName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        // NFC shortens a text to a third of its bytes at most.
        if text.len() > 3 * MAX_BYTES {
            return Err(InvalidName::Length);
        }
        let name: String = text.nfc().collect();
        if name.is_empty() || name.len() > MAX_BYTES {
            return Err(InvalidName::Length);
        }
        for (at, segment) in name.split('/').enumerate() {
            if at == MAX_SEGMENTS {
                return Err(InvalidName::Depth);
            }
            check(segment)?;
        }
        Ok(Self(name))
    }
}

fn check(segment: &str) -> Result<(), InvalidName> {
    if segment.is_empty() || segment.len() > MAX_SEGMENT {
        Err(InvalidName::Segment)
    } else if segment == "." || segment == ".." {
        Err(InvalidName::Directory)
    } else if segment.contains(char::REPLACEMENT_CHARACTER) {
        Err(InvalidName::Encoding)
    } else if segment.chars().any(|c| c.is_control() || c == '\\' || turns_direction(c)) {
        Err(InvalidName::Character)
    } else if segment.chars().all(|c| c.is_whitespace() || is_unseen(c)) {
        Err(InvalidName::Unseen)
    } else {
        Ok(())
    }
}

/// The embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9), by which `fdp.exe` can be
/// shown as `exe.pdf`, and the separators of lines and paragraphs.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Joiners, which some scripts need between letters, and blanks that Unicode counts as letters or symbols.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_give_their_files_pass() {
        for name in [
            "a",
            "OUTCAR",
            "geometry (2).xyz",
            "..a",
            "a:b*?",
            "ergebnis é 温度 😀.h5",
            ".gitignore",
            "logs/2026/step 1.txt",
            "...",
        ] {
            assert_eq!(name.parse::<ArtifactName>().unwrap().as_str(), name);
        }
        assert!("é".repeat(127).parse::<ArtifactName>().is_ok());
    }

    #[test]
    fn a_name_has_a_largest_size_and_depth() {
        let parsed = |name: String| name.parse::<ArtifactName>().map(|name| name.0.len());
        assert_eq!(parsed(vec!["a"; MAX_SEGMENTS].join("/")), Ok(63));
        assert_eq!(parsed(vec!["a"; MAX_SEGMENTS + 1].join("/")), Err(InvalidName::Depth));
        let segment = "a".repeat(MAX_SEGMENT);
        assert_eq!(parsed(format!("{segment}/{segment}/{segment}/{segment}/a")), Err(InvalidName::Length));
        assert_eq!(parsed(format!("{segment}/{segment}/{segment}/{segment}")), Ok(1023));
        assert_eq!(parsed("a".repeat(4 * MAX_BYTES)), Err(InvalidName::Length));
    }

    #[test]
    fn the_last_segment_is_the_name_of_the_file() {
        assert_eq!(["a", "a/b", "a/b/c.txt"].map(last_segment), ["a", "b", "c.txt"]);
    }

    #[test]
    fn two_ways_to_write_one_name_are_one_name() {
        assert_eq!("e\u{301}".parse::<ArtifactName>(), "\u{e9}".parse());
    }

    #[test]
    fn what_leads_elsewhere_and_what_cannot_be_seen_is_refused() {
        for (name, why) in [
            ("", InvalidName::Length),
            (".", InvalidName::Directory),
            ("..", InvalidName::Directory),
            ("/", InvalidName::Segment),
            ("/a", InvalidName::Segment),
            ("a/", InvalidName::Segment),
            ("a//b", InvalidName::Segment),
            ("a/./b", InvalidName::Directory),
            ("a/..", InvalidName::Directory),
            ("a/b\0", InvalidName::Character),
            ("..\\b", InvalidName::Character),
            ("a\0", InvalidName::Character),
            ("a\r\nSet-Cookie: x", InvalidName::Character),
            ("a\u{85}", InvalidName::Character),
            ("\u{202e}fdp.exe", InvalidName::Character),
            ("a\u{fffd}", InvalidName::Encoding),
            ("\u{200b}", InvalidName::Unseen),
            ("a/ \u{a0}\u{2060}/b", InvalidName::Unseen),
        ] {
            assert_eq!(name.parse::<ArtifactName>(), Err(why), "{name:?}");
        }
        assert_eq!("é".repeat(128).parse::<ArtifactName>(), Err(InvalidName::Segment));
    }
}
