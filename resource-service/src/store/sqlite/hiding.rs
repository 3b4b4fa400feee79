//! What is hidden in SQLite: a column of the table of series and of reviews, and notes of calculations that turned.

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, params};

use super::{
    SqliteStore, history,
    notes::{self, TURNED},
    operand::Operand,
    table,
};
use crate::{
    domain::{belonging::CALCULATION, collection::Collection, document::Meta},
    query::schema::FieldType,
    store::{
        StoreError,
        hiding::{Hiding, MARKED_AT_ONCE, Turned},
    },
};

/// Makes the column.
pub(super) fn prepare(transaction: &Transaction<'_>, collection: &Collection) -> Result<(), StoreError> {
    if collection.belongs_to_calculations() {
        history::add_column(transaction, &format!("doc_{}", collection.name()), "hidden")?;
    }
    Ok(())
}

/// A condition, to be put behind others: the document is not hidden.
pub(super) fn shown(collection: &Collection) -> &'static str {
    if collection.belongs_to_calculations() { " AND hidden IS NULL" } else { "" }
}

/// Notes that a document was removed or restored, where others belong to it.
pub(super) fn turn(
    transaction: &Transaction<'_>,
    collection: &Collection,
    meta: &Meta,
) -> Result<(), StoreError> {
    if collection.hides_others() { notes::keep(transaction, TURNED, meta) } else { Ok(()) }
}

/// The expression for the calculation that a document belongs to: the one that indexes are made from, where the definition
/// declares the member as text.
fn calculation(collection: &Collection) -> String {
    let field = CALCULATION.parse().ok().and_then(|path| collection.schema.field(&path).ok());
    let declared = field.filter(|field| matches!(field.kind, FieldType::Text(_)));
    declared.map_or_else(|| format!("body ->> '$.{CALCULATION}'"), |field| Operand::of(&field).value)
}

/// The query for the ids of documents that belong to a calculation and meet `condition`, with a limit.
fn belongings(collection: &Collection, condition: &str) -> String {
    let value = calculation(collection);
    format!("SELECT id FROM {} WHERE {value} = ?1{condition} LIMIT ?2", table(collection))
}

/// The ids of documents that belong to a calculation and meet `condition`.
fn belonging(
    connection: &Connection,
    collection: &Collection,
    id: &str,
    condition: &str,
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut prepared = connection.prepare_cached(&belongings(collection, condition))?;
    let rows = prepared.query_map(params![id, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[async_trait]
impl Hiding for SqliteStore {
    async fn turned(&self, until: &str, limit: u32) -> Result<Vec<Turned>, StoreError> {
        let until = until.to_owned();
        let reading = move |connection: &Connection| notes::oldest(connection, TURNED, Some(&until), limit);
        let oldest = self.database.read(reading).await?;
        Ok(oldest.into_iter().map(|(id, revision)| Turned { id, revision }).collect())
    }

    async fn hide(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        hidden: bool,
    ) -> Result<usize, StoreError> {
        let (collection, calculation) = (Arc::clone(collection), calculation.to_owned());
        let (other, mark) =
            if hidden { (" AND hidden IS NULL", "1") } else { (" AND hidden IS NOT NULL", "NULL") };
        self.database
            .write(move |transaction| {
                let found = belongings(&collection, other);
                let sql = format!("UPDATE {} SET hidden = {mark} WHERE id IN ({found})", table(&collection));
                let limit = i64::try_from(MARKED_AT_ONCE).unwrap_or(i64::MAX);
                Ok(transaction.prepare_cached(&sql)?.execute(params![calculation, limit])?)
            })
            .await
    }

    async fn shown(
        &self,
        collection: &Arc<Collection>,
        ids: &[String],
    ) -> Result<HashSet<String>, StoreError> {
        let sql = format!(
            "SELECT id FROM {} WHERE id IN (SELECT value FROM json_each(?1)){}",
            table(collection),
            shown(collection)
        );
        let ids = serde_json::to_string(ids).map_err(|fault| StoreError::Failed(fault.to_string()))?;
        self.database
            .read(move |connection| {
                let mut prepared = connection.prepare_cached(&sql)?;
                let rows = prepared.query_map([ids], |row| row.get(0))?;
                Ok(rows.collect::<Result<_, _>>()?)
            })
            .await
    }

    async fn followed(&self, turned: &Turned) -> Result<(), StoreError> {
        let Turned { id, revision } = turned.clone();
        self.database.write(move |transaction| notes::settle(transaction, TURNED, &id, revision)).await
    }

    async fn belonging(
        &self,
        collection: &Arc<Collection>,
        calculation: &str,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let (collection, calculation) = (Arc::clone(collection), calculation.to_owned());
        self.database
            .read(move |connection| belonging(connection, &collection, &calculation, "", limit))
            .await
    }
}
