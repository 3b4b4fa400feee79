//! Lists documents, a page at a time.

use service_kit::budget::{Exhausted, Lease};
use shared_models::{claims::AccessClaims, documents::Explanation, problem::FieldError};

use super::{
    Service,
    error::ResourceError,
    expand::{Expand, expand},
    paging::Paging,
    policy::{Permit, Verb},
    reviews,
};
use crate::{
    query::parse::{Count, Query},
    store::{Batch, MAX_BATCH_BYTES, Selection, keyset},
};

/// One page of a list.
pub struct Page {
    /// The JSON texts of its documents.
    pub items: Vec<String>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many documents match in all, where the query asked for it.
    pub total: Option<u64>,
    /// The memory that it takes until it is sent.
    pub lease: Lease,
}

/// The bytes that a document of a page is taken to have before it is read.
const EXPECTED: usize = 64 * 1024;
/// How often a page is in memory at once: its documents, and the text that is made of them.
const COPIES: usize = 2;

/// The page that the decoded `parameters` ask for.
pub async fn list(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    parameters: &[(String, String)],
) -> Result<Page, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let (Expand { owner, stale }, parameters) = expand(collection, parameters)?;
    let query = read(&permit, &parameters)?;
    let paging = Paging { service, permit: &permit, query: &query };
    let start = paging.start().await?;
    let expected = COPIES * (query.limit * EXPECTED).min(MAX_BATCH_BYTES);
    let mut lease = service.budget.take(&claims.sub, expected).await?;
    let now = service.clock.now();
    let total = total(service, &permit, &query).await?;
    let mut selection = selection(&permit, &query)?;
    if stale {
        selection.projection = selection.projection.map(|shown| shown.with(reviews::needed()));
    }
    let mut batch =
        keyset::list(&*service.store, &permit.collection, &selection, start.as_ref(), now).await?;
    fit(&mut batch, &mut lease).await?;
    let next = match batch.documents.last().filter(|_| batch.more) {
        Some(last) => Some(paging.next(last).await?),
        None => None,
    };
    let staleness =
        if stale { reviews::staleness(service, claims, &batch.documents).await? } else { Vec::new() };
    let mut items = match query.projection {
        // What was read for the cursor alone is taken out again.
        Some(shown) if selection.projection.as_ref() != Some(&shown) => {
            batch.documents.iter().map(|document| shown.apply_to_text(document)).collect::<Result<_, _>>()?
        }
        _ => batch.documents,
    };
    if !permit.hidden.is_empty() {
        items = items.into_iter().map(|item| permit.hidden.shown(item)).collect::<Result<_, _>>()?;
    }
    for (item, stale) in items.iter_mut().zip(staleness) {
        *item = reviews::with_stale(item, stale)?;
    }
    if owner {
        service.names.put_into(&mut items).await?;
    }
    Ok(Page { items, next, total, lease })
}

/// How the store finds the page that the decoded `parameters` ask for. For those who administer the collection.
pub async fn explain(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    parameters: &[(String, String)],
) -> Result<Explanation, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let admin = &permit.collection.access.admin;
    if !claims.scope.covers(admin) {
        return Err(ResourceError::MissingScope(admin.clone()));
    }
    // What only adds to a page has no part in how it is found.
    let (_, parameters) = expand(collection, parameters)?;
    let query = read(&permit, &parameters)?;
    let start = Paging { service, permit: &permit, query: &query }.start().await?;
    let (selection, now) = (selection(&permit, &query)?, service.clock.now());
    Ok(keyset::explain(&*service.store, &permit.collection, &selection, start.as_ref(), now).await?)
}

/// Shortens a page to the memory that is free; it keeps at least one document.
async fn fit(page: &mut Batch, lease: &mut Lease) -> Result<(), Exhausted> {
    let size = |documents: &[String]| COPIES * documents.iter().map(String::len).sum::<usize>();
    if lease.try_resize(size(&page.documents)) {
        return Ok(());
    }
    let mut taken = 0;
    let fits = |document: &&String| {
        taken += COPIES * document.len();
        taken <= lease.bytes()
    };
    let kept = page.documents.iter().take_while(fits).count().max(1);
    page.more |= kept < page.documents.len();
    page.documents.truncate(kept);
    let read = size(&page.documents);
    lease.shrink_to(read);
    lease.grow_to(read).await
}

/// Whether the decoded `parameters` ask for an explanation instead of a page.
pub fn is_explained(parameters: &[(String, String)]) -> bool {
    parameters.iter().any(|(name, value)| name == "explain" && value == "true")
}

fn read(permit: &Permit<'_>, parameters: &[(String, String)]) -> Result<Query, ResourceError> {
    let query = Query::parse(&permit.target(), parameters).map_err(ResourceError::Invalid)?;
    let definition = &permit.collection.definition;
    if definition.list_requires_view && query.projection.is_none() {
        let views = definition.views.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("a list of {} needs view (one of {views}) or fields", definition.name);
        return Err(ResourceError::Invalid(vec![FieldError::in_parameter("view", "required", message)]));
    }
    Ok(query)
}

/// What the store is asked for: what is shown, and what the cursor of the next page needs.
fn selection(permit: &Permit<'_>, query: &Query) -> Result<Selection, ResourceError> {
    let keys = || query.order.keys().iter().map(|key| key.field.path.clone());
    Ok(Selection {
        filter: permit.condition()?.and(query.filter.clone()),
        order: query.order.clone(),
        projection: query.projection.as_ref().map(|shown| shown.with(keys())),
        limit: query.limit,
    })
}

async fn total(service: &Service, permit: &Permit<'_>, query: &Query) -> Result<Option<u64>, ResourceError> {
    let filter = permit.condition()?.and(query.filter.clone());
    let now = service.clock.now();
    Ok(match query.count {
        Count::None => None,
        Count::Estimated if filter.is_everything() => {
            Some(service.store.estimate(&permit.collection, now).await?)
        }
        Count::Exact | Count::Estimated => Some(service.store.count(&permit.collection, filter, now).await?),
    })
}

#[cfg(test)]
#[path = "tests/list.rs"]
mod tests;
