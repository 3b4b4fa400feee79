//! What `check` does: it looks at all that a start needs, and writes nothing.

use service_kit::{
    start::StartError,
    store::{
        StoreUrl,
        sqlite::{Found, in_order},
    },
};

use crate::{
    app,
    in_force::InForce,
    settings::{DATABASE, Settings},
    store::sqlite,
};

/// Loads the keys, and returns what is in force.
pub fn in_force(settings: &Settings) -> Result<InForce, StartError> {
    let (keys, _) = app::own(settings, &app::system())?;
    Ok(InForce::of(settings, &keys))
}

/// Looks at the store. Returns the line that says that all is in order.
pub async fn store(settings: &Settings) -> Result<String, StartError> {
    let found = match &settings.store.url {
        StoreUrl::Sqlite(path) => sqlite::inspect(path)?,
        StoreUrl::Mongo(_) => {
            app::reach(&app::assemble(settings, app::system()).await?).await?;
            Found::There
        }
    };
    Ok(in_order(&["settings", "keys"], found, &settings.store.url.place(DATABASE)))
}
