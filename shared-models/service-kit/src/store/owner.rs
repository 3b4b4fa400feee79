//! Which service a store belongs to: by the mark in it, or by what is in it where it has no mark yet. Without it one service would
//! write into the store of the other where an operator has mixed up two addresses.

use super::cause::{Cause, Kind};

/// A service with a store of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// auth-service.
    Auth,
    /// resource-service.
    Resource,
}

/// What the names in a store without a mark say about a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// It is empty, or has only what this service makes: it can be marked.
    Own,
    /// It has what each of the services makes. It may belong to either, so it is not marked.
    Mixed,
    /// It has what only the other service makes.
    Foreign,
}

impl Owner {
    /// The name of the service. It is the mark in MongoDB.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth-service",
            Self::Resource => "resource-service",
        }
    }

    /// The mark in SQLite: `PRAGMA application_id`. The bytes read `TsAu` and `TsRe`.
    pub const fn application_id(self) -> i32 {
        match self {
            Self::Auth => 0x5473_4175,
            Self::Resource => 0x5473_5265,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Auth => Self::Resource,
            Self::Resource => Self::Auth,
        }
    }

    /// Whether the collections of a database show that this service has prepared it. A definition may have a name such as `users`,
    /// but none begins with `_`.
    fn made_collections(self, has: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Auth => ["users", "cutoffs", "attempts"].into_iter().all(has),
            Self::Resource => {
                ["_receipts", "_purges", "_change_tickets", "_collections"].into_iter().any(has)
            }
        }
    }

    /// The same of the tables of a file. The table of a definition begins with `doc_`.
    fn made_tables(self, has: &impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Auth => has("users"),
            Self::Resource => ["receipts", "change_log", "_collections"].into_iter().any(has),
        }
    }

    pub(super) fn looks_at_collections(self, has: impl Fn(&str) -> bool) -> Looks {
        Looks::of(self.made_collections(&has), self.other().made_collections(&has))
    }

    pub(super) fn looks_at_tables(self, has: impl Fn(&str) -> bool) -> Looks {
        Looks::of(self.made_tables(&has), self.other().made_tables(&has))
    }

    /// Why this service must not use a store that has the mark of `found`, if it must not.
    pub(super) fn refusal(self, found: &str) -> Option<Cause> {
        (found != self.name()).then(|| {
            let words = format!(
                "this is the store of {found}, and {} needs one of its own; correct store.url",
                self.name()
            );
            Cause::new(Kind::Layout, words)
        })
    }

    /// The same for a store without a mark.
    pub(super) fn refusal_by(self, looks: Looks) -> Option<Cause> {
        if looks == Looks::Foreign { self.refusal(self.other().name()) } else { None }
    }
}

impl Looks {
    const fn of(own: bool, foreign: bool) -> Self {
        match (own, foreign) {
            (_, false) => Self::Own,
            (true, true) => Self::Mixed,
            (false, true) => Self::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_known_by_what_only_one_service_makes() {
        let auth = ["users", "sessions", "cutoffs", "attempts"];
        let looks = |owner: Owner, names: &[&str]| owner.looks_at_collections(|name| names.contains(&name));
        assert_eq!(looks(Owner::Auth, &[]), Looks::Own);
        assert_eq!(looks(Owner::Resource, &[]), Looks::Own);
        assert_eq!(looks(Owner::Auth, &auth), Looks::Own);
        assert_eq!(looks(Owner::Resource, &auth), Looks::Foreign);
        assert_eq!(
            looks(Owner::Resource, &["users", "sessions"]),
            Looks::Own,
            "definitions may have such names"
        );
        assert_eq!(looks(Owner::Auth, &["users", "_receipts"]), Looks::Foreign);
        assert_eq!(looks(Owner::Auth, &[&auth[..], &["_receipts"]].concat()), Looks::Mixed);
        assert_eq!(looks(Owner::Resource, &[&auth[..], &["_receipts"]].concat()), Looks::Mixed);
    }
}
