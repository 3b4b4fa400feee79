//! Series in SQLite: points read from the JSON text, documents written in one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::params_from_iter;
use service_kit::store::Unavailable;
use time::OffsetDateTime;

use super::{
    SqliteStore,
    filter::Statement,
    restrict, table,
    write::{insert_row, update_row},
};
use crate::{
    domain::{collection::Collection, series::Chunk},
    store::{Chunks, Selection, SeriesStore, StoreError, Update, Write},
};

/// Why a transaction was given up.
enum GivenUp {
    /// A revision is not the current one.
    Overtaken,
    /// The store says no.
    Failed(StoreError),
}

impl From<StoreError> for GivenUp {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for GivenUp {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Unavailable> for GivenUp {
    fn from(error: Unavailable) -> Self {
        Self::Failed(error.into())
    }
}

#[async_trait]
impl SeriesStore for SqliteStore {
    async fn chunks(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Chunks, StoreError> {
        let collection = Arc::clone(collection);
        self.query(move |connection| {
            let mut statement = Statement::new(format!("SELECT body FROM {} WHERE ", table(&collection)));
            restrict(&mut statement, &collection, &selection.filter, now);
            statement.order(&selection.order, &selection.filter);
            statement.push(" LIMIT ");
            statement.bind(i64::try_from(selection.limit + 1).unwrap_or(i64::MAX));
            let mut prepared = connection.prepare_cached(&statement.text)?;
            let mut rows = prepared.query(params_from_iter(&statement.values))?;
            let mut chunks = Vec::new();
            while let Some(row) = rows.next()? {
                if chunks.len() == selection.limit {
                    return Ok(Chunks { chunks, more: true });
                }
                chunks.push(chunk(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
            }
            Ok(Chunks { chunks, more: false })
        })
        .await
    }

    async fn write_together(
        &self,
        collection: &Arc<Collection>,
        writes: Vec<Write>,
    ) -> Result<bool, StoreError> {
        let (collection, now) = (Arc::clone(collection), self.clock.now());
        let done = self.database.write(move |transaction| {
            for write in writes {
                let done = match write {
                    Write::Insert(document) => {
                        insert_row(transaction, &collection, &document, None, now).map(|()| true)?
                    }
                    Write::Replace(after, expected) => {
                        let by = after.meta.owner.clone();
                        let update = Update { after, expected, before: None, by };
                        update_row(transaction, &collection, &update, now)?
                    }
                };
                if !done {
                    return Err(GivenUp::Overtaken);
                }
            }
            Ok(())
        });
        match done.await {
            Ok(()) => Ok(true),
            Err(GivenUp::Overtaken) => Ok(false),
            Err(GivenUp::Failed(error)) => Err(error),
        }
    }
}

fn chunk(body: &str) -> Result<Chunk, StoreError> {
    serde_json::from_str(body).map_err(|fault| StoreError::Corrupt(format!("a series: {fault}")))
}
