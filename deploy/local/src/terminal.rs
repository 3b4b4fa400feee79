//! What is said to the person who started this. That nobody reads it any more is no reason to stop.

use std::{
    fmt::Display,
    io::{Write as _, stderr, stdout},
};

/// Prints what was asked for, to standard output.
pub fn print(text: &dyn Display) {
    let mut out = stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// Reports progress, in a line on standard error.
pub fn report(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
