//! Parses the command line and calls the library.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use resource_service::{app, check::check, settings::Settings};
use service_kit::{healthcheck::healthcheck, settings::reference::Format, start::StartError, telemetry};

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

impl Arguments {
    /// Whether they ask for the service itself.
    fn serves(&self) -> bool {
        matches!(self.command, None | Some(Command::Serve))
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serve until a signal to stop is received (the default)
    Serve,
    /// Load settings, keys and definitions, say what is in force, reach the store and auth-service, and say what is wrong
    Check,
    /// Ask the service that runs with these settings on this machine whether it is ready
    Healthcheck,
    /// Print all settings with their defaults, bounds and meaning
    Settings {
        /// `markdown`, or `toml`: a file for --config
        #[arg(long, default_value = "markdown")]
        format: Format,
    },
    /// Move definitions of collections between files and the store
    Collections {
        #[command(subcommand)]
        command: Transfer,
    },
}

#[derive(Subcommand)]
enum Transfer {
    /// Write every definition that is served into a directory, a file each
    Export {
        /// Made where it is missing
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Take the definitions of a directory into the store, all or none
    Import {
        /// One definition in each *.json file
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// Change nothing; say what would be changed
        #[arg(long)]
        dry_run: bool,
        /// Take them although stored documents break them
        #[arg(long)]
        force: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::settings::allocator::give_back_early();
    service_kit::command::serving("resource-service", Arguments::serves, run).await
}

async fn run(arguments: Arguments) -> Result<(), StartError> {
    let settings = || Settings::load(arguments.config.as_deref());
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            let settings = settings()?;
            let _telemetry = telemetry::init("resource-service", &settings.telemetry, "info", app::METRICS)?;
            app::serve(&settings).await
        }
        Command::Check => {
            let found = check(&settings()?, |in_force| print_lines(&[in_force.to_string()])).await?;
            print_lines(&[found])
        }
        Command::Healthcheck => {
            healthcheck(&settings()?.http).await?;
            print_lines(&["ready".to_owned()])
        }
        Command::Settings { format } => print_lines(&[Settings::reference(format)?.trim_end().to_owned()]),
        Command::Collections { command: Transfer::Export { directory } } => {
            print_lines(&app::export_definitions(&settings()?, &directory).await?)
        }
        Command::Collections { command: Transfer::Import { directory, dry_run, force } } => {
            print_lines(&app::import_definitions(&settings()?, &directory, force, dry_run).await?)
        }
    }
}

fn print_lines(lines: &[String]) -> Result<(), StartError> {
    let written = lines.iter().try_for_each(|line| writeln!(std::io::stdout(), "{line}"));
    written.map_err(|error| StartError::Other(error.to_string()))
}
