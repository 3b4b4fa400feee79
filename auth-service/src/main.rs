//! auth-service: parses the command line and does what it says.

use std::process::ExitCode;

use auth_service::cli::Cli;
use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help) if !help.use_stderr() => {
            return help.print().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
        }
        Err(error) => {
            // Clap's first line says what is wrong; the usage that follows is what --help is for.
            let text = error.to_string();
            return fail(text.lines().next().unwrap_or_default().trim_start_matches("error: "), 2);
        }
    };
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("{error:#}"), 1),
    }
}

fn fail(reason: &str, code: u8) -> ExitCode {
    eprintln!("auth-service: {reason}");
    ExitCode::from(code)
}
