//! Series in SQLite: points read from the JSON text, documents written in one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params_from_iter};
use serde_json::Value;
use service_kit::store::Unavailable;
use time::OffsetDateTime;

use super::{
    SqliteStore,
    filter::Statement,
    restrict, table,
    write::{insert_row, update_row},
};
use crate::{
    domain::{
        collection::Collection,
        document::Document,
        scalar::Scalar,
        series::{self, COUNT, Chunk, FIRST, LAST, LAST_VALUE, MAX, MIN, Point},
        summary::Summary,
    },
    store::{
        Append, Chunks, Outline, Outlines, Selection, SeriesStore, StoreError, Update, Write, ends::Course,
    },
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

/// The first documents of a selection as `columns` give them and `make` reads them, and whether there are more.
fn select<T>(
    connection: &Connection,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
    columns: &str,
    make: fn(&str) -> Result<T, StoreError>,
) -> Result<(Vec<T>, bool), StoreError> {
    let mut statement = Statement::new(format!("SELECT {columns} FROM {} WHERE ", table(collection)));
    restrict(&mut statement, collection, &selection.filter, now);
    statement.order(&selection.order, &selection.filter);
    statement.push(" LIMIT ");
    statement.bind(i64::try_from(selection.limit + 1).unwrap_or(i64::MAX));
    let mut prepared = connection.prepare_cached(&statement.text)?;
    let mut rows = prepared.query(params_from_iter(&statement.values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if found.len() == selection.limit {
            return Ok((found, true));
        }
        found.push(make(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok((found, false))
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
        let reading =
            self.query(move |connection| select(connection, &collection, &selection, now, "body", chunk));
        let (chunks, more) = reading.await?;
        Ok(Chunks { chunks, more })
    }

    async fn outlines(
        &self,
        collection: &Arc<Collection>,
        selection: Selection,
        now: OffsetDateTime,
    ) -> Result<Outlines, StoreError> {
        let collection = Arc::clone(collection);
        let columns = OUTLINE.map(|name| format!("'$.{name}'")).join(", ");
        let columns = format!("json_extract(body, {columns})");
        let reading =
            self.query(move |connection| select(connection, &collection, &selection, now, &columns, outline));
        let (outlines, more) = reading.await?;
        Ok(Outlines { outlines, more })
    }

    async fn append_points(
        &self,
        collection: &Arc<Collection>,
        appends: Vec<Append>,
        now: OffsetDateTime,
    ) -> Result<Vec<bool>, StoreError> {
        let collection = Arc::clone(collection);
        self.database
            .write(move |transaction| {
                let append = |append: &Append| append_to(transaction, &collection, append, now);
                appends.iter().map(append).collect()
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
                        let update = Update { after, expected, before: None, by, course: Course::Unchanged };
                        update_row(transaction, &collection, &update, now)?
                    }
                    Write::Append(append) => append_to(transaction, &collection, &append, now)?,
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

/// Puts points behind those of the document that the append wants, where there is one.
fn append_to(
    transaction: &Transaction<'_>,
    collection: &Collection,
    append: &Append,
    now: OffsetDateTime,
) -> Result<bool, StoreError> {
    let mut statement = Statement::new(format!("SELECT body FROM {} WHERE ", table(collection)));
    restrict(&mut statement, collection, &append.filter, now);
    statement.push(" LIMIT 1");
    let found = transaction
        .prepare_cached(&statement.text)?
        .query_row(params_from_iter(&statement.values), |row| row.get::<_, String>(0))
        .optional()?;
    let Some(found) = found else { return Ok(false) };
    let mut after = Document::parse(&found).map_err(|fault| corrupt(&fault))?;
    let expected = after.meta.revision;
    after.meta.revision += 1;
    after.meta.updated_at = append.at.clone().max(after.meta.updated_at);
    extend(&mut after, &append.points)?;
    let by = after.meta.owner.clone();
    update_row(
        transaction,
        collection,
        &Update { after, expected, before: None, by, course: Course::Unchanged },
        now,
    )
}

/// Puts points behind those of a document and adds them to its summary.
fn extend(document: &mut Document, points: &[Point]) -> Result<(), StoreError> {
    let members = &mut document.members;
    let Some((_, last)) = series::summary(points).steps else { return Ok(()) };
    let kept = |name: &str| members.get(name).and_then(Scalar::of_json);
    let count = members.get(COUNT).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let mut summary = Summary {
        count: count.ok_or_else(|| corrupt(&"an append to a series without a summary"))?,
        steps: None,
        min: kept(MIN),
        max: kept(MAX),
        last: kept(LAST_VALUE),
    };
    summary.add(&series::summary(points));
    members.insert(LAST.into(), last.into());
    if let Some(Value::Array(items)) = members.get_mut("points") {
        items.extend(points.iter().map(Point::to_json));
    }
    let open = members.shift_remove(series::OPEN) == Some(Value::Bool(true));
    series::summarize(members, &summary, open);
    Ok(())
}

/// The members of an [`Outline`], in the order in which they are read.
const OUTLINE: [&str; 9] = ["_id", "metric", "unit", FIRST, LAST, COUNT, MIN, MAX, LAST_VALUE];

fn outline(text: &str) -> Result<Outline, StoreError> {
    type Values = (
        String,
        String,
        Option<String>,
        Option<i64>,
        Option<i64>,
        Option<usize>,
        Option<Scalar>,
        Option<Scalar>,
        Option<Scalar>,
    );
    let (id, metric, unit, first, last, count, min, max, value): Values =
        serde_json::from_str(text).map_err(|fault| corrupt(&fault))?;
    let steps = first.zip(last);
    let summary = count.map(|count| Summary { count, steps, min, max, last: value });
    Ok(Outline { id, metric, unit, steps, summary })
}

fn chunk(body: &str) -> Result<Chunk, StoreError> {
    serde_json::from_str(body).map_err(|fault| corrupt(&fault))
}

fn corrupt(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("a series: {fault}"))
}
