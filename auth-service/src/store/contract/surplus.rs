//! What every store must do when a user has more live sessions than the limit.

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::{sessions::live, *};

pub(crate) async fn beyond_the_limit_the_least_recently_used_session_ends(store: &dyn Store) {
    let (oldest, token) = opened("u", ago(30));
    let (idle, _) = opened("u", ago(20));
    let foreign = opened("v", ago(40)).0;
    for session in [&oldest, &idle, &foreign] {
        add_session(store, session).await;
    }
    secret_of(rotate(store, &token).await);
    let (new, _) = opened("u", now());
    let login = entry(Action::Login, "u");
    store.insert_session(&new, 2, &clock(), &login).await.expect("ok");
    assert_eq!(recorded(store, "u").await, std::slice::from_ref(&login));
    let entries = recorded(store, &idle.id).await;
    assert_eq!(entries, [login.of_surplus(&idle.id, 2)]);
    assert_eq!((&entries[0].action, &entries[0].actor), (&Action::SessionEnded, &login.actor));
    assert!(
        entries[0].id != login.id
            && entries[0].detail.as_ref().is_some_and(|why| why.contains("more than 2"))
    );
    for (session, ended) in [(oldest, None), (idle, Some(EndReason::Surplus)), (foreign, None), (new, None)] {
        assert_eq!(store.session(&session.id).await.expect("ok").expect("ok").ended, ended);
        let revoked = store.revocations_of(RevocationKind::Session, &session.id).await.expect("ok");
        assert_eq!(revoked.len(), usize::from(ended.is_some()));
    }
}

pub(crate) async fn two_sessions_opened_at_the_same_time_do_not_end_one_another(store: &dyn Store) {
    let open = async || {
        let (session, _) = opened("u", now());
        store.insert_session(&session, 1, &clock(), &entry(Action::Login, "u")).await.expect("ok");
    };
    let count = async || store.live_sessions(&live("u"), now()).await.expect("ok").len();
    for _ in 0..10 {
        tokio::join!(open(), open());
        assert!([1, 2].contains(&count().await), "one may have come too late to be seen by the other");
    }
    open().await;
    assert_eq!(count().await, 1);
}

pub(crate) async fn many_sessions_opened_at_once_stay_near_the_limit(store: &dyn Store) {
    const MOST: u32 = 10;
    let (clock, entry) = (clock(), Action::Login);
    let opening = |round: usize| {
        let clock = &clock;
        let entry = entry.clone();
        async move {
            let entry = self::entry(entry, "u");
            let (session, _) = opened("u", now());
            store.insert_session(&session, MOST, clock, &entry).await.expect("ok");
            round
        }
    };
    for _ in 0..4 {
        join_all((0..8).map(opening)).await;
    }
    opening(0).await;
    assert_eq!(store.live_sessions(&live("u"), now()).await.expect("ok").len(), MOST as usize);
}
