//! What every program does with its command line: read it, run, and end with one line if it failed.

use std::{
    fmt,
    process::{ExitCode, Termination},
};

use clap::Parser;

/// Reads the command line and runs what it says; a failure is one line on standard error and a non-zero exit.
pub async fn main<C, T, E, Run>(name: &str, run: impl FnOnce(C) -> Run) -> ExitCode
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
    match run(command).await {
        Ok(done) => done.report(),
        Err(error) => fail(name, &format!("{error:#}"), 1),
    }
}

fn fail(name: &str, reason: &str, code: u8) -> ExitCode {
    eprintln!("{name}: {reason}");
    ExitCode::from(code)
}
