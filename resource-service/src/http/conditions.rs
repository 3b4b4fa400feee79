//! Reads what a request demands: `If-Match`, `If-None-Match`, and the age that `Cache-Control` allows.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    http::header::{CACHE_CONTROL, HeaderName, IF_MATCH, IF_NONE_MATCH},
};
use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;

use crate::domain::precondition::{Precondition, Tags};

/// `Cache-Control` of what a reader keeps only to ask whether it is still fresh; nobody else may keep it.
pub const UNCACHED: &str = "private, no-cache";

/// What the request demands of the document's revision.
pub fn precondition(request: &HttpRequest) -> Result<Precondition, Problem> {
    Ok(Precondition { if_match: tags(request, &IF_MATCH)?, if_none_match: tags(request, &IF_NONE_MATCH)? })
}

/// Several lines of a header are one list (RFC 9110 section 5.3).
fn tags(request: &HttpRequest, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let malformed =
        |fault: &dyn std::fmt::Display| Problem::new(ProblemCode::InvalidRequest, format!("{name}: {fault}"));
    let lines = request.headers().get_all(name).map(|line| line.to_str().map_err(|fault| malformed(&fault)));
    let lines: Vec<&str> = lines.collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Ok(None);
    }
    Tags::parse(&lines.join(", ")).map(Some).map_err(|fault| malformed(&fault))
}

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
