//! The audit log.

use actix_web::{HttpResponse, web::Data};
use service_kit::{
    parameters::{FromParameters, ParameterReader, Parameters},
    problem::Problem,
};
use shared_models::{audit::AuditEntry, documents::Page};

use super::{
    acting::Acting,
    paging::{Paging, page},
    refusals,
    state::State,
};
use crate::{
    domain::audit::{ACTIONS, Action, Entry},
    store::AuditFilter,
};

/// Which entries are listed.
pub(super) struct AuditParameters {
    actor: Option<String>,
    action: Option<Action>,
    target: Option<String>,
    paging: Paging,
}

impl FromParameters for AuditParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let known = format!("one of {}", ACTIONS.join(", "));
        Self {
            actor: reader.text("actor"),
            action: reader.parsed("action", "format", &known, action),
            target: reader.text("target"),
            paging: Paging::read(reader),
        }
    }
}

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
        (status = 200, description = "A page of the audit log", body = inline(Page<AuditEntry>)), refusals::Caller, refusals::Scope,
    ),
)]
pub(super) async fn list(
    Acting(_): Acting,
    parameters: Parameters<AuditParameters>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let AuditParameters { actor, action, target, paging: Paging { after, limit } } = parameters.accept()?;
    let filter = AuditFilter { actor, action, target, before: after, limit: limit + 1 };
    let entries = state.auth.audit(&filter).await?;
    Ok(HttpResponse::Ok().json(page(entries.iter().map(Entry::view), limit, |entry| &entry.id)))
}

/// The action of that name.
fn action(name: &str) -> Option<Action> {
    Some(Action::read(name.to_owned())).filter(|action| !matches!(action, Action::Other(_)))
}
