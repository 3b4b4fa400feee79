//! Makes indexes and waits until they are there, and says so where that takes long. MongoDB builds an index beside the reads
//! and writes of its collection; a request for an index that another replica is building waits for that build.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use mongodb::{Collection, IndexModel, error::Error};
use tokio::time::sleep;

/// How long indexes may take before that is logged.
const LONG: Duration = Duration::from_secs(2);

/// The collections whose indexes this process waits for, and how many of its tasks do.
static AWAITED: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

/// Makes the indexes that are missing, and returns once all are there.
pub async fn make<T: Send + Sync>(
    collection: &Collection<T>,
    indexes: impl IntoIterator<Item = IndexModel> + Send,
) -> Result<(), Error> {
    let making = async { collection.create_indexes(indexes).await.map(|_| ()) };
    let mut making = std::pin::pin!(making);
    tokio::select! {
        made = &mut making => return made,
        () = sleep(LONG) => {}
    }
    let _awaited = Awaited::new(collection.name());
    tracing::warn!(
        collection.name = collection.name(),
        "indexes are being built, by this replica or by another one; requests are served once they are there"
    );
    let made = making.await;
    if made.is_ok() {
        tracing::info!(collection.name = collection.name(), "the indexes are there");
    }
    made
}

/// What `/readyz` says while this process waits for indexes.
pub fn waiting() -> Option<String> {
    let awaited = AWAITED.lock().unwrap_or_else(PoisonError::into_inner);
    let names: Vec<&str> = awaited.keys().map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("indexes are being built in MongoDB, of {}", names.join(", ")))
}

/// Is awaited for as long as it lives.
struct Awaited(String);

impl Awaited {
    fn new(name: &str) -> Self {
        *AWAITED.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default() += 1;
        Self(name.to_owned())
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        let mut awaited = AWAITED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = awaited.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                awaited.remove(&self.0);
            }
        }
    }
}
