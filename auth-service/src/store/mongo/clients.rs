//! Clients.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use mongodb::{
    ClientSession, Collection, Database, IndexModel,
    bson::{Binary, Bson, DateTime, Document, doc},
    error::Result as MongoResult,
    options::IndexOptions,
};
use serde::{Deserialize, Serialize};
use shared_models::revocations::RevocationKind;
use time::OffsetDateTime;

use super::{
    MongoStore, audit,
    documents::{binary, bytes, instant, stored_scopes, time},
    endings, index, names, outbox,
};
use crate::{
    domain::{
        audit::Entry,
        client::{Client, ClientSecret, read_grants, read_owner},
        name,
        revocation::RevocationClock,
    },
    store::{ClientFilter, Clients, Revocations as _, StoreError, endings::finish, grants_of},
};

/// `_id` of the document in `counters` that is written whenever a service is added under a name of its own.
const NAME_GUARD: &str = "service_names";

/// A client in the collection `clients`.
#[derive(Serialize, Deserialize)]
pub(super) struct ClientDocument {
    #[serde(rename = "_id")]
    id: String,
    name: String,
    #[serde(default)]
    name_key: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    keys_version: i64,
    scopes: Bson,
    grants: Vec<String>,
    secrets: Vec<SecretDocument>,
    disabled: bool,
    not_before: i64,
    expires_at: Option<DateTime>,
    created_at: DateTime,
    last_used_at: Option<DateTime>,
    version: i64,
}

#[derive(Deserialize)]
struct Key {
    #[serde(rename = "_id")]
    id: String,
}

#[derive(Serialize, Deserialize)]
struct SecretDocument {
    digest: Binary,
    created_at: DateTime,
    expires_at: Option<DateTime>,
}

impl From<&Client> for ClientDocument {
    fn from(client: &Client) -> Self {
        let (grants, owner, client) = (client.grant_names(), client.stored_owner(), client.clone());
        let secret = |secret: ClientSecret| SecretDocument {
            digest: binary(&secret.digest),
            created_at: instant(secret.created_at),
            expires_at: secret.expires_at.map(instant),
        };
        Self {
            id: client.id,
            name_key: Some(name::key(&client.name)),
            name: client.name,
            owner,
            keys_version: client.keys_version,
            scopes: client.scopes.names().join(" ").into(),
            grants,
            secrets: client.secrets.into_iter().map(secret).collect(),
            disabled: client.disabled,
            not_before: client.not_before,
            expires_at: client.expires_at.map(instant),
            created_at: instant(client.created_at),
            last_used_at: client.last_used_at.map(instant),
            version: client.version,
        }
    }
}

impl TryFrom<ClientDocument> for Client {
    type Error = StoreError;

    fn try_from(document: ClientDocument) -> Result<Self, StoreError> {
        let secret = |secret: SecretDocument| {
            Ok(ClientSecret {
                digest: bytes(secret.digest)?,
                created_at: time(secret.created_at)?,
                expires_at: secret.expires_at.map(time).transpose()?,
            })
        };
        let (grants, other_grants) = read_grants(document.grants);
        let (owner, project) = read_owner(document.owner);
        Ok(Self {
            id: document.id,
            name: document.name,
            owner,
            project,
            keys_version: document.keys_version,
            scopes: stored_scopes(&document.scopes),
            grants,
            other_grants,
            secrets: document.secrets.into_iter().map(secret).collect::<Result<_, StoreError>>()?,
            disabled: document.disabled,
            not_before: document.not_before,
            expires_at: document.expires_at.map(time).transpose()?,
            created_at: time(document.created_at)?,
            last_used_at: document.last_used_at.map(time).transpose()?,
            version: document.version,
        })
    }
}

/// The clients of `database`.
pub(super) fn collection(database: &Database) -> Collection<ClientDocument> {
    database.collection("clients")
}

/// The ids of the API keys of a user, as the transaction sees them.
pub(super) async fn keys_of(
    database: &Database,
    session: &mut ClientSession,
    owner: &str,
) -> MongoResult<Vec<String>> {
    let keys: Collection<Key> = database.collection("clients");
    let mut keys =
        keys.find(doc! { "owner": owner }).projection(doc! { "_id": 1 }).session(&mut *session).await?;
    keys.stream(session).map_ok(|key| key.id).try_collect().await
}

/// Adds a client.
pub(super) async fn insert(
    database: &Database,
    session: &mut ClientSession,
    client: &Client,
) -> MongoResult<()> {
    collection(database).insert_one(ClientDocument::from(client)).session(session).await?;
    Ok(())
}

/// The indexes of `clients`.
pub(super) fn indexes() -> Vec<IndexModel> {
    vec![index(doc! { "owner": 1, "_id": 1 }, IndexOptions::default()), names::by_name()]
}

#[async_trait]
impl Clients for MongoStore {
    async fn insert_client(&self, client: &Client, entry: &Entry) -> Result<(), StoreError> {
        self.transact((self.ready().await?, client, entry), |session, (database, client, entry)| {
            Box::pin(async move {
                insert(database, session, client).await?;
                audit::insert(database, session, entry).await
            })
        })
        .await
    }

    async fn insert_named_service(&self, client: &Client, entry: &Entry) -> Result<bool, StoreError> {
        self.transact((self.ready().await?, client, entry), |session, (database, client, entry)| {
            Box::pin(insert_named(database, session, client, entry))
        })
        .await
    }

    async fn client(&self, id: &str) -> Result<Option<Client>, StoreError> {
        self.by_id::<ClientDocument>(&self.clients, id).await?.map(Client::try_from).transpose()
    }

    async fn list_clients(&self, filter: &ClientFilter) -> Result<Vec<Client>, StoreError> {
        let mut wanted = doc! { "owner": filter.owner.as_ref() };
        if let Some(name) = &filter.name {
            wanted.insert("name", name);
        }
        if let Some(after) = &filter.after {
            wanted.insert("_id", doc! { "$gt": after });
        }
        let clients = collection(self.ready().await?);
        let found = clients.find(wanted).sort(doc! { "_id": 1 }).limit(i64::from(filter.limit)).await?;
        let found: Vec<ClientDocument> = found.try_collect().await?;
        found.into_iter().map(Client::try_from).collect()
    }

    async fn replace_client(
        &self,
        next: &Client,
        revoking: Option<&RevocationClock>,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let context = (self.ready().await?, next, revoking, entry);
        let replaced = self.transact(context, |session, (database, next, revoking, entry)| {
            Box::pin(replace(database, session, next, *revoking, entry))
        });
        if !replaced.await? {
            return Ok(false);
        }
        if let Some(clock) = revoking {
            self.publish_revocations(clock).await?;
            finish(self, &grants_of(&next.id, entry), clock).await?;
        }
        Ok(true)
    }

    async fn remove_client(
        &self,
        id: &str,
        owner: Option<&str>,
        clock: &RevocationClock,
        entry: &Entry,
    ) -> Result<bool, StoreError> {
        let context = (self.ready().await?, (id, owner), clock, entry);
        let removed = self.transact(context, |session, (database, which, clock, entry)| {
            Box::pin(remove(database, session, *which, clock, entry))
        });
        if !removed.await? {
            return Ok(false);
        }
        self.publish_revocations(clock).await?;
        finish(self, &grants_of(id, entry), clock).await?;
        Ok(true)
    }

    async fn touch_client(
        &self,
        id: &str,
        at: OffsetDateTime,
        unless_since: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let stale = doc! { "_id": id, "$or": [
            { "last_used_at": null },
            { "last_used_at": { "$lt": instant(unless_since) } },
        ] };
        let touch = doc! { "$set": { "last_used_at": instant(at) } };
        collection(self.ready().await?).update_one(stale, touch).await?;
        Ok(())
    }
}

/// Two transactions that add a service of the same name both write the guard, so one of them is retried.
async fn insert_named(
    database: &Database,
    session: &mut ClientSession,
    client: &Client,
    entry: &Entry,
) -> MongoResult<bool> {
    let guards: Collection<Document> = database.collection("counters");
    let raise = doc! { "$inc": { "value": 1_i64 } };
    guards.update_one(doc! { "_id": NAME_GUARD }, raise).upsert(true).session(&mut *session).await?;
    let named = doc! { "owner": null, "name": &client.name };
    if collection(database).find_one(named).session(&mut *session).await?.is_some() {
        return Ok(false);
    }
    collection(database).insert_one(ClientDocument::from(client)).session(&mut *session).await?;
    audit::insert(database, session, entry).await?;
    Ok(true)
}

async fn replace(
    database: &Database,
    session: &mut ClientSession,
    next: &Client,
    revoking: Option<&RevocationClock>,
    entry: &Entry,
) -> MongoResult<bool> {
    let before = doc! { "_id": &next.id, "version": next.version - 1 };
    let Some(stored) = collection(database).find_one(before.clone()).session(&mut *session).await? else {
        return Ok(false);
    };
    let mut document = ClientDocument::from(next);
    if stored_scopes(&stored.scopes) == next.scopes {
        // As a later version wrote them.
        document.scopes = stored.scopes;
    }
    let replaced = collection(database).replace_one(before, document).session(&mut *session).await?;
    if replaced.matched_count == 0 {
        return Ok(false);
    }
    audit::insert(database, session, entry).await?;
    if let Some(clock) = revoking {
        revoke(database, session, &next.id, clock, entry).await?;
    }
    Ok(true)
}

async fn remove(
    database: &Database,
    session: &mut ClientSession,
    (id, owner): (&str, Option<&str>),
    clock: &RevocationClock,
    entry: &Entry,
) -> MongoResult<bool> {
    let which = doc! { "_id": id, "owner": owner };
    let removed = collection(database).delete_one(which).session(&mut *session).await?;
    if removed.deleted_count == 0 {
        return Ok(false);
    }
    audit::insert(database, session, entry).await?;
    revoke(database, session, id, clock, entry).await?;
    Ok(true)
}

/// Revokes the tokens of a client, and notes that its job grants are to be ended.
async fn revoke(
    database: &Database,
    session: &mut ClientSession,
    id: &str,
    clock: &RevocationClock,
    entry: &Entry,
) -> MongoResult<()> {
    endings::insert(database, session, &grants_of(id, entry)).await?;
    outbox::append(database, session, RevocationKind::Key, id, clock).await
}
