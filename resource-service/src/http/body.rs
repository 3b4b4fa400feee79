//! Reads the members of a document from a body.

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{HeaderName, HeaderValue},
};
use serde_json::{Map, Value};
use service_kit::problem::Problem;
use shared_models::problem::{FieldError, ProblemCode};

use crate::domain::scan::scan;

/// The media type of a document.
pub const JSON: &str = "application/json";
/// The media type of a merge patch (RFC 7396).
pub const MERGE_PATCH: &str = "application/merge-patch+json";

/// The members of the JSON object in `body`, which must come as one of the `accepted` media types.
pub fn members(request: &HttpRequest, body: &[u8], accepted: &[&str]) -> Result<Map<String, Value>, Problem> {
    let media_type = request.content_type();
    if !accepted.iter().any(|accepted| media_type.eq_ignore_ascii_case(accepted)) {
        return Err(unsupported(media_type, accepted));
    }
    let malformed =
        |fault: String| Problem::new(ProblemCode::InvalidRequest, format!("The body is not JSON: {fault}"));
    let text = std::str::from_utf8(body).map_err(|fault| malformed(fault.to_string()))?;
    let faults = scan(text);
    if !faults.is_empty() {
        return Err(Problem::validation(faults));
    }
    let kind = match serde_json::from_str(text).map_err(|fault| malformed(fault.to_string()))? {
        Value::Object(members) => return Ok(members),
        Value::Array(_) => "an array",
        Value::String(_) => "a string",
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
        Value::Null => "null",
    };
    let message = format!("expected one JSON object, got {kind}; send one document a request");
    Err(Problem::validation(vec![FieldError::at("", "type", message)]))
}

/// 415, with what is accepted in words and, for a patch, in `Accept-Patch` (RFC 5789 section 3.1).
fn unsupported(came: &str, accepted: &[&str]) -> Problem {
    let came = if came.is_empty() { "none" } else { came };
    let detail = format!("Send the body as Content-Type: {}; {came} came", accepted.join(" or "));
    let problem = Problem::new(ProblemCode::UnsupportedMediaType, detail);
    match HeaderValue::from_str(&accepted.join(", ")) {
        Ok(value) if accepted.contains(&MERGE_PATCH) => {
            problem.with_header(HeaderName::from_static("accept-patch"), value)
        }
        _ => problem,
    }
}
