//! Holds reads back until the primary has proven that they see every acknowledged write.
//!
//! A majority read sees what the server *knows* to be on a majority. A member that becomes primary has every acknowledged
//! write, but it may know so later: until its first write is on a majority, its majority reads can be from before the last
//! acknowledged ones (MongoDB SERVER-53813). That takes milliseconds after most elections, and as long as nothing can be
//! committed after some. A linearizable read is answered after that first write. So one is made, and other reads wait for it,
//! which costs nothing between elections; to make each read linearizable costs four to seven times the throughput.
//!
//! A term is proven until the monitors of the driver lose sight of a member, see the primary give up, or see a later election:
//! a primary that is cut off together with this replica cannot prove anything. What is left is a primary that is replaced
//! before its loss is noticed, which takes at most [`HEARTBEAT`](super::HEARTBEAT) and the time of a connection, 5 s together:
//! an election begins 10 s after the loss, unless the replica set has a shorter `electionTimeoutMillis`.
//!
//! mongos names no election, so reads of a sharded cluster are not covered.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use mongodb::{
    Database, ServerInfo, ServerType,
    bson::{Document, doc, oid::ObjectId},
    error::{Error, ErrorKind},
    event::sdam::SdamEvent,
    options::ReadConcern,
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{Server, causes::explain, in_time, is_unavailable};
use crate::{
    metric::kit::ELECTIONS,
    store::{
        Unavailable,
        cause::{self, Cause, Kind},
        freshness::{Freshness, Terms},
    },
};

/// How long a read waits for a proof: less than a request has, so that a write after it has time left.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// How long the server may work on a proof.
const PROOF: Duration = Duration::from_secs(3);
/// The pause between two proofs.
const PAUSE: Duration = Duration::from_millis(100);
/// The server's code of an operation that took longer than it may.
const MAX_TIME_EXPIRED: i32 = 50;

/// What is known of the primary.
#[derive(Clone, Copy, Default)]
struct Term {
    /// How often what was known of the primary changed.
    number: u64,
    /// Whether its reads see every acknowledged write.
    proven: bool,
    /// How many proofs the server refused.
    refusals: u64,
}

/// The elections that the monitors of one client saw.
#[derive(Clone, Default)]
pub(super) struct Elections(Arc<Watched>);

#[derive(Default)]
struct Watched {
    /// The id of the last election; later ones are greater.
    last: Mutex<Option<ObjectId>>,
    term: watch::Sender<Term>,
    /// Whether a proof is being made.
    proving: AtomicBool,
}

impl Elections {
    /// Records what a monitor saw.
    pub(super) fn watch(&self, event: &SdamEvent) {
        match event {
            SdamEvent::ServerHeartbeatSucceeded(heartbeat) => self.take(&heartbeat.reply),
            SdamEvent::ServerDescriptionChanged(change) => {
                let [before, now] =
                    [&change.previous_description, &change.new_description].map(ServerInfo::server_type);
                if is_lost(before, now) {
                    self.begin();
                }
            }
            _ => {}
        }
    }

    /// Records what a member says of itself. Only a primary names the election that it won.
    fn take(&self, hello: &Document) {
        let Ok(election) = hello.get_object_id("electionId") else { return };
        let mut last = self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last >= election) {
            return;
        }
        let is_first = last.replace(election).is_none();
        self.begin();
        if !is_first {
            ELECTIONS.get().increment(1);
            tracing::info!("MongoDB has elected a primary");
        }
    }

    fn begin(&self) {
        self.0.term.send_modify(|term| (term.number, term.proven) = (term.number + 1, false));
    }

    fn now(&self) -> Term {
        *self.0.term.borrow()
    }

    /// Marks this term as proven, if it is still the term.
    fn prove(&self, number: u64) {
        self.0.term.send_if_modified(|term| {
            let proves = term.number == number && !term.proven;
            term.proven |= proves;
            proves
        });
    }
}

/// Whether a member that was a primary no longer is, or a member is out of sight.
fn is_lost(before: ServerType, now: ServerType) -> bool {
    let was_seen = matches!(before, ServerType::RsPrimary | ServerType::RsSecondary | ServerType::RsArbiter);
    (before == ServerType::RsPrimary && now != before) || (was_seen && now == ServerType::Unknown)
}

/// The terms of the primaries of a server.
struct OfServer(Server);

impl Server {
    /// How reads of this server are kept fresh.
    pub fn freshness(&self) -> Freshness {
        Freshness::of(OfServer(self.clone()))
    }
}

impl Terms for OfServer {
    fn proven(&self) -> Option<u64> {
        let now = self.0.elections.now();
        now.proven.then_some(now.number)
    }

    fn until_proven(&self) -> BoxFuture<'_, Result<u64, Unavailable>> {
        Box::pin(async { timeout(PATIENCE, self.wait()).await.unwrap_or(Err(Unavailable)) })
    }
}

impl OfServer {
    async fn wait(&self) -> Result<u64, Unavailable> {
        let mut terms = self.0.elections.0.term.subscribe();
        let refusals = terms.borrow().refusals;
        loop {
            if let Some(proving) = Proving::begin(&self.0.elections) {
                self.0.runtime.spawn(proving.run(self.0.clone()));
            }
            let known = terms.wait_for(|term| term.proven || term.refusals > refusals);
            match timeout(PAUSE, known).await {
                Ok(Ok(term)) if term.proven => return Ok(term.number),
                Ok(_) => return Err(Unavailable),
                Err(_) => {}
            }
        }
    }
}

/// The one task that makes proofs now.
struct Proving(Elections);

impl Proving {
    fn begin(elections: &Elections) -> Option<Self> {
        let is_other = elections.0.proving.swap(true, Ordering::AcqRel);
        (!is_other).then(|| Self(elections.clone()))
    }

    /// Makes proofs until one succeeds, the server refuses, or no read waits.
    async fn run(self, server: Server) {
        let watched = &self.0.0;
        let mut changes = watched.term.subscribe();
        let mut noted = None;
        // One receiver is that of this task.
        while watched.term.receiver_count() > 1 {
            let term = self.0.now();
            if term.proven {
                return;
            }
            let proof = tokio::select! {
                proof = in_time(linearizable(&server.database)) => proof,
                _ = changes.wait_for(|now| now.number != term.number) => continue,
            };
            let Err(error) = proof else {
                server.seen.answered(Ok(()));
                self.0.prove(term.number);
                continue;
            };
            let is_late = is_late(&error);
            let cause = if is_late { nothing_committed() } else { explain(&error, &server.seen) };
            server.seen.answered(Err(&cause));
            if noted.as_ref() != Some(&cause) {
                cause::note(&cause);
                noted = Some(cause);
            }
            if !is_late && !is_unavailable(&error) {
                watched.term.send_modify(|term| term.refusals += 1);
                return;
            }
            sleep(PAUSE).await;
        }
    }
}

/// Lets the next task begin, also where this one is dropped.
impl Drop for Proving {
    fn drop(&mut self) {
        self.0.0.proving.store(false, Ordering::Release);
    }
}

/// Whether the server gave up waiting for its first write.
fn is_late(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(command) if command.code == MAX_TIME_EXPIRED)
}

fn nothing_committed() -> Cause {
    Cause::new(
        Kind::Unreachable,
        "the primary of MongoDB cannot commit its writes: too few members of the replica set follow it",
    )
}

/// Is answered once the first write of the primary's term is on a majority. What is read does not matter.
async fn linearizable(database: &Database) -> Result<(), Error> {
    let nothing = database.collection::<Document>("_nothing");
    nothing.find_one(doc! {}).read_concern(ReadConcern::linearizable()).max_time(PROOF).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(term: u8) -> Document {
        let mut id = [0; 12];
        (id[0], id[11]) = (0x7f, term);
        doc! { "isWritablePrimary": true, "electionId": ObjectId::from_bytes(id) }
    }

    #[test]
    fn a_term_is_proven_until_a_later_election_and_an_earlier_primary_changes_nothing() {
        let elections = Elections::default();
        let state = || (elections.now().number, elections.now().proven);
        elections.take(&doc! { "isWritablePrimary": false });
        assert_eq!(state(), (0, false));
        elections.take(&hello(4));
        elections.prove(1);
        assert_eq!(state(), (1, true));
        elections.take(&hello(4));
        elections.take(&hello(3));
        assert_eq!(state(), (1, true), "the same primary, and one that was replaced");
        elections.take(&hello(6));
        assert_eq!(state(), (2, false));
    }

    #[test]
    fn a_term_ends_where_the_primary_gives_up_or_a_member_is_out_of_sight() {
        use ServerType::{RsArbiter, RsPrimary, RsSecondary, Unknown};
        for lost in
            [(RsPrimary, RsSecondary), (RsPrimary, Unknown), (RsSecondary, Unknown), (RsArbiter, Unknown)]
        {
            assert!(is_lost(lost.0, lost.1), "{lost:?}");
        }
        for kept in
            [(Unknown, RsPrimary), (Unknown, RsSecondary), (RsSecondary, RsPrimary), (RsPrimary, RsPrimary)]
        {
            assert!(!is_lost(kept.0, kept.1), "{kept:?}");
        }
    }

    #[test]
    fn a_proof_that_began_in_an_earlier_term_proves_nothing() {
        let elections = Elections::default();
        elections.take(&hello(1));
        let before = elections.now().number;
        elections.take(&hello(2));
        elections.prove(before);
        assert!(!elections.now().proven);
        elections.prove(elections.now().number);
        assert!(elections.now().proven);
    }
}
