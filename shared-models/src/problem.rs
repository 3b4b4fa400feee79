//! Problem details (RFC 9457): the body of every error outside the OAuth endpoints.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// 400: the request itself is malformed.
    InvalidRequest,
    /// 401: wrong e-mail or password.
    InvalidCredentials,
    /// 401: the token is missing, malformed, expired or revoked.
    InvalidToken,
    /// 403: the token lacks a scope.
    InsufficientScope,
    /// 403: the caller's role in the project, or place in the team, does not allow it.
    InsufficientRole,
    /// 403: this needs a person's own login, with all scopes of its user, or a recent one.
    LoginRequired,
    /// 403: a cookie request that did not come from this site.
    CsrfRejected,
    /// 404: nothing here, or nothing the caller may see.
    NotFound,
    /// 405: the path exists, this verb does not.
    MethodNotAllowed,
    /// 406: none of the accepted media types can be made.
    NotAcceptable,
    /// 409: it conflicts with what is stored: a name that is taken, another value, a state that does not allow it.
    Conflict,
    /// 409: a project would have no owner.
    LastOwner,
    /// 410: it existed and is no longer kept.
    Gone,
    /// 412: the document has changed since the revision named by `If-Match`.
    RevisionMismatch,
    /// 413: the body is larger than the endpoint accepts.
    PayloadTooLarge,
    /// 415: the endpoint does not accept the body's media type.
    UnsupportedMediaType,
    /// 416: the requested range is outside of the file.
    RangeNotSatisfiable,
    /// 422: well-formed, but a value breaks a rule; `errors` says which.
    ValidationError,
    /// 428: the collection demands `If-Match`.
    PreconditionRequired,
    /// 429: too many attempts; `Retry-After` says how long to wait.
    RateLimited,
    /// 500: a fault of the service.
    Internal,
    /// 503: the service cannot answer now; `Retry-After` says when to ask again.
    Unavailable,
    /// 503: the query took longer than its time limit and was stopped; sent again as it is, it would be stopped again.
    QueryTimeout,
    /// 503: a write was sent and its outcome is not known; check whether it took effect before sending it again.
    OutcomeUnknown,
}

impl ProblemCode {
    /// Its name, as it is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidCredentials => "invalid_credentials",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InsufficientRole => "insufficient_role",
            Self::LoginRequired => "login_required",
            Self::CsrfRejected => "csrf_rejected",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotAcceptable => "not_acceptable",
            Self::Conflict => "conflict",
            Self::LastOwner => "last_owner",
            Self::Gone => "gone",
            Self::RevisionMismatch => "revision_mismatch",
            Self::PayloadTooLarge => "payload_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::RangeNotSatisfiable => "range_not_satisfiable",
            Self::ValidationError => "validation_error",
            Self::PreconditionRequired => "precondition_required",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::QueryTimeout => "query_timeout",
            Self::OutcomeUnknown => "outcome_unknown",
        }
    }

    /// The HTTP status that goes with the code.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidCredentials | Self::InvalidToken => 401,
            Self::InsufficientScope | Self::InsufficientRole | Self::LoginRequired | Self::CsrfRejected => {
                403
            }
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::Conflict | Self::LastOwner => 409,
            Self::Gone => 410,
            Self::RevisionMismatch => 412,
            Self::PayloadTooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::RangeNotSatisfiable => 416,
            Self::ValidationError => 422,
            Self::PreconditionRequired => 428,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::QueryTimeout | Self::OutcomeUnknown => 503,
        }
    }

    /// The same for every problem of this kind.
    pub const fn title(self) -> &'static str {
        match self {
            Self::InvalidRequest => "The request is malformed",
            Self::InvalidCredentials => "The e-mail or the password is wrong",
            Self::InvalidToken => "A valid access token is needed",
            Self::InsufficientScope => "The token does not allow this",
            Self::InsufficientRole => "Your role does not allow this",
            Self::LoginRequired => "A login of your own is needed",
            Self::CsrfRejected => "The request did not come from this site",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "The method is not allowed here",
            Self::NotAcceptable => "No acceptable representation",
            Self::Conflict => "The request conflicts with what is stored",
            Self::LastOwner => "A project would have no owner",
            Self::Gone => "No longer kept",
            Self::RevisionMismatch => "The document has changed",
            Self::PayloadTooLarge => "The body is too large",
            Self::UnsupportedMediaType => "The media type is not supported",
            Self::RangeNotSatisfiable => "The range cannot be satisfied",
            Self::ValidationError => "A value is not valid",
            Self::PreconditionRequired => "If-Match is required",
            Self::RateLimited => "Too many attempts",
            Self::Internal => "Internal error",
            Self::Unavailable => "The service cannot answer now",
            Self::QueryTimeout => "The query took too long",
            Self::OutcomeUnknown => "The outcome is not known",
        }
    }
}

/// The body of an error, `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// A URI for the kind of problem: `urn:tessera:problem:CODE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of this kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong, for programs.
    pub code: ProblemCode,
    /// What went wrong this time, and what the reader can do.
    pub detail: String,
    /// The id under which the service logged the request.
    pub request_id: String,
    /// The single faults, if there are any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// One fault in the body (`pointer`) or in the query string (`parameter`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// RFC 6901 pointer into the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the query parameter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The rule that was broken, for programs.
    pub code: String,
    /// What was expected and what was received, for people.
    pub message: String,
}

/// The most bytes of a pointer or of a parameter's name in a [`FieldError`]; the names in it are the client's.
const MAX_POINTER: usize = 500;
/// The most bytes of a message in a [`FieldError`].
const MAX_MESSAGE: usize = 2_000;

/// The begin of a text that is longer than it may be, with a mark that it was cut.
fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

impl FieldError {
    /// A fault at an RFC 6901 pointer into the body.
    pub fn at(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: Some(cut(pointer.into(), MAX_POINTER)),
            parameter: None,
            code: code.into(),
            message: cut(message.into(), MAX_MESSAGE),
        }
    }

    /// A fault in a query parameter.
    pub fn in_parameter(
        parameter: impl Into<String>,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            pointer: None,
            parameter: Some(cut(parameter.into(), MAX_POINTER)),
            code: code.into(),
            message: cut(message.into(), MAX_MESSAGE),
        }
    }
}
