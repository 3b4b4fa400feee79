//! Removes what a collection keeps no longer: revisions that are too many or too old, and documents that were removed too
//! long ago. A write removes what it makes too many by itself; this finds what an earlier definition kept.

use std::{collections::BTreeMap, sync::Arc};

use service_kit::clock::Clock;
use time::Duration;

use crate::{
    domain::collection::Collection,
    query::timestamp,
    store::{
        Store, StoreError,
        retention::{Kept, STEP},
    },
};

/// How many revisions one sweep examines in each collection; the next sweep continues behind them.
const LOOKED_AT: usize = 2_000;
/// The most steps that one sweep takes in each collection to remove what is old.
const STEPS: usize = 20;

/// Removes documents that were removed, and revisions whose place others took, longer than `age` ago. A document goes with
/// all that belongs to it, as if it had been purged.
pub(super) async fn by_age(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &Arc<Collection>,
    age: Duration,
) -> Result<(), StoreError> {
    let now = clock.now();
    let (name, until) = (collection.name(), timestamp(now - age));
    for _ in 0..STEPS {
        let removed = store.ended_before(name, &until, STEP).await?;
        for (id, revision) in &removed {
            store.purge(collection, id, *revision, now).await?;
        }
        if removed.len() < STEP {
            break;
        }
    }
    for _ in 0..STEPS {
        if store.forget_before(name, &until, &timestamp(now)).await? < STEP {
            break;
        }
    }
    Ok(())
}

/// Looks at some revisions from behind `after`, removes those that are too many, and returns where to continue: from the
/// beginning, where that is nothing.
pub(super) async fn by_number(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &Arc<Collection>,
    most: i64,
    after: Option<Kept>,
) -> Result<Option<Kept>, StoreError> {
    let mut found = store.kept(collection.name(), after.as_ref(), LOOKED_AT).await?;
    let whole = found.len() < LOOKED_AT;
    // The last document may have more revisions than were read: it is looked at next time, unless it has all of them.
    if let (false, Some((last, _))) = (whole, found.last().cloned())
        && found.first().is_some_and(|(first, _)| *first != last)
    {
        found.retain(|(id, _)| *id != last);
    }
    let mut documents: BTreeMap<&str, Vec<&Kept>> = BTreeMap::new();
    for revision in &found {
        documents.entry(revision.0.as_str()).or_default().push(revision);
    }
    let one = documents.len() == 1;
    let mut surplus = Vec::new();
    for (id, revisions) in documents {
        // Beside the current revision one fewer is kept.
        let too_many = i64::try_from(revisions.len()).unwrap_or(i64::MAX) >= most;
        if !too_many && !one {
            continue;
        }
        let Some(newest) = newest(store, clock, collection, id).await? else { continue };
        surplus.extend(revisions.into_iter().filter(|(_, revision)| *revision <= newest - most).cloned());
    }
    for some in surplus.chunks(STEP) {
        store.forget(collection.name(), some).await?;
    }
    Ok(if whole { None } else { found.pop() })
}

/// Looks at some revisions, from behind `after`, that an earlier definition kept, and removes those of documents that were
/// removed since under one that keeps nothing; returns where to continue. What was removed before can be restored once the
/// definition keeps it again, and stays.
pub(super) async fn without_document(
    store: &dyn Store,
    collection: &Arc<Collection>,
    after: Option<Kept>,
) -> Result<Option<Kept>, StoreError> {
    let mut found = store.kept(collection.name(), after.as_ref(), LOOKED_AT).await?;
    let next = if found.len() < LOOKED_AT { None } else { found.last().cloned() };
    while let Some((id, _)) = found.first().cloned() {
        let rest = found.split_off(found.partition_point(|(other, _)| *other == id));
        let its = std::mem::replace(&mut found, rest);
        if store.remains(collection, &id).await?.is_some_and(|remains| !remains.restorable) {
            for some in its.chunks(STEP) {
                store.forget(collection.name(), some).await?;
            }
        }
    }
    Ok(next)
}

/// The newest revision of a document that has members.
async fn newest(
    store: &dyn Store,
    clock: &dyn Clock,
    collection: &Arc<Collection>,
    id: &str,
) -> Result<Option<i64>, StoreError> {
    if let Some(head) = store.head(collection, id, clock.now()).await? {
        return Ok(Some(head.revision));
    }
    let last = store.versions(collection, id, None, 1).await?.pop();
    Ok(last.map(|last| if last.json.is_none() { last.revision - 1 } else { last.revision }))
}
