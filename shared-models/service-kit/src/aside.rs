//! Work that takes the processor for long is done beside the async threads, which answer other requests meanwhile: at most
//! as many pieces at a time as there are cores.

use std::{sync::LazyLock, thread::available_parallelism};

use tokio::{sync::Semaphore, task::spawn_blocking};

/// The most bytes that are parsed, checked or converted at once where they are: it takes less than to hand them over.
pub const INLINE: usize = 64 * 1024;

static WORK: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));

/// The work ended without an outcome: it panicked, or the runtime is shutting down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("work beside the async threads was lost: {0}")]
pub struct Lost(String);

/// The cores that the process may use; two at least.
pub fn cores() -> usize {
    available_parallelism().map_or(2, usize::from).max(2)
}

/// Does work on so many bytes of text: beside the async threads, if there are more than [`INLINE`].
pub async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Lost> {
    if bytes <= INLINE {
        return Ok(work());
    }
    let turn = WORK.acquire().await.map_err(|fault| Lost(fault.to_string()))?;
    // The turn lasts as long as the work does, also where nobody waits for it any more.
    let work = move || {
        let _turn = turn;
        work()
    };
    spawn_blocking(work).await.map_err(|fault| Lost(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn little_is_done_at_once_and_much_on_another_thread() {
        let here = std::thread::current().id();
        assert_eq!(aside(INLINE, || std::thread::current().id()).await, Ok(here));
        assert_ne!(aside(INLINE + 1, || std::thread::current().id()).await, Ok(here));
    }
}
