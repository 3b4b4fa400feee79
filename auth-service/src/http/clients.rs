//! Clients: services that have tokens of their own.

use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, LOCATION},
    web::{Data, Path},
};
use service_kit::{
    body::Json,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    problem::Problem,
};
use shared_models::{
    clients::{ClientChange, ClientView, ClientWithSecret, NewClient, NewSecret},
    documents::Page,
};

use super::{
    acting::Acting,
    paging::{Paging, page},
    refusals,
    state::State,
};
use crate::{domain::client::Client, store::ClientFilter};

/// Which clients are listed.
pub(super) struct ClientParameters {
    name: Option<String>,
    paging: Paging,
}

impl FromParameters for ClientParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { name: reader.text("name"), paging: Paging::read(reader) }
    }
}

/// List clients
#[utoipa::path(
    get, path = "/auth/clients", tag = "Clients", security(("oauth2" = ["clients:read"]), ("bearer" = [])),
    params(
        ("name" = Option<String>, Query, description = "The name"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of clients", body = inline(Page<ClientView>)), refusals::Caller, refusals::Scope,
    ),
)]
pub(super) async fn list(
    Acting(_): Acting,
    parameters: Parameters<ClientParameters>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let ClientParameters { name, paging: Paging { after, limit } } = parameters.accept()?;
    let filter = ClientFilter { owner: None, name, after, limit: limit + 1 };
    let clients = state.auth.list_clients(&filter).await?;
    let now = state.auth.now();
    let views = clients.iter().map(|client| client.view(now));
    Ok(HttpResponse::Ok().json(page(views, limit, |client| &client.client_id)))
}

/// Create a client
///
/// Its secret is shown only once. Its scopes must be within yours. As in a role, a scope that nothing asks for, such as one
/// that is mistyped, allows nothing.
#[utoipa::path(
    post, path = "/auth/clients", tag = "Clients", request_body = NewClient,
    security(("oauth2" = ["clients:write"]), ("bearer" = [])),
    responses(
        (status = 201, description = "The client with its secret, which is shown once", body = ClientWithSecret), refusals::Caller, refusals::Scope, refusals::Body,
    ),
)]
pub(super) async fn create(
    Acting(actor): Acting,
    _: NoParameters,
    input: Json<NewClient>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (client, secret) = state.auth.create_client(&actor, &input).await?;
    let location = (LOCATION, format!("/auth/clients/{}", client.id));
    Ok(HttpResponse::Created()
        .insert_header(location)
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(shown(&state, &client, secret)))
}

fn shown(state: &State, client: &Client, client_secret: String) -> ClientWithSecret {
    ClientWithSecret { client: client.view(state.auth.now()), client_secret }
}

/// Read a client
#[utoipa::path(
    get, path = "/auth/clients/{id}", tag = "Clients", security(("oauth2" = ["clients:read"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The client's id")),
    responses((status = 200, description = "The client", body = ClientView), refusals::Caller, refusals::Scope, refusals::Missing),
)]
pub(super) async fn one(
    Acting(_): Acting,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(state.auth.service(&id).await?.view(state.auth.now())))
}

/// Change a client
///
/// Disabling it, or removing a scope from it, revokes its tokens.
#[utoipa::path(
    patch, path = "/auth/clients/{id}", tag = "Clients",
    security(("oauth2" = ["clients:write"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The client's id")),
    request_body(content(
        (ClientChange = "application/merge-patch+json"),
        (ClientChange = "application/json"),
    )),
    responses(
        (status = 200, description = "The client", body = ClientView),
        refusals::Caller, refusals::Scope, refusals::Missing, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn change(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    change: Json<ClientChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let client = state.auth.change_client(&actor, &id, &change).await?;
    Ok(HttpResponse::Ok().json(client.view(state.auth.now())))
}

/// Remove a client
///
/// Its tokens are refused everywhere within a second.
#[utoipa::path(
    delete, path = "/auth/clients/{id}", tag = "Clients",
    security(("oauth2" = ["clients:write"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The client's id")),
    responses((status = 204, description = "Removed"), refusals::Caller, refusals::Scope, refusals::Missing),
)]
pub(super) async fn remove(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.remove_client(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Replace the secret
///
/// The new secret is shown only once. The old one stays valid for a day, or for `keep_old_for` seconds, so that it can
/// be replaced everywhere in time; at most two are valid at the same time. Secrets are stored as SHA-256: they are 256
/// random bits, which cannot be guessed as a password can.
#[utoipa::path(
    post, path = "/auth/clients/{id}/secret", tag = "Clients", request_body = NewSecret,
    security(("oauth2" = ["clients:write"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The client's id")),
    responses(
        (status = 201, description = "The client with its secret, which is shown once", body = ClientWithSecret),
        refusals::Caller, refusals::Scope, refusals::Missing, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn replace_secret(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    input: super::body::OrNothing<NewSecret>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (client, secret) = state.auth.replace_secret(&actor, &id, input.0.keep_old_for).await?;
    Ok(HttpResponse::Created()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(shown(&state, &client, secret)))
}
