//! API keys, sessions and job grants of a user, for administrators.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use service_kit::{
    parameters::{NoParameters, Parameters},
    problem::Problem,
};
use shared_models::{clients::ApiKeyView, documents::Page};

use super::{acting::Acting, api_keys::page_of, paging::Paging, refusals, state::State};

/// List a user's API keys
///
/// Ordered by id, oldest first, with their last use and expiry. Secrets are never shown.
#[utoipa::path(
    get, path = "/auth/users/{id}/api-keys", tag = "Administration",
    security(("oauth2" = ["users:read"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The user's id"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of API keys", body = inline(Page<ApiKeyView>)),
        refusals::Caller, refusals::Scope, refusals::Missing,
    ),
)]
pub(super) async fn keys(
    Acting(_): Acting,
    paging: Parameters<Paging>,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(page_of(paging.accept()?, &id, &state).await?))
}

/// Remove an API key of a user
///
/// Its tokens, and the job grants that were made with it, are refused everywhere within a second. You cannot do this
/// to a user who has scopes that you lack.
#[utoipa::path(
    delete, path = "/auth/users/{id}/api-keys/{key}", tag = "Administration",
    security(("oauth2" = ["users:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The user's id"),
        ("key" = String, Path, description = "The key's client id"),
    ),
    responses(
        (status = 204, description = "Removed"), refusals::Caller, refusals::Scope, refusals::Missing,
    ),
)]
pub(super) async fn remove_key(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String)>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (id, key) = path.into_inner();
    state.auth.remove_key_of(&actor, &id, &key).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End a session or job grant of a user
///
/// Its access tokens are refused everywhere within a second. `GET /auth/users/{id}/sessions` lists both; a job grant
/// has a calculation.
#[utoipa::path(
    delete, path = "/auth/users/{id}/sessions/{session}", tag = "Administration",
    security(("oauth2" = ["users:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The user's id"),
        ("session" = String, Path, description = "The session's id"),
    ),
    responses(
        (status = 204, description = "Ended"), refusals::Caller, refusals::Scope, refusals::Missing,
    ),
)]
pub(super) async fn end_session(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String)>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (id, session) = path.into_inner();
    state.auth.end_session_of(&actor, &id, &session).await?;
    Ok(HttpResponse::NoContent().finish())
}
