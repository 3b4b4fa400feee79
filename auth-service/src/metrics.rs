//! What auth-service counts. Each metric is declared here, with what it says.

use service_kit::metric::Values::Closed;

use crate::domain::audit::ACTIONS;

/// The lanes of the pool that hashes passwords.
pub const LANES: &[&str] = &["logins", "sign_ups"];

service_kit::metrics! {
    /// The metrics of auth-service.
    pub static DECLARED;

    /// Logins with a password, by how they ended.
    pub static LOGINS: Counter = "tessera_logins_total" {
        result: Closed(&["ok", "refused", "throttled", "busy", "failed"])
    };
    /// Refresh tokens that were presented: renewed, presented again within the grace (repeated), presented again after it (stolen), or refused.
    pub static REFRESHES: Counter = "tessera_refreshes_total" {
        outcome: Closed(&["renewed", "repeated", "stolen", "refused"])
    };
    /// Attempts that were throttled, by what had too many of them.
    pub static THROTTLED: Counter = "tessera_throttled_total" {
        kind: Closed(&["account", "address", "sign_ups", "exchanges"])
    };
    /// Passwords that wait to be hashed.
    pub static HASH_QUEUE: Gauge = "tessera_password_hash_queue" { lane: Closed(LANES) };
    /// The most passwords that may wait to be hashed; one more is refused.
    pub static HASH_QUEUE_LIMIT: Gauge = "tessera_password_hash_queue_limit" { lane: Closed(LANES) };
    /// How long passwords waited to be hashed, those included that gave up.
    pub static HASH_WAIT: Histogram = "tessera_password_hash_wait_seconds" { lane: Closed(LANES) };
    /// How long the hashing of a password took.
    pub static HASH: Histogram = "tessera_password_hash_seconds" { lane: Closed(LANES) };
    /// Passwords that were not hashed because the queue was full or the wait too long.
    pub static HASH_REFUSALS: Counter = "tessera_password_hash_refusals_total" { lane: Closed(LANES) };
    /// Refused acts that were added to the audit log, by action.
    pub static AUDIT_REFUSALS: Counter = "tessera_audit_refusals_total" { action: Closed(ACTIONS) };
    /// Entries that could not be added to the audit log.
    pub static AUDIT_FAILURES: Counter = "tessera_audit_failures_total" {};
    /// Refused requests that have no entry in the audit log, because there were too many of them.
    pub static AUDIT_LEFT_OUT: Counter = "tessera_audit_refusals_left_out_total" {};
}
