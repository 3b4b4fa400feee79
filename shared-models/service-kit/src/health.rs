//! The management listener: `/livez`, `/readyz`, `/metrics`.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::{metric::kit, route::get_or_head, telemetry};

/// How long one check may take before it counts as failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

type Outcome = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Something a service needs before it can take requests.
#[derive(Clone)]
pub struct Check {
    name: &'static str,
    run: Arc<dyn Fn() -> Outcome + Send + Sync>,
}

impl Check {
    /// A named check; `Err` says what is missing, in words fit for an operator.
    pub fn new<F, Fut>(name: &'static str, run: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { name, run: Arc::new(move || Box::pin(run())) }
    }

    async fn outcome(&self) -> Result<(), String> {
        tokio::time::timeout(CHECK_TIMEOUT, (self.run)())
            .await
            .unwrap_or_else(|_| Err("no answer within 2 s".into()))
    }
}

/// What the management listener knows.
#[derive(Clone)]
pub(crate) struct Health {
    pub checks: Arc<[Check]>,
    pub draining: Arc<AtomicBool>,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    checks: BTreeMap<&'static str, String>,
}

pub(crate) fn routes(config: &mut web::ServiceConfig, health: Health) {
    config
        .app_data(web::Data::new(health))
        .route("/livez", get_or_head().to(async || HttpResponse::Ok().body("alive\n")))
        .route("/readyz", get_or_head().to(readyz))
        .route("/metrics", get_or_head().to(metrics));
}

impl Health {
    async fn readiness(&self) -> Readiness {
        let running = self.checks.iter().map(|check| async { (check.name, check.outcome().await) });
        let mut outcomes = futures_util::future::join_all(running).await;
        if self.draining.load(Ordering::Relaxed) {
            outcomes.push(("drain", Err("the service is stopping".into())));
        }
        let ready = outcomes.iter().all(|(_, outcome)| outcome.is_ok());
        let checks = outcomes
            .into_iter()
            .map(|(name, outcome)| (name, outcome.err().unwrap_or_else(|| "ok".into())))
            .collect();
        Readiness { ready, checks }
    }
}

async fn readyz(health: web::Data<Health>) -> HttpResponse {
    let body = health.readiness().await;
    if body.ready { HttpResponse::Ok().json(body) } else { HttpResponse::ServiceUnavailable().json(body) }
}

async fn metrics(health: web::Data<Health>) -> HttpResponse {
    kit::READY.get().set(f64::from(u8::from(health.readiness().await.ready)));
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(telemetry::render())
}
