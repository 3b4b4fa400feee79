//! The limits of one account, address or user, as settings. Knows no other setting.

use std::time::Duration;

use serde::Deserialize;
use service_kit::settings::SettingsError;

use crate::{
    domain::throttle::{Beyond, Limit},
    ops::ThrottlePolicy,
};

/// The longest time that failures may be remembered: a day, in seconds.
const MAX_WINDOW: u64 = 24 * 3600;
/// The most live sessions that one user may be allowed.
const MAX_SESSIONS: u32 = 100_000;

/// The limit on sessions.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// Live sessions and job grants of one user or service; beyond it the least recently used one ends.
    pub max_per_user: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { max_per_user: 1000 }
    }
}

/// The limits on attempts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThrottleSettings {
    /// Failures on one account, or from one device of it.
    pub free_failures: u32,
    /// Failures from one address (an IPv6 network of 64 bits), whatever the account. Many users may share one.
    pub address_free_failures: u32,
    /// Sign-ups from one address within the window, refused ones too.
    pub sign_ups: u32,
    /// Token exchanges of one user or service within the window.
    pub exchanges: u32,
    /// Seconds without a failure after which all are forgotten; also the window in which sign-ups and exchanges are
    /// counted.
    pub window: u64,
}

impl Default for ThrottleSettings {
    fn default() -> Self {
        Self { free_failures: 10, address_free_failures: 100, sign_ups: 120, exchanges: 600, window: 900 }
    }
}

impl SessionSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if (1..=MAX_SESSIONS).contains(&self.max_per_user) {
            Ok(())
        } else {
            Err(SettingsError::at("sessions.max_per_user", format!("from 1 to {MAX_SESSIONS}")))
        }
    }
}

impl ThrottleSettings {
    pub(super) fn validate(&self) -> Result<(), SettingsError> {
        if !(60..=MAX_WINDOW).contains(&self.window) {
            return Err(SettingsError::at("throttle.window", format!("from 60 to {MAX_WINDOW} (seconds)")));
        }
        if self.free_failures == 0 || self.address_free_failures == 0 {
            return Err(SettingsError::at("throttle", "at least 1 failure must be free"));
        }
        if self.sign_ups == 0 {
            return Err(SettingsError::at(
                "throttle.sign_ups",
                "at least 1; AUTH__REGISTRATION=closed allows none",
            ));
        }
        if self.exchanges == 0 {
            return Err(SettingsError::at("throttle.exchanges", "at least 1"));
        }
        Ok(())
    }

    pub(super) fn policy(&self) -> ThrottlePolicy {
        let window = Duration::from_secs(self.window);
        ThrottlePolicy {
            account: Limit { free: self.free_failures, window, beyond: Beyond::Slower },
            address: Limit { free: self.address_free_failures, window, beyond: Beyond::Slower },
            sign_ups: Limit { free: self.sign_ups, window, beyond: Beyond::Closed },
            exchanges: Limit { free: self.exchanges, window, beyond: Beyond::Closed },
        }
    }
}
