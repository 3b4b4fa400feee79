//! Sign-up, and what users do with their own record.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web::Data};
use service_kit::{body::Json, problem::Problem, route::Required};
use shared_models::{
    auth::{PasswordChange, ProfileChange, SignUp, User},
    problem::ProblemBody,
};

use super::{
    acting::{Acting, origin},
    state::State,
};
use crate::{domain::password::Password, ops};

/// Sign up
///
/// Anyone where registration is open; with the scope `users:write` where it is closed.
#[utoipa::path(
    post, path = "/auth/users", tag = "Users", request_body = SignUp,
    security((), ("oauth2" = ["users:write"]), ("bearer" = [])),
    responses(
        (status = 201, body = User),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "Registration is closed and no valid token came"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Registration is closed and the token lacks users:write"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "The address is taken"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "Not application/json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A value breaks a rule"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Too many sign-ups from this address"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Too busy, or the store is away"),
    ),
)]
pub(super) async fn sign_up(
    request: HttpRequest,
    input: Json<SignUp>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let by_a_stranger = request.extensions().get::<Required>().is_none();
    let user = if by_a_stranger {
        state.auth.sign_up(&input, origin(&request)).await?
    } else {
        state.auth.register_for(&input, origin(&request)).await?
    };
    Ok(HttpResponse::Created().json(user.view()))
}

/// See yourself
#[utoipa::path(
    get, path = "/auth/users/me", tag = "Users", security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 200, body = User),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is away"),
    ),
)]
pub(super) async fn me(Acting(actor): Acting, state: Data<State>) -> Result<HttpResponse, Problem> {
    let user = state.auth.profile(&actor).await?;
    Ok(HttpResponse::Ok().json(user.view()))
}

/// Change your name
#[utoipa::path(
    patch, path = "/auth/users/me", tag = "Users", security(("oauth2" = []), ("bearer" = [])),
    request_body(content(
        (ProfileChange = "application/merge-patch+json"),
        (ProfileChange = "application/json"),
    )),
    responses(
        (status = 200, body = User),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON by its media type"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A value breaks a rule"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is away"),
    ),
)]
pub(super) async fn change_me(
    Acting(actor): Acting,
    change: Json<ProfileChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let user = match &change.full_name {
        Some(full_name) => state.auth.rename(&actor, full_name.as_deref()).await?,
        None => state.auth.profile(&actor).await?,
    };
    Ok(HttpResponse::Ok().json(user.view()))
}

/// Remove yourself
///
/// Ends all your sessions. Access tokens expire by themselves.
#[utoipa::path(
    delete, path = "/auth/users/me", tag = "Users", security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Removed"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is away"),
    ),
)]
pub(super) async fn delete_me(Acting(actor): Acting, state: Data<State>) -> Result<HttpResponse, Problem> {
    state.auth.delete_user(&actor).await?;
    Ok(HttpResponse::NoContent().cookie(state.cookie.clear()).finish())
}

/// Change your password
///
/// Ends every session but the one that asks. Every device but this one is unknown from then on.
#[utoipa::path(
    put, path = "/auth/users/me/password", tag = "Users", request_body = PasswordChange,
    security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Changed"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token, or the current password is wrong"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "Changed by another request at the same time"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "Not application/json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The new password is no good one"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Too many attempts failed"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Too busy, or the store is away"),
    ),
)]
pub(super) async fn change_password(
    Acting(actor): Acting,
    change: Json<PasswordChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let change =
        ops::PasswordChange { current: Password::new(&change.current), new: Password::new(&change.new) };
    state.auth.change_password(&actor, change).await?;
    let mut answer = HttpResponse::NoContent();
    // The password is changed, whatever becomes of the mark: the next login gives one.
    if let Ok(mark) = state.auth.device_mark_of(&actor.subject).await {
        answer.cookie(state.cookie.set_device(mark));
    }
    Ok(answer.finish())
}
