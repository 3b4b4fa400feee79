//! Reads `If-Match` and `If-None-Match`.

use actix_web::{
    HttpRequest,
    http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH},
};
use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;

use crate::domain::precondition::{Precondition, Tags};

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
