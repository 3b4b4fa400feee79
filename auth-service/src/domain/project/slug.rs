//! What addresses show of a project.

use unicode_normalization::UnicodeNormalization as _;

/// Longest slug, in bytes.
const MAX: usize = 63;
/// The slug of a title that has no ASCII letter or digit.
const NAMELESS: &str = "project";

/// The slug of every personal project, which no other one can have.
const PERSONAL: &str = "personal";

/// Lower-case letters and digits, and single `-` between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 63 lower-case letters, digits and single - between them")]
pub struct NotASlug;

impl Slug {
    /// Parses a slug as a person types it.
    pub fn parse(text: &str) -> Result<Self, NotASlug> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= MAX && text.split('-').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASlug)
        }
    }

    /// The slug of a title: its ASCII letters and digits, letters without their accents.
    pub fn of_title(title: &str) -> Self {
        let letters = title.nfkd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter));
        let letters = letters.map(|letter| letter.to_ascii_lowercase());
        let plain: String = letters
            .map(|letter| if letter.is_ascii_lowercase() || letter.is_ascii_digit() { letter } else { ' ' })
            .take(MAX)
            .collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        Self(if words.is_empty() { NAMELESS.to_owned() } else { words.join("-") })
    }

    /// The slug of every personal project.
    pub fn personal() -> Self {
        Self(PERSONAL.to_owned())
    }

    /// Whether it is [`Slug::personal`].
    pub fn is_personal(&self) -> bool {
        self.0 == PERSONAL
    }

    /// The same with a number behind it, for one that is taken.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let end = format!("-{number}");
        let start = self.0.get(..MAX - end.len()).unwrap_or(&self.0).trim_end_matches('-');
        Self(format!("{start}{end}"))
    }

    /// A slug as stored, without checking the current rules.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_words_of_small_letters_and_digits() {
        for text in ["a", "7", "battery-cathodes", "a-1-b", &"a".repeat(63)] {
            assert_eq!(Slug::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "-", "a-", "-a", "a--b", "A", "a b", "a_b", "é", "a\n", &"a".repeat(64)] {
            assert_eq!(Slug::parse(text), Err(NotASlug), "{text:?}");
        }
    }

    #[test]
    fn every_title_has_a_slug() {
        for (title, slug) in [
            ("Battery cathodes", "battery-cathodes"),
            ("  Élan – vital! 2 ", "elan-vital-2"),
            ("電池", "project"),
            ("…", "project"),
            ("a-b", "a-b"),
        ] {
            assert_eq!(Slug::of_title(title).as_str(), slug);
        }
        let long = Slug::of_title(&"word ".repeat(40));
        assert_eq!(Slug::parse(long.as_str()), Ok(long.clone()));
        for number in [2, 10_000] {
            for slug in [&long, &Slug::of_title("x")] {
                let numbered = slug.numbered(number);
                assert_eq!(Slug::parse(numbered.as_str()), Ok(numbered.clone()));
                assert!(numbered.as_str().ends_with(&format!("-{number}")));
            }
        }
    }
}
