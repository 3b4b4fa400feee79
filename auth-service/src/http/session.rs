//! The browser's session: log in, refresh by cookie, log out.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, HeaderValue, SET_COOKIE},
    web::Data,
};
use service_kit::{body::RawBody, caller::bearer, parameters::NoParameters, problem::Problem};
use shared_models::{
    auth::{Login, TokenResponse},
    problem::ProblemBody,
};

use super::{
    acting::{arrived, origin},
    login::credentials,
    state::State,
};
use crate::ops::{AuthError, Credentials, FIRST_PARTY, Grant, RefreshRequest};

/// Log in with e-mail and password
///
/// Send a form, the same as JSON, or HTTP Basic with only `grant_type` and `scope` in the body. The refresh token is
/// returned in a cookie and never in the body.
#[utoipa::path(
    post, path = "/auth/login", tag = "Session",
    request_body(content(
        (Login = "application/x-www-form-urlencoded"),
        (Login = "application/json"),
    )),
    responses(
        (status = 200, description = "An access token; the refresh token is in the cookie", body = TokenResponse, headers(("Set-Cookie" = String, description = "The refresh token"))),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Malformed"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "Wrong e-mail or password"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "The request was made by a page of another site"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "The body is neither a form nor JSON"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A field of the wrong type, or a scope the user does not hold"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Too many attempts failed"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Too busy, or the store is unavailable"),
    ),
)]
pub(super) async fn login(
    _: NoParameters,
    request: HttpRequest,
    body: RawBody,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.origins.forbid_foreign(&request)?;
    let mark = state.cookie.read_device(&request);
    let grant = state.auth.login(Credentials { mark, ..credentials(&request, &body.0)? }).await?;
    Ok(granted(&state, grant))
}

/// Refresh the session
///
/// Uses the refresh token in the cookie and sets its successor. If an access token is sent too, expired or not, it must
/// be of the same session.
#[utoipa::path(
    post, path = "/auth/token-refresh", tag = "Session",
    responses(
        (status = 200, description = "An access token; the refresh token is in the cookie", body = TokenResponse, headers(("Set-Cookie" = String, description = "The next refresh token"))),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "The refresh token is missing or not valid"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "The request was not made by a page of this site"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is unavailable; send the same cookie again"),
    ),
)]
pub(super) async fn refresh(
    _: NoParameters,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.origins.require(&request)?;
    let token = state.cookie.read(&request).ok_or(AuthError::InvalidRefreshToken)?;
    let request = RefreshRequest {
        refresh_token: &token,
        client_id: FIRST_PARTY,
        access_token: bearer(&request)?,
        scope: None,
        origin: &origin(&request),
        arrived: arrived(&request),
    };
    match state.auth.rotate(request).await {
        Ok(grant) => Ok(granted(&state, grant)),
        Err(AuthError::RefreshTokenReused) => {
            let problem = Problem::from(AuthError::RefreshTokenReused);
            let clear = HeaderValue::from_str(&state.cookie.clear().to_string());
            Err(match clear {
                Ok(clear) => problem.with_header(SET_COOKIE, clear),
                Err(_) => problem,
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Log out
///
/// Ends the session of the cookie and clears the cookie. Access tokens of the session are revoked: they are refused
/// everywhere within a second.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Session",
    responses(
        (status = 204, description = "Logged out, or was not logged in"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "The request was not made by a page of this site"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is unavailable; the session is not ended"),
    ),
)]
pub(super) async fn logout(
    _: NoParameters,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.origins.require(&request)?;
    if let Some(token) = state.cookie.read(&request) {
        state.auth.logout(&token, origin(&request)).await?;
    }
    Ok(HttpResponse::NoContent().cookie(state.cookie.clear()).finish())
}

fn granted(state: &State, grant: Grant) -> HttpResponse {
    let cookie = state.cookie.set(grant.refresh_token.expose(), grant.refresh_ttl);
    let mut answer = HttpResponse::Ok();
    answer.cookie(cookie);
    if let Some(mark) = grant.device {
        answer.cookie(state.cookie.set_device(mark));
    }
    answer.insert_header((CACHE_CONTROL, "no-store")).json(TokenResponse {
        access_token: grant.access_token,
        token_type: "bearer".into(),
        expires_in: grant.expires_in,
        scope: grant.scope.to_string(),
        must_change_password: grant.must_change_password,
    })
}
