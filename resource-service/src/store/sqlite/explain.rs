//! How SQLite finds a selection: its own plan, and a count of the documents it looks at while it does.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rusqlite::{Connection, functions::FunctionFlags, params_from_iter};
use shared_models::documents::Explanation;
use time::OffsetDateTime;

use super::{StoreError, find::page, index_name};
use crate::{domain::collection::Collection, store::Selection};

/// The SQL function that counts the documents it is called for.
const EXAMINED: &str = "tessera_examined";

/// Runs the selection and reports how it went.
pub fn explain(
    connection: &Connection,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
) -> Result<Explanation, StoreError> {
    let statement = page(collection, selection, now, "");
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.text))?;
    let plan = prepared.query_map(params_from_iter(&statement.values), |row| row.get(3))?;
    let plan: Vec<String> = plan.collect::<Result<_, _>>()?;
    let used: Vec<String> = plan.iter().filter_map(|line| index_of(collection, line)).collect();
    let (documents_examined, rows) = run(connection, collection, selection, now)?;
    Ok(Explanation {
        index: Explanation::names(used),
        documents_examined: Some(documents_examined),
        keys_examined: None,
        returned: rows.min(selection.limit as u64),
        plan,
    })
}

/// The index that a line of the plan speaks of, as the collection calls it.
fn index_of(collection: &Collection, line: &str) -> Option<String> {
    let used = line.split_once(" INDEX ")?.1;
    let used = used.rsplit_once(" (").map_or(used, |(name, _)| name);
    if used.starts_with("sqlite_autoindex_") {
        return Some("_id".to_owned());
    }
    let declared = collection.indexes.iter().find(|index| index_name(collection, index) == used);
    declared.map(|index| index.name.clone())
}

/// How many documents the selection looks at, and how many it gives.
fn run(
    connection: &Connection,
    collection: &Collection,
    selection: &Selection,
    now: OffsetDateTime,
) -> Result<(u64, u64), StoreError> {
    let count = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&count);
    connection.create_scalar_function(EXAMINED, 1, FunctionFlags::SQLITE_UTF8, move |_| {
        counting.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    })?;
    // It needs the body, so that it comes before all that needs the body too and behind what an index alone can decide.
    let counted = page(collection, selection, now, &format!("likelihood({EXAMINED}(body), 1.0) AND "));
    let rows = connection.prepare(&counted.text).and_then(|mut prepared| {
        let mut rows = prepared.query(params_from_iter(&counted.values))?;
        let mut found = 0;
        while rows.next()?.is_some() {
            found += 1;
        }
        Ok(found)
    });
    connection.remove_function(EXAMINED, 1)?;
    Ok((count.load(Ordering::Relaxed), rows?))
}
