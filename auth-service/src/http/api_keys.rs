//! API keys of the user who asks.

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, Path},
};
use service_kit::{
    body::Json,
    parameters::{NoParameters, Parameters},
    problem::Problem,
};
use shared_models::{
    clients::{ApiKeyView, ApiKeyWithSecret, NewApiKey},
    documents::Page,
};

use super::{
    acting::Person,
    body::password,
    paging::{Paging, page},
    refusals,
    state::State,
};

/// List your API keys
///
/// Ordered by id, oldest first.
#[utoipa::path(
    get, path = "/auth/api-keys", tag = "API keys", security(("oauth2" = []), ("bearer" = [])),
    params(
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of API keys", body = inline(Page<ApiKeyView>)), refusals::Caller, refusals::Login,
    ),
)]
pub(super) async fn list(
    Person(actor): Person,
    paging: Parameters<Paging>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(page_of(paging.accept()?, &actor.subject, &state).await?))
}

/// A page of a user's keys.
pub(super) async fn page_of(
    Paging { after, limit }: Paging,
    owner: &str,
    state: &State,
) -> Result<Page<ApiKeyView>, Problem> {
    let keys = state.auth.keys_of(owner, after, limit).await?;
    Ok(page(keys.into_iter(), limit, |key| &key.client_id))
}

/// Create an API key
///
/// For scripts and cluster jobs: it gets tokens at `/auth/token` with `client_credentials`, which act for you with some
/// of your scopes, until it expires or you are disabled. Its secret is shown only once. Needs a recent login, or your
/// password as `current_password`; an API key cannot create another.
#[utoipa::path(
    post, path = "/auth/api-keys", tag = "API keys", request_body = NewApiKey,
    security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 201, description = "The key with its secret, which is shown once", body = ApiKeyWithSecret),
        refusals::Confirmation, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn create(
    Person(actor): Person,
    _: NoParameters,
    input: Json<NewApiKey>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let confirmed = state.auth.confirm(actor, password(input.current_password.as_deref())).await?;
    let (key, client_secret) = state.auth.create_api_key(&confirmed, &input).await?;
    let body = ApiKeyWithSecret { key: key.key_view(false), client_secret };
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

/// Remove an API key
///
/// Its tokens are refused everywhere within a second.
#[utoipa::path(
    delete, path = "/auth/api-keys/{id}", tag = "API keys", security(("oauth2" = []), ("bearer" = [])),
    params(("id" = String, Path, description = "The key's client id")),
    responses(
        (status = 204, description = "Removed"), refusals::Caller, refusals::Login, refusals::Missing,
    ),
)]
pub(super) async fn remove(
    Person(actor): Person,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.remove_api_key(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
