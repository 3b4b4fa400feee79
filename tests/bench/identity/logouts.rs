//! How long it takes to revoke 300 grants at once at three replicas on MongoDB.

use std::time::Duration;

use super::support::{Stack, logouts::three_hundred_logouts};

const ROUNDS: usize = 3;
/// The most that is allowed.
const ASKED: Duration = Duration::from_secs(3);

pub async fn measure() {
    for _ in 0..ROUNDS {
        let took = three_hundred_logouts(Stack::replicated().await).await;
        println!("300 grants revoked in {took:.2?} (asked: {ASKED:?})");
        assert!(took <= ASKED, "the revocations took too long");
    }
}
