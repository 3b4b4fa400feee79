//! Reads the fields that an aggregate is made of, document by document: numbers from the JSON text, as they were sent.

use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};
use serde_json::Value;
use time::OffsetDateTime;

use super::{Statement, restrict, table};
use crate::{
    domain::{aggregate::Groups, collection::Collection},
    query::{expr::Expr, literal::Literal, schema::Field},
    store::StoreError,
};

/// Adds every document that `filter` finds to `groups`, until there are too many of these.
pub fn aggregate(
    connection: &Connection,
    collection: &Collection,
    filter: &Expr,
    mut groups: Groups,
    now: OffsetDateTime,
) -> Result<Groups, StoreError> {
    let mut statement = Statement::new(format!("SELECT body FROM {} WHERE ", table(collection)));
    restrict(&mut statement, collection, filter, now);
    let mut prepared = connection.prepare_cached(&statement.text)?;
    let mut rows = prepared.query(params_from_iter(&statement.values))?;
    while !groups.overflow()
        && let Some(row) = rows.next()?
    {
        let corrupt =
            |fault: &dyn std::fmt::Display| StoreError::Corrupt(format!("{}: {fault}", collection.name()));
        let body = row.get_ref(0)?.as_str().map_err(|fault| corrupt(&fault))?;
        let document: Value = serde_json::from_str(body).map_err(|fault| corrupt(&fault))?;
        let value = |field: &Arc<Field>| Literal::of_json(field, field.path.find(&document)?);
        let values = groups.fields().iter().map(value).collect();
        groups.add(values);
    }
    Ok(groups)
}
