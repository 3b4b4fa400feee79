//! Points in time in MongoDB: their keys are kept beside each document in a member that is never shown, because the
//! server cannot compute them for an index.
//!
//! `_instants` holds the keys in the shape of the document (`k`), the layout by which they were made (`of`) and the
//! revision they were made from (`r`). Where one of the last two is not the document's, an older replica wrote it or the
//! definition has changed: [`mend`] makes them anew.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mongodb::{
    Collection as Handle, Database,
    bson::{Bson, Document as Doc, RawDocumentBuf, doc, serialize_to_bson},
    error::Error,
};
use serde_json::{Map, Value};

use super::{
    failed, heartbeats,
    json::{self, INSTANTS},
};
use crate::{
    domain::{collection::Collection, document::Document},
    query::schema::Field,
    store::StoreError,
};

/// Where it is kept which collections were gone through. No collection of documents has a name that begins so.
const STATE: &str = "_instants";
/// How many documents are mended in one step.
const STEP: i64 = 500;

/// The path under which a field is compared, sorted and indexed.
pub fn path_of(field: &Field) -> String {
    if field.is_instant() { format!("{INSTANTS}.k.{}", field.path) } else { field.path.to_string() }
}

/// A short name for the layout of a collection's points in time.
fn layout(collection: &Collection) -> String {
    let hash = digest(&SHA256, collection.instants.layout().as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9])
}

/// What is kept beside a document; nothing where the schema has no points in time.
pub fn of(
    collection: &Collection,
    members: &Map<String, Value>,
    revision: i64,
) -> Result<Option<Doc>, StoreError> {
    if collection.instants.is_empty() {
        return Ok(None);
    }
    let keys = collection.instants.keys(&collection.schema, members);
    let keys = serialize_to_bson(&keys).map_err(|error| StoreError::Failed(error.to_string()))?;
    Ok(Some(doc! { "of": layout(collection), "r": revision, "k": keys }))
}

/// The documents whose keys are not there, or not those of their revision and of this definition.
fn wanting(collection: &Collection) -> Doc {
    let stale = doc! { "$ne": [format!("${INSTANTS}.r"), "$_revision"] };
    doc! { "$or": [{ format!("{INSTANTS}.of"): { "$ne": layout(collection) } }, { "$expr": stale }] }
}

/// Makes the keys of all documents, unless that was done for this layout. Nothing is served before it returns.
pub async fn prepare(
    database: &Database,
    documents: &Handle<RawDocumentBuf>,
    collection: &Collection,
) -> Result<(), StoreError> {
    let state = database.collection::<Doc>(STATE);
    if collection.instants.is_empty() {
        // Documents that are written from now on have no keys, whatever definition follows.
        let forgotten = state.delete_one(doc! { "_id": collection.name() }).await;
        return forgotten.map(drop).map_err(|error| failed(&error));
    }
    if are_made(database, collection).await? {
        return Ok(());
    }
    mend(database, documents, collection).await?;
    let done = state.replace_one(doc! { "_id": collection.name() }, state_of(collection)).upsert(true).await;
    done.map(drop).map_err(|error| failed(&error))
}

/// Forgets that the documents of a collection were gone through.
pub async fn forget(database: &Database, name: &str) -> Result<(), Error> {
    database.collection::<Doc>(STATE).delete_one(doc! { "_id": name }).await.map(drop)
}

/// What is kept of a collection whose documents were gone through for its layout.
fn state_of(collection: &Collection) -> Doc {
    doc! { "_id": collection.name(), "of": layout(collection) }
}

/// Whether the documents have the keys of this layout.
pub async fn are_made(database: &Database, collection: &Collection) -> Result<bool, StoreError> {
    let found = database.collection::<Doc>(STATE).find_one(state_of(collection)).await;
    Ok(found.map_err(|error| failed(&error))?.is_some())
}

/// Makes the keys of the documents that lack them, in steps that hold up no writer; returns how many there were. It can
/// end anywhere and be repeated.
pub async fn mend(
    database: &Database,
    documents: &Handle<RawDocumentBuf>,
    collection: &Collection,
) -> Result<u64, StoreError> {
    let (mut after, mut mended) = (String::new(), 0);
    if collection.instants.is_empty() {
        return Ok(mended);
    }
    loop {
        let next = doc! { "$and": [{ "_id": { "$gt": &after } }, wanting(collection)] };
        let found = documents.find(next).sort(doc! { "_id": 1 }).limit(STEP).await;
        let mut found = found.map_err(|error| failed(&error))?;
        let mut updates: Vec<Bson> = Vec::new();
        while found.advance().await.map_err(|error| failed(&error))? {
            let corrupt = |fault: &dyn std::fmt::Display| {
                StoreError::Corrupt(format!("{}: {fault}", collection.name()))
            };
            let text = json::to_json(found.current()).map_err(|fault| corrupt(&fault))?;
            let Document { meta, members } = Document::parse(&text).map_err(|fault| corrupt(&fault))?;
            let keys = of(collection, &members, meta.revision)?;
            let current = doc! { "_id": &meta.id, "_revision": meta.revision };
            updates.push(
                doc! {
                    "q": heartbeats::unchanged(collection, current, &members),
                    "u": { "$set": { INSTANTS: keys } },
                }
                .into(),
            );
            after = meta.id;
        }
        if updates.is_empty() {
            return Ok(mended);
        }
        mended += u64::try_from(updates.len()).unwrap_or_default();
        let command = doc! {
            "update": collection.name(), "updates": updates, "ordered": false,
            "writeConcern": { "w": "majority", "j": true },
        };
        let reply = database.run_command(command).await.map_err(|error| failed(&error))?;
        if let Ok(faults) = reply.get_array("writeErrors") {
            return Err(StoreError::Failed(format!("points in time of {}: {faults:?}", collection.name())));
        }
    }
}
