//! What `check` does: it looks at all that a start needs, asks auth-service as the service would, and writes nothing.

use std::{sync::Arc, time::Duration};

use service_kit::{
    client::{ClientConfig, ServiceClient},
    clock::SystemClock,
    random::OsRandom,
    start::StartError,
    store::{
        StoreUrl,
        sqlite::{Found, in_order},
    },
};
use tokio::time::timeout;

use crate::{
    app,
    http::console::Console,
    in_force::InForce,
    ops::follow,
    settings::{DATABASE, Settings},
    store::sqlite,
};

/// How long auth-service may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Loads keys and definitions, hands what is in force to `say`, looks at the store, and reads the revocation feed once where it is
/// followed. Returns the line that says that all is in order.
pub async fn check(
    settings: &Settings,
    say: impl FnOnce(&InForce) -> Result<(), StartError>,
) -> Result<String, StartError> {
    let ring = app::ring(settings)?;
    ring.fetch_once().await?;
    app::files(settings)?;
    app::show(settings, &Console::default())?;
    let client = settings.client()?;
    say(&InForce::of(settings, &ring))?;
    let found = store(settings).await?;
    let mut checked = vec!["settings", "keys", "definitions"];
    if let Some(config) = client {
        feed(config).await?;
        checked.push("revocation feed");
    }
    Ok(in_order(&checked, found, &settings.store.url.place(DATABASE)))
}

async fn store(settings: &Settings) -> Result<Found, StartError> {
    match &settings.store.url {
        StoreUrl::Sqlite(path) => sqlite::inspect(path),
        StoreUrl::Mongo(url) => {
            app::reach(&*app::remote(url, settings).await?).await?;
            Ok(Found::There)
        }
    }
}

/// Requests a token and reads the first page of the revocation feed.
async fn feed(config: ClientConfig) -> Result<(), StartError> {
    let client = ServiceClient::new(config, Arc::new(SystemClock), Arc::new(OsRandom))?.without_breaker();
    let cause = match timeout(ANSWER, follow::ask(&client, 0, 0)).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => follow::cause(&client, &error),
        Err(_) => {
            format!(
                "auth.url: auth-service at {} does not answer within {} s",
                client.peer(),
                ANSWER.as_secs()
            )
        }
    };
    Err(StartError::Other(cause))
}
