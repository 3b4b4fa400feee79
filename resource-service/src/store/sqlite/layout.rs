//! Which version the tables of the file have (`PRAGMA user_version`), and which service they belong to (`PRAGMA application_id`). One
//! process uses a file, so no older one runs beside it, and a file of a later version is refused, whatever it is.

use std::path::Path;

use rusqlite::{Connection, Transaction};
use service_kit::{
    start::StartError,
    store::{
        cause::{Cause, Kind},
        layout::Layout,
        sqlite::{self, Database, Found, owner},
    },
};

use crate::store::{LAYOUT, OWNER, StoreError};

/// Looks at a file for `check`, and writes nothing.
pub fn inspect(path: &Path) -> Result<Found, StartError> {
    sqlite::inspect(path, refusal)
}

/// Refuses a file of the other service, or one that a later program has used; else it is one of this version from now on.
pub(super) fn take(transaction: &Transaction<'_>) -> Result<(), StoreError> {
    if let Some(cause) = refusal(transaction)? {
        return Err(StoreError::Unusable(cause));
    }
    owner::take(transaction, OWNER)?;
    Ok(transaction.pragma_update(None, "user_version", LAYOUT.version)?)
}

/// Checks that the file is of this service and not of a later version.
pub(super) async fn usable(database: &Database) -> Result<(), Cause> {
    let found: Result<_, StoreError> = database.read(|connection| Ok(refusal(connection)?)).await;
    let refusal = found.map_err(|error| Cause::new(Kind::Other, error.to_string()))?;
    refusal.map_or(Ok(()), Err)
}

/// Why the file must not be used, if it must not.
pub(super) fn refusal(connection: &Connection) -> rusqlite::Result<Option<Cause>> {
    let foreign = owner::refusal(connection, OWNER)?;
    if foreign.is_some() {
        return Ok(foreign);
    }
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(LAYOUT.refusal(Layout { version: found, oldest_reader: found }))
}
