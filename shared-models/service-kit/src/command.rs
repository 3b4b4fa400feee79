//! What every program does with its command line: read it, run, and end with one line if it failed.

use std::{
    fmt,
    io::{IsTerminal as _, stderr},
    process::{ExitCode, Termination},
};

use clap::Parser;
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::clock::{Clock as _, SystemClock};

/// Reads the command line and runs what it says; a failure is one line on standard error and a non-zero exit.
pub async fn main<C, T, E, Run>(name: &str, run: impl FnOnce(C) -> Run) -> ExitCode
where
    C: Parser,
    E: fmt::Display,
    Run: Future<Output = Result<T, E>>,
    T: Termination,
{
    serving(name, |_| false, run).await
}

/// The same for a program that serves where `serves` says so. The line is then one of its log, unless a person reads it.
pub async fn serving<C, T, E, Run>(
    name: &str,
    serves: impl FnOnce(&C) -> bool,
    run: impl FnOnce(C) -> Run,
) -> ExitCode
where
    C: Parser,
    E: fmt::Display,
    Run: Future<Output = Result<T, E>>,
    T: Termination,
{
    let command = match C::try_parse() {
        Ok(command) => command,
        Err(help) if !help.use_stderr() => {
            return help.print().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
        Err(error) => {
            // Clap's first line says what is wrong; the usage that follows is what --help is for.
            let text = error.to_string();
            return fail(name, text.lines().next().unwrap_or_default().trim_start_matches("error: "), 2);
        }
    };
    let serves = serves(&command) && !stderr().is_terminal();
    match run(command).await {
        Ok(done) => done.report(),
        Err(error) if serves => {
            eprintln!("{}", log_line(name, &format!("{error:#}"), SystemClock.now()));
            ExitCode::FAILURE
        }
        Err(error) => fail(name, &format!("{error:#}"), 1),
    }
}

/// A line as the log has them. The log itself may not have been started: its settings may be what is wrong.
fn log_line(name: &str, reason: &str, now: OffsetDateTime) -> String {
    let line = json!({
        "timestamp": now.format(&Rfc3339).unwrap_or_default(),
        "level": "ERROR",
        "message": "the service cannot start",
        "service": name,
        "cause": reason,
    });
    line.to_string()
}

fn fail(name: &str, reason: &str, code: u8) -> ExitCode {
    eprintln!("{name}: {reason}");
    ExitCode::from(code)
}
