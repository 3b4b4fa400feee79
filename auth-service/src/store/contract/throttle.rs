//! What every store must do with the counters that throttle logins.

use futures_util::future::join_all;

use super::*;
use crate::domain::throttle::Limit;

const LIMIT: Limit = Limit { free: 3, window: Duration::from_secs(900) };

pub(crate) async fn of_many_attempts_at_once_only_the_free_ones_are_taken(store: &dyn Store) {
    let at = now();
    let attempts = join_all((0..20).map(|_| store.take_attempt("a", LIMIT, at))).await;
    let taken = attempts.iter().filter(|attempt| **attempt == Ok(None)).count();
    assert_eq!(taken, 3, "{attempts:?}");
    assert_eq!(store.take_attempt("b", LIMIT, at).await, Ok(None));
    let wait = store.take_attempt("a", LIMIT, at).await.expect("ok").expect("ok");
    assert_eq!(wait, Duration::from_secs(1));
    assert_eq!(store.take_attempt("a", LIMIT, at + wait).await, Ok(None));
    assert_eq!(store.take_attempt("a", LIMIT, at + wait).await, Ok(Some(Duration::from_secs(2))));
}

pub(crate) async fn each_wait_is_twice_the_one_before_it_up_to_a_minute_and_all_is_forgotten_in_time(
    store: &dyn Store,
) {
    let mut at = now();
    for _ in 0..LIMIT.free {
        assert_eq!(store.take_attempt("a", LIMIT, at).await, Ok(None));
    }
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let wait = Duration::from_secs(seconds);
        assert_eq!(store.take_attempt("a", LIMIT, at).await, Ok(Some(wait)));
        let nearly = at + wait - Duration::from_millis(1);
        assert_eq!(store.take_attempt("a", LIMIT, nearly).await, Ok(Some(Duration::from_millis(1))));
        at += wait;
        assert_eq!(store.take_attempt("a", LIMIT, at).await, Ok(None));
    }
    at += LIMIT.window;
    for _ in 0..LIMIT.free {
        assert_eq!(store.take_attempt("a", LIMIT, at).await, Ok(None));
    }
    assert!(store.take_attempt("a", LIMIT, at).await.expect("ok").is_some());
}

pub(crate) async fn attempts_are_given_back_and_forgotten(store: &dyn Store) {
    let at = now();
    for _ in 0..3 {
        store.take_attempt("a", LIMIT, at).await.expect("ok");
    }
    store.give_back_attempt("a").await.expect("ok");
    assert_eq!(store.take_attempt("a", LIMIT, at).await, Ok(None));
    assert!(store.take_attempt("a", LIMIT, at).await.expect("ok").is_some());
    store.forget_attempts("a").await.expect("ok");
    store.give_back_attempt("a").await.expect("ok");
    assert_eq!(store.take_attempt("a", LIMIT, at).await, Ok(None));
}

pub(crate) async fn a_secret_is_made_once(store: &dyn Store) {
    let made = join_all((1..9_u8).map(|n| store.secret("throttle", [n; 32]))).await;
    assert!(made.iter().all(|secret| secret.is_ok() && *secret == made[0]), "{made:?}");
    assert_eq!(store.secret("other", [9; 32]).await, Ok([9; 32]));
}
