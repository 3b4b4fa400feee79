//! Shares commands: equal calls at the same time get the answer of one command.
//!
//! Consoles ask for the same list from many tabs and people, again and again. A call never joins a command that was sent
//! before it arrived: that one may have read before a write that the caller knows of. Calls that arrive while a command is
//! under way wait for the next one, which they share. So each answer is as fresh as that of a command of its own. Nothing is
//! kept: it is not a cache. A call that arrives while no equal one is under way is sent immediately, and different calls
//! never wait for each other.
//!
//! The key of a call is all that its answer depends on. An error is the answer of those who shared the command, and of
//! nobody else. A command ends when all who share it have left.

use std::{
    collections::HashMap,
    hash::Hash,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::oneshot,
    time::{Instant, timeout},
};

use crate::distance::Distance;

/// The most equal commands that run at the same time if the store is near: more than one, so that one that takes long
/// delays few.
const NEAR: usize = 2;
/// The most equal commands that run at the same time, however far away the store is.
const FAR: usize = 16;
/// How long a call waits for equal ones to return. Commands that take longer than this are not worth waiting for.
const PATIENCE: Duration = Duration::from_millis(50);

/// Answers a call.
type Run<K, A> = Arc<dyn Fn(K) -> Pin<Box<dyn Future<Output = A> + Send>> + Send + Sync>;

/// Calls of one kind, shared where their keys are equal. Clones share with each other.
pub struct Sharer<K, A> {
    runtime: Handle,
    run: Run<K, A>,
    state: Arc<Mutex<State<K, A>>>,
}

impl<K, A> Clone for Sharer<K, A> {
    fn clone(&self) -> Self {
        Self { runtime: self.runtime.clone(), run: Arc::clone(&self.run), state: Arc::clone(&self.state) }
    }
}

struct State<K, A> {
    distance: Distance,
    /// The number of commands that are running.
    running: usize,
    equal: HashMap<K, Equal<A>>,
}

/// Calls with the same key, of which at least one is running.
struct Equal<A> {
    waiting: Vec<oneshot::Sender<A>>,
    /// The number of commands that are running.
    running: usize,
}

impl<K, A> Sharer<K, A>
where
    K: Clone + Eq + Hash + Send + 'static,
    A: Clone + Send + 'static,
{
    /// Answers calls by `run`, in tasks on `runtime`: that of the store's driver.
    pub fn new<F>(runtime: Handle, run: impl Fn(K) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = A> + Send + 'static,
    {
        let state = State { distance: Distance::default(), running: 0, equal: HashMap::new() };
        Self { runtime, run: Arc::new(move |key| Box::pin(run(key))), state: Arc::new(Mutex::new(state)) }
    }

    /// The answer; nothing if the command ended without one.
    pub async fn call(&self, key: K) -> Option<A> {
        let (answer, mut answered) = oneshot::channel();
        if let Some(running) = self.join(&key, answer) {
            self.send(running);
        } else {
            if let Ok(answer) = timeout(PATIENCE, &mut answered).await {
                return answer.ok();
            }
            if let Some(running) = self.hurry(&key) {
                self.send(running);
            }
        }
        answered.await.ok()
    }

    /// Lets a call wait for the next command, which is sent now if few are under way.
    fn join(&self, key: &K, answer: oneshot::Sender<A>) -> Option<Running<K, A>> {
        let mut state = lock(&self.state);
        let most = state.distance.most(NEAR, FAR);
        let equal = state.equal.entry(key.clone()).or_insert_with(Equal::none);
        equal.waiting.push(answer);
        (equal.running < most).then(|| self.start(&mut state, key))
    }

    /// One more command for those who still wait.
    fn hurry(&self, key: &K) -> Option<Running<K, A>> {
        let mut state = lock(&self.state);
        let equal = state.equal.get(key)?;
        (!equal.waiting.is_empty() && equal.running < FAR).then(|| self.start(&mut state, key))
    }

    fn start(&self, state: &mut State<K, A>, key: &K) -> Running<K, A> {
        state.running += 1;
        if let Some(equal) = state.equal.get_mut(key) {
            equal.running += 1;
        }
        Running { sharer: self.clone(), key: key.clone(), ended: false }
    }

    /// In a task of its own: others may share the command of the first caller, who may leave. The state is not locked here,
    /// as a runtime that has ended drops the task at once.
    fn send(&self, running: Running<K, A>) {
        self.runtime.spawn(running.run());
    }
}

impl<A> Equal<A> {
    const fn none() -> Self {
        Self { waiting: Vec::new(), running: 0 }
    }
}

/// Runs one command after the other, until no call is waiting.
struct Running<K, A>
where
    K: Eq + Hash,
{
    sharer: Sharer<K, A>,
    key: K,
    /// Whether it has ended and no longer counts as running.
    ended: bool,
}

impl<K, A> Running<K, A>
where
    K: Clone + Eq + Hash + Send + 'static,
    A: Clone + Send + 'static,
{
    async fn run(mut self) {
        let mut first = true;
        while let Some((mut calls, alone)) = self.next(first) {
            first = false;
            let sent = Instant::now();
            let answer = tokio::select! {
                answer = (self.sharer.run)(self.key.clone()) => answer,
                () = all_left(&mut calls) => continue,
            };
            lock(&self.sharer.state).distance.adjust(sent.elapsed(), alone);
            give(calls, answer);
        }
    }

    /// The calls that share the next command, and whether no other one is running.
    fn next(&mut self, first: bool) -> Option<(Vec<oneshot::Sender<A>>, bool)> {
        let mut state = lock(&self.sharer.state);
        let (most, alone) = (state.distance.most(NEAR, FAR), state.running == 1);
        let equal = state.equal.get_mut(&self.key)?;
        // Callers who left need no answer.
        equal.waiting.retain(|call| !call.is_closed());
        if equal.waiting.is_empty() || (!first && equal.running > most) {
            // Under the same lock as the check for waiting calls, so the next call starts a new run.
            state.end(&self.key);
            self.ended = true;
            return None;
        }
        Some((std::mem::take(&mut equal.waiting), alone))
    }
}

impl<K: Eq + Hash, A> State<K, A> {
    /// One command fewer is running. Those who still wait when there is none get no answer.
    fn end(&mut self, key: &K) {
        self.running -= 1;
        if let Some(equal) = self.equal.get_mut(key) {
            equal.running -= 1;
            if equal.running == 0 {
                self.equal.remove(key);
            }
        }
    }
}

impl<K: Eq + Hash, A> Drop for Running<K, A> {
    fn drop(&mut self) {
        // After a panic or at the end of a runtime: callers must not wait forever.
        if !self.ended {
            lock(&self.sharer.state).end(&self.key);
        }
    }
}

/// Ends when no caller waits any longer.
async fn all_left<A>(calls: &mut [oneshot::Sender<A>]) {
    for call in calls {
        call.closed().await;
    }
}

fn give<A: Clone>(mut calls: Vec<oneshot::Sender<A>>, answer: A) {
    let Some(last) = calls.pop() else { return };
    for call in calls {
        // The caller may have left.
        call.send(answer.clone()).ok();
    }
    last.send(answer).ok();
}

fn lock<K, A>(state: &Mutex<State<K, A>>) -> MutexGuard<'_, State<K, A>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "tests/share.rs"]
mod tests;
