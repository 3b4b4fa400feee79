//! Looks up users, sessions, clients and the audit log by an id, or by how an address or a name begins. Each kind is for
//! callers with its read scope, and each look-up is served by an index.

use shared_models::discovery::{AccountHit, AccountKind};

use super::{Actor, Auth, AuthError};
use crate::{
    domain::{audit::Entry, client::Client, session::Session, user::User},
    store::AuditFilter,
};

/// The scopes that show users with their sessions and API keys, clients, and the audit log.
const SCOPES: [&str; 3] = ["users:read", "clients:read", "audit:read"];

impl Auth {
    /// Refuses a caller who would find nothing.
    pub fn may_search(actor: &Actor) -> Result<(), AuthError> {
        if SCOPES.iter().any(|scope| actor.scope.covers(scope)) {
            return Ok(());
        }
        Err(AuthError::BeyondScope(SCOPES.map(str::to_owned).to_vec()))
    }

    /// At most `limit` of what has this id, or begins with this text.
    pub async fn search(&self, actor: &Actor, text: &str, limit: u32) -> Result<Vec<AccountHit>, AuthError> {
        Self::may_search(actor)?;
        let [users, clients, audit] = SCOPES.map(|scope| actor.scope.covers(scope));
        let mut hits = Vec::new();
        if users {
            hits.extend(self.store.user(text).await?.iter().map(user_hit));
            hits.extend(self.store.session(text).await?.iter().map(session_hit));
        }
        if (users || clients)
            && let Some(client) = self.store.client(text).await?
            && (if client.owner.is_some() { users } else { clients })
        {
            hits.push(client_hit(&client));
        }
        if users {
            hits.extend(self.store.users_beginning(text, limit).await?.iter().map(user_hit));
        }
        if clients {
            hits.extend(self.store.services_beginning(text, limit).await?.iter().map(client_hit));
        }
        if audit {
            let about = AuditFilter { target: Some(text.to_owned()), limit, ..AuditFilter::default() };
            let mut entries = self.store.audit_of_request(text, limit).await?;
            entries.extend(self.store.audit(&about).await?);
            entries.sort_by(|one, other| other.id.cmp(&one.id));
            entries.dedup_by(|one, other| one.id == other.id);
            hits.extend(entries.iter().map(entry_hit));
        }
        let mut distinct: Vec<AccountHit> = Vec::new();
        for hit in hits {
            if !distinct.iter().any(|known| (known.kind, &known.id) == (hit.kind, &hit.id)) {
                distinct.push(hit);
            }
        }
        distinct.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(distinct)
    }
}

fn user_hit(user: &User) -> AccountHit {
    let name = user.full_name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default();
    AccountHit {
        kind: AccountKind::User,
        id: user.id.clone(),
        title: user.email.as_str().to_owned(),
        detail: if user.disabled { format!("{name} (disabled)").trim().to_owned() } else { name },
        user: Some(user.id.clone()),
    }
}

fn session_hit(session: &Session) -> AccountHit {
    AccountHit {
        kind: AccountKind::Session,
        id: session.id.clone(),
        title: session.device.clone().unwrap_or_else(|| session.client_id.clone()),
        detail: session
            .ended
            .map_or_else(|| "not ended".to_owned(), |reason| format!("ended: {}", reason.name())),
        user: Some(session.user_id.clone()),
    }
}

fn client_hit(client: &Client) -> AccountHit {
    AccountHit {
        kind: if client.owner.is_some() { AccountKind::ApiKey } else { AccountKind::Client },
        id: client.id.clone(),
        title: client.name.clone(),
        detail: if client.disabled { "disabled".to_owned() } else { String::new() },
        user: client.owner.clone(),
    }
}

fn entry_hit(entry: &Entry) -> AccountHit {
    let target = entry.target.as_ref().map(|target| format!("{} {}", target.kind, target.id));
    let outcome = if entry.succeeded { None } else { Some("refused".to_owned()) };
    let parts: Vec<String> = [outcome, target, entry.detail.clone()].into_iter().flatten().collect();
    AccountHit {
        kind: AccountKind::Audit,
        id: entry.id.clone(),
        title: entry.action.name().to_owned(),
        detail: parts.join(": "),
        user: entry.actor.clone(),
    }
}

#[cfg(test)]
#[path = "tests/search.rs"]
mod tests;
