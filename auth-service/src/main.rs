//! Parses the command line and calls the library.

use std::process::ExitCode;

use auth_service::cli::Cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::command::serving("auth-service", Cli::serves, Cli::run).await
}
