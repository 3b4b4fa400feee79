//! Repeats reads that a store may have answered from before the last acknowledged writes. Knows no database.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Unavailable;

/// The times in which one server after the other accepts the writes of a store.
pub trait Terms: Send + Sync {
    /// The number of the term now, if its reads are known to see every acknowledged write.
    fn proven(&self) -> Option<u64>;

    /// The same; waits a few seconds for it at most.
    fn until_proven(&self) -> BoxFuture<'_, Result<u64, Unavailable>>;
}

/// How often a read is made again because the term changed.
const ROUNDS: usize = 3;

/// How a store keeps its reads fresh. By default it has one server, whose reads always are.
#[derive(Clone, Default)]
pub struct Freshness(Option<Arc<dyn Terms>>);

impl Freshness {
    /// Of a store whose server changes.
    pub fn of(terms: impl Terms + 'static) -> Self {
        Self(Some(Arc::new(terms)))
    }

    /// Whether the store has one server, so that a read is never made again.
    pub const fn is_given(&self) -> bool {
        self.0.is_none()
    }

    /// The answer to a read that began and ended within one term. `read` is called again after a change of term.
    ///
    /// # Errors
    ///
    /// Those of `read`, and [`Unavailable`] if no term is proven in time, or if the term changed in every round.
    pub async fn read<T, E, F>(&self, mut read: impl FnMut() -> F + Send) -> Result<T, E>
    where
        T: Send,
        E: From<Unavailable> + Send,
        F: Future<Output = Result<T, E>> + Send,
    {
        let Some(terms) = &self.0 else { return read().await };
        for _ in 0..ROUNDS {
            let term = match terms.proven() {
                Some(term) => term,
                None => terms.until_proven().await?,
            };
            let answer = read().await?;
            if terms.proven() == Some(term) {
                return Ok(answer);
            }
        }
        Err(Unavailable.into())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    use super::*;

    /// Terms of which the first few end during a read.
    struct Short(Arc<AtomicU64>, u64);

    impl Terms for Short {
        fn proven(&self) -> Option<u64> {
            (self.1 > 0).then(|| self.0.load(Relaxed))
        }

        fn until_proven(&self) -> BoxFuture<'_, Result<u64, Unavailable>> {
            Box::pin(async { self.proven().ok_or(Unavailable) })
        }
    }

    async fn reads_until(steady: u64) -> (Result<u64, Unavailable>, u64) {
        let term = Arc::new(AtomicU64::new(1));
        let freshness = Freshness::of(Short(term.clone(), steady));
        let mut reads = 0;
        let answer = freshness
            .read(|| {
                reads += 1;
                let now = term.load(Relaxed);
                if now < steady {
                    term.store(now + 1, Relaxed);
                }
                async move { Ok(now) }
            })
            .await;
        (answer, reads)
    }

    #[tokio::test]
    async fn an_answer_is_of_the_term_in_which_it_was_asked_for() {
        assert_eq!(reads_until(1).await, (Ok(1), 1));
        assert_eq!(reads_until(3).await, (Ok(3), 3));
        assert_eq!(reads_until(9).await, (Err(Unavailable), 3), "not without an end");
    }

    #[tokio::test]
    async fn an_error_is_no_stale_answer() {
        let freshness = Freshness::of(Short(Arc::new(AtomicU64::new(1)), 9));
        let mut reads = 0;
        let read = || {
            reads += 1;
            async { Err::<(), _>(Unavailable) }
        };
        assert_eq!(freshness.read(read).await, Err(Unavailable));
        assert_eq!(reads, 1);
    }

    #[tokio::test]
    async fn nothing_is_read_while_no_term_is_proven() {
        assert_eq!(reads_until(0).await, (Err(Unavailable), 0));
    }

    #[tokio::test]
    async fn a_store_with_one_server_is_read_once() {
        let answer = Freshness::default().read(|| async { Ok::<_, Unavailable>(7) }).await;
        assert_eq!(answer, Ok(7));
    }
}
