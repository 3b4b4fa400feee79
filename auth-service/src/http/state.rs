//! What handlers share.

use std::sync::Arc;

use service_kit::address::TrustedProxies;

use super::{cookie::RefreshCookie, origin::Origins};
use crate::ops::Auth;

/// The use cases, and the settings of cookies and origins.
pub struct State {
    /// The use cases.
    pub auth: Arc<Auth>,
    /// The cookie of the refresh token.
    pub cookie: RefreshCookie,
    /// The sites that may send it.
    pub origins: Origins,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: TrustedProxies,
}
