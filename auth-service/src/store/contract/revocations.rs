//! What every store must do with the feed of revocations.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::*;

async fn add(store: &dyn Store, value: &str) {
    store.revoke(RevocationKind::Key, value, cut()).await.expect("ok");
}

pub(crate) async fn revocations_are_told_in_order_behind_a_cursor(store: &dyn Store) {
    assert_eq!(store.newest_revocation().await, Ok(0));
    let empty = store.revocations_after(0, 10, now()).await.expect("ok");
    assert_eq!((empty.entries.len(), empty.next), (0, 0));
    let cut = cut();
    for value in ["a", "b", "c"] {
        store.revoke(RevocationKind::Key, value, cut).await.expect("ok");
    }
    let all = store.revocations_after(0, 10, now()).await.expect("ok");
    assert_eq!(all.entries.iter().map(|entry| entry.value.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((all.entries[0].kind, all.entries[0].not_before), (RevocationKind::Key, cut.not_before));
    assert!(all.entries.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    assert_eq!(store.newest_revocation().await, Ok(all.next));
    let some = store.revocations_after(0, 2, now()).await.expect("ok");
    assert_eq!((some.entries.len(), some.next), (2, all.entries[1].seq));
    let rest = store.revocations_after(some.next, 2, now()).await.expect("ok");
    assert_eq!((rest.entries.len(), rest.next), (1, all.next));
    let none = store.revocations_after(all.next, 10, now()).await.expect("ok");
    assert_eq!((none.entries.len(), none.next), (0, all.next));
}

/// A reader that goes by the cursor while eight writers write sees each entry, once.
pub(crate) async fn writers_at_once_leave_no_gap_behind_any_cursor(store: &dyn Store) {
    const WRITERS: usize = 8;
    const EACH: usize = 12;
    let done = AtomicBool::new(false);
    let writing = async {
        join_all((0..WRITERS).map(|writer| async move {
            for turn in 0..EACH {
                add(store, &format!("{writer}-{turn}")).await;
            }
        }))
        .await;
        done.store(true, Ordering::SeqCst);
    };
    let reading = async {
        let (mut seen, mut cursor) = (Vec::new(), 0);
        loop {
            let last = done.load(Ordering::SeqCst);
            let page = store.revocations_after(cursor, 5, now()).await.expect("ok");
            cursor = page.next;
            let more = !page.entries.is_empty();
            seen.extend(page.entries.into_iter().map(|entry| entry.value));
            if last && !more {
                return seen;
            }
        }
    };
    let ((), mut seen) = tokio::join!(writing, reading);
    seen.sort();
    let mut expected: Vec<String> =
        (0..WRITERS).flat_map(|writer| (0..EACH).map(move |turn| format!("{writer}-{turn}"))).collect();
    expected.sort();
    assert_eq!(seen, expected);
}

pub(crate) async fn an_expired_revocation_is_not_told(store: &dyn Store) {
    let old = Cut::at(ago(1000), Duration::from_secs(300));
    store.revoke(RevocationKind::Subject, "old", old).await.expect("ok");
    add(store, "new").await;
    let page = store.revocations_after(0, 10, now()).await.expect("ok");
    assert_eq!(page.entries.iter().map(|entry| entry.value.as_str()).collect::<Vec<_>>(), ["new"]);
}

pub(crate) async fn a_cursor_of_another_feed_starts_again(store: &dyn Store) {
    add(store, "a").await;
    let page = store.revocations_after(1_000_000, 10, now()).await.expect("ok");
    assert_eq!((page.entries.len(), page.next), (1, page.entries[0].seq));
}

pub(crate) async fn the_revocations_of_one_value_are_found(store: &dyn Store) {
    add(store, "a").await;
    add(store, "b").await;
    assert_eq!(store.revocations_of(RevocationKind::Key, "a").await.expect("ok").len(), 1);
    assert_eq!(store.revocations_of(RevocationKind::Subject, "a").await.expect("ok").len(), 0);
}
