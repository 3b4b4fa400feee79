//! Concurrent ends of sessions and tokens: each has the outcome that it would have alone.

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::{add_session, clock, entry, now, open, opened, recorded, rotate, some_entry};
use crate::{
    domain::{
        audit::{Action, Entry},
        session::{EndReason, Session},
        step::Rotation,
    },
    store::Store,
};

/// Sessions of user `u`, opened.
async fn sessions(store: &dyn Store, many: usize) -> Vec<Session> {
    let sessions: Vec<Session> = (0..many).map(|_| opened("u", now()).0).collect();
    join_all(sessions.iter().map(|session| add_session(store, session))).await;
    sessions
}

/// How often the revocation of this session or token is in the feed.
async fn revocations(store: &dyn Store, value: &str) -> usize {
    store.revocations_of(RevocationKind::Session, value).await.expect("ok").len()
}

pub(crate) async fn concurrent_ends_of_a_session_end_it_once(store: &dyn Store) {
    let sessions = sessions(store, 40).await;
    let reasons = [EndReason::Logout, EndReason::EndedByUser, EndReason::Revoked];
    let clock = clock();
    let acts: Vec<(&Session, EndReason, Entry)> = reasons
        .iter()
        .flat_map(|reason| sessions.iter().map(|one| (one, *reason, entry(Action::SessionEnded, &one.id))))
        .collect();
    let ends =
        acts.iter().map(|(one, reason, entry)| store.end_session("u", &one.id, *reason, &clock, entry));
    let ended: Vec<bool> = join_all(ends).await.into_iter().map(|ended| ended.expect("ok")).collect();
    for session in &sessions {
        let of_it = acts.iter().zip(&ended).filter(|((one, ..), _)| one.id == session.id);
        let by: Vec<_> =
            of_it.filter(|(_, ended)| **ended).map(|((_, reason, entry), _)| (reason, entry)).collect();
        assert_eq!(by.len(), 1, "one act ends it");
        let (reason, entry) = by[0];
        assert_eq!(store.session(&session.id).await.expect("ok").expect("ok").ended, Some(*reason));
        assert_eq!(recorded(store, &session.id).await, std::slice::from_ref(entry));
        assert_eq!(revocations(store, &session.id).await, 1);
    }
}

pub(crate) async fn concurrent_ends_end_nothing_of_other_users(store: &dyn Store) {
    let (theirs, token) = open(store, "v").await;
    let mine = sessions(store, 20).await;
    let (clock, note) = (clock(), entry(Action::SessionEnded, "theirs"));
    let entries: Vec<Entry> = mine.iter().map(|_| some_entry()).collect();
    let own = mine.iter().zip(&entries).map(|(one, entry)| (one.id.as_str(), entry));
    // Each of them beside one of a user who has no such session, and one of a session that there never was.
    let acts = own.flat_map(|own| [own, (theirs.id.as_str(), &note), ("none", &note)]);
    let ended =
        join_all(acts.map(|(id, entry)| store.end_session("u", id, EndReason::Logout, &clock, entry)));
    for three in ended.await.chunks(3) {
        assert_eq!(three, [Ok(true), Ok(false), Ok(false)]);
    }
    assert!(matches!(rotate(store, &token).await, Rotation::Refreshed(..)));
    assert_eq!(revocations(store, &theirs.id).await, 0);
    assert_eq!(recorded(store, "theirs").await, []);
}

pub(crate) async fn an_end_that_fails_fails_no_other(store: &dyn Store) {
    let (sessions, clock) = (sessions(store, 10).await, clock());
    let used = entry(Action::TokenRevoked, "used");
    store.revoke_token("first", &clock, &used).await.expect("ok");
    let entries: Vec<Entry> = sessions.iter().map(|one| entry(Action::SessionEnded, &one.id)).collect();
    let ends = sessions.iter().zip(&entries).map(|(one, entry)| {
        let tokens = ["a", "b"].map(|token| format!("{token} of {}", one.id));
        let (clock, used) = (&clock, &used);
        async move {
            let good = some_entry();
            tokio::join!(
                store.end_session("u", &one.id, EndReason::Logout, clock, entry),
                store.revoke_token(&tokens[0], clock, &good),
                // An entry that cannot be written: its id is in use.
                store.revoke_token(&tokens[1], clock, used),
            )
        }
    });
    for (session, (ended, good, bad)) in sessions.iter().zip(join_all(ends).await) {
        assert_eq!((ended, good), (Ok(true), Ok(())));
        assert!(bad.is_err(), "{bad:?}");
        let of = async |token: &str| revocations(store, &format!("{token} of {}", session.id)).await;
        assert_eq!((revocations(store, &session.id).await, of("a").await, of("b").await), (1, 1, 0));
        assert_eq!(recorded(store, &session.id).await.len(), 1);
    }
}
