//! Calls that come while others are on their way go on together: a store under load is asked few questions about many
//! things instead of many about one. A call that meets no others goes at once.
//!
//! Databases know it as group commit, GraphQL servers as a data loader. Each call's answer is as fresh as if it had
//! gone alone: a batch sets out after the last of its calls came.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::timeout};

/// A question, and where its answer goes.
pub struct Call<Q, A> {
    /// What is asked.
    pub question: Q,
    answer: oneshot::Sender<A>,
}

impl<Q, A> Call<Q, A> {
    /// Answers it. Whoever asked may have left.
    pub fn answer(self, answer: A) {
        self.answer.send(answer).ok();
    }
}

/// Answers every call that it is given.
type Run<Q, A> = Arc<dyn Fn(Vec<Call<Q, A>>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// How much goes together.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The batches on their way at a time.
    pub batches: usize,
    /// The calls of a batch.
    pub calls: usize,
    /// How long a batch may take. One that takes longer is given up, and those who wait behind it go.
    pub patience: Duration,
}

/// Calls of one kind. Clones share their batches.
pub struct Batcher<Q, A> {
    limits: Limits,
    run: Run<Q, A>,
    state: Arc<Mutex<State<Q, A>>>,
}

impl<Q, A> Clone for Batcher<Q, A> {
    fn clone(&self) -> Self {
        Self { limits: self.limits, run: Arc::clone(&self.run), state: Arc::clone(&self.state) }
    }
}

struct State<Q, A> {
    waiting: Vec<Call<Q, A>>,
    /// The batches on their way.
    running: usize,
}

impl<Q: Send + 'static, A: Send + 'static> Batcher<Q, A> {
    /// Gives each batch to `run`.
    pub fn new<F>(limits: Limits, run: impl Fn(Vec<Call<Q, A>>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self {
            limits,
            run: Arc::new(move |calls| Box::pin(run(calls))),
            state: Arc::new(Mutex::new(State { waiting: Vec::new(), running: 0 })),
        }
    }

    /// The answer; nothing if the batch ended, or was given up, without one.
    pub async fn call(&self, question: Q) -> Option<A> {
        let (answer, answered) = oneshot::channel();
        let must_run = {
            let mut state = lock(&self.state);
            state.waiting.push(Call { question, answer });
            let must_run = state.running < self.limits.batches;
            state.running += usize::from(must_run);
            must_run
        };
        if must_run {
            // By itself, since others may join whoever asks first, and that one may leave.
            tokio::spawn(Running { batcher: self.clone(), ended: false }.run());
        }
        answered.await.ok()
    }
}

/// One batch after the other, until nobody waits.
struct Running<Q, A> {
    batcher: Batcher<Q, A>,
    /// Whether it has come to its end and no longer counts.
    ended: bool,
}

impl<Q, A> Running<Q, A> {
    async fn run(mut self) {
        while let Some(calls) = self.next() {
            // What is dropped here has not been answered: its callers are told so.
            let _ = timeout(self.batcher.limits.patience, (self.batcher.run)(calls)).await;
        }
    }

    fn next(&mut self) -> Option<Vec<Call<Q, A>>> {
        let mut state = lock(&self.batcher.state);
        // Nobody waits for the answer to a caller who left.
        state.waiting.retain(|call| !call.answer.is_closed());
        if state.waiting.is_empty() {
            // In one step with the look at who waits: whoever comes after it finds that they must run.
            state.running -= 1;
            self.ended = true;
            return None;
        }
        let most = self.batcher.limits.calls.min(state.waiting.len());
        Some(state.waiting.drain(..most).collect())
    }
}

impl<Q, A> Drop for Running<Q, A> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // After a panic or at the end of a runtime: those who wait must not do so for ever.
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

    const LIMITS: Limits = Limits { batches: 2, calls: 8, patience: Duration::from_secs(60) };

    /// Answers each number with how many came together, once the gate lets the batch through.
    fn sizes(gate: &Arc<Semaphore>) -> Batcher<u32, usize> {
        let gate = Arc::clone(gate);
        Batcher::new(LIMITS, move |calls: Vec<Call<u32, usize>>| {
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

    /// So many calls, all of them waiting.
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
        // Two that went at once; of the other nineteen eight, eight, and the rest.
        assert_eq!(sizes, [vec![1; 2], vec![3; 3], vec![8; 16]].concat());
    }

    #[tokio::test]
    async fn a_batch_that_fails_leaves_nobody_waiting_and_the_next_one_goes() {
        let batcher =
            Batcher::new(Limits { batches: 1, ..LIMITS }, |calls: Vec<Call<u32, u32>>| async move {
                yield_now().await;
                for call in calls {
                    assert_ne!(call.question, 0, "zero is refused");
                    let question = call.question;
                    call.answer(question);
                }
            });
        let (failed, joined) = tokio::join!(batcher.call(0), batcher.call(7));
        assert_eq!((failed, joined), (None, None));
        assert_eq!(batcher.call(7).await, Some(7));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_call_is_given_up_between_one_batch_and_the_next() {
        let batcher =
            Batcher::new(Limits { batches: 1, ..LIMITS }, |calls: Vec<Call<u32, u32>>| async move {
                for call in calls {
                    let question = call.question;
                    call.answer(question);
                }
            });
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
        let limits = Limits { batches: 1, patience: Duration::from_millis(100), ..LIMITS };
        let batcher = Batcher::new(limits, |calls: Vec<Call<u32, u32>>| async move {
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
        // Two that went at once, and the third without the five who left.
        assert_eq!(sizes, [Some(1); 3]);
    }

    #[tokio::test]
    async fn whoever_leaves_takes_no_answer_from_others() {
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
