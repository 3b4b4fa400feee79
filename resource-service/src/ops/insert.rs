//! Adds a document.

use std::sync::Arc;

use serde_json::{Map, Value};
use service_kit::aside::aside;
use shared_models::claims::AccessClaims;

use super::{
    Service, belonging,
    error::ResourceError,
    heartbeat::touched,
    policy::{Permit, Verb},
    repeat::IdempotencyKey,
    shown::Shown,
};
use crate::{
    domain::{
        collection::Collection,
        document::{Document, Meta},
        hidden::Hidden,
    },
    store::{Bulk, BulkEnd, Fate, StoredDocument},
};

/// Checks the members, which had so many bytes of text, gives them an id, an owner and revision 1, and stores them. With a `key` that was sent
/// before, the document of that time is given and nothing is written.
pub async fn insert(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    members: Map<String, Value>,
    bytes: usize,
    key: Option<&IdempotencyKey>,
) -> Result<(String, Shown), ResourceError> {
    let permit = service.admit(claims, collection, Verb::Write)?;
    if let Some(key) = key
        && let Some(answer) = service.answered(key).await?
    {
        return again(&permit, answer);
    }
    let (of, hidden) = (Arc::clone(&permit.collection), permit.hidden.clone());
    let members = aside(bytes, move || checked(&of, &hidden, members)).await??;
    let mut document = prepare(service, &permit, members)?;
    belonging::place(service, claims, collection, &mut document.members).await?;
    service.check_going_on(&permit, None).await?;
    let (id, stored) = (document.meta.id.clone(), StoredDocument::from(&document));
    service.beat(&permit, touched(&permit.collection, &document.members));
    let Some(key) = key else {
        service.store.insert(&permit.collection, document).await?;
        return Ok((id, permit.show(stored)?));
    };
    let text = stored.json.clone();
    let receipt = key.receipt(service.clock.now(), Arc::new(move |_| text.clone()));
    let bulk = Bulk { documents: vec![document], atomic: true, receipt: Some(receipt) };
    match service.store.insert_together(&permit.collection, bulk).await? {
        BulkEnd::Committed(_) => Ok((id, permit.show(stored)?)),
        BulkEnd::Repeated => again(&permit, service.answered(key).await?.ok_or(ResourceError::Unavailable)?),
        BulkEnd::Refused(fates) => Err(match fates.into_iter().next() {
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

/// The members, if they may be stored as far as the definition says: the part that takes the processor.
pub(super) fn checked(
    collection: &Collection,
    hidden: &Hidden,
    mut members: Map<String, Value>,
) -> Result<Map<String, Value>, ResourceError> {
    let reserved = Meta::take_echo(&[], &mut members);
    if !reserved.is_empty() {
        return Err(ResourceError::Invalid(reserved));
    }
    if let Some(touched) = hidden.touched(&members) {
        return Err(touched.into());
    }
    let kept = collection.keep_heartbeat(&Map::new(), &mut members);
    kept.map_err(|fault| ResourceError::Invalid(vec![fault]))?;
    let members = collection.fill(members).map_err(ResourceError::Invalid)?;
    collection.check(members).map_err(ResourceError::Invalid)
}

/// The document that the caller may make of members that were [`checked`].
pub(super) fn prepare(
    service: &Service,
    permit: &Permit<'_>,
    mut members: Map<String, Value>,
) -> Result<Document, ResourceError> {
    service.check_grant(permit, None, &members)?;
    let meta = Meta::first(permit.subject, &service.ids, service.clock.now());
    if let Some(reviewer) = permit.reviewer() {
        reviewer.make(&mut members, &meta.created_at)?;
    }
    Ok(Document { meta, members })
}
