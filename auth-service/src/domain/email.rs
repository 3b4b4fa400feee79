//! The e-mail address a user logs in with, and when two spellings are the same account. Checks the syntax, not whether
//! mail arrives.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization as _;

use super::characters;

/// Longest address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
/// Longest part before the `@`, in bytes (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An address: trimmed, in Unicode NFC, its domain in lower case. Stored addresses are not checked again.
#[derive(Clone, Debug)]
pub struct Email {
    address: String,
    key: String,
    /// Every key under which the account may be stored, the most likely first: earlier versions kept `bücher.example`
    /// and `xn--bcher-kva.example` apart.
    keys: Vec<String>,
}

/// The text is not an e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEmail {
    /// It does not have the form of an address.
    #[error("must be an e-mail address such as ada@example.org, of at most 254 bytes")]
    Syntax,
    /// It has a character that no address has.
    #[error("must not contain {}", characters::described(*.0))]
    Character(char),
    /// The part before the `@` has letters of both directions.
    #[error("must not mix right-to-left and left-to-right letters before the @")]
    Direction,
    /// The part after the `@` is not a domain name.
    #[error("must have a domain name after the @, such as example.org (IDNA 2008)")]
    Domain,
}

impl Email {
    /// Reads the address of a new account as a person types it (RFC 6531): the part before the `@` by the profile
    /// `UsernameCasePreserved` (RFC 8265 section 3.4), the domain by IDNA (UTS 46).
    pub fn parse(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(NotAnEmail::Syntax);
        }
        if let Some(bad) = text.chars().find(|c| is_forbidden(*c)).or_else(|| characters::first_hidden(text))
        {
            return Err(NotAnEmail::Character(bad));
        }
        let (local, domain) = text.split_once('@').ok_or(NotAnEmail::Syntax)?;
        let local: String = characters::map_width(local).nfc().collect();
        check_local(&local)?;
        let (ascii, unicode) = domains(domain)?;
        // The domain stays as its owner writes it: in Unicode or in ASCII (Punycode).
        let address = format!("{local}@{}", if domain.is_ascii() { &ascii } else { &unicode });
        if address.len() > MAX_BYTES {
            return Err(NotAnEmail::Syntax);
        }
        let local: String = local.to_lowercase().nfc().collect();
        let key = format!("{local}@{unicode}");
        let mut keys: Vec<String> = former_key(text).into_iter().collect();
        for key in [key.clone(), format!("{local}@{ascii}")] {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(Self { address, key, keys })
    }

    /// The address of a login or a search. Unlike a new one it may break the current rules: the account may be older
    /// than they are.
    pub fn known(text: &str) -> Option<Self> {
        Self::parse(text).ok().or_else(|| {
            let key = former_key(text)?;
            Some(Self { address: text.trim().to_owned(), keys: vec![key.clone()], key })
        })
    }

    /// The address and key as stored, without checking the current rules.
    pub fn from_stored(address: String, key: String) -> Self {
        Self { address, keys: vec![key.clone()], key }
    }

    /// The address as its owner writes it.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// Two addresses with the same key are the same account. Case is ignored: no major mail provider distinguishes
    /// `Ada@` from `ada@`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Every key under which the account may be stored, the most likely first. Usually [`Email::key`] alone.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        (&self.address, &self.key) == (&other.address, &other.key)
    }
}

impl Eq for Email {}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

fn is_forbidden(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | ':' | '\\' | '"')
}

fn check_local(local: &str) -> Result<(), NotAnEmail> {
    if local.is_empty() || local.len() > MAX_LOCAL_BYTES || local.starts_with('.') || local.ends_with('.') {
        return Err(NotAnEmail::Syntax);
    }
    // Mapping the width of a character may have made one that is forbidden.
    let bad = local.chars().find(|c| is_forbidden(*c) || *c == '@');
    if let Some(bad) = bad.or_else(|| characters::first_outside_identifiers(local)) {
        return Err(NotAnEmail::Character(bad));
    }
    if characters::begins_with_a_mark(local) {
        return Err(NotAnEmail::Syntax);
    }
    if characters::is_of_one_direction(local) { Ok(()) } else { Err(NotAnEmail::Direction) }
}

/// A domain in ASCII (Punycode) and in Unicode.
fn domains(domain: &str) -> Result<(String, String), NotAnEmail> {
    let idna = Uts46::new();
    let (bytes, deny, hyphens) = (domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let ascii = idna.to_ascii(bytes, deny, hyphens, DnsLength::Verify).map_err(|_| NotAnEmail::Domain)?;
    let (unicode, read) = idna.to_unicode(bytes, deny, hyphens);
    read.map_err(|_| NotAnEmail::Domain)?;
    // UTS 46 accepts symbols such as U+2603, IDNA 2008 only letters and digits.
    match characters::first_outside_identifiers(&unicode) {
        Some(bad) => Err(NotAnEmail::Character(bad)),
        None => Ok((ascii.into_owned(), unicode.into_owned())),
    }
}

/// The key of an address as versions before IDNA made it, for accounts that they stored.
fn former_key(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > MAX_BYTES || text.chars().any(is_forbidden) {
        return None;
    }
    let text: String = text.nfc().collect();
    let (local, domain) = text.split_once('@')?;
    (!local.is_empty() && !domain.is_empty()).then(|| text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{
        NotAnEmail::{Character, Direction, Domain, Syntax},
        *,
    };

    fn parsed(text: &str) -> Email {
        Email::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"))
    }

    #[test]
    fn an_address_is_trimmed_and_its_domain_lower_cased() {
        assert_eq!(parsed("  Ada@Example.ORG ").as_str(), "Ada@example.org");
    }

    #[test]
    fn spellings_of_one_address_have_one_key() {
        let spellings = [
            ["\u{e9}va@example.org", "E\u{301}VA@EXAMPLE.org"],
            ["ada@bücher.example", "ADA@xn--bcher-kva.example"],
            ["ada@bücher.example", "ada@B\u{dc}CHER.example"],
            ["ada@例え.テスト", "ada@例え。テスト"],
            ["Ada7@example.org", "Ａｄａ７@ｅｘａｍｐｌｅ.org"],
        ];
        for [one, other] in spellings {
            assert_eq!(parsed(one).key(), parsed(other).key(), "{other}");
        }
        assert_ne!(parsed("ada@faß.example").key(), parsed("ada@fass.example").key());
        assert_eq!(parsed("ada@XN--BCHER-KVA.example").as_str(), "ada@xn--bcher-kva.example");
        assert_eq!(parsed("ada@BÜCHER.example").as_str(), "ada@bücher.example");
    }

    #[test]
    fn an_account_of_an_earlier_version_is_looked_for_under_its_key() {
        assert_eq!(parsed("Ada@example.org").keys(), ["ada@example.org"]);
        let both = ["ada@bücher.example", "ada@xn--bcher-kva.example"];
        assert_eq!(parsed("ada@bücher.example").keys(), both);
        assert_eq!(parsed("ada@xn--bcher-kva.example").keys(), [both[1], both[0]]);
        let wide = "ada@ｅｘample.org";
        assert_eq!(parsed(wide).keys(), [wide, "ada@example.org"]);
        let hidden = Email::known(" A\u{200b}da@example.org").unwrap();
        assert_eq!(hidden.keys(), ["a\u{200b}da@example.org"]);
        assert_eq!(Email::known("ada"), None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.org", "a".repeat(65));
        let long = format!("a@{}.org", "a.".repeat(130));
        let long_label = format!("a@{}.org", "a".repeat(64));
        for (text, fault) in [
            ("", Syntax),
            ("ada", Syntax),
            ("@example.org", Syntax),
            ("ada@", Domain),
            ("ada@@example.org", Domain),
            ("ada@b@example.org", Domain),
            ("a da@example.org", Character(' ')),
            ("ada@example..org", Domain),
            ("ada@example.org.", Domain),
            ("ada@-example.org", Domain),
            ("ada@exa_mple.org", Domain),
            ("ada@xn--0.example", Domain),
            (".ada@example.org", Syntax),
            ("ada\0@example.org", Character('\0')),
            ("ada@example.org\nBcc: eve@example.org", Character('\n')),
            ("<ada@example.org>", Character('<')),
            ("a＠b@example.org", Character('@')),
            ("a，b@example.org", Character(',')),
            ("a\u{200b}b@example.org", Character('\u{200b}')),
            ("ada@exam\u{ad}ple.org", Character('\u{ad}')),
            ("ada@exam\u{202e}ple.org", Character('\u{202e}')),
            ("\u{378}@example.org", Character('\u{378}')),
            ("ﬁ@example.org", Character('ﬁ')),
            ("ada@☃.example", Character('☃')),
            ("ada@xn--n3h.example", Character('☃')),
            ("שלוםada@example.org", Direction),
            ("\u{301}a@example.org", Syntax),
            (&long_local, Syntax),
            (&long, Syntax),
            (&long_label, Domain),
        ] {
            assert_eq!(Email::parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn plain_and_international_addresses_are_accepted() {
        for text in [
            "a@b",
            "ada+jobs@example.org",
            "ada.l@sub.example.org",
            "o'neill/x!#$%&*=?^`{|}~@example.org",
            "ada@r3---sn.example.org",
            "δ@παράδειγμα.ελ",
            "陳大文@例子.公司",
            "علي@مثال.إختبار",
            "admin@localhost",
        ] {
            parsed(text);
        }
    }
}
