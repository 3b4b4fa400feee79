//! Sessions that are still to be ended: a note per act, and the steps that end them.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database,
    bson::{DateTime, Document, doc},
    error::Result as MongoResult,
};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    MongoStore, carried,
    documents::{ACTIVE, instant, time, unreadable},
    sessions,
};
use crate::{
    domain::{
        ending::{Ending, Whose},
        revocation::RevocationClock,
        session::EndReason,
    },
    store::{Endings, Revocations as _, StoreError},
};

/// A note in the collection `endings`.
#[derive(Serialize, Deserialize)]
struct EndingDocument {
    #[serde(rename = "_id")]
    id: String,
    user_id: Option<String>,
    token_version: Option<i64>,
    client: Option<String>,
    #[serde(default)]
    except_user: Option<String>,
    reason: Option<String>,
    revokes: bool,
    at: DateTime,
}

impl From<&Ending> for EndingDocument {
    fn from(ending: &Ending) -> Self {
        let (user_id, token_version, client, except_user) = match ending.whose.clone() {
            Whose::User { id, token_version } => (Some(id), Some(token_version), None, None),
            Whose::Client { id, except_user } => (None, None, Some(id), except_user),
        };
        Self {
            id: ending.id.clone(),
            user_id,
            token_version,
            client,
            except_user,
            reason: ending.reason.map(|reason| reason.name().to_owned()),
            revokes: ending.revokes,
            at: instant(ending.at),
        }
    }
}

impl TryFrom<EndingDocument> for Ending {
    type Error = StoreError;

    fn try_from(document: EndingDocument) -> Result<Self, StoreError> {
        let whose = match (document.user_id, document.token_version, document.client) {
            (Some(id), Some(token_version), None) => Whose::User { id, token_version },
            (None, None, Some(id)) => Whose::Client { id, except_user: document.except_user },
            _ => return Err(unreadable("ending")),
        };
        Ok(Self {
            id: document.id,
            whose,
            reason: document.reason.map(|name| EndReason::from_name(&name).unwrap_or(EndReason::Revoked)),
            revokes: document.revokes,
            at: time(document.at)?,
        })
    }
}

fn collection(database: &Database) -> Collection<EndingDocument> {
    database.collection("endings")
}

/// Notes what is to be ended, within the transaction of the act.
pub(super) async fn insert(
    database: &Database,
    session: &mut ClientSession,
    ending: &Ending,
) -> MongoResult<()> {
    insert_all(database, session, std::slice::from_ref(ending)).await
}

/// The same of several; of none, nothing is written.
pub(super) async fn insert_all(
    database: &Database,
    session: &mut ClientSession,
    endings: &[Ending],
) -> MongoResult<()> {
    if !endings.is_empty() {
        let documents = endings.iter().map(EndingDocument::from);
        collection(database).insert_many(documents).session(session).await?;
    }
    Ok(())
}

#[async_trait]
impl Endings for MongoStore {
    async fn pending_endings(&self, before: OffsetDateTime, limit: u32) -> Result<Vec<Ending>, StoreError> {
        let older = doc! { "at": { "$lt": instant(before) } };
        let endings = collection(self.ready().await?);
        let found = endings.find(older).sort(doc! { "_id": 1 }).limit(i64::from(limit)).await?;
        let found: Vec<EndingDocument> = found.try_collect().await?;
        found.into_iter().map(Ending::try_from).collect()
    }

    async fn end_some(
        &self,
        ending: &Ending,
        limit: u32,
        clock: &RevocationClock,
    ) -> Result<bool, StoreError> {
        let database = self.ready().await?;
        let which = match &ending.whose {
            Whose::User { id, token_version } => {
                doc! { "user_id": id, "token_version": { "$lt": token_version } }
            }
            Whose::Client { id, except_user } => {
                let mut which = doc! { "$or": [{ "through": id }, { "actor": id }] };
                if let Some(user) = except_user {
                    which.insert("user_id", doc! { "$ne": user });
                }
                which
            }
        };
        let ended = match ending.reason {
            Some(reason) if ending.revokes => {
                let context = (database, which, clock);
                let ended = self.transact(context, |session, (database, which, clock)| {
                    Box::pin(sessions::end(database, session, which.clone(), limit, reason, clock))
                });
                let ended = ended.await?.len() as u64;
                self.publish_revocations(clock).await?;
                ended
            }
            Some(reason) => end_quietly(database, which, limit, reason).await?,
            None => remove(database, which, limit).await?,
        };
        let none_left = ended < u64::from(limit);
        if none_left {
            collection(database).delete_one(doc! { "_id": &ending.id }).await?;
        }
        Ok(none_left)
    }
}

#[cfg(test)]
impl MongoStore {
    /// Notes endings as an act does that is broken off before it ends anything.
    pub(crate) async fn note_endings(&self, endings: &[Ending]) {
        let context = (self.ready().await.expect("a database"), endings);
        let noted = self.transact(context, |session, (database, endings)| {
            Box::pin(insert_all(database, session, endings))
        });
        noted.await.expect("endings can be noted");
    }
}

/// Ends sessions whose tokens are revoked already: each by itself, so that none waits for another.
async fn end_quietly(
    database: &Database,
    which: Document,
    limit: u32,
    reason: EndReason,
) -> MongoResult<u64> {
    let mut living = which;
    living.insert("state", ACTIVE);
    let ids = sessions::ids(database, living, limit).await?;
    let these = doc! { "_id": { "$in": &ids }, "state": ACTIVE };
    sessions::collection(database).update_many(these, sessions::ending(reason)).await?;
    Ok(ids.len() as u64)
}

/// Removes sessions whose user is gone. One that was opened at the same time, and carries the entry of that, expires.
async fn remove(database: &Database, mut which: Document, limit: u32) -> MongoResult<u64> {
    carried::gather(database).await?;
    which.insert(carried::ENTRY_ID, doc! { "$exists": false });
    let ids = sessions::ids(database, which, limit).await?;
    sessions::collection(database).delete_many(doc! { "_id": { "$in": &ids } }).await?;
    Ok(ids.len() as u64)
}
