//! The caller's sessions on all devices.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use service_kit::{
    parameters::{NoParameters, Parameters},
    problem::Problem,
};
use shared_models::{
    auth::{Confirmation, SessionView},
    documents::Page,
    problem::ProblemBody,
};

use super::{
    acting::Person,
    body::{OrNothing, password},
    paging::{Paging, page},
    refusals,
    state::State,
};
use crate::domain::session::Session;

/// List your sessions
///
/// Those that can still be refreshed, newest first.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    params(
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of sessions", body = inline(Page<SessionView>)), refusals::Caller, refusals::Login,
    ),
)]
pub(super) async fn list(
    Person(actor): Person,
    paging: Parameters<Paging>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let Paging { after, limit } = paging.accept()?;
    let sessions = state.auth.sessions(&actor.subject, after, limit + 1).await?;
    Ok(HttpResponse::Ok().json(views(&sessions, limit, actor.session_id.as_deref())))
}

/// A page of sessions as the session `current` sees them.
pub(super) fn views(sessions: &[Session], limit: u32, current: Option<&str>) -> Page<SessionView> {
    page(sessions.iter().map(|session| session.view(current)), limit, |session| &session.id)
}

/// End one of your sessions
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses(
        (status = 204, description = "Ended"), refusals::Caller, refusals::Login,
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "Not a session of yours, or it has ended already"),
    ),
)]
pub(super) async fn end(
    Person(actor): Person,
    _: NoParameters,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.end_session(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End all your sessions
///
/// Including the session of this request: every device must log in again. Their access tokens are refused everywhere
/// within a second. If there are too many sessions to end in time, the current tokens of your API keys are revoked too;
/// the keys can get new ones. Needs a recent login, or the password in the body.
#[utoipa::path(
    delete, path = "/auth/sessions", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    request_body = Option<Confirmation>,
    responses(
        (status = 204, description = "Ended"), refusals::Confirmation, refusals::Body,
    ),
)]
pub(super) async fn end_all(
    Person(actor): Person,
    _: NoParameters,
    confirmation: OrNothing<Confirmation>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let confirmed = state.auth.confirm(actor, password(confirmation.0.current_password.as_deref())).await?;
    state.auth.end_sessions(&confirmed).await?;
    Ok(HttpResponse::NoContent().cookie(state.cookie.clear()).finish())
}
