//! Roles as named sets of scopes, and how a caller asks for fewer scopes.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use shared_models::scope::{BUILT_IN, EVERYTHING, ScopeSet};

/// The role that may do everything.
pub const ADMIN: &str = "admin";
/// The role that reads and writes the shipped collections.
pub const SCIENTIST: &str = "scientist";
/// The role that reads the shipped collections, and saves views of its own.
pub const VIEWER: &str = "viewer";

const READ: [&str; 5] = ["calculations:read", "reviews:read", "series:read", "views:read", "views:write"];
const WRITE: [&str; 3] = ["calculations:write", "reviews:write", "series:write"];
/// How long a process goes by the table of roles that it has read.
pub const LEASE: Duration = Duration::from_secs(1);
/// Longest name of a role, in bytes.
const MAX_NAME: usize = 63;

/// Whether a role of that name ships with Tessera.
pub fn is_built_in(role: &str) -> bool {
    [ADMIN, SCIENTIST, VIEWER].contains(&role)
}

/// Whether a role may have this name: a lower-case letter, then letters, digits, `_` or `-`.
pub fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
}

/// The scope that covers every other.
pub fn everything() -> ScopeSet {
    ScopeSet::from_names([EVERYTHING]).unwrap_or_default()
}

/// The scopes of a stored role or client. A later version may have written scopes that this one cannot read: they grant
/// nothing here, are shown as they are, and are kept when this version changes the role or client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredScopes {
    /// What it grants.
    pub granted: ScopeSet,
    /// What cannot be read.
    pub unreadable: Vec<String>,
}

impl StoredScopes {
    /// Parses scopes as they are stored, separated by spaces.
    pub fn read(text: &str) -> Self {
        if let Ok(granted) = text.parse() {
            return Self { granted, unreadable: Vec::new() };
        }
        let names = text.split(' ').filter(|name| !name.is_empty());
        let (readable, unreadable): (Vec<&str>, Vec<&str>) =
            names.partition(|name| name.parse::<ScopeSet>().is_ok());
        let unreadable = unreadable.into_iter().map(str::to_owned).collect();
        Self { granted: ScopeSet::from_names(readable).unwrap_or_default(), unreadable }
    }

    /// Every scope, as it is shown.
    pub fn names(&self) -> Vec<String> {
        self.granted.iter().map(str::to_owned).chain(self.unreadable.iter().cloned()).collect()
    }

    /// Whether `other` has a scope that this does not have.
    pub fn lacks(&self, other: &Self) -> bool {
        let kept = |name: &String| self.unreadable.contains(name) || self.granted.covers(name);
        !self.granted.covers_all(&other.granted) || !other.unreadable.iter().all(kept)
    }

    /// The scopes that `held` does not cover. Only [`EVERYTHING`] covers those that cannot be read.
    pub fn beyond(&self, held: &ScopeSet) -> Vec<String> {
        let mut beyond = beyond(held, &self.granted);
        if !self.unreadable.is_empty() && !held.covers(EVERYTHING) && !beyond.iter().any(|s| s == EVERYTHING)
        {
            beyond.push(EVERYTHING.to_owned());
        }
        beyond
    }
}

impl From<ScopeSet> for StoredScopes {
    fn from(granted: ScopeSet) -> Self {
        Self { granted, unreadable: Vec::new() }
    }
}

/// All roles: those that ship, as they are or as they were changed, and those made since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTable {
    roles: BTreeMap<String, StoredScopes>,
    not_before: i64,
}

impl RoleTable {
    /// The roles that ship with Tessera, overridden by those that are stored. `admin` cannot be overridden.
    pub fn new(stored: impl IntoIterator<Item = (String, StoredScopes)>) -> Self {
        let set = |names: &[&str]| StoredScopes::from(ScopeSet::from_names(names).unwrap_or_default());
        let mut roles = BTreeMap::from([
            (SCIENTIST.to_owned(), set(&[&READ[..], &WRITE].concat())),
            (VIEWER.to_owned(), set(&READ)),
        ]);
        roles.extend(stored);
        roles.insert(ADMIN.to_owned(), set(&[BUILT_IN, &[EVERYTHING]].concat()));
        Self { roles, not_before: 0 }
    }

    /// The same, read when the last revocation of a role had this `not_before`.
    #[must_use]
    pub fn since(self, not_before: i64) -> Self {
        Self { not_before, ..self }
    }

    /// The `not_before` of the last revocation of a role, in seconds since the Unix epoch: what is made from this table
    /// must not fall with it.
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// Every role by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &StoredScopes)> {
        self.roles.iter().map(|(name, scopes)| (name.as_str(), scopes))
    }

    /// The table in which this role allows these scopes.
    pub fn with(&self, role: &str, scopes: &ScopeSet) -> Self {
        let mut roles = self.roles.clone();
        roles.insert(role.to_owned(), scopes.clone().into());
        Self { roles, ..*self }
    }

    /// What a role allows, if there is one of that name.
    pub fn get(&self, role: &str) -> Option<&StoredScopes> {
        self.roles.get(role)
    }

    /// Those of `roles` that are not built in, each once, with its scopes: the condition of a write that gives them.
    pub fn stored<'r>(&self, roles: impl IntoIterator<Item = &'r String>) -> Vec<(String, StoredScopes)> {
        let given: BTreeSet<&String> = roles.into_iter().filter(|role| !is_built_in(role)).collect();
        given.into_iter().filter_map(|role| Some((role.clone(), self.get(role)?.clone()))).collect()
    }

    /// Everything that `roles` allow together; a role that no longer exists allows nothing.
    pub fn scopes_of<S: AsRef<str>>(&self, roles: &[S]) -> ScopeSet {
        let mut all = ScopeSet::default();
        for scopes in roles.iter().filter_map(|role| self.roles.get(role.as_ref())) {
            all.extend(&scopes.granted);
        }
        all
    }

    /// Everything that `roles` allow together, including scopes that cannot be read here.
    pub fn stored_scopes_of<S: AsRef<str>>(&self, roles: &[S]) -> StoredScopes {
        let all = roles.iter().filter_map(|role| self.roles.get(role.as_ref()));
        let unreadable: BTreeSet<&String> = all.flat_map(|scopes| &scopes.unreadable).collect();
        let unreadable = unreadable.into_iter().cloned().collect();
        StoredScopes { granted: self.scopes_of(roles), unreadable }
    }
}

/// Scopes that were requested and are not held.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("your roles do not allow {0:?}")]
pub struct TooWide(pub Vec<String>);

/// Those of `asked` that `held` does not cover.
pub fn beyond(held: &ScopeSet, asked: &ScopeSet) -> Vec<String> {
    asked.iter().filter(|scope| !held.covers(scope)).map(str::to_owned).collect()
}

/// Refuses to grant more than `held`; without a request all of it is granted.
pub fn narrow(held: &ScopeSet, asked: Option<&ScopeSet>) -> Result<ScopeSet, TooWide> {
    let Some(asked) = asked else { return Ok(held.clone()) };
    let beyond = beyond(held, asked);
    if beyond.is_empty() { Ok(asked.clone()) } else { Err(TooWide(beyond)) }
}

/// The part of `asked` that the current scopes still allow. Roles, clients and keys may have changed since it was
/// granted.
pub fn still_held(held: &ScopeSet, asked: Option<&ScopeSet>) -> ScopeSet {
    let Some(asked) = asked else { return held.clone() };
    let named = asked.iter().filter(|scope| held.covers(scope));
    let meant = held.iter().filter(|scope| asked.covers(scope));
    ScopeSet::from_names(named.chain(meant)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    fn shipped() -> RoleTable {
        RoleTable::new([])
    }

    #[test]
    fn an_admin_holds_every_scope_those_unheard_of_included() {
        let admin = shipped().scopes_of(&[ADMIN]);
        assert!(BUILT_IN.iter().all(|scope| admin.iter().any(|held| held == *scope)));
        assert!(admin.covers("molecules:read"));
        let changed = RoleTable::new([(ADMIN.into(), set("users:read").into())]);
        assert!(changed.scopes_of(&[ADMIN]).covers("users:write"));
    }

    #[test]
    fn a_scientist_writes_the_shipped_collections_and_a_viewer_reads_them_and_saves_views() {
        let scientist = "calculations:read calculations:write reviews:read reviews:write series:read series:write \
            views:read views:write";
        let viewer = "calculations:read reviews:read series:read views:read views:write";
        let roles = shipped();
        assert_eq!(roles.scopes_of(&[SCIENTIST]), set(scientist));
        assert_eq!(roles.scopes_of(&[VIEWER]), set(viewer));
        assert_eq!(roles.scopes_of(&[VIEWER, SCIENTIST]), set(scientist));
        assert!(roles.scopes_of(&["gone"]).is_empty());
    }

    #[test]
    fn a_stored_role_is_added_or_takes_the_place_of_one_that_ships() {
        let roles =
            RoleTable::new([(VIEWER.into(), set("a:read").into()), ("lab".into(), set("b:read").into())]);
        assert_eq!(roles.scopes_of(&[VIEWER, "lab"]), set("a:read b:read"));
        assert_eq!(roles.iter().map(|(name, _)| name).collect::<Vec<_>>(), [ADMIN, "lab", SCIENTIST, VIEWER]);
    }

    #[test]
    fn a_scope_that_cannot_be_read_grants_nothing_and_is_covered_by_everything_alone() {
        let later = StoredScopes::read("b:read  a:read[own=\"x\"] m\u{fc}:read a:read");
        assert_eq!(later.granted, set("a:read b:read"));
        assert_eq!(later.names(), ["a:read", "b:read", "a:read[own=\"x\"]", "m\u{fc}:read"]);
        assert_eq!(later.beyond(&set("b:read")), ["a:read", "*"]);
        assert_eq!(
            (later.beyond(&set("a:read b:read")), later.beyond(&set("*"))),
            (vec!["*".into()], vec![])
        );
        let roles = RoleTable::new([("lab".into(), later.clone())]);
        assert_eq!(roles.scopes_of(&["lab"]), later.granted);
        assert_eq!(roles.stored_scopes_of(&["lab", "lab"]).unreadable.len(), 2);
        assert_eq!(StoredScopes::read("b:read a:read"), set("a:read b:read").into());
    }

    #[test]
    fn a_role_has_a_plain_name() {
        assert!(is_name("lab-2_b") && !is_name("") && !is_name("2b") && !is_name("Lab") && !is_name("a b"));
        assert!(is_name(&"a".repeat(63)) && !is_name(&"a".repeat(64)));
    }

    #[test]
    fn a_login_may_ask_for_less_but_not_for_more() {
        let held = shipped().scopes_of(&[VIEWER]);
        assert_eq!(narrow(&held, None).unwrap(), held);
        assert_eq!(narrow(&held, Some(&set("series:read"))).unwrap(), set("series:read"));
        let refusal = narrow(&held, Some(&set("series:read series:write"))).unwrap_err();
        assert_eq!(refusal, TooWide(vec!["series:write".into()]));
        assert!(narrow(&held, Some(&set("*"))).is_err());
    }

    #[test]
    fn a_session_loses_the_scopes_its_user_loses() {
        let (asked, viewer) = (set("calculations:read calculations:write"), shipped().scopes_of(&[VIEWER]));
        assert_eq!(still_held(&viewer, Some(&asked)), set("calculations:read"));
        assert_eq!(still_held(&viewer, None), viewer);
        assert_eq!(still_held(&viewer, Some(&set("*"))), viewer);
        assert_eq!(still_held(&set("*"), Some(&asked)), asked);
        assert!(still_held(&viewer, Some(&set("users:read"))).is_empty());
    }
}
