//! Entries of the audit log that a new session carries: opening a session is then one write instead of a transaction of
//! two, which would cost several times as much. They are moved to the log within a second or so, and before
//! anybody reads it. A session is kept for a day longer than it can live, so an entry waits at least as long for a
//! replica.

use futures_util::TryStreamExt as _;
use mongodb::{
    Collection, Database,
    bson::{Document, doc},
    error::{Error, ErrorKind, Result as MongoResult},
};
use serde::Deserialize;

use super::{
    DUPLICATE,
    documents::{AUDIT, SESSIONS, SessionDocument},
};
use crate::{
    domain::{audit::Entry, session::Session},
    store::StoreError,
};

/// The field of a session that holds the id of the entry it carries.
pub(super) const ENTRY_ID: &str = "opened._id";
/// How many entries are moved together.
const AT_ONCE: u32 = 1000;

/// A session that carries an entry.
#[derive(Deserialize)]
struct Carrier {
    #[serde(rename = "_id")]
    id: String,
    /// As it is: a later version may have written it.
    opened: Document,
}

/// Adds a session that carries the entry of its opening.
pub(super) async fn insert(database: &Database, session: &Session, entry: &Entry) -> Result<(), StoreError> {
    let sessions: Collection<SessionDocument> = database.collection(SESSIONS);
    sessions.insert_one(SessionDocument::opened(session, entry)).await.map_err(super::written)?;
    Ok(())
}

/// Moves the carried entries to the log. Several may run at the same time, and one continues the work of another.
pub(super) async fn gather(database: &Database) -> MongoResult<()> {
    loop {
        let sessions: Collection<Carrier> = database.collection(SESSIONS);
        let carriers = sessions.find(carrying()).projection(doc! { "opened": 1 }).limit(i64::from(AT_ONCE));
        let carriers: Vec<Carrier> = carriers.await?.try_collect().await?;
        if carriers.is_empty() {
            return Ok(());
        }
        let (ids, entries): (Vec<String>, Vec<Document>) =
            carriers.into_iter().map(|carrier| (carrier.id, carrier.opened)).unzip();
        let log: Collection<Document> = database.collection(AUDIT);
        match log.insert_many(entries).ordered(false).await {
            Err(error) if !are_there(&error) => return Err(error),
            _ => {}
        }
        let moved = doc! { "$unset": { "opened": "" } };
        sessions.update_many(doc! { "_id": { "$in": &ids } }, moved).await?;
        if ids.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}

/// Sessions that carry an entry; the condition is the index's.
fn carrying() -> Document {
    doc! { ENTRY_ID: { "$type": "string" } }
}

/// Whether the write failed only because another replica has inserted the entries already.
fn are_there(error: &Error) -> bool {
    let ErrorKind::InsertMany(fault) = &*error.kind else { return false };
    let refused = fault.write_errors.iter().flatten();
    fault.write_concern_error.is_none()
        && refused.clone().count() > 0
        && refused.into_iter().all(|refusal| refusal.code == DUPLICATE)
}
