//! The metrics of what both services share.

use super::Values::{Bounded, Closed};

/// The nine registered methods, and one name for all others.
pub const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "other"];

/// What is sent to MongoDB together.
pub const BATCHES: &[&str] = &["reads", "inserts", "refreshes", "revocations", "ends"];

/// The kinds of cause for which a store cannot be used.
pub const CAUSES: &[&str] = &[
    "disk_full",
    "disk",
    "credentials",
    "tls",
    "dns",
    "no_replica_set",
    "set_name",
    "unreachable",
    "layout",
    "other",
];

/// Why access tokens are refused.
pub const REFUSALS: &[&str] = &[
    "malformed",
    "not_an_access_token",
    "unknown_key",
    "bad_signature",
    "expired",
    "not_yet_valid",
    "foreign",
    "revoked",
];

crate::metrics! {
    /// The metrics that both services have.
    pub static COMMON;

    /// 1, for the program that runs, its version and the commit that it was built from.
    pub static BUILD_INFO: Gauge = "tessera_build_info" {
        program: Bounded("auth-service, resource-service or tessera"),
        version: Bounded("of the workspace"),
        revision: Bounded("`TESSERA_REVISION` at build, else `unknown`")
    };
    /// Whether `/readyz` answers 200 at this scrape: 1 ready, 0 not.
    pub(crate) static READY: Gauge = "tessera_ready" {};
    /// Requests, by route, and how long it took from their arrival to the head of the answer.
    pub(crate) static REQUESTS: Histogram = "tessera_http_request_duration_seconds" {
        method: Closed(METHODS),
        route: Bounded("a path of the route table, or `unmatched`"),
        status: Bounded("the HTTP status")
    };
    /// Requests that have arrived and whose answer has not begun.
    pub(crate) static IN_FLIGHT: Gauge = "tessera_http_requests_in_flight" {};
    /// Bytes of request bodies that were read.
    pub(crate) static BYTES_IN: Counter = "tessera_http_request_bytes_total" {};
    /// Bytes of response bodies that were handed to connections, compressed where they are.
    pub(crate) static BYTES_OUT: Counter = "tessera_http_response_bytes_total" {};
    /// Responses whose body is sent while it is made, such as exports and streams of changes, and that have not ended.
    pub(crate) static STREAMS: Gauge = "tessera_http_streams_open" {};
    /// Requests that were answered with 503 because they took too long.
    pub(crate) static LATE: Counter = "tessera_late_answers_total" {};
    /// Access tokens that were found good, by the key that signed them.
    pub(crate) static VERIFIED: Counter = "tessera_tokens_verified_total" { kid: Bounded("a `kid` of the key ring") };
    /// Access tokens that were refused, by reason.
    pub(crate) static REFUSED: Counter = "tessera_tokens_refused_total" { reason: Closed(REFUSALS) };
    /// Times that the key ring could not be read or fetched; the one from before stays in use.
    pub(crate) static RING_FAILURES: Counter = "tessera_key_ring_reload_failures_total" {};
    /// Failures of the store, by cause.
    pub(crate) static STORE_FAILURES: Counter = "tessera_store_failures_total" { cause: Closed(CAUSES) };
    /// How many calls were sent to MongoDB together.
    pub(crate) static BATCH_SIZE: Histogram = "tessera_store_batch_size" { batch: Closed(BATCHES) };
    /// Open connections to MongoDB.
    pub(crate) static CONNECTIONS: Gauge = "tessera_mongodb_connections" {};
    /// Connections to MongoDB that an operation uses now.
    pub(crate) static CONNECTIONS_IN_USE: Gauge = "tessera_mongodb_connections_in_use" {};
    /// Connections to MongoDB that were opened.
    pub(crate) static CONNECTIONS_MADE: Counter = "tessera_mongodb_connections_created_total" {};
    /// Times that an operation found no connection to MongoDB.
    pub(crate) static CHECKOUT_FAILURES: Counter = "tessera_mongodb_checkout_failures_total" {};
    /// 1 while no primary of MongoDB is known, else 0; 0 without MongoDB.
    pub(crate) static WITHOUT_PRIMARY: Gauge = "tessera_mongodb_without_primary" {};
    /// Seconds that the clock of MongoDB's primary is ahead of this machine's, as far as the time of an answer shows; 0
    /// without MongoDB.
    pub(crate) static CLOCK_OFFSET: Gauge = "tessera_mongodb_clock_offset_seconds" {};
    /// Elections of a primary of MongoDB that were seen, but for the one before the start.
    pub(crate) static ELECTIONS: Counter = "tessera_mongodb_elections_total" {};
    /// Log lines that were dropped because nobody read them fast enough.
    pub(crate) static LINES_DROPPED: Counter = "tessera_log_lines_dropped_total" {};
    /// Series that are not recorded because a process keeps at most 4,096.
    pub(crate) static SERIES_REFUSED: Counter = "tessera_metric_series_refused_total" {};
}

crate::metrics! {
    /// The metrics of the budget of memory.
    pub static BUDGET;

    /// All bytes of the budget of memory.
    pub static MEMORY_BUDGET: Gauge = "tessera_memory_budget_bytes" {};
    /// Bytes of the budget that requests, streams and copies hold now, measured every 5 s.
    pub static MEMORY_TAKEN: Gauge = "tessera_memory_taken_bytes" {};
    /// Requests that found no memory within 3 s and were answered with 503.
    pub(crate) static MEMORY_REFUSALS: Counter = "tessera_memory_refusals_total" {};
}

/// How a call of the other service ends.
pub const CALLS: &[&str] = &["answered", "unavailable", "refused", "not_called"];

crate::metrics! {
    /// The metrics of a client of auth-service.
    pub static CLIENT;

    /// 1 while auth-service is not called because the last calls failed, else 0.
    pub(crate) static CIRCUIT_OPEN: Gauge = "tessera_client_circuit_open" {};
    /// Tries to call auth-service, by how they ended.
    pub(crate) static CLIENT_CALLS: Counter = "tessera_client_calls_total" { outcome: Closed(CALLS) };
    /// Revocations that are known and have not expired.
    pub(crate) static CUTOFFS: Gauge = "tessera_cutoffs" {};
}
