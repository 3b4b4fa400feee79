//! The sample's calculations that are stored already, by their tag.

use anyhow::Result;
use serde::Deserialize;
use service_kit::clock::Clock;
use shared_models::documents::Page;

use super::{
    client::{Client, Handle},
    documents,
};

/// What has to be known of a calculation that is stored.
#[derive(Debug, Deserialize)]
pub struct Stored {
    #[serde(rename = "_id")]
    /// Its id.
    pub id: String,
    #[serde(rename = "_revision")]
    /// Its revision.
    pub revision: u64,
    /// Its name.
    pub name: String,
    /// Its status as it was found.
    pub status: String,
}

/// The calculations with a tag, as they were found. One that a stopped run left `running` is marked `failed`.
pub async fn left(client: &mut Client, clock: &dyn Clock, tag: &str) -> Result<Vec<Stored>> {
    let query = format!("/api/calculations?tags={tag}&fields=name,status&limit=1000");
    let stored = client.get::<Page<Stored>>(&query).await?.items;
    for left in stored.iter().filter(|stored| stored.status == "running") {
        let handle = Handle { id: left.id.clone(), revision: left.revision };
        client.change("calculations", &handle, &documents::failure(clock.now())).await?;
    }
    Ok(stored)
}
