//! Adds a document.

use std::sync::Arc;

use serde_json::{Map, Value};
use shared_models::claims::AccessClaims;

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
    repeat::Key,
    reviews,
    shown::Shown,
};
use crate::{
    domain::document::{Document, Meta},
    store::{Bulk, Ended, Fate, StoredDocument},
};

/// Checks the members, gives them an id, an owner and revision 1, and stores them. With a `key` that was sent
/// before, the document of that time is given and nothing is written.
pub async fn insert(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    members: Map<String, Value>,
    key: Option<&Key>,
) -> Result<(String, Shown), ResourceError> {
    let permit = service.admit(claims, collection, Verb::Write)?;
    if let Some(key) = key
        && let Some(answer) = service.answered(key).await?
    {
        return again(&permit, answer);
    }
    let document = prepare(service, &permit, members)?;
    reviews::check(service, claims, collection, None, &document.members).await?;
    service.check_going_on(&permit, None).await?;
    let (id, stored) = (document.meta.id.clone(), StoredDocument::from(&document));
    let Some(key) = key else {
        service.store.insert(&permit.collection, document).await?;
        return Ok((id, permit.show(stored)?));
    };
    let text = stored.json.clone();
    let receipt = key.receipt(service.clock.now(), Arc::new(move |_| text.clone()));
    let bulk = Bulk { documents: vec![document], atomic: true, receipt: Some(receipt) };
    match service.store.insert_together(&permit.collection, bulk).await? {
        Ended::Committed(_) => Ok((id, permit.show(stored)?)),
        Ended::Repeated => again(&permit, service.answered(key).await?.ok_or(ResourceError::Unavailable)?),
        Ended::Refused(fates) => Err(match fates.into_iter().next() {
            Some(Fate::Conflict { fields }) => ResourceError::Conflict(fields),
            Some(Fate::Refused(why)) => ResourceError::Internal(why),
            Some(Fate::Inserted) | None => ResourceError::Internal("a refusal without a reason".into()),
        }),
    }
}

/// A document that was stored by the same request before.
fn again(permit: &Permit<'_>, answer: String) -> Result<(String, Shown), ResourceError> {
    let meta = Document::parse(&answer)?.meta;
    let stored = StoredDocument { json: answer, revision: meta.revision, owner: meta.owner };
    Ok((meta.id, permit.show(stored)?))
}

/// The document that the caller may make of these members.
pub(super) fn prepare(
    service: &Service,
    permit: &Permit<'_>,
    mut members: Map<String, Value>,
) -> Result<Document, ResourceError> {
    let reserved = Meta::take_echo(None, &mut members);
    if !reserved.is_empty() {
        return Err(ResourceError::Invalid(reserved));
    }
    if let Some(touched) = permit.hidden.touched(&members) {
        return Err(touched.into());
    }
    let members = permit.collection.check(members).map_err(ResourceError::Invalid)?;
    service.check_grant(permit, None, &members)?;
    let meta = Meta::first(permit.subject, &service.ids, service.clock.now());
    Ok(Document { meta, members })
}
