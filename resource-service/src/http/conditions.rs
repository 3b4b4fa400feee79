//! What caches may do with answers, and the age that `Cache-Control` of a request allows.

use std::time::Duration;

use actix_web::{HttpRequest, http::header::CACHE_CONTROL};

/// `Cache-Control` of what a reader keeps only to ask whether it is still fresh; nobody else may keep it.
pub const UNCACHED: &str = "private, no-cache";

/// How old a copy the client takes (RFC 9111 section 5.2.1), where it says so: with `no-cache` and `no-store` none.
pub fn accepted_age(request: &HttpRequest) -> Option<Duration> {
    let lines = request.headers().get_all(CACHE_CONTROL).filter_map(|line| line.to_str().ok());
    let directives = lines.flat_map(|line| line.split(',')).map(|text| text.trim().to_ascii_lowercase());
    let ages = directives.filter_map(|directive| match directive.as_str() {
        "no-cache" | "no-store" => Some(0),
        directive => directive.strip_prefix("max-age=")?.trim_matches('"').parse().ok(),
    });
    ages.min().map(Duration::from_secs)
}
