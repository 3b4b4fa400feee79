//! Documents in MongoDB that are older than their definition. Special numbers are stored as the definition of the time said,
//! so they are stored anew once another one is served; and the server sorts arrays and objects by what is in them, so the fields
//! that hold one where the schema has none are noted.
//!
//! `_older` keeps for each collection the schema that its documents were gone through for, when that began, and the
//! fields that were found.

use std::{collections::HashMap, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use mongodb::{
    Collection as Handle, Database,
    bson::{
        Bson, DateTime, Document as Doc, RawArray, RawBsonRef, RawDocument, RawDocumentBuf,
        deserialize_from_slice, doc,
    },
    error::Error,
};
use time::OffsetDateTime;

use super::{
    MongoStore,
    bson::{key, raw_value},
    failed, instants, json,
    strays::Strays,
};
use crate::{
    domain::{collection::Collection, document::Document},
    query::{
        literal::special,
        path::Path,
        schema::{FieldType, Schema},
        shape::Step,
        timestamp,
    },
    store::StoreError,
};

/// Where it is kept which collections were gone through. No collection of documents has a name that begins so.
const STATE: &str = "_older";
/// How many documents are looked at in one step.
const STEP: i64 = 500;
/// How long after a definition has changed an older replica may still write what the one before said.
const CHANGEOVER: Duration = Duration::from_secs(2 * 60 * 60);
/// How far the clocks of replicas and of the server may be apart.
const SKEW: Duration = Duration::from_secs(10 * 60);

/// A short name for the schema of a collection.
fn name_of(schema: &Schema) -> String {
    let hash = digest(&SHA256, schema.text().to_string().as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9])
}

/// What is kept of a collection.
async fn state(database: &Database, filter: Doc) -> Result<Option<Doc>, StoreError> {
    database.collection::<Doc>(STATE).find_one(filter).await.map_err(|error| failed(&error))
}

fn is_of(state: &Doc, collection: &Collection) -> bool {
    state.get_str("schema").is_ok_and(|schema| schema == name_of(&collection.schema))
}

fn strays_of(state: &Doc) -> Strays {
    state.get("strays").map(Strays::of_bson).unwrap_or_default()
}

/// Whether the documents were gone through for this schema.
pub async fn is_known(database: &Database, collection: &Collection) -> Result<bool, StoreError> {
    let found = state(database, doc! { "_id": collection.name() }).await?;
    Ok(found.is_some_and(|state| is_of(&state, collection)))
}

/// Forgets that the documents of a collection were gone through.
pub async fn forget(database: &Database, name: &str) -> Result<(), Error> {
    database.collection::<Doc>(STATE).delete_one(doc! { "_id": name }).await.map(drop)
}

/// Goes through all documents, unless that was done for this schema; returns the fields that hold strays. Nothing is
/// served before it returns.
pub async fn prepare(
    database: &Database,
    documents: &Handle<RawDocumentBuf>,
    collection: &Collection,
) -> Result<Strays, StoreError> {
    let this = doc! { "_id": collection.name() };
    if let Some(state) = state(database, this.clone()).await?.filter(|state| is_of(state, collection)) {
        return Ok(strays_of(&state));
    }
    let states = database.collection::<Doc>(STATE);
    let begun = vec![doc! { "$set": { "since": "$$NOW" } }];
    states.update_one(this.clone(), begun).upsert(true).await.map_err(|error| failed(&error))?;
    let (_, strays) = walk(database, documents, collection, doc! {}, None).await?;
    let known = doc! { "schema": name_of(&collection.schema), "strays": strays.to_bson() };
    let noted = states.update_one(this, doc! { "$set": known }).await;
    noted.map_err(|error| failed(&error))?;
    Ok(strays)
}

/// Goes again through the documents that were written since the definition changed, if that is not long ago, or through all
/// where a replica that took up an earlier definition late has stored them for that one; returns how many were stored anew,
/// and the fields that hold strays now.
async fn look_again(
    database: &Database,
    documents: &Handle<RawDocumentBuf>,
    collection: &Collection,
) -> Result<(u64, Option<Strays>), StoreError> {
    if !is_known(database, collection).await? {
        return Ok((0, Some(prepare(database, documents, collection).await?)));
    }
    let changeover = i64::try_from(CHANGEOVER.as_millis()).unwrap_or(i64::MAX);
    let lately = doc! { "$gt": ["$since", { "$subtract": ["$$NOW", changeover] }] };
    let this = doc! { "_id": collection.name(), "schema": name_of(&collection.schema) };
    let mut recent = this.clone();
    recent.insert("$expr", lately);
    let Some(state) = state(database, recent).await? else { return Ok((0, None)) };
    let since = state.get_datetime("since").map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
    let written = doc! { "_updated_at": { "$gte": timestamp(before(*since)) } };
    let (mended, found) = walk(database, documents, collection, written, Some(&this)).await?;
    let strays = strays_of(&state).and(found);
    let noted = doc! { "$set": { "strays": strays.to_bson() } };
    let noted = database.collection::<Doc>(STATE).update_one(this, noted).await;
    if noted.map_err(|error| failed(&error))?.matched_count == 0 {
        // Another replica has gone through them for the next definition meanwhile. A document that was stored anew here may
        // be one that it had finished, so all are to be gone through again.
        forget(database, collection.name()).await.map_err(|error| failed(&error))?;
        return Ok((mended, None));
    }
    Ok((mended, Some(strays)))
}

impl MongoStore {
    /// Looks again at what older replicas may have written; returns how many documents were mended.
    pub(super) async fn mend_documents(&self, collection: &Collection) -> Result<u64, StoreError> {
        let documents = self.handle(collection);
        let (anew, strays) = look_again(&self.database, &documents, collection).await?;
        if let Some(strays) = strays {
            self.strays.put(collection.name(), strays);
        }
        Ok(anew + instants::mend(&self.database, &documents, collection).await?)
    }
}

/// A moment before which no replica wrote what belongs to this definition.
fn before(since: DateTime) -> OffsetDateTime {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(since.timestamp_millis()) * 1_000_000);
    at.unwrap_or(OffsetDateTime::UNIX_EPOCH) - SKEW
}

/// Goes through documents in steps that hold up no writer, and stores anew those whose special numbers are not stored as the
/// schema says; returns how many there were, and the fields that hold strays. It can end anywhere and be repeated, and ends
/// before it stores anything once there is no longer this state.
async fn walk(
    database: &Database,
    documents: &Handle<RawDocumentBuf>,
    collection: &Collection,
    which: Doc,
    only_while: Option<&Doc>,
) -> Result<(u64, Strays), StoreError> {
    let corrupt =
        |fault: &dyn std::fmt::Display| StoreError::Corrupt(format!("{}: {fault}", collection.name()));
    let mut look = Look::new(&collection.schema);
    let (mut after, mut mended) = (None::<String>, 0);
    loop {
        let next = after.iter().map(|after| doc! { "_id": { "$gt": after } });
        let next = doc! { "$and": next.chain([which.clone()]).collect::<Vec<_>>() };
        let found = documents.find(next).sort(doc! { "_id": 1 }).limit(STEP).await;
        let mut found = found.map_err(|error| failed(&error))?;
        let mut seen = 0;
        while found.advance().await.map_err(|error| failed(&error))? {
            let raw = found.current();
            after = Some(raw.get_str("_id").map_err(|fault| corrupt(&fault))?.to_owned());
            seen += 1;
            if look.finds_foreign(raw).map_err(|fault| corrupt(&fault))? {
                if let Some(current) = only_while
                    && state(database, current.clone()).await?.is_none()
                {
                    return Ok((mended, look.strays));
                }
                store_anew(database, collection, raw).await?;
                mended += 1;
            }
        }
        if seen < STEP {
            return Ok((mended, look.strays));
        }
    }
}

/// Replaces the members whose special numbers are not stored as the schema says, unless the document was changed meanwhile:
/// then it was stored as some definition says that is served.
async fn store_anew(
    database: &Database,
    collection: &Collection,
    raw: &RawDocument,
) -> Result<(), StoreError> {
    let corrupt =
        |fault: &dyn std::fmt::Display| StoreError::Corrupt(format!("{}: {fault}", collection.name()));
    let text = json::to_json(raw).map_err(|fault| corrupt(&fault))?;
    let Document { meta, members } = Document::parse(&text).map_err(|fault| corrupt(&fault))?;
    let mut steps: Vec<Bson> = Vec::new();
    for (name, value) in &members {
        let mut anew = RawDocumentBuf::new();
        anew.append(key("v")?, raw_value(value, &collection.schema, &mut vec![Step::Member(name)])?);
        let mut stored = RawDocumentBuf::new();
        stored.append(key("v")?, raw.get(name).map_err(|fault| corrupt(&fault))?.unwrap_or(RawBsonRef::Null));
        if anew.as_bytes() == stored.as_bytes() {
            continue;
        }
        let anew: Doc = deserialize_from_slice(anew.as_bytes()).map_err(|fault| corrupt(&fault))?;
        let set = doc! {
            "field": { "$literal": name }, "input": "$$ROOT", "value": { "$literal": anew.get("v") },
        };
        steps.push(doc! { "$replaceWith": { "$setField": set } }.into());
    }
    if steps.is_empty() {
        return Ok(());
    }
    let update = doc! { "q": { "_id": &meta.id, "_revision": meta.revision }, "u": steps };
    let command = doc! {
        "update": collection.name(), "updates": [update], "writeConcern": { "w": "majority", "j": true },
    };
    let reply = database.run_command(command).await.map_err(|error| failed(&error))?;
    match reply.get_array("writeErrors") {
        Err(_) => Ok(()),
        Ok(faults) => {
            Err(StoreError::Failed(format!("special numbers of {}: {faults:?}", collection.name())))
        }
    }
}

/// Looks at stored documents as a schema sees them.
struct Look<'s> {
    schema: &'s Schema,
    /// What queries know of the places where arrays and objects were found; nothing where no query reaches.
    kinds: HashMap<Vec<String>, Option<FieldType>>,
    strays: Strays,
}

/// The most places that are remembered.
const MAX_PLACES: usize = 10_000;

impl<'s> Look<'s> {
    fn new(schema: &'s Schema) -> Self {
        Self { schema, kinds: HashMap::new(), strays: Strays::default() }
    }

    /// Notes the strays of a document; whether it has a special number that is not stored as the schema says.
    fn finds_foreign(&mut self, raw: &RawDocument) -> Result<bool, mongodb::bson::error::Error> {
        let (mut foreign, mut place) = (false, Vec::new());
        for member in raw {
            let (name, value) = member?;
            if name.as_str().starts_with('_') {
                continue;
            }
            place.push(Step::Member(name.as_str()));
            foreign |= self.value(value, &mut place)?;
            place.pop();
        }
        Ok(foreign)
    }

    fn value<'d>(
        &mut self,
        value: RawBsonRef<'d>,
        place: &mut Vec<Step<'d>>,
    ) -> Result<bool, mongodb::bson::error::Error> {
        Ok(match value {
            RawBsonRef::Double(double) => !double.is_finite() && !self.schema.is_ieee754(place),
            RawBsonRef::String(text) => special(text).is_some() && self.schema.is_ieee754(place),
            RawBsonRef::Document(members) => {
                self.note(place, FieldType::is_scalar);
                let mut foreign = false;
                for member in members {
                    let (name, value) = member?;
                    place.push(Step::Member(name.as_str()));
                    foreign |= self.value(value, place)?;
                    place.pop();
                }
                foreign
            }
            RawBsonRef::Array(items) => {
                self.note(place, |kind| kind.is_scalar() || *kind == FieldType::Object);
                place.push(Step::Item);
                let foreign = self.items(items, place);
                place.pop();
                foreign?
            }
            _ => false,
        })
    }

    fn items<'d>(
        &mut self,
        items: &'d RawArray,
        place: &mut Vec<Step<'d>>,
    ) -> Result<bool, mongodb::bson::error::Error> {
        let mut foreign = false;
        for item in items {
            foreign |= self.value(item?, place)?;
        }
        Ok(foreign)
    }

    /// Notes that there is an array, or an object, where the schema has one of these kinds.
    fn note(&mut self, place: &[Step<'_>], strays_from: impl Fn(&FieldType) -> bool) {
        // No query reaches into arrays.
        let name = |step: &Step<'_>| match step {
            Step::Member(name) => Some((*name).to_owned()),
            Step::Item => None,
        };
        let Some(names) = place.iter().map(name).collect::<Option<Vec<String>>>() else { return };
        let kind = self.kinds.get(&names).cloned().unwrap_or_else(|| {
            let path = Path::of(&names).filter(|_| names.iter().all(|name| !name.contains('.')));
            let field = path.and_then(|path| self.schema.field(&path).ok());
            field.map(|field| field.kind.clone())
        });
        if self.kinds.len() < MAX_PLACES && !self.kinds.contains_key(&names) {
            self.kinds.insert(names.clone(), kind.clone());
        }
        if let Some(path) = kind.filter(strays_from).and_then(|_| Path::of(&names)) {
            self.strays.add(path);
        }
    }
}
