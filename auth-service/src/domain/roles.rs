//! The built-in roles, what each allows, and how a caller asks for less.

use shared_models::scope::{BUILT_IN, EVERYTHING, ScopeSet};

/// The role that may do everything.
pub const ADMIN: &str = "admin";
/// The role that reads and writes the shipped collections.
pub const SCIENTIST: &str = "scientist";
/// The role that reads the shipped collections.
pub const VIEWER: &str = "viewer";

const READ: [&str; 3] = ["calculations:read", "reviews:read", "series:read"];
const WRITE: [&str; 3] = ["calculations:write", "reviews:write", "series:write"];

/// Whether a role of that name exists.
pub fn exists(role: &str) -> bool {
    [ADMIN, SCIENTIST, VIEWER].contains(&role)
}

/// Everything that `roles` allow together; a role that no longer exists allows nothing.
pub fn scopes_of<S: AsRef<str>>(roles: &[S]) -> ScopeSet {
    let names = roles.iter().flat_map(|role| match role.as_ref() {
        ADMIN => [BUILT_IN, &[EVERYTHING]].concat(),
        SCIENTIST => [READ, WRITE].concat(),
        VIEWER => READ.to_vec(),
        _ => Vec::new(),
    });
    ScopeSet::from_names(names).unwrap_or_default()
}

/// Scopes that were asked for and that the user's roles do not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("your roles do not allow {0:?}")]
pub struct TooWide(pub Vec<String>);

/// Refuses to hand out more than `held`; asking for nothing in particular is asking for all of it.
pub fn narrow(held: &ScopeSet, asked: Option<&ScopeSet>) -> Result<ScopeSet, TooWide> {
    let Some(asked) = asked else { return Ok(held.clone()) };
    let beyond: Vec<String> = asked.iter().filter(|scope| !held.covers(scope)).map(str::to_owned).collect();
    if beyond.is_empty() { Ok(asked.clone()) } else { Err(TooWide(beyond)) }
}

/// What is left of `asked` under the scopes held today: roles may have changed since the login.
pub fn still_held(held: &ScopeSet, asked: Option<&ScopeSet>) -> ScopeSet {
    let Some(asked) = asked else { return held.clone() };
    ScopeSet::from_names(asked.iter().filter(|scope| held.covers(scope))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> ScopeSet {
        text.parse().unwrap()
    }

    #[test]
    fn an_admin_holds_every_scope_those_unheard_of_included() {
        let admin = scopes_of(&[ADMIN]);
        assert!(BUILT_IN.iter().all(|scope| admin.iter().any(|held| held == *scope)));
        assert!(admin.covers("molecules:read"));
    }

    #[test]
    fn a_scientist_writes_the_shipped_collections_and_a_viewer_reads_them() {
        let scientist =
            "calculations:read calculations:write reviews:read reviews:write series:read series:write";
        assert_eq!(scopes_of(&[SCIENTIST]), set(scientist));
        assert_eq!(scopes_of(&[VIEWER]), set("calculations:read reviews:read series:read"));
        assert_eq!(scopes_of(&[VIEWER, SCIENTIST]), set(scientist));
        assert!(scopes_of(&["gone"]).is_empty());
    }

    #[test]
    fn a_login_may_ask_for_less_but_not_for_more() {
        let held = scopes_of(&[VIEWER]);
        assert_eq!(narrow(&held, None).unwrap(), held);
        assert_eq!(narrow(&held, Some(&set("series:read"))).unwrap(), set("series:read"));
        let refusal = narrow(&held, Some(&set("series:read series:write"))).unwrap_err();
        assert_eq!(refusal, TooWide(vec!["series:write".into()]));
        assert!(narrow(&held, Some(&set("*"))).is_err());
    }

    #[test]
    fn a_session_loses_the_scopes_its_user_loses() {
        let asked = set("calculations:read calculations:write");
        assert_eq!(still_held(&scopes_of(&[VIEWER]), Some(&asked)), set("calculations:read"));
        assert_eq!(still_held(&scopes_of(&[VIEWER]), None), scopes_of(&[VIEWER]));
    }
}
