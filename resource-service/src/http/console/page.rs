//! `index.html` as a template with a nonce for each response, and the policy (CSP) of what the console may load.

use actix_web::{HttpResponse, http::header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::random::{self, Random};

/// What the nonce takes the place of.
const PLACE: &str = "__CSP_NONCE__";
/// The random bytes of a nonce: 128 bits.
const NONCE: usize = 16;

/// A page, cut where the nonce goes.
pub(super) struct Page(Vec<String>);

impl Page {
    pub(super) fn new(text: &str) -> Self {
        Self(text.split(PLACE).map(str::to_owned).collect())
    }

    /// The page with a nonce of its own. It has no entity tag: a copy that is confirmed by 304 would get the policy of another
    /// response, whose nonce it does not have.
    pub(super) fn respond(&self, random: &dyn Random, caches: &'static str) -> HttpResponse {
        let nonce = URL_SAFE_NO_PAD.encode(random::bytes::<NONCE>(random));
        HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, policy(Some(&nonce))))
            .insert_header((header::CACHE_CONTROL, caches))
            .body(self.0.join(&nonce))
    }
}

/// The policy of a page with this nonce, or of a file: a worker goes by the policy of its own script.
pub(super) fn policy(nonce: Option<&str>) -> String {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; manifest-src 'self'"
    )
}
