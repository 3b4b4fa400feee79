//! The caller's sessions on all devices.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use service_kit::problem::Problem;
use shared_models::{
    auth::{Confirmation, SessionView},
    problem::ProblemBody,
};

use super::{
    acting::Person,
    body::{OrNothing, password},
    refusals,
    state::State,
};

/// List your sessions
///
/// Those that can still be renewed, newest first.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 200, body = Vec<SessionView>), refusals::Caller, refusals::Login,
    ),
)]
pub(super) async fn list(Person(actor): Person, state: Data<State>) -> Result<HttpResponse, Problem> {
    let sessions = state.auth.sessions(&actor.subject).await?;
    let current = actor.session_id.as_deref();
    let views: Vec<SessionView> = sessions.iter().map(|session| session.view(current)).collect();
    Ok(HttpResponse::Ok().json(views))
}

/// End one of your sessions
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    params(("id" = String, Path, description = "The session's id")),
    responses(
        (status = 204, description = "Ended"), refusals::Caller, refusals::Login,
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "Not a session of yours, or ended already"),
    ),
)]
pub(super) async fn end(
    Person(actor): Person,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.end_session(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End all your sessions
///
/// The one that asks included: every device has to log in again. Needs a recent login, or the password in the body.
#[utoipa::path(
    delete, path = "/auth/sessions", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    request_body = Option<Confirmation>,
    responses(
        (status = 204, description = "Ended"), refusals::Confirmation, refusals::Body,
    ),
)]
pub(super) async fn end_all(
    Person(actor): Person,
    confirmation: OrNothing<Confirmation>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let confirmed = state.auth.confirm(actor, password(confirmation.0.current_password.as_deref())).await?;
    state.auth.end_sessions(&confirmed).await?;
    Ok(HttpResponse::NoContent().cookie(state.cookie.clear()).finish())
}
