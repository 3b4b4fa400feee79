//! Maps what use cases refuse to problems, once.

use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;

use crate::ops::error::ResourceError;

/// A problem whose detail is the error's own text, begun with a capital.
fn told(code: ProblemCode, error: &ResourceError) -> Problem {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Problem::new(code, first + letters.as_str())
}

impl From<ResourceError> for Problem {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::UnknownCollection(_) | ResourceError::NotFound { .. } => {
                told(ProblemCode::NotFound, &error)
            }
            ResourceError::MissingScope(scope) => Self::insufficient_scope(&scope),
            ResourceError::Invalid(faults) => Self::validation(faults),
            ResourceError::Conflict(_) => told(ProblemCode::Conflict, &error),
            ResourceError::RevisionMismatch { .. } => told(ProblemCode::RevisionMismatch, &error),
            ResourceError::PreconditionRequired => told(ProblemCode::PreconditionRequired, &error),
            ResourceError::Unavailable => Self::unavailable(),
            ResourceError::Internal(cause) => Self::internal(cause),
        }
    }
}
