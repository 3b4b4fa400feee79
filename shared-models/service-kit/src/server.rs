//! The two listeners of a process, and how it drains.

mod waiting;

use std::{
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use actix_http::{HttpService, Protocol, error::DispatchError};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::{
    App, HttpServer,
    dev::{AppConfig, Server, ServerHandle},
    middleware::{Condition, from_fn},
    rt::net::TcpStream,
    web::{self, ServiceConfig},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::timeout,
};

use crate::{
    compress::compress,
    connection::Connection,
    cors::cors,
    description::Description,
    edge::{Edge, edge},
    health::{self, Check, Health},
    metric,
    settings::HttpSettings,
    start::StartError,
};

/// How HTTP/2 without TLS begins (RFC 9113 section 3.4); no request of HTTP/1 does.
const HTTP_2: &[u8; 12] = b"PRI * HTTP/2";
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a client may still send to a connection that is closed after the answer: its system would discard the answer if the
/// connection were reset at once.
const LINGER: Duration = Duration::from_secs(1);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long after the signal the process has ended at the latest, even if a worker, a blocking task or a collector of
/// traces hangs.
const STOPPED: Duration = Duration::from_millis(9500);
/// How long the last line of a log may take to be written.
const LAST_LINE: Duration = Duration::from_millis(100);
/// How often the metrics recorder folds its samples.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// One service, ready to be served: its routes and what it needs before it takes requests.
#[derive(Clone)]
pub struct Part {
    /// Registers the service's routes; called once for each worker thread.
    pub configure: Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>,
    /// What `/readyz` asks.
    pub checks: Vec<Check>,
    /// Where its API is described.
    pub description: Option<Description>,
}

/// Notifies handlers that wait for something that the service is about to stop.
#[derive(Clone)]
pub struct Draining(watch::Receiver<bool>);

impl Draining {
    /// Ends when the drain begins; never where no server drains.
    pub async fn begun(draining: Option<&Self>) {
        if let Some(Self(begun)) = draining
            && begun.clone().wait_for(|begun| *begun).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// The two addresses of a process, bound and not yet served.
pub struct Listeners {
    public: TcpListener,
    management: TcpListener,
    settings: HttpSettings,
}

impl Listeners {
    /// Binds both addresses; port 0 takes a free one.
    pub fn bind(settings: &HttpSettings) -> Result<Self, StartError> {
        settings.validate()?;
        Ok(Self {
            public: bind(settings.listen)?,
            management: bind(settings.management_listen)?,
            settings: settings.clone(),
        })
    }

    /// The bound public address.
    pub fn public_address(&self) -> SocketAddr {
        self.public.local_addr().unwrap_or(self.settings.listen)
    }

    /// The bound management address.
    pub fn management_address(&self) -> SocketAddr {
        self.management.local_addr().unwrap_or(self.settings.management_listen)
    }

    /// Serves until SIGTERM or SIGINT, then drains. SIGTERM: readiness turns 503 immediately, a pause, no new
    /// connections, in-flight requests finish. SIGINT (from a terminal) skips the pause.
    pub async fn serve(self, parts: Vec<Part>) -> Result<(), StartError> {
        let failed = |error: std::io::Error| StartError::Other(format!("the server failed: {error}"));
        tracing::info!(listen = %self.public_address(), management = %self.management_address(), "listening");
        let draining = Arc::new(AtomicBool::new(false));
        let begin = watch::Sender::new(false);
        let checks = parts.iter().flat_map(|part| part.checks.clone()).collect();
        let health = Health { checks, draining: Arc::clone(&draining) };
        let management = HttpServer::new(move || {
            let health = health.clone();
            App::new().configure(move |config| health::routes(config, health))
        })
        .workers(1)
        .disable_signals()
        .listen(self.management)
        .map_err(failed)?
        .run();
        let pause = self.settings.pause();
        let public =
            public(self.public, &self.settings, parts, Arc::clone(&draining), Draining(begin.subscribe()))
                .map_err(failed)?;

        let (public_handle, management_handle) = (public.handle(), management.handle());
        tokio::spawn(management);
        tokio::spawn(upkeep());
        tokio::spawn(drain_on_signal(public_handle, pause, draining, begin)?);
        let served = public.await.map_err(failed);
        management_handle.stop(false).await;
        served
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let socket = TcpListener::bind(address);
    socket.map_err(|error| StartError::Listen { address: address.to_string(), reason: error.to_string() })
}

fn public(
    listener: TcpListener,
    settings: &HttpSettings,
    parts: Vec<Part>,
    draining: Arc<AtomicBool>,
    begun: Draining,
) -> std::io::Result<Server> {
    let begun = web::Data::new(begun);
    let origins: Arc<[String]> = settings.allowed_origins.clone().into();
    let known = Edge {
        draining,
        described: parts.iter().filter_map(|part| part.description).collect(),
        proxies: settings.trusted_proxies.clone(),
    };
    let app = move || {
        let (parts, known) = (parts.clone(), known.clone());
        App::new()
            .app_data(web::Data::clone(&begun))
            .configure(move |config| parts.iter().for_each(|part| (part.configure)(config)))
            .wrap(from_fn(compress))
            .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
            .wrap(from_fn(move |request, next| {
                let known = known.clone();
                async move { edge(request, next, &known).await }
            }))
    };
    let mut server = Server::build().shutdown_timeout(HttpSettings::DRAIN_TIMEOUT).disable_signals();
    if let Some(workers) = settings.workers {
        server = server.workers(workers);
    }
    let (write_timeout, h2c) = (settings.write_timeout(), settings.h2c);
    let stopping = server.graceful_shutdown_signal();
    let address = listener.local_addr()?;
    let server = server.listen("public", listener, move || {
        let stopping = stopping.clone();
        let app = app().into_factory().map_err(|error: actix_web::Error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // A client that closes its side has left: what runs for it ends.
            .h1_allow_half_closed(false)
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(LINGER)
            .keep_alive(KEEP_ALIVE)
            .local_addr(address)
            .on_connect_ext(|connection: &Connection<TcpStream>, data| {
                data.insert(connection.requests());
            })
            // Of what this says of the service only the scheme, http, is used.
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream| accept(stream, write_timeout, h2c)).and_then(http)
    })?;
    Ok(server.run())
}

/// Prepares a new connection, and finds out which version of HTTP its client speaks where there is a choice.
async fn accept(
    stream: TcpStream,
    write_timeout: Duration,
    h2c: bool,
) -> Result<(Connection<TcpStream>, Protocol, Option<SocketAddr>), DispatchError> {
    // The second part of a response must not wait up to 40 ms for the acknowledgement of the first.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection has no TCP_NODELAY");
    }
    limit_writes(&stream, write_timeout);
    let protocol = if h2c { spoken(&stream).await? } else { Protocol::Http1 };
    let patience = if protocol == Protocol::Http1 { Some(HEAD_TIMEOUT) } else { None };
    let client = stream.peer_addr().ok();
    Ok((Connection::new(stream, patience), protocol, client))
}

/// The version of HTTP by which the client begins.
async fn spoken(stream: &TcpStream) -> std::io::Result<Protocol> {
    let mut first = [0; HTTP_2.len()];
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    timeout(HEAD_TIMEOUT, stream.peek(&mut first)).await.map_err(late)??;
    Ok(if first == *HTTP_2 { Protocol::Http2 } else { Protocol::Http1 })
}

/// Has the kernel cut a connection whose client has taken nothing for so long of what was sent to it (`TCP_USER_TIMEOUT`,
/// RFC 5482): the answer, and the memory it holds, goes with it. Who takes a byte now and then keeps the connection, and so
/// does who is sent nothing. Systems other than Linux have no such limit.
fn limit_writes(stream: &TcpStream, patience: Duration) {
    #[cfg(target_os = "linux")]
    {
        let patience = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
        if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, patience) {
            tracing::debug!(%error, "a connection has no write time-out");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, patience);
}

async fn upkeep() {
    let recorder = metric::recorder();
    let mut tick = tokio::time::interval(METRICS_UPKEEP);
    loop {
        tick.tick().await;
        recorder.run_upkeep();
    }
}

fn drain_on_signal(
    server: ServerHandle,
    pause: Duration,
    draining: Arc<AtomicBool>,
    begin: watch::Sender<bool>,
) -> Result<impl Future<Output = ()>, StartError> {
    let failed = |error: std::io::Error| StartError::Other(format!("cannot listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        let pause = tokio::select! {
            _ = terminate.recv() => pause,
            _ = interrupt.recv() => Duration::ZERO,
        };
        end_in_time();
        draining.store(true, Ordering::Relaxed);
        tracing::info!(pause_s = pause.as_secs(), "draining");
        tokio::time::sleep(pause).await;
        begin.send_replace(true);
        server.stop(true).await;
    })
}

/// Ends the process when the drain has taken too long. In its own thread, which cannot be blocked by others.
fn end_in_time() {
    std::thread::spawn(|| {
        std::thread::sleep(STOPPED);
        tracing::error!("the drain took too long; requests that still run are aborted");
        std::thread::sleep(LAST_LINE);
        std::process::exit(0);
    });
}
