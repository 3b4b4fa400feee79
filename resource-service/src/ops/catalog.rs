//! The collections that are served now: those of the store, and those of the files where the store has none.
//!
//! A replica keeps them in memory and asks the store again and again whether one has changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use service_kit::random::{Random, bytes};
use tokio::{
    sync::{Mutex, watch},
    time::sleep,
};

use super::error::ResourceError;
use crate::{
    domain::{catalog::Catalog, change::Position, collection::Collection, fault::DefinitionFault},
    metrics,
    store::{Store, StoreError, definitions::StoredDefinition},
};

/// The shortest pause between two looks, in milliseconds, and how much longer it can be: within five seconds every
/// replica has seen a change and made ready for it.
const PAUSE: u64 = 1500;
const JITTER: u64 = 1000;

/// What is served, swapped as a whole when a definition changes.
pub struct LiveCatalog {
    files: Catalog,
    served: ArcSwap<Served>,
    refreshing: Mutex<()>,
    changed: watch::Sender<()>,
}

/// What is served between two changes.
#[derive(Default)]
pub struct Served {
    /// The collections.
    pub catalog: Catalog,
    /// Of every definition that the store has, those taken away included.
    revisions: BTreeMap<String, i64>,
    /// Where the changes of a collection begin, if one of its name was removed before.
    begins: BTreeMap<String, Position>,
    /// Collections that the store defines.
    stored: BTreeSet<String>,
    /// Collections that cannot be served here.
    unusable: BTreeMap<String, Unusable>,
    /// Whether the store was asked at all.
    loaded: bool,
}

/// A collection that cannot be served here.
struct Unusable {
    why: String,
    /// Some of the documents that are in the way of an index.
    documents: Vec<String>,
    /// The collection, where its definition can be read.
    collection: Option<Arc<Collection>>,
}

/// The most documents in the way of an index that the log names.
const MAX_NAMED: usize = 10;

/// The state of a name when its definition is to be changed.
pub struct Standing {
    /// The definition's revision: 0 for one that was never in the store.
    pub revision: i64,
    /// The collection, where its definition can be read.
    pub collection: Option<Arc<Collection>>,
    /// Whether it is served.
    pub served: bool,
    /// Whether the store defines it.
    pub stored: bool,
    /// What a file says of it.
    pub file: Option<Arc<Collection>>,
}

impl Standing {
    /// Whether there is a collection of this name, served or not.
    pub fn exists(&self) -> bool {
        self.stored || self.file.is_some()
    }

    /// Whether there was a collection of this name and it was removed.
    pub fn is_removed(&self) -> bool {
        !self.exists() && self.revision > 0
    }
}

impl LiveCatalog {
    /// A catalog that knows these files and has not asked the store yet.
    pub fn new(files: Catalog) -> Self {
        let served = Served { catalog: files.clone(), ..Served::default() };
        let changed = watch::Sender::new(());
        Self { files, served: ArcSwap::from_pointee(served), refreshing: Mutex::default(), changed }
    }

    /// Wakes whenever something else is served.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// What is served at this moment.
    pub fn served(&self) -> Arc<Served> {
        self.served.load_full()
    }

    /// The collection of this name, where it is served.
    pub fn get(&self, name: &str) -> Option<Arc<Collection>> {
        self.served.load().catalog.get(name).cloned()
    }

    /// Whether a position lies among the changes of an earlier collection of this name, which was removed.
    pub fn is_before(&self, name: &str, position: Position) -> bool {
        self.served.load().begins.get(name).is_some_and(|begins| position <= *begins)
    }

    /// What is served, once the store has been asked.
    pub fn loaded(&self) -> Result<Arc<Served>, ResourceError> {
        let served = self.served.load_full();
        if served.loaded { Ok(served) } else { Err(ResourceError::Unavailable) }
    }

    /// The collection of this name, or why it is not served.
    pub fn find(&self, name: &str) -> Result<Arc<Collection>, ResourceError> {
        let served = self.loaded()?;
        match served.unusable.get(name) {
            Some(Unusable { collection: Some(_), why, .. }) => {
                let (name, why) = (name.to_owned(), why.clone());
                return Err(ResourceError::NotServed { name, why });
            }
            Some(_) => return Err(ResourceError::UnusableDefinition(name.to_owned())),
            None => {}
        }
        served.catalog.get(name).cloned().ok_or_else(|| ResourceError::UnknownCollection(name.to_owned()))
    }

    /// The state of a name, as of the last look at the store.
    pub fn standing(&self, name: &str) -> Standing {
        let served = self.served.load();
        let unserved = || served.unusable.get(name).and_then(|unusable| unusable.collection.as_ref());
        Standing {
            revision: served.revisions.get(name).copied().unwrap_or_default(),
            collection: served.catalog.get(name).or_else(unserved).cloned(),
            served: served.catalog.get(name).is_some(),
            stored: served.stored.contains(name),
            file: self.files.get(name).cloned(),
        }
    }

    /// Looks at the store; where a definition has changed, makes its indexes and then serves it.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), StoreError> {
        // Nobody waits behind others who look only.
        if self.is_up_to_date(store).await? {
            return Ok(());
        }
        let _one_at_a_time = self.refreshing.lock().await;
        if self.is_up_to_date(store).await? {
            return Ok(());
        }
        let before = self.served.load_full();
        let mut served = self.read(store.definitions().await?, &before);
        let fresh = |collection: &&Arc<Collection>| !before.serves(collection);
        let fresh: Vec<Arc<Collection>> = served.catalog.iter().filter(fresh).cloned().collect();
        for collection in fresh {
            match store.prepare(std::slice::from_ref(&collection)).await {
                Err(StoreError::Unindexable { why, .. }) => {
                    let why = format!("its documents {why}");
                    let documents = in_the_way(store, &collection).await?;
                    served.refuse(
                        collection.name(),
                        Unusable { why, documents, collection: Some(Arc::clone(&collection)) },
                    );
                }
                other => {
                    other?;
                    drop_wider(store, &collection).await?;
                }
            }
        }
        served.report(&before);
        self.served.store(Arc::new(served));
        self.changed.send_replace(());
        Ok(())
    }

    async fn is_up_to_date(&self, store: &dyn Store) -> Result<bool, StoreError> {
        Ok(self.served.load().loaded && store.definition_revisions().await? == self.served.load().revisions)
    }

    /// A definition in the store goes before the one of a file. What has not changed is not read again.
    fn read(&self, definitions: Vec<StoredDefinition>, before: &Served) -> Served {
        let mut served = Served { catalog: self.files.clone(), loaded: true, ..Served::default() };
        for StoredDefinition { name, revision, text, begins } in definitions {
            served.revisions.insert(name.clone(), revision);
            served.begins.extend(begins.map(|begins| (name.clone(), begins)));
            let Some(text) = text else { continue };
            served.stored.insert(name.clone());
            let same = before.revisions.get(&name) == Some(&revision);
            match before.catalog.get(&name).filter(|_| same) {
                Some(known) => served.catalog.put(Arc::clone(known)),
                None => match usable(&name, &text) {
                    Ok(collection) => served.catalog.put(Arc::new(collection)),
                    Err(fault) => {
                        let why = fault.to_string();
                        served.refuse(&name, Unusable { why, documents: Vec::new(), collection: None });
                    }
                },
            }
        }
        served
    }
}

/// Some of the documents that keep a unique index from being made.
async fn in_the_way(store: &dyn Store, collection: &Arc<Collection>) -> Result<Vec<String>, StoreError> {
    let missing = store.index_plan(collection).await?.build;
    let mut documents = Vec::new();
    for index in collection.indexes.iter().filter(|index| index.unique && missing.contains(&index.name)) {
        let found = store.duplicates(collection, index, MAX_NAMED).await?;
        documents.extend(found.into_iter().flat_map(|duplicate| duplicate.ids));
    }
    documents.truncate(MAX_NAMED);
    Ok(documents)
}

/// Drops unique indexes that an earlier version of the service made over the documents of all owners, where they are
/// seen by their owners alone.
async fn drop_wider(store: &dyn Store, collection: &Arc<Collection>) -> Result<(), StoreError> {
    if !collection.access.owner_only {
        return Ok(());
    }
    let undeclared = store.index_plan(collection).await?.drop;
    if undeclared.iter().any(|index| index.starts_with("unique")) {
        store.drop_undeclared(collection).await?;
    }
    Ok(())
}

fn usable(name: &str, text: &str) -> Result<Collection, DefinitionFault> {
    let collection = Collection::read(text)?;
    if collection.name() == name { Ok(collection) } else { Err("it is stored under another name".into()) }
}

impl Served {
    /// Whether this very collection is served, so that its indexes are there.
    fn serves(&self, collection: &Arc<Collection>) -> bool {
        self.loaded && self.catalog.get(collection.name()).is_some_and(|known| Arc::ptr_eq(known, collection))
    }

    /// The collections that cannot be served here.
    pub fn unusable(&self) -> Vec<String> {
        self.unusable.keys().cloned().collect()
    }

    fn refuse(&mut self, name: &str, why: Unusable) {
        self.catalog.remove(name);
        self.unusable.insert(name.to_owned(), why);
    }

    fn report(&self, before: &Self) {
        for (name, Unusable { why, documents, .. }) in &self.unusable {
            let known = before.unusable.get(name);
            if known.is_some_and(|known| known.why == *why && known.documents == *documents) {
                continue;
            }
            let documents = documents.join(", ");
            tracing::error!(collection.name = %name, %why, documents, "a definition cannot be used here; the others are served");
        }
        let unusable = u32::try_from(self.unusable.len()).unwrap_or(u32::MAX);
        metrics::UNUSABLE.get().set(unusable);
        if before.loaded {
            metrics::DEFINITION_CHANGES.get().increment(1);
            tracing::info!("definitions have changed");
        }
    }
}

/// Looks at the store for as long as the process runs. Failures are counted, and each kind is logged once.
pub async fn follow(catalog: Arc<LiveCatalog>, store: Arc<dyn Store>, random: Arc<dyn Random>) {
    let mut logged: Option<StoreError> = None;
    loop {
        let jitter = u64::from(u16::from_le_bytes(bytes(&*random))) % JITTER;
        sleep(Duration::from_millis(PAUSE + jitter)).await;
        match catalog.refresh(&*store).await {
            Ok(()) => logged = None,
            Err(error) => {
                metrics::DEFINITION_FAILURES.get().increment(1);
                if logged.as_ref() != Some(&error) {
                    tracing::warn!(%error, "definitions could not be read; retrying");
                    logged = Some(error);
                }
            }
        }
    }
}
