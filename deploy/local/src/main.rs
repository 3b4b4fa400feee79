//! Parses the command line and starts `tessera`. Knows nothing else.

use std::process::ExitCode;

use tessera::app;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    service_kit::settings::allocator::give_back_early();
    service_kit::command::main("tessera", app::run).await
}
