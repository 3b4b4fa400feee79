//! Composition root: settings become stores, use cases, routes and a server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::web::{Data, ServiceConfig};
use service_kit::{
    clock::SystemClock,
    description::Description,
    docs,
    health::Check,
    keys::{KeyRing, Purpose},
    metric::{List, PROCESS, kit},
    random::OsRandom,
    route::Access,
    server::{Listeners, Part},
    start::StartError,
    store::{
        StoreUrl,
        cause::{self, Kind},
        freshness::Freshness,
        mongo::{self, indexes::waiting},
    },
    telemetry,
};

use crate::{
    admin::Admin,
    http::{DOCS, OPENAPI, cookie::RefreshCookie, mount, origin::Origins, state::State},
    in_force::InForce,
    metrics,
    ops::{Auth, AuthError, Env, FirstAdmin, Registration, hasher::Hasher},
    settings::{DATABASE, RegistrationMode, Settings},
    store::{self, mongo::MongoStore, observed::Observed, sqlite::SqliteStore},
};

/// The longest body, in bytes.
const BODY_LIMIT: usize = 16 * 1024;
/// Where the API is described.
const DESCRIBED: Description =
    Description { root: "/auth", title: "Users and tokens", page: DOCS, document: OPENAPI };
/// How often `check` tries a store that does not answer.
const REACHES: u32 = 3;
/// How long to wait before an unavailable store is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// The metrics of auth-service.
pub static METRICS: &[List] = &[kit::COMMON, PROCESS, metrics::DECLARED, store::observed::DECLARED];

/// The machine's own clock and randomness.
pub fn system() -> Env {
    Env { clock: Arc::new(SystemClock), random: Arc::new(OsRandom) }
}

/// What the process needs beside its store.
pub fn own(settings: &Settings, env: &Env) -> Result<(Arc<KeyRing>, Hasher), StartError> {
    let keys = Arc::new(KeyRing::open(&settings.keys.file, Purpose::Sign)?);
    let hasher = Hasher::new(settings.passwords.cost(), settings.passwords.limits(), Arc::clone(&env.random))
        .map_err(|error| StartError::Other(error.to_string()))?;
    Ok((keys, hasher))
}

/// Puts the use cases together. An unavailable MongoDB is no error here; a file that cannot be opened is.
pub async fn assemble(settings: &Settings, env: Env) -> Result<Auth, StartError> {
    let (keys, hasher) = own(settings, &env)?;
    let store = match &settings.store.url {
        StoreUrl::Sqlite(path) => Observed::of(SqliteStore::open(path)?, Freshness::default()),
        StoreUrl::Mongo(url) => {
            let server = mongo::connect(url, DATABASE).await?;
            let freshness = server.freshness();
            Observed::of(MongoStore::new(server), freshness)
        }
    };
    Ok(Auth::new(store, hasher, keys, env, settings.policy()))
}

/// Checks whether the store can be used. A distant server may need more than one try.
pub async fn reach(auth: &Auth) -> Result<(), StartError> {
    let mut outcome = auth.ping_store().await;
    for _ in 1..REACHES {
        match outcome {
            Err(cause) if cause.kind == Kind::Unreachable => outcome = auth.ping_store().await,
            settled => return settled.map_err(StartError::Away),
        }
    }
    outcome.map_err(StartError::Away)
}

/// The service, assembled and becoming ready.
pub struct App {
    auth: Arc<Auth>,
    ready: Arc<AtomicBool>,
    settings: Settings,
}

impl App {
    /// Opens the service. An embedded store is ready on return; MongoDB is waited for in the background, so that
    /// the service starts without it.
    pub async fn open(settings: &Settings, env: Env) -> Result<Self, StartError> {
        let auth = Arc::new(assemble(settings, env).await?);
        InForce::of(settings, auth.keys()).log();
        auth.keys().follow();
        auth.watch_logs();
        auth.keep_finishing();
        auth.keep_recording_keys();
        let app = Self { auth, ready: Arc::default(), settings: settings.clone() };
        let first_admin = settings.first_admin()?;
        match settings.store.url {
            StoreUrl::Sqlite(_) => {
                reach(&app.auth).await?;
                warm_up(&app.auth, first_admin)
                    .await
                    .map_err(|error| StartError::Store(error.to_string()))?;
                app.ready.store(true, Ordering::Release);
            }
            StoreUrl::Mongo(_) => {
                tokio::spawn(keep_warming_up(Arc::clone(&app.auth), first_admin, Arc::clone(&app.ready)));
            }
        }
        Ok(app)
    }

    /// What an operator can do without HTTP.
    pub fn admin(&self) -> Admin {
        Admin::new(Arc::clone(&self.auth))
    }

    /// The routes and checks, for a server.
    pub fn part(&self) -> Part {
        let state = Data::new(State {
            auth: Arc::clone(&self.auth),
            cookie: RefreshCookie::new(self.settings.secure_cookies()),
            origins: Origins::new(self.settings.http.allowed_origins.clone()),
            proxies: self.settings.http.trusted_proxies.clone(),
        });
        let sign_up = match self.settings.registration() {
            RegistrationMode::Open => Access::Public,
            RegistrationMode::Closed => Access::Scope("users:write"),
        };
        let configure = move |config: &mut ServiceConfig| {
            mount(config, sign_up, &state, BODY_LIMIT);
            docs::serve(config, DESCRIBED, None);
        };
        Part {
            configure: Arc::new(configure),
            checks: vec![self.store_check()],
            description: Some(DESCRIBED),
        }
    }

    fn store_check(&self) -> Check {
        let (auth, ready) = (Arc::clone(&self.auth), Arc::clone(&self.ready));
        Check::new("auth store", move || {
            let (auth, ready) = (Arc::clone(&auth), Arc::clone(&ready));
            async move {
                auth.ping_store().await.map_err(|cause| cause.to_string())?;
                if !ready.load(Ordering::Acquire) {
                    return Err(waiting().unwrap_or_else(|| "the store is not prepared yet".into()));
                }
                Ok(())
            }
        })
    }
}

/// Serves until asked to stop.
pub async fn serve(settings: &Settings) -> Result<(), StartError> {
    let _telemetry = telemetry::init("auth-service", &settings.telemetry, "info", METRICS)?;
    let listeners = Listeners::bind(&settings.http)?;
    let keys = || KeyRing::open(&settings.keys.file, Purpose::Sign).map(|_| ());
    if !listeners.until_usable(&settings.store.url, keys).await? {
        return Ok(());
    }
    let app = App::open(settings, system()).await?;
    listeners.serve(vec![app.part()]).await
}

/// Prepares the store once before the first request.
async fn warm_up(auth: &Auth, first_admin: Option<Registration>) -> Result<(), AuthError> {
    auth.prepare_store().await?;
    if let Some(registration) = first_admin {
        match auth.first_admin(registration).await {
            Ok(FirstAdmin::Made) => tracing::info!("the first admin was created"),
            Ok(FirstAdmin::Exists) => {}
            Err(AuthError::Taken { .. }) => {
                return Err(AuthError::Internal(
                    "bootstrap.admin_email belongs to a user who is not an admin; use another address".into(),
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Tries until it succeeds, and logs each reason once.
async fn keep_warming_up(auth: Arc<Auth>, first_admin: Option<Registration>, ready: Arc<AtomicBool>) {
    let mut logged = None;
    while let Err(error) = warm_up(&auth, first_admin.clone()).await {
        if let Err(cause) = auth.ping_store().await {
            cause::note(&cause);
        } else if logged.as_ref() != Some(&error) {
            tracing::warn!(%error, "the store is not ready; retrying");
            logged = Some(error);
        }
        tokio::time::sleep(RETRY).await;
    }
    ready.store(true, Ordering::Release);
    tracing::info!("the store is ready");
}
