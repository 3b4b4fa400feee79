//! The document in a database that says which layout it has.

use mongodb::{
    Collection, Database,
    bson::{Document, doc},
    error::{Error, ErrorKind, WriteFailure},
};

use crate::store::{cause::Cause, layout::Layout};

/// The collection of the document. No collection of documents has a name that begins so.
pub const COLLECTION: &str = "_layout";
/// The id of the document.
pub const ID: &str = "layout";
/// Server code "duplicate key".
const DUPLICATE: i32 = 11000;
/// How often the write is tried: another replica may make the document at the same time.
const TRIES: usize = 5;

/// Why a program of this layout must not use the database, if it must not.
pub(super) async fn refusal(database: &Database, layout: Layout) -> Result<Option<Cause>, Error> {
    Ok(found(database).await?.and_then(|found| layout.refusal(found)))
}

/// Before a migration: takes note of the oldest program that can use the database from now on, so that older replicas stop
/// using it. The refusal is part of the write: of two versions that start at once, the older one may lose.
pub async fn begin(database: &Database, layout: Layout) -> Result<Option<Cause>, Error> {
    let usable = doc! { "_id": ID, "oldest_reader": { "$lte": layout.version } };
    let note =
        doc! { "$max": { "oldest_reader": layout.oldest_reader }, "$setOnInsert": { "version": 0_i64 } };
    for _ in 0..TRIES {
        match documents(database).update_one(usable.clone(), note.clone()).upsert(true).await {
            Ok(_) => return Ok(None),
            Err(error) if !is_duplicate(&error) => return Err(error),
            Err(_) => {}
        }
        if let Some(cause) = refusal(database, layout).await? {
            return Ok(Some(cause));
        }
    }
    Ok(None)
}

/// After a migration: the database has this layout, or a later one already.
pub async fn done(database: &Database, layout: Layout) -> Result<(), Error> {
    let raise = doc! { "$max": { "version": layout.version } };
    documents(database).update_one(doc! { "_id": ID }, raise).await.map(|_| ())
}

/// The layout that the database says it has; none where no program has said so yet.
async fn found(database: &Database) -> Result<Option<Layout>, Error> {
    let Some(found) = documents(database).find_one(doc! { "_id": ID }).await? else { return Ok(None) };
    let number = |name: &str| match (found.get_i64(name), found.get_i32(name)) {
        (Ok(number), _) => number,
        (_, Ok(number)) => number.into(),
        // Not written by us: no program may guess what it means.
        _ => i64::MAX,
    };
    Ok(Some(Layout { version: number("version"), oldest_reader: number("oldest_reader") }))
}

fn documents(database: &Database) -> Collection<Document> {
    database.collection(COLLECTION)
}

fn is_duplicate(error: &Error) -> bool {
    match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => refusal.code == DUPLICATE,
        _ => false,
    }
}
