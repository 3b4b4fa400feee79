//! The composition root: settings -> store -> use cases -> routes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::web::{self, ServiceConfig};
use service_kit::{
    clock::{Clock, SystemClock},
    docs,
    health::Check,
    keys::{KeyRing, Purpose},
    random::{OsRandom, Random},
    route,
    server::{Listeners, Part},
    start::StartError,
    store::{StoreUrl, mongo},
    token::Verifier,
};

use crate::{
    domain::{catalog::Catalog, collection::Collection},
    http::{BODY_LIMIT, endpoints, openapi::OpenApi},
    ops::Service,
    settings::Settings,
    store::{Store, StoreError, mongo::MongoStore, sqlite::SqliteStore},
};

/// How long to wait before the store is prepared again after it could not be reached.
const RETRY: Duration = Duration::from_secs(1);
/// How often SQLite is rid of expired documents and looks at its statistics.
const MAINTENANCE: Duration = Duration::from_secs(60);
/// The database where the URL names none.
const DATABASE: &str = "tessera_resource";

/// What is handed in, so that tests can replace it.
#[derive(Clone)]
pub struct Env {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub random: Arc<dyn Random>,
}

impl Default for Env {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(OsRandom) }
    }
}

/// Serves until the process is told to stop.
pub async fn serve(settings: &Settings) -> Result<(), StartError> {
    let listeners = Listeners::bind(&settings.http)?;
    let part = part(settings, Env::default()).await?;
    listeners.serve(vec![part]).await
}

/// Loads keys and definitions and reaches the store; changes nothing.
pub async fn check(settings: &Settings) -> Result<(), StartError> {
    KeyRing::open(&settings.keys.file, Purpose::Verify)?;
    catalog(settings)?;
    let store: Arc<dyn Store> = match &settings.store.url {
        StoreUrl::Sqlite(path) => Arc::new(SqliteStore::open(path)?),
        StoreUrl::Mongo(url) => Arc::new(MongoStore::new(mongo::connect(url, DATABASE).await?)),
    };
    store.ping().await.map_err(|error| StartError::Store(error.to_string()))
}

/// The service, ready to be served beside others or alone.
pub async fn part(settings: &Settings, env: Env) -> Result<Part, StartError> {
    let ring = Arc::new(KeyRing::open(&settings.keys.file, Purpose::Verify)?);
    ring.follow();
    let tokens = &settings.tokens;
    let verifier = Arc::new(Verifier::new(ring, &tokens.issuer, &tokens.audience, Arc::clone(&env.clock)));
    let catalog = catalog(settings)?;
    let prepared = Arc::new(AtomicBool::new(false));
    let store = store(settings, &catalog, &env.clock, &prepared).await?;
    let openapi = web::Data::new(OpenApi::new(&catalog, &settings.login_url()));
    let checks = vec![Check::new("resource-store", {
        let store = Arc::clone(&store);
        move || readiness(Arc::clone(&store), Arc::clone(&prepared))
    })];
    let service = web::Data::new(Service { catalog, store, clock: env.clock, random: env.random });
    let configure = move |config: &mut ServiceConfig| {
        config.app_data(service.clone()).app_data(openapi.clone());
        docs::swagger(config, "/api/docs", "/api/openapi.json");
        route::mount(config, endpoints(), &verifier, BODY_LIMIT);
    };
    Ok(Part { configure: Arc::new(configure), checks })
}

fn catalog(settings: &Settings) -> Result<Catalog, StartError> {
    let catalog = match &settings.collections.dir {
        Some(directory) => Catalog::from_directory(directory),
        None => Catalog::built_in(),
    };
    catalog.map_err(|error| StartError::Other(error.to_string()))
}

fn collections_of(catalog: &Catalog) -> Vec<Arc<Collection>> {
    catalog.iter().cloned().collect()
}

/// An embedded store is prepared before anything is served; a remote one as soon as it can be reached.
async fn store(
    settings: &Settings,
    catalog: &Catalog,
    clock: &Arc<dyn Clock>,
    prepared: &Arc<AtomicBool>,
) -> Result<Arc<dyn Store>, StartError> {
    let collections = collections_of(catalog);
    match &settings.store.url {
        StoreUrl::Sqlite(path) => {
            let store = Arc::new(SqliteStore::open(path)?);
            store.prepare(&collections).await.map_err(|error| StartError::Store(error.to_string()))?;
            prepared.store(true, Ordering::Relaxed);
            tokio::spawn(maintain(Arc::clone(&store), collections, Arc::clone(clock)));
            Ok(store)
        }
        StoreUrl::Mongo(url) => {
            let store: Arc<dyn Store> = Arc::new(MongoStore::new(mongo::connect(url, DATABASE).await?));
            tokio::spawn(warm_up(Arc::clone(&store), collections, Arc::clone(prepared)));
            Ok(store)
        }
    }
}

async fn readiness(store: Arc<dyn Store>, prepared: Arc<AtomicBool>) -> Result<(), String> {
    if !prepared.load(Ordering::Relaxed) {
        return Err("the indexes are not made yet".into());
    }
    store.ping().await.map_err(|error| error.to_string())
}

/// Makes the indexes, again and again until it works; each kind of failure is logged once.
async fn warm_up(store: Arc<dyn Store>, collections: Vec<Arc<Collection>>, prepared: Arc<AtomicBool>) {
    let mut told: Option<StoreError> = None;
    while let Err(error) = store.prepare(&collections).await {
        if told.as_ref() != Some(&error) {
            tracing::error!(%error, "the store is not ready; trying again until it is");
            told = Some(error);
        }
        tokio::time::sleep(RETRY).await;
    }
    prepared.store(true, Ordering::Relaxed);
    tracing::info!("the store is ready");
}

async fn maintain(store: Arc<SqliteStore>, collections: Vec<Arc<Collection>>, clock: Arc<dyn Clock>) {
    loop {
        tokio::time::sleep(MAINTENANCE).await;
        match store.maintain(&collections, clock.now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "expired documents removed"),
            Err(error) => tracing::error!(%error, "SQLite could not be maintained"),
        }
    }
}
