//! How endpoints refuse, for the OpenAPI document. Each set says one kind of cause.

use shared_models::problem::ProblemBody;
use utoipa::IntoResponses;

/// The token is not valid, or the store is unavailable: any endpoint that authenticates its caller.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Caller {
    /// No valid token
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// The store is unavailable
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// The caller is not a person's own login with all of their scopes.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Login {
    /// This needs a person's own login, with all of their scopes
    #[response(status = 403, content_type = "application/problem+json")]
    LoginRequired(ProblemBody),
}

/// The caller is not such a login, or it is not recent and the password was not sent.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Confirmation {
    /// No valid token, or the password in the body is wrong
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(ProblemBody),
    /// This needs a person's own login with all of their scopes, and a recent one or the password in the body
    #[response(status = 403, content_type = "application/problem+json")]
    LoginRequired(ProblemBody),
    /// Too many wrong passwords
    #[response(status = 429, content_type = "application/problem+json")]
    Throttled(ProblemBody),
    /// Too many passwords are being checked, or the store is unavailable
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(ProblemBody),
}

/// The token does not allow it.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Scope {
    /// The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's
    #[response(status = 403, content_type = "application/problem+json")]
    Insufficient(ProblemBody),
}

/// The body is refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Body {
    /// Not JSON
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// More than 16 KiB
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(ProblemBody),
    /// Not JSON by its media type
    #[response(status = 415, content_type = "application/problem+json")]
    Unsupported(ProblemBody),
    /// A value breaks a rule
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
}

/// The query is refused. The document gets it from the route table: every operation that declares its parameters has it.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Query {
    /// The query string cannot be decoded
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(ProblemBody),
    /// A parameter is unknown, repeated or malformed
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
}

/// The target does not exist.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Missing {
    /// Not found
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(ProblemBody),
}

/// It would break a rule about what must remain.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Rule {
    /// It would break a rule, such as removing the last administrator, or it was changed by another request
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
}

/// The token does not allow it, or the caller's role in the project or place in the team.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum ProjectRole {
    /// The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
    /// detail names the role that is needed and who can give it
    #[response(status = 403, content_type = "application/problem+json")]
    Insufficient(ProblemBody),
}

/// What the caller read has changed.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Version {
    /// It has another ETag now than `If-Match` names
    #[response(status = 412, content_type = "application/problem+json")]
    Mismatch(ProblemBody),
}

/// The log no longer has the entries after the cursor.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes answers and is never made")]
pub(super) enum Expired {
    /// The entries after the cursor are no longer kept
    #[response(status = 410, content_type = "application/problem+json")]
    Gone(ProblemBody),
}
