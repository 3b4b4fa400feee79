//! The audit log.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use service_kit::problem::Problem;
use shared_models::{audit::AuditEntry, documents::Page};

use super::{
    acting::Acting,
    parameters::{Parameters, page},
    refusals,
    state::State,
};
use crate::{
    domain::audit::{ACTIONS, Action, Entry},
    store::AuditFilter,
};

/// Read the audit log
///
/// Who did what to whom, from where, and whether it was done; newest first.
#[utoipa::path(
    get, path = "/auth/audit", tag = "Administration", security(("oauth2" = ["audit:read"]), ("bearer" = [])),
    params(
        ("actor" = Option<String>, Query, description = "The user or client that acted"),
        ("action" = Option<String>, Query, description = "The action"),
        ("target" = Option<String>, Query, description = "The id of the target"),
        ("limit" = Option<u32>, Query, description = "Page size. Default 50, maximum 1000", minimum = 1, maximum = 1000),
        ("after" = Option<String>, Query, description = "`next` of the previous page"),
    ),
    responses(
        (status = 200, description = "A page of the audit log", body = inline(Page<AuditEntry>)), refusals::Caller, refusals::Scope, refusals::Query,
    ),
)]
pub(super) async fn list(
    Acting(_): Acting,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let mut parameters = Parameters::of(&request)?;
    let limit = parameters.limit();
    let filter = AuditFilter {
        actor: parameters.text("actor"),
        action: parameters.read("action", action),
        target: parameters.text("target"),
        before: parameters.text("after"),
        limit: limit + 1,
    };
    parameters.finish()?;
    let entries = state.auth.audit(&filter).await?;
    Ok(HttpResponse::Ok().json(page(entries.iter().map(Entry::view), limit, |entry| &entry.id)))
}

/// The action of that name.
fn action(name: &str) -> Result<Action, String> {
    match Action::read(name.to_owned()) {
        Action::Other(_) => Err(format!("unknown action; known are {}", ACTIONS.join(", "))),
        known => Ok(known),
    }
}
