//! The revocation feed for followers: the entries after their cursor, immediately or as soon as there are any.

use std::time::Duration;

use shared_models::revocations::RevocationPage;

use super::{
    Auth, AuthError,
    logs::{PAGE, in_time},
};

impl Auth {
    /// The revocations after the cursor. If there are none, waits for one, at most `wait`.
    pub async fn revocations(&self, cursor: i64, wait: Duration) -> Result<RevocationPage, AuthError> {
        let waiting = self.revocation_log.waiting();
        let page = self.revocations_now(cursor).await?;
        if !page.entries.is_empty() || !waiting.until_after(page.next, wait).await {
            return Ok(page);
        }
        self.revocations_now(page.next).await
    }

    async fn revocations_now(&self, cursor: i64) -> Result<RevocationPage, AuthError> {
        in_time(self.store.revocations_after(cursor, PAGE, self.now())).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use shared_models::revocations::RevocationKind;
    use tokio::time::{sleep, timeout};

    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_waiting_reader_is_answered_as_soon_as_there_is_something() {
        let world = World::new().await;
        world.auth.watch_logs();
        let none = world.auth.revocations(0, Duration::from_millis(10)).await.unwrap();
        assert_eq!(none, RevocationPage { entries: Vec::new(), next: 0 });
        let waiting = {
            let auth = Arc::clone(&world.auth);
            tokio::spawn(async move { auth.revocations(0, Duration::from_secs(20)).await })
        };
        sleep(Duration::from_millis(50)).await;
        let auth = &world.auth;
        auth.store.revoke(RevocationKind::Key, "k", &auth.revocation_clock).await.unwrap();
        let answer = timeout(Duration::from_secs(2), waiting).await.unwrap().unwrap().unwrap();
        assert_eq!(answer.entries[0].value, "k");
        let again = world.auth.revocations(answer.next, Duration::ZERO).await.unwrap();
        assert!(again.entries.is_empty());
    }
}
