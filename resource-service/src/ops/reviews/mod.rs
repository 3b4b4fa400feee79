//! Reviews: which are stale, which calculations wait for a caller's verdict, and the verdicts on one. Who may write which
//! is for `domain/review.rs` to say; every way of writing asks here.

mod board;
mod candidates;
pub mod queue;
mod stale;
pub mod verdicts;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::{Map, Value};
use service_kit::budget::Lease;
use shared_models::{claims::AccessClaims, documents::Direction};

pub(super) use self::stale::{needed, staleness, with_stale};
use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::{
        belonging::REVIEWS,
        grant::CALCULATIONS,
        review::{ReviewFault, Reviewer},
    },
    query::{
        expr::{Expr, Test},
        literal::Literal,
        number::integer_of,
        order::{Order, SortKey},
        path::Path,
        projection::Projection,
        schema::Field,
    },
    store::{Selection, keyset},
};

/// The member of a calculation that says how many people's verdicts it asks for.
const QUORUM: &str = "quorum";
/// What a queue shows of a calculation, and `_created_at`, by which it is ordered.
const SHOWN: [&str; 8] =
    ["_id", "_revision", "_created_at", "_updated_at", "_owner", "name", "status", QUORUM];
/// Documents that are read at once by their ids.
const AT_ONCE: usize = 500;

impl From<ReviewFault> for ResourceError {
    fn from(fault: ReviewFault) -> Self {
        match fault {
            ReviewFault::Members(faults) => Self::Invalid(faults),
            ReviewFault::Reserved { scope, why } => Self::Reserved { scope, why },
            ReviewFault::NoPerson => Self::PersonNeeded,
        }
    }
}

impl Permit<'_> {
    /// The caller as one who writes reviews, if the collection holds them.
    pub(super) fn reviewer(&self) -> Option<Reviewer> {
        self.collection.keeps_reviews.then(|| Reviewer {
            subject: self.subject.to_owned(),
            administers: self.administers(),
            scope: self.collection.access.admin.clone(),
            is_person: self.is_person(),
        })
    }
}

/// How many people's verdicts a calculation asks for.
fn quorum_of(calculation: &Map<String, Value>) -> Option<u64> {
    calculation.get(QUORUM).and_then(integer_of).and_then(|quorum| u64::try_from(quorum).ok())
}

/// A caller's leave to read reviews together with their calculations.
pub(super) struct ReviewAccess<'c> {
    reviews: Permit<'c>,
    calculations: Permit<'c>,
}

impl Service {
    /// Lets the caller in to reviews and calculations; without a collection that keeps requests there are none.
    fn admit_to_reviews<'c>(&'c self, claims: &'c AccessClaims) -> Result<ReviewAccess<'c>, ResourceError> {
        let reviews = self.admit(claims, REVIEWS, Verb::Read)?;
        let calculations = self.admit(claims, CALCULATIONS, Verb::Read)?;
        // A queue reveals all there is of a review.
        if let Some(scope) = reviews.hidden.fields().values().next() {
            return Err(ResourceError::MissingScope(scope.clone()));
        }
        if !reviews.collection.keeps_reviews {
            return Err(ResourceError::NoReviews);
        }
        Ok(ReviewAccess { reviews, calculations })
    }

    /// Refuses a caller who could not read the queue.
    pub fn check_reviews(&self, claims: &AccessClaims) -> Result<(), ResourceError> {
        self.admit_to_reviews(claims).map(|_| ())
    }
}

impl ReviewAccess<'_> {
    fn review_field(&self, name: &str) -> Result<Arc<Field>, ResourceError> {
        let found = name.parse().ok().and_then(|path| self.reviews.collection.schema.field(&path).ok());
        found.ok_or_else(|| ResourceError::Internal(format!("the schema of reviews lacks {name}")))
    }

    /// A field of calculations, if there is one that the caller may see.
    fn calculation_field(&self, name: &str) -> Option<Arc<Field>> {
        name.parse().ok().and_then(|path| self.calculations.target().schema.field(&path).ok())
    }

    fn review_order(&self, keys: &[(&str, Direction)]) -> Result<Order, ResourceError> {
        let key = |(name, direction): &(&str, Direction)| {
            Ok(SortKey { field: self.review_field(name)?, direction: *direction })
        };
        let keys = keys.iter().map(key).collect::<Result<_, ResourceError>>()?;
        Ok(Order::new(keys, self.review_field("_id")?))
    }

    /// Those of these reviews that the caller may see, by `_id`.
    async fn reviews_by_id(
        &self,
        service: &Service,
        ids: BTreeSet<String>,
        lease: &mut Lease,
    ) -> Result<HashMap<String, Map<String, Value>>, ResourceError> {
        by_id(service, &self.reviews, ids, None, Some(lease)).await
    }

    /// What a queue shows of those of these calculations that the caller may see, by `_id`.
    async fn calculations_by_id(
        &self,
        service: &Service,
        ids: BTreeSet<String>,
    ) -> Result<HashMap<String, Map<String, Value>>, ResourceError> {
        let shown = Projection::new(SHOWN.iter().filter_map(|name| name.parse::<Path>().ok()));
        by_id(service, &self.calculations, ids, Some(shown), None).await
    }
}

async fn by_id(
    service: &Service,
    permit: &Permit<'_>,
    ids: BTreeSet<String>,
    projection: Option<Projection>,
    mut lease: Option<&mut Lease>,
) -> Result<HashMap<String, Map<String, Value>>, ResourceError> {
    let id = permit.collection.id_field().map_err(|fault| ResourceError::Internal(fault.to_string()))?;
    let ids: Vec<Literal> = ids.into_iter().map(Literal::Text).collect();
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        let selection = Selection {
            filter: permit.condition()?.and(Expr::Test(Arc::clone(&id), Test::In(ids.to_vec()))),
            order: Order::new(Vec::new(), Arc::clone(&id)),
            projection: projection.clone(),
            limit: ids.len(),
        };
        let now = service.clock.now();
        let batch = keyset::list(&*service.store, &permit.collection, &selection, None, now).await?;
        if let Some(lease) = lease.as_deref_mut() {
            // The text, what is parsed from it, and the text of the answer.
            lease.grow(3 * batch.documents.iter().map(String::len).sum::<usize>()).await?;
        }
        for text in batch.documents {
            let members: Map<String, Value> = serde_json::from_str(&permit.hidden.shown(text)?)?;
            if let Some(id) = members.get("_id").and_then(Value::as_str) {
                found.insert(id.to_owned(), members);
            }
        }
    }
    Ok(found)
}
