//! Where a service keeps its data: the address of a store and the two ways to reach one.

pub mod mongo;
pub mod sqlite;

use std::{fmt, path::PathBuf, str::FromStr};

use secrecy::SecretString;
use serde::Deserialize;

/// The store cannot be reached now; asking again later is right.
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
            if path.is_empty() {
                return Err("sqlite: needs a path, as in sqlite:data/auth.db".into());
            }
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else if url.starts_with("mongodb://") || url.starts_with("mongodb+srv://") {
            Ok(Self::Mongo(url.into()))
        } else {
            Err("must begin with sqlite:, mongodb:// or mongodb+srv://".into())
        }
    }
}

impl TryFrom<String> for StoreUrl {
    type Error = String;

    fn try_from(url: String) -> Result<Self, String> {
        url.parse()
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
