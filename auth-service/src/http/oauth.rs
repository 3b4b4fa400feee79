//! How programs speak to the OAuth endpoints: forms with credentials in, JSON of RFC 6749 out, errors too.

use std::collections::BTreeMap;

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{AUTHORIZATION, CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE},
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use service_kit::{
    body::{FORM, RawBody},
    deadline::within,
    edge::ErrorCode,
    fault::looks_like_json,
    problem::Problem,
};
use shared_models::{problem::ProblemCode, scope::ScopeSet};
use utoipa::ToSchema;

use super::{acting::origin, state::State};
use crate::{
    domain::client::Client,
    ops::{AuthError, token::OAuthError},
};

/// An error of RFC 6749 section 5.2.
#[derive(Serialize, ToSchema)]
pub(super) struct OAuthProblem {
    /// What went wrong, for programs.
    #[schema(example = "invalid_grant")]
    error: &'static str,
    /// What went wrong this time, for people.
    error_description: String,
}

/// What these endpoints read.
const AS_A_FORM: &str =
    "expected Content-Type application/x-www-form-urlencoded; send the parameters as a form";
/// The same, for a client that sent JSON.
const JSON_IT_SEEMS: &str = "the body looks like JSON; send the parameters as a form, with Content-Type: \
    application/x-www-form-urlencoded";
/// Parameters whose names may be repeated to the client; any other text may be a secret in the wrong place.
const PARAMETERS: [&str; 12] = [
    "authorization_details",
    "client_id",
    "client_secret",
    "grant_type",
    "password",
    "refresh_token",
    "requested_token_type",
    "scope",
    "subject_token",
    "subject_token_type",
    "token",
    "username",
];

/// A body, or why it could not be read.
pub(super) type Sent = Result<RawBody, Problem>;

/// A form that was read: no parameter twice, none that is empty.
pub(super) struct Form {
    fields: BTreeMap<String, String>,
}

/// Who sends a request.
pub(super) enum Sender {
    /// A client that proved who it is.
    Client(Box<Client>),
    /// Nobody who says so, with the client id in the form, if there is one.
    Public(Option<String>),
}

impl Form {
    /// Reads a form (RFC 6749 section 3.2): a parameter that is empty counts as left out, one that stands twice is
    /// refused, one that is unknown is ignored.
    pub(super) fn read(request: &HttpRequest, body: Sent) -> Result<Self, OAuthError> {
        let body = body.map_err(|problem| match problem.code() {
            ProblemCode::PayloadTooLarge => OAuthError::TooLong,
            _ => OAuthError::InvalidRequest("the body did not arrive in time".into()),
        })?;
        let malformed = |why: &str| OAuthError::InvalidRequest(why.to_owned());
        if !request.content_type().eq_ignore_ascii_case(FORM) {
            return Err(malformed(if looks_like_json(&body.0) { JSON_IT_SEEMS } else { AS_A_FORM }));
        }
        if !request.query_string().is_empty() {
            return Err(malformed("send the parameters in the body, not in the URL"));
        }
        if looks_like_json(&body.0) {
            return Err(malformed(JSON_IT_SEEMS));
        }
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(&body.0).map_err(|_| malformed("the form cannot be read"))?;
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            if fields.contains_key(&name) {
                let name = PARAMETERS.iter().find(|known| **known == name).unwrap_or(&"a parameter");
                return Err(OAuthError::InvalidRequest(format!("{name} is given more than once")));
            }
            fields.insert(name, value);
        }
        fields.retain(|_, value| !value.is_empty());
        Ok(Self { fields })
    }

    /// A parameter, where it stands.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub(super) fn require(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| OAuthError::InvalidRequest(format!("{name:?} is missing")))
    }

    /// `scope`, where it stands.
    pub(super) fn scope(&self) -> Result<Option<ScopeSet>, OAuthError> {
        let scope = self.get("scope").map(str::parse::<ScopeSet>).transpose();
        scope.map_err(|fault| OAuthError::InvalidScope(fault.to_string()))
    }

    /// Who sends this, by HTTP Basic or by the form, and not by both (RFC 6749 section 2.3).
    pub(super) async fn sender(&self, request: &HttpRequest, state: &State) -> Result<Sender, OAuthError> {
        let (id, secret) = match (basic(request)?, self.get("client_secret")) {
            (Some(_), Some(_)) => {
                let why = "the client's credentials are in the header and in the form; send one of them";
                return Err(OAuthError::InvalidRequest(why.into()));
            }
            (Some((id, secret)), None) => {
                if self.get("client_id").is_some_and(|other| other != id) {
                    return Err(OAuthError::InvalidRequest(
                        "the header and the form name different clients".into(),
                    ));
                }
                (id, secret)
            }
            (None, Some(secret)) => (self.require("client_id")?.to_owned(), secret.to_owned()),
            (None, None) => return Ok(Sender::Public(self.get("client_id").map(str::to_owned))),
        };
        Ok(Sender::Client(Box::new(state.auth.authenticate_client(&id, &secret, &origin(request)).await?)))
    }
}

/// Id and secret of HTTP Basic, each of which was encoded as in a form (RFC 6749 section 2.3.1).
fn basic(request: &HttpRequest) -> Result<Option<(String, String)>, OAuthError> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let Some(value) = headers.next() else { return Ok(None) };
    let malformed = || OAuthError::InvalidRequest("expected one Authorization header, with Basic".into());
    let text = value.to_str().map_err(|_| malformed())?;
    let (scheme, encoded) = text.split_once(' ').ok_or_else(malformed)?;
    if headers.next().is_some() || !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let pair = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = pair.ok_or_else(malformed)?;
    let (id, secret) = pair.split_once(':').ok_or_else(malformed)?;
    Ok(Some((decoded(id).ok_or_else(malformed)?, decoded(secret).ok_or_else(malformed)?)))
}

fn decoded(text: &str) -> Option<String> {
    // One value is a form without a name.
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("v={text}")).ok()?;
    match <[_; 1]>::try_from(pairs) {
        Ok([(_, value)]) => Some(value),
        Err(_) => None,
    }
}

/// What comes of a request in time: these endpoints refuse in a form of their own, a late answer included.
pub(super) async fn in_time<T>(
    outcome: impl Future<Output = Result<T, OAuthError>>,
) -> Result<T, OAuthError> {
    within(outcome).await.unwrap_or(Err(OAuthError::Auth(AuthError::Unavailable)))
}

/// An answer that nobody may keep (RFC 6749 section 5.1).
pub(super) fn answer(outcome: Result<impl Serialize, OAuthError>, request: &HttpRequest) -> HttpResponse {
    match outcome {
        Ok(body) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((PRAGMA, "no-cache"))
            .json(body),
        Err(error) => refusal(&error, request),
    }
}

/// Maps each failure to an answer, once.
pub(super) fn refusal(error: &OAuthError, request: &HttpRequest) -> HttpResponse {
    use StatusCode as Status;
    let (status, name) = match error {
        OAuthError::InvalidRequest(_) => (Status::BAD_REQUEST, "invalid_request"),
        OAuthError::TooLong => (Status::PAYLOAD_TOO_LARGE, "invalid_request"),
        OAuthError::InvalidClient => (Status::UNAUTHORIZED, "invalid_client"),
        OAuthError::InvalidGrant(_) => (Status::BAD_REQUEST, "invalid_grant"),
        OAuthError::UnauthorizedClient => (Status::BAD_REQUEST, "unauthorized_client"),
        OAuthError::UnsupportedGrantType => (Status::BAD_REQUEST, "unsupported_grant_type"),
        OAuthError::InvalidScope(_) => (Status::BAD_REQUEST, "invalid_scope"),
        OAuthError::InvalidDetails(_) => (Status::BAD_REQUEST, "invalid_authorization_details"),
        OAuthError::Auth(AuthError::Busy | AuthError::Unavailable | AuthError::Unknown) => {
            (Status::SERVICE_UNAVAILABLE, "temporarily_unavailable")
        }
        OAuthError::Auth(AuthError::Throttled { .. }) => (Status::TOO_MANY_REQUESTS, "slow_down"),
        OAuthError::Auth(_) => (Status::INTERNAL_SERVER_ERROR, "server_error"),
    };
    let error_description = if status == Status::INTERNAL_SERVER_ERROR {
        tracing::error!(cause = %error, "request failed");
        "internal error; it is logged under the request id".to_owned()
    } else {
        error.to_string()
    };
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CACHE_CONTROL, "no-store")).insert_header((PRAGMA, "no-cache"));
    let wait = match error {
        OAuthError::Auth(AuthError::Throttled { retry_after }) => Some(*retry_after),
        _ => (status == Status::SERVICE_UNAVAILABLE).then_some(1),
    };
    if let Some(wait) = wait {
        answer.insert_header((RETRY_AFTER, wait.to_string()));
    }
    // RFC 6749 section 5.2: by the scheme that was used. RFC 9110 section 15.5.2: always.
    if status == Status::UNAUTHORIZED {
        let used = request.headers().contains_key(AUTHORIZATION);
        let challenge =
            if used { "Basic realm=\"tessera\", charset=\"UTF-8\"" } else { "Basic realm=\"tessera\"" };
        answer.insert_header((WWW_AUTHENTICATE, challenge));
    }
    let mut answer = answer.json(OAuthProblem { error: name, error_description });
    answer.extensions_mut().insert(ErrorCode(name));
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::{http::header::CONTENT_TYPE, test::TestRequest};

    use super::*;

    fn read(body: &'static str) -> Result<Form, OAuthError> {
        let request = TestRequest::post().insert_header((CONTENT_TYPE, FORM)).to_http_request();
        Form::read(&request, Ok(RawBody(body.into())))
    }

    fn is_invalid<T>(outcome: &Result<T, OAuthError>) -> bool {
        matches!(outcome, Err(OAuthError::InvalidRequest(_)))
    }

    #[test]
    fn a_parameter_stands_once_and_an_empty_one_counts_as_left_out() {
        let form = read("grant_type=client_credentials&scope=&unknown=1").unwrap();
        assert_eq!(form.get("grant_type"), Some("client_credentials"));
        assert_eq!(form.scope(), Ok(None));
        assert!(is_invalid(&form.require("scope").map(|_| ())));
        assert!(is_invalid(&read("grant_type=a&grant_type=a")) && is_invalid(&read("scope=&scope=x")));
        assert!(matches!(read("scope=a%22").unwrap().scope(), Err(OAuthError::InvalidScope(_))));
    }

    #[test]
    fn only_a_form_in_the_body_is_read() {
        let json = TestRequest::post().insert_header((CONTENT_TYPE, "application/json")).to_http_request();
        assert!(is_invalid(&Form::read(&json, Ok(RawBody("{}".into())))));
        let query =
            TestRequest::with_uri("/?grant_type=x").insert_header((CONTENT_TYPE, FORM)).to_http_request();
        assert!(is_invalid(&Form::read(&query, Ok(RawBody("".into())))));
    }

    #[test]
    fn the_parts_of_basic_are_decoded_as_in_a_form() {
        let with = |value: String| {
            basic(&TestRequest::default().insert_header((AUTHORIZATION, value)).to_http_request())
        };
        let pair = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(with(pair("a%3Ab:s+%2B%25")), Ok(Some(("a:b".into(), "s +%".into()))));
        for bad in ["Bearer x".into(), "Basic".into(), "Basic !".into(), pair("no colon"), pair("a&b:c")] {
            assert!(is_invalid(&with(bad)));
        }
    }
}
