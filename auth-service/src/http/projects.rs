//! Projects, and who is in them.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{CACHE_CONTROL, ETAG, LOCATION},
    web::{Data, Path},
};
use service_kit::{
    body::Json,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    precondition::{Precondition, Representation, entity_tag},
    problem::Problem,
};
use shared_models::{
    documents::Page,
    problem::ProblemCode,
    projects::{Member, MemberKind, MemberRole, NewProject, Project, ProjectChange},
};

use super::{
    acting::Acting,
    paging::{Paging, page},
    refusals,
    state::State,
};
use crate::{domain::project::MemberKey, store::ProjectFilter};

/// Which projects are listed.
pub(super) struct ProjectParameters {
    slug: Option<String>,
    archived: bool,
    all: bool,
    paging: Paging,
}

impl FromParameters for ProjectParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self {
            slug: reader.text("slug"),
            archived: reader.flag("archived"),
            all: reader.flag("all"),
            paging: Paging::read(reader),
        }
    }
}

/// List projects
///
/// Those that you are a member of, by yourself or through a team; each says which memberships give you your role. Unless the
/// installation is set up otherwise you have a `personal` one, too. With `all`, which needs `projects:admin`, all that are shared.
#[utoipa::path(
    get, path = "/auth/projects", tag = "Projects", security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(
        ("slug" = Option<String>, Query, description = "The one with this slug"),
        ("archived" = Option<bool>, Query, description = "Those that are archived too"),
        ("all" = Option<bool>, Query, description = "All that are shared"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of projects", body = inline(Page<Project>)), refusals::Caller, refusals::Scope,
    ),
)]
pub(super) async fn list(
    Acting(actor): Acting,
    parameters: Parameters<ProjectParameters>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let ProjectParameters { slug, archived, all, paging: Paging { after, limit } } = parameters.accept()?;
    let filter = ProjectFilter { ids: None, slug, archived, after, limit: limit + 1 };
    let projects = state.auth.list_projects(&actor, filter, all).await?;
    Ok(HttpResponse::Ok().json(page(projects.into_iter(), limit, |project| &project.id)))
}

/// Make a project
///
/// You own it. An administrator may name another user as its `owner`. Where no `slug` is given it is made from the title, with a
/// number behind it where another project has that one: slugs are unique in the installation.
#[utoipa::path(
    post, path = "/auth/projects", tag = "Projects", request_body = NewProject,
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    responses(
        (status = 201, description = "The project", body = Project), refusals::Caller, refusals::Scope, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn create(
    Acting(actor): Acting,
    _: NoParameters,
    input: Json<NewProject>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let project = state.auth.create_project(&actor, &input).await?;
    let location = (LOCATION, format!("/auth/projects/{}", project.id));
    Ok(versioned(&mut HttpResponse::Created(), project.version).insert_header(location).json(project))
}

/// Read a project
#[utoipa::path(
    get, path = "/auth/projects/{id}", tag = "Projects", security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(("id" = String, Path, description = "The project's id")),
    responses((status = 200, description = "The project", body = Project), refusals::Caller, refusals::Scope, refusals::Missing),
)]
pub(super) async fn one(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let project = state.auth.project(&actor, &id).await?;
    Ok(versioned(&mut HttpResponse::Ok(), project.version).json(project))
}

/// Change a project
///
/// Its owners may. With `If-Match` it is changed only if it and its members are as you read them. A change of nothing leaves its
/// version as it is.
#[utoipa::path(
    patch, path = "/auth/projects/{id}", tag = "Projects", security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the project"),
    ),
    request_body(content(
        (ProjectChange = "application/merge-patch+json"),
        (ProjectChange = "application/json"),
    )),
    responses(
        (status = 200, description = "The project", body = Project),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version, refusals::Body,
    ),
)]
pub(super) async fn change(
    Acting(actor): Acting,
    _: NoParameters,
    id: Path<String>,
    expected: Precondition,
    change: Json<ProjectChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let project = state.auth.change_project(&actor, &id, &change, &expected).await?;
    Ok(versioned(&mut HttpResponse::Ok(), project.version).json(project))
}

/// List the members of a project
///
/// Users, teams and service accounts, those that have expired included. The ETag is that of the project.
#[utoipa::path(
    get, path = "/auth/projects/{id}/members", tag = "Projects",
    security(("oauth2" = ["projects:read"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of members", body = inline(Page<Member>)),
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
    let after = after.map(|after| place(&after)).transpose()?;
    let (version, mut items) = state.auth.members(&actor, &id, after.as_ref(), limit + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| format!("{}:{}", last.kind.name(), last.id));
    Ok(versioned(&mut HttpResponse::Ok(), version).json(Page { items, next, total: None }))
}

/// Add a member, or change what one may do
///
/// Its owners may. You can add a team that you are in. At least one user who is not disabled always owns the project without an end,
/// by themselves or through a team: else 409 `last_owner`. The ETag is that of the project from then on.
#[utoipa::path(
    put, path = "/auth/projects/{id}/members/{kind}/{member}", tag = "Projects", request_body = MemberRole,
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("kind" = MemberKind, Path, description = "What the member is"),
        ("member" = String, Path, description = "The id of the user, the team or the service account"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the project"),
    ),
    responses(
        (status = 200, description = "The member", body = Member),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version, refusals::Body,
    ),
)]
pub(super) async fn set_member(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String, String)>,
    expected: Precondition,
    input: Json<MemberRole>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let (version, member) = state.auth.set_member(&actor, &key(path)?, &input, &expected).await?;
    Ok(versioned(&mut HttpResponse::Ok(), version).json(member))
}

/// Remove a member
///
/// Its owners may, and each user may leave. The ETag is that of the project from then on.
#[utoipa::path(
    delete, path = "/auth/projects/{id}/members/{kind}/{member}", tag = "Projects",
    security(("oauth2" = ["projects:write"]), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("kind" = MemberKind, Path, description = "What the member is"),
        ("member" = String, Path, description = "The id of the user, the team or the service account"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the project"),
    ),
    responses(
        (status = 204, description = "Removed"),
        refusals::Caller, refusals::ProjectRole, refusals::Missing, refusals::Rule, refusals::Version,
    ),
)]
pub(super) async fn remove_member(
    Acting(actor): Acting,
    _: NoParameters,
    path: Path<(String, String, String)>,
    expected: Precondition,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let version = state.auth.remove_member(&actor, &key(path)?, &expected).await?;
    Ok(versioned(&mut HttpResponse::NoContent(), version).finish())
}

fn key(path: Path<(String, String, String)>) -> Result<MemberKey, Problem> {
    let (project, kind, member) = path.into_inner();
    let kind = MemberKind::from_name(&kind);
    let kind = kind.ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, "A member is a user, a team or a service: /members/user/{id}")
    })?;
    Ok(MemberKey { project, kind, member })
}

/// A place in the list of members.
fn place(text: &str) -> Result<(MemberKind, String), Problem> {
    let place =
        text.split_once(':').and_then(|(kind, id)| Some((MemberKind::from_name(kind)?, id.to_owned())));
    place.ok_or_else(|| {
        let fault = "after: give the `next` of the previous page";
        Problem::validation(vec![shared_models::problem::FieldError::in_parameter("after", "format", fault)])
    })
}

/// An answer whose ETag is the version of a project or team. Nobody may keep it.
pub(super) fn versioned(answer: &mut HttpResponseBuilder, version: i64) -> &mut HttpResponseBuilder {
    answer
        .insert_header((ETAG, entity_tag(version, &Representation::WHOLE)))
        .insert_header((CACHE_CONTROL, "no-store"))
}
