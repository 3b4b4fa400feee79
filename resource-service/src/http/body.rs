//! Reads the members of a document from a body.

use actix_web::{
    HttpMessage as _, HttpRequest,
    http::header::{HeaderName, HeaderValue},
    web::Bytes,
};
use serde_json::{Map, Value};
use service_kit::{aside::aside, problem::Problem};
use shared_models::problem::FieldError;

use crate::{
    domain::scan::{DUPLICATE, scan},
    ops::error::ResourceError,
    query::not_json::explained,
};

/// The media type of a document.
pub const JSON: &str = "application/json";
/// The media type of JSON values, one a line.
pub const NDJSON: &str = "application/x-ndjson";
/// The media type of a JSON patch (RFC 6902).
pub const JSON_PATCH: &str = "application/json-patch+json";
/// The media type of a merge patch (RFC 7396).
pub const MERGE_PATCH: &str = "application/merge-patch+json";

/// The members of the JSON object in `body`, which must come as one of the `accepted` media types.
pub async fn members(
    request: &HttpRequest,
    body: Bytes,
    accepted: &[&str],
) -> Result<Map<String, Value>, Problem> {
    if !accepted.iter().any(|accepted| is(request, accepted)) {
        return Err(unsupported(request.content_type(), accepted, &body));
    }
    Ok(aside(body.len(), move || document(&body)).await.map_err(ResourceError::from)??)
}

/// Refuses a body of another media type than those accepted.
pub fn media_type(request: &HttpRequest, accepted: &[&str]) -> Result<(), Problem> {
    if accepted.iter().any(|accepted| is(request, accepted)) {
        Ok(())
    } else {
        Err(unsupported(request.content_type(), accepted, &[]))
    }
}

/// Whether the body comes as this media type.
pub fn is(request: &HttpRequest, media_type: &str) -> bool {
    request.content_type().eq_ignore_ascii_case(media_type)
}

/// Whether JSON text begins as an array does.
pub fn is_array(text: &[u8]) -> bool {
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

/// The members of the JSON object in a text.
pub fn document(text: &[u8]) -> Result<Map<String, Value>, ResourceError> {
    let kind = match value(text)? {
        Value::Object(members) => return Ok(members),
        Value::Array(_) => "an array",
        Value::String(_) => "a string",
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
        Value::Null => "null",
    };
    let message = format!("expected a JSON object, got {kind}");
    Err(ResourceError::Invalid(vec![FieldError::at("", "type", message)]))
}

/// The JSON value in a text, nothing of it lost.
pub fn value(text: &[u8]) -> Result<Value, ResourceError> {
    let text = std::str::from_utf8(text).map_err(|fault| ResourceError::NotJson(fault.to_string()))?;
    let mut faults = scan(text);
    if let Some(at) = faults.iter().position(|fault| fault.code == DUPLICATE) {
        return Err(ResourceError::DuplicateMember(faults.swap_remove(at)));
    }
    if !faults.is_empty() {
        return Err(ResourceError::Invalid(faults));
    }
    serde_json::from_str(text).map_err(|fault| not_json(text, &fault, fault.to_string()))
}

/// Why the text of a body is not JSON, with what to do where that is known.
pub fn not_json(text: &str, fault: &serde_json::Error, message: String) -> ResourceError {
    let empty = text.trim().is_empty();
    let message = if empty { "the body is empty".to_owned() } else { explained(text, fault, message) };
    ResourceError::NotJson(message)
}

/// 415, with what is accepted in words and, for a patch, in `Accept-Patch` (RFC 5789 section 3.1).
fn unsupported(came: &str, accepted: &[&str], body: &[u8]) -> Problem {
    let problem = service_kit::body::unsupported(&accepted.join(" or "), came, body);
    match HeaderValue::from_str(&accepted.join(", ")) {
        Ok(value) if accepted.contains(&MERGE_PATCH) => {
            problem.with_header(HeaderName::from_static("accept-patch"), value)
        }
        _ => problem,
    }
}
