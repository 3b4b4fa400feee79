//! What every store must do with the counters that throttle logins.

use futures_util::future::join_all;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use super::*;
use crate::domain::throttle::{Attempt, Beyond, Bucket, Limit};

const LIMIT: Limit = Limit { free: 3, window: Duration::from_secs(900), beyond: Beyond::Slower };

/// Takes an attempt; how long it has to wait if it was not taken.
async fn take(store: &dyn Store, bucket: &str, at: OffsetDateTime) -> Option<Duration> {
    store.take_attempt(bucket, LIMIT, at).await.expect("ok").wait()
}

pub(crate) async fn of_many_attempts_at_once_only_the_free_ones_are_taken(store: &dyn Store) {
    let at = now();
    let attempts = join_all((0..20).map(|_| take(store, "a", at))).await;
    let taken = attempts.iter().filter(|wait| wait.is_none()).count();
    assert_eq!(taken, 3, "{attempts:?}");
    assert_eq!(take(store, "b", at).await, None);
    let wait = take(store, "a", at).await.expect("a wait");
    assert_eq!(wait, Duration::from_secs(1));
    assert_eq!(take(store, "a", at + wait).await, None);
    assert_eq!(take(store, "a", at + wait).await, Some(Duration::from_secs(2)));
}

pub(crate) async fn each_wait_is_twice_the_one_before_it_up_to_a_minute_and_all_is_forgotten_in_time(
    store: &dyn Store,
) {
    let mut at = now();
    for _ in 0..LIMIT.free {
        assert_eq!(take(store, "a", at).await, None);
    }
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let wait = Duration::from_secs(seconds);
        assert_eq!(take(store, "a", at).await, Some(wait));
        let nearly = at + wait - Duration::from_millis(1);
        assert_eq!(take(store, "a", nearly).await, Some(Duration::from_millis(1)));
        at += wait;
        assert_eq!(take(store, "a", at).await, None);
    }
    at += LIMIT.window;
    for _ in 0..LIMIT.free {
        assert_eq!(take(store, "a", at).await, None);
    }
    assert!(take(store, "a", at).await.is_some());
}

/// What happens to a bucket.
#[derive(Clone, Debug)]
enum Event {
    /// An attempt, so many milliseconds after the one before it, or before it.
    Attempt(i64),
    Failed,
    GivenBack,
    Forgotten,
}

fn events() -> impl Strategy<Value = (Limit, Vec<Event>)> {
    let limit = (1_u32..4, prop_oneof![Just(60_u64), Just(900)], any::<bool>()).prop_map(
        |(free, seconds, closed)| Limit {
            free,
            window: Duration::from_secs(seconds),
            beyond: if closed { Beyond::Closed } else { Beyond::Slower },
        },
    );
    let event = prop_oneof![
        4 => (0_i64..3).prop_map(Event::Attempt),
        4 => (500_i64..5_000).prop_map(Event::Attempt),
        2 => (10_000_i64..1_000_000).prop_map(Event::Attempt),
        2 => prop_oneof![-5_000_i64..0, Just(-3_600_000), Just(60_000), Just(900_000)].prop_map(Event::Attempt),
        2 => Just(Event::Failed),
        2 => Just(Event::GivenBack),
        1 => Just(Event::Forgotten),
    ];
    (limit, prop::collection::vec(event, 1..25))
}

pub(crate) async fn a_bucket_becomes_what_the_rule_makes_of_it(store: &dyn Store) {
    let mut runner = TestRunner::deterministic();
    for case in 0..60 {
        let (limit, events) = events().new_tree(&mut runner).expect("ok").current();
        let (bucket, mut at) = (format!("case {case}"), now() + Duration::from_secs(86400));
        let mut known: Option<Bucket> = None;
        for (step, event) in events.iter().enumerate() {
            match event {
                Event::Attempt(millis) => {
                    at += time::Duration::milliseconds(*millis);
                    let attempt = Bucket::take(known, limit, at);
                    let (Attempt::Taken(kept) | Attempt::Wait(kept, _)) = attempt;
                    known = Some(kept);
                    let answer = store.take_attempt(&bucket, limit, at).await;
                    assert_eq!(answer, Ok(attempt), "step {step} of {events:?} under {limit:?}");
                }
                Event::Failed => {
                    known = known.map(Bucket::fail);
                    store.fail_attempt(&bucket).await.expect("ok");
                }
                Event::GivenBack => {
                    known = known.and_then(Bucket::give_back);
                    store.give_back_attempt(&bucket).await.expect("ok");
                }
                Event::Forgotten => {
                    known = None;
                    store.forget_attempts(&bucket).await.expect("ok");
                }
            }
            let stored = store.attempts(&bucket).await;
            assert_eq!(stored, Ok(known), "step {step} of {events:?} under {limit:?}");
        }
    }
}

pub(crate) async fn free_attempts_never_wait_for_a_clock_that_was_ahead(store: &dyn Store) {
    let at = now();
    let ahead = at + Duration::from_secs(3600);
    assert_eq!(take(store, "a", ahead).await, None);
    // Of several at once, some are a little behind the one before them.
    for millis in [7, 3, 0] {
        let at = at + Duration::from_millis(millis);
        let wait = take(store, "a", at).await;
        assert_eq!(wait, (millis == 0).then_some(Duration::from_secs(1)));
    }
    assert_eq!(take(store, "a", at + Duration::from_secs(1)).await, None);
}

pub(crate) async fn attempts_are_given_back_and_forgotten(store: &dyn Store) {
    let at = now();
    for _ in 0..3 {
        take(store, "a", at).await;
    }
    store.give_back_attempt("a").await.expect("ok");
    assert_eq!(take(store, "a", at).await, None);
    assert!(take(store, "a", at).await.is_some());
    store.forget_attempts("a").await.expect("ok");
    store.give_back_attempt("a").await.expect("ok");
    assert_eq!(take(store, "a", at).await, None);
}

pub(crate) async fn an_attempt_is_pending_until_it_is_settled(store: &dyn Store) {
    let at = now();
    let pending = async || match store.take_attempt("a", LIMIT, at).await {
        Ok(Attempt::Wait(bucket, _)) => (bucket.failures, bucket.pending),
        other => panic!("{other:?}"),
    };
    for _ in 0..3 {
        assert_eq!(take(store, "a", at).await, None);
    }
    assert_eq!(pending().await, (3, 3));
    store.fail_attempt("a").await.expect("ok");
    assert_eq!(pending().await, (3, 2));
    store.give_back_attempt("a").await.expect("ok");
    assert_eq!(take(store, "a", at).await, None);
    for _ in 0..4 {
        store.fail_attempt("a").await.expect("ok");
    }
    assert_eq!(pending().await, (3, 0), "all have failed and stay counted");
    store.forget_attempts("a").await.expect("ok");
    // One that began before its bucket was forgotten.
    store.fail_attempt("a").await.expect("ok");
    assert_eq!(store.attempts("a").await, Ok(None));
}

pub(crate) async fn a_secret_is_made_once(store: &dyn Store) {
    let made = join_all((1..9_u8).map(|n| store.secret("throttle", [n; 32]))).await;
    assert!(made.iter().all(|secret| secret.is_ok() && *secret == made[0]), "{made:?}");
    assert_eq!(store.secret("other", [9; 32]).await, Ok([9; 32]));
}
