//! What was permitted when something long-lived began (a stream, an export, a download), to be asked again before each
//! part of it: nothing outlives its token, a revocation, or the definition that it was let in under.

use std::sync::Arc;

use service_kit::{clock::Clock, revocations::Revocations, token::LEEWAY};
use shared_models::claims::AccessClaims;
use tokio::sync::watch;

use super::{Service, catalog::LiveCatalog, error::ResourceError, policy::Permit};
use crate::domain::collection::Collection;

/// A caller's leave to use a collection, as it was given.
pub struct Admission {
    claims: AccessClaims,
    collection: Arc<Collection>,
    catalog: Arc<LiveCatalog>,
    clock: Arc<dyn Clock>,
    revocations: Option<Arc<Revocations>>,
}

/// Why leave that was given no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lapse {
    /// The token has expired.
    #[error("the token has expired")]
    Expired,
    /// The token, its session or its subject was revoked.
    #[error("the token has been revoked")]
    Revoked,
    /// Another definition is served by now, which may permit something else.
    #[error("the definition of the collection has changed; connect again to continue under the new one")]
    Redefined,
}

impl Service {
    /// The leave that the caller was given by `permit`, to be kept for as long as it is used.
    pub fn admission(&self, claims: &AccessClaims, permit: &Permit<'_>) -> Admission {
        Admission {
            claims: claims.clone(),
            collection: Arc::clone(&permit.collection),
            catalog: Arc::clone(&self.catalog),
            clock: Arc::clone(&self.clock),
            revocations: self.revocations.clone(),
        }
    }

    /// Whether a token that was valid still is: for what asks the policy itself again before each part.
    pub(super) fn still_valid(&self, claims: &AccessClaims) -> Result<(), Lapse> {
        valid(claims, &*self.clock, self.revocations.as_deref())
    }
}

impl Admission {
    /// Whether the leave still holds.
    pub fn still_good(&self) -> Result<(), Lapse> {
        valid(&self.claims, &*self.clock, self.revocations.as_deref())?;
        let served = self.catalog.get(self.collection.name());
        let same = served.is_some_and(|served| Arc::ptr_eq(&served, &self.collection));
        if same { Ok(()) } else { Err(Lapse::Redefined) }
    }

    /// Wakes whenever another definition is served.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.catalog.changes()
    }
}

fn valid(claims: &AccessClaims, clock: &dyn Clock, revocations: Option<&Revocations>) -> Result<(), Lapse> {
    if clock.now().unix_timestamp() >= claims.exp.saturating_add(LEEWAY) {
        return Err(Lapse::Expired);
    }
    if revocations.is_some_and(|revocations| revocations.refuses(claims)) {
        return Err(Lapse::Revoked);
    }
    Ok(())
}

impl From<Lapse> for ResourceError {
    fn from(lapse: Lapse) -> Self {
        match lapse {
            Lapse::Expired | Lapse::Revoked => Self::TokenEnded,
            Lapse::Redefined => Self::Redefined,
        }
    }
}
