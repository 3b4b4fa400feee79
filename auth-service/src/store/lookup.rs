//! The port to what an administrator looks up by a part of a name or by the id of a request. Each look-up is served by an
//! index.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{audit::Entry, client::Client, user::User};

/// Look-ups of administrators.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// Users whose address or name begins with `start`, at most `limit` of either, each once. The case of letters does not
    /// count: names are compared by their keys.
    async fn users_beginning(&self, start: &str, limit: u32) -> Result<Vec<User>, StoreError>;

    /// Clients that act for themselves and whose names begin with `start`, at most `limit`, compared by their
    /// keys.
    async fn services_beginning(&self, start: &str, limit: u32) -> Result<Vec<Client>, StoreError>;

    /// Entries of the requests that have this id, from the service or from the caller, newest first.
    async fn audit_of_request(&self, id: &str, limit: u32) -> Result<Vec<Entry>, StoreError>;
}

/// The end of the range of texts that begin with `start`: the largest code point, which no name has.
pub(super) fn end_of(start: &str) -> String {
    format!("{start}\u{10ffff}")
}
