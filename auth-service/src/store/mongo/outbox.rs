//! Revocations that are committed and wait in the outbox for their place in the feed. An act inserts its own in its own
//! transaction, so acts never wait for one another; `publisher.rs` gives them their places.

use std::time::Duration;

use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{Bson, DateTime, Document, doc, oid::ObjectId},
    error::Result as MongoResult,
    options::{IndexOptions, ReturnDocument},
};
use serde::{Deserialize, Serialize};
use shared_models::revocations::{Revocation, RevocationKind};
use time::OffsetDateTime;

use super::{
    documents::{instant, time},
    index, purge,
};
use crate::domain::revocation::{Moment, RevocationClock};

/// Where committed revocations wait for their place in the feed.
pub(super) const OUTBOX: &str = "outbox";
/// `_id` of the document in `counters` that has the `not_before` of the last revocation of a role.
const ROLES: &str = "roles";
/// How long the raising of a `not_before` may wait for a transaction that has the user, the client or the roles.
const RAISE_TIMEOUT: Duration = Duration::from_secs(1);

/// A revocation in the collection `cutoffs`: the feed.
#[derive(Serialize, Deserialize)]
pub(super) struct RevocationDocument {
    #[serde(rename = "_id")]
    pub seq: i64,
    kind: RevocationKind,
    value: String,
    not_before: i64,
    expires_at: i64,
    purge_at: DateTime,
}

/// A revocation in the collection `outbox`: committed, without a place in the feed yet.
#[derive(Serialize, Deserialize)]
pub(super) struct PendingDocument {
    #[serde(rename = "_id")]
    pub id: ObjectId,
    kind: RevocationKind,
    value: String,
    /// Earlier versions did not write it.
    taken_at: Option<DateTime>,
    not_before: i64,
    expires_at: i64,
}

impl From<RevocationDocument> for Revocation {
    fn from(document: RevocationDocument) -> Self {
        let RevocationDocument { seq, kind, value, not_before, expires_at, .. } = document;
        Self { seq, kind, value, not_before, expires_at }
    }
}

impl PendingDocument {
    fn new(kind: RevocationKind, value: String, moment: Moment) -> Self {
        let Moment { taken_at, not_before, expires_at } = moment;
        let taken_at = Some(instant(taken_at));
        Self { id: ObjectId::new(), kind, value, taken_at, not_before, expires_at }
    }

    /// The same at this place of the feed.
    pub(super) fn at(self, seq: i64) -> RevocationDocument {
        let Self { kind, value, not_before, expires_at, .. } = self;
        let purge_at = OffsetDateTime::from_unix_timestamp(expires_at).map_or(DateTime::MAX, instant);
        RevocationDocument { seq, kind, value, not_before, expires_at, purge_at }
    }

    /// The same with a moment that refuses every token made from what was true before it. Where the commit took too
    /// long, that is a new one: what was read from the outbox is committed, so any moment taken from then on will do.
    pub(super) async fn covering(self, database: &Database, clock: &RevocationClock) -> MongoResult<Self> {
        let taken_at = self.taken_at.and_then(|taken_at| time(taken_at).ok());
        if taken_at.is_some_and(|taken_at| clock.covers(taken_at)) {
            return Ok(self);
        }
        let moment = clock.moment_for(self.kind);
        // The act itself has raised it beyond the one before. To do so again with each try would lead far ahead.
        let least = Bson::from(moment.not_before);
        let moment = match raise(database, None, self.kind, &self.value, least).await? {
            Some(raised) => moment.after(raised - 1),
            None => moment,
        };
        Ok(Self { id: self.id, ..Self::new(self.kind, self.value, moment) })
    }
}

/// The revocations that have a place in the feed.
pub(super) fn feed(database: &Database) -> Collection<RevocationDocument> {
    database.collection("cutoffs")
}

/// The revocations that have none yet.
pub(super) fn outbox(database: &Database) -> Collection<PendingDocument> {
    database.collection(OUTBOX)
}

/// The indexes of `cutoffs`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![index(doc! { "value": 1 }, IndexOptions::default()), purge("purge_at")]
}

/// The indexes of `outbox`.
pub(super) fn outbox_indexes() -> Vec<IndexModel> {
    vec![index(doc! { "value": 1 }, IndexOptions::default())]
}

/// Makes the document that has the `not_before` of all roles.
pub(super) async fn prepare(database: &Database) -> MongoResult<()> {
    let first = doc! { "$setOnInsert": { "not_before": 0_i64 } };
    counters(database).update_one(doc! { "_id": ROLES }, first).upsert(true).await?;
    Ok(())
}

/// The `not_before` of the last revocation of a role.
pub(super) async fn not_before_of_roles(
    database: &Database,
    session: &mut ClientSession,
) -> MongoResult<i64> {
    let holder = counters(database).find_one(doc! { "_id": ROLES }).session(session).await?;
    Ok(holder.map_or(0, |holder| holder.not_before))
}

fn counters(database: &Database) -> Collection<Holder> {
    database.collection("counters")
}

/// Revokes the tokens that `kind` and `value` name, within the transaction that makes it necessary: in each attempt at a
/// moment of its own, which becomes the `not_before` of that user or client, or that of all roles.
pub(super) async fn append(
    database: &Database,
    session: &mut ClientSession,
    kind: RevocationKind,
    value: &str,
    clock: &RevocationClock,
) -> MongoResult<()> {
    let moment = clock.moment_for(kind);
    let least = doc! { "$max": [moment.not_before, { "$add": ["$not_before", 1_i64] }] };
    let moment = match raise(database, Some(&mut *session), kind, value, least.into()).await? {
        Some(raised) => moment.after(raised - 1),
        None => moment,
    };
    insert(database, session, kind, std::slice::from_ref(&value.to_owned()), moment).await
}

/// Revokes the tokens of sessions, within the transaction that ends them.
pub(super) async fn append_sessions(
    database: &Database,
    session: &mut ClientSession,
    ids: &[String],
    clock: &RevocationClock,
) -> MongoResult<()> {
    insert(database, session, RevocationKind::Session, ids, clock.moment()).await
}

async fn insert(
    database: &Database,
    session: &mut ClientSession,
    kind: RevocationKind,
    values: &[String],
    moment: Moment,
) -> MongoResult<()> {
    if values.is_empty() {
        return Ok(());
    }
    let pending = values.iter().map(|value| PendingDocument::new(kind, value.clone(), moment));
    outbox(database).insert_many(pending).session(session).await?;
    Ok(())
}

/// A user, a client or the roles, as far as revocations are concerned.
#[derive(Deserialize)]
pub(super) struct Holder {
    #[serde(default)]
    pub not_before: i64,
}

/// The collection of the users or clients that a revocation of this kind names.
pub(super) fn holders(database: &Database, kind: RevocationKind) -> Option<Collection<Holder>> {
    match kind {
        RevocationKind::Subject => Some(database.collection("users")),
        RevocationKind::Key => Some(database.collection("clients")),
        RevocationKind::Session | RevocationKind::Role => None,
    }
}

/// Raises the `not_before` of a user, a client or the roles to what the expression `least` says, and returns the one that
/// holds then; nothing where there is no such user or client.
async fn raise(
    database: &Database,
    session: Option<&mut ClientSession>,
    kind: RevocationKind,
    value: &str,
    least: Bson,
) -> MongoResult<Option<i64>> {
    let (holders, id) = match (kind, holders(database, kind)) {
        (RevocationKind::Role, _) => (counters(database), ROLES),
        (_, Some(holders)) => (holders, value),
        (_, None) => return Ok(None),
    };
    let raise: Vec<Document> = vec![doc! { "$set": { "not_before": { "$max": ["$not_before", least] } } }];
    let raised = holders
        .find_one_and_update(doc! { "_id": id }, raise)
        .projection(doc! { "not_before": 1 })
        .return_document(ReturnDocument::After);
    let raised = match session {
        Some(session) => raised.session(session),
        None => raised.max_time(RAISE_TIMEOUT),
    };
    Ok(raised.await?.map(|holder| holder.not_before))
}
