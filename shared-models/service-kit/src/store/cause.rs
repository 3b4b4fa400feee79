//! Why a store fails: for logs, metrics and `/readyz`, never for a client.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::metric::kit::STORE_FAILURES;

/// How long a kind of cause is not logged again, whatever its words.
const QUIET: Duration = Duration::from_secs(10);
/// How long a cause must not have been met to be logged as a new one.
const OVER: Duration = Duration::from_secs(60);
/// How often a cause that lasts is logged.
const REMINDER: Duration = Duration::from_secs(600);
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
    /// A later program has changed its layout, or it is the store of another service.
    Layout,
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
            Self::Layout => "layout",
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
    logged: Vec<Logged>,
    disk: Option<(Cause, Instant)>,
}

/// The last of a kind that was logged.
struct Logged {
    cause: Cause,
    at: Instant,
    /// When one of its kind was met last.
    met: Instant,
}

static MET: Mutex<Met> = Mutex::new(Met { logged: Vec::new(), disk: None });

/// Whether a cause is to be logged: the first of its kind, other words, after a while without, and every ten minutes.
fn is_news(logged: &mut Vec<Logged>, cause: &Cause, now: Instant) -> bool {
    let Some(last) = logged.iter_mut().find(|last| last.cause.kind == cause.kind) else {
        logged.push(Logged { cause: cause.clone(), at: now, met: now });
        return true;
    };
    let since = |then: Instant| now.duration_since(then);
    let new = last.cause != *cause || since(last.met) >= OVER || since(last.at) >= REMINDER;
    last.met = now;
    if !new || since(last.at) < QUIET {
        return false;
    }
    (last.cause, last.at) = (cause.clone(), now);
    true
}

/// Counts a failure and logs its cause; the same cause is logged again only after a while.
pub fn note(cause: &Cause) {
    STORE_FAILURES.with([cause.kind.name()]).increment(1);
    let now = Instant::now();
    let mut met = MET.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(cause.kind, Kind::DiskFull | Kind::Disk) {
        met.disk = Some((cause.clone(), now));
    }
    let news = is_news(&mut met.logged, cause, now);
    drop(met);
    if news {
        tracing::warn!(setting = "store.url", store.cause = cause.kind.name(), detail = %cause, "the store cannot be used");
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_logged_at_first_when_it_changes_after_a_pause_and_then_rarely() {
        let begin = Instant::now();
        let mut logged = Vec::new();
        let mut at = |seconds: u64, kind, text: &str| {
            is_news(&mut logged, &Cause::new(kind, text), begin + Duration::from_secs(seconds))
        };
        assert!(at(0, Kind::Unreachable, "a"));
        assert!((1..60).all(|second| !at(second, Kind::Unreachable, "a")), "not every second");
        assert!(at(60, Kind::Unreachable, "b"), "other words");
        assert!(!at(61, Kind::Unreachable, "a"), "not to and fro");
        assert!(at(61, Kind::Dns, "a"), "another kind");
        assert!((62..660).all(|second| !at(second, Kind::Unreachable, "b")));
        assert!(at(660, Kind::Unreachable, "b"), "a reminder");
        assert!(!at(719, Kind::Unreachable, "b") && at(779, Kind::Unreachable, "b"), "again after a pause");
    }
}
