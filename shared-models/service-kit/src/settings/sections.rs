//! The settings of listeners and telemetry, common to both services.

use std::{net::SocketAddr, time::Duration};

use serde::Deserialize;

use super::error::SettingsError;
use crate::address::TrustedProxies;

/// How a service listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Address of the public listener.
    pub listen: SocketAddr,
    /// Address of the management listener.
    pub management_listen: SocketAddr,
    /// Worker threads of the public listener; as many as cores where absent.
    #[serde(default)]
    pub workers: Option<usize>,
    /// Seconds between SIGTERM, when readiness turns 503, and the end of accepting connections.
    #[serde(default = "drain_pause")]
    pub drain_pause: u64,
    /// Seconds after which a connection is cut whose client takes nothing of what it is sent.
    #[serde(default = "write_timeout")]
    pub write_timeout: u64,
    /// Whether HTTP/2 without TLS is spoken too, to clients that know it (RFC 9113 section 3.3). For a proxy that alone reaches
    /// the listener: what keeps a connection from waiting, and a query from outliving its client, is known for HTTP/1.1.
    #[serde(default)]
    pub h2c: bool,
    /// Browsers' origins that may call with credentials.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Addresses and networks of proxies whose `X-Forwarded-For` is trusted.
    #[serde(default)]
    pub trusted_proxies: TrustedProxies,
}

/// Long enough for a balancer that asks `/readyz` every second to notice.
fn drain_pause() -> u64 {
    2
}

/// Long enough for a phone that loses its network for a moment.
fn write_timeout() -> u64 {
    30
}

impl HttpSettings {
    /// Seconds that in-flight requests get after the pause; pause and this stay within 10 s.
    pub(crate) const DRAIN_TIMEOUT: u64 = 5;

    /// Refuses a pause with which the drain would take over 10 s, and an origin no browser would send.
    pub fn validate(&self) -> Result<(), SettingsError> {
        if self.drain_pause > 4 {
            return Err(SettingsError::at("http.drain_pause", "at most 4 (seconds)"));
        }
        if !(1..=600).contains(&self.write_timeout) {
            return Err(SettingsError::at("http.write_timeout", "from 1 to 600 (seconds)"));
        }
        if self.workers == Some(0) {
            return Err(SettingsError::at("http.workers", "at least 1"));
        }
        for origin in &self.allowed_origins {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            if !host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '*', '?', '#'])) {
                let fault = format!("{origin:?} is not an origin such as https://console.example.org");
                return Err(SettingsError::at("http.allowed_origins", fault));
            }
        }
        Ok(())
    }

    /// Whether only this machine can reach the public listener.
    pub fn is_loopback(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
    }

    pub(crate) fn write_timeout(&self) -> Duration {
        Duration::from_secs(self.write_timeout)
    }

    pub(crate) fn pause(&self) -> Duration {
        Duration::from_secs(self.drain_pause)
    }
}

/// Logs and traces.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// How log lines look.
    pub format: LogFormat,
    /// Base URL of an OTLP/HTTP collector; traces are exported where it is set.
    pub otlp_endpoint: Option<String>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    #[default]
    Json,
    /// Coloured text, for people.
    Pretty,
}
