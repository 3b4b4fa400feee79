//! What a service answers while the host name of its store cannot be resolved: it is alive and not ready.

use std::{
    net::TcpListener,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, ServiceConfig},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::sleep,
};

use super::{Draining, Listeners, Part, public};
use crate::{
    health::{self, Check, Health},
    problem::Problem,
    start::StartError,
    store::{StoreUrl, cause::Cause, mongo},
};

/// How long to wait before the name is looked up again.
const RETRY: Duration = Duration::from_secs(1);

impl Listeners {
    /// Waits until the host name of the store can be resolved; `false` if the process is to stop before.
    /// Any other fault of the address is reported by the start.
    pub async fn until_resolved(&self, url: &StoreUrl) -> Result<bool, StartError> {
        let StoreUrl::Mongo(url) = url else { return Ok(true) };
        let Err(StartError::Away(cause)) = mongo::resolve(url).await else { return Ok(true) };
        tracing::warn!(%cause, "the store is not ready; retrying");
        let failed = |error: std::io::Error| StartError::Other(format!("the server failed: {error}"));
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let management = unready(self.management.try_clone().map_err(failed)?, &cause).map_err(failed)?;
        let begin = watch::Sender::new(false);
        let part = Part { configure: Arc::new(refuse), checks: Vec::new(), description: None };
        let listener = self.public.try_clone().map_err(failed)?;
        let public =
            public(listener, &self.settings, vec![part], Arc::default(), Draining(begin.subscribe()))
                .map_err(failed)?;
        let handles = [management.handle(), public.handle()];
        tokio::spawn(management);
        tokio::spawn(public);
        let resolved = async {
            while let Err(StartError::Away(_)) = mongo::resolve(url).await {
                sleep(RETRY).await;
            }
        };
        let there = tokio::select! {
            () = resolved => true,
            _ = terminate.recv() => false,
        };
        for handle in handles {
            handle.stop(true).await;
        }
        Ok(there)
    }
}

fn refuse(config: &mut ServiceConfig) {
    config.default_service(web::to(|| async { Err::<HttpResponse, _>(Problem::unavailable()) }));
}

/// The management listener with the one reason why the service is not ready.
fn unready(listener: TcpListener, cause: &Cause) -> std::io::Result<actix_web::dev::Server> {
    let reason = cause.to_string();
    let check = Check::new("store", move || std::future::ready(Err(reason.clone())));
    let draining = Arc::new(AtomicBool::new(false));
    let health = Health { checks: vec![check].into(), draining };
    let server = HttpServer::new(move || {
        let health = health.clone();
        App::new().configure(move |config| health::routes(config, health))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}
