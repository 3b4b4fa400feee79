//! Looking up users, sessions, clients and the audit log.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    parameters::{FromParameters, ParameterReader, Parameters},
    problem::Problem,
};
use shared_models::{discovery::AccountSearch, problem::FieldError};

use super::{acting::Acting, refusals, state::State};
use crate::ops::Auth;

/// The most hits of a search, and how many there are where the request does not say.
const MAX_LIMIT: u32 = 100;
const DEFAULT_LIMIT: u32 = 20;
/// The most characters of a search: no address and no id is longer.
const MAX_CHARACTERS: usize = 254;

/// What is looked up.
pub(super) struct SearchParameters {
    text: String,
    limit: u32,
}

impl FromParameters for SearchParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let limit = reader.size("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        Self { text: reader.text("q").unwrap_or_default().trim().to_owned(), limit }
    }
}

/// Look up users, sessions, clients and the audit log
///
/// `q` is the id of a user, a session, a client, an API key or a request, the `jti` of a token that was revoked, or the
/// beginning of an e-mail address or of the name of a user or a client, in upper or lower case. Users, sessions and API keys are
/// found with the scope `users:read`, clients with `clients:read`, entries of the audit log with `audit:read`; one of the three
/// is needed.
#[utoipa::path(
    get, path = "/auth/search", tag = "Administration", security(("oauth2" = []), ("bearer" = [])),
    params(
        ("q" = String, Query, description = "What to look for", min_length = 1, max_length = 254),
        ("limit" = Option<u32>, Query, description = "The most hits. Default 20, maximum 100", minimum = 1, maximum = 100),
    ),
    responses(
        (status = 200, description = "What was found", body = AccountSearch), refusals::Caller, refusals::Scope,
    ),
)]
pub(super) async fn search(
    Acting(actor): Acting,
    parameters: Parameters<SearchParameters>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    Auth::may_search(&actor)?;
    let SearchParameters { text, limit } = parameters.accept()?;
    if !(1..=MAX_CHARACTERS).contains(&text.chars().count()) {
        let message = format!("q is required: 1 to {MAX_CHARACTERS} characters besides spaces at either end");
        return Err(Problem::validation(vec![FieldError::in_parameter("q", "size", message)]));
    }
    if text.chars().any(char::is_control) {
        let message = "q must not contain control characters";
        return Err(Problem::validation(vec![FieldError::in_parameter("q", "characters", message)]));
    }
    let items = state.auth.search(&actor, &text, limit).await?;
    Ok(HttpResponse::Ok().json(AccountSearch { items }))
}
