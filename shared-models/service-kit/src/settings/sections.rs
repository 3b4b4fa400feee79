//! The settings of listeners and telemetry, common to both services.

use std::{net::SocketAddr, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    error::SettingsError,
    reference::{ANY, Setting},
};
use crate::address::{TrustedProxies, deserialize_listener};

/// How a service listens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    /// Address of the public listener.
    #[serde(deserialize_with = "deserialize_listener")]
    pub listen: SocketAddr,
    /// Address of the management listener.
    #[serde(deserialize_with = "deserialize_listener")]
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
    /// The longest pause with which a drain ends within 10 s.
    const MAX_PAUSE: u64 = 4;

    /// What each setting means, and its bounds.
    pub const REFERENCE: &[Setting] = &[
        Setting::text("http.listen", "address and port", "Address of the public listener."),
        Setting::text(
            "http.management_listen",
            "address and port",
            "Address of the management listener: `/livez`, `/readyz`, `/metrics`.",
        ),
        Setting::number("http.workers", "threads", (1, ANY), "Worker threads of the public listener.")
            .absent("one for each core"),
        Setting::number(
            "http.drain_pause",
            "seconds",
            (0, Self::MAX_PAUSE),
            "Time between SIGTERM, when `/readyz` turns 503, and the end of accepting connections.",
        ),
        Setting::number(
            "http.write_timeout",
            "seconds",
            (1, 600),
            "Time after which a connection is cut whose client accepts nothing of what it is sent (Linux only).",
        ),
        Setting::flag(
            "http.h2c",
            "Whether HTTP/2 without TLS is spoken too; only for a proxy that alone reaches the listener.",
        ),
        Setting::list(
            "http.allowed_origins",
            "origins such as `https://console.example.org`",
            "Other origins whose pages may call with credentials.",
        ),
        Setting::list(
            "http.trusted_proxies",
            "addresses and networks",
            "Proxies whose `X-Forwarded-For` is trusted.",
        ),
    ];

    /// Refuses an origin no browser would send. The bounds of numbers are those of [`Self::REFERENCE`].
    pub fn validate(&self) -> Result<(), SettingsError> {
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
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// How log lines look.
    pub format: LogFormat,
    /// Base URL of an OTLP/HTTP collector; traces are exported where it is set.
    pub otlp_endpoint: Option<String>,
    /// How the log names the subject of a token.
    pub subjects: Subjects,
}

/// How the log names the subject of a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subjects {
    /// By the beginning of its SHA-256.
    #[default]
    Hashed,
    /// As it is.
    Plain,
}

impl TelemetrySettings {
    /// What each setting means.
    pub const REFERENCE: &[Setting] = &[
        Setting::word("telemetry.format", "How log lines look: JSON for machines, coloured text for people."),
        Setting::text(
            "telemetry.otlp_endpoint",
            "URL",
            "Base URL of an OTLP/HTTP collector, which receives traces.",
        )
        .absent("traces are not exported"),
        Setting::word(
            "telemetry.subjects",
            "How the log names the subject of a token: by the beginning of its SHA-256, or as it is.",
        ),
    ];
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    #[default]
    Json,
    /// Coloured text, for people.
    Pretty,
}
