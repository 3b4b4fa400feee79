//! Artifacts in MongoDB: bytes as GridFS lays them out (bucket `artifacts`), so that other programs read them too, and
//! a document for each folder. The driver's own GridFS neither begins in the middle of a file nor continues one.

use async_trait::async_trait;
use futures_util::future::try_join;
use mongodb::{
    Collection as Handle, IndexModel,
    bson::{Binary, DateTime, Document as Doc, doc, spec::BinarySubtype},
    error::Error,
    options::IndexOptions,
};
use serde::{Deserialize, Serialize};
use service_kit::store::mongo::{in_time, indexes};
use time::OffsetDateTime;

use super::{DUPLICATE_KEY, MongoStore, date, failed, written};
use crate::{
    domain::artifacts::{CHUNK_BYTES, File, Folder},
    store::{
        StoreError,
        artifacts::{Artifacts, Blob, DocumentRef, Lease, UnfinishedBytes},
    },
};

/// The collection of the folders.
pub(super) const FOLDERS: &str = "artifacts.folders";

/// The condition on the `_id` of a collection's folders behind the document `after`.
pub(super) fn folders_of(collection: &str, after: &str) -> Doc {
    // `0` is the character behind the slash.
    doc! { "$gt": format!("{collection}/{after}"), "$lt": format!("{collection}0") }
}

/// A folder as it is stored; `_id` is the collection's name and the document's id, which has no slash before it.
#[derive(Serialize, Deserialize)]
struct StoredFolder {
    #[serde(rename = "_id")]
    id: String,
    document: String,
    tag: String,
    files: Vec<File>,
}

/// A file of GridFS. Its `length` is right from when it is sealed on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredBlob {
    #[serde(rename = "_id")]
    id: String,
    length: i64,
    chunk_size: i32,
    upload_date: DateTime,
    filename: String,
    metadata: Metadata,
}

#[derive(Serialize, Deserialize)]
struct Metadata {
    collection: String,
    document: String,
    sha256: Option<String>,
    open: bool,
    lease: Option<DateTime>,
    owner: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Chunk {
    files_id: String,
    n: u32,
    data: Binary,
}

#[derive(Deserialize)]
struct Chunks {
    chunks: i64,
}

#[derive(Deserialize)]
struct OnlyId {
    #[serde(rename = "_id")]
    id: String,
}

#[derive(Deserialize)]
struct OnlyDocument {
    document: String,
}

impl From<StoredBlob> for Blob {
    fn from(stored: StoredBlob) -> Self {
        let Metadata { collection, document, sha256, owner, .. } = stored.metadata;
        Self { id: stored.id, collection, document, name: stored.filename, sha256, owner }
    }
}

fn key(place: DocumentRef<'_>) -> String {
    format!("{}/{}", place.collection, place.document)
}

fn is_duplicate(error: &Error) -> bool {
    use mongodb::error::{ErrorKind, WriteFailure};
    matches!(&*error.kind, ErrorKind::Write(WriteFailure::WriteError(fault)) if fault.code == DUPLICATE_KEY)
}

impl MongoStore {
    fn artifact_folders(&self) -> Handle<StoredFolder> {
        self.database.collection(FOLDERS)
    }

    fn artifact_blobs(&self) -> Handle<StoredBlob> {
        self.database.collection("artifacts.files")
    }

    fn artifact_chunks(&self) -> Handle<Chunk> {
        self.database.collection("artifacts.chunks")
    }

    /// Makes the indexes that artifacts need.
    pub(super) async fn prepare_artifacts(&self) -> Result<(), StoreError> {
        let unique = IndexOptions::builder().unique(true).build();
        let chunks = IndexModel::builder().keys(doc! { "files_id": 1, "n": 1 }).options(unique).build();
        let dated = |keys: Doc, filter: Doc| {
            let options = IndexOptions::builder().partial_filter_expression(filter).build();
            IndexModel::builder().keys(keys).options(options).build()
        };
        let blobs = [
            dated(doc! { "metadata.lease": 1 }, doc! { "metadata.lease": { "$type": "date" } }),
            dated(doc! { "metadata.document": 1 }, doc! { "metadata.open": true }),
            dated(doc! { "metadata.collection": 1 }, doc! { "metadata.open": true }),
            dated(doc! { "metadata.owner": 1 }, doc! { "metadata.open": true }),
        ];
        let done = async {
            indexes::make(&self.artifact_chunks(), [chunks]).await?;
            indexes::make(&self.artifact_blobs(), blobs).await
        };
        done.await.map_err(|error| failed(&error))
    }

    /// The bytes of the open blobs that this member of theirs says it of, each chunk counted whole.
    async fn unfinished_bytes_by(
        &self,
        member: &str,
        value: &str,
        now: OffsetDateTime,
    ) -> Result<u64, Error> {
        // Chunks are numbered from 0 without a gap, so the last one shows how many there are.
        let last =
            [doc! { "$sort": { "n": -1 } }, doc! { "$limit": 1 }, doc! { "$project": { "_id": 0, "n": 1 } }];
        let stages = [
            doc! { "$match": { member: value, "metadata.open": true, "metadata.lease": { "$gt": date(now) } } },
            doc! { "$lookup": {
                "from": "artifacts.chunks", "localField": "_id", "foreignField": "files_id",
                "pipeline": last.to_vec(), "as": "last",
            } },
            doc! { "$unwind": "$last" },
            doc! { "$group": { "_id": null, "chunks": { "$sum": { "$add": ["$last.n", 1_i64] } } } },
        ];
        let mut found = self.artifact_blobs().aggregate(stages).with_type::<Chunks>().await?;
        let chunks = if found.advance().await? { found.deserialize_current()?.chunks } else { 0 };
        Ok(chunks.unsigned_abs() * u64::from(CHUNK_BYTES))
    }

    /// Blobs by id: so many at most, or all where `limit` is 0.
    async fn blobs_like(&self, filter: Doc, limit: u32) -> Result<Vec<Blob>, Error> {
        let limit = i64::from(limit);
        let mut cursor = self.artifact_blobs().find(filter).sort(doc! { "_id": 1 }).limit(limit).await?;
        let mut blobs = Vec::new();
        while cursor.advance().await? {
            blobs.push(cursor.deserialize_current()?.into());
        }
        Ok(blobs)
    }
}

#[async_trait]
impl Artifacts for MongoStore {
    async fn folder(&self, place: DocumentRef<'_>) -> Result<Folder, StoreError> {
        let found = in_time(self.artifact_folders().find_one(doc! { "_id": key(place) })).await;
        let found = found.map_err(|error| failed(&error))?;
        Ok(found.map_or_else(Folder::default, |found| Folder { tag: Some(found.tag), files: found.files }))
    }

    async fn save_folder(
        &self,
        place: DocumentRef<'_>,
        files: &[File],
        expected: Option<&str>,
        next: &str,
    ) -> Result<bool, StoreError> {
        let (folders, id) = (self.artifact_folders(), key(place));
        let folder = StoredFolder {
            id: id.clone(),
            document: place.document.to_owned(),
            tag: next.to_owned(),
            files: files.to_vec(),
        };
        let saving = async {
            match expected {
                None if files.is_empty() => {
                    folders.find_one(doc! { "_id": id }).await.map(|found| found.is_none())
                }
                None => match folders.insert_one(folder).await {
                    Err(error) if is_duplicate(&error) => Ok(false),
                    done => done.map(|_| true),
                },
                Some(expected) if files.is_empty() => {
                    let done = folders.delete_one(doc! { "_id": id, "tag": expected }).await;
                    done.map(|done| done.deleted_count == 1)
                }
                Some(expected) => {
                    let done = folders.replace_one(doc! { "_id": id, "tag": expected }, folder).await;
                    done.map(|done| done.matched_count == 1)
                }
            }
        };
        in_time(saving).await.map_err(|error| written(&error))
    }

    async fn folders(&self, collection: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let range = doc! { "_id": folders_of(collection, after) };
        let walk = async {
            let handle = self.artifact_folders().clone_with_type::<OnlyDocument>();
            let find = handle.find(range).sort(doc! { "_id": 1 }).projection(doc! { "document": 1 });
            let (mut cursor, mut documents) = (find.limit(limit.into()).await?, Vec::new());
            while cursor.advance().await? {
                documents.push(cursor.deserialize_current()?.document);
            }
            Ok(documents)
        };
        walk.await.map_err(|error: Error| failed(&error))
    }

    async fn held(&self, collection: &str, ids: &[String]) -> Result<Vec<String>, StoreError> {
        let walk = async {
            let handle = self.database.collection::<OnlyId>(collection);
            let find = handle.find(doc! { "_id": { "$in": ids } }).projection(doc! { "_id": 1 });
            let (mut cursor, mut held) = (find.await?, Vec::new());
            while cursor.advance().await? {
                held.push(cursor.deserialize_current()?.id);
            }
            // What was removed and is kept may come back.
            for id in ids {
                if !held.contains(id) && self.is_kept(collection, id).await? {
                    held.push(id.clone());
                }
            }
            Ok(held)
        };
        walk.await.map_err(|error: Error| failed(&error))
    }

    async fn begin(&self, blob: &Blob, now: OffsetDateTime, until: OffsetDateTime) -> Result<(), StoreError> {
        let blob = blob.clone();
        let stored = StoredBlob {
            id: blob.id,
            length: 0,
            chunk_size: i32::try_from(CHUNK_BYTES).unwrap_or(i32::MAX),
            upload_date: date(now),
            filename: blob.name,
            metadata: Metadata {
                collection: blob.collection,
                document: blob.document,
                sha256: blob.sha256,
                open: true,
                lease: Some(date(until)),
                owner: blob.owner,
            },
        };
        in_time(self.artifact_blobs().insert_one(stored)).await.map(|_| ()).map_err(|error| written(&error))
    }

    async fn append(&self, blob: &str, n: u32, bytes: Vec<u8>) -> Result<(), StoreError> {
        let data = Binary { subtype: BinarySubtype::Generic, bytes };
        let chunk = Chunk { files_id: blob.to_owned(), n, data };
        match in_time(self.artifact_chunks().insert_one(chunk)).await {
            Err(error) if is_duplicate(&error) => Err(StoreError::Conflict { fields: vec!["n".into()] }),
            done => done.map(|_| ()).map_err(|error| written(&error)),
        }
    }

    async fn lease(
        &self,
        blob: &str,
        change: Lease,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let mut filter = doc! { "_id": blob, "metadata.open": change != Lease::Release };
        let mut set = doc! { "metadata.lease": date(until) };
        if matches!(change, Lease::Renew | Lease::Seal { .. }) {
            filter.insert("metadata.lease", doc! { "$gt": date(now) });
        }
        if let Lease::Seal { bytes } = change {
            set.insert("metadata.open", false);
            set.insert("length", i64::try_from(bytes).unwrap_or(i64::MAX));
        }
        let done = in_time(self.artifact_blobs().update_one(filter, doc! { "$set": set })).await;
        done.map(|done| done.matched_count == 1).map_err(|error| written(&error))
    }

    async fn chunk(&self, blob: &str, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let wanted = doc! { "files_id": blob, "n": i64::from(n) };
        let found = in_time(self.artifact_chunks().find_one(wanted)).await;
        Ok(found.map_err(|error| failed(&error))?.map(|chunk| chunk.data.bytes))
    }

    async fn unfinished(
        &self,
        place: DocumentRef<'_>,
        now: OffsetDateTime,
    ) -> Result<Vec<(Blob, u32)>, StoreError> {
        let filter = doc! {
            "metadata.document": place.document, "metadata.collection": place.collection, "metadata.open": true,
            "metadata.lease": { "$gt": date(now) }, "metadata.sha256": { "$type": "string" },
        };
        let walk = async {
            let mut unfinished = Vec::new();
            for blob in self.blobs_like(filter, 0).await? {
                let chunks = self.artifact_chunks().count_documents(doc! { "files_id": &blob.id }).await?;
                unfinished.push((blob, u32::try_from(chunks).unwrap_or(u32::MAX)));
            }
            Ok(unfinished)
        };
        in_time(walk).await.map_err(|error: Error| failed(&error))
    }

    async fn unfinished_bytes(
        &self,
        collection: &str,
        owner: &str,
        now: OffsetDateTime,
    ) -> Result<UnfinishedBytes, StoreError> {
        let counted = try_join(
            self.unfinished_bytes_by("metadata.collection", collection, now),
            self.unfinished_bytes_by("metadata.owner", owner, now),
        );
        let (collection, owner) = in_time(counted).await.map_err(|error| failed(&error))?;
        Ok(UnfinishedBytes { collection, owner })
    }

    async fn over(&self, now: OffsetDateTime, limit: u32) -> Result<Vec<Blob>, StoreError> {
        let filter = doc! { "metadata.lease": { "$type": "date", "$lte": date(now) } };
        self.blobs_like(filter, limit).await.map_err(|error| failed(&error))
    }

    async fn settle(&self, blob: &str, now: OffsetDateTime) -> Result<(), StoreError> {
        let filter = doc! { "_id": blob, "metadata.lease": { "$lte": date(now) } };
        let done =
            self.artifact_blobs().update_one(filter, doc! { "$set": { "metadata.lease": null } }).await;
        done.map(|_| ()).map_err(|error| failed(&error))
    }

    async fn discard(&self, blob: &str) -> Result<(), StoreError> {
        let done = async {
            self.artifact_chunks().delete_many(doc! { "files_id": blob }).await?;
            self.artifact_blobs().delete_one(doc! { "_id": blob }).await
        };
        done.await.map(|_| ()).map_err(|error| failed(&error))
    }
}
