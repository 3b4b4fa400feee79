//! Definitions in SQLite: a table of texts, and what SQLite's own catalogue says of indexes.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, params, types::Value as Cell};
use serde_json::Value;

use super::{
    SqliteStore, create_index, held,
    history::{add_column, has_column},
    index_name, log,
    operand::{Operand, boolean},
    served_indexes, table,
};
use crate::{
    domain::collection::{Collection, Index},
    query::{instant::shown, schema::FieldType},
    store::{
        StoreError,
        definitions::{
            self, DefinitionStore, Duplicate, IndexPlan, MAX_IDS, StoredDefinition,
            is_declared_by_a_definition,
        },
    },
};

/// How many documents are removed in one transaction.
const STEP: usize = 500;

/// Lets an index that is there under its name, but made from another expression, be made anew.
pub fn drop_changed(transaction: &Transaction<'_>, collection: &Collection) -> Result<(), StoreError> {
    let there = indexes(transaction, collection)?;
    for index in served_indexes(collection) {
        if there.get(&index.name).is_some_and(|made| *made != expression(&create_index(collection, index))) {
            drop_index(transaction, collection, &index.name)?;
        }
    }
    Ok(())
}

fn drop_index(transaction: &Transaction<'_>, collection: &Collection, index: &str) -> Result<(), StoreError> {
    let name = format!("doc_{}:{index}", collection.name()).replace('"', "\"\"");
    Ok(transaction.execute_batch(&format!("DROP INDEX IF EXISTS \"{name}\""))?)
}

/// The indexes that definitions have made, by name, with what they are made from.
fn indexes(connection: &Connection, collection: &Collection) -> Result<BTreeMap<String, String>, StoreError> {
    let (table, prefix) = (format!("doc_{}", collection.name()), format!("doc_{}:", collection.name()));
    let mut statement = connection.prepare_cached(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL",
    )?;
    let rows =
        statement.query_map([table], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut found = BTreeMap::new();
    for row in rows {
        let (name, sql) = row?;
        if let Some(name) = name.strip_prefix(&prefix).filter(|name| is_declared_by_a_definition(name)) {
            found.insert(name.to_owned(), expression(&sql));
        }
    }
    Ok(found)
}

/// What follows the name of the index in the statement that makes it. SQLite keeps that part as it was written.
fn expression(sql: &str) -> String {
    let (_, rest) = sql.split_once(" ON ").unwrap_or_default();
    rest.trim_end_matches(';').to_owned()
}

pub(super) fn has_table(connection: &Connection, name: &str) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?;
    Ok(statement.exists([name])?)
}

/// Makes the table, and the column that may be lacking from an earlier time.
fn prepare(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS _collections (
             name TEXT PRIMARY KEY, revision INTEGER NOT NULL, definition TEXT, begins TEXT) WITHOUT ROWID",
    )?;
    add_column(transaction, "_collections", "begins")
}

fn stored(connection: &Connection) -> Result<Vec<StoredDefinition>, StoreError> {
    if !has_table(connection, "_collections")? {
        return Ok(Vec::new());
    }
    // A file from an earlier time has no such column until a definition is written.
    let begins = if has_column(connection, "_collections", "begins")? { "begins" } else { "NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT name, revision, definition, {begins} FROM _collections ORDER BY name"
    ))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (name, begins): (String, Option<String>) = (row.get(0)?, row.get(3)?);
        let begins = definitions::begins(&name, begins.as_deref())?;
        found.push(StoredDefinition { name, revision: row.get(1)?, text: row.get(2)?, begins });
    }
    Ok(found)
}

/// Writes a definition over its revision `expected`; whether that was the current one.
fn write(
    transaction: &Transaction<'_>,
    name: &str,
    text: Option<&str>,
    expected: i64,
) -> Result<bool, StoreError> {
    prepare(transaction)?;
    let sql = if expected == 0 {
        "INSERT OR IGNORE INTO _collections (name, definition, revision) VALUES (?1, ?2, ?3 + 1)"
    } else {
        "UPDATE _collections SET definition = ?2, revision = ?3 + 1 WHERE name = ?1 AND revision = ?3"
    };
    Ok(transaction.execute(sql, params![name, text, expected])? == 1)
}

fn plan(connection: &Connection, collection: &Collection) -> Result<IndexPlan, StoreError> {
    let there = indexes(connection, collection)?;
    let declared: BTreeMap<&str, String> = served_indexes(collection)
        .map(|index| (index.name.as_str(), expression(&create_index(collection, index))))
        .collect();
    let build = declared.iter().filter(|(name, made)| there.get(**name) != Some(made));
    let drop = there.iter().filter(|(name, made)| declared.get(name.as_str()) != Some(made));
    Ok(IndexPlan {
        stored: has_table(connection, &format!("doc_{}", collection.name()))?,
        build: build.map(|(name, _)| (*name).to_owned()).collect(),
        drop: drop.map(|(name, _)| name.clone()).collect(),
    })
}

/// One row for each of the first documents of a group: its id, the size of its group, its place there, the values.
fn duplicates_query(collection: &Collection, index: &Index, limit: usize) -> String {
    let values: Vec<String> = index.keys.iter().map(|(field, _)| Operand::of(field).value).collect();
    let group = values.join(", ");
    let named: Vec<String> =
        values.iter().enumerate().map(|(at, value)| format!("{value} AS value{at}")).collect();
    let order: Vec<String> = (0..values.len()).map(|at| format!("value{at}")).collect();
    format!(
        "SELECT * FROM (SELECT id, count(*) OVER (PARTITION BY {group}) AS documents,
             row_number() OVER (PARTITION BY {group} ORDER BY id) AS place, {}
         FROM {} WHERE {}) WHERE documents > 1 AND place <= {MAX_IDS} ORDER BY {}, place LIMIT {}",
        named.join(", "),
        table(collection),
        held(index),
        order.join(", "),
        limit * MAX_IDS
    )
}

fn json(cell: Cell, kind: &FieldType) -> Value {
    match cell {
        Cell::Integer(integer) => integer.into(),
        Cell::Real(double) => double.into(),
        Cell::Text(text) if kind.is_instant() => shown(&text).into(),
        Cell::Text(text) => text.into(),
        Cell::Blob(bytes) if *kind == FieldType::Boolean => (bytes == [boolean(true)]).into(),
        Cell::Null | Cell::Blob(_) => Value::Null,
    }
}

fn duplicates(
    connection: &Connection,
    collection: &Collection,
    index: &Index,
    limit: usize,
) -> Result<Vec<Duplicate>, StoreError> {
    let mut statement = connection.prepare(&duplicates_query(collection, index, limit))?;
    let mut rows = statement.query([])?;
    let mut found: Vec<Duplicate> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, documents, place): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if place > 1 {
            if let Some(group) = found.last_mut() {
                group.ids.push(id);
            }
            continue;
        }
        if found.len() == limit {
            break;
        }
        let mut values = Vec::new();
        for (at, (field, _)) in index.keys.iter().enumerate() {
            values.push((field.path.to_string(), json(row.get(at + 3)?, &field.kind)));
        }
        found.push(Duplicate { values, ids: vec![id], documents: documents.unsigned_abs() });
    }
    Ok(found)
}

#[async_trait]
impl DefinitionStore for SqliteStore {
    async fn definition_revisions(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        Ok(self.definitions().await?.into_iter().map(|stored| (stored.name, stored.revision)).collect())
    }

    async fn definitions(&self) -> Result<Vec<StoredDefinition>, StoreError> {
        self.database.read(stored).await
    }

    async fn define(&self, name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.database.write(move |transaction| write(transaction, &name, text.as_deref(), expected)).await
    }

    async fn define_anew(&self, name: &str, text: Option<String>, expected: i64) -> Result<bool, StoreError> {
        let (name, now) = (name.to_owned(), self.clock.now());
        self.database
            .write(move |transaction| {
                if !write(transaction, &name, text.as_deref(), expected)? {
                    return Ok(false);
                }
                transaction.execute_batch(log::CREATE)?;
                let begins = log::last(transaction)?.to_string();
                log::log_step(transaction, now)?;
                let sql = "UPDATE _collections SET begins = ?2 WHERE name = ?1";
                Ok(transaction.execute(sql, [name, begins])? == 1)
            })
            .await
    }

    async fn index_plan(&self, collection: &Arc<Collection>) -> Result<IndexPlan, StoreError> {
        let collection = Arc::clone(collection);
        self.database.read(move |connection| plan(connection, &collection)).await
    }

    async fn drop_undeclared(&self, collection: &Arc<Collection>) -> Result<(), StoreError> {
        let collection = Arc::clone(collection);
        self.database
            .write(move |transaction| {
                let declared: Vec<&str> =
                    served_indexes(&collection).map(|index| index.name.as_str()).collect();
                for name in indexes(transaction, &collection)?.keys() {
                    if !declared.contains(&name.as_str()) {
                        drop_index(transaction, &collection, name)?;
                    }
                }
                Ok(())
            })
            .await
    }

    async fn duplicates(
        &self,
        collection: &Arc<Collection>,
        index: &Index,
        limit: usize,
    ) -> Result<Vec<Duplicate>, StoreError> {
        let (collection, index) = (Arc::clone(collection), index.clone());
        self.database.read(move |connection| duplicates(connection, &collection, &index, limit)).await
    }

    /// Nothing is noted here: the keys of points in time are part of the indexes.
    async fn forget_prepared(&self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn clear(&self, collection: &Arc<Collection>, removal: i64) -> Result<bool, StoreError> {
        loop {
            let name = collection.name().to_owned();
            let cleared = self.database.write(move |transaction| clear_some(transaction, &name, removal));
            if let Some(done) = cleared.await? {
                return Ok(done);
            }
        }
    }
}

/// Removes some of what is stored under the name of a collection whose removal has the revision `removal`, and the tables
/// that are empty then; nothing where there is more to remove, else whether the definition still has that revision.
fn clear_some(transaction: &Transaction<'_>, name: &str, removal: i64) -> Result<Option<bool>, StoreError> {
    let current = "SELECT 1 FROM _collections WHERE name = ?1 AND revision = ?2";
    if !has_table(transaction, "_collections")?
        || !transaction.prepare_cached(current)?.exists(params![name, removal])?
    {
        return Ok(Some(false));
    }
    let mut room = STEP;
    let mut remove = |table: &str, what: &str| -> Result<bool, StoreError> {
        let sql = format!(
            "DELETE FROM \"{table}\" WHERE rowid IN (SELECT rowid FROM \"{table}\"{what} LIMIT {room})"
        );
        room -= transaction.execute(&sql, [])?;
        Ok(room > 0)
    };
    // A collection's name needs no escaping.
    let its = format!(" WHERE collection = '{name}'");
    for table in ["change_log", "receipts", "purges"] {
        if !remove(table, &its)? {
            return Ok(None);
        }
    }
    // The documents go last: while their table is there, the rest may be.
    for table in [format!("ver_{name}"), format!("doc_{name}")] {
        if !has_table(transaction, &table)? {
            continue;
        }
        if !remove(&table, "")? {
            return Ok(None);
        }
        transaction.execute_batch(&format!("DROP TABLE \"{table}\""))?;
    }
    Ok(Some(true))
}

/// Whether an error says that the table of a collection is not there, because the collection was removed meanwhile.
pub fn is_removed(error: &rusqlite::Error) -> bool {
    let message = error.to_string();
    ["doc_", "ver_"].iter().any(|table| message.contains(&format!("no such table: {table}")))
}

/// The name of the index that a constraint violation speaks of, less the collection's.
pub fn violated(message: &str, collection: &Collection) -> Option<String> {
    let (_, rest) = message.split_once(&format!("'doc_{}:", collection.name()))?;
    rest.rsplit_once('\'').map(|(name, _)| name.replace("''", "'"))
}

/// Whether the text of an error speaks of an index. SQLite doubles a quote within a name.
pub fn speaks_of(message: &str, collection: &Collection, index: &Index) -> bool {
    message.contains(&format!("'{}'", index_name(collection, index).replace('\'', "''")))
}

/// That an index cannot be made, where documents are in the way.
pub fn unindexable(error: rusqlite::Error, collection: &Collection) -> StoreError {
    let constraint = error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation);
    let unique = |index: &&Index| speaks_of(&error.to_string(), collection, index);
    match served_indexes(collection).find(unique).filter(|_| constraint) {
        Some(index) => StoreError::Unindexable {
            collection: collection.name().to_owned(),
            why: format!(
                "agree in {}, which must be unique",
                crate::store::definitions::fields_of(&index.name).join(", ")
            ),
        },
        None => error.into(),
    }
}
