//! Whether the time of a login reveals if an address is known: wrong passwords for known and unknown people, by turns.

use std::time::Instant;

use super::{
    load::{Connection, median},
    support::{Stack, stack::ADMIN},
};

const PAIRS: usize = 400;
/// How far the medians may be apart.
const ASKED: f64 = 0.05;
/// Before the clock runs: the first requests open connections and fill caches.
const WARM_UP: usize = 20;

pub async fn measure() {
    let unlimited =
        [("AUTH__THROTTLE__FREE_FAILURES", "1000000"), ("AUTH__THROTTLE__ADDRESS_FREE_FAILURES", "1000000")];
    for (form, stack) in [
        ("SQLite", Stack::embedded_with(&unlimited).await),
        ("MongoDB", Stack::replicated_with(&unlimited).await),
    ] {
        let mut connection = Connection::open(&stack.auth[0].base).await;
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for pair in 0..WARM_UP + PAIRS {
            // Each gets the same number of guesses. The service counts failures by account, and counting takes time.
            for (name, times) in [(ADMIN.0, &mut known), ("nobody@example.org", &mut unknown)] {
                let form = format!("username={name}&password=certainly+not+this+one");
                let begun = Instant::now();
                let answer = connection.post("/auth/login", None, &form).await.expect("an answer");
                assert_eq!(answer.status(), 401);
                if pair >= WARM_UP {
                    times.push(begun.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
        let (known, unknown) = (median(&mut known), median(&mut unknown));
        let apart = unknown / known - 1.0;
        println!(
            "{form:8} medians of {PAIRS} + {PAIRS}: known {known:.2} ms, unknown {unknown:.2} ms, {:+.1} % (asked: {:.0} %)",
            100.0 * apart,
            100.0 * ASKED
        );
        assert!(apart.abs() <= ASKED, "{form}: the time of a login says who is known");
    }
}
