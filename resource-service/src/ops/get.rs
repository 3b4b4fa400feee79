//! Reads one document.

use std::time::Duration;

use service_kit::precondition::{Precondition, entity_tag};
use shared_models::claims::AccessClaims;

use super::{
    Service,
    error::ResourceError,
    expand::{Expand, expand},
    policy::{Permit, Verb},
    reviews,
};
use crate::query::parse::shown;

/// What a reader has and takes.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    /// Which revisions they have.
    pub precondition: Precondition,
    /// How old a copy they take, where they say so.
    pub oldest: Option<Duration>,
}

/// A document as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownDocument {
    /// The entity tag of what is shown.
    pub tag: String,
    /// Its JSON text; absent where the reader has just that.
    pub json: Option<String>,
    /// How long ago the store was asked.
    pub age: Duration,
    /// For how many seconds it may be kept, where the collection says so.
    pub max_age: Option<u64>,
}

/// The document with this id, or the part of it that the decoded `parameters` ask for.
pub async fn get(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    parameters: &[(String, String)],
    demand: &Demand,
) -> Result<ShownDocument, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let (Expand { owner, stale }, parameters) = expand(collection, parameters)?;
    let projection = shown(&permit.target(), &parameters).map_err(ResourceError::Invalid)?;
    // What is shown beside the document changes without it, and is part of the tag.
    let expanded = owner || stale;
    let max_age = permit.collection.max_age().filter(|_| !expanded);
    if !expanded && let Some(revision) = unchanged(service, &permit, id, demand).await? {
        let tag = entity_tag(revision, &permit.part());
        return Ok(ShownDocument { tag, json: None, age: Duration::ZERO, max_age });
    }
    let read = service.read(&permit.collection, id, permit.oldest(demand.oldest)).await?;
    let read = read.filter(|read| permit.sees(&read.document)).ok_or_else(|| permit.not_found(id))?;
    let (revision, age) = (read.document.revision, read.age);
    let mut part = permit.part_of(&read.document.json);
    let fresh = |part: &_| demand.precondition.is_fresh(revision, part);
    if !expanded && fresh(&part) {
        return Ok(ShownDocument { tag: entity_tag(revision, &part), json: None, age, max_age });
    }
    let mut json = permit.hidden.shown(read.document.json.clone())?;
    let staleness = if stale {
        reviews::staleness(service, claims, std::slice::from_ref(&json)).await?.into_iter().next()
    } else {
        None
    };
    if let Some(projection) = projection {
        json = projection.apply_to_text(&json)?;
    }
    if let Some(stale) = staleness {
        json = reviews::with_stale(&json, stale)?;
    }
    if owner {
        service.names.put_into(std::slice::from_mut(&mut json)).await?;
    }
    if expanded {
        part = part.with(&json);
    }
    let json = Some(json).filter(|_| !(expanded && fresh(&part)));
    Ok(ShownDocument { tag: entity_tag(revision, &part), json, age, max_age })
}

/// The revision of the document, if the reader has it and the store must be asked: without reading what it says.
async fn unchanged(
    service: &Service,
    permit: &Permit<'_>,
    id: &str,
    demand: &Demand,
) -> Result<Option<i64>, ResourceError> {
    // A heartbeat is no part of what decides about a document, and is part of its tag.
    let must_read = permit.collection.keeps_heartbeats() || !permit.oldest(demand.oldest).is_zero();
    if demand.precondition.if_none_match.is_none() || must_read {
        return Ok(None);
    }
    let found = service.store.head(&permit.collection, id, service.clock.now()).await?;
    let found = found.ok_or_else(|| permit.not_found(id))?;
    if permit.must_look(&found.owner) {
        return Ok(None);
    }
    if !permit.reaches(&found.owner) {
        return Err(permit.not_found(id));
    }
    let part = permit.part();
    Ok(Some(found.revision).filter(|revision| demand.precondition.is_fresh(*revision, &part)))
}
