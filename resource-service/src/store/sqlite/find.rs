//! Finds the documents of a selection.

use rusqlite::{Connection, params_from_iter};
use time::OffsetDateTime;

use super::{Statement, restrict, table};
use crate::{
    domain::collection::Collection,
    query::projection::Projection,
    store::{Batch, MAX_BATCH_BYTES, Selection, StoreError},
};

/// The statement that gives the bodies of a selection, and of one more document where there is one. `also` is put
/// before the condition.
pub(super) fn page(
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
    also: &str,
) -> Statement {
    let mut statement = Statement::new(format!("SELECT body FROM {} WHERE {also}", table(collection)));
    restrict(&mut statement, collection, &selection.filter, now);
    statement.order(&selection.order, &selection.filter);
    statement.push(" LIMIT ");
    statement.bind(i64::try_from(selection.limit + 1).unwrap_or(i64::MAX));
    statement
}

/// What a projection shows of a document.
pub(super) fn shown(body: String, projection: Option<&Projection>) -> Result<String, StoreError> {
    match projection {
        None => Ok(body),
        Some(shown) => shown.apply_to_text(&body).map_err(|fault| StoreError::Corrupt(fault.to_string())),
    }
}

/// The first documents of a selection.
pub(super) fn select(
    connection: &Connection,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
) -> Result<Batch, StoreError> {
    let statement = page(collection, selection, now, "");
    let mut prepared = connection.prepare_cached(&statement.text)?;
    let mut rows = prepared.query(params_from_iter(&statement.values))?;
    let (mut documents, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        if documents.len() == selection.limit || bytes >= MAX_BATCH_BYTES {
            return Ok(Batch { documents, more: true });
        }
        let body = shown(row.get(0)?, selection.projection.as_ref())?;
        bytes += body.len();
        documents.push(body);
    }
    Ok(Batch { documents, more: false })
}
