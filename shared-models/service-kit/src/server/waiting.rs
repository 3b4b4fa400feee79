//! What a service answers while something that it needs for its start is missing: it is alive and not ready.
//!
//! Settings are read once, so a wrong one ends the process. The key ring file and the host name of the store are looked at again
//! and again: a Secret that is mounted late, or a name server that starts later, needs no restart.

use std::{
    net::TcpListener,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    dev::Server,
    web::{self, ServiceConfig},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{Instant, sleep},
};

use super::{Draining, Listeners, Part, public};
use crate::{
    health::{self, Check, Health},
    keys::KeysError,
    problem::Problem,
    start::StartError,
    store::{StoreUrl, cause::note, mongo},
};

/// How long to wait before another try.
const RETRY: Duration = Duration::from_secs(1);
/// How often a cause that lasts is logged.
const REMINDER: Duration = Duration::from_secs(600);

/// Why the start cannot continue yet.
type Missing = Arc<Mutex<String>>;

impl Listeners {
    /// Waits until the key ring can be read and the host name of the store can be resolved; `false` if the process is to stop
    /// before. Any other fault is reported by the start.
    pub async fn until_usable(
        &self,
        store: &StoreUrl,
        keys: impl Fn() -> Result<(), KeysError>,
    ) -> Result<bool, StartError> {
        let Some(cause) = missing(store, &keys).await else { return Ok(true) };
        let failed = |error: std::io::Error| StartError::Other(format!("the server failed: {error}"));
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let shown: Missing = Arc::new(Mutex::new(cause.to_string()));
        let management =
            unready(self.management.try_clone().map_err(failed)?, Arc::clone(&shown)).map_err(failed)?;
        let begin = watch::Sender::new(false);
        let part = Part { configure: Arc::new(refuse), checks: Vec::new(), description: None };
        let listener = self.public.try_clone().map_err(failed)?;
        let public =
            public(listener, &self.settings, vec![part], Arc::default(), Draining(begin.subscribe()))
                .map_err(failed)?;
        let handles = [management.handle(), public.handle()];
        tokio::spawn(management);
        tokio::spawn(public);
        let (listen, management) = (self.public_address(), self.management_address());
        tracing::info!(%listen, %management, "waiting; requests are answered with 503");
        let usable = async {
            let mut known = Known::default();
            let mut cause = Some(cause);
            while let Some(now) = cause {
                known.log(&now);
                *shown.lock().unwrap_or_else(PoisonError::into_inner) = now.to_string();
                sleep(RETRY).await;
                cause = missing(store, &keys).await;
            }
        };
        let there = tokio::select! {
            () = usable => true,
            _ = terminate.recv() => false,
            _ = interrupt.recv() => false,
        };
        for handle in handles {
            handle.stop(true).await;
        }
        Ok(there)
    }
}

/// What is missing, if anything is.
async fn missing(store: &StoreUrl, keys: &impl Fn() -> Result<(), KeysError>) -> Option<StartError> {
    if let Err(error) = keys() {
        return Some(error.into());
    }
    let StoreUrl::Mongo(url) = store else { return None };
    mongo::resolve(url).await.err().filter(|error| matches!(error, StartError::Away(_)))
}

/// What was logged last.
#[derive(Default)]
struct Known(Option<(String, Instant)>);

impl Known {
    /// Logs a cause at first, when it is another one, and now and then.
    fn log(&mut self, cause: &StartError) {
        if let StartError::Away(cause) = cause {
            note(cause);
            return;
        }
        let text = cause.to_string();
        if self.0.as_ref().is_some_and(|(known, at)| *known == text && at.elapsed() < REMINDER) {
            return;
        }
        tracing::error!(setting = "keys.file", cause = text, "the service cannot start yet; retrying");
        self.0 = Some((text, Instant::now()));
    }
}

fn refuse(config: &mut ServiceConfig) {
    config.default_service(web::to(|| async { Err::<HttpResponse, _>(Problem::unavailable()) }));
}

/// The management listener with the one reason why the service is not ready.
fn unready(listener: TcpListener, missing: Missing) -> std::io::Result<Server> {
    let check = Check::new("start", move || {
        let reason = missing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        std::future::ready(Err(reason))
    });
    let draining = Arc::new(AtomicBool::new(false));
    let health = Health { checks: vec![check].into(), draining };
    let server = HttpServer::new(move || {
        let health = health.clone();
        App::new().configure(move |config| health::routes(config, health))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}
