//! Scopes (RFC 6749 section 3.3) and the names of those that ship with Tessera.

use std::{borrow::Cow, collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The scope that covers every other, those of collections defined later included.
pub const EVERYTHING: &str = "*";

/// Scopes that ship with Tessera. A collection NAME adds `NAME:read`, `NAME:write` and `NAME:admin`.
pub const BUILT_IN: &[&str] = &[
    "audit:read",
    "calculations:read",
    "calculations:write",
    "clients:read",
    "clients:write",
    "collections:write",
    "memberships:read",
    "projects:admin",
    "projects:read",
    "projects:write",
    "revocations:read",
    "revocations:write",
    "reviews:read",
    "reviews:write",
    "roles:read",
    "roles:write",
    "series:read",
    "series:write",
    "users:read",
    "users:write",
    "views:read",
    "views:write",
];

/// A set of scopes, written as RFC 6749 writes it: tokens separated by single spaces.
///
/// Kept in its written form, sorted and without duplicates, so that parsing a token needs one allocation for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet(String);

/// A scope has a character that RFC 6749 does not allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidScope(pub String);

impl fmt::Display for InvalidScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a scope: expected printable ASCII without space, quote and backslash", self.0)
    }
}

impl std::error::Error for InvalidScope {}

impl ScopeSet {
    /// Reads scopes from single names.
    pub fn from_names<I, S>(names: I) -> Result<Self, InvalidScope>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        let mut set = BTreeSet::new();
        for name in names {
            let name = name.as_ref();
            if !is_scope_token(name) {
                return Err(InvalidScope(name.to_owned()));
            }
            set.insert(name.to_owned());
        }
        Ok(Self(set.into_iter().collect::<Vec<_>>().join(" ")))
    }

    /// Whether this set grants `scope`, by name or by [`EVERYTHING`].
    pub fn covers(&self, scope: &str) -> bool {
        self.iter().any(|granted| granted == scope || granted == EVERYTHING)
    }

    /// Whether this set grants all of `other`.
    pub fn covers_all(&self, other: &Self) -> bool {
        other.iter().all(|scope| self.covers(scope))
    }

    /// The names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|name| !name.is_empty())
    }

    /// Whether the set grants nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shortest set that grants the same: [`EVERYTHING`] alone where that is in it.
    pub fn condensed(&self) -> Self {
        if self.iter().any(|name| name == EVERYTHING) { Self(EVERYTHING.to_owned()) } else { self.clone() }
    }

    /// Adds all scopes of `other`.
    pub fn extend(&mut self, other: &Self) {
        let all: BTreeSet<&str> = self.iter().chain(other.iter()).collect();
        self.0 = all.into_iter().collect::<Vec<_>>().join(" ");
    }
}

/// Whether `text` is what a [`ScopeSet`] writes: valid names in order, each once, one space between.
fn is_canonical(text: &str) -> bool {
    let mut names = text.split(' ');
    let Some(mut last) = names.next().filter(|name| is_scope_token(name)) else { return text.is_empty() };
    names.all(|name| is_scope_token(name) && std::mem::replace(&mut last, name) < name)
}

/// RFC 6749 appendix A.4: `scope-token = 1*( %x21 / %x23-5B / %x5D-7E )`.
fn is_scope_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

impl FromStr for ScopeSet {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        if is_canonical(text) {
            return Ok(Self(text.to_owned()));
        }
        Self::from_names(text.split(' ').filter(|name| !name.is_empty()))
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ScopeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ScopeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_written_in_order_and_read_back() {
        let set: ScopeSet = "b:read a:write  a:write".parse().unwrap();
        assert_eq!(set.to_string(), "a:write b:read");
        assert_eq!(serde_json::from_str::<ScopeSet>("\"a:write b:read\"").unwrap(), set);
        for text in ["b:read a:write", "a:write a:write b:read", " a:write b:read ", "a:write  b:read"] {
            assert_eq!(text.parse::<ScopeSet>().unwrap(), set, "{text:?}");
        }
        assert_eq!("".parse::<ScopeSet>().unwrap(), ScopeSet::default());
        assert_eq!(" ".parse::<ScopeSet>().unwrap(), ScopeSet::default());
    }

    #[test]
    fn everything_covers_a_scope_nobody_has_heard_of() {
        let all: ScopeSet = "*".parse().unwrap();
        assert!(all.covers("molecules:read"));
        assert!(!"calculations:read".parse::<ScopeSet>().unwrap().covers("calculations:write"));
        assert!(!"calculations:read".parse::<ScopeSet>().unwrap().covers_all(&all));
    }

    #[test]
    fn everything_is_said_alone_and_anything_less_in_full() {
        let set = |text: &str| text.parse::<ScopeSet>().unwrap();
        assert_eq!(set("* a:read b:write").condensed(), set("*"));
        assert_eq!(set("a:read b:write").condensed(), set("a:read b:write"));
    }

    #[test]
    fn a_quote_or_a_control_character_is_no_scope() {
        assert!("a\"b".parse::<ScopeSet>().is_err());
        assert!(ScopeSet::from_names(["a b"]).is_err());
        assert!(ScopeSet::from_names(["ä"]).is_err());
    }
}
