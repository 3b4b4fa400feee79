//! Teams.

use actix_web::{
    HttpResponse,
    http::header::LOCATION,
    web::{Data, Path},
};
use service_kit::{
    body::Json,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    precondition::Precondition,
    problem::Problem,
};
use shared_models::{
    documents::Page,
    projects::{Team, TeamMember, TeamName, TeamPlace},
};

use super::{
    acting::Acting,
    paging::{Paging, page},
    projects::versioned,
    refusals,
    state::State,
};
use crate::store::TeamFilter;

/// Which teams are listed.
pub(super) struct TeamParameters {
    all: bool,
    paging: Paging,
}

impl FromParameters for TeamParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { all: reader.flag("all"), paging: Paging::read(reader) }
    }
}

/// List teams
///
/// Those that you are in. With `all`, which needs `projects:admin`, all of the installation.
#[utoipa::path(
    get, path = "/auth/teams", tag = "Teams", security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(
        ("all" = Option<bool>, Query, description = "All of the installation"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses((status = 200, description = "A page of teams", body = inline(Page<Team>)), refusals::Caller, refusals::Scope),
)]
pub(super) async fn list(
    Acting(actor): Acting,
    parameters: Parameters<TeamParameters>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let TeamParameters { all, paging: Paging { after, limit } } = parameters.accept()?;
    let filter = TeamFilter { ids: None, after, limit: limit + 1 };
    let teams = state.auth.list_teams(&actor, filter, all).await?;
    Ok(HttpResponse::Ok().json(page(teams.into_iter(), limit, |team| &team.id)))
}

/// Make a team
///
/// You are in it and manage it.
#[utoipa::path(
    post, path = "/auth/teams", tag = "Teams", request_body = TeamName,
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    responses((status = 201, description = "The team", body = Team), refusals::Caller, refusals::Scope, refusals::Rule, refusals::Body),
)]
pub(super) async fn create(
    Acting(actor): Acting,
    _: NoParameters,
    input: Json<TeamName>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let team = state.auth.create_team(&actor, &input.name).await?;
    let location = (LOCATION, format!("/auth/teams/{}", team.id));
    Ok(versioned(&mut HttpResponse::Created(), team.version).insert_header(location).json(team))
}

/// Read a team
#[utoipa::path(
    get, path = "/auth/teams/{id}", tag = "Teams", security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The team's id")),
    responses((status = 200, description = "The team", body = Team), refusals::Caller, refusals::Scope, refusals::Missing),
)]
pub(super) async fn one(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let team = state.auth.team(&actor, &id).await?;
    Ok(versioned(&mut HttpResponse::Ok(), team.version).json(team))
}

/// Rename a team
///
/// Those who manage it and administrators may.
#[utoipa::path(
    patch, path = "/auth/teams/{id}", tag = "Teams", security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The team's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the team"),
    ),
    request_body(content((TeamName = "application/merge-patch+json"), (TeamName = "application/json"))),
    responses(
        (status = 200, description = "The team", body = Team),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version, refusals::Body,
    ),
)]
pub(super) async fn rename(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    expected: Precondition,
    input: Json<TeamName>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let team = state.auth.rename_team(&actor, &id, &input.name, &expected).await?;
    Ok(versioned(&mut HttpResponse::Ok(), team.version).json(team))
}

/// Remove a team
///
/// It leaves every project that it is in, unless one would have no owner then.
#[utoipa::path(
    delete, path = "/auth/teams/{id}", tag = "Teams", security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The team's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the team"),
    ),
    responses(
        (status = 204, description = "Removed"),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version,
    ),
)]
pub(super) async fn remove(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    expected: Precondition,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.remove_team(&actor, &id, &expected).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List the users of a team
#[utoipa::path(
    get, path = "/auth/teams/{id}/members", tag = "Teams", security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The team's id"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of users", body = inline(Page<TeamMember>)),
        refusals::Caller, refusals::Scope, refusals::Missing,
    ),
)]
pub(super) async fn members(
    Acting(actor): Acting,
    paging: Parameters<Paging>,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let Paging { after, limit } = paging.accept()?;
    let (version, found) = state.auth.team_members(&actor, &id, after.as_deref(), limit + 1).await?;
    let page = page(found.into_iter(), limit, |member| &member.id);
    Ok(versioned(&mut HttpResponse::Ok(), version).json(page))
}

/// Add a user to a team, or change their place
///
/// Those who manage it and administrators may. A team has at most 10,000 users, and a user is in at most 500 teams. The ETag is that
/// of the team from then on.
#[utoipa::path(
    put, path = "/auth/teams/{id}/members/{user}", tag = "Teams", request_body = TeamPlace,
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The team's id"),
        ("user" = String, Path, description = "The user's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the team"),
    ),
    responses(
        (status = 204, description = "The user is in the team"),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version, refusals::Body,
    ),
)]
pub(super) async fn set_member(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String)>,
    expected: Precondition,
    input: super::body::OrNothing<TeamPlace>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (id, user) = path.into_inner();
    let version = state.auth.set_team_member(&actor, &id, &user, input.0, &expected).await?;
    Ok(versioned(&mut HttpResponse::NoContent(), version).finish())
}

/// Remove a user from a team
///
/// Those who manage it and administrators may, and each user may leave. The ETag is that of the team from then on.
#[utoipa::path(
    delete, path = "/auth/teams/{id}/members/{user}", tag = "Teams",
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The team's id"),
        ("user" = String, Path, description = "The user's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the team"),
    ),
    responses(
        (status = 204, description = "The user is not in the team"),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version,
    ),
)]
pub(super) async fn remove_member(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String)>,
    expected: Precondition,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (id, user) = path.into_inner();
    let version = state.auth.remove_team_member(&actor, &id, &user, &expected).await?;
    Ok(versioned(&mut HttpResponse::NoContent(), version).finish())
}
