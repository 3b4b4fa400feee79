//! What every store must do with acts that end many sessions, and with many acts that end one.

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::*;
use crate::{
    domain::ending::Ending,
    store::{UserOutcome, UserWrite, grants_of, grants_of_keys},
};

fn disabling(user: &User) -> UserWrite {
    UserWrite {
        before: user.clone(),
        next: User { disabled: true, token_version: 1, ..user.clone() },
        given: Vec::new(),
        end_sessions: Some(EndReason::EndedByAdmin),
        revokes_tokens: true,
        projects: Change::default(),
    }
}

/// What the feed shows.
async fn revoked(store: &dyn Store) -> Vec<String> {
    let page = store.revocations_after(0, 100, now()).await.expect("ok");
    page.entries.into_iter().map(|entry| entry.value).collect()
}

pub(crate) async fn ending_all_sessions_raises_the_token_version_and_revokes_each(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let (mine, token) = open(store, &user.id).await;
    let (other, _) = open(store, &user.id).await;
    let (foreign, _) = open(store, "somebody else").await;
    let ending = entry(Action::SessionsEnded, &user.id);
    assert_eq!(store.end_sessions(&user, EndReason::EndedByUser, &clock(), &ending).await, Ok(true));
    assert_eq!(store.end_sessions(&user, EndReason::EndedByUser, &clock(), &some_entry()).await, Ok(false));
    assert_eq!(recorded(store, &user.id).await, [ending]);
    assert_eq!(store.user(&user.id).await.expect("ok").expect("ok").token_version, 1);
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    let mut entries = revoked(store).await;
    entries.sort();
    let mut expected = [mine.id, other.id];
    expected.sort();
    assert_eq!(entries, expected);
    assert_eq!(store.session(&foreign.id).await.expect("ok").expect("ok").ended, None);
    assert_eq!(store.pending_endings(now() + Duration::from_secs(60), 10).await, Ok(Vec::new()));
}

pub(crate) async fn disabling_a_user_revokes_once_however_many_sessions_there_are(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    for _ in 0..20 {
        open(store, &user.id).await;
    }
    let write = disabling(&user);
    let disabled = entry(Action::UserChanged, &user.id);
    let done = store.write_user(&write, &clock(), &disabled).await;
    assert_eq!(done, Ok(UserOutcome::Done));
    assert_eq!(recorded(store, &user.id).await, [disabled]);
    assert_eq!(store.revocations_of(RevocationKind::Subject, &user.id).await.expect("ok").len(), 1);
    let page = store.revocations_after(0, 100, now()).await.expect("ok");
    assert_eq!(page.entries.len(), 1, "one entry, however many sessions there are");
}

pub(crate) async fn what_an_act_left_is_ended_in_steps_by_the_next_process(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(open(store, &user.id).await.0.id);
    }
    let write = disabling(&user);
    store.write_user(&write, &clock(), &some_entry()).await.expect("ok");
    // The one who did it is gone. Of two who continue, one may stop half-way.
    let pending = store.pending_endings(now() + Duration::from_secs(60), 10).await.expect("ok");
    assert_eq!(pending.len(), 1);
    assert_eq!(store.end_some(&pending[0], 2, &clock()).await, Ok(false));
    finish_endings(store).await;
    for id in ids {
        let ended = store.session(&id).await.expect("ok").expect("ok").ended;
        assert_eq!(ended, Some(EndReason::EndedByAdmin));
    }
    assert_eq!(store.pending_endings(now() + Duration::from_secs(60), 10).await, Ok(Vec::new()));
}

/// What acts on clients and on the keys of users may leave.
pub(crate) fn notes() -> Vec<Ending> {
    let keys = vec!["key".to_owned(), "other".to_owned()];
    let of_keys = grants_of_keys("owner", keys, &some_entry());
    of_keys.into_iter().chain([grants_of("service", &some_entry())]).collect()
}

/// `notes` were left by acts that were broken off.
pub(crate) async fn the_grants_of_clients_end_also_where_the_act_was_broken_off(
    store: &dyn Store,
    notes: Vec<Ending>,
) {
    let found = store.pending_endings(now() + Duration::from_secs(60), 10).await.expect("ok");
    assert_eq!(found.len(), notes.len());
    assert!(notes.iter().all(|note| found.contains(note)), "{found:?}");
    let mut grants = Vec::new();
    for (user, actor, ends) in [("ada", "key", true), ("owner", "key", false), ("owner", "service", true)] {
        let delegation = Delegation { calculation: "c".into(), actor: actor.into(), through: None };
        let grant = Session { delegation: Some(delegation), ..opened(user, now()).0 };
        add_session(store, &grant).await;
        grants.push((grant.id, ends));
    }
    finish_endings(store).await;
    for (grant, ends) in grants {
        let ended = store.session(&grant).await.expect("ok").expect("ok").ended;
        assert_eq!(ended, ends.then_some(EndReason::ClientRevoked));
    }
    assert_eq!(store.pending_endings(now() + Duration::from_secs(60), 10).await, Ok(Vec::new()));
}

/// Endings of different sessions never wait for one another, however many there are.
pub(crate) async fn three_hundred_endings_at_once_all_succeed(store: &dyn Store) {
    let mut sessions = Vec::new();
    for user in 0..300 {
        let (session, _) = opened(&format!("u{user}"), now());
        add_session(store, &session).await;
        sessions.push(session);
    }
    let (clock, entry) = (clock(), Action::Logout);
    let ended =
        join_all(
            sessions.iter().map(|session| {
                let (clock, entry) = (&clock, self::entry(entry.clone(), &session.id));
                async move {
                    store.end_session(&session.user_id, &session.id, EndReason::Logout, clock, &entry).await
                }
            }),
        )
        .await;
    assert!(ended.iter().all(|ended| *ended == Ok(true)), "{ended:?}");
    let page = store.revocations_after(0, 1000, now()).await.expect("ok");
    assert_eq!(page.entries.len(), 300);
    assert!(page.entries.windows(2).all(|pair| pair[0].seq < pair[1].seq));
}
