//! Equal calls that share a command: who shares which, how fresh it is, and what ends it.

use std::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
};

use tokio::{
    sync::Semaphore,
    task::{JoinSet, yield_now},
    time::sleep,
};

use super::*;

/// Counts the commands that were sent and those that were given up, and lets them through a gate.
#[derive(Clone)]
struct Store {
    sent: Arc<AtomicUsize>,
    given_up: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
}

/// Counts a command that did not end.
struct GivenUp(Arc<AtomicUsize>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Store {
    fn new() -> Self {
        Self { sent: Arc::default(), given_up: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }

    /// Answers each call with the number of its command.
    fn sharer(&self) -> Sharer<u32, usize> {
        let store = self.clone();
        Sharer::new(Handle::current(), move |_| {
            let store = store.clone();
            async move {
                let number = store.sent.fetch_add(1, SeqCst);
                let given_up = GivenUp(Arc::clone(&store.given_up));
                store.gate.acquire().await.unwrap().forget();
                std::mem::forget(given_up);
                number
            }
        })
    }
}

/// This many calls with a key, all of them waiting.
async fn called(sharer: &Sharer<u32, usize>, key: u32, many: usize) -> JoinSet<Option<usize>> {
    let mut waiting = JoinSet::new();
    for _ in 0..many {
        let sharer = sharer.clone();
        waiting.spawn(async move { sharer.call(key).await });
        settle().await;
    }
    waiting
}

async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

async fn answers(calls: JoinSet<Option<usize>>) -> Vec<Option<usize>> {
    let mut answers = calls.join_all().await;
    answers.sort_unstable();
    answers
}

#[tokio::test]
async fn equal_calls_that_come_meanwhile_share_the_next_command() {
    let store = Store::new();
    let calls = called(&store.sharer(), 7, 21).await;
    assert_eq!(store.sent.load(SeqCst), NEAR);
    store.gate.add_permits(21);
    let shared = [vec![Some(0), Some(1)], vec![Some(2); 19]].concat();
    assert_eq!(answers(calls).await, shared);
    // Nothing is kept.
    assert_eq!(store.sharer().call(7).await, Some(3));
}

#[tokio::test]
async fn different_calls_never_wait_for_each_other() {
    let store = Store::new();
    let sharer = store.sharer();
    let _waiting = called(&sharer, 7, 5).await;
    let others = [called(&sharer, 8, 1).await, called(&sharer, 9, 1).await];
    assert_eq!(store.sent.load(SeqCst), NEAR + others.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_is_older_than_its_call_and_none_is_missing() {
    let clock = Arc::new(AtomicUsize::new(0));
    let sending = Arc::clone(&clock);
    let sharer = Sharer::new(Handle::current(), move |_: u32| {
        let sent = sending.fetch_add(1, SeqCst);
        async move {
            yield_now().await;
            sent
        }
    });
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let (sharer, clock) = (sharer.clone(), Arc::clone(&clock));
        callers.spawn(async move {
            for n in 0..5_000 {
                let arrived = clock.fetch_add(1, SeqCst);
                let sent = sharer.call(n % 2).await.unwrap();
                assert!(sent > arrived, "sent at {sent} for a call of {arrived}");
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
    let state = lock(&sharer.state);
    assert!(state.equal.is_empty() && state.running == 0);
}

#[tokio::test]
async fn a_caller_who_leaves_is_not_asked_for_and_the_others_get_their_answers() {
    let store = Store::new();
    let sharer = store.sharer();
    let first = called(&sharer, 7, 2).await;
    let (mut leaves, stays) = (called(&sharer, 7, 1).await, called(&sharer, 7, 2).await);
    leaves.shutdown().await;
    store.gate.add_permits(10);
    assert_eq!(answers(first).await, [Some(0), Some(1)]);
    assert_eq!(answers(stays).await, [Some(2); 2]);
}

#[tokio::test]
async fn a_command_ends_when_all_who_share_it_have_left() {
    let store = Store::new();
    let sharer = store.sharer();
    let mut first = called(&sharer, 7, NEAR).await;
    let (mut second, mut third) = (called(&sharer, 7, 1).await, called(&sharer, 7, 1).await);
    let counts = || (store.sent.load(SeqCst), store.given_up.load(SeqCst));
    assert_eq!(counts(), (NEAR, 0));
    first.shutdown().await;
    settle().await;
    assert_eq!(counts(), (NEAR + 1, NEAR));
    second.shutdown().await;
    settle().await;
    assert_eq!(counts(), (NEAR + 1, NEAR), "one of the two who share it is still there");
    third.shutdown().await;
    settle().await;
    assert_eq!(counts(), (NEAR + 1, NEAR + 1));
    assert!(lock(&sharer.state).equal.is_empty());
}

#[tokio::test]
async fn an_error_is_of_those_alone_who_shared_the_command() {
    let (sent, gate) = (AtomicUsize::new(0), Arc::new(Semaphore::new(0)));
    let theirs = Arc::clone(&gate);
    let sharer = Sharer::new(Handle::current(), move |_: u32| {
        let (number, gate) = (sent.fetch_add(1, SeqCst), Arc::clone(&theirs));
        async move {
            gate.acquire().await.unwrap().forget();
            if number == 1 { Err("lost") } else { Ok(number) }
        }
    });
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        let sharer = sharer.clone();
        calls.spawn(async move { sharer.call(7).await.unwrap() });
        settle().await;
    }
    gate.add_permits(10);
    let mut answers = calls.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [Ok(0), Ok(2), Ok(2), Err("lost")]);
}

#[tokio::test]
async fn a_command_that_panics_leaves_nobody_waiting_and_the_next_one_goes() {
    let sent = AtomicUsize::new(0);
    let sharer = Sharer::new(Handle::current(), move |_: u32| {
        let number = sent.fetch_add(1, SeqCst);
        async move {
            yield_now().await;
            assert_ne!(number, 0, "the first is refused");
            number
        }
    });
    // They share the first one, as none was sent before all had come.
    let three = tokio::join!(sharer.call(7), sharer.call(7), sharer.call(7));
    assert_eq!(three, (None, None, None));
    assert_eq!(sharer.call(7).await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_equal_calls_that_take_long() {
    let sharer = Sharer::new(Handle::current(), |_: u32| async {
        sleep(Duration::from_secs(6)).await;
    });
    let begun = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let sharer = sharer.clone();
        calls.spawn(async move {
            sharer.call(7).await.unwrap();
            begun.elapsed()
        });
    }
    for took in calls.join_all().await {
        assert!(took < Duration::from_secs(6) + 2 * PATIENCE, "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn many_wait_hardly_longer_than_one_where_the_store_is_far_away() {
    let distance = Duration::from_millis(10);
    let sharer = Sharer::new(Handle::current(), move |_: u32| sleep(distance));
    // What the first call learns is no part of it.
    sharer.call(7).await;
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let sharer = sharer.clone();
        callers.spawn(async move {
            // They begin one after the other, as callers do.
            sleep(distance * caller / 8).await;
            for _ in 0..100 {
                sharer.call(7).await;
            }
        });
    }
    callers.join_all().await;
    let mean = begun.elapsed() / 100;
    assert!(mean < distance.mul_f64(1.1), "{mean:?} beside {distance:?}");
}

#[tokio::test]
async fn a_caller_who_waits_for_a_runtime_that_ends_gets_no_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let sharer = Sharer::new(runtime.handle().clone(), |_: u32| pending::<usize>());
    let calls = called(&sharer, 7, 3).await;
    runtime.shutdown_background();
    assert_eq!(answers(calls).await, [None; 3]);
}
