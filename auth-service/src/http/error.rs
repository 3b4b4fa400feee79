//! Maps each failure of a use case to a problem: once, here.

use actix_web::http::header::{self, HeaderValue};
use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;

use crate::ops::AuthError;

/// The text with an initial capital.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Invalid(faults) => Self::validation(faults),
            // RFC 9110 section 15.5.2 demands a challenge; `Basic` would make browsers ask by themselves.
            AuthError::InvalidCredentials => Self::new(
                ProblemCode::InvalidCredentials,
                "The e-mail or the password is wrong",
            )
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tessera\"")),
            AuthError::InvalidRefreshToken
            | AuthError::RefreshTokenReused
            | AuthError::UserGone
            | AuthError::TokenRevoked
            | AuthError::SessionEnded => Self::invalid_token(error),
            AuthError::BeyondScope(scopes) => Self::insufficient_scope(&scopes.join(" ")),
            AuthError::RoleNeeded { .. } | AuthError::TeamManagerNeeded => {
                Self::new(ProblemCode::InsufficientRole, sentence(&error.to_string()))
            }
            AuthError::NoInvitation => Self::new(ProblemCode::NotFound, sentence(&error.to_string())),
            AuthError::Outdated => Self::new(ProblemCode::RevisionMismatch, sentence(&error.to_string())),
            AuthError::LoginNeeded => Self::login_required(
                "This needs a person's own login; log in at /auth/login and use that token",
            ),
            AuthError::RecentLoginNeeded { seconds } => Self::recent_login_required(
                format!(
                    "This needs a login within the last {seconds} seconds; log in again, or send your password as \
                     \"current_password\" in the body"
                ),
                seconds,
            ),
            AuthError::LastOwner { .. } => Self::new(ProblemCode::LastOwner, sentence(&error.to_string())),
            AuthError::Conflict(why) => Self::new(ProblemCode::Conflict, sentence(&why)),
            AuthError::NotFound(what) => {
                Self::new(ProblemCode::NotFound, format!("There is no such {what}, or it is not yours"))
            }
            AuthError::Taken { field } => {
                let whose = if field == "slug" { "project" } else { "user" };
                Self::new(ProblemCode::Conflict, format!("Another {whose} has this {field}"))
            }
            AuthError::ChangedMeanwhile => Self::new(
                ProblemCode::Conflict,
                "This was changed by another request; reload it and try again",
            ),
            AuthError::Throttled { retry_after } => {
                let detail = format!("Too many attempts; try again in {retry_after} s");
                Self::new(ProblemCode::RateLimited, detail)
                    .with_header(header::RETRY_AFTER, HeaderValue::from(retry_after))
            }
            AuthError::Busy => {
                Self::new(ProblemCode::Unavailable, "Too many passwords are being checked; try again shortly")
                    .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            }
            AuthError::Unavailable => Self::unavailable(),
            AuthError::Unknown => Self::outcome_unknown(),
            AuthError::Internal(cause) => Self::internal(cause),
        }
    }
}
