//! What handlers share.

use std::sync::Arc;

use service_kit::address::TrustedProxies;

use super::{cookie::RefreshCookie, origin::Origins};
use crate::ops::Auth;

/// The use cases, and how this listener speaks to browsers.
pub struct State {
    /// The use cases.
    pub auth: Arc<Auth>,
    /// How the refresh token travels.
    pub cookie: RefreshCookie,
    /// Which sites may send it.
    pub origins: Origins,
    /// Who is believed about where a request comes from.
    pub proxies: TrustedProxies,
}
