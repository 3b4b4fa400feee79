//! Sign-up, and what users do with their own record.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use service_kit::{body::Json, parameters::NoParameters, problem::Problem};
use shared_models::{
    auth::{Confirmation, PasswordChange, ProfileChange, SignUp, User},
    problem::ProblemBody,
};

use super::{
    acting::{Acting, Person, Visitor, origin},
    body::{OrNothing, password},
    refusals,
    state::State,
};
use crate::{domain::password::Password, ops};

/// Sign up
///
/// For anyone if registration is open; needs the scope `users:write` if it is closed.
#[utoipa::path(
    post, path = "/auth/users", tag = "Users", request_body = SignUp,
    security((), ("oauth2" = ["users:write"]), ("bearer" = [])),
    responses(
        (status = 201, description = "The user", body = User),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "Registration is closed and the request has no valid token"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Registration is closed and the token lacks users:write"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "Another user has the address"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "Not application/json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A value breaks a rule"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Too many sign-ups from this address"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Too busy, or the store is unavailable"),
    ),
)]
pub(super) async fn sign_up(
    _: NoParameters,
    Visitor(visitor): Visitor,
    request: HttpRequest,
    input: Json<SignUp>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let user = match visitor.filter(|actor| actor.require("users:write").is_ok()) {
        Some(actor) => state.auth.register_for(&actor, &input).await?,
        None => state.auth.sign_up(&input, origin(&request)).await?,
    };
    Ok(HttpResponse::Created().json(user.view()))
}

/// The same if registration is closed.
pub(super) async fn register(
    Acting(actor): Acting,
    _: NoParameters,
    input: Json<SignUp>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let user = state.auth.register_for(&actor, &input).await?;
    Ok(HttpResponse::Created().json(user.view()))
}

/// Read your user record
#[utoipa::path(
    get, path = "/auth/users/me", tag = "Users", security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 200, description = "The user", body = User),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "The token is a job grant's"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "The caller is a service, not a user"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is unavailable"),
    ),
)]
pub(super) async fn me(
    Acting(actor): Acting,
    _: NoParameters,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
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
        (status = 200, description = "The user", body = User),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "This needs a person's own login, with all of their scopes"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "The media type is not JSON"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "A value breaks a rule"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "The store is unavailable"),
    ),
)]
pub(super) async fn change_me(
    Person(actor): Person,
    _: NoParameters,
    change: Json<ProfileChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let user = match &change.full_name {
        Some(full_name) => state.auth.rename(&actor, full_name.as_deref()).await?,
        None => state.auth.profile(&actor).await?,
    };
    Ok(HttpResponse::Ok().json(user.view()))
}

/// Delete your account
///
/// Revokes all your sessions, tokens and API keys. Needs a recent login, or the password in the body.
#[utoipa::path(
    delete, path = "/auth/users/me", tag = "Users", security(("oauth2" = []), ("bearer" = [])),
    request_body = Option<Confirmation>,
    responses(
        (status = 204, description = "Removed"), refusals::Confirmation, refusals::Rule, refusals::Body,
    ),
)]
pub(super) async fn delete_me(
    Person(actor): Person,
    _: NoParameters,
    confirmation: OrNothing<Confirmation>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let confirmed = state.auth.confirm(actor, password(confirmation.0.current_password.as_deref())).await?;
    state.auth.delete_user(&confirmed).await?;
    Ok(HttpResponse::NoContent().cookie(state.cookie.clear()).finish())
}

/// Change your password
///
/// Ends every session but the one of this request. Every other device counts as unknown from then on.
#[utoipa::path(
    put, path = "/auth/users/me/password", tag = "Users", request_body = PasswordChange,
    security(("oauth2" = []), ("bearer" = [])),
    responses(
        (status = 204, description = "Changed"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "Not JSON"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "No valid token, or the current password is wrong"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "This needs a person's own login, with all of their scopes"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "The password was changed by another request"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json", description = "More than 16 KiB"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json", description = "Not application/json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "The new password is refused: see errors"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Too many failed attempts"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Too busy, or the store is unavailable"),
    ),
)]
pub(super) async fn change_password(
    Person(actor): Person,
    _: NoParameters,
    change: Json<PasswordChange>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let change =
        ops::PasswordChange { current: Password::new(&change.current), new: Password::new(&change.new) };
    state.auth.change_password(&actor, change).await?;
    let mut answer = HttpResponse::NoContent();
    // The password is changed even if the mark cannot be made: the next login sets one.
    if let Ok(mark) = state.auth.device_mark_of(&actor.subject).await {
        answer.cookie(state.cookie.set_device(mark));
    }
    Ok(answer.finish())
}
