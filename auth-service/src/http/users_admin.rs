//! Users, for administrators.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use service_kit::{body::Json, problem::Problem};
use shared_models::{
    auth::{SessionView, User, UserChange},
    documents::Page,
};

use super::{
    acting::Acting,
    parameters::{Parameters, page, paging},
    refusals,
    sessions::views,
    state::State,
};
use crate::{
    domain::email::Email,
    store::{EmailFilter, UserFilter},
};

/// How many ids one request may name.
const MAX_IDS: usize = 100;

/// List users
///
/// Ordered by id, oldest first.
#[utoipa::path(
    get, path = "/auth/users", tag = "Administration", security(("oauth2" = ["users:read"]), ("bearer" = [])),
    params(
        ("email" = Option<String>, Query, description = "The e-mail address; a `*` at the end matches all that begin with the text before it"),
        ("role" = Option<String>, Query, description = "A role that they have"),
        ("disabled" = Option<bool>, Query, description = "Whether they are disabled"),
        ("id" = Option<String>, Query, description = "Ids, separated by commas, at most 100"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of users", body = inline(Page<User>)), refusals::Caller, refusals::Scope, refusals::Query,
    ),
)]
pub(super) async fn list(
    Acting(_): Acting,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let limit = parameters.limit();
    let filter = UserFilter {
        ids: parameters.read("id", ids).unwrap_or_default(),
        email: parameters.read("email", email),
        role: parameters.text("role"),
        disabled: parameters.read("disabled", |text| text.parse::<bool>().map_err(|_| "true or false")),
        after: parameters.text("after"),
        limit: limit + 1,
    };
    parameters.finish()?;
    let users = state.auth.list_users(&filter).await?;
    Ok(HttpResponse::Ok()
        .json(page(users.iter().map(crate::domain::user::User::view), limit, |user| &user.id)))
}

fn ids(text: &str) -> Result<Vec<String>, String> {
    let ids: Vec<String> = text.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    if (1..=MAX_IDS).contains(&ids.len()) { Ok(ids) } else { Err(format!("from 1 to {MAX_IDS} ids")) }
}

fn email(text: &str) -> Result<EmailFilter, &'static str> {
    let text = text.trim();
    if text.contains(' ') {
        return Err("an e-mail address has no space; write + as %2B in a query");
    }
    match text.strip_suffix('*') {
        Some(start) => Ok(EmailFilter::BeginsWith(start.to_lowercase())),
        // A text that is not an address matches nobody.
        None => Ok(EmailFilter::Is(
            Email::known(text).unwrap_or_else(|| Email::from_stored(text.to_owned(), text.to_lowercase())),
        )),
    }
}

/// Read a user
#[utoipa::path(
    get, path = "/auth/users/{id}", tag = "Administration", security(("oauth2" = ["users:read"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses((status = 200, description = "The user", body = User), refusals::Caller, refusals::Scope, refusals::Missing),
)]
pub(super) async fn one(
    Acting(_): Acting,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(state.auth.user(&id).await?.view()))
}

/// Change a user
///
/// Disabling a user ends their sessions, suspends their API keys permanently, and their tokens are refused everywhere
/// within a second. Setting a password does the same, and the user must change it at the next login. Enabling a user
/// again does not restore their API keys: they create new ones. If the user loses a scope, their tokens that have it
/// are revoked. Change your own password at `PUT /auth/users/me/password`; an API key or a service cannot change its
/// own user. You cannot change a user who has scopes that you lack, give a role with such scopes, or remove the last
/// administrator.
#[utoipa::path(
    patch, path = "/auth/users/{id}", tag = "Administration",
    security(("oauth2" = ["users:write"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The user's id")),
    request_body(content(
        (UserChange = "application/merge-patch+json"),
        (UserChange = "application/json"),
    )),
    responses(
        (status = 200, description = "The user", body = User),
        refusals::Caller, refusals::Scope, refusals::Missing, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn change(
    Acting(actor): Acting,
    id: Path<String>,
    change: Json<UserChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(state.auth.change_user(&actor, &id, &change).await?.view()))
}

/// Remove a user
///
/// Removes their sessions and API keys too. Their documents stay.
#[utoipa::path(
    delete, path = "/auth/users/{id}", tag = "Administration",
    security(("oauth2" = ["users:write"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 204, description = "Removed"),
        refusals::Caller, refusals::Scope, refusals::Missing, refusals::Rule,
    ),
)]
pub(super) async fn remove(
    Acting(actor): Acting,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.remove_user(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List a user's sessions
#[utoipa::path(
    get, path = "/auth/users/{id}/sessions", tag = "Administration",
    security(("oauth2" = ["users:read"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The user's id"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of sessions", body = inline(Page<SessionView>)),
        refusals::Caller, refusals::Scope, refusals::Missing, refusals::Query,
    ),
)]
pub(super) async fn sessions(
    Acting(actor): Acting,
    request: HttpRequest,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (after, limit) = paging(&request)?;
    let sessions = state.auth.sessions_of(&id, after, limit + 1).await?;
    Ok(HttpResponse::Ok().json(views(&sessions, limit, actor.session_id.as_deref())))
}

/// End a user's sessions
///
/// Their access tokens are refused everywhere within a second; API keys stay valid.
#[utoipa::path(
    delete, path = "/auth/users/{id}/sessions", tag = "Administration",
    security(("oauth2" = ["users:write"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses(
        (status = 204, description = "Ended"), refusals::Caller, refusals::Scope, refusals::Missing,
    ),
)]
pub(super) async fn end_sessions(
    Acting(actor): Acting,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.end_sessions_of(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
