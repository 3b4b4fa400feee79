//! Maps what use cases refuse to problems, once.

use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use service_kit::problem::Problem;
use shared_models::problem::{FieldError, ProblemCode};

use crate::{
    domain::{patch::Unpatchable, validate::MAX_FAULTS},
    ops::error::ResourceError,
};

/// The most faults of many documents that are reported.
const MAX_ERRORS: usize = 1_000;

/// A problem whose detail is the error's own text, begun with a capital.
fn problem_of(code: ProblemCode, error: &ResourceError) -> Problem {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    Problem::new(code, first + letters.as_str())
}

/// Values that break rules. A check ends with its last reported fault, so that there may be more.
fn invalid(faults: Vec<FieldError>) -> Problem {
    if faults.len() != MAX_FAULTS {
        return Problem::validation(faults);
    }
    let detail = format!("{MAX_FAULTS} or more values are not valid; see errors for the first {MAX_FAULTS}");
    Problem::new(ProblemCode::ValidationError, detail).with_errors(faults)
}

/// A failed test means that the document is not what the client takes it for; an operation without a place is wrong.
fn unpatchable(fault: &Unpatchable) -> Problem {
    let error = ResourceError::Unpatchable(fault.clone());
    match fault {
        Unpatchable::Test { .. } => problem_of(ProblemCode::Conflict, &error),
        Unpatchable::TooLarge { .. } | Unpatchable::TooCostly { .. } => {
            problem_of(ProblemCode::PayloadTooLarge, &error)
        }
        Unpatchable::Place { at, .. } => {
            Problem::validation(vec![FieldError::at(format!("/{at}"), "path", fault.to_string())])
        }
        Unpatchable::TooDeep { at, .. } => {
            Problem::validation(vec![FieldError::at(format!("/{at}"), "nesting", fault.to_string())])
        }
    }
}

/// Every fault of every document, with pointers into the whole: `/3/name` is the name of the fourth document.
fn none_stored(refused: Vec<(usize, ResourceError)>) -> Problem {
    let conflicts = refused.iter().all(|(_, error)| matches!(error, ResourceError::Conflict(_)));
    let code = if conflicts { ProblemCode::Conflict } else { ProblemCode::ValidationError };
    let detail = format!("Nothing was stored; documents rejected: {}; see errors", refused.len());
    let mut errors = Vec::new();
    for (index, error) in refused {
        let problem = Problem::from(error);
        if problem.errors().is_empty() {
            let code = serde_json::to_value(problem.code()).unwrap_or_default();
            let code = code.as_str().unwrap_or_default().to_owned();
            errors.push(FieldError::at(format!("/{index}"), code, problem.detail()));
        }
        errors.extend(problem.errors().iter().cloned().map(|mut fault| {
            fault.pointer = fault.pointer.map(|pointer| format!("/{index}{pointer}"));
            fault
        }));
        if errors.len() >= MAX_ERRORS {
            break;
        }
    }
    errors.truncate(MAX_ERRORS);
    Problem::new(code, detail).with_errors(errors)
}

impl From<ResourceError> for Problem {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::Incompatible(ref report) => {
                let report = serde_json::to_value(report).unwrap_or_default();
                problem_of(ProblemCode::Conflict, &error).with_extension("report", report)
            }
            ResourceError::Unindexable(_) | ResourceError::FromFile(_) | ResourceError::HoldsDocuments(_) => {
                problem_of(ProblemCode::Conflict, &error)
            }
            ResourceError::UnknownCollection(_)
            | ResourceError::NotFound { .. }
            | ResourceError::NotKept { .. }
            | ResourceError::NoRevision { .. }
            | ResourceError::NoSeries
            | ResourceError::NoReviews
            | ResourceError::NoArtifacts(_)
            | ResourceError::NoArtifact { .. } => problem_of(ProblemCode::NotFound, &error),
            ResourceError::NotJson(_) | ResourceError::Interrupted(_) => {
                problem_of(ProblemCode::InvalidRequest, &error)
            }
            ResourceError::DuplicateMember(ref fault) => {
                let errors = vec![fault.clone()];
                problem_of(ProblemCode::InvalidRequest, &error).with_errors(errors)
            }
            ResourceError::TooLarge { .. } | ResourceError::TooMany { .. } | ResourceError::Full(_) => {
                problem_of(ProblemCode::PayloadTooLarge, &error)
            }
            ResourceError::MediaType { .. } => problem_of(ProblemCode::UnsupportedMediaType, &error),
            ResourceError::Unpatchable(fault) => unpatchable(&fault),
            ResourceError::Refused(refused) => none_stored(refused),
            ResourceError::MissingScope(scope) => Self::insufficient_scope(&scope),
            ResourceError::Reserved { scope, why } => Self::reserved(&scope, why),
            ResourceError::PersonNeeded => problem_of(ProblemCode::LoginRequired, &error),
            ResourceError::TokenEnded | ResourceError::InvalidTicket => Self::invalid_token(&error),
            ResourceError::Outside(_) => problem_of(ProblemCode::InsufficientScope, &error),
            ResourceError::StaleFeed
            | ResourceError::UnusableDefinition(_)
            | ResourceError::NotServed { .. } => problem_of(ProblemCode::Unavailable, &error)
                .with_header(RETRY_AFTER, HeaderValue::from_static("5")),
            ResourceError::Invalid(faults) => invalid(faults),
            ResourceError::Conflict(_)
            | ResourceError::NotRemoved(_)
            | ResourceError::Redefined
            | ResourceError::Offset { .. }
            | ResourceError::UploadEnded => problem_of(ProblemCode::Conflict, &error),
            ResourceError::Steps { ref faults, .. } => {
                let shown = faults.iter().take(MAX_FAULTS).cloned().collect();
                problem_of(ProblemCode::Conflict, &error).with_errors(shown)
            }
            ResourceError::RevisionMismatch { .. }
            | ResourceError::DefinitionMismatch { .. }
            | ResourceError::OtherArtifact { .. } => problem_of(ProblemCode::RevisionMismatch, &error),
            ResourceError::PreconditionRequired => problem_of(ProblemCode::PreconditionRequired, &error),
            ResourceError::PositionLost | ResourceError::RemovedSince(_) | ResourceError::AnswerPurged => {
                problem_of(ProblemCode::Gone, &error)
            }
            ResourceError::QueryTimeout(_) => problem_of(ProblemCode::QueryTimeout, &error),
            ResourceError::Exhausted(refusal) => refusal.into(),
            ResourceError::ChangedMeanwhile => problem_of(ProblemCode::Unavailable, &error)
                .with_header(RETRY_AFTER, HeaderValue::from_static("1")),
            ResourceError::Unavailable => Self::unavailable(),
            ResourceError::Unknown => Self::outcome_unknown(),
            ResourceError::Internal(cause) => Self::internal(cause),
        }
    }
}
