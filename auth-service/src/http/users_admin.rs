//! Users, for administrators.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use service_kit::{
    body::Json,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    problem::Problem,
};
use shared_models::{
    auth::{SessionView, User, UserChange},
    documents::Page,
};

use super::{
    acting::Acting,
    paging::{Paging, page},
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

/// Which users are listed.
pub(super) struct UserParameters {
    ids: Vec<String>,
    email: Option<EmailFilter>,
    role: Option<String>,
    disabled: Option<bool>,
    paging: Paging,
}

impl FromParameters for UserParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let several = format!("from 1 to {MAX_IDS} ids, separated by commas");
        let address = "an e-mail address without a space; write + as %2B in a query";
        Self {
            ids: reader.parsed("id", "format", &several, ids).unwrap_or_default(),
            email: reader.parsed("email", "format", address, email),
            role: reader.text("role"),
            disabled: reader.parsed("disabled", "type", "true or false", |text| text.parse().ok()),
            paging: Paging::read(reader),
        }
    }
}

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
        (status = 200, description = "A page of users", body = inline(Page<User>)), refusals::Caller, refusals::Scope,
    ),
)]
pub(super) async fn list(
    Acting(_): Acting,
    parameters: Parameters<UserParameters>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let UserParameters { ids, email, role, disabled, paging: Paging { after, limit } } =
        parameters.accept()?;
    let filter = UserFilter { ids, email, role, disabled, after, limit: limit + 1 };
    let users = state.auth.list_users(&filter).await?;
    Ok(HttpResponse::Ok()
        .json(page(users.iter().map(crate::domain::user::User::view), limit, |user| &user.id)))
}

fn ids(text: &str) -> Option<Vec<String>> {
    let ids: Vec<String> = text.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    (1..=MAX_IDS).contains(&ids.len()).then_some(ids)
}

fn email(text: &str) -> Option<EmailFilter> {
    let text = text.trim();
    if text.contains(' ') {
        return None;
    }
    Some(match text.strip_suffix('*') {
        Some(start) => EmailFilter::BeginsWith(start.to_lowercase()),
        // A text that is not an address matches nobody.
        None => EmailFilter::Is(
            Email::known(text).unwrap_or_else(|| Email::from_stored(text.to_owned(), text.to_lowercase())),
        ),
    })
}

/// Read a user
#[utoipa::path(
    get, path = "/auth/users/{id}", tag = "Administration", security(("oauth2" = ["users:read"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The user's id")),
    responses((status = 200, description = "The user", body = User), refusals::Caller, refusals::Scope, refusals::Missing),
)]
pub(super) async fn one(
    Acting(_): Acting,
    _: NoParameters,
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
    _: NoParameters,
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
    _: NoParameters,
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
        refusals::Caller, refusals::Scope, refusals::Missing,
    ),
)]
pub(super) async fn sessions(
    Acting(actor): Acting,
    paging: Parameters<Paging>,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let Paging { after, limit } = paging.accept()?;
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
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.end_sessions_of(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
