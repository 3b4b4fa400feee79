//! Writes down who did what to whom, and tells it to those who may read it.

use super::{Actor, Auth, AuthError, Origin};
use crate::{
    domain::audit::{Action, Entry, Target},
    store::AuditFilter,
};

/// Something that was done or refused.
#[derive(Clone, Debug)]
pub(super) struct Act<'a> {
    action: Action,
    actor: Option<&'a str>,
    client_id: Option<&'a str>,
    target: Option<(&'static str, &'a str)>,
    refusal: Option<String>,
    detail: Option<String>,
}

impl<'a> Act<'a> {
    /// An act of nobody known on nothing.
    pub(super) fn new(action: Action) -> Self {
        Self { action, actor: None, client_id: None, target: None, refusal: None, detail: None }
    }

    /// Who did it.
    pub(super) fn by(self, subject: &'a str, client_id: &'a str) -> Self {
        Self { actor: Some(subject), client_id: Some(client_id), ..self }
    }

    /// To whom or what.
    pub(super) fn to(self, kind: &'static str, id: &'a str) -> Self {
        Self { target: Some((kind, id)), ..self }
    }

    /// What was changed.
    pub(super) fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// That it was not done, and why.
    pub(super) fn refused(self, why: &dyn std::fmt::Display) -> Self {
        Self { refusal: Some(why.to_string()), ..self }
    }
}

impl Auth {
    /// Adds an entry to the audit log. The act is done by then: where the log cannot be written the request goes
    /// on, and the failure is logged and counted.
    pub(super) async fn record(&self, origin: &Origin, act: Act<'_>) {
        let now = self.now();
        let entry = Entry {
            actor: act.actor.map(str::to_owned),
            client_id: act.client_id.map(str::to_owned),
            target: act.target.map(|(kind, id)| Target { kind, id: id.to_owned() }),
            address: origin.address.map(|address| address.to_string()),
            request_id: origin.request_id.clone(),
            succeeded: act.refusal.is_none(),
            detail: act.refusal.or(act.detail),
            purge_at: self.policy.audit_retention.map(|kept| now + kept),
            ..Entry::new(act.action, now, self.env.random.as_ref())
        };
        if let Err(error) = self.store.append_audit(&entry).await {
            metrics::counter!("tessera_audit_failures_total").increment(1);
            tracing::error!(%error, audit.action = entry.action.name(), "the audit log could not be written");
        }
    }

    /// Records an actor's act, done or refused, and hands its outcome on.
    pub(super) async fn recorded<T>(
        &self,
        actor: &Actor,
        act: Act<'_>,
        outcome: Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        let act = act.by(&actor.subject, &actor.client_id);
        match &outcome {
            Ok(_) => self.record(&actor.origin, act).await,
            Err(refusal @ (AuthError::BeyondScope(_) | AuthError::Conflict(_))) => {
                self.record(&actor.origin, act.refused(refusal)).await;
            }
            Err(_) => {}
        }
        outcome
    }

    /// The entries that a list shows, newest first.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, AuthError> {
        Ok(self.store.audit(filter).await?)
    }
}
