//! Turns to write many documents: as many at a time as there are cores.

use std::{sync::LazyLock, time::Duration};

use service_kit::{aside::cores, budget::Exhausted};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::error::ResourceError;

/// How long a bulk write waits for others to end before it is refused.
const PATIENCE: Duration = Duration::from_secs(10);

static BULKS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(cores()));

/// A turn. Who gets none within 10 s is refused.
pub async fn turn() -> Result<SemaphorePermit<'static>, ResourceError> {
    let turn = timeout(PATIENCE, BULKS.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or(ResourceError::Exhausted(Exhausted::Busy))
}

#[cfg(test)]
mod tests {
    use super::*;

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
