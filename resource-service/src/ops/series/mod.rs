//! Series by the point: appended, read, downsampled, listed. How they are cut into documents nobody else has to know.

pub mod append;
pub mod metrics;
mod overlap;
pub mod read;
pub mod sweep;
mod turns;
mod write;

use std::sync::Arc;

use shared_models::{claims::AccessClaims, documents::Direction};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::{collection::Collection, series::SERIES},
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::{Order, SortKey},
        schema::Field,
    },
};

impl Service {
    /// Lets the caller in to series; without a collection that keeps points there are none.
    pub fn admit_to_series<'c>(
        &'c self,
        claims: &'c AccessClaims,
        verb: Verb,
    ) -> Result<Permit<'c>, ResourceError> {
        let permit = self.admit(claims, SERIES, verb)?;
        // Points and metrics show all there is of a series.
        if let Some(scope) = permit.hidden.fields().values().next() {
            return Err(ResourceError::MissingScope(scope.clone()));
        }
        if permit.collection.keeps_points() { Ok(permit) } else { Err(ResourceError::NoSeries) }
    }
}

/// A field that the collection has, because its indexes name it.
fn field(collection: &Collection, path: &str) -> Result<Arc<Field>, ResourceError> {
    let found = path.parse().ok().and_then(|path| collection.schema.field(&path).ok());
    found.ok_or_else(|| ResourceError::Internal(format!("the schema of {} lacks {path}", collection.name())))
}

fn compare(
    collection: &Collection,
    path: &str,
    comparison: Comparison,
    literal: Literal,
) -> Result<Expr, ResourceError> {
    Ok(Expr::compare(&field(collection, path)?, comparison, literal))
}

fn equal(collection: &Collection, path: &str, text: &str) -> Result<Expr, ResourceError> {
    compare(collection, path, Comparison::Eq, Literal::Text(text.to_owned()))
}

/// The order by these fields and `_id`, all in one direction, as an index can serve it.
fn order(collection: &Collection, paths: &[&str], direction: Direction) -> Result<Order, ResourceError> {
    let key = |path: &&str| Ok(SortKey { field: field(collection, path)?, direction });
    let keys = paths.iter().chain(&["_id"]).map(key).collect::<Result<_, ResourceError>>()?;
    Ok(Order::new(keys, field(collection, "_id")?))
}
