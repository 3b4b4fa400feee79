//! What replacing, patching and deleting share: read, check the precondition, write if nobody was faster.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};
use service_kit::{aside::aside, precondition::Precondition, random::bytes};
use shared_models::claims::AccessClaims;
use tokio::time::sleep;

pub(super) use super::revise::Effect;
use super::{
    Service, belonging,
    error::ResourceError,
    heartbeat::touched,
    policy::{Permit, Verb},
    revise::{Reviser, Revision},
    shown::{Record, Shown},
};
use crate::{
    domain::{
        document::{Document, Meta},
        history::Removal,
    },
    store::{
        StoredDocument, Update,
        ends::{Course, Ended},
    },
};

/// How often a write that others overtake is tried.
pub const MAX_TRIES: usize = 32;

/// What a write is aimed at.
pub struct WriteTarget<'t> {
    /// Who asks.
    pub claims: &'t AccessClaims,
    /// The collection.
    pub collection: &'t str,
    /// The document.
    pub id: &'t str,
    /// What the document must be.
    pub precondition: Precondition,
}

impl WriteTarget<'_> {
    /// Lets the caller in; refuses a write that names no revision where the collection demands one.
    pub(super) fn admit<'c>(&'c self, service: &'c Service) -> Result<Permit<'c>, ResourceError> {
        let permit = service.admit(self.claims, self.collection, Verb::Write)?;
        if permit.collection.definition.require_if_match && self.precondition.if_match.is_none() {
            return Err(ResourceError::PreconditionRequired);
        }
        Ok(permit)
    }

    /// The document as it is now, if the caller may change it and the precondition holds.
    pub(super) async fn current(
        &self,
        service: &Service,
        permit: &Permit<'_>,
    ) -> Result<StoredDocument, ResourceError> {
        let found = service.store.get(&permit.collection, self.id, service.clock.now()).await?;
        let current = permit.reached(self.id, found)?;
        if self.precondition.allows_write(current.revision) {
            Ok(current)
        } else {
            Err(ResourceError::RevisionMismatch { current: current.revision })
        }
    }

    /// The document as it is now, read, if the caller's token is for it and its calculation has not ended.
    async fn granted(
        &self,
        service: &Service,
        permit: &Permit<'_>,
        current: StoredDocument,
    ) -> Result<(StoredDocument, Document), ResourceError> {
        let bytes = current.json.len();
        let read = move || Document::parse(&current.json).map(|document| (current, document));
        let (current, document) = aside(bytes, read).await??;
        service.check_grant(permit, Some(self.id), &document.members)?;
        service.check_going_on(permit, Some(&document.members)).await?;
        Ok((current, document))
    }

    /// Writes what `change`, which was sent as so many bytes of text, makes of the current members and of those of the
    /// service that the caller is shown, again when somebody else was faster.
    pub(super) async fn update<F>(
        &self,
        service: &Service,
        effect: Effect,
        sent: usize,
        change: F,
    ) -> Result<Shown, ResourceError>
    where
        F: Fn(&Record, Map<String, Value>) -> Result<Map<String, Value>, ResourceError>
            + Send
            + Sync
            + 'static,
    {
        let permit = self.admit(service)?;
        let reviser = Arc::new(Reviser::new(&permit, effect, change));
        for tries in 0..MAX_TRIES {
            let found = self.current(service, &permit).await?;
            let (found, document) = self.granted(service, &permit, found).await?;
            let series = touched(&permit.collection, &document.members).map(str::to_owned);
            let (reviser, now, stored) = (Arc::clone(&reviser), service.clock.now(), found.json.len());
            let next = aside(sent + stored, move || reviser.revise(document, stored, now)).await?;
            let next = next.map_err(|error| overtaken(error, tries, found.revision))?;
            let Some(Revision { before, after, stored }) = next else {
                service.beat(&permit, series.as_deref());
                return permit.show(found);
            };
            belonging::check(service, self.claims, self.collection, Some(&before), &after.members).await?;
            service.check_grant(&permit, Some(self.id), &after.members)?;
            let course = service.notices.course(self.collection, &before, &after.members);
            let revision = after.meta.revision;
            let by = permit.subject.to_owned();
            let before = Some(before).filter(|_| effect == Effect::Changes);
            let update = Update { after, expected: found.revision, before, by, course };
            let updated = service.store.update(&permit.collection, update).await;
            // Even a write that failed may have been done.
            service.hot.forget(self.collection, self.id);
            if updated? {
                service.beat(&permit, series.as_deref());
                if course == Course::Ends {
                    service.notices.ended(Ended { id: self.id.to_owned(), revision });
                }
                return permit.show(stored);
            }
            service.pause(tries).await;
        }
        Err(ResourceError::ChangedMeanwhile)
    }

    /// Removes the document, again when somebody else was faster.
    pub(super) async fn remove(&self, service: &Service) -> Result<(), ResourceError> {
        let permit = self.admit(service)?;
        for tries in 0..MAX_TRIES {
            let current = self.current(service, &permit).await?;
            // A document that an older version of the service stored may be nested too deep to be read as a whole.
            let reviewer = permit.reviewer();
            let current = if permit.is_limited() || reviewer.is_some() {
                let Document { meta, members } = self.granted(service, &permit, current).await?.1;
                let refused = reviewer.and_then(|reviewer| reviewer.remove(&members, &meta.owner).err());
                refused.map_or(Ok(()), |refused| Err(overtaken(refused.into(), tries, meta.revision)))?;
                meta
            } else {
                Meta::parse(&current.json)?
            };
            let (expected, by) = (current.revision, permit.subject.to_owned());
            let removal = Removal { expected, end: current.next(service.clock.now()), by };
            let removed = service.store.remove(&permit.collection, self.id, removal).await;
            service.hot.forget(self.collection, self.id);
            if removed? {
                service.beat(&permit, None);
                return Ok(());
            }
            service.pause(tries).await;
        }
        Err(ResourceError::ChangedMeanwhile)
    }
}

/// The error of a write that was tried so often. What another person did meanwhile, such as giving a review that was still
/// requested, is no lack of a scope: the caller reads the document again and decides anew.
fn overtaken(error: ResourceError, tries: usize, current: i64) -> ResourceError {
    match error {
        ResourceError::Reserved { .. } if tries > 0 => ResourceError::RevisionMismatch { current },
        error => error,
    }
}

impl Service {
    /// Waits a moment before a write that others overtook is tried again: none at first, up to 64 ms later on.
    pub(super) async fn pause(&self, tries: usize) {
        let most = 1 << tries.min(6);
        let jitter = u64::from(u16::from_le_bytes(bytes(&*self.random))) % most;
        sleep(Duration::from_millis(jitter)).await;
    }
}

/// Drops the system members that a client repeats unchanged; refuses all others. A `_revision` is a precondition, as one in
/// `If-Match` is: a copy of another revision would overwrite what was changed since.
pub(super) fn without_echo(
    record: &Record,
    members: &Map<String, Value>,
) -> Result<Map<String, Value>, ResourceError> {
    let mut members = members.clone();
    if let Some(current) = Meta::outdated(record, &members) {
        return Err(ResourceError::RevisionMismatch { current });
    }
    let faults = Meta::take_echo(record, &mut members);
    if faults.is_empty() { Ok(members) } else { Err(ResourceError::Invalid(faults)) }
}
