//! How much a collection takes in MongoDB. Documents and versions are what the server's statistics say, which costs the
//! same however many there are; they can be off for a while after the server was killed. Files are counted.

use async_trait::async_trait;
use mongodb::{
    Database,
    bson::{Bson, Document as Doc, doc},
    error::Error,
};
use shared_models::documents::Amount;

use super::{
    MongoStore,
    artifacts::{FOLDERS, folders_of},
    codes::{NAMESPACE_NOT_FOUND, code},
    failed,
    history::past_of,
};
use crate::store::{Measured, StoreError, Usage};

#[async_trait]
impl Measured for MongoStore {
    async fn usage(&self, collection: &str) -> Result<Usage, StoreError> {
        let files = doc! { "$reduce": {
            "input": "$files", "initialValue": 0_i64, "in": { "$add": ["$$value", "$$this.about.size"] },
        } };
        let files = vec![
            doc! { "$match": { "_id": folders_of(collection, "") } },
            doc! { "$group": {
                "_id": null, "count": { "$sum": { "$size": "$files" } }, "size": { "$sum": files },
            } },
        ];
        self.query(async {
            Ok(Usage {
                documents: self.statistics(collection).await?,
                versions: self.statistics(&past_of(collection)).await?,
                artifacts: self.sum(&self.database, FOLDERS, files).await?,
            })
        })
        .await
    }
}

impl MongoStore {
    /// The bytes that a document of a collection takes on average, by the statistics of the server; nothing where it says
    /// nothing.
    pub(super) async fn mean_size(&self, collection: &str) -> Option<u64> {
        let stored = self.statistics(collection).await.ok()?;
        stored.bytes.checked_div(stored.count)
    }

    /// What the server's statistics say, which are no part of MongoDB's Stable API: an amount from each shard that holds a part.
    async fn statistics(&self, collection: &str) -> Result<Amount, StoreError> {
        let pipeline = vec![
            doc! { "$collStats": { "storageStats": {} } },
            doc! { "$project": { "count": "$storageStats.count", "size": "$storageStats.size" } },
        ];
        self.sum(&self.server.outside_stable_api, collection, pipeline).await
    }

    /// The sum of the amounts that a pipeline ends in; nothing where there is no such collection.
    async fn sum(
        &self,
        database: &Database,
        collection: &str,
        pipeline: Vec<Doc>,
    ) -> Result<Amount, StoreError> {
        match sum(database, collection, pipeline, self.query_timeout).await {
            Err(error) if code(&error) == Some(NAMESPACE_NOT_FOUND) => Ok(Amount::default()),
            summed => summed.map_err(|error| failed(&error)),
        }
    }
}

async fn sum(
    database: &Database,
    collection: &str,
    pipeline: Vec<Doc>,
    limit: std::time::Duration,
) -> Result<Amount, Error> {
    let mut found = database.collection::<Doc>(collection).aggregate(pipeline).max_time(limit).await?;
    let mut total = Amount::default();
    while found.advance().await? {
        let part = found.deserialize_current()?;
        total.count += number(part.get("count"));
        total.bytes += number(part.get("size"));
    }
    Ok(total)
}

/// A count as the server gives it: an integer of either size, or a double where it is large.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn number(value: Option<&Bson>) -> u64 {
    match value {
        Some(Bson::Int32(number)) => u64::from(number.unsigned_abs()),
        Some(Bson::Int64(number)) => number.unsigned_abs(),
        Some(Bson::Double(number)) => *number as u64,
        _ => 0,
    }
}
