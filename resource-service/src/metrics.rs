//! What resource-service counts. Each metric is declared here, with what it says.

use service_kit::metric::Values::Closed;

service_kit::metrics! {
    /// The metrics of resource-service.
    pub static DECLARED;

    /// Queries that were stopped because they took longer than `query.timeout`.
    pub static QUERY_TIMEOUTS: Counter = "tessera_query_timeouts_total" {};
    /// Documents that were read by id, by where they came from.
    pub static HOT_DOCUMENTS: Counter = "tessera_hot_documents_total" { from: Closed(&["memory", "store"]) };
    /// How many documents were written in one bulk.
    pub static BULK_SIZE: Histogram = "tessera_bulk_size" {};
    /// Heartbeats of calculations that could not be stored; the next write of the job tries again.
    pub static HEARTBEAT_FAILURES: Counter = "tessera_heartbeat_failures_total" {};
    /// Exports that run now.
    pub static EXPORTS: Gauge = "tessera_exports_running" {};
    /// Documents that were exported, by format.
    pub static EXPORTED: Counter = "tessera_exported_documents_total" { format: Closed(&["ndjson", "csv", "parquet"]) };
    /// Open streams of changes.
    pub static SUBSCRIBERS: Gauge = "tessera_change_subscribers" {};
    /// Streams of changes that were cut because their reader was too slow.
    pub static SUBSCRIBERS_DROPPED: Counter = "tessera_change_subscribers_dropped_total" {};
    /// Definitions of collections that cannot be used here; the others are served.
    pub static UNUSABLE: Gauge = "tessera_collection_definitions_unusable" {};
    /// Times that definitions of collections were taken from the store after they had changed.
    pub static DEFINITION_CHANGES: Counter = "tessera_collection_definition_changes_total" {};
    /// Times that definitions of collections could not be read.
    pub static DEFINITION_FAILURES: Counter = "tessera_collection_definition_failures_total" {};
    /// How long ago the feed of revocations last answered; 0 where none is followed.
    pub static FEED_AGE: Gauge = "tessera_cutoff_feed_age_seconds" {};
    /// Times that the feed of revocations could not be read.
    pub static FEED_FAILURES: Counter = "tessera_cutoff_feed_failures_total" {};
    /// Calculations that ended and of which auth-service has not been notified, of all replicas, at most 100.
    pub static NOTICES: Gauge = "tessera_notices_outstanding" {};
    /// Notices about ended calculations that auth-service refused. They are sent again.
    pub static NOTICES_REFUSED: Counter = "tessera_notices_refused_total" {};
}
