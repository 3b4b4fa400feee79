//! Which kinds of principal may call a row of the route table, and how the others are refused.

use shared_models::claims::Principal;

use crate::problem::Problem;

/// A set of kinds of principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principals(u8);

impl Principals {
    /// Every kind.
    pub const EVERY: Self = Self::of(&Principal::ALL);

    /// The set of these kinds.
    pub const fn of(kinds: &[Principal]) -> Self {
        let (mut set, mut at) = (0, 0);
        while at < kinds.len() {
            set |= bit(kinds[at]);
            at += 1;
        }
        Self(set)
    }

    /// Whether the kind is one of these.
    pub const fn includes(self, kind: Principal) -> bool {
        self.0 & bit(kind) != 0
    }

    /// The names of these kinds.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Principal::ALL.into_iter().filter(move |kind| self.includes(*kind)).map(Principal::name)
    }

    /// Refuses a caller of another kind. `kind` is what the claims of the token say: if the set has a login of any
    /// kind, every login is admitted here, and [`Principals::admit_exactly`] decides.
    pub fn admit(self, kind: Principal) -> Result<(), Problem> {
        let some_login = Principal::ALL.into_iter().any(|other| other.is_login() && self.includes(other));
        if kind.is_login() && some_login { Ok(()) } else { self.admit_exactly(kind) }
    }

    /// Refuses a caller of another kind, once a login is known to be unrestricted, narrowed, or of a user who must
    /// change the password.
    pub fn admit_exactly(self, kind: Principal) -> Result<(), Problem> {
        if self.includes(kind) { Ok(()) } else { Err(Problem::login_required(refusal(kind))) }
    }
}

const fn bit(kind: Principal) -> u8 {
    1 << kind as u8
}

fn refusal(kind: Principal) -> &'static str {
    match kind {
        Principal::Login => "A login cannot call this",
        Principal::NarrowedLogin => {
            "This needs a login with all of your scopes; log in again without \"scope\""
        }
        Principal::MustChangeLogin => "Choose another password first (PUT /auth/users/me/password)",
        Principal::ClientSession => {
            "A session that a client opened cannot call this; log in yourself at /auth/login"
        }
        Principal::ApiKey => "An API key cannot call this; log in at /auth/login and use that token",
        Principal::Service => "A service cannot call this; it needs the login of a person",
        Principal::Job => "A job grant cannot call this; log in at /auth/login and use that token",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Principals = Principals::of(&[Principal::Login, Principal::MustChangeLogin]);

    #[test]
    fn a_set_includes_the_kinds_it_was_made_of_and_no_other() {
        for kind in Principal::ALL {
            assert!(Principals::EVERY.includes(kind));
            assert_eq!(OWN.includes(kind), [Principal::Login, Principal::MustChangeLogin].contains(&kind));
        }
        assert_eq!(OWN.names().collect::<Vec<_>>(), ["login", "must_change_login"]);
    }

    #[test]
    fn the_claims_admit_any_login_where_one_is_named_and_the_store_then_decides() {
        assert!(OWN.admit(Principal::Login).is_ok());
        assert!(OWN.admit_exactly(Principal::NarrowedLogin).is_err());
        for kind in [Principal::ApiKey, Principal::Job, Principal::Service, Principal::ClientSession] {
            assert!(OWN.admit(kind).is_err(), "{kind:?}");
        }
        let programs = Principals::of(&[Principal::ApiKey, Principal::Service]);
        assert!(programs.admit(Principal::Login).is_err());
    }
}
