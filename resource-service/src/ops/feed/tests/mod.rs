//! One feed, several, and those who listen: on each store.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::json;
use tokio::time::timeout;

use super::*;
use crate::store::contract::{Fixture, document, on_both_stores};

on_both_stores! {
    a_listener_hears_what_is_made_from_then_on
    listeners_hear_of_their_collection_alone
    nobody_misses_or_doubles_a_change_wherever_they_go_on
    a_listener_who_missed_more_than_memory_holds_reads_the_log
    a_slow_listener_is_told_so
    a_position_that_nobody_was_given_is_refused
    a_feed_that_has_stopped_starts_again
    what_nobody_listens_to_takes_no_memory
    a_listener_to_another_collection_costs_nobody_a_change
    several_collections_are_one_stream_that_continues_anywhere
}

fn feed_of(f: &Fixture) -> Feed {
    Feed::new(Arc::clone(&f.store), &Budget::new(96 << 20))
}

fn of(names: &[&str]) -> Arc<[Arc<str>]> {
    names.iter().map(|name| Arc::from(*name)).collect()
}

const PATIENCE: Duration = Duration::from_secs(20);

async fn received(subscription: &mut Subscription) -> Result<Received, SubscriptionEnd> {
    timeout(PATIENCE, subscription.next()).await.expect("in time")
}

/// The ids of the next changes, and the position of the last one.
async fn take(subscription: &mut Subscription, count: usize) -> (Vec<String>, Position) {
    let (mut ids, mut position) = (Vec::new(), subscription.progress().least());
    while ids.len() < count {
        if let Received::Changes(changes) = received(subscription).await.expect("no end") {
            position = changes.last().expect("a change").position;
            ids.extend(changes.iter().map(|change| change.id.clone()));
        }
    }
    (ids, position)
}

async fn a_listener_hears_what_is_made_from_then_on(f: &Fixture) {
    let feed = feed_of(f);
    f.insert("before", json!({})).await;
    let mut one = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    f.insert("a", json!({})).await;
    let mut other = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    f.insert("b", json!({})).await;
    assert_eq!(take(&mut one, 2).await.0, ["a", "b"]);
    assert_eq!(take(&mut other, 1).await.0, ["b"]);
    assert_eq!(feed.0.state().topics.listeners(), 2);
    drop((one, other));
    assert_eq!(feed.0.state().topics.listeners(), 0);
}

async fn listeners_hear_of_their_collection_alone(f: &Fixture) {
    let feed = feed_of(f);
    let mut elsewhere = feed.subscribe(of(&["others"]), Start::Now).await.expect("ok");
    let mut here = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    f.insert("a", json!({})).await;
    let (_, position) = take(&mut here, 1).await;
    {
        let mut state = feed.0.state();
        state.beats += 1;
        state.topics.wake_all();
    }
    let Ok(Received::Beat(beat)) = received(&mut elsewhere).await else { panic!("not a beat") };
    assert!(beat.least().step >= position.step, "a listener without changes gets later positions too");
}

async fn nobody_misses_or_doubles_a_change_wherever_they_go_on(f: &Fixture) {
    const CHANGES: usize = 150;
    let feeds = [feed_of(f), feed_of(f)];
    let mut subscription = feeds[0].subscribe(of(&["things"]), Start::Now).await.expect("ok");
    let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
    let writer = tokio::spawn(async move {
        for n in 0..CHANGES {
            store.insert(&collection, document(&format!("{n:03}"), 1, json!({}))).await.expect("ok");
        }
    });
    let (mut ids, mut turn) = (Vec::new(), 0);
    while ids.len() < CHANGES {
        let (more, position) = take(&mut subscription, 1).await;
        ids.extend(more);
        // On at the same process, at another, or at one that has just started.
        turn += 1;
        let fresh = (turn < 30 && turn % 3 == 0).then(|| feed_of(f));
        let feed = fresh.as_ref().unwrap_or(&feeds[turn % 2]);
        subscription = loop {
            match feed.subscribe(of(&["things"]), Start::Behind(Progress::at(position, 1))).await {
                Ok(subscription) => break subscription,
                // As a client does that is answered 503.
                Err(StoreError::Unavailable(_)) => sleep(PAUSE).await,
                Err(error) => panic!("{error}"),
            }
        };
    }
    writer.await.expect("ok");
    let expected: Vec<String> = (0..CHANGES).map(|n| format!("{n:03}")).collect();
    assert_eq!(ids, expected);
}

async fn a_listener_who_missed_more_than_memory_holds_reads_the_log(f: &Fixture) {
    let start = f.store.position_now().await.expect("ok");
    let feed = feed_of(f);
    let keep = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    let text = "x".repeat(900 * 1024);
    for n in 0..12 {
        f.insert(&n.to_string(), json!({"s": text})).await;
    }
    let mut late = feed.subscribe(of(&["things"]), Start::Behind(Progress::at(start, 1))).await.expect("ok");
    assert_eq!(take(&mut late, 12).await.0, (0..12).map(|n| n.to_string()).collect::<Vec<_>>());
    f.insert("live", json!({})).await;
    assert_eq!(take(&mut late, 1).await.0, ["live"]);
    drop(keep);
}

async fn a_slow_listener_is_told_so(f: &Fixture) {
    let feed = feed_of(f);
    let mut slow = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    let mut quick = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    let text = "x".repeat(900 * 1024);
    for n in 0..12 {
        f.insert(&n.to_string(), json!({"s": text})).await;
        take(&mut quick, 1).await;
    }
    assert_eq!(received(&mut slow).await.err(), Some(SubscriptionEnd::Slow));
}

async fn a_position_that_nobody_was_given_is_refused(f: &Fixture) {
    let feed = feed_of(f);
    let now = f.store.position_now().await.expect("ok");
    for step in [now.step + (60 << 32), u64::MAX] {
        let refused =
            feed.subscribe(of(&["things"]), Start::Behind(Progress::at(Position { step, part: 0 }, 1))).await;
        assert_eq!(refused.err(), Some(StoreError::PositionLost));
    }
}

async fn a_feed_that_has_stopped_starts_again(f: &Fixture) {
    let feed = feed_of(f);
    let mut first = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    f.insert("a", json!({})).await;
    let (_, position) = take(&mut first, 1).await;
    feed.0.state().stop(1);
    assert_eq!(
        received(&mut first).await.err(),
        Some(SubscriptionEnd::Lost),
        "a subscriber that still listened is notified"
    );
    drop(first);
    f.insert("b", json!({})).await;
    let mut again =
        feed.subscribe(of(&["things"]), Start::Behind(Progress::at(position, 1))).await.expect("ok");
    f.insert("c", json!({})).await;
    let ids: BTreeSet<String> = take(&mut again, 2).await.0.into_iter().collect();
    assert_eq!(ids, ["b".to_owned(), "c".to_owned()].into());
}

async fn what_nobody_listens_to_takes_no_memory(f: &Fixture) {
    let budget = Budget::new(96 << 20);
    let feed = Feed::new(Arc::clone(&f.store), &budget);
    let quiet = feed.subscribe(of(&["quiet"]), Start::Now).await.expect("ok");
    let text = "x".repeat(100 * 1024);
    for n in 0..5 {
        f.insert(&n.to_string(), json!({"s": text})).await;
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(budget.taken(), 0, "no change of a collection that nobody listens to");
    let mut things = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    f.insert("heard", json!({"s": text})).await;
    assert_eq!(take(&mut things, 1).await.0, ["heard"]);
    assert!((100 * 1024..1024 * 1024).contains(&budget.taken()), "{}", budget.taken());
    drop(things);
    assert!(feed.0.state().topics.retain());
    assert_eq!((budget.taken(), feed.0.state().topics.names()), (0, vec!["quiet".into()]));
    drop(quiet);
}

async fn a_listener_to_another_collection_costs_nobody_a_change(f: &Fixture) {
    const CHANGES: usize = 60;
    let feed = feed_of(f);
    let mut things = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    let (store, collection) = (Arc::clone(&f.store), Arc::clone(&f.collection));
    let writer = tokio::spawn(async move {
        for n in 0..CHANGES {
            store.insert(&collection, document(&format!("{n:03}"), 1, json!({}))).await.expect("ok");
        }
    });
    // Each of them restarts the reading of the store, while changes are being made.
    let mut others = Vec::new();
    for n in 0..8 {
        others.push(feed.subscribe(of(&[&format!("other{n}")]), Start::Now).await.expect("ok"));
    }
    let expected: Vec<String> = (0..CHANGES).map(|n| format!("{n:03}")).collect();
    assert_eq!(take(&mut things, CHANGES).await.0, expected);
    writer.await.expect("ok");
}

#[tokio::test]
async fn a_listener_who_waits_for_the_log_is_sent_beats() {
    let f = Fixture::sqlite().await;
    let feed = feed_of(&f);
    let start = f.store.position_now().await.expect("ok");
    f.insert("a", json!({})).await;
    let _keep = feed.subscribe(of(&["things"]), Start::Now).await.expect("ok");
    let others = feed.0.catching_up.acquire_many(4).await.expect("ok");
    let mut late = feed.subscribe(of(&["things"]), Start::Behind(Progress::at(start, 1))).await.expect("ok");
    tokio::time::pause();
    for _ in 0..2 {
        let beat = received(&mut late).await;
        assert!(matches!(beat, Ok(Received::Beat(ref reached)) if reached.least() == start), "{beat:?}");
    }
    tokio::time::resume();
    drop(others);
    assert_eq!(take(&mut late, 1).await.0, ["a"]);
    f.end().await;
}

/// The next changes of several collections, and how far each brings who receives it.
async fn take_several(
    subscription: &mut Subscription,
    names: &[Arc<str>],
    count: usize,
) -> Vec<(String, Progress)> {
    let (mut taken, mut progress) = (Vec::new(), subscription.progress().clone());
    while taken.len() < count {
        match received(subscription).await.expect("no end") {
            Received::Beat(reached) => progress = reached,
            Received::Changes(changes) => {
                for change in changes {
                    let at = names.iter().position(|name| *name == change.collection).expect("one of these");
                    progress.pass(at, change.position);
                    taken.push((change.id.clone(), progress.clone()));
                }
            }
        }
    }
    taken
}

async fn several_collections_are_one_stream_that_continues_anywhere(f: &Fixture) {
    const CHANGES: usize = 60;
    let names = of(&["bin", "kept", "things"]);
    let feeds = [feed_of(f), feed_of(f)];
    let mut subscription = feeds[0].subscribe(Arc::clone(&names), Start::Now).await.expect("ok");
    let (store, collections) = (Arc::clone(&f.store), f.all());
    let writer = tokio::spawn(async move {
        for n in 0..CHANGES {
            let id = format!("{n:03}");
            store.insert(&collections[n % 3], document(&id, 1, json!({}))).await.expect("ok");
        }
    });
    let (mut ids, mut turn) = (Vec::new(), 0);
    while ids.len() < CHANGES {
        // Whatever else came with it is received again.
        let (id, progress) = take_several(&mut subscription, &names, 1).await.swap_remove(0);
        ids.push(id);
        turn += 1;
        let fresh = (turn < 30 && turn % 3 == 0).then(|| feed_of(f));
        let feed = fresh.as_ref().unwrap_or(&feeds[turn % 2]);
        let text = progress.id(&names).to_string();
        let progress = Progress::read(&text, &names).expect("an id");
        subscription = loop {
            match feed.subscribe(Arc::clone(&names), Start::Behind(progress.clone())).await {
                Ok(subscription) => break subscription,
                Err(StoreError::Unavailable(_)) => sleep(PAUSE).await,
                Err(error) => panic!("{error}"),
            }
        };
    }
    writer.await.expect("ok");
    let expected: Vec<String> = (0..CHANGES).map(|n| format!("{n:03}")).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn a_stream_continues_within_a_transaction_of_several_collections() {
    let f = Fixture::mongo().await;
    let (feed, names) = (feed_of(&f), of(&["kept", "things"]));
    let mut live = feed.subscribe(Arc::clone(&names), Start::Now).await.expect("ok");
    f.write_at_once(&names).await;
    f.insert("after", json!({})).await;
    let all = take_several(&mut live, &names, 5).await;
    let ids = |taken: &[(String, Progress)]| taken.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(
        ids(&all).iter().map(String::as_str).collect::<BTreeSet<_>>(),
        ["after", "kept0", "kept1", "things0", "things1"].into()
    );
    let step = all[0].1.least().step;
    assert!(all[..4].iter().all(|(_, progress)| progress.least().step == step), "{all:?}");
    for behind in 0..4 {
        for feed in [feed.clone(), feed_of(&f)] {
            let start = Start::Behind(all[behind].1.clone());
            let mut again = feed.subscribe(Arc::clone(&names), start).await.expect("ok");
            let rest = take_several(&mut again, &names, 4 - behind).await;
            let [mut expected, mut found] = [ids(&all[behind + 1..]), ids(&rest)];
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "behind {behind}");
            assert_eq!(rest.last().expect("one").0, "after");
        }
    }
    f.end().await;
}
