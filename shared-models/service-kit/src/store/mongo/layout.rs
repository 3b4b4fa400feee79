//! The document in a database that says which layout it has, and which service it belongs to.

use mongodb::{
    Collection, Database,
    bson::{Bson, Document, doc},
    error::{Error, ErrorKind, WriteFailure},
};

use crate::store::{
    cause::Cause,
    layout::Layout,
    owner::{Looks, Owner},
};

/// The collection of the document. No collection of documents has a name that begins so.
pub const COLLECTION: &str = "_layout";
/// The id of the document.
pub const ID: &str = "layout";
/// The member that names the service. Programs from before it leave it alone.
pub const SERVICE: &str = "service";
/// Server code "duplicate key".
const DUPLICATE: i32 = 11000;
/// How often the write is tried: another replica may make the document at the same time.
const TRIES: usize = 5;

/// Why a program of this service and layout must not use the database, if it must not.
pub(super) async fn refusal(
    database: &Database,
    owner: Owner,
    layout: Layout,
) -> Result<Option<Cause>, Error> {
    Ok(look(database, owner, layout).await?.err())
}

/// Before a migration: takes note of the service and of the oldest program that can use the database from now on, so that older
/// replicas stop using it. The refusal is part of the write: of two versions or services that start at once, one may lose.
pub async fn begin(database: &Database, owner: Owner, layout: Layout) -> Result<Option<Cause>, Error> {
    let usable = doc! {
        "_id": ID,
        "oldest_reader": { "$lte": layout.version },
        SERVICE: { "$in": [null, owner.name()] },
    };
    for _ in 0..TRIES {
        let looks = match look(database, owner, layout).await? {
            Ok(looks) => looks,
            Err(cause) => return Ok(Some(cause)),
        };
        let mut note =
            doc! { "$max": { "oldest_reader": layout.oldest_reader }, "$setOnInsert": { "version": 0_i64 } };
        if looks == Looks::Own {
            note.insert("$set", doc! { SERVICE: owner.name() });
        }
        match documents(database).update_one(usable.clone(), note).upsert(true).await {
            Ok(_) => return Ok(None),
            Err(error) if !is_duplicate(&error) => return Err(error),
            Err(_) => {}
        }
    }
    refusal(database, owner, layout).await
}

/// After a migration: the database has this layout, or a later one already.
pub async fn done(database: &Database, layout: Layout) -> Result<(), Error> {
    let raise = doc! { "$max": { "version": layout.version } };
    documents(database).update_one(doc! { "_id": ID }, raise).await.map(|_| ())
}

/// How the database looks to a program of this service and layout, or why the program must not use it. Nothing says so where no
/// program has prepared it, and nothing names the service where only earlier programs have.
async fn look(database: &Database, owner: Owner, layout: Layout) -> Result<Result<Looks, Cause>, Error> {
    let found = documents(database).find_one(doc! { "_id": ID }).await?;
    let looks = match found.as_ref().and_then(|found| found.get(SERVICE)) {
        Some(Bson::String(service)) => owner.refusal(service).map_or(Ok(Looks::Own), Err),
        // Not written by us, as with the version.
        Some(other) if *other != Bson::Null => owner.refusal(&other.to_string()).map_or(Ok(Looks::Own), Err),
        _ => {
            let names = database.list_collection_names().await?;
            let looks = owner.looks_at_collections(|name| names.iter().any(|known| known == name));
            owner.refusal_by(looks).map_or(Ok(looks), Err)
        }
    };
    Ok(looks
        .and_then(|looks| found.and_then(|found| layout.refusal(layout_of(&found))).map_or(Ok(looks), Err)))
}

fn layout_of(found: &Document) -> Layout {
    let number = |name: &str| match (found.get_i64(name), found.get_i32(name)) {
        (Ok(number), _) => number,
        (_, Ok(number)) => number.into(),
        // Not written by us: no program may guess what it means.
        _ => i64::MAX,
    };
    Layout { version: number("version"), oldest_reader: number("oldest_reader") }
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
