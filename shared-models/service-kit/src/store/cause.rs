//! Why a store fails: for logs, metrics and `/readyz`, never for a client.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::metric::kit::STORE_FAILURES;

/// How long the same cause is not logged again.
const QUIET: Duration = Duration::from_secs(10);
/// How long after its last occurrence a fault of the disk is assumed to persist.
const LASTS: Duration = Duration::from_secs(30);

/// The kinds of cause, as the metric names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The disk is full.
    DiskFull,
    /// The disk cannot be read or written.
    Disk,
    /// The store refuses the credentials or the access.
    Credentials,
    /// No secure connection can be made.
    Tls,
    /// A name cannot be resolved.
    Dns,
    /// It is not a replica set, so it has no transactions.
    NoReplicaSet,
    /// It is another replica set than the configured one.
    SetName,
    /// No server that accepts writes answers.
    Unreachable,
    /// Something else.
    Other,
}

impl Kind {
    /// The label of the metric.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::Disk => "disk",
            Self::Credentials => "credentials",
            Self::Tls => "tls",
            Self::Dns => "dns",
            Self::NoReplicaSet => "no_replica_set",
            Self::SetName => "set_name",
            Self::Unreachable => "unreachable",
            Self::Other => "other",
        }
    }
}

/// A cause, in words fit for an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Of which kind.
    pub kind: Kind,
    text: String,
}

impl Cause {
    /// A cause of this kind.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The last failures of this process.
struct Met {
    logged: Option<(Kind, Instant)>,
    disk: Option<(Cause, Instant)>,
}

static MET: Mutex<Met> = Mutex::new(Met { logged: None, disk: None });

/// Counts a failure and logs its cause; the same cause is logged again only after a while.
pub fn note(cause: &Cause) {
    STORE_FAILURES.with([cause.kind.name()]).increment(1);
    let now = Instant::now();
    let mut met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(cause.kind, Kind::DiskFull | Kind::Disk) {
        met.disk = Some((cause.clone(), now));
    }
    if met.logged.is_some_and(|(kind, at)| kind == cause.kind && now.duration_since(at) < QUIET) {
        return;
    }
    met.logged = Some((cause.kind, now));
    drop(met);
    tracing::warn!(store.cause = cause.kind.name(), detail = %cause, "the store cannot be used");
}

/// What is wrong with the disk, if a write failed for it recently.
pub fn disk_fault() -> Option<Cause> {
    let met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    let (cause, at) = met.disk.as_ref()?;
    (at.elapsed() < LASTS).then(|| cause.clone())
}

/// A write succeeded: the disk works.
pub(super) fn disk_in_order() {
    MET.lock().unwrap_or_else(PoisonError::into_inner).disk = None;
}
