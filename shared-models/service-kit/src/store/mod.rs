//! Where a service keeps its data: the address of a store and the two ways to reach one.

pub mod cause;
pub mod freshness;
pub mod layout;
pub mod mongo;
pub mod observed;
pub mod owner;
pub mod sqlite;

use std::{fmt, path::PathBuf, str::FromStr};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// The store cannot be reached now; the caller may retry later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store cannot be reached now")]
pub struct Unavailable;

/// `store.url`: which backend, and where. Its `Debug` shows no password.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub enum StoreUrl {
    /// `sqlite:PATH`: embedded, one node.
    Sqlite(PathBuf),
    /// `mongodb://…` or `mongodb+srv://…`: a replica set or a sharded cluster.
    Mongo(SecretString),
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return match misread(path) {
                Some(fault) => Err(format!(
                    "{fault}; write sqlite:PATH, as in sqlite:data/auth.db or sqlite:/srv/auth.db"
                )),
                None => Ok(Self::Sqlite(PathBuf::from(path))),
            };
        }
        let begins = |scheme: &str| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty());
        if begins("mongodb://") || begins("mongodb+srv://") {
            Ok(Self::Mongo(url.into()))
        } else {
            Err("must begin with sqlite:, mongodb:// or mongodb+srv:// and name a place".into())
        }
    }
}

/// Why a path after `sqlite:` is refused: other programs would read it differently.
fn misread(path: &str) -> Option<&'static str> {
    let memory = path.trim_start_matches('/').starts_with(":memory:");
    if path.trim().is_empty() {
        Some("the path is missing")
    } else if memory {
        Some("a store in memory would lose everything at the end of the process")
    } else if path.starts_with("//") {
        Some(
            "expected a path after sqlite:, not //, which some programs read as relative and others as absolute",
        )
    } else if path.starts_with("file:") {
        Some("a file: URI is not supported")
    } else if path.contains('?') {
        Some("options after ? are not supported")
    } else if path.starts_with('~') {
        Some("~ is not replaced by a home directory")
    } else if path.ends_with('/')
        || path.ends_with("/.")
        || path.ends_with("/..")
        || [".", ".."].contains(&path)
    {
        Some("the path names a directory")
    } else if path.trim() != path || path.contains(char::is_control) {
        Some("the path begins or ends with a blank, or has a control character")
    } else {
        None
    }
}

impl StoreUrl {
    /// Kind, hosts and database, for an operator: never a user, a password or an option. `database` is the one
    /// that is used where the URL names none.
    pub fn place(&self, database: &str) -> String {
        let Self::Mongo(url) = self else { return format!("{self:?}") };
        let url = url.expose_secret();
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        // The driver refuses a password with an unencoded @ or /; everything before the last @ is left out anyway.
        let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
        let (rest, _) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, named) = rest.split_once('/').unwrap_or((rest, ""));
        format!("{scheme}://{hosts}/{}", if named.is_empty() { database } else { named })
    }
}

impl TryFrom<String> for StoreUrl {
    type Error = String;

    fn try_from(url: String) -> Result<Self, String> {
        url.parse()
    }
}

/// As in `Debug`: no password is shown.
impl Serialize for StoreUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Mongo(_) => f.write_str("mongodb://…"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<StoreUrl, String> {
        url.parse()
    }

    #[test]
    fn a_path_means_what_it_says() {
        for path in
            ["data/auth.db", "/srv/a b/auth.db", "auth.db", "./auth.db", "../x.db", "C#.db", "a%20b.db"]
        {
            let Ok(StoreUrl::Sqlite(read)) = read(&format!("sqlite:{path}")) else { panic!("{path}") };
            assert_eq!(read, PathBuf::from(path));
        }
    }

    #[test]
    fn a_spelling_that_other_programs_read_otherwise_is_refused_with_its_reason() {
        for (url, reason) in [
            ("sqlite:", "missing"),
            ("sqlite:  ", "missing"),
            ("sqlite://", "//"),
            ("sqlite://auth.db", "//"),
            ("sqlite:///srv/auth.db", "//"),
            ("sqlite::memory:", "memory"),
            ("sqlite://:memory:", "memory"),
            ("sqlite:auth.db?mode=memory", "?"),
            ("sqlite:auth.db?mode=ro", "?"),
            ("sqlite:file:auth.db", "file:"),
            ("sqlite:~/auth.db", "~"),
            ("sqlite:data/", "directory"),
            ("sqlite:..", "directory"),
            ("sqlite: auth.db", "blank"),
            ("sqlite:auth.db\r", "blank"),
            ("SQLITE:auth.db", "must begin with"),
            ("auth.db", "must begin with"),
            ("mongodb://", "must begin with"),
            ("", "must begin with"),
        ] {
            let refusal = read(url).expect_err(url);
            assert!(refusal.contains(reason), "{url}: {refusal}");
        }
    }

    #[test]
    fn a_place_has_hosts_and_database_and_no_credentials() {
        for (url, place) in [
            ("sqlite:data/auth.db", "sqlite:data/auth.db"),
            ("mongodb://u:p@a:1,b:2/lab?replicaSet=r&authSource=x", "mongodb://a:1,b:2/lab"),
            ("mongodb+srv://u:p%40x@db.example.org", "mongodb+srv://db.example.org/tessera"),
            ("mongodb://a:1/?replicaSet=r", "mongodb://a:1/tessera"),
            ("mongodb://a:1?replicaSet=r", "mongodb://a:1/tessera"),
            ("mongodb://u:se/cr@et@a:1/lab", "mongodb://a:1/lab"),
        ] {
            assert_eq!(read(url).unwrap().place("tessera"), place, "{url}");
        }
    }
}
