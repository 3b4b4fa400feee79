//! Documents that were read a moment ago, kept where their collection's `max_age` allows it. A cache that can be lost: no
//! copy is older than `max_age`, and none is shown that the caller may not see.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tokio::{
    runtime::Handle,
    time::{Instant, sleep},
};

use super::{
    Service,
    error::ResourceError,
    feed::{Feed, Received, Start},
};
use crate::{domain::collection::Collection, metrics, store::StoredDocument};

/// How many counters count written documents. Two documents that share one only cost a read.
const STRIPES: usize = 256;
/// The pause before changes that could not be followed are followed again.
const PAUSE: Duration = Duration::from_secs(1);

/// The copies.
pub struct Hot {
    copies: Cache<String, HotCopy>,
    /// How often documents were forgotten, by a hash of what they are kept under.
    forgotten: [AtomicU64; STRIPES],
    hasher: RandomState,
    /// The collections whose changes are followed, and when the last copy of each will be too old.
    followed: Mutex<HashMap<String, Instant>>,
    /// Where they are followed: a request's own worker may end before the process does.
    runtime: Handle,
}

/// A document as it was.
#[derive(Clone)]
struct HotCopy {
    /// The definition under which it was read: a collection that is created again under the same name has none of its copies.
    collection: Arc<Collection>,
    document: Arc<StoredDocument>,
    /// When the store was asked.
    read_at: OffsetDateTime,
    /// When it is gone, whatever its age.
    expires_at: Option<OffsetDateTime>,
}

/// A document, and how long ago the store was asked for it.
pub struct Read {
    /// The document.
    pub document: Arc<StoredDocument>,
    /// Its age.
    pub age: Duration,
}

impl Hot {
    /// Keeps at most about this many bytes, which are a part of the process's budget. To be made on the runtime on which changes shall be followed.
    pub fn new(capacity: u64) -> Self {
        let weight = |key: &String, copy: &HotCopy| {
            u32::try_from(key.len() + copy.document.json.len() + copy.document.owner.len() + 128)
                .unwrap_or(u32::MAX)
        };
        Self {
            copies: Cache::builder().max_capacity(capacity).weigher(weight).build(),
            forgotten: [const { AtomicU64::new(0) }; STRIPES],
            hasher: RandomState::new(),
            followed: Mutex::default(),
            runtime: Handle::current(),
        }
    }

    /// Lets go of a document that was written.
    pub fn forget(&self, collection: &str, id: &str) {
        let key = key(collection, id);
        // First the count: a reader who adds a copy after this sees that it may be out of date.
        self.count(&key).fetch_add(1, Ordering::SeqCst);
        self.copies.invalidate(&key);
    }

    /// Lets go of a document older than this revision, or of any if it is gone.
    fn outdate(&self, collection: &str, id: &str, revision: Option<i64>) {
        let key = key(collection, id);
        self.count(&key).fetch_add(1, Ordering::SeqCst);
        let new = |copy: HotCopy| revision.is_some_and(|revision| revision <= copy.document.revision);
        if !self.copies.get(&key).is_some_and(new) {
            self.copies.invalidate(&key);
        }
    }

    /// Lets go of everything, as when it is no longer known what was written.
    pub fn forget_all(&self) {
        self.forgotten.iter().for_each(|count| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        self.copies.invalidate_all();
    }

    /// From now on drops documents of this collection that are written on any replica, as soon as the store reports it.
    /// A copy made now is kept for `max_age` seconds.
    fn follow(self: &Arc<Self>, feed: &Feed, collection: &str, max_age: u64) {
        let until = Instant::now() + Duration::from_secs(max_age);
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = followed.get_mut(collection) {
            *known = until.max(*known);
        } else {
            followed.insert(collection.to_owned(), until);
            self.runtime.spawn(forget_what_changes(Arc::clone(self), feed.clone(), collection.to_owned()));
        }
    }

    /// Follows a collection no longer if all of its copies are too old; whether that is so.
    fn let_go(&self, collection: &str) -> bool {
        let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        let over = followed.get(collection).is_none_or(|until| *until <= Instant::now());
        if over {
            followed.remove(collection);
        }
        over
    }

    fn count(&self, key: &str) -> &AtomicU64 {
        let stripes = u64::try_from(STRIPES).unwrap_or(1);
        let stripe = usize::try_from(self.hasher.hash_one(key) % stripes).unwrap_or_default();
        &self.forgotten[stripe]
    }

    /// The copy, if it was read under this definition, is no older than `oldest` and has not expired.
    fn find(
        &self,
        collection: &Arc<Collection>,
        key: &str,
        oldest: Duration,
        now: OffsetDateTime,
    ) -> Option<Read> {
        let copy = self.copies.get(key).filter(|copy| Arc::ptr_eq(&copy.collection, collection))?;
        let age = Duration::try_from(now - copy.read_at).unwrap_or_default();
        let good = age < oldest && copy.expires_at.is_none_or(|at| now < at);
        good.then_some(Read { document: copy.document, age })
    }

    /// Keeps a copy, unless the document was forgotten since `count` was `seen`.
    fn keep(&self, key: &str, copy: HotCopy, seen: u64) {
        self.copies.insert(key.to_owned(), copy);
        if self.count(key).load(Ordering::SeqCst) != seen {
            self.copies.invalidate(key);
        }
    }
}

async fn forget_what_changes(hot: Arc<Hot>, feed: Feed, collection: String) {
    let names: Arc<[Arc<str>]> = [Arc::from(&*collection)].into();
    loop {
        if let Ok(mut changes) = feed.subscribe(Arc::clone(&names), Start::Now).await {
            // Changes written up to now may have been missed.
            hot.forget_all();
            while let Ok(received) = changes.next().await {
                if hot.let_go(&collection) {
                    return;
                }
                let Received::Changes(changes) = received else { continue };
                for change in &changes {
                    let revision = change.after.as_ref().map(|after| after.revision);
                    hot.outdate(&collection, &change.id, revision);
                }
            }
            hot.forget_all();
        }
        if hot.let_go(&collection) {
            return;
        }
        sleep(PAUSE).await;
    }
}

fn key(collection: &str, id: &str) -> String {
    [collection, "/", id].concat()
}

impl Service {
    /// The document, from the store or no older than `oldest`.
    pub(super) async fn read(
        &self,
        collection: &Arc<Collection>,
        id: &str,
        oldest: Duration,
    ) -> Result<Option<Read>, ResourceError> {
        let now = self.clock.now();
        let Some(max_age) = collection.max_age() else {
            let found = self.store.get(collection, id, now).await?;
            return Ok(found.map(|document| Read { document: Arc::new(document), age: Duration::ZERO }));
        };
        self.hot.follow(&self.feed, collection.name(), max_age);
        let key = key(collection.name(), id);
        if let Some(read) = self.hot.find(collection, &key, oldest, now) {
            metrics::HOT_DOCUMENTS.at(0).increment(1);
            return Ok(Some(read));
        }
        metrics::HOT_DOCUMENTS.at(1).increment(1);
        let seen = self.hot.count(&key).load(Ordering::SeqCst);
        let Some(document) = self.store.get(collection, id, now).await? else { return Ok(None) };
        let document = Arc::new(document);
        let expires_at = expiry(collection, &document)?;
        self.hot.keep(
            &key,
            HotCopy {
                collection: Arc::clone(collection),
                document: Arc::clone(&document),
                read_at: now,
                expires_at,
            },
            seen,
        );
        Ok(Some(Read { document, age: Duration::ZERO }))
    }
}

fn expiry(
    collection: &Collection,
    document: &StoredDocument,
) -> Result<Option<OffsetDateTime>, serde_json::Error> {
    if !collection.expires() {
        return Ok(None);
    }
    let members: Map<String, Value> = serde_json::from_str(&document.json)?;
    Ok(collection.expiry(&members))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static COLLECTION: LazyLock<Arc<Collection>> = LazyLock::new(crate::store::contract::collection);
    const NOW: OffsetDateTime = time::macros::datetime!(2026-01-31 12:00 UTC);

    fn copy(read_at: OffsetDateTime) -> HotCopy {
        let document = StoredDocument { json: "{}".into(), revision: 1, owner: "ada".into() };
        let collection = Arc::clone(&COLLECTION);
        HotCopy { collection, document: Arc::new(document), read_at, expires_at: None }
    }

    fn find(hot: &Hot, age: u64) -> bool {
        hot.find(&COLLECTION, "c/1", Duration::from_secs(10), NOW + Duration::from_secs(age)).is_some()
    }

    #[tokio::test]
    async fn a_copy_is_good_until_it_is_as_old_as_allowed() {
        let hot = Hot::new(1 << 20);
        hot.keep(&key("c", "1"), copy(NOW), 0);
        assert!(find(&hot, 9) && !find(&hot, 10));
    }

    #[tokio::test]
    async fn a_copy_is_of_one_definition_alone() {
        let hot = Hot::new(1 << 20);
        hot.keep(&key("c", "1"), copy(NOW), 0);
        let again = crate::store::contract::collection();
        assert!(hot.find(&again, "c/1", Duration::from_secs(10), NOW).is_none() && find(&hot, 0));
    }

    #[tokio::test]
    async fn a_copy_is_gone_when_its_document_expires() {
        let hot = Hot::new(1 << 20);
        let expires_at = Some(NOW + Duration::from_secs(5));
        hot.keep(&key("c", "1"), HotCopy { expires_at, ..copy(NOW) }, 0);
        assert!(find(&hot, 4) && !find(&hot, 5));
    }

    #[tokio::test]
    async fn a_copy_read_before_a_write_is_not_kept_after_it() {
        let hot = Hot::new(1 << 20);
        let seen = hot.count("c/1").load(Ordering::SeqCst);
        hot.forget("c", "1");
        hot.keep(&key("c", "1"), copy(NOW), seen);
        assert!(!find(&hot, 0));
        let seen = hot.count("c/1").load(Ordering::SeqCst);
        hot.keep(&key("c", "1"), copy(NOW), seen);
        assert!(find(&hot, 0));
        hot.forget_all();
        assert!(!find(&hot, 0));
    }
    #[tokio::test]
    async fn a_late_word_of_a_change_does_not_lose_a_copy_that_has_it() {
        let hot = Hot::new(1 << 20);
        hot.keep(&key("c", "1"), copy(NOW), 0);
        hot.outdate("c", "1", Some(1));
        assert!(find(&hot, 0));
        hot.outdate("c", "1", Some(2));
        assert!(!find(&hot, 0), "changed since");
        let seen = hot.count("c/1").load(Ordering::SeqCst);
        hot.keep(&key("c", "1"), copy(NOW), seen);
        hot.outdate("c", "1", None);
        assert!(!find(&hot, 0), "removed");
    }
}
