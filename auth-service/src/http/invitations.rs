//! Invitations to a project.

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, Path},
};
use service_kit::{body::Json, parameters::NoParameters, problem::Problem};
use shared_models::{
    documents::Page,
    projects::{Acceptance, Invitation, InvitationWithToken, NewInvitation, Project},
};

use super::{
    acting::{Acting, Person},
    projects::versioned,
    refusals,
    state::State,
};

/// List the invitations to a project
///
/// Those that can still be accepted. Its maintainers and owners see them.
#[utoipa::path(
    get, path = "/auth/projects/{id}/invitations", tag = "Projects",
    security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 200, description = "The invitations", body = inline(Page<Invitation>)),
        refusals::Caller, refusals::ProjectRole, refusals::Missing,
    ),
)]
pub(super) async fn list(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let items = state.auth.invitations(&actor, &id).await?;
    Ok(HttpResponse::Ok().json(Page { items, next: None, total: None }))
}

/// Invite somebody
///
/// Its maintainers and owners may, at their own login, for a role that is no greater than theirs. Anybody else can accept it with
/// the token, once, until it expires, and only while you could make it again. Where your role ends, theirs ends with it.
#[utoipa::path(
    post, path = "/auth/projects/{id}/invitations", tag = "Projects", request_body = NewInvitation,
    security(("bearer" = [])),
    params(("id" = String, Path, description = "The project's id")),
    responses(
        (status = 201, description = "The invitation with its token, which is shown once", body = InvitationWithToken),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn create(
    Person(actor): Person,
    _: NoParameters,
    id: Path<String>,
    input: Json<NewInvitation>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let invitation = state.auth.invite(&actor, &id, &input).await?;
    Ok(HttpResponse::Created().insert_header((CACHE_CONTROL, "no-store")).json(invitation))
}

/// Withdraw an invitation
#[utoipa::path(
    delete, path = "/auth/projects/{id}/invitations/{invitation}", tag = "Projects",
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("invitation" = String, Path, description = "The invitation's id"),
    ),
    responses(
        (status = 204, description = "Withdrawn"), refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule,
    ),
)]
pub(super) async fn withdraw(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String)>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (id, invitation) = path.into_inner();
    state.auth.withdraw(&actor, &id, &invitation).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Accept an invitation
///
/// You are a member of its project from then on.
#[utoipa::path(
    post, path = "/auth/invitations/accept", tag = "Projects", request_body = Acceptance, security(("bearer" = [])),
    responses(
        (status = 200, description = "The project", body = Project),
        refusals::Caller, refusals::Login, refusals::Missing, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn accept(
    Person(actor): Person,
    _: NoParameters,
    input: Json<Acceptance>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let project = state.auth.accept(&actor, &input.token).await?;
    Ok(versioned(&mut HttpResponse::Ok(), project.version).json(project))
}
