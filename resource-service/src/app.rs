//! The composition root: settings -> store -> use cases -> routes.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::web::{self, ServiceConfig};
use secrecy::SecretString;
use service_kit::{
    budget::Budget,
    client::ServiceClient,
    clock::{Clock, SystemClock},
    description::Description,
    docs,
    health::Check,
    keys::{KeyRing, KeysError, Purpose},
    metric::{List, PROCESS, kit},
    once::Once,
    random::{OsRandom, Random},
    revocations::Revocations,
    route::{self, Access},
    server::{Listeners, Part},
    settings::SettingsError,
    start::StartError,
    store::{
        StoreUrl,
        cause::{Kind, note},
        freshness::Freshness,
        mongo::{self, indexes::waiting},
    },
    token::Verifier,
};

use crate::{
    domain::{catalog::Catalog, collection::Collection, ids::Ids},
    http::{
        BODY_LIMIT,
        console::{self, Console},
        endpoints,
        openapi::OpenApi,
    },
    in_force::InForce,
    metrics,
    ops::{
        Service, catalog, catalog::LiveCatalog, feed::Feed, follow, heartbeat::Heartbeats, hot::Hot, mend,
        names::Names, notices::Notices, sweeps, transfer,
    },
    settings::{DATABASE, Settings},
    store::{self, Store, StoreError, mongo::MongoStore, observed::Observed, sqlite::SqliteStore},
};

/// How often `check` tries a store that does not answer.
const REACHES: u32 = 3;
/// How long to wait before the store is prepared again after it could not be reached.
const RETRY: Duration = Duration::from_secs(1);
/// How often SQLite is rid of expired documents and looks at its statistics.
const MAINTENANCE: Duration = Duration::from_secs(60);

/// Where the API is described.
const DESCRIBED: Description =
    Description { root: "/api", title: "Documents", page: "/api/docs", document: "/api/openapi.json" };
/// The part of the budget of memory that copies of documents may take: a quarter.
const HOT_PART: u64 = 4;
/// The metrics of resource-service.
pub static METRICS: &[List] =
    &[kit::COMMON, PROCESS, kit::BUDGET, kit::CLIENT, metrics::DECLARED, store::observed::DECLARED];
/// How often the metric of the memory that is taken is set.
const GAUGE: Duration = Duration::from_secs(5);

/// What is handed in, so that tests can replace it.
#[derive(Clone)]
pub struct Env {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and secrets.
    pub random: Arc<dyn Random>,
    /// The web console. What it shows can be swapped while it is served; the settings may name a folder for it.
    pub console: Console,
}

impl Default for Env {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(OsRandom), console: Console::default() }
    }
}

/// Serves until the process receives a signal to stop.
pub async fn serve(settings: &Settings) -> Result<(), StartError> {
    let listeners = Listeners::bind(&settings.http)?;
    if !listeners.until_usable(&settings.store.url, || ring(settings).map(|_| ())).await? {
        return Ok(());
    }
    let part = part(settings, Env::default()).await?;
    listeners.serve(vec![part]).await
}

/// Checks whether the store can be used. A distant server may need more than one try.
pub(crate) async fn reach(store: &dyn Store) -> Result<(), StartError> {
    let mut outcome = store.ping().await;
    for _ in 1..REACHES {
        match outcome {
            Err(cause) if cause.kind == Kind::Unreachable => outcome = store.ping().await,
            settled => return settled.map_err(StartError::Away),
        }
    }
    outcome.map_err(StartError::Away)
}

/// Writes the definitions that are served into `directory`; returns their names.
pub async fn export_definitions(settings: &Settings, directory: &Path) -> Result<Vec<String>, StartError> {
    let done = transfer::export(&offline(settings).await?, directory);
    done.map_err(|error| StartError::Other(error.to_string()))
}

/// Takes the definitions of `directory` into the store; returns a line for each.
pub async fn import_definitions(
    settings: &Settings,
    directory: &Path,
    force: bool,
    dry_run: bool,
) -> Result<Vec<String>, StartError> {
    let service = offline(settings).await?;
    let done = transfer::import(&service, directory, force, dry_run).await;
    done.map_err(|error| StartError::Other(error.to_string()))
}

/// The use cases without anything that listens or calls.
async fn offline(settings: &Settings) -> Result<Service, StartError> {
    let store = opened(settings).await?;
    reach(&*store).await?;
    let catalog = Arc::new(LiveCatalog::new(files(settings)?));
    catalog.refresh(&*store).await.map_err(|error| StartError::Store(error.to_string()))?;
    let Env { clock, random, .. } = Env::default();
    let (notices, names) = (Notices::default(), Names::default());
    let budget = Budget::new(settings.memory.budget);
    let (feed, hot) = (Feed::new(Arc::clone(&store), &budget), Arc::new(Hot::new(0)));
    let (ids, cursor_key) = (Ids::new(Arc::clone(&random)), Once::default());
    let heartbeats = Heartbeats::kept_in(Arc::clone(&store), Arc::clone(&catalog), Arc::clone(&hot));
    Ok(Service {
        catalog,
        store,
        budget,
        feed,
        clock,
        random,
        ids,
        revocations: None,
        notices,
        heartbeats,
        hot,
        export_columns: settings.export.columns,
        upload_quota: settings.artifacts.quota(),
        names,
        cursor_key,
        query_timeout: settings.query.timeout(),
    })
}

/// The store, reached for the first time when it is asked something.
async fn opened(settings: &Settings) -> Result<Arc<dyn Store>, StartError> {
    Ok(match &settings.store.url {
        StoreUrl::Sqlite(path) => {
            let store = SqliteStore::open(path)?.with_query_timeout(settings.query.timeout());
            Observed::of(Arc::new(store), Freshness::default())
        }
        StoreUrl::Mongo(url) => remote(url, settings).await?,
    })
}

pub(crate) async fn remote(url: &SecretString, settings: &Settings) -> Result<Arc<dyn Store>, StartError> {
    let server = mongo::connect(url, DATABASE).await?;
    let freshness = server.freshness();
    let store = MongoStore::new(server).with_query_timeout(settings.query.timeout());
    Ok(Observed::of(Arc::new(store), freshness))
}

/// The service, ready to be served beside others or alone.
pub async fn part(settings: &Settings, env: Env) -> Result<Part, StartError> {
    let ring = Arc::new(ring(settings)?);
    ring.follow();
    let Env { clock, random, console } = env;
    show(settings, &console)?;
    let client =
        settings.client()?.map(|config| ServiceClient::new(config, Arc::clone(&clock), Arc::clone(&random)));
    let client = client.transpose()?;
    let revocations = client.as_ref().map(|client| followed(client, &clock));
    let tokens = &settings.tokens;
    let verifier = Verifier::new(Arc::clone(&ring), &tokens.issuer, &tokens.audience, Arc::clone(&clock));
    let verifier = Arc::new(match &revocations {
        Some(revocations) => verifier.with_revocations(Arc::clone(revocations)),
        None => verifier,
    });
    let catalog = Arc::new(LiveCatalog::new(files(settings)?));
    let prepared = Arc::new(AtomicBool::new(false));
    let in_force = InForce::of(settings, &ring);
    let store = store(settings, &in_force, &catalog, (&clock, &random), &prepared).await?;
    let guarded = settings.openapi.require_token;
    let openapi = web::Data::new(OpenApi::of(Arc::clone(&catalog), guarded));
    tokio::spawn(sweeps::run(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&catalog)));
    let checks = checks(&store, &prepared, &ring, revocations.as_ref());
    let budget = Budget::new(settings.memory.budget);
    tokio::spawn(tell_taken(budget.clone()));
    // What is lost without harm has a part of its own, so that it never keeps a request out.
    let hot = settings.cache.bytes.min(settings.memory.budget as u64 / HOT_PART);
    let hot = Arc::new(Hot::new(hot));
    let heartbeats = Heartbeats::kept_in(Arc::clone(&store), Arc::clone(&catalog), Arc::clone(&hot));
    let notices = client.clone().map(|client| Notices::by(client, Arc::clone(&store))).unwrap_or_default();
    let service = web::Data::new(Service {
        catalog,
        feed: Feed::new(Arc::clone(&store), &budget),
        budget: budget.clone(),
        store,
        clock,
        ids: Ids::new(Arc::clone(&random)),
        random: Arc::clone(&random),
        revocations,
        export_columns: settings.export.columns,
        upload_quota: settings.artifacts.quota(),
        heartbeats,
        hot,
        notices,
        names: client.map(Names::by).unwrap_or_default(),
        cursor_key: Once::default(),
        query_timeout: settings.query.timeout(),
    });
    let configure = move |config: &mut ServiceConfig| {
        config.app_data(service.clone()).app_data(openapi.clone()).app_data(budget.clone());
        docs::serve(config, DESCRIBED, guarded.then_some(&verifier));
        let access = if guarded { Access::Token } else { Access::Public };
        route::mount(config, endpoints(access), &verifier, BODY_LIMIT);
        console::serve(config, console.clone(), Arc::clone(&random));
    };
    Ok(Part { configure: Arc::new(configure), checks, description: Some(DESCRIBED) })
}

/// The keys that tokens are checked with.
pub(crate) fn ring(settings: &Settings) -> Result<KeyRing, KeysError> {
    match &settings.keys.jwks_url {
        Some(url) => KeyRing::remote(url),
        None => KeyRing::open(&settings.key_file(), Purpose::Verify),
    }
}

/// The revocations received from now on.
fn followed(client: &ServiceClient, clock: &Arc<dyn Clock>) -> Arc<Revocations> {
    let revocations = Arc::new(Revocations::new(Arc::clone(clock)));
    tokio::spawn(follow::follow(client.clone(), Arc::clone(&revocations)));
    tokio::spawn(follow::tell_age(Arc::clone(&revocations)));
    revocations
}

/// What must be there before the first request. An unreachable revocation feed does not prevent reads.
fn checks(
    store: &Arc<dyn Store>,
    prepared: &Arc<AtomicBool>,
    ring: &Arc<KeyRing>,
    revocations: Option<&Arc<Revocations>>,
) -> Vec<Check> {
    let (store, prepared, ring) = (Arc::clone(store), Arc::clone(prepared), Arc::clone(ring));
    let mut checks = vec![
        Check::new("resource-store", move || readiness(Arc::clone(&store), Arc::clone(&prepared))),
        Check::new("keys", move || {
            let loaded = ring.is_loaded();
            async move { loaded.then_some(()).ok_or_else(|| "no key has been fetched yet".to_owned()) }
        }),
    ];
    if let Some(revocations) = revocations.map(Arc::clone) {
        checks.push(Check::new("revocations", move || {
            let read = if revocations.age().is_some() { Ok(()) } else { Err(unread(&revocations)) };
            async move { read }
        }));
    }
    checks
}

/// What is wrong where the feed has not been read yet, with the cause where one is known.
fn unread(revocations: &Revocations) -> String {
    let cause = revocations.failure().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("the revocation feed has not been read yet{cause}")
}

/// Shows the console that the settings name, if they name one.
pub(crate) fn show(settings: &Settings, console: &Console) -> Result<(), StartError> {
    let Some(folder) = &settings.console.dir else { return Ok(()) };
    console.open(folder).map_err(|fault| SettingsError::at("console.dir", fault).into())
}

/// The definitions that ship with the service or come as files.
pub(crate) fn files(settings: &Settings) -> Result<Catalog, StartError> {
    let catalog = match &settings.collections.dir {
        Some(directory) => Catalog::with_directory(directory),
        None => Catalog::built_in(),
    };
    catalog.map_err(|error| StartError::Other(error.to_string()))
}

/// An embedded store is prepared before anything is served; a remote one as soon as it can be reached.
async fn store(
    settings: &Settings,
    in_force: &InForce,
    catalog: &Arc<LiveCatalog>,
    (clock, random): (&Arc<dyn Clock>, &Arc<dyn Random>),
    prepared: &Arc<AtomicBool>,
) -> Result<Arc<dyn Store>, StartError> {
    let catalog = Arc::clone(catalog);
    match &settings.store.url {
        StoreUrl::Sqlite(path) => {
            let store = SqliteStore::open(path)?.with_query_timeout(settings.query.timeout());
            let store = Arc::new(store.with_clock(Arc::clone(clock)));
            in_force.log();
            store.ping().await.map_err(StartError::Away)?;
            catalog.refresh(&*store).await.map_err(|error| StartError::Store(error.to_string()))?;
            prepared.store(true, Ordering::Relaxed);
            tokio::spawn(maintain(Arc::clone(&store), catalog, Arc::clone(clock)));
            Ok(Observed::of(store, Freshness::default()))
        }
        StoreUrl::Mongo(url) => {
            let store = remote(url, settings).await?;
            in_force.log();
            tokio::spawn(warm_up(Arc::clone(&store), catalog, Arc::clone(prepared), Arc::clone(random)));
            Ok(store)
        }
    }
}

async fn readiness(store: Arc<dyn Store>, prepared: Arc<AtomicBool>) -> Result<(), String> {
    store.ping().await.map_err(|cause| cause.to_string())?;
    if !prepared.load(Ordering::Relaxed) {
        return Err(waiting().unwrap_or_else(|| "the indexes are not made yet".into()));
    }
    Ok(())
}

/// Reads the definitions and makes the indexes, again and again until it works; each kind of failure is logged once.
/// Then follows what others change of them.
async fn warm_up(
    store: Arc<dyn Store>,
    catalog: Arc<LiveCatalog>,
    prepared: Arc<AtomicBool>,
    random: Arc<dyn Random>,
) {
    let mut logged: Option<StoreError> = None;
    loop {
        match store.ping().await {
            Err(cause) => note(&cause),
            Ok(()) => match catalog.refresh(&*store).await {
                Ok(()) => break,
                Err(error) if logged.as_ref() == Some(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "the store is not ready; retrying");
                    logged = Some(error);
                }
            },
        }
        tokio::time::sleep(RETRY).await;
    }
    prepared.store(true, Ordering::Relaxed);
    tracing::info!("the store is ready");
    let mending = mend::follow(Arc::clone(&catalog), Arc::clone(&store));
    tokio::join!(mending, catalog::follow(catalog, store, random));
}

/// Keeps the metric of the memory that requests and streams hold up to date.
#[expect(clippy::cast_precision_loss, reason = "a gauge")]
async fn tell_taken(budget: Budget) {
    kit::MEMORY_BUDGET.get().set(budget.total() as f64);
    loop {
        kit::MEMORY_TAKEN.get().set(budget.taken() as f64);
        tokio::time::sleep(GAUGE).await;
    }
}

async fn maintain(store: Arc<SqliteStore>, catalog: Arc<LiveCatalog>, clock: Arc<dyn Clock>) {
    loop {
        tokio::time::sleep(MAINTENANCE).await;
        let collections: Vec<Arc<Collection>> = catalog.served().catalog.iter().cloned().collect();
        match store.maintain(&collections, clock.now()).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "expired documents removed"),
            Err(error) => tracing::error!(%error, "SQLite could not be maintained"),
        }
    }
}
