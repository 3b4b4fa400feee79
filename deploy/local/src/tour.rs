//! What a person sees once the services run: the sample calculating, then lines to paste.
//!
//! Uses the services over HTTP like any client; a failure here is reported and stops nothing.

use std::{path::Path, time::Duration};

use anyhow::Result;
use service_kit::clock::Clock;
use shared_models::auth::Login;

use crate::{
    banner::Paste,
    sample::{
        client::{Client, http},
        job,
    },
    terminal,
};

/// How often readiness is asked for while the services start.
const READY_POLL: Duration = Duration::from_millis(5);

/// Waits until the management listener at `management` says that the services are ready.
pub async fn until_ready(management: &str) -> Result<()> {
    let http = http()?;
    let url = format!("{management}/readyz");
    while !http.get(&url).send().await.is_ok_and(|response| response.status().is_success()) {
        tokio::time::sleep(READY_POLL).await;
    }
    Ok(())
}

/// Someone to calculate as.
pub struct Scientist<'a> {
    /// What they log in with.
    pub login: &'a Login,
    /// The file that holds it.
    pub file: &'a Path,
}

/// Calculates the sample, unless it is to be left out, and prints the lines to paste.
pub async fn show(origin: &str, scientist: Scientist<'_>, sample: bool, clock: &dyn Clock) {
    let calculation = calculate(origin, scientist.login, sample, clock).await.unwrap_or_else(|error| {
        terminal::report(&format!("tessera: the sample calculation stopped: {error:#}"));
        None
    });
    terminal::print(&Paste { origin, login: scientist.file, calculation: calculation.as_deref() });
}

/// Returns the id of a calculation to look at, if there is one.
async fn calculate(origin: &str, login: &Login, sample: bool, clock: &dyn Clock) -> Result<Option<String>> {
    let mut client = Client::login(origin, login).await?;
    if sample {
        let mut second = Client::login(origin, login).await?;
        job::run(&mut client, &mut second, clock).await?;
    }
    job::newest(&mut client).await
}
