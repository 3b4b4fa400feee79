//! The port to clients: services and API keys alike.

use async_trait::async_trait;
use time::OffsetDateTime;

use super::StoreError;
use crate::domain::{audit::Entry, client::Client, revocation::RevocationClock};

/// Which clients a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFilter {
    /// The API keys of this user; services if absent.
    pub owner: Option<String>,
    /// Clients with this name.
    pub name: Option<String>,
    /// Clients with a larger id.
    pub after: Option<String>,
    /// The page size.
    pub limit: u32,
}

/// Clients.
#[async_trait]
pub trait Clients: Send + Sync {
    /// Adds a client, and the entry of it to the audit log.
    async fn insert_client(&self, client: &Client, entry: &Entry) -> Result<(), StoreError>;

    /// Adds a service and the entry, unless there is one of its name; `false`, and nothing done, where there is.
    async fn insert_named_service(&self, client: &Client, entry: &Entry) -> Result<bool, StoreError>;

    /// The client of that id.
    async fn client(&self, id: &str) -> Result<Option<Client>, StoreError>;

    /// The clients that a list shows, by id.
    async fn list_clients(&self, filter: &ClientFilter) -> Result<Vec<Client>, StoreError>;

    /// Puts `next` in the place of the version before it, and adds the entry; `false`, and nothing done, when that is
    /// no longer the current one. With `revoking` the tokens that it has are revoked: the moment becomes its
    /// `not_before`.
    async fn replace_client(
        &self,
        next: &Client,
        revoking: Option<&RevocationClock>,
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// Removes a client, revokes its tokens and adds the entry: a service, or an API key of that owner; `false`, and
    /// nothing done, when there is none.
    async fn remove_client(
        &self,
        id: &str,
        owner: Option<&str>,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError>;

    /// Records that the client received a token at `at`, unless that is known to have happened after `unless_since`.
    async fn touch_client(
        &self,
        id: &str,
        at: OffsetDateTime,
        unless_since: OffsetDateTime,
    ) -> Result<(), StoreError>;
}
