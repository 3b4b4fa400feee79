//! Tokens for programs: get one (RFC 6749, RFC 8693), revoke it (RFC 7009), introspect it (RFC 7662).

use actix_web::{HttpRequest, HttpResponse, http::header::USER_AGENT, web::Data};
use serde::Serialize;
use service_kit::fault::without_values;
use shared_models::{
    claims::{AccessClaims, Actor, Audience, AuthorizationDetail, CALCULATION},
    clients::GrantType,
};
use utoipa::ToSchema;

use super::{
    acting::{arrived, origin},
    oauth::{Form, OAuthProblem, Sender, Sent, answer, in_time},
    state::State,
};
use crate::{
    domain::{client::Client, password::Password, session::Session},
    ops::{
        JOB_CLIENT,
        token::{Exchange, Introspection, Issued, OAuthError, PasswordGrant, RefreshGrant},
    },
};

/// `grant_type` of RFC 8693.
pub(super) const TOKEN_EXCHANGE: &str = GrantType::TokenExchange.name();
/// The type of the token that is exchanged, and of the result.
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Body of `POST /auth/token`. Which members are used depends on `grant_type`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "shows the document's reader what the form may hold")]
struct TokenRequest {
    /// `client_credentials`, `refresh_token`, `password` or `urn:ietf:params:oauth:grant-type:token-exchange`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// Scopes separated by spaces; all that can be granted if absent.
    scope: Option<String>,
    /// The client, unless HTTP Basic names it.
    client_id: Option<String>,
    /// Its secret, unless HTTP Basic has it.
    client_secret: Option<String>,
    /// For `refresh_token`.
    refresh_token: Option<String>,
    /// For `password`.
    username: Option<String>,
    /// For `password`.
    password: Option<String>,
    /// For a token exchange: the access token to exchange.
    subject_token: Option<String>,
    /// For a token exchange: `urn:ietf:params:oauth:token-type:access_token`.
    subject_token_type: Option<String>,
    /// For a token exchange: `[{"type":"calculation","identifier":"ID"}]` (RFC 9396).
    authorization_details: Option<String>,
}

/// A token for a program (RFC 6749 section 5.1, RFC 8693 section 2.2.1).
#[derive(Serialize, ToSchema)]
struct TokenAnswer {
    /// The token, to be sent as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the token expires.
    expires_in: u64,
    /// What the token allows.
    scope: String,
    /// Gets the next access token; each refresh token is used once.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// Seconds until the refresh token expires, unless it is used before.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_expires_in: Option<u64>,
    /// For a token exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    /// What the token is limited to in addition to its scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    authorization_details: Vec<AuthorizationDetail>,
}

impl From<Issued> for TokenAnswer {
    fn from(issued: Issued) -> Self {
        let limit = |identifier| AuthorizationDetail { kind: CALCULATION.into(), identifier };
        Self {
            access_token: issued.access_token,
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: issued.scope.to_string(),
            refresh_token: issued.refresh_token,
            refresh_expires_in: issued.refresh_expires_in,
            issued_token_type: None,
            authorization_details: issued.calculation.map(limit).into_iter().collect(),
        }
    }
}

/// Get a token
///
/// For services, API keys and jobs. A client authenticates by HTTP Basic or in the form. A token exchange makes a job
/// grant: named scopes for one calculation. The token of a login is exchanged as `client_id=tessera-job`, without a
/// secret; the token of a service or an API key only with the credentials of that key, or of a service that has the
/// grant `urn:ietf:params:oauth:grant-type:token-exchange`. The holder of the refresh token refreshes it without a
/// secret, as `client_id=tessera-job`, until the calculation is finished; it expires after `refresh_expires_in`
/// seconds. `authorization_details` that are not understood are refused.
#[utoipa::path(
    post, path = "/auth/token", tag = "Tokens for programs",
    request_body(content = inline(TokenRequest), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token", body = inline(TokenAnswer)),
        (status = 400, body = OAuthProblem, description = "RFC 6749 section 5.2"),
        (status = 401, body = OAuthProblem, description = "The client is unknown or its secret is wrong"),
        (status = 413, body = OAuthProblem, description = "More than 16 KiB"),
        (status = 429, body = OAuthProblem, description = "Too many wrong passwords"),
        (status = 503, body = OAuthProblem, description = "Too busy, or the store is unavailable"),
    ),
)]
pub(super) async fn token(request: HttpRequest, body: Sent, state: Data<State>) -> HttpResponse {
    answer(in_time(Box::pin(issue(&request, body, &state))).await, &request)
}

async fn issue(request: &HttpRequest, body: Sent, state: &State) -> Result<TokenAnswer, OAuthError> {
    let form = Form::read(request, body)?;
    let grant = form.require("grant_type")?;
    if grant != TOKEN_EXCHANGE && form.get("authorization_details").is_some() {
        // RFC 9396 section 5: a limit that is not applied is refused.
        return Err(OAuthError::InvalidDetails(format!("only {TOKEN_EXCHANGE} accepts them")));
    }
    let auth = &state.auth;
    // Before the client is read: what revokes its tokens after that is later than this.
    let asked_at = auth.now();
    let sender = form.sender(request, state).await?;
    match (grant, sender) {
        ("client_credentials", Sender::Client(client)) => {
            Ok(auth.client_token(&client, asked_at, form.scope()?.as_ref()).await?.into())
        }
        ("password", Sender::Client(client)) => {
            let asked = PasswordGrant {
                username: form.require("username")?.to_owned(),
                password: Password::new(form.require("password")?),
                scope: form.scope()?,
                device: device(request),
                origin: origin(request),
            };
            Ok(auth.password_token(&client, asked).await?.into())
        }
        ("refresh_token", sender) => {
            let client = known(sender)?;
            let refresh_token = form.require("refresh_token")?.to_owned();
            let asked = RefreshGrant {
                refresh_token,
                scope: form.scope()?,
                origin: origin(request),
                arrived: arrived(request),
            };
            Ok(auth.refresh_token(client.as_deref(), asked).await?.into())
        }
        (TOKEN_EXCHANGE, sender) => {
            let client = known(sender)?;
            let issued = auth.exchange_token(client.as_deref(), exchange(&form, request)?).await?;
            Ok(TokenAnswer { issued_token_type: Some(ACCESS_TOKEN), ..issued.into() })
        }
        ("client_credentials" | "password", Sender::Public(_)) => Err(OAuthError::InvalidClient),
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}

/// The client; `None` for a job, which has no secret. Any other must authenticate.
fn known(sender: Sender) -> Result<Option<Box<Client>>, OAuthError> {
    match sender {
        Sender::Client(client) => Ok(Some(client)),
        Sender::Public(None) => Ok(None),
        Sender::Public(Some(id)) if id == JOB_CLIENT => Ok(None),
        Sender::Public(Some(_)) => Err(OAuthError::InvalidClient),
    }
}

fn exchange(form: &Form, request: &HttpRequest) -> Result<Exchange, OAuthError> {
    for unknown in ["actor_token", "actor_token_type", "resource", "audience"] {
        if form.get(unknown).is_some() {
            return Err(OAuthError::InvalidRequest(format!("{unknown}: not accepted here")));
        }
    }
    for name in ["subject_token_type", "requested_token_type"] {
        let given = if name == "subject_token_type" { Some(form.require(name)?) } else { form.get(name) };
        if given.is_some_and(|kind| kind != ACCESS_TOKEN) {
            return Err(OAuthError::InvalidRequest(format!("{name}: expected {ACCESS_TOKEN}")));
        }
    }
    let details: Vec<AuthorizationDetail> = serde_json::from_str(form.require("authorization_details")?)
        .map_err(|fault| OAuthError::InvalidDetails(without_values(&fault.to_string())))?;
    Ok(Exchange {
        subject_token: form.require("subject_token")?.to_owned(),
        scope: form.scope()?,
        details,
        device: device(request),
        origin: origin(request),
    })
}

fn device(request: &HttpRequest) -> Option<String> {
    let agent = request.headers().get(USER_AGENT)?;
    Some(String::from_utf8_lossy(agent.as_bytes()).into_owned())
}

/// Body of `POST /auth/revoke` and `POST /auth/introspect`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "shows the document's reader what the form may hold")]
struct TokenForm {
    /// The token.
    token: String,
    /// Accepted and ignored: the type of a token is recognized.
    token_type_hint: Option<String>,
    /// The client, unless HTTP Basic names it.
    client_id: Option<String>,
    /// Its secret, unless HTTP Basic has it.
    client_secret: Option<String>,
}

/// Revoke a token
///
/// Also ends the session it belongs to. A token that is unknown, or another client's, is no error (RFC 7009).
#[utoipa::path(
    post, path = "/auth/revoke", tag = "Tokens for programs",
    request_body(content = inline(TokenForm), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token is not valid: it was revoked, or was not valid before"),
        (status = 400, body = OAuthProblem, description = "RFC 6749 section 5.2"),
        (status = 401, body = OAuthProblem, description = "The client is unknown or its secret is wrong"),
        (status = 413, body = OAuthProblem, description = "More than 16 KiB"),
        (status = 503, body = OAuthProblem, description = "The store is unavailable; the token is not revoked"),
    ),
)]
pub(super) async fn revoke(request: HttpRequest, body: Sent, state: Data<State>) -> HttpResponse {
    let outcome = async {
        let form = Form::read(&request, body)?;
        let client = known(form.sender(&request, &state).await?)?;
        let token = form.require("token")?;
        state.auth.revoke_token(client.as_deref(), token, &origin(&request)).await
    };
    match in_time(outcome).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(error) => super::oauth::refusal(&error, &request),
    }
}

/// The state of a token (RFC 7662 section 2.2).
#[derive(Default, Serialize, ToSchema)]
struct IntrospectionAnswer {
    /// Whether it is valid now; all other members are absent if not.
    active: bool,
    /// What it allows now.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// The client it was issued to.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The user, or the client for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// `Bearer`, or `refresh_token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// When it expires, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// When it was issued, in seconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// Who issued it.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// Its audience.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    aud: Option<Audience>,
    /// Its own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// The session it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// Who acts for the subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    act: Option<Actor>,
    /// What it is limited to in addition to its scope.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    authorization_details: Vec<AuthorizationDetail>,
}

impl From<AccessClaims> for IntrospectionAnswer {
    fn from(claims: AccessClaims) -> Self {
        Self {
            active: true,
            scope: Some(claims.scope.to_string()),
            client_id: Some(claims.client_id),
            sub: Some(claims.sub),
            token_type: Some("Bearer"),
            exp: Some(claims.exp),
            iat: Some(claims.iat),
            iss: Some(claims.iss),
            aud: Some(claims.aud),
            jti: Some(claims.jti),
            sid: claims.sid,
            act: claims.act,
            authorization_details: claims.authorization_details,
        }
    }
}

impl From<Session> for IntrospectionAnswer {
    fn from(session: Session) -> Self {
        Self {
            active: true,
            scope: session.scope.map(|scope| scope.to_string()),
            client_id: Some(session.client_id),
            sub: Some(session.user_id),
            token_type: Some("refresh_token"),
            exp: Some(session.idle_expires_at.unix_timestamp()),
            iat: Some(session.last_used_at.unix_timestamp()),
            sid: Some(session.id),
            ..Self::default()
        }
    }
}

/// Introspect a token
///
/// For any client that authenticates. An access token is checked against the current state: its user or client, its
/// session and revocations. A refresh token is active only for its own client. A job sends `client_id=tessera-job` and
/// may ask about its own tokens.
#[utoipa::path(
    post, path = "/auth/introspect", tag = "Tokens for programs",
    request_body(content = inline(TokenForm), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The state of the token", body = inline(IntrospectionAnswer)),
        (status = 400, body = OAuthProblem, description = "RFC 6749 section 5.2"),
        (status = 401, body = OAuthProblem, description = "The client is unknown or its secret is wrong"),
        (status = 413, body = OAuthProblem, description = "More than 16 KiB"),
        (status = 503, body = OAuthProblem, description = "The store is unavailable"),
    ),
)]
pub(super) async fn introspect(request: HttpRequest, body: Sent, state: Data<State>) -> HttpResponse {
    let outcome = async {
        let form = Form::read(&request, body)?;
        let client = match form.sender(&request, &state).await? {
            Sender::Public(None) => return Err(OAuthError::InvalidClient),
            sender => known(sender)?,
        };
        Ok(match state.auth.introspect_token(client.as_deref(), form.require("token")?).await? {
            Introspection::Access(claims) => IntrospectionAnswer::from(*claims),
            Introspection::Refresh(session) => IntrospectionAnswer::from(*session),
            Introspection::Inactive => IntrospectionAnswer::default(),
        })
    };
    answer(in_time(outcome).await, &request)
}
