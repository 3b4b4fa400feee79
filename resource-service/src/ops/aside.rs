//! Work that takes the processor for long is done beside the async threads, which answer other requests meanwhile: at most
//! as many pieces at a time as there are cores.

use std::{sync::LazyLock, thread::available_parallelism, time::Duration};

use service_kit::budget::Exhausted;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
    time::timeout,
};

use super::error::ResourceError;

/// The most bytes that are parsed or checked at once where they are: it takes less than to hand them over.
const INLINE: usize = 64 * 1024;
/// How long a bulk write waits for others to end before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

static WORK: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));
static BULKS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));

/// The cores that the process may use; two at least.
fn cores() -> usize {
    available_parallelism().map_or(2, usize::from).max(2)
}

/// Does work on so many bytes of text: beside the async threads, if there are many.
pub async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ResourceError> {
    if bytes <= INLINE {
        return Ok(work());
    }
    let failed =
        |fault: String| ResourceError::Internal(format!("work beside the requests was lost: {fault}"));
    let _turn = WORK.acquire().await.map_err(|fault| failed(fault.to_string()))?;
    spawn_blocking(work).await.map_err(|fault| failed(fault.to_string()))
}

/// A turn to write many documents. There are as many as cores; who gets none within 10 s is refused.
pub async fn turn() -> Result<SemaphorePermit<'static>, ResourceError> {
    let turn = timeout(PATIENCE, BULKS.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or(ResourceError::Exhausted(Exhausted::Busy))
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

    #[tokio::test(start_paused = true)]
    async fn a_bulk_write_that_gets_no_turn_is_refused() {
        let mut turns = Vec::new();
        for _ in 0..cores() {
            turns.push(turn().await);
        }
        assert_eq!(turn().await.err(), Some(ResourceError::Exhausted(Exhausted::Busy)));
        turns.pop();
        assert!(turn().await.is_ok());
    }
}
