//! What every program does with its command line: read it, run, and end with one line if it failed.

use std::{
    ffi::OsString,
    fmt,
    io::{IsTerminal as _, stderr},
    process::{ExitCode, Termination},
};

use clap::{
    ArgMatches, Command, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
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
    let command = match parsed::<C>(std::env::args_os()) {
        Ok(command) => command,
        Err(help) if !help.use_stderr() => {
            return help.print().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
        Err(error) => return fail(name, &one_line(&error), 2),
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

/// Reads a command line as [`Parser::try_parse`] does, but a subcommand that is missing is an error, where clap prints its help.
fn parsed<C: Parser>(arguments: impl IntoIterator<Item = OsString>) -> Result<C, clap::Error> {
    let command = without_help(C::command());
    let mut matches: ArgMatches = command.try_get_matches_from(arguments)?;
    C::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut C::command()))
}

fn without_help(command: Command) -> Command {
    command.arg_required_else_help(false).mut_subcommands(without_help)
}

/// What clap says before the usage, which is what --help is for: what is wrong, with the names and the values that it
/// concerns, and what was probably meant.
fn one_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::MissingSubcommand
        && let Some(ContextValue::Strings(names)) = error.get(ContextKind::ValidSubcommand)
    {
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "help").collect();
        return format!("a subcommand is needed: {}", either(&names));
    }
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let mut said = String::new();
    for line in lines {
        let (joint, line) = match line.strip_prefix("tip: ") {
            Some(tip) => ("; ", tip),
            None if said.is_empty() => ("", line.trim_start_matches("error: ")),
            None if said.ends_with(':') || line.starts_with('[') => (" ", line),
            None => (", ", line),
        };
        said.push_str(joint);
        said.push_str(line);
    }
    said
}

/// `a, b or c`.
fn either(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.concat(),
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

#[cfg(test)]
#[path = "tests/command.rs"]
mod tests;
