//! What identity costs, how fast it is cut off and how replicas scale, with the built release programs on a real MongoDB.
//!
//! `tests/bench/run NAME…`, where NAME is one of those in [`MEASURES`]; all of them where none is given. Machines are shared:
//! compare what one run printed, not figures of two.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot be set up has nothing to say")]
#![allow(clippy::print_stdout, reason = "it is there to print")]
#![allow(
    clippy::disallowed_methods,
    reason = "it measures the machine's own time, and the environment says where MongoDB is"
)]

mod cores;
mod disable;
mod load;
mod logins;
mod logouts;
mod revocation;
mod rotation;
mod scaling;
mod share;
mod slow;
#[allow(dead_code, unused_macros, unused_imports, reason = "the tests use more of it")]
#[path = "../../it/support/mod.rs"]
mod support;
mod timing;
mod tokens;

use std::{future::Future, panic::AssertUnwindSafe, pin::Pin};

use futures_util::FutureExt as _;

type Measure = fn() -> Pin<Box<dyn Future<Output = ()>>>;

/// What can be measured.
const MEASURES: [(&str, Measure); 9] = [
    ("logins", || Box::pin(logins::measure())),
    ("tokens", || Box::pin(tokens::measure())),
    ("timing", || Box::pin(timing::measure())),
    ("cutoff", || Box::pin(revocation::measure())),
    ("rotation", || Box::pin(rotation::measure())),
    ("disable", || Box::pin(disable::measure())),
    ("logouts", || Box::pin(logouts::measure())),
    ("slow", || Box::pin(slow::measure())),
    ("scaling", || Box::pin(scaling::measure())),
];

#[tokio::main]
async fn main() {
    // `cargo bench` adds a flag of its own.
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    for name in &wanted {
        assert!(
            MEASURES.iter().any(|(known, _)| known == name),
            "there is no {name}: {:?}",
            MEASURES.map(|m| m.0)
        );
    }
    let (mut passed, mut failed) = (0, 0);
    for (name, measure) in MEASURES {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            println!("\n== {name}");
            // A figure that is missed hides none of the others.
            match AssertUnwindSafe(measure()).catch_unwind().await {
                Ok(()) => passed += 1,
                Err(_) => failed += 1,
            }
        }
    }
    println!("\n{passed} passed, {failed} failed");
    std::process::exit(i32::from(failed > 0));
}
