//! The subcommand `healthcheck`: asks the process that has the same settings whether it is ready, for an image that has
//! neither a shell nor a client.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use serde::Deserialize;

use crate::{settings::HttpSettings, start::StartError, wording::innermost};

/// How long the answer may take: longer than the service gives its own checks.
const PATIENCE: Duration = Duration::from_secs(3);

/// What `/readyz` says.
#[derive(Deserialize)]
struct Readiness {
    checks: BTreeMap<String, String>,
}

/// Returns if the management listener of these settings says that the service is ready; else the error is one line that
/// says why not.
pub async fn healthcheck(settings: &HttpSettings) -> Result<(), StartError> {
    let failed = |reason: String| StartError::Other(format!("not ready: {reason}"));
    let address = reached_at(settings.management_listen);
    if address.port() == 0 {
        return Err(failed(
            "http.management_listen has port 0, so the port that was taken is not known".into(),
        ));
    }
    let client = reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .map_err(|error| failed(format!("cannot make an HTTP client: {error}")))?;
    let answer = client.get(format!("http://{address}/readyz")).send().await;
    let answer = answer.map_err(|error| failed(format!("{address} {}", silence(&error))))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let faults = answer.json::<Readiness>().await.map(|said| {
        let faults = said.checks.into_iter().filter(|(_, outcome)| outcome != "ok");
        faults.map(|(name, outcome)| format!("{name}: {outcome}")).collect::<Vec<_>>().join("; ")
    });
    Err(failed(faults.unwrap_or_else(|_| format!("{address} answers {}", status.as_u16()))))
}

/// Where a listener on every address is reached from the same machine.
fn reached_at(listener: SocketAddr) -> SocketAddr {
    let ip = match listener.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listener.port())
}

/// Why no answer came, in words for an operator: the innermost cause says most.
fn silence(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("does not answer within {} s", PATIENCE.as_secs());
    }
    format!("cannot be asked: {}", innermost(error))
}

#[cfg(test)]
#[path = "tests/healthcheck.rs"]
mod tests;
