//! Brings back what a document was: an earlier revision of one that is there, or one that was removed.

pub use super::change::WriteTarget;
use super::{
    Service, belonging,
    change::{Effect, MAX_TRIES},
    error::ResourceError,
    policy::{Permit, Verb},
    retention::hide,
    shown::Shown,
    versions,
};
use crate::{
    domain::{
        document::{Document, Meta},
        review::without_own,
    },
    query::timestamp,
    store::{StoreError, StoredDocument, Version},
};

/// Makes the document again what it was at a revision; a removed one is restored.
pub async fn revision(
    service: &Service,
    target: WriteTarget<'_>,
    revision: &str,
) -> Result<Shown, ResourceError> {
    let permit = versions::versioned(admit(service, &target)?)?;
    let wanted = versions::find(service, &permit, target.id, revision).await?;
    let bytes = wanted.json.len();
    let mut wanted = Document::parse(&wanted.json)?;
    // What the caller is not shown stays as it is.
    permit.hidden.withhold(&mut wanted.members);
    if permit.collection.keeps_reviews {
        without_own(&mut wanted.members);
    }
    for _ in 0..MAX_TRIES {
        if service.store.get(&permit.collection, target.id, service.clock.now()).await?.is_some() {
            let members = wanted.members.clone();
            match target.update(service, Effect::Changes, bytes, move |_, _| Ok(members.clone())).await {
                // Removed in between.
                Err(ResourceError::NotFound { .. }) => continue,
                done => return done,
            }
        }
        if let Some(restored) = target.bring_back(service, &permit, Some(wanted.clone())).await? {
            return Ok(restored);
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}

/// Brings a removed document back as it was last.
pub async fn removed(service: &Service, target: WriteTarget<'_>) -> Result<Shown, ResourceError> {
    let permit = admit(service, &target)?;
    kept(&permit)?;
    for _ in 0..MAX_TRIES {
        let found = service.store.get(&permit.collection, target.id, service.clock.now()).await?;
        if let Some(found) = found {
            permit.reached(target.id, Some(found))?;
            return Err(ResourceError::NotRemoved(target.id.to_owned()));
        }
        if let Some(restored) = target.bring_back(service, &permit, None).await? {
            return Ok(restored);
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}

/// Admits callers who may write and read: what is restored is something that is stored.
fn admit<'c>(service: &'c Service, target: &'c WriteTarget<'_>) -> Result<Permit<'c>, ResourceError> {
    let permit = target.admit(service)?;
    service.admit(target.claims, target.collection, Verb::Read)?;
    Ok(permit)
}

/// Refuses where nothing is kept that could be brought back.
fn kept(permit: &Permit<'_>) -> Result<(), ResourceError> {
    if permit.collection.keeps_removed() {
        return Ok(());
    }
    let collection = permit.collection.name().to_owned();
    Err(ResourceError::NotKept { collection, what: "removed documents" })
}

impl WriteTarget<'_> {
    /// Puts a removed document back as `wanted`, or as it was last; nothing where somebody else was faster.
    async fn bring_back(
        &self,
        service: &Service,
        permit: &Permit<'_>,
        wanted: Option<Document>,
    ) -> Result<Option<Shown>, ResourceError> {
        let mut kept = service.store.versions(&permit.collection, self.id, None, 2).await?.into_iter();
        let end: Version = kept
            .next()
            .filter(|end| end.json.is_none() && permit.reaches(&end.owner))
            .ok_or_else(|| permit.not_found(self.id))?;
        if !self.precondition.allows_write(end.revision) {
            return Err(ResourceError::RevisionMismatch { current: end.revision });
        }
        let last = kept.next().and_then(|last| last.json).ok_or_else(|| permit.not_found(self.id))?;
        let mut last = Document::parse(&last)?;
        let reviewer = permit.reviewer().map(|reviewer| (reviewer, last.members.clone()));
        let Document { meta, members } = match wanted {
            Some(mut wanted) => {
                permit.hidden.restore(&mut wanted.members, permit.hidden.withhold(&mut last.members))?;
                wanted
            }
            None => last,
        };
        let mut members =
            permit.collection.check_for(members, permit.sight()).map_err(ResourceError::Invalid)?;
        if let Some((reviewer, last)) = reviewer {
            // Who could not have removed it does not undo that.
            reviewer.remove(&last, &end.owner)?;
            reviewer.change(&last, &meta, &mut members, &timestamp(service.clock.now()))?;
        }
        service.check_grant(permit, Some(self.id), &members)?;
        permit.check_may_return()?;
        service.check_going_on(permit, Some(&members)).await?;
        belonging::check(service, self.claims, self.collection, None, &members).await?;
        let updated_at = timestamp(service.clock.now()).max(end.at);
        let meta = Meta { revision: end.revision + 1, updated_at, ..meta };
        let document = Document { meta, members };
        let stored = StoredDocument::from(&document);
        let restored = service.store.restore(&permit.collection, document, permit.subject).await;
        service.hot.forget(self.collection, self.id);
        match restored {
            Ok(true) => {
                hide::follow_now(service, self.collection, self.id).await;
                permit.show(stored).map(Some)
            }
            Ok(false) => Ok(None),
            Err(StoreError::Conflict { fields }) if fields == ["_id"] => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
