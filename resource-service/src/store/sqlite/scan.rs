//! Reads a whole selection. Its ids are written in order into a file without a name, once, and the documents are then read by
//! these: no transaction stays open, memory does not grow with the selection, and a document that moves in the order
//! meanwhile, or is removed and restored, is read once. Row numbers would not do: SQLite gives the number of a removed row to
//! another. An order that no document moves in is read behind the last document, where an index serves it.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use async_trait::async_trait;
use rusqlite::{Connection, params_from_iter};
use service_kit::store::{
    Unavailable,
    cause::{Cause, Kind, note},
};

use super::{SqliteStore, Statement, find::shown, restrict, table};
use crate::store::{
    Batch, MAX_BATCH_BYTES, StoreError,
    scan::{Rest, Scan},
};

/// A scan.
pub(super) struct IdScan {
    store: SqliteStore,
    rest: Rest,
    sorted: Option<Sorted>,
}

/// Ids in order, each behind its length in bytes.
struct Sorted {
    ids: BufReader<File>,
    /// How many are left.
    left: usize,
}

impl IdScan {
    pub(super) async fn open(store: SqliteStore, rest: Rest) -> Result<Self, StoreError> {
        let mut scan = Self { store, rest, sorted: None };
        let statement = scan.ids();
        let (directory, lasting) =
            (scan.store.database.directory().to_owned(), scan.rest.selection.order.is_lasting());
        let sorting = scan.store.query(move |connection| {
            if lasting && !sorts(connection, &statement)? {
                return Ok(None);
            }
            sorted(connection, &statement, &directory).map(Some)
        });
        scan.sorted = sorting.await?;
        Ok(scan)
    }

    /// The statement that gives the ids in order.
    fn ids(&self) -> Statement {
        let Rest { collection, selection, now, .. } = &self.rest;
        let filter = self.rest.filter();
        let mut statement = Statement::new(format!("SELECT id FROM {} WHERE ", table(collection)));
        restrict(&mut statement, collection, &filter, *now);
        statement.order(&selection.order, &filter);
        statement.push(" LIMIT ");
        statement.bind(i64::try_from(selection.limit).unwrap_or(i64::MAX));
        statement
    }

    /// The statement that gives the document of an id, its first value, if it still meets the filter.
    fn document(&self) -> Statement {
        let Rest { collection, selection, now, .. } = &self.rest;
        let mut statement = Statement::new(format!("SELECT body FROM {} WHERE id = ", table(collection)));
        statement.bind(String::new());
        statement.push(" AND ");
        restrict(&mut statement, collection, &selection.filter, *now);
        statement
    }
}

#[async_trait]
impl Scan for IdScan {
    async fn next(&mut self, limit: usize) -> Result<Batch, StoreError> {
        let Some(mut sorted) = self.sorted.take() else {
            return self.rest.read(&self.store, limit).await;
        };
        let (statement, projection) = (self.document(), self.rest.selection.projection.clone());
        let reading = self.store.query(move |connection| {
            let mut prepared = connection.prepare_cached(&statement.text)?;
            for (at, value) in statement.values.iter().enumerate().skip(1) {
                prepared.raw_bind_parameter(at + 1, value)?;
            }
            let (mut documents, mut bytes) = (Vec::new(), 0);
            while documents.len() < limit && bytes < MAX_BATCH_BYTES && sorted.left > 0 {
                prepared.raw_bind_parameter(1, sorted.next().map_err(|fault| unusable(&fault))?)?;
                let mut rows = prepared.raw_query();
                if let Some(row) = rows.next()? {
                    let body = shown(row.get(0)?, projection.as_ref())?;
                    bytes += body.len();
                    documents.push(body);
                }
            }
            Ok((Batch { documents, more: sorted.left > 0 }, sorted))
        });
        let (batch, sorted) = reading.await?;
        self.sorted = Some(sorted);
        Ok(batch)
    }
}

impl Sorted {
    fn next(&mut self) -> io::Result<String> {
        let mut length = [0; size_of::<u64>()];
        self.ids.read_exact(&mut length)?;
        let mut id = String::new();
        self.ids.by_ref().take(u64::from_le_bytes(length)).read_to_string(&mut id)?;
        self.left -= 1;
        Ok(id)
    }
}

/// Whether the rows of the statement must be sorted, since no index gives them in order.
fn sorts(connection: &Connection, statement: &Statement) -> Result<bool, StoreError> {
    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.text))?;
    let mut plan = plan.query(params_from_iter(&statement.values))?;
    let mut sorts = false;
    while let Some(line) = plan.next()? {
        sorts |= line.get_ref(3)?.as_str().is_ok_and(|line| line.contains("TEMP B-TREE"));
    }
    Ok(sorts)
}

/// The ids that the statement gives.
fn sorted(connection: &Connection, statement: &Statement, directory: &Path) -> Result<Sorted, StoreError> {
    let mut prepared = connection.prepare(&statement.text)?;
    let mut rows = prepared.query(params_from_iter(&statement.values))?;
    let file = tempfile::tempfile_in(directory).map_err(|fault| unusable(&fault))?;
    let mut writer = BufWriter::new(file);
    let mut left = 0;
    while let Some(row) = rows.next()? {
        let id = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let written =
            writer.write_all(&(id.len() as u64).to_le_bytes()).and_then(|()| writer.write_all(id.as_bytes()));
        written.map_err(|fault| unusable(&fault))?;
        left += 1;
    }
    let mut file = writer.into_inner().map_err(|fault| unusable(fault.error()))?;
    file.seek(SeekFrom::Start(0)).map_err(|fault| unusable(&fault))?;
    Ok(Sorted { ids: BufReader::new(file), left })
}

fn unusable(fault: &io::Error) -> StoreError {
    let full = fault.kind() == io::ErrorKind::StorageFull;
    let text = format!("a sort in the directory of the SQLite file failed: {fault}");
    note(&Cause::new(if full { Kind::DiskFull } else { Kind::Disk }, text));
    Unavailable.into()
}
