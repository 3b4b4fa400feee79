//! The audit log as `GET /auth/audit` returns it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// One act, done or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// The entry's id; ids sort by time.
    pub id: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = "date-time")]
    pub at: OffsetDateTime,
    /// What was done, such as `user_changed`.
    pub action: String,
    /// Who did it: the id of a user or a client; absent for a failed login.
    pub actor: Option<String>,
    /// The client that was used.
    pub client_id: Option<String>,
    /// What it was done to: `user`, `role`, `client`, `session`, `calculation`, `key`, `route`.
    pub target_kind: Option<String>,
    /// The id of the target.
    pub target: Option<String>,
    /// The address of the client.
    pub address: Option<String>,
    /// The id under which the service logged the request.
    pub request_id: Option<String>,
    /// The id that the caller gave the request as `X-Request-Id`.
    #[serde(default)]
    pub client_request_id: Option<String>,
    /// Whether it was done; refused otherwise.
    pub succeeded: bool,
    /// What was changed, or why it was refused.
    pub detail: Option<String>,
}
