//! What every store must do with the feed of revocations.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use service_kit::clock::{Clock, ManualClock};
use shared_models::revocations::RevocationKind;

use super::*;
use crate::{
    domain::roles::StoredScopes,
    store::{RoleOutcome, RoleWrite, UserOutcome},
};

async fn add(store: &dyn Store, value: &str) {
    store.revoke(RevocationKind::Key, value, &clock()).await.expect("ok");
}

pub(crate) async fn revocations_are_told_in_order_behind_a_cursor(store: &dyn Store) {
    let begun = now().unix_timestamp();
    assert_eq!(store.newest_revocation().await, Ok(0));
    let empty = store.revocations_after(0, 10, now()).await.expect("ok");
    assert_eq!((empty.entries.len(), empty.next), (0, 0));
    for value in ["a", "b", "c"] {
        add(store, value).await;
    }
    let all = store.revocations_after(0, 10, now()).await.expect("ok");
    assert_eq!(all.entries.iter().map(|entry| entry.value.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(all.entries[0].kind, RevocationKind::Key);
    assert!(all.entries[0].not_before > begun);
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
    let then = RevocationClock::new(Arc::new(ManualClock::new(ago(1000))), Duration::from_secs(300));
    store.revoke(RevocationKind::Subject, "old", &then).await.expect("ok");
    add(store, "new").await;
    let page = store.revocations_after(0, 10, now()).await.expect("ok");
    assert_eq!(page.entries.iter().map(|entry| entry.value.as_str()).collect::<Vec<_>>(), ["new"]);
}

pub(crate) async fn a_cursor_of_another_feed_starts_again(store: &dyn Store) {
    add(store, "a").await;
    let page = store.revocations_after(1_000_000, 10, now()).await.expect("ok");
    assert_eq!((page.entries.len(), page.next), (1, page.entries[0].seq));
}

/// Shows an earlier time at first and then stands still: as if the first commit had taken so much longer.
struct Late {
    first: AtomicBool,
    by: Duration,
    then: OffsetDateTime,
}

impl Clock for Late {
    fn now(&self) -> OffsetDateTime {
        if self.first.swap(false, Ordering::SeqCst) { self.then - self.by } else { self.then }
    }
}

/// To the first commit of this clock so many seconds pass.
pub(crate) fn late(seconds: u64) -> RevocationClock {
    let late = Late { first: AtomicBool::new(true), by: Duration::from_secs(seconds), then: now() };
    RevocationClock::new(Arc::new(late), Duration::from_secs(300))
}

/// The moments of all revocations of a user or client, and the `not_before` that it has.
async fn moments(store: &dyn Store, user: &str) -> (Vec<i64>, i64) {
    let revoked = store.revocations_of(RevocationKind::Subject, user).await.expect("ok");
    let not_before = store.user(user).await.expect("ok").map_or(0, |user| user.not_before);
    (revoked.into_iter().map(|entry| entry.not_before).collect(), not_before)
}

/// A token that another replica made while the commit was waited for must not outlive the answer.
pub(crate) async fn a_revocation_whose_commit_took_long_refuses_what_was_made_meanwhile(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let clock = late(8);
    store.revoke(RevocationKind::Subject, &user.id, &clock).await.expect("ok");
    let expected = clock.moment().not_before;
    let (revoked, not_before) = moments(store, &user.id).await;
    assert_eq!((revoked.last(), not_before), (Some(&expected), expected), "{revoked:?}");
    let clock = late(8);
    assert_eq!(
        store.delete_user(&user.id, &Change::default(), &clock, &some_entry()).await,
        Ok(UserOutcome::Done)
    );
    let (revoked, _) = moments(store, &user.id).await;
    assert_eq!(revoked.last(), Some(&clock.moment().not_before), "{revoked:?}");
}

pub(crate) async fn revocations_of_one_user_are_each_later_than_the_one_before(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let still = RevocationClock::new(Arc::new(ManualClock::new(now())), Duration::from_secs(300));
    for _ in 0..3 {
        store.revoke(RevocationKind::Subject, &user.id, &still).await.expect("ok");
    }
    let first = still.moment().not_before;
    assert_eq!(moments(store, &user.id).await, (vec![first, first + 1, first + 2], first + 2));
}

/// The moments of all revocations of these roles, in order, and the `not_before` of all roles.
async fn role_moments(store: &dyn Store, roles: &[String]) -> (Vec<i64>, i64) {
    let mut moments = Vec::new();
    for role in roles {
        let revoked = store.revocations_of(RevocationKind::Role, role).await.expect("ok");
        moments.extend(revoked.into_iter().map(|entry| entry.not_before));
    }
    moments.sort_unstable();
    (moments, store.roles().await.expect("ok").not_before)
}

/// A token may come from several roles: one that is as of the revocation of one of them must not outlive that of another.
pub(crate) async fn revocations_of_roles_are_each_later_than_the_one_before_whatever_the_role(
    store: &dyn Store,
) {
    assert_eq!(store.roles().await.expect("ok").not_before, 0);
    let roles: Vec<String> = (0..6).map(|n| format!("lab{n}")).collect();
    let at = |time| RevocationClock::new(Arc::new(ManualClock::new(time)), Duration::from_secs(300));
    let still = at(now());
    let all = roles.iter().map(|role| store.revoke(RevocationKind::Role, role, &still));
    assert_eq!(join_all(all).await, vec![Ok(()); 6]);
    let first = still.moment_for(RevocationKind::Role).not_before;
    let mut expected: Vec<i64> = (first..first + 6).collect();
    assert_eq!(role_moments(store, &roles).await, (expected.clone(), first + 5));
    // Nothing else raises it, and it is never lowered: what was made as of a clock that was ahead can be revoked too.
    add(store, "key").await;
    let far = now() + Duration::from_secs(200);
    let ahead = at(far).moment_for(RevocationKind::Role).not_before;
    for clock in [at(far), at(now())] {
        store.revoke(RevocationKind::Role, "lab0", &clock).await.expect("ok");
    }
    let corrected = store.correct_not_before(RevocationKind::Role, "lab0", ahead + 1, &clock()).await;
    assert_eq!(corrected, Ok(None));
    expected.extend([ahead, ahead + 1]);
    assert_eq!(role_moments(store, &roles).await, (expected, ahead + 1));
}

pub(crate) async fn a_narrowed_role_whose_commit_took_long_is_revoked_again(store: &dyn Store) {
    let clock = late(8);
    let write = |before: Option<&str>, next: &str| RoleWrite {
        name: "lab".into(),
        before: before.map(StoredScopes::read),
        next: next.parse().expect("scopes"),
        unheld: false,
        narrower: before.is_some(),
    };
    let made = write(None, "a:read b:read");
    assert_eq!(store.set_role(&made, &self::clock(), &some_entry()).await, Ok(RoleOutcome::Done));
    let narrowing = write(Some("a:read b:read"), "a:read");
    assert_eq!(store.set_role(&narrowing, &clock, &some_entry()).await, Ok(RoleOutcome::Done));
    let covering = clock.moment_for(RevocationKind::Role).not_before;
    let (moments, not_before) = role_moments(store, &["lab".into()]).await;
    assert_eq!((moments.last(), not_before), (Some(&covering), covering), "{moments:?}");
}

pub(crate) async fn a_moment_that_a_wrong_clock_wrote_is_corrected_to_now(store: &dyn Store) {
    let far = now().unix_timestamp() + 3600;
    let user = User { not_before: far, ..user("ada@example.org") };
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let (id, clock) = (user.id.as_str(), &clock());
    let correct = |found| async move {
        store.correct_not_before(RevocationKind::Subject, id, found, clock).await.expect("ok")
    };
    let lowered = correct(far).await.expect("ok");
    assert!(lowered > far - 3600 && !clock.is_too_far_ahead(lowered), "{lowered}");
    // Whoever read the wrong one before it was corrected changes nothing.
    assert_eq!(correct(far).await, Some(lowered));
    let nobody = store.correct_not_before(RevocationKind::Key, "nobody", far, clock).await;
    assert_eq!(nobody, Ok(None));
}

pub(crate) async fn the_revocations_of_one_value_are_found(store: &dyn Store) {
    add(store, "a").await;
    add(store, "b").await;
    assert_eq!(store.revocations_of(RevocationKind::Key, "a").await.expect("ok").len(), 1);
    assert_eq!(store.revocations_of(RevocationKind::Subject, "a").await.expect("ok").len(), 0);
}

pub(crate) async fn a_token_without_a_session_is_revoked_with_its_entry(store: &dyn Store) {
    let revoked = entry(Action::TokenRevoked, "jti");
    assert_eq!(store.revoke_token("jti", &clock(), &revoked).await, Ok(()));
    let page = store.revocations_after(0, 10, now()).await.expect("ok");
    let entries: Vec<_> = page.entries.iter().map(|entry| (entry.kind, entry.value.as_str())).collect();
    assert_eq!(entries, [(RevocationKind::Session, "jti")]);
    assert_eq!(recorded(store, "jti").await, std::slice::from_ref(&revoked));
    // An entry that cannot be written: its id is in use. Neither is there without the other.
    assert!(store.revoke_token("other", &clock(), &revoked).await.is_err());
    assert_eq!(store.revocations_of(RevocationKind::Session, "other").await, Ok(Vec::new()));
}
