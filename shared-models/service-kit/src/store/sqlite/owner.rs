//! The mark in a file that says which service it belongs to: `PRAGMA application_id`.

use rusqlite::{Connection, Transaction};

use crate::store::{
    cause::{Cause, Kind},
    owner::{Looks, Owner},
};

/// Why `owner` must not use the file, if it must not. A file without tables and without a mark belongs to no service yet.
pub fn refusal(connection: &Connection, owner: Owner) -> rusqlite::Result<Option<Cause>> {
    let found = mark(connection)?;
    let known = [Owner::Auth, Owner::Resource].into_iter().find(|known| known.application_id() == found);
    match known {
        Some(known) => Ok(owner.refusal(known.name())),
        None if found == 0 => Ok(owner.refusal_by(looks(connection, owner)?)),
        None => Ok(Some(Cause::new(
            Kind::Layout,
            format!("the file belongs to another program (its application_id is {found}); correct store.url"),
        ))),
    }
}

/// Marks the file, which [`refusal`] has found usable, as one of `owner`.
pub fn take(transaction: &Transaction<'_>, owner: Owner) -> rusqlite::Result<()> {
    if mark(transaction)? == owner.application_id() || looks(transaction, owner)? == Looks::Mixed {
        return Ok(());
    }
    transaction.pragma_update(None, "application_id", owner.application_id())
}

fn mark(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA application_id", [], |row| row.get(0))
}

fn looks(connection: &Connection, owner: Owner) -> rusqlite::Result<Looks> {
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let names = tables.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(owner.looks_at_tables(|name| names.iter().any(|known| known == name)))
}
