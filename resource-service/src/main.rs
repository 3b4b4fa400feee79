//! Parses the command line and calls the library.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use resource_service::{app, settings::Settings};
use service_kit::{start::StartError, telemetry};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves documents to holders of valid access tokens.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Settings in TOML; RESOURCE__… variables override them
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until told to stop (the default)
    Serve,
    /// Load settings, keys and definitions, reach the store, and say what is wrong
    Check,
}

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::command::main("resource-service", run).await
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let settings = Settings::load(arguments.config.as_deref())?;
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let _telemetry = telemetry::init("resource-service", &settings.telemetry, "info")?;
            app::serve(&settings).await
        }
        Command::Check => {
            app::check(&settings).await?;
            let told = writeln!(std::io::stdout(), "settings, keys, definitions and store are in order");
            told.map_err(|error| StartError::Other(error.to_string()))
        }
    }
}
