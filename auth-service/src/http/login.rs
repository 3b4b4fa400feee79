//! The three ways in which credentials come: a form, the same as JSON, HTTP Basic.

use actix_web::{HttpMessage as _, HttpRequest, http::header, web::Bytes};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use service_kit::{
    body::{self, FORM, is_json},
    problem::Problem,
};
use shared_models::{
    auth::Login,
    problem::{FieldError, ProblemCode},
    scope::ScopeSet,
};

use super::acting::origin;
use crate::{domain::password::Password, ops::Credentials};

/// The body that may accompany HTTP Basic.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    grant_type: Option<String>,
    scope: Option<String>,
}

/// Reads the credentials of a login request.
pub(super) fn credentials(request: &HttpRequest, text: &Bytes) -> Result<Credentials, Problem> {
    let login = match (basic(request)?, read::<Login>(request, text)) {
        // With a user in the body Basic authenticates the client (RFC 6749 section 4.3.2), and login knows none.
        (_, Ok(login)) => login,
        (Some((username, password)), Err(_)) => {
            let Beside { grant_type, scope } =
                if text.is_empty() { Beside::default() } else { read(request, text)? };
            Login { grant_type, username, password, scope, client_id: None, client_secret: None }
        }
        (None, Err(problem)) => return Err(problem),
    };
    let mut faults = Vec::new();
    if login.grant_type.as_deref().is_some_and(|grant| grant != "password") {
        faults.push(FieldError::at("/grant_type", "enum", "grant_type: expected \"password\""));
    }
    let scope = login.scope.as_deref().filter(|scope| !scope.trim().is_empty());
    let scope: Option<Result<ScopeSet, _>> = scope.map(str::parse);
    if let Some(Err(fault)) = &scope {
        faults.push(FieldError::at("/scope", "format", format!("scope: {fault}")));
    }
    if !faults.is_empty() {
        return Err(Problem::validation(faults));
    }
    let agent = request.headers().get(header::USER_AGENT);
    Ok(Credentials {
        username: login.username,
        password: Password::new(&login.password),
        scope: scope.and_then(Result::ok),
        at_most: None,
        mark: None,
        device: agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned()),
        origin: origin(request),
    })
}

fn read<T: serde::de::DeserializeOwned>(request: &HttpRequest, text: &Bytes) -> Result<T, Problem> {
    let media_type = request.content_type();
    if is_json(media_type) {
        body::json(text)
    } else if media_type.eq_ignore_ascii_case(FORM) {
        body::form(text)
    } else {
        Err(body::unsupported("application/x-www-form-urlencoded or application/json", media_type, text))
    }
}

/// User and password of HTTP Basic, in UTF-8 (RFC 7617).
fn basic(request: &HttpRequest) -> Result<Option<(String, String)>, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
    else {
        return Ok(None);
    };
    let Some((scheme, encoded)) = value.split_once(' ') else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let pair = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match pair.as_deref().and_then(|pair| pair.split_once(':')) {
        Some((username, password)) => Ok(Some((username.to_owned(), password.to_owned()))),
        None => Err(Problem::new(
            ProblemCode::InvalidRequest,
            "Authorization: Basic needs the base64 of username:password in UTF-8",
        )),
    }
}
