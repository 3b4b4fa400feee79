//! An e-mail address a user logs in with. Knows syntax, not whether mail arrives.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// Longest address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
/// Longest part before the `@`, in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An address: trimmed, in Unicode NFC, its domain in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

/// The text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address such as ada@example.org, of at most 254 bytes")]
pub struct NotAnEmail;

impl Email {
    /// Reads an address as a person types it.
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        if text.len() > MAX_BYTES || text.chars().any(is_forbidden) {
            return Err(NotAnEmail);
        }
        let text: String = text.nfc().collect();
        let (local, domain) = text.split_once('@').ok_or(NotAnEmail)?;
        let plausible = !local.is_empty()
            && local.len() <= MAX_LOCAL_BYTES
            && is_domain(domain)
            && text.len() <= MAX_BYTES
            && !local.starts_with('.')
            && !local.ends_with('.');
        if plausible { Ok(Self(format!("{local}@{}", domain.to_lowercase()))) } else { Err(NotAnEmail) }
    }

    /// The address as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What makes two addresses the same account: no mail provider of note tells `Ada@` from `ada@`.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_forbidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '\\' | '"')
}

fn is_domain(domain: &str) -> bool {
    !domain.contains('@')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-' || !c.is_ascii())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_trimmed_and_its_domain_lower_cased() {
        assert_eq!(Email::parse("  Ada@Example.ORG ").unwrap().as_str(), "Ada@example.org");
    }

    #[test]
    fn two_spellings_of_one_address_have_one_key() {
        let composed = Email::parse("\u{e9}va@example.org").unwrap();
        let decomposed = Email::parse("E\u{301}VA@EXAMPLE.org").unwrap();
        assert_eq!(composed.key(), decomposed.key());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", "a.".repeat(130));
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@@example.org",
            "ada@b@example.org",
            "a da@example.org",
            "ada@example..org",
            "ada@-example.org",
            "ada@exa_mple.org",
            ".ada@example.org",
            "ada\0@example.org",
            "ada@example.org\nBcc: eve@example.org",
            "<ada@example.org>",
            &long_local,
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(NotAnEmail), "{text:?}");
        }
    }

    #[test]
    fn plain_and_international_addresses_are_taken() {
        for text in
            ["a@b", "ada+jobs@example.org", "ada.l@sub.example.org", "δ@παράδειγμα.ελ", "admin@localhost"]
        {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
    }
}
