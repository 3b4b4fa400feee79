//! What every store must do with sessions.

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::*;
use crate::domain::step::{Moment, step};

/// A stored session that was rotated `seconds` ago, and the token that was used then.
async fn rotated_ago(store: &dyn Store, seconds: i64) -> (Session, RefreshToken, Secret) {
    let (session, token) = opened("u", ago(seconds + 1));
    let presented = presented(&token);
    let session =
        step(&session, &presented, Moment { now: ago(seconds), waited: Duration::ZERO }).write.expect("ok");
    store.insert_session(&session).await.expect("ok");
    (session, token, presented.successor)
}

pub(crate) async fn a_session_is_read_back_as_written(store: &dyn Store) {
    let (fresh, _) = open(store, "u").await;
    assert_eq!(store.session(&fresh.id).await, Ok(Some(fresh)));
    let handed_on = Delegation { calculation: "c".into(), actor: "a".into(), through: Some("k".into()) };
    let handed_on = Session { delegation: Some(handed_on), ..opened("u", now()).0 };
    store.insert_session(&handed_on).await.expect("ok");
    assert_eq!(store.session(&handed_on.id).await, Ok(Some(handed_on)));
    let (rotated, _, _) = rotated_ago(store, 10).await;
    assert_eq!(store.session(&rotated.id).await, Ok(Some(rotated)));
    let ended =
        Session { scope: None, device: None, address: None, ..opened("u", now()).0 }.end(EndReason::Theft);
    store.insert_session(&ended).await.expect("ok");
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
        store.insert_session(session).await.expect("ok");
    }
    assert_eq!(store.live_sessions("u", now()).await, Ok(vec![newer, older]));
}

pub(crate) async fn a_current_token_rotates(store: &dyn Store) {
    let (before, token) = open(store, "u").await;
    let presented = presented(&token);
    let Rotation::Renewed(after, secret) = store.rotate(&presented, now(), &clock()).await.expect("ok")
    else {
        panic!("not renewed")
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
        let renewed = store.rotate(&presented, now(), &clock()).await.expect("ok");
        assert_eq!(secret_of(renewed), presented.successor);
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
    let (session, token, successor) = rotated_ago(store, 20).await;
    for _ in 0..50 {
        assert_eq!(secret_of(rotate(store, &token).await), successor);
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
    let in_time = store.rotate(&arrived_ago(&token, 12), now(), &clock()).await.expect("ok");
    assert_eq!(secret_of(in_time), successor);
    assert_eq!(store.session(&session.id).await, Ok(Some(session)));
    let late = store.rotate(&arrived_ago(&token, 5), now(), &clock()).await.expect("ok");
    assert!(matches!(late, Rotation::Stolen(_)), "{late:?}");
}

pub(crate) async fn a_session_that_expired_while_the_request_waited_continues(store: &dyn Store) {
    let (session, token) = opened("u", ago(3603));
    store.insert_session(&session).await.expect("ok");
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    secret_of(store.rotate(&arrived_ago(&token, 10), now(), &clock()).await.expect("ok"));
}

pub(crate) async fn another_client_or_a_wrong_session_secret_changes_nothing(store: &dyn Store) {
    let (session, token) = open(store, "u").await;
    let stranger = Presented { client_id: "another".into(), ..presented(&token) };
    assert_eq!(store.rotate(&stranger, now(), &clock()).await, Ok(Rotation::Refused));
    let guess = RefreshToken { session_secret: Secret::new(&OsRandom), ..token.clone() };
    assert_eq!(rotate(store, &guess).await, Rotation::Refused);
    assert_eq!(store.session(&session.id).await, Ok(Some(session)));
    secret_of(rotate(store, &token).await);
}

pub(crate) async fn an_expired_session_is_refused(store: &dyn Store) {
    let (idle, token) = opened("u", ago(3601));
    store.insert_session(&idle).await.expect("ok");
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(store.session(&idle.id).await, Ok(Some(idle)));

    let (old, token) = opened("u", ago(43201));
    let old = Session { idle_expires_at: now() + Duration::from_secs(60), ..old };
    store.insert_session(&old).await.expect("ok");
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
}

pub(crate) async fn after_a_logout_that_races_refreshes_every_token_is_refused(store: &dyn Store) {
    for _ in 0..10 {
        let (session, token) = open(store, "u").await;
        let clock = clock();
        let refreshes = join_all((0..4).map(|_| rotate(store, &token)));
        let (renewed, ended) =
            tokio::join!(refreshes, store.end_session("u", &session.id, EndReason::Logout, &clock));
        assert_eq!(ended, Ok(true));
        assert_eq!(rotate(store, &token).await, Rotation::Refused);
        for rotation in renewed {
            if let Rotation::Renewed(_, secret) = rotation {
                assert_eq!(rotate(store, &token.followed_by(secret)).await, Rotation::Refused);
            }
        }
    }
}

pub(crate) async fn a_session_is_ended_once_and_by_its_user_alone(store: &dyn Store) {
    let (first, token) = open(store, "u").await;
    let (second, _) = open(store, "u").await;
    assert_eq!(store.end_session("v", &first.id, EndReason::EndedByUser, &clock()).await, Ok(false));
    assert_eq!(store.end_session("u", &first.id, EndReason::EndedByUser, &clock()).await, Ok(true));
    assert_eq!(store.end_session("u", &first.id, EndReason::Logout, &clock()).await, Ok(false));
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(store.end_sessions("u", EndReason::EndedByUser, &clock()).await, Ok(1));
    let ended = |id: String| async move { store.session(&id).await.expect("ok").expect("ok").ended };
    assert_eq!(ended(first.id).await, Some(EndReason::EndedByUser));
    assert_eq!(ended(second.id).await, Some(EndReason::EndedByUser));
}

/// The sessions that a follower would be told of.
async fn cut_sessions(store: &dyn Store) -> Vec<String> {
    let page = store.revocations_after(0, 100, now()).await.expect("ok");
    assert!(page.entries.iter().all(|entry| entry.kind == RevocationKind::Session));
    page.entries.into_iter().map(|entry| entry.value).collect()
}

pub(crate) async fn ending_a_session_cuts_off_its_tokens_and_nothing_else(store: &dyn Store) {
    let (first, _) = open(store, "u").await;
    let (second, _) = open(store, "u").await;
    let (third, _) = open(store, "u").await;
    let (_foreign, _) = open(store, "v").await;
    assert_eq!(store.end_session("v", &first.id, EndReason::Logout, &clock()).await, Ok(false));
    assert_eq!(cut_sessions(store).await, Vec::<String>::new());
    assert_eq!(store.end_session("u", &first.id, EndReason::Logout, &clock()).await, Ok(true));
    assert_eq!(cut_sessions(store).await, std::slice::from_ref(&first.id));
    assert_eq!(store.end_sessions("u", EndReason::EndedByAdmin, &clock()).await, Ok(2));
    assert_eq!(store.end_sessions("u", EndReason::EndedByAdmin, &clock()).await, Ok(0));
    let mut told = cut_sessions(store).await;
    told.sort();
    let mut expected = [first.id, second.id, third.id];
    expected.sort();
    assert_eq!(told, expected);
}

pub(crate) async fn the_job_grants_of_a_calculation_end_together(store: &dyn Store) {
    let grant = |calculation: &str| {
        let delegation = Delegation { calculation: calculation.into(), actor: "job".into(), through: None };
        Session { delegation: Some(delegation), ..opened("u", now()).0 }
    };
    let (first, second, other) = (grant("c1"), grant("c1"), grant("c2"));
    for session in [&first, &second, &other] {
        store.insert_session(session).await.expect("ok");
    }
    let (login, _) = open(store, "u").await;
    assert_eq!(store.end_job_grants("c1", &clock()).await, Ok(2));
    assert_eq!(store.end_job_grants("c1", &clock()).await, Ok(0));
    for (session, ended) in [(first, true), (second, true), (other, false), (login, false)] {
        let found = store.session(&session.id).await.expect("ok").expect("ok").ended;
        assert_eq!(found == Some(EndReason::CalculationFinished), ended);
    }
    assert_eq!(cut_sessions(store).await.len(), 2);
}
