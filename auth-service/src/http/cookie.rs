//! The cookie that carries the refresh token, out of reach of scripts and of other sites.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration as MaxAge},
};

use crate::domain::device;

/// How the refresh token travels between browser and service.
#[derive(Clone, Copy, Debug)]
pub struct RefreshCookie {
    secure: bool,
}

impl RefreshCookie {
    /// `secure` if browsers reach the issuer by TLS, even if a proxy terminates it.
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// The cookie's name. The prefix `__Host-` makes browsers refuse it from a sibling domain or without TLS
    /// (RFC 6265bis section 4.1.3.2).
    fn name(self) -> &'static str {
        if self.secure { "__Host-tessera_refresh" } else { "tessera_refresh" }
    }

    /// The refresh token that came with a request.
    pub fn read(self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.name()).map(|cookie| cookie.value().to_owned())
    }

    /// Sets the refresh token's cookie for as long as the token is valid.
    pub fn set(self, token: String, ttl: Duration) -> Cookie<'static> {
        self.cookie(self.name(), token, MaxAge::seconds(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX)))
    }

    fn device_name(self) -> &'static str {
        if self.secure { "__Host-tessera_device" } else { "tessera_device" }
    }

    /// The mark of a device that has logged in before.
    pub fn read_device(self, request: &HttpRequest) -> Option<String> {
        request.cookie(self.device_name()).map(|cookie| cookie.value().to_owned())
    }

    /// Sets the mark of the browser's device.
    pub fn set_device(self, mark: String) -> Cookie<'static> {
        let ttl = i64::try_from(device::LIFETIME.as_secs()).unwrap_or(i64::MAX);
        self.cookie(self.device_name(), mark, MaxAge::seconds(ttl))
    }

    /// Clears the cookie of the refresh token.
    pub fn clear(self) -> Cookie<'static> {
        self.cookie(self.name(), String::new(), MaxAge::ZERO)
    }

    fn cookie(self, name: &'static str, value: String, max_age: MaxAge) -> Cookie<'static> {
        Cookie::build(name, value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Strict)
            .secure(self.secure)
            .max_age(max_age)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secure_cookie_is_bound_to_its_host() {
        let cookie = RefreshCookie::new(true).set("t".into(), Duration::from_secs(3600)).to_string();
        assert_eq!(
            cookie,
            "__Host-tessera_refresh=t; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=3600"
        );
    }

    #[test]
    fn without_tls_the_cookie_has_no_prefix() {
        let cookie = RefreshCookie::new(false).clear().to_string();
        assert_eq!(cookie, "tessera_refresh=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    }
}
