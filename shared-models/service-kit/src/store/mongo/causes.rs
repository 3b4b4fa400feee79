//! Why MongoDB fails: read from the driver's errors and from what its monitors see.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use mongodb::{
    bson::Document,
    error::{Error, ErrorKind, WriteFailure},
    event::sdam::SdamEvent,
};

use crate::store::cause::{Cause, Kind};

/// Server codes "authentication failed" and "unauthorized".
const DENIED: [i32; 2] = [18, 13];
/// Server code "out of disk space".
const OUT_OF_DISK_SPACE: i32 = 14031;
/// The errors of a connection that the server closed, for instance one in plain text to a server that demands TLS.
const CLOSED: [io::ErrorKind; 2] = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset];
/// The text of ENOSPC as the server reports it.
const NO_SPACE: &str = "No space left on device";

/// What the driver's monitors saw last of each server.
#[derive(Clone, Default)]
pub(super) struct Seen {
    /// The name of the replica set in the address.
    wanted: Option<String>,
    servers: Arc<Mutex<BTreeMap<String, Option<Cause>>>>,
    /// Why a command was refused last, until one is answered. Monitors do not log in, so they cannot see it, and the driver takes
    /// the server for unknown until its next monitoring.
    refused: Arc<Mutex<Option<Cause>>>,
}

impl Seen {
    pub(super) fn wanting(set_name: Option<String>) -> Self {
        Self { wanted: set_name, ..Self::default() }
    }

    /// Records what a monitor saw.
    pub(super) fn take(&self, event: SdamEvent) {
        let (address, outcome) = match event {
            SdamEvent::ServerHeartbeatSucceeded(event) => {
                let address = event.server_address.to_string();
                let fault = self.fault_of(&address, &event.reply);
                (address, fault)
            }
            SdamEvent::ServerHeartbeatFailed(event) => {
                let address = event.server_address.to_string();
                let cause = of_connection(&address, &event.failure);
                (address, Some(cause))
            }
            _ => return,
        };
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).insert(address, outcome);
    }

    /// Why a server that answers cannot be used.
    pub(super) fn fault_of(&self, address: &str, hello: &Document) -> Option<Cause> {
        if hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid") {
            return None;
        }
        match (hello.get_str("setName").ok(), &self.wanted) {
            (None, _) => Some(Cause::new(
                Kind::NoReplicaSet,
                format!(
                    "MongoDB at {address} is not a member of a replica set, and transactions need one; start it with \
                     --replSet and run rs.initiate(), a single node suffices"
                ),
            )),
            (Some(name), Some(wanted)) if name != wanted => Some(Cause::new(
                Kind::SetName,
                format!("MongoDB at {address} is the replica set {name:?}, store.url names {wanted:?}"),
            )),
            _ => None,
        }
    }

    /// Takes note of whether a command was refused for its credentials.
    pub(super) fn answered(&self, outcome: Result<(), &Cause>) {
        let refused = match outcome {
            Ok(()) => None,
            Err(cause) if cause.kind == Kind::Credentials => Some(cause.clone()),
            Err(_) => return,
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }

    fn refused(&self) -> Option<Cause> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why an answer did not come.
    pub(super) fn silence(&self) -> Cause {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let met = servers.values().flatten().next().cloned().or_else(|| self.refused());
        met.unwrap_or_else(|| Cause::new(Kind::Unreachable, "MongoDB does not answer in time"))
    }

    /// Why no server can be used; causes that an operator can fix come first.
    fn cause(&self) -> Cause {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = || servers.values().flatten();
        let telling = faults().find(|fault| fault.kind != Kind::Unreachable);
        let none = || {
            let nobody = "no MongoDB server has answered";
            let no_primary = "the replica set of MongoDB has no primary now";
            Cause::new(Kind::Unreachable, if servers.is_empty() { nobody } else { no_primary })
        };
        telling.or_else(|| faults().next()).cloned().or_else(|| self.refused()).unwrap_or_else(none)
    }
}

/// The cause of an error.
pub(super) fn explain(error: &Error, seen: &Seen) -> Cause {
    match &*error.kind {
        ErrorKind::ServerSelection { .. } => seen.cause(),
        ErrorKind::ConnectionPoolCleared { .. } | ErrorKind::Io(_) => of_connection("the server", error),
        _ => of_refusal(error),
    }
}

/// The cause of an error where only the error is known.
pub fn cause(error: &Error) -> Cause {
    explain(error, &Seen::default())
}

fn of_connection(address: &str, error: &Error) -> Cause {
    let text = error.kind.to_string();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["failed to lookup address", "Name or service not known", "nodename nor servname"]) {
        return Cause::new(Kind::Dns, format!("the name of {address} cannot be resolved"));
    }
    if has(&["certificate", "TLS", "tls", "HandshakeFailure", "corrupt message"]) {
        let text = format!("no secure connection to MongoDB at {address}: {text}; see tls=true in store.url");
        return Cause::new(Kind::Tls, text);
    }
    if matches!(&*error.kind, ErrorKind::Io(io) if CLOSED.contains(&io.kind())) {
        let text = format!(
            "MongoDB at {address} cannot be reached: it closes the connection; if it demands TLS, say tls=true in store.url"
        );
        return Cause::new(Kind::Unreachable, text);
    }
    match of_refusal(error) {
        Cause { kind: Kind::Other, .. } => {
            Cause::new(Kind::Unreachable, format!("MongoDB at {address} cannot be reached: {text}"))
        }
        known => known,
    }
}

/// The reason that the server, or the driver, reports.
fn of_refusal(error: &Error) -> Cause {
    let (code, text) = code_and_text(error);
    if code == Some(OUT_OF_DISK_SPACE) || text.contains(NO_SPACE) {
        return Cause::new(Kind::DiskFull, "the disk of MongoDB is full");
    }
    let denied = code.is_some_and(|code| DENIED.contains(&code));
    match &*error.kind {
        ErrorKind::Authentication { message, .. } => {
            Cause::new(Kind::Credentials, format!("MongoDB refuses the credentials of store.url: {message}"))
        }
        _ if denied => Cause::new(
            Kind::Credentials,
            format!("MongoDB does not let the user of store.url do this: {text}"),
        ),
        ErrorKind::DnsResolve { message, .. } => {
            Cause::new(Kind::Dns, format!("the name in store.url cannot be resolved: {message}"))
        }
        ErrorKind::InvalidTlsConfig { message, .. } => Cause::new(Kind::Tls, message),
        _ => Cause::new(Kind::Other, text),
    }
}

fn code_and_text(error: &Error) -> (Option<i32>, String) {
    let text = error.kind.to_string();
    let code = match &*error.kind {
        ErrorKind::Command(refusal) => Some(refusal.code),
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => Some(refusal.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(refusal)) => Some(refusal.code),
        ErrorKind::InsertMany(refusals) => {
            let first = refusals.write_errors.iter().flatten().next().map(|refusal| refusal.code);
            first.or_else(|| refusals.write_concern_error.as_ref().map(|refusal| refusal.code))
        }
        _ => None,
    };
    (code, text)
}

/// Whether a write that ended in this error may have taken effect: it was sent, and its outcome is not known.
pub fn may_have_written(error: &Error) -> bool {
    if error.contains_label(mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT) {
        return true;
    }
    // Within a transaction nothing takes effect before the commit.
    if error.contains_label(mongodb::error::TRANSIENT_TRANSACTION_ERROR) {
        return false;
    }
    if error.contains_label(mongodb::error::NO_WRITES_PERFORMED) {
        return false;
    }
    match &*error.kind {
        ErrorKind::Io(io) => io.kind() != std::io::ErrorKind::ConnectionRefused,
        ErrorKind::Write(WriteFailure::WriteConcernError(_)) => true,
        ErrorKind::InsertMany(refusals) => refusals.write_concern_error.is_some(),
        ErrorKind::Command(refusal) => INTERRUPTED.contains(&refusal.code),
        _ => false,
    }
}

/// Server codes "exceeded time limit", "shutdown in progress", "primary stepped down", "interrupted at shutdown" and
/// "interrupted due to change of state": the server gave up a command that it had begun.
const INTERRUPTED: [i32; 6] = [50, 262, 91, 189, 11600, 11602];

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    fn io(kind: std::io::ErrorKind, text: &str) -> Error {
        std::io::Error::new(kind, text).into()
    }

    #[test]
    fn a_server_without_a_replica_set_or_of_another_one_is_named_as_such() {
        let seen = Seen::wanting(Some("rs0".into()));
        let kind = |hello| seen.fault_of("h:1", &hello).map(|fault| fault.kind);
        assert_eq!(kind(doc! { "isWritablePrimary": true }), Some(Kind::NoReplicaSet));
        assert_eq!(kind(doc! { "setName": "other" }), Some(Kind::SetName));
        assert_eq!(kind(doc! { "setName": "rs0" }), None);
        assert_eq!(kind(doc! { "msg": "isdbgrid" }), None);
        assert!(Seen::default().fault_of("h:1", &doc! {}).unwrap().to_string().contains("replica set"));
    }

    #[test]
    fn refused_credentials_are_the_cause_of_the_silence_that_follows_until_a_command_is_answered() {
        let seen = Seen::default();
        let refusal = Cause::new(Kind::Credentials, "refused");
        seen.answered(Err(&refusal));
        seen.answered(Err(&Cause::new(Kind::Unreachable, "away")));
        assert_eq!((seen.silence(), seen.cause()), (refusal.clone(), refusal));
        seen.answered(Ok(()));
        assert_eq!((seen.silence().kind, seen.cause().kind), (Kind::Unreachable, Kind::Unreachable));
    }

    #[test]
    fn what_the_network_says_is_told_apart() {
        let other = std::io::ErrorKind::Other;
        let causes = [
            (io(std::io::ErrorKind::ConnectionRefused, "Connection refused"), Kind::Unreachable),
            (io(other, "failed to lookup address information: Name or service not known"), Kind::Dns),
            (io(other, "invalid peer certificate: UnknownIssuer"), Kind::Tls),
            (io(other, "No space left on device"), Kind::DiskFull),
        ];
        for (error, kind) in causes {
            assert_eq!(cause(&error).kind, kind, "{error}");
        }
    }

    #[test]
    fn a_write_that_was_never_sent_is_not_said_to_be_unknown() {
        assert!(!may_have_written(&io(std::io::ErrorKind::ConnectionRefused, "x")));
        assert!(may_have_written(&io(std::io::ErrorKind::UnexpectedEof, "x")));
    }
}
