//! Lists the fields of a collection that the caller may query, those that only documents show included.

use serde_json::{Map, Value};
use service_kit::aside::aside;
use shared_models::{claims::AccessClaims, discovery::FieldList, documents::Direction};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::fields::Inventory,
    query::order::{Order, SortKey},
    store::{MAX_BATCH_BYTES, Selection},
};

/// The most documents that are looked at: those made last.
pub const SAMPLE: usize = 1000;
/// The memory that a sample takes: the documents of a batch, and a tree of one of them at a time.
const MEMORY: usize = 2 * MAX_BATCH_BYTES;

/// The fields of a collection, and those of its latest documents where its schema leaves them open.
pub async fn fields(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
) -> Result<FieldList, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let mut inventory = Inventory::new(permit.target().schema, &permit.collection.indexes);
    if !inventory.needs_sample() {
        return Ok(inventory.list(false));
    }
    let lease = service.budget.take(&claims.sub, MEMORY).await?;
    let selection = latest(&permit, &inventory)?;
    let batch = service.store.list(&permit.collection, selection, service.clock.now()).await?;
    let hidden = permit.hidden.clone();
    let bytes = batch.documents.iter().map(String::len).sum();
    let look = move || {
        let _held = lease;
        for document in &batch.documents {
            let mut members: Map<String, Value> = serde_json::from_str(document)?;
            hidden.withhold(&mut members);
            inventory.add(&members);
        }
        Ok(inventory.list(batch.more))
    };
    aside(bytes, look).await?
}

/// The latest documents that the caller sees: ids are in the order in which documents were made.
fn latest(permit: &Permit<'_>, inventory: &Inventory) -> Result<Selection, ResourceError> {
    let id = "_id".parse().ok().and_then(|path| permit.collection.schema.field(&path).ok());
    let id = id.ok_or_else(|| ResourceError::Internal("the schema lacks _id".into()))?;
    let newest = SortKey { field: id.clone(), direction: Direction::Descending };
    Ok(Selection {
        filter: permit.condition()?,
        order: Order::new(vec![newest], id),
        projection: inventory.looks_at(),
        limit: SAMPLE,
    })
}
