//! What documents were before a change, which MongoDB keeps for change streams where a collection says so.

use futures_util::StreamExt as _;
use mongodb::{Database, bson::doc, error::Error, options::ChangeStreamPreAndPostImages};

use super::{
    codes::{NAMESPACE_EXISTS, NAMESPACE_NOT_FOUND, code},
    failed,
};
use crate::store::StoreError;

/// Makes the collections keep what documents were before a change (`changeStreamPreAndPostImages`, MongoDB 6.0), so
/// that a stream shows each change with the document as it was right before and right after. MongoDB's Stable API knows no
/// such option.
pub(super) async fn enable(database: &Database, names: &[&str]) -> Result<(), StoreError> {
    let explain = |name: &str, error: &Error| match failed(error) {
        StoreError::Failed(fault) => {
            StoreError::Failed(format!("changeStreamPreAndPostImages of {name}: {fault}"))
        }
        other => other,
    };
    for name in names {
        while !enable_one(database, name).await.map_err(|error| explain(name, &error))? {}
    }
    Ok(())
}

/// The same of one collection; `false` if it was dropped meanwhile, and has to be made again.
async fn enable_one(database: &Database, name: &str) -> Result<bool, Error> {
    let images = ChangeStreamPreAndPostImages::builder().enabled(true).build();
    match database.create_collection(name).change_stream_pre_and_post_images(images).await {
        Err(error) if code(&error) == Some(NAMESPACE_EXISTS) => {}
        made => return made.map(|()| true),
    }
    if has_images(database, name).await? {
        return Ok(true);
    }
    let change = doc! { "collMod": name, "changeStreamPreAndPostImages": { "enabled": true } };
    match database.run_command(change).await {
        Err(error) if code(&error) == Some(NAMESPACE_NOT_FOUND) => Ok(false),
        changed => changed.map(|_| true),
    }
}

async fn has_images(database: &Database, name: &str) -> Result<bool, Error> {
    let mut found = database.list_collections().filter(doc! { "name": name }).await?;
    let mut enabled = false;
    while let Some(collection) = found.next().await.transpose()? {
        enabled = collection.options.change_stream_pre_and_post_images.is_some_and(|images| images.enabled);
    }
    Ok(enabled)
}
