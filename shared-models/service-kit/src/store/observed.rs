//! Times the operations of a store and counts their errors: one wrapper around the port, not a line at each call.

use std::time::Instant;

use crate::{
    metric::{Counter, Family, Histogram},
    store::cause::Cause,
    telemetry::spans,
};

/// An error of a store, as the metric names it.
pub trait Named {
    /// Its name; none for an outcome that is expected, such as a conflict.
    fn name(&self) -> Option<&'static str>;
}

impl Named for Cause {
    fn name(&self) -> Option<&'static str> {
        Some("unusable")
    }
}

/// Where the operations of a store are counted.
#[derive(Clone, Copy)]
pub struct Meter {
    /// Which store, as its label says.
    pub store: &'static str,
    /// The names of its operations.
    pub operations: &'static [&'static str],
    /// How long each took.
    pub seconds: &'static Family<Histogram, 2>,
    /// Its errors.
    pub errors: &'static Family<Counter, 2>,
}

/// The place of a name in a list.
///
/// # Panics
///
/// Where the list does not have it: in a constant, the program is not compiled.
pub const fn place(operations: &[&str], name: &str) -> usize {
    let mut at = 0;
    while at < operations.len() {
        if same(operations[at].as_bytes(), name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    // In a constant this ends the build.
    assert!(at < operations.len(), "no operation of the store has this name");
    at
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl Meter {
    /// Runs the operation at this place of the list. One that is given up is timed too.
    pub async fn run<T, E: Named>(self, at: usize, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let _timed = Timed { seconds: self.seconds.at(at), begun: Instant::now() };
        let outcome = spans::of_store(self.store, self.operations[at], work).await;
        if let Err(error) = &outcome
            && let Some(name) = error.name()
        {
            self.errors.with([self.store, name]).increment(1);
        }
        outcome
    }
}

struct Timed {
    seconds: &'static Histogram,
    begun: Instant,
}

impl Drop for Timed {
    fn drop(&mut self) {
        self.seconds.record(self.begun.elapsed());
    }
}

/// Implements the traits of a port for a wrapper: its field `inner` is the store, `freshness` keeps fresh what is marked with
/// `#[read]`, which may be called again, and `METER` counts the operations. `OPERATIONS` has the names of all methods, in order.
#[macro_export]
macro_rules! observed {
    (@work $wrapper:ident $name:ident ($($argument:ident)*)) => {
        $wrapper.inner.$name($($argument),*)
    };
    (@work $wrapper:ident $name:ident ($($argument:ident)*) read) => {
        async {
            if $wrapper.freshness.is_given() {
                return $wrapper.inner.$name($($argument),*).await;
            }
            $wrapper.freshness.read(|| $wrapper.inner.$name($(Clone::clone(&$argument)),*)).await
        }
    };
    ($wrapper:ident: $($port:path { $(
        $(#[$read:ident])? fn $name:ident($($argument:ident: $kind:ty),* $(,)?) -> $outcome:ty;
    )* })*) => {
        /// The operations of the store.
        pub const OPERATIONS: &[&str] = &[$($(stringify!($name)),*),*];

        $(#[async_trait::async_trait]
        impl $port for $wrapper {
            $(async fn $name(&self, $($argument: $kind),*) -> $outcome {
                const AT: usize = $crate::store::observed::place(OPERATIONS, stringify!($name));
                METER.run(AT, $crate::observed!(@work self $name ($($argument)*) $($read)?)).await
            })*
        })*
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_that_of_the_name() {
        assert_eq!(place(&["get", "get_all", "put"], "get_all"), 1);
        assert_eq!(place(&["get", "put"], "put"), 1);
    }
}
