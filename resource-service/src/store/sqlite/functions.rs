//! The SQL functions of the service. Indexes are made of them, so every connection to a file has them.
//!
//! Other programs can read such a file, and cannot write to it: they lack the functions.

use rusqlite::{
    Connection, Result,
    functions::{Context, FunctionFlags},
    types::{Value, ValueRef},
};

use crate::query::instant::key_or_text;

/// The key under which a text of a date-time field is compared; any other value is given back.
pub const INSTANT: &str = "tessera_instant";

/// Adds them to a connection.
pub fn add(connection: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(INSTANT, 1, flags, |call: &mut Context<'_>| -> Result<Value> {
        let given = call.get_raw(0);
        Ok(match given {
            ValueRef::Text(_) => Value::Text(key_or_text(given.as_str()?)),
            other => Value::try_from(other)?,
        })
    })
}
