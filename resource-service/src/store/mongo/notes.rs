//! Notes of what is left to do for a document, in collections of their own: `_id`, the revision that made the note, and when.

use mongodb::{
    Collection as Handle,
    bson::{Document as Doc, doc},
};
use service_kit::store::mongo::in_time;

use super::{failed, written};
use crate::store::StoreError;

/// Id and revision of the notes that meet a filter, the oldest first, at most `limit`.
pub(super) async fn oldest(
    notes: &Handle<Doc>,
    filter: Doc,
    limit: u32,
) -> Result<Vec<(String, i64)>, StoreError> {
    let walk = async {
        let mut found = notes.find(filter).sort(doc! { "at": 1 }).limit(limit.into()).await?;
        let mut oldest = Vec::new();
        while found.advance().await? {
            let note = found.deserialize_current()?;
            let id = note.get_str("_id").map(str::to_owned).unwrap_or_default();
            oldest.push((id, note.get_i64("revision").unwrap_or_default()));
        }
        Ok(oldest)
    };
    in_time(walk).await.map_err(|error| failed(&error))
}

/// Removes a note, unless a later revision has replaced it.
pub(super) async fn settle(notes: &Handle<Doc>, id: &str, revision: i64) -> Result<(), StoreError> {
    let done = in_time(notes.delete_one(doc! { "_id": id, "revision": revision })).await;
    done.map(|_| ()).map_err(|error| written(&error))
}
