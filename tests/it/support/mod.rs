//! The system under test: real binaries on free ports, and the people who call them.

pub mod caller;
pub mod copies;
pub mod events;
pub mod logouts;
pub mod process;
pub mod slow;
pub mod stack;
pub mod store;
pub mod upload;

pub use self::{
    caller::Caller,
    process::{Process, http},
    stack::Stack,
};

/// Runs each test on embedded stores and on MongoDB with two replicas of each service.
macro_rules! on_both_stores {
    ($($test:ident),* $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::support::Stack::embedded().await).await;
            })*
        }
        mod mongodb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(crate::support::Stack::replicated().await).await;
            })*
        }
    };
}
pub(crate) use on_both_stores;
