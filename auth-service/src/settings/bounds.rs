//! The limits of one account, address or user, as settings. Knows no other setting.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    domain::throttle::{Beyond, Limit},
    ops::ThrottlePolicy,
};

/// The longest time that failures may be remembered: a day, in seconds.
pub(super) const MAX_WINDOW: u64 = 24 * 3600;
/// The most live sessions that one user may be allowed.
pub(super) const MAX_SESSIONS: u64 = 100_000;

/// The limit on sessions.
#[derive(Clone, Debug, Deserialize, Serialize)]
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
#[derive(Clone, Debug, Deserialize, Serialize)]
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

impl ThrottleSettings {
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
