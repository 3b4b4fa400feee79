//! Roles.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use service_kit::{
    body::Json,
    parameters::{NoParameters, Parameters},
    problem::Problem,
};
use shared_models::{
    clients::names,
    documents::Page,
    roles::{Role, RoleScopes},
};

use super::{
    acting::Acting,
    paging::{Paging, page},
    refusals,
    state::State,
};
use crate::domain::roles::{StoredScopes, is_built_in};

/// List roles
///
/// Ordered by name.
#[utoipa::path(
    get, path = "/auth/roles", tag = "Administration", security(("oauth2" = ["roles:read"]), ("bearer" = [])),
    params(
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "The roles", body = inline(Page<Role>)), refusals::Caller, refusals::Scope,
    ),
)]
pub(super) async fn list(
    Acting(_): Acting,
    paging: Parameters<Paging>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let Paging { after, limit } = paging.accept()?;
    let roles = state.auth.roles().await?;
    let role = |(name, scopes): (&str, &StoredScopes)| Role {
        name: name.into(),
        scopes: scopes.names(),
        built_in: is_built_in(name),
    };
    let mut roles: Vec<Role> = roles.iter().map(role).collect();
    roles.sort_by(|one, other| one.name.cmp(&other.name));
    let behind = roles.into_iter().filter(|role| after.as_ref().is_none_or(|after| role.name > *after));
    Ok(HttpResponse::Ok().json(page(behind.take(limit as usize + 1), limit, |role| &role.name)))
}

/// Create a role, or change its scopes
///
/// The response is delayed by one second, after which every replica applies the change. Tokens have it after their next
/// refresh. This service does not know the collections: it accepts any well-formed scope, and one that nothing asks for,
/// such as the mistyped `calculation:read`, allows nothing. `GET /api/collections` lists the scopes of each collection.
#[utoipa::path(
    put, path = "/auth/roles/{name}", tag = "Administration", request_body = RoleScopes,
    security(("oauth2" = ["roles:write"]), ("bearer" = [])),
    params(("name" = String, Path, description = "A lower-case letter, then letters, digits, `_` or `-`")),
    responses(
        (status = 200, description = "The role", body = Role), refusals::Caller, refusals::Scope, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn set(
    Acting(actor): Acting,
    _: NoParameters,
    name: Path<String>,
    input: Json<RoleScopes>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let scopes = state.auth.set_role(&actor, &name, &input.scopes).await?;
    let built_in = is_built_in(&name);
    Ok(HttpResponse::Ok().json(Role { name: name.into_inner(), scopes: names(&scopes), built_in }))
}

/// Remove a role
///
/// A role that is built in, or that a user has, cannot be removed.
#[utoipa::path(
    delete, path = "/auth/roles/{name}", tag = "Administration",
    security(("oauth2" = ["roles:write"]), ("bearer" = [])),
    params(("name" = String, Path, description = "The role's name")),
    responses(
        (status = 204, description = "Removed"),
        refusals::Caller, refusals::Scope, refusals::Missing, refusals::Rule,
    ),
)]
pub(super) async fn remove(
    Acting(actor): Acting,
    _: NoParameters,
    name: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.remove_role(&actor, &name).await?;
    Ok(HttpResponse::NoContent().finish())
}
