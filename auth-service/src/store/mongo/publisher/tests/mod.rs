//! Publishers that meet, that die half-way, and that find what was committed long ago.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::future::join_all;
use mongodb::bson::{DateTime, Document};
use service_kit::{
    clock::{ManualClock, SystemClock},
    store::mongo::connect_strictly,
};
use shared_models::revocations::{Revocation, RevocationKind, RevocationPage};
use time::OffsetDateTime;

use super::*;
use crate::{
    domain::{audit::Action, user::User},
    store::{
        Revocations as _, Roles as _, Store as _, Users as _,
        contract::{self, Fixture as _},
        mongo::{MongoStore, outbox::OUTBOX, tests::Fixture},
    },
};

fn clock() -> RevocationClock {
    RevocationClock::new(Arc::new(SystemClock), Duration::from_secs(300))
}

fn seconds() -> i64 {
    service_kit::clock::Clock::now(&SystemClock).unix_timestamp()
}

/// What an act would have put into the outbox so many seconds ago.
fn committed(kind: &str, value: &str, ago: i64) -> Document {
    let taken_at = seconds() - ago;
    doc! {
        "_id": ObjectId::new(), "kind": kind, "value": value, "taken_at": DateTime::from_millis(taken_at * 1000),
        "not_before": taken_at + 3, "expires_at": taken_at + 368,
    }
}

/// The same as its publisher put it into the feed.
fn placed(pending: &Document, seq: i64) -> Document {
    let mut entry = pending.clone();
    entry.remove("taken_at");
    let expires_at = entry.get_i64("expires_at").unwrap();
    entry.insert("_id", seq);
    entry.insert("purge_at", DateTime::from_millis(expires_at * 1000));
    entry
}

async fn insert(store: &MongoStore, collection: &str, documents: &[Document]) {
    store.database.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

async fn set_counter(store: &MongoStore, value: i64) {
    counters(&store.database)
        .clone_with_type()
        .insert_one(doc! { "_id": COUNTER, "value": value })
        .await
        .unwrap();
}

async fn waiting(store: &MongoStore) -> u64 {
    outbox(&store.database).count_documents(doc! {}).await.unwrap()
}

/// What a reader finds behind a cursor.
async fn behind(store: &MongoStore, cursor: i64) -> RevocationPage {
    store.revocations_after(cursor, 1000, OffsetDateTime::UNIX_EPOCH).await.unwrap()
}

fn values(page: &RevocationPage) -> Vec<&str> {
    page.entries.iter().map(|entry| entry.value.as_str()).collect()
}

#[tokio::test]
async fn what_was_committed_late_refuses_whatever_was_made_meanwhile() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let user = User { not_before: 7, ..contract::user("ada@example.org") };
    store.insert_user(&user, &[], &contract::entry(Action::UserCreated, &user.id)).await.unwrap();
    // By a version that did not note when the moment was taken.
    let mut unknown = committed("key", "unknown", 0);
    unknown.remove("taken_at");
    let entries = [
        unknown,
        committed("subject", &user.id, 100),
        committed("role", "scientist", 100),
        committed("session", "s", 1000),
        committed("key", "gone", 2),
        committed("key", "just now", 0),
    ];
    insert(store, OUTBOX, &entries).await;
    let still = Arc::new(ManualClock::new(OffsetDateTime::from_unix_timestamp(seconds() + 1).unwrap()));
    let clock = RevocationClock::new(still, Duration::from_secs(300));
    store.publish_revocations(&clock).await.unwrap();
    let page = behind(store, 0).await;
    assert_eq!(values(&page), ["unknown", &user.id, "scientist", "s", "gone", "just now"]);
    let (moment, of_role) = (clock.moment(), clock.moment_for(RevocationKind::Role));
    let said = page.entries.iter().map(|entry| (entry.not_before, entry.expires_at));
    let mut expected = [(moment.not_before, moment.expires_at); 6];
    expected[2] = (of_role.not_before, of_role.expires_at);
    let own = |field| entries[5].get_i64(field).unwrap();
    expected[5] = (own("not_before"), own("expires_at"));
    assert_eq!(said.collect::<Vec<_>>(), expected);
    assert_eq!(store.user(&user.id).await.unwrap().unwrap().not_before, moment.not_before);
    assert_eq!(store.roles().await.unwrap().not_before, of_role.not_before);
    fixture.drop().await;
}

#[tokio::test]
async fn tries_that_fail_do_not_lead_the_moment_of_a_user_ahead() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    let ahead = seconds() + 4;
    let user = User { not_before: ahead, ..contract::user("ada@example.org") };
    store.insert_user(&user, &[], &contract::entry(Action::UserCreated, &user.id)).await.unwrap();
    for _ in 0..5 {
        insert(store, OUTBOX, &[committed("subject", &user.id, 100)]).await;
        let (entries, failure) =
            cover(&store.database, read(&store.database).await.unwrap().pending, &clock()).await;
        assert!(failure.is_none());
        let entry = entries.into_iter().map(|entry| Revocation::from(entry.at(1))).next().unwrap();
        let now = store.user(&user.id).await.unwrap().unwrap().not_before;
        assert_eq!(entry.not_before, now);
        assert!((ahead..=seconds() + 4).contains(&now), "{now} {ahead}");
    }
    fixture.drop().await;
}

#[tokio::test]
async fn what_a_publisher_left_above_the_counter_is_seen_with_what_is_published_next() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    store.prepare().await.unwrap();
    let entries = ["a", "b", "c"].map(|value| committed("session", value, 0));
    insert(store, OUTBOX, &entries).await;
    let feed: Vec<_> = entries.iter().zip(8..).map(|(entry, seq)| placed(entry, seq)).collect();
    insert(store, "cutoffs", &feed).await;
    for (counter, cursor) in [(None, 0), (Some(7), 7)] {
        if let Some(counter) = counter {
            set_counter(store, counter).await;
        }
        let page = behind(store, cursor).await;
        assert_eq!(
            (page.entries.len(), page.next),
            (0, cursor),
            "nothing is seen before the counter says so"
        );
    }
    store.publish_revocations(&clock()).await.unwrap();
    let page = behind(store, 7).await;
    assert_eq!(values(&page), ["a", "b", "c", "a", "b", "c"]);
    assert_eq!((page.next, waiting(store).await), (13, 0));
    fixture.drop().await;
}

#[tokio::test]
async fn what_a_publisher_left_in_the_outbox_is_published_once_more() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    store.prepare().await.unwrap();
    let entries = ["a", "b"].map(|value| committed("session", value, 0));
    insert(store, OUTBOX, &entries).await;
    insert(store, "cutoffs", &[placed(&entries[0], 1), placed(&entries[1], 2)]).await;
    set_counter(store, 2).await;
    assert_eq!(values(&behind(store, 0).await), ["a", "b"]);
    store.publish_revocations(&clock()).await.unwrap();
    let page = behind(store, 2).await;
    assert_eq!((values(&page), page.next, waiting(store).await), (vec!["a", "b"], 4, 0));
    fixture.drop().await;
}

/// The insert reached the server when the entries at its places had expired.
#[tokio::test]
async fn what_was_inserted_below_the_counter_stays_in_the_outbox_and_is_published_behind_no_cursor() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    store.prepare().await.unwrap();
    insert(store, OUTBOX, &["a", "b"].map(|value| committed("session", value, 0))).await;
    let late = read(&store.database).await.unwrap();
    assert_eq!((late.next, late.pending.len()), (1, 2));
    set_counter(store, 1).await;
    assert_eq!(place(&store.database, late.next, late.pending).await, Ok(Placed::Overtaken));
    assert_eq!(waiting(store).await, 2);
    store.publish_revocations(&clock()).await.unwrap();
    let page = behind(store, 2).await;
    assert_eq!((values(&page), page.next, waiting(store).await), (vec!["a", "b"], 4, 0));
    fixture.drop().await;
}

#[tokio::test]
async fn of_two_who_take_the_same_place_one_begins_again() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    store.prepare().await.unwrap();
    insert(store, OUTBOX, &[committed("session", "a", 0)]).await;
    let (one, other) = (read(&store.database).await.unwrap(), read(&store.database).await.unwrap());
    assert_eq!((one.next, other.next), (1, 1));
    assert_eq!(place(&store.database, one.next, one.pending).await, Ok(Placed::Done));
    assert_eq!(place(&store.database, other.next, other.pending).await, Ok(Placed::Overtaken));
    store.publish_revocations(&clock()).await.unwrap();
    let page = behind(store, 0).await;
    assert_eq!((values(&page), page.next), (vec!["a"], 1));
    fixture.drop().await;
}

/// Several processes on one database.
#[expect(clippy::disallowed_methods, reason = "the test run says where MongoDB is")]
async fn processes(fixture: &Fixture, many: usize) -> Vec<Arc<MongoStore>> {
    let url = std::env::var("TESSERA_TEST_MONGO").expect("TESSERA_TEST_MONGO must hold a mongodb:// URL");
    let name = fixture.store.database.name();
    let processes = (0..many).map(|_| async {
        let server = connect_strictly(&url.clone().into(), name).await.unwrap().with_database(name);
        Arc::new(MongoStore::new(server))
    });
    join_all(processes).await
}

/// Follows the feed by its cursor until all is written and nothing comes any more.
async fn follow(store: Arc<MongoStore>, written: Arc<AtomicBool>) -> Vec<Revocation> {
    let (mut seen, mut cursor) = (Vec::new(), 0);
    loop {
        let is_last = written.load(Ordering::SeqCst);
        let page = store.revocations_after(cursor, 20, OffsetDateTime::UNIX_EPOCH).await.unwrap();
        assert!(page.next >= cursor, "{} {cursor}", page.next);
        let none = page.entries.is_empty();
        (cursor, seen) = (page.next, [seen, page.entries].concat());
        if is_last && none {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_publish_at_once_a_follower_sees_every_entry_of_the_feed() {
    const PROCESSES: usize = 4;
    const ACTS: usize = 5;
    const EACH: usize = 15;
    let fixture = Fixture::new().await;
    let processes = processes(&fixture, PROCESSES).await;
    let written = Arc::new(AtomicBool::new(false));
    let followers: Vec<_> =
        processes.iter().map(|store| tokio::spawn(follow(Arc::clone(store), Arc::clone(&written)))).collect();
    let mut acts = Vec::new();
    for (process, store) in processes.iter().enumerate() {
        for act in 0..ACTS {
            let store = Arc::clone(store);
            acts.push(tokio::spawn(async move {
                for n in 0..EACH {
                    let value = format!("{process}-{act}-{n}");
                    let cursor = store.newest_revocation().await.unwrap();
                    store.revoke(RevocationKind::Session, &value, &clock()).await.unwrap();
                    let page = behind(&store, cursor).await;
                    assert!(
                        values(&page).contains(&value.as_str()),
                        "{value} is not shown once it is acknowledged"
                    );
                }
            }));
        }
    }
    for act in acts {
        act.await.unwrap();
    }
    written.store(true, Ordering::SeqCst);
    let all: Vec<i64> = feed(&fixture.store.database)
        .find(doc! {})
        .sort(doc! { "_id": 1 })
        .await
        .unwrap()
        .map_ok(|entry| entry.seq)
        .try_collect()
        .await
        .unwrap();
    assert!(all.iter().copied().eq((1..).take(all.len())), "a place is left out: {all:?}");
    for follower in followers {
        let seen = follower.await.unwrap();
        assert_eq!(seen.iter().map(|entry| entry.seq).collect::<Vec<_>>(), all);
        let values: BTreeSet<&str> = seen.iter().map(|entry| entry.value.as_str()).collect();
        assert_eq!(values.len(), PROCESSES * ACTS * EACH);
    }
    assert_eq!(waiting(&fixture.store).await, 0);
    fixture.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_publish_the_first_revocations_at_once_make_one_counter() {
    let fixture = Fixture::new().await;
    let processes = processes(&fixture, 6).await;
    let clock = clock();
    let first = processes.iter().enumerate().map(|(n, store)| {
        let clock = &clock;
        async move { store.revoke(RevocationKind::Session, &n.to_string(), clock).await }
    });
    assert_eq!(join_all(first).await, vec![Ok(()); 6]);
    let page = behind(&fixture.store, 0).await;
    assert_eq!(
        values(&page).into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from(["0", "1", "2", "3", "4", "5"])
    );
    assert_eq!(counters(&fixture.store.database).count_documents(doc! { "_id": COUNTER }).await.unwrap(), 1);
    fixture.drop().await;
}
