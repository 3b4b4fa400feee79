//! Earlier revisions of a document: who wrote them, when, and what they changed.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use service_kit::{
    aside::aside,
    budget::{Lease, weight},
};
use shared_models::claims::AccessClaims;

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
    shown::Shown,
};
use crate::{
    domain::{
        collection::Collection,
        delta::delta,
        document::{Document, MAX_BYTES},
        heartbeat::HEARTBEAT,
        hidden::Hidden,
        patch::Patch,
    },
    store::{MAX_BATCH_BYTES, StoredDocument, Version},
};

/// How many revisions a page has where the request does not say.
pub const DEFAULT_LIMIT: usize = 20;
/// The most revisions of a page.
pub const MAX_LIMIT: usize = 100;

/// One revision in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its number.
    pub revision: i64,
    /// When it was written.
    pub at: String,
    /// `sub` of its writer, where that is known.
    pub by: Option<String>,
    /// Whether the document was removed by it.
    pub removed: bool,
    /// What leads to it from the revision before (RFC 6902); from nothing where it is the first. `null` for a
    /// removal, and where the revision before was not kept.
    pub diff: Option<Patch>,
}

/// A page of revisions, newest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct History {
    /// The revisions.
    pub items: Vec<Entry>,
    /// What `after` takes to give the next page.
    pub next: Option<String>,
}

/// A page that is asked for.
pub struct VersionPage {
    /// How many revisions it has at most.
    pub limit: usize,
    /// The revision that all of its revisions are below.
    pub below: Option<i64>,
}

/// The revisions of a document, removed or not.
pub async fn list(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    page: &VersionPage,
) -> Result<History, ResourceError> {
    let permit = versioned(service.admit(claims, collection, Verb::Read)?)?;
    // Two more: what the last one is compared with may be behind a removal.
    let found = service.store.versions(&permit.collection, id, page.below, page.limit + 2).await?;
    let Some(first) = found.first() else {
        return behind_the_last(service, &permit, id, page).await;
    };
    if !permit.reaches(&first.owner) {
        return Err(permit.not_found(id));
    }
    let bytes: usize = found.iter().filter_map(|version| version.json.as_ref()).map(String::len).sum();
    // Where the store stopped for size, its last one serves as what the one before is compared with.
    let shown = if bytes >= MAX_BATCH_BYTES { (found.len() - 1).max(1) } else { found.len() };
    let shown = shown.min(page.limit);
    let members = found.iter().map(|version| members(&permit, version)).collect::<Result<Vec<_>, _>>()?;
    let items = (0..shown).map(|at| entry(&found[at..], &members[at..])).collect();
    let next = (shown < found.len()).then(|| found[shown - 1].revision.to_string());
    Ok(History { items, next })
}

/// An empty page, where the document has revisions before it.
async fn behind_the_last(
    service: &Service,
    permit: &Permit<'_>,
    id: &str,
    page: &VersionPage,
) -> Result<History, ResourceError> {
    if page.below.is_some() {
        let newest = service.store.versions(&permit.collection, id, None, 1).await?;
        if newest.first().is_some_and(|newest| permit.reaches(&newest.owner)) {
            return Ok(History { items: Vec::new(), next: None });
        }
    }
    Err(permit.not_found(id))
}

/// The members that the caller is shown.
fn members(permit: &Permit<'_>, version: &Version) -> Result<Option<Map<String, Value>>, ResourceError> {
    let mut document = version.json.as_deref().map(Document::parse).transpose()?;
    if let Some(document) = &mut document {
        withhold(&permit.collection, &permit.hidden, &mut document.members);
    }
    Ok(document.map(|document| document.members))
}

/// Takes out of a revision what is no part of a difference that the caller is shown.
fn withhold(collection: &Collection, hidden: &Hidden, members: &mut Map<String, Value>) {
    hidden.withhold(members);
    if collection.keeps_heartbeats() {
        // It changes between revisions, and nobody wrote it.
        members.shift_remove(HEARTBEAT);
    }
}

/// The first of `versions`, with the diff that leads to it. `members` are those of the versions.
fn entry(versions: &[Version], members: &[Option<Map<String, Value>>]) -> Entry {
    let version = &versions[0];
    let own = members.first().and_then(Option::as_ref);
    let nothing = Map::new();
    let before = if version.revision == 1 { Some(&nothing) } else { before(versions, members) };
    let diff = own.zip(before).map(|(own, before)| delta(before, own));
    Entry {
        revision: version.revision,
        at: version.at.clone(),
        by: version.by.clone(),
        removed: version.json.is_none(),
        diff,
    }
}

/// The members of the revision directly before the first: of a document that was brought back, those it had when it
/// was removed. Nothing where that revision was not kept.
fn before<'m>(
    versions: &[Version],
    members: &'m [Option<Map<String, Value>>],
) -> Option<&'m Map<String, Value>> {
    let follows =
        |at: usize| versions.get(at).is_some_and(|version| version.revision + 1 == versions[at - 1].revision);
    let at = if follows(1) && versions[1].json.is_none() { 2 } else { 1 };
    members.get(at).filter(|_| follows(1) && follows(at)).and_then(Option::as_ref)
}

/// A document as it was at a revision.
pub async fn get(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    revision: &str,
) -> Result<Shown, ResourceError> {
    let permit = versioned(service.admit(claims, collection, Verb::Read)?)?;
    permit.show(find(service, &permit, id, revision).await?)
}

/// The revision that the text names, if the caller may see it.
pub(super) async fn find(
    service: &Service,
    permit: &Permit<'_>,
    id: &str,
    revision: &str,
) -> Result<StoredDocument, ResourceError> {
    let none = || ResourceError::NoRevision { id: id.to_owned(), revision: revision.to_owned() };
    let number: i64 = revision.parse().ok().filter(|number| *number > 0).ok_or_else(none)?;
    let below = number.checked_add(1).ok_or_else(none)?;
    let found = service.store.versions(&permit.collection, id, Some(below), 1).await?.pop();
    let found = found.filter(|found| found.revision == number && permit.reaches(&found.owner));
    let Version { owner, json, .. } = found.ok_or_else(none)?;
    Ok(StoredDocument { json: json.ok_or_else(none)?, revision: number, owner })
}

/// Which revisions are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The revision that the difference starts from.
    pub from: i64,
    /// The revision that it leads to; the current one where absent.
    pub to: Option<i64>,
}

/// The difference between two revisions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The revision that it starts from.
    pub from: i64,
    /// The revision that it leads to.
    pub to: i64,
    /// What leads from one to the other (RFC 6902), as far as the caller is shown them.
    pub diff: Patch,
}

/// The difference between two revisions of a document, as JSON text, and the memory that this takes until it is sent.
pub async fn diff(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    id: &str,
    span: Span,
) -> Result<(String, Lease), ResourceError> {
    let permit = versioned(service.admit(claims, collection, Verb::Read)?)?;
    let mut lease = service.budget.take(&claims.sub, 2 * MAX_BYTES).await?;
    let from = find(service, &permit, id, &span.from.to_string()).await?;
    let to = if let Some(to) = span.to {
        find(service, &permit, id, &to.to_string()).await?
    } else {
        let current = service.store.get(&permit.collection, id, service.clock.now()).await?;
        let current = current.filter(|current| permit.reaches(&current.owner));
        current.ok_or_else(|| permit.not_found(id))?
    };
    let texts = from.json.len() + to.json.len();
    // The texts, what is parsed from them, and a difference that is at most twice as long as one of them.
    lease.grow_to(3 * texts + weight(from.json.as_bytes()) + weight(to.json.as_bytes())).await?;
    let (collection, hidden) = (Arc::clone(&permit.collection), permit.hidden.clone());
    let compared = aside(texts, move || {
        let members = |revision: &StoredDocument| {
            let mut members = Document::parse(&revision.json)?.members;
            withhold(&collection, &hidden, &mut members);
            Ok::<_, ResourceError>(members)
        };
        let diff = delta(&members(&from)?, &members(&to)?);
        Ok(serde_json::to_string(&Difference { from: from.revision, to: to.revision, diff })?)
    });
    let text: Result<String, ResourceError> = compared.await?;
    let text = text?;
    lease.shrink_to(text.len());
    Ok((text, lease))
}

/// Refuses where no revisions are kept.
pub(super) fn versioned(permit: Permit<'_>) -> Result<Permit<'_>, ResourceError> {
    if permit.collection.keeps_revisions() {
        return Ok(permit);
    }
    let collection = permit.collection.name().to_owned();
    Err(ResourceError::NotKept { collection, what: "earlier revisions" })
}
