//! Batches concurrent calls: calls that arrive while a batch is running wait and form the next one, so a store under
//! load gets few requests for many items. A call that arrives while no batch is running is sent immediately.
//!
//! Databases call this group commit, GraphQL servers a data loader. Each answer is as fresh as that of a single call: a
//! batch is sent after the last of its calls arrived.
//!
//! Batching saves work where the store is near and busy. Where it is far away, waiting for a batch to return would cost
//! more than it saves: the farther the store, the more batches may run at once, so that calls wait about 500 µs at most.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::{distance::Distance, metric::kit::BATCH_SIZE};

/// A question, and where its answer goes.
pub struct Call<Q, A> {
    /// What is asked.
    pub question: Q,
    answer: oneshot::Sender<A>,
}

impl<Q, A> Call<Q, A> {
    /// Answers the call. The caller may have left.
    pub fn answer(self, answer: A) {
        self.answer.send(answer).ok();
    }
}

/// Answers every call that it is given.
type Run<Q, A> = Arc<dyn Fn(Vec<Call<Q, A>>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The limits of batches.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// What the calls are, as the metric names it.
    pub name: &'static str,
    /// The most batches that run at the same time if the store is near.
    pub near: usize,
    /// The most batches that run at the same time, however far away the store is.
    pub far: usize,
    /// The most calls of one batch.
    pub calls: usize,
    /// How long a batch may take. One that takes longer is cancelled, and the next one is sent.
    pub timeout: Duration,
}

/// Calls of one kind. Clones share their batches.
pub struct Batcher<Q, A> {
    runtime: Handle,
    limits: Limits,
    run: Run<Q, A>,
    state: Arc<Mutex<State<Q, A>>>,
}

impl<Q, A> Clone for Batcher<Q, A> {
    fn clone(&self) -> Self {
        Self {
            runtime: self.runtime.clone(),
            limits: self.limits,
            run: Arc::clone(&self.run),
            state: Arc::clone(&self.state),
        }
    }
}

struct State<Q, A> {
    waiting: Vec<Call<Q, A>>,
    /// The number of batches that are running.
    running: usize,
    distance: Distance,
}

impl<Q: Send + 'static, A: Send + 'static> Batcher<Q, A> {
    /// Gives each batch to `run`, in a task on `runtime`: that of the store's driver.
    pub fn new<F>(
        runtime: Handle,
        limits: Limits,
        run: impl Fn(Vec<Call<Q, A>>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            runtime,
            limits,
            run: Arc::new(move |calls| Box::pin(run(calls))),
            state: Arc::new(Mutex::new(State {
                waiting: Vec::new(),
                running: 0,
                distance: Distance::default(),
            })),
        }
    }

    /// The answer; nothing if the batch ended, or was given up, without one.
    pub async fn call(&self, question: Q) -> Option<A> {
        let (answer, answered) = oneshot::channel();
        let must_run = {
            let mut state = lock(&self.state);
            state.waiting.push(Call { question, answer });
            let must_run = state.running < state.distance.most(self.limits.near, self.limits.far);
            state.running += usize::from(must_run);
            must_run
        };
        if must_run {
            // In a task of its own: others may share the batch of the first caller, who may leave.
            self.runtime.spawn(Running { batcher: self.clone(), ended: false }.run());
        }
        answered.await.ok()
    }
}

/// Runs one batch after the other, until no call is waiting.
struct Running<Q, A> {
    batcher: Batcher<Q, A>,
    /// Whether it has ended and no longer counts as running.
    ended: bool,
}

impl<Q, A> Running<Q, A> {
    async fn run(mut self) {
        while let Some((calls, alone)) = self.next() {
            let sent = Instant::now();
            // Calls that are dropped here unanswered return `None` to their callers.
            let _ = timeout(self.batcher.limits.timeout, (self.batcher.run)(calls)).await;
            lock(&self.batcher.state).distance.adjust(sent.elapsed(), alone);
        }
    }

    /// The next batch, and whether no other one is running.
    fn next(&mut self) -> Option<(Vec<Call<Q, A>>, bool)> {
        let mut state = lock(&self.batcher.state);
        let Limits { near, far, .. } = self.batcher.limits;
        // Callers who left need no answer.
        state.waiting.retain(|call| !call.answer.is_closed());
        if state.waiting.is_empty() || state.running > state.distance.most(near, far) {
            // Under the same lock as the check for waiting calls, so the next call starts a new run.
            state.running -= 1;
            self.ended = true;
            return None;
        }
        let most = self.batcher.limits.calls.min(state.waiting.len());
        let alone = state.running == 1;
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        BATCH_SIZE.with([self.batcher.limits.name]).record(most as f64);
        Some((state.waiting.drain(..most).collect(), alone))
    }
}

impl<Q, A> Drop for Running<Q, A> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // After a panic or at the end of a runtime: callers must not wait forever.
        let mut state = lock(&self.batcher.state);
        state.running -= 1;
        if state.running == 0 {
            state.waiting.clear();
        }
    }
}

fn lock<Q, A>(state: &Mutex<State<Q, A>>) -> MutexGuard<'_, State<Q, A>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::iter::repeat_with;

    use tokio::{sync::Semaphore, task::JoinSet, task::yield_now};

    use super::*;

    const LIMITS: Limits =
        Limits { name: "reads", near: 2, far: 2, calls: 8, timeout: Duration::from_secs(60) };

    /// Answers each number with the size of its batch, once the gate lets the batch through.
    fn sizes(gate: &Arc<Semaphore>) -> Batcher<u32, usize> {
        let gate = Arc::clone(gate);
        Batcher::new(Handle::current(), LIMITS, move |calls: Vec<Call<u32, usize>>| {
            let gate = Arc::clone(&gate);
            async move {
                gate.acquire().await.unwrap().forget();
                let together = calls.len();
                for call in calls {
                    call.answer(together);
                }
            }
        })
    }

    /// This many calls, all of them waiting.
    async fn called(batcher: &Batcher<u32, usize>, many: usize) -> JoinSet<Option<usize>> {
        let calls = repeat_with(|| batcher.clone()).take(many);
        let mut waiting = JoinSet::new();
        for batcher in calls {
            waiting.spawn(async move { batcher.call(1).await });
            for _ in 0..3 {
                yield_now().await;
            }
        }
        waiting
    }

    #[tokio::test]
    async fn a_call_that_meets_no_others_goes_alone() {
        let batcher = sizes(&Arc::new(Semaphore::new(2)));
        assert_eq!(batcher.call(1).await, Some(1));
        assert_eq!(batcher.call(2).await, Some(1));
    }

    #[tokio::test]
    async fn those_that_come_meanwhile_go_together_within_the_limit() {
        let gate = Arc::new(Semaphore::new(0));
        let calls = called(&sizes(&gate), 21).await;
        gate.add_permits(10);
        let mut sizes: Vec<usize> = calls.join_all().await.into_iter().flatten().collect();
        sizes.sort_unstable();
        // Two were sent immediately; the other nineteen in batches of eight, eight and three.
        assert_eq!(sizes, [vec![1; 2], vec![3; 3], vec![8; 16]].concat());
    }

    #[tokio::test]
    async fn a_batch_that_fails_leaves_nobody_waiting_and_the_next_one_goes() {
        let batcher = Batcher::new(
            Handle::current(),
            Limits { near: 1, far: 1, ..LIMITS },
            |calls: Vec<Call<u32, u32>>| async move {
                yield_now().await;
                for call in calls {
                    assert_ne!(call.question, 0, "zero is refused");
                    let question = call.question;
                    call.answer(question);
                }
            },
        );
        let (failed, joined) = tokio::join!(batcher.call(0), batcher.call(7));
        assert_eq!((failed, joined), (None, None));
        assert_eq!(batcher.call(7).await, Some(7));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_call_is_given_up_between_one_batch_and_the_next() {
        let batcher = Batcher::new(
            Handle::current(),
            Limits { near: 1, far: 1, ..LIMITS },
            |calls: Vec<Call<u32, u32>>| async move {
                for call in calls {
                    let question = call.question;
                    call.answer(question);
                }
            },
        );
        let mut callers = JoinSet::new();
        for _ in 0..4 {
            let batcher = batcher.clone();
            callers.spawn(async move {
                for n in 0..20_000 {
                    assert_eq!(batcher.call(n).await, Some(n));
                }
            });
        }
        while let Some(caller) = callers.join_next().await {
            caller.unwrap();
        }
    }

    #[tokio::test]
    async fn a_batch_that_hangs_is_given_up_and_those_behind_it_go() {
        let limits = Limits { near: 1, far: 1, timeout: Duration::from_millis(100), ..LIMITS };
        let batcher = Batcher::new(Handle::current(), limits, |calls: Vec<Call<u32, u32>>| async move {
            if calls.iter().any(|call| call.question == 0) {
                std::future::pending::<()>().await;
            }
            for call in calls {
                call.answer(1);
            }
        });
        let behind = async {
            yield_now().await;
            batcher.call(7).await
        };
        assert_eq!(tokio::join!(batcher.call(0), behind), (None, Some(1)));
    }

    #[tokio::test]
    async fn a_caller_who_left_is_not_asked_for() {
        let gate = Arc::new(Semaphore::new(0));
        let batcher = sizes(&gate);
        let stays = called(&batcher, 3).await;
        let mut leaves = called(&batcher, 5).await;
        leaves.shutdown().await;
        gate.add_permits(10);
        let sizes: Vec<Option<usize>> = stays.join_all().await;
        // Two were sent immediately, and the third without the five who left.
        assert_eq!(sizes, [Some(1); 3]);
    }

    /// How long calls take on average where this many callers call again and again, and a batch takes `distance`.
    async fn waits(callers: u32, distance: Duration) -> Duration {
        const CALLS: u32 = 200;
        let limits = Limits { near: 2, far: 16, ..LIMITS };
        let batcher = Batcher::new(Handle::current(), limits, move |calls: Vec<Call<u32, u32>>| async move {
            tokio::time::sleep(distance).await;
            for call in calls {
                call.answer(1);
            }
        });
        // What the first call measures is no part of it.
        batcher.call(0).await;
        let start = Instant::now();
        let mut running = JoinSet::new();
        for caller in 0..callers {
            let batcher = batcher.clone();
            running.spawn(async move {
                // They begin one after the other, as callers do.
                tokio::time::sleep(distance * caller / callers).await;
                for n in 0..CALLS {
                    batcher.call(n).await;
                }
            });
        }
        running.join_all().await;
        start.elapsed() / CALLS
    }

    #[tokio::test(start_paused = true)]
    async fn many_wait_hardly_longer_than_one_where_the_store_is_far_away() {
        let distance = Duration::from_millis(10);
        let (one, eight) = (waits(1, distance).await, waits(8, distance).await);
        assert!(eight < one.mul_f64(1.1), "{eight:?} beside {one:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn few_batches_run_at_once_where_the_store_is_near() {
        let distance = Duration::from_millis(1);
        let (one, many) = (waits(1, distance).await, waits(64, distance).await);
        // A call waits for a batch of the two that run.
        assert!(many > one.mul_f64(1.2), "{many:?} beside {one:?}");
    }

    #[tokio::test]
    async fn a_caller_who_leaves_takes_no_answer_from_others() {
        let gate = Arc::new(Semaphore::new(0));
        let batcher = sizes(&gate);
        let mut calls = called(&batcher, 4).await;
        let mut leaves = called(&batcher, 1).await;
        leaves.shutdown().await;
        gate.add_permits(10);
        let mut answers = Vec::new();
        while let Some(answer) = calls.join_next().await {
            answers.push(answer.unwrap());
        }
        answers.sort_unstable();
        assert_eq!(answers, [Some(1), Some(1), Some(2), Some(2)]);
    }
}
