//! Lists documents, a page at a time.

use shared_models::claims::AccessClaims;

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    query::{
        expr::Expr,
        parse::{Count, Query},
    },
    store::Selection,
};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The JSON texts of its documents.
    pub items: Vec<String>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many documents match in all, where the query asked for it.
    pub total: Option<u64>,
}

/// The page that the decoded `parameters` ask for.
pub async fn list(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    parameters: &[(String, String)],
) -> Result<Page, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let query = Query::parse(&permit.collection.target(), parameters).map_err(ResourceError::Invalid)?;
    let now = service.clock.now();
    let total = total(service, &permit, &query).await?;
    let behind = query.after.as_ref().map(|places| query.order.behind(places));
    let filter = permit.condition()?.and(query.filter);
    let wanted = query
        .projection
        .as_ref()
        .map(|shown| shown.with(query.order.keys().iter().map(|key| key.field.path.clone())));
    let selection = Selection {
        filter: behind.into_iter().fold(filter, Expr::and),
        order: query.order.clone(),
        projection: wanted.clone(),
        limit: query.limit,
    };
    let batch = service.store.list(permit.collection, selection, now).await?;
    let last = batch.documents.last().filter(|_| batch.more);
    let last = last.map(|last| serde_json::from_str(last)).transpose()?;
    let next = last.map(|last| query.binding.write(&query.order.place(&last)));
    let items = match query.projection {
        // What was read for the cursor alone is taken out again.
        Some(shown) if wanted.as_ref() != Some(&shown) => {
            batch.documents.iter().map(|document| shown.apply_to_text(document)).collect::<Result<_, _>>()?
        }
        _ => batch.documents,
    };
    Ok(Page { items, next, total })
}

async fn total(service: &Service, permit: &Permit<'_>, query: &Query) -> Result<Option<u64>, ResourceError> {
    let filter = permit.condition()?.and(query.filter.clone());
    let now = service.clock.now();
    Ok(match query.count {
        Count::None => None,
        Count::Estimated if filter.is_everything() => {
            Some(service.store.estimate(permit.collection, now).await?)
        }
        Count::Exact | Count::Estimated => Some(service.store.count(permit.collection, filter, now).await?),
    })
}
