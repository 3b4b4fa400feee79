//! The calculations that ended, in SQLite: notes, written in the transaction that ends one.

use async_trait::async_trait;
use rusqlite::Transaction;

use super::{
    SqliteStore,
    notes::{self, ENDED},
};
use crate::{
    domain::document::Meta,
    store::{
        StoreError,
        ends::{Course, Ended, Ends},
    },
};

/// Notes what a revision is for the calculation, within the transaction.
pub(super) fn note(transaction: &Transaction<'_>, course: Course, meta: &Meta) -> Result<(), StoreError> {
    match course {
        Course::Unchanged => Ok(()),
        Course::Ends => notes::keep(transaction, ENDED, meta),
        Course::Resumes => {
            transaction.prepare_cached("DELETE FROM ended WHERE id = ?1")?.execute([&meta.id])?;
            Ok(())
        }
    }
}

#[async_trait]
impl Ends for SqliteStore {
    async fn ended(&self, limit: u32) -> Result<Vec<Ended>, StoreError> {
        let oldest =
            self.database.read(move |connection| notes::oldest(connection, ENDED, None, limit)).await?;
        Ok(oldest.into_iter().map(|(id, revision)| Ended { id, revision }).collect())
    }

    async fn notified(&self, ended: &Ended) -> Result<(), StoreError> {
        let Ended { id, revision } = ended.clone();
        self.database.write(move |transaction| notes::settle(transaction, ENDED, &id, revision)).await
    }
}
