//! The caller's sessions on all devices.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use service_kit::problem::Problem;
use shared_models::{auth::SessionView, problem::ProblemBody};

use super::{acting::Acting, state::State};

/// List your sessions
///
/// Those that can still be renewed, newest first.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 200, body = Vec<SessionView>),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is away"),
    ),
)]
pub(super) async fn list(Acting(actor): Acting, state: Data<State>) -> Result<HttpResponse, Problem> {
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
        (status = 204, description = "Ended"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "Not a session of yours, or ended already"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is away"),
    ),
)]
pub(super) async fn end(
    Acting(actor): Acting,
    id: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    state.auth.end_session(&actor, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End all your sessions
///
/// The one that asks included: every device has to log in again.
#[utoipa::path(
    delete, path = "/auth/sessions", tag = "Sessions", security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is away"),
    ),
)]
pub(super) async fn end_all(Acting(actor): Acting, state: Data<State>) -> Result<HttpResponse, Problem> {
    state.auth.end_sessions(&actor).await?;
    Ok(HttpResponse::NoContent().cookie(state.cookie.clear()).finish())
}
