//! The one error that handlers return, and the answers of RFC 6750.

use std::fmt;

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use shared_models::problem::{FieldError, ProblemBody, ProblemCode};

use crate::budget::Exhausted;

/// The media type of a problem (RFC 9457 section 3).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error on its way to the client. The request id is added at the edge.
#[derive(Clone, Debug)]
pub struct Problem {
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
    extensions: Vec<(&'static str, serde_json::Value)>,
}

impl Problem {
    /// A problem; `detail` says what went wrong this time and what the reader can do.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), headers: Vec::new(), extensions: Vec::new() }
    }

    /// Single values that break a rule.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [one] => one.message.clone(),
            several => format!("{} values are not valid; see errors", several.len()),
        };
        Self::new(ProblemCode::ValidationError, detail).with_errors(errors)
    }

    /// The request has no token (RFC 6750 section 3: no error code then).
    pub fn unauthenticated() -> Self {
        Self::new(ProblemCode::InvalidToken, "Send an access token as Authorization: Bearer …")
            .with_challenge("Bearer realm=\"tessera\"")
    }

    /// The token is not valid (RFC 6750 section 3.1).
    pub fn invalid_token(why: impl fmt::Display) -> Self {
        Self::new(ProblemCode::InvalidToken, sentence(&why.to_string())).with_challenge(&format!(
            "Bearer realm=\"tessera\", error=\"invalid_token\", error_description=\"{why}\""
        ))
    }

    /// The token is valid and lacks a scope (RFC 6750 section 3.1).
    pub fn insufficient_scope(scope: &str) -> Self {
        Self::lacking(scope, format!("This needs the scope {scope}"))
    }

    /// The act is for somebody else; `why` says for whom. A token with `scope` may do it for them.
    pub fn reserved(scope: &str, why: &str) -> Self {
        Self::lacking(scope, format!("{why}; this needs the scope {scope} otherwise"))
    }

    fn lacking(scope: &str, detail: String) -> Self {
        Self::new(ProblemCode::InsufficientScope, detail).with_challenge(&format!(
            "Bearer realm=\"tessera\", error=\"insufficient_scope\", scope=\"{scope}\""
        ))
    }

    /// This kind of principal may not call this, or not in its current state; `detail` says what to do.
    pub fn login_required(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::LoginRequired, detail)
    }

    /// The login is older than `max_age` seconds (RFC 9470 section 3).
    pub fn recent_login_required(detail: impl Into<String>, max_age: u64) -> Self {
        Self::login_required(detail).with_challenge(&format!(
            "Bearer realm=\"tessera\", error=\"insufficient_user_authentication\", max_age=\"{max_age}\""
        ))
    }

    /// The store cannot be reached now; the caller may retry after a second.
    pub fn unavailable() -> Self {
        Self::new(ProblemCode::Unavailable, "The store cannot be reached now; try again shortly")
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// The request was passed on and its outcome is not known. Sending it again could do it twice.
    pub fn outcome_unknown() -> Self {
        let detail = "The store did not say whether this took effect; read it before you send it again";
        Self::new(ProblemCode::OutcomeUnknown, detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// This replica cannot take the request on now for a reason of its own; the caller may retry after a few seconds.
    pub fn busy(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::Unavailable, sentence(&detail.into()))
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("2"))
    }

    /// An internal error. Its cause goes to the log and not to the client.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        Self::new(ProblemCode::Internal, "An internal error; it is logged under the request id")
    }

    /// Adds the single faults.
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds a member of the kind's own (RFC 9457 section 3.2).
    pub fn with_extension(mut self, name: &'static str, value: serde_json::Value) -> Self {
        self.extensions.push((name, value));
        self
    }

    /// Adds a header to the answer.
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    fn with_challenge(self, challenge: &str) -> Self {
        match HeaderValue::from_str(challenge) {
            Ok(value) => self.with_header(header::WWW_AUTHENTICATE, value),
            Err(_) => self,
        }
    }

    /// What kind of problem this is.
    pub fn code(&self) -> ProblemCode {
        self.code
    }

    /// What went wrong this time.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The single faults.
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    pub(crate) fn respond(&self, request_id: &str) -> HttpResponse {
        let mut response = HttpResponseBuilder::new(self.status_code());
        for header in &self.headers {
            response.append_header(header.clone());
        }
        let body = ProblemBody {
            kind: format!("urn:tessera:problem:{}", self.name()),
            title: self.code.title().into(),
            status: self.code.status(),
            code: self.code,
            detail: self.detail.clone(),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
        };
        let mut body = serde_json::to_value(&body).unwrap_or_default();
        for (name, value) in &self.extensions {
            body[*name] = value.clone();
        }
        response.content_type(PROBLEM_JSON).body(body.to_string())
    }

    fn name(&self) -> String {
        serde_json::to_value(self.code)
            .ok()
            .and_then(|code| code.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl From<Exhausted> for Problem {
    fn from(refusal: Exhausted) -> Self {
        match refusal {
            Exhausted::Busy => Self::busy(refusal.to_string()),
            Exhausted::TooMuch { .. } => {
                Self::new(ProblemCode::PayloadTooLarge, sentence(&refusal.to_string()))
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        self.respond("")
    }
}
