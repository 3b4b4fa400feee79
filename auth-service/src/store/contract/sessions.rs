//! What every store must do with sessions.

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::*;
use crate::domain::step::{Moment, step};
use crate::store::SessionFilter;

/// A stored session that was rotated `seconds` ago, and the token that was used then.
async fn rotated_ago(store: &dyn Store, seconds: i64) -> (Session, RefreshToken, Secret) {
    let (session, token) = opened("u", ago(seconds + 1));
    let presented = presented(&token);
    let session =
        step(&session, &presented, Moment { now: ago(seconds), waited: Duration::ZERO }).write.expect("ok");
    add_session(store, &session).await;
    (session, token, presented.successor)
}

pub(crate) async fn a_session_is_read_back_as_written(store: &dyn Store) {
    let (fresh, _) = open(store, "u").await;
    assert_eq!(store.session(&fresh.id).await, Ok(Some(fresh)));
    let handed_on = Delegation { calculation: "c".into(), actor: "a".into(), through: Some("k".into()) };
    let handed_on = Session { delegation: Some(handed_on), ..opened("u", now()).0 };
    add_session(store, &handed_on).await;
    assert_eq!(store.session(&handed_on.id).await, Ok(Some(handed_on)));
    let (rotated, _, _) = rotated_ago(store, 10).await;
    assert_eq!(store.session(&rotated.id).await, Ok(Some(rotated)));
    let ended =
        Session { scope: None, device: None, address: None, ..opened("u", now()).0 }.end(EndReason::Theft);
    add_session(store, &ended).await;
    assert_eq!(store.session(&ended.id).await, Ok(Some(ended)));
    assert_eq!(store.session("none").await, Ok(None));
}

pub(crate) async fn only_live_sessions_are_listed_newest_first(store: &dyn Store) {
    let (older, _) = opened("u", ago(60));
    let (newer, _) = opened("u", now());
    let (idle, _) = opened("u", ago(3600));
    let ended = opened("u", now()).0.end(EndReason::Logout);
    let (foreign, _) = opened("v", now());
    for session in [&older, &newer, &idle, &ended, &foreign] {
        add_session(store, session).await;
    }
    let outdated = Session { token_version: 1, ..opened("u", now()).0 };
    add_session(store, &outdated).await;
    assert_eq!(store.live_sessions(&live("u"), now()).await, Ok(vec![newer, older]));
}

pub(super) fn live(user_id: &str) -> SessionFilter {
    SessionFilter { user_id: user_id.into(), token_version: 0, after: None, limit: 1000 }
}

pub(crate) async fn a_current_token_rotates(store: &dyn Store) {
    let (before, token) = open(store, "u").await;
    let presented = presented(&token);
    let Rotation::Refreshed(after, secret) =
        store.rotate(&presented, now(), &clock(), &some_entry()).await.expect("ok")
    else {
        panic!("not refreshed")
    };
    assert_eq!(secret, presented.successor);
    assert_eq!(store.session(&after.id).await.expect("ok").as_ref(), Some(&after));
    assert_eq!((after.generation, after.version), (1, 1));
    assert_eq!(after.idle_expires_at, after.last_used_at + LIFETIMES.idle);
    assert!(after.last_used_at >= before.last_used_at);
    let previous = after.previous.expect("ok");
    assert_eq!((previous.digest, previous.at), (before.current, after.last_used_at));
    assert_eq!(token.secret.unseal(&before.id, previous.sealed), secret);
}

pub(crate) async fn fifty_concurrent_refreshes_share_one_successor(store: &dyn Store) {
    let (session, token) = open(store, "u").await;
    let rotations = join_all((0..50).map(|_| rotate(store, &token))).await;
    let secrets: Vec<Secret> = rotations.into_iter().map(secret_of).collect();
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    assert_eq!(store.session(&session.id).await.expect("ok").expect("ok").generation, 1);
    secret_of(rotate(store, &token.followed_by(secrets[0].clone())).await);
}

pub(crate) async fn a_lost_response_is_repeated(store: &dyn Store) {
    let (_, token) = open(store, "u").await;
    let presented = presented(&token);
    for _ in 0..2 {
        let refreshed = store.rotate(&presented, now(), &clock(), &some_entry()).await.expect("ok");
        assert_eq!(secret_of(refreshed), presented.successor);
    }
}

pub(crate) async fn a_replay_after_the_grace_ends_the_session(store: &dyn Store) {
    let (session, token, successor) = rotated_ago(store, 31).await;
    assert!(matches!(rotate(store, &token).await, Rotation::Stolen(_)));
    assert_eq!(store.revocations_of(RevocationKind::Session, &session.id).await.expect("ok").len(), 1);
    assert_eq!(store.session(&session.id).await.expect("ok").expect("ok").ended, Some(EndReason::Theft));
    assert_eq!(rotate(store, &token.followed_by(successor)).await, Rotation::Refused);
}

pub(crate) async fn a_late_repeat_writes_nothing(store: &dyn Store) {
    // They all arrive now, however long the store takes for them.
    let arrived = Instant::now();
    let (session, token, successor) = rotated_ago(store, 20).await;
    for _ in 0..50 {
        let repeat = Presented { arrived, ..presented(&token) };
        let rotation = store.rotate(&repeat, now(), &clock(), &some_entry()).await.expect("ok");
        assert_eq!(secret_of(rotation), successor);
    }
    assert_eq!(store.session(&session.id).await, Ok(Some(session)));
}

/// The token, by a request that arrived some seconds before the store gets to it.
fn arrived_ago(token: &RefreshToken, seconds: u64) -> Presented {
    let arrived = Instant::now().checked_sub(Duration::from_secs(seconds)).expect("a machine that is up");
    Presented { arrived, ..presented(token) }
}

pub(crate) async fn a_repeat_is_judged_by_when_it_arrived(store: &dyn Store) {
    let (session, token, successor) = rotated_ago(store, 40).await;
    let in_time = store.rotate(&arrived_ago(&token, 20), now(), &clock(), &some_entry()).await.expect("ok");
    assert_eq!(secret_of(in_time), successor);
    assert_eq!(store.session(&session.id).await, Ok(Some(session)));
    let late = store.rotate(&arrived_ago(&token, 5), now(), &clock(), &some_entry()).await.expect("ok");
    assert!(matches!(late, Rotation::Stolen(_)), "{late:?}");
}

/// Sessions in every state that decides about a refresh, margins of seconds from the next one, each with the token that
/// opened it and the one that is current.
fn states() -> Vec<(Session, RefreshToken, RefreshToken)> {
    let fresh = opened("u", ago(5));
    let idle = opened("u", ago(3610));
    let (old, token) = opened("u", ago(43210));
    let old = (Session { idle_expires_at: now() + Duration::from_secs(60), ..old }, token);
    let (live, token) = opened("u", ago(5));
    let ended = (live.end(EndReason::Logout), token);
    let mut states: Vec<_> =
        [fresh, idle, old, ended].map(|(session, token)| (session, token.clone(), token)).into();
    // The last one by a clock that is ahead.
    for seconds in [5, 45, -100] {
        let (session, token) = opened("u", ago(60));
        let presented = presented(&token);
        let moment = Moment { now: ago(seconds), waited: Duration::ZERO };
        let session = step(&session, &presented, moment).write.expect("ok");
        states.push((session, token.clone(), token.followed_by(presented.successor)));
    }
    states
}

pub(crate) async fn a_refresh_does_what_step_decides_in_every_state(store: &dyn Store) {
    for number in 0..states().len() {
        for (which, waited) in (0..5).flat_map(|which| [0, 20].map(|waited| (which, waited))) {
            // Each time anew: only their times differ.
            let (session, first, current) = states().swap_remove(number);
            add_session(store, &session).await;
            let token = match which {
                0 | 4 => current,
                1 => first,
                2 => current.followed_by(Secret::new(&OsRandom)),
                _ => RefreshToken { session_secret: Secret::new(&OsRandom), ..current },
            };
            let client_id = if which == 4 { "another" } else { "tessera" };
            let presented = Presented { client_id: client_id.into(), ..arrived_ago(&token, waited) };
            let moment = Moment { now: now(), waited: Duration::from_secs(waited) };
            let decided = step(&session, &presented, moment);
            let case = format!("state {number}, token {which}, {waited} s late");
            let done = store.rotate(&presented, now(), &clock(), &some_entry()).await.expect("ok");
            let stored = store.session(&session.id).await.expect("ok").expect("ok");
            let Some(expected) = decided.write else {
                assert_eq!((done, &stored), (decided.rotation, &session), "{case}");
                continue;
            };
            // The store goes by its own clock.
            let Session { last_used_at, idle_expires_at, .. } = stored;
            let at = stored.previous.as_ref().map(|previous| previous.at);
            let previous = expected.previous.zip(at).map(|(previous, at)| Previous { at, ..previous });
            let expected = Session { previous, last_used_at, idle_expires_at, ..expected };
            assert_eq!(stored, expected, "{case}");
            match (done, decided.rotation) {
                (Rotation::Refreshed(session, secret), Rotation::Refreshed(_, decided)) => {
                    assert_eq!((session, secret), (stored, decided), "{case}");
                    let idle = (last_used_at + LIFETIMES.idle).min(expected.absolute_expires_at);
                    assert_eq!(idle, idle_expires_at, "{case}");
                }
                (Rotation::Stolen(session), Rotation::Stolen(_)) => assert_eq!(session, stored, "{case}"),
                (done, decided) => panic!("{case}: {done:?}, not {decided:?}"),
            }
        }
    }
}

pub(crate) async fn a_session_that_expired_while_the_request_waited_continues(store: &dyn Store) {
    let (session, token) = opened("u", ago(3603));
    add_session(store, &session).await;
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    secret_of(store.rotate(&arrived_ago(&token, 10), now(), &clock(), &some_entry()).await.expect("ok"));
}

pub(crate) async fn another_client_or_a_wrong_session_secret_changes_nothing(store: &dyn Store) {
    let (session, token) = open(store, "u").await;
    let stranger = Presented { client_id: "another".into(), ..presented(&token) };
    assert_eq!(store.rotate(&stranger, now(), &clock(), &some_entry()).await, Ok(Rotation::Refused));
    let guess = RefreshToken { session_secret: Secret::new(&OsRandom), ..token.clone() };
    assert_eq!(rotate(store, &guess).await, Rotation::Refused);
    assert_eq!(store.session(&session.id).await, Ok(Some(session)));
    secret_of(rotate(store, &token).await);
}

pub(crate) async fn an_expired_session_is_refused(store: &dyn Store) {
    let (idle, token) = opened("u", ago(3601));
    add_session(store, &idle).await;
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(store.session(&idle.id).await, Ok(Some(idle)));

    let (old, token) = opened("u", ago(43201));
    let old = Session { idle_expires_at: now() + Duration::from_secs(60), ..old };
    add_session(store, &old).await;
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
}

pub(crate) async fn after_a_logout_that_races_refreshes_every_token_is_refused(store: &dyn Store) {
    for _ in 0..10 {
        let (session, token) = open(store, "u").await;
        let (clock, entry) = (clock(), some_entry());
        let refreshes = join_all((0..4).map(|_| rotate(store, &token)));
        let (rotations, ended) =
            tokio::join!(refreshes, store.end_session("u", &session.id, EndReason::Logout, &clock, &entry));
        assert_eq!(ended, Ok(true));
        assert_eq!(rotate(store, &token).await, Rotation::Refused);
        for rotation in rotations {
            if let Rotation::Refreshed(_, secret) = rotation {
                assert_eq!(rotate(store, &token.followed_by(secret)).await, Rotation::Refused);
            }
        }
    }
}

pub(crate) async fn a_session_is_ended_once_and_by_its_user_alone(store: &dyn Store) {
    let (first, token) = open(store, "u").await;
    let (second, _) = open(store, "u").await;
    assert_eq!(
        store.end_session("v", &first.id, EndReason::EndedByUser, &clock(), &some_entry()).await,
        Ok(false)
    );
    assert_eq!(
        store.end_session("u", &first.id, EndReason::EndedByUser, &clock(), &some_entry()).await,
        Ok(true)
    );
    assert_eq!(
        store.end_session("u", &first.id, EndReason::Logout, &clock(), &some_entry()).await,
        Ok(false)
    );
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(
        store.end_session("u", &second.id, EndReason::EndedByUser, &clock(), &some_entry()).await,
        Ok(true)
    );
    let ended = |id: String| async move { store.session(&id).await.expect("ok").expect("ok").ended };
    assert_eq!(ended(first.id).await, Some(EndReason::EndedByUser));
    assert_eq!(ended(second.id).await, Some(EndReason::EndedByUser));
}

/// The sessions whose revocation is in the feed.
async fn revoked_sessions(store: &dyn Store) -> Vec<String> {
    let page = store.revocations_after(0, 100, now()).await.expect("ok");
    assert!(page.entries.iter().all(|entry| entry.kind == RevocationKind::Session));
    page.entries.into_iter().map(|entry| entry.value).collect()
}

pub(crate) async fn ending_a_session_cuts_off_its_tokens_and_nothing_else(store: &dyn Store) {
    let (first, _) = open(store, "u").await;
    let (second, _) = open(store, "u").await;
    let (third, _) = open(store, "u").await;
    let (_foreign, _) = open(store, "v").await;
    assert_eq!(
        store.end_session("v", &first.id, EndReason::Logout, &clock(), &some_entry()).await,
        Ok(false)
    );
    assert_eq!(revoked_sessions(store).await, Vec::<String>::new());
    assert_eq!(store.end_session("u", &first.id, EndReason::Logout, &clock(), &some_entry()).await, Ok(true));
    assert_eq!(revoked_sessions(store).await, std::slice::from_ref(&first.id));
    for id in [&second.id, &third.id] {
        let reason = EndReason::EndedByAdmin;
        assert_eq!(store.end_session("u", id, reason, &clock(), &some_entry()).await, Ok(true));
    }
    let mut entries = revoked_sessions(store).await;
    entries.sort();
    let mut expected = [first.id, second.id, third.id];
    expected.sort();
    assert_eq!(entries, expected);
}

pub(crate) async fn the_job_grants_of_a_calculation_end_together(store: &dyn Store) {
    let grant = |calculation: &str| {
        let delegation = Delegation { calculation: calculation.into(), actor: "job".into(), through: None };
        Session { delegation: Some(delegation), ..opened("u", now()).0 }
    };
    let (first, second, other) = (grant("c1"), grant("c1"), grant("c2"));
    for session in [&first, &second, &other] {
        add_session(store, session).await;
    }
    let (login, _) = open(store, "u").await;
    assert_eq!(store.end_job_grants("c1", 10, &clock(), &some_entry()).await, Ok(2));
    assert_eq!(store.end_job_grants("c1", 10, &clock(), &some_entry()).await, Ok(0));
    for (session, ended) in [(first, true), (second, true), (other, false), (login, false)] {
        let found = store.session(&session.id).await.expect("ok").expect("ok").ended;
        assert_eq!(found == Some(EndReason::CalculationFinished), ended);
    }
    assert_eq!(revoked_sessions(store).await.len(), 2);
}

pub(crate) async fn sessions_are_listed_by_page(store: &dyn Store) {
    let (mut ids, newest) = (Vec::new(), now());
    for age in 0..5 {
        let (session, _) = opened("u", newest - Duration::from_secs(age));
        add_session(store, &session).await;
        ids.push(session.id);
    }
    let page = |after: Option<String>| {
        let filter = SessionFilter { after, limit: 2, ..live("u") };
        async move {
            let sessions = store.live_sessions(&filter, now()).await.expect("ok");
            sessions.into_iter().map(|session| session.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(page(None).await, ids[..2]);
    assert_eq!(page(Some(ids[1].clone())).await, ids[2..4]);
    assert_eq!(page(Some(ids[3].clone())).await, ids[4..]);
}

pub(crate) async fn the_entry_of_a_login_stays_whatever_becomes_of_its_session(store: &dyn Store) {
    let (session, token) = opened("u", now());
    let login = entry(Action::Login, "u");
    store.insert_session(&session, 1000, &clock(), &login).await.expect("ok");
    secret_of(rotate(store, &token).await);
    // The same token again: its successor is handed out once more, from a session that is read and written whole.
    secret_of(rotate(store, &token).await);
    assert_eq!(recorded(store, "u").await, std::slice::from_ref(&login));
    let ended = entry(Action::SessionEnded, "u");
    let (reason, clock) = (EndReason::Logout, clock());
    assert!(store.end_session("u", &session.id, reason, &clock, &ended).await.expect("ok"));
    assert_eq!(recorded(store, "u").await, [ended, login]);
}

pub(crate) async fn a_theft_is_recorded_with_its_user_and_client(store: &dyn Store) {
    let (session, token, _) = rotated_ago(store, 31).await;
    let theft = Entry::new(Action::RefreshTokenReused, now(), &OsRandom);
    let outcome = store.rotate(&presented(&token), now(), &clock(), &theft).await;
    assert!(matches!(outcome, Ok(Rotation::Stolen(_))), "{outcome:?}");
    let entries = recorded(store, &session.id).await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].actor.as_deref(), entries[0].client_id.as_deref()), (Some("u"), Some("tessera")));
}
