//! Records who did what to whom, and lists it for those who may read it.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::{Actor, Auth, AuthError, Origin};
use crate::{
    domain::audit::{Action, Entry, Target},
    metrics,
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
    /// An act without actor and target.
    pub(super) fn new(action: Action) -> Self {
        Self { action, actor: None, client_id: None, target: None, refusal: None, detail: None }
    }

    /// Who did it.
    pub(super) fn by(self, subject: &'a str, client_id: &'a str) -> Self {
        Self { actor: Some(subject), client_id: Some(client_id), ..self }
    }

    /// The target.
    pub(super) fn to(self, kind: &'static str, id: &'a str) -> Self {
        Self { target: Some((kind, id)), ..self }
    }

    /// What was changed.
    pub(super) fn saying(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Why it was refused.
    pub(super) fn refused(self, why: &dyn std::fmt::Display) -> Self {
        Self { refusal: Some(why.to_string()), ..self }
    }
}

impl Auth {
    /// The entry of an act, made before it is done: the store writes it atomically with the act, so that neither exists
    /// without the other.
    pub(super) fn entry(&self, origin: &Origin, act: Act<'_>) -> Entry {
        let now = self.now();
        Entry {
            actor: act.actor.map(str::to_owned),
            client_id: act.client_id.map(str::to_owned),
            target: act.target.map(|(kind, id)| Target { kind: kind.into(), id: id.to_owned() }),
            address: origin.address.map(|address| address.to_string()),
            request_id: origin.request_id.clone(),
            client_request_id: origin.client_request_id.clone(),
            succeeded: act.refusal.is_none(),
            detail: act.refusal.or(act.detail),
            purge_at: self.policy.audit_retention.map(|kept| now + kept),
            ..Entry::new(act.action, now, self.env.random.as_ref())
        }
    }

    /// The entry of an actor's act.
    pub(super) fn entry_of(&self, actor: &Actor, act: Act<'_>) -> Entry {
        self.entry(&actor.origin, act.by(&actor.subject, &actor.client_id))
    }

    /// Adds the entry of an act on its own, for acts that the store does not write.
    pub(super) async fn record(&self, origin: &Origin, act: Act<'_>) {
        self.append(self.entry(origin, act)).await;
    }

    /// Returns the outcome of an act. One that was refused is recorded here; one that was done is recorded already.
    pub(super) async fn or_refused<T>(
        &self,
        entry: Entry,
        outcome: Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        if let Err(refusal) = &outcome
            && is_refusal(refusal)
        {
            self.append(entry.refused(refusal)).await;
        }
        outcome
    }

    /// Adds an entry in a task of its own, so that a caller who hangs up does not stop it. If the log cannot be
    /// written, the failure is logged and counted.
    async fn append(&self, entry: Entry) {
        // A panic in it is logged by the runtime.
        self.append_later(entry).await.ok();
    }

    /// The same without waiting for it.
    pub(super) fn append_later(&self, entry: Entry) -> JoinHandle<()> {
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            let appended = store.append_audit(&entry).await;
            if appended.is_ok() && !entry.succeeded {
                metrics::AUDIT_REFUSALS.with([entry.action.name()]).increment(1);
            }
            if let Err(error) = appended {
                metrics::AUDIT_FAILURES.get().increment(1);
                tracing::error!(%error, audit.action = entry.action.name(), "the audit log could not be written");
            }
        })
    }

    /// The entries that a list shows, newest first.
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<Entry>, AuthError> {
        Ok(self.store.audit(filter).await?)
    }
}

/// Whether the request was denied, as opposed to malformed or without a target.
fn is_refusal(error: &AuthError) -> bool {
    matches!(
        error,
        AuthError::BeyondScope(_)
            | AuthError::LoginNeeded
            | AuthError::RoleNeeded { .. }
            | AuthError::TeamManagerNeeded
            | AuthError::NoInvitation
            | AuthError::InvalidCredentials
            | AuthError::Conflict(_)
            | AuthError::LastOwner { .. }
            | AuthError::Taken { .. }
    )
}
