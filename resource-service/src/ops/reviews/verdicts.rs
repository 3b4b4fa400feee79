//! The verdicts on a calculation: the latest one of each person.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};
use service_kit::budget::Lease;
use shared_models::claims::AccessClaims;

use super::{board, quorum_of};
use crate::{
    domain::grant::CALCULATIONS,
    ops::{Service, error::ResourceError},
};

/// The most verdicts that are listed: the newest ones.
pub const MAX_VERDICTS: usize = 1000;
/// The bytes that reading them takes, and those of one verdict with its comment.
const MEMORY: usize = 2 * 1024 * 1024;

/// A verdict as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownVerdict {
    review: String,
    verdict: String,
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
    at: String,
    revision: i64,
    stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<Value>,
}

/// How many people say what of the current revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CurrentVerdicts {
    approve: u64,
    reject: u64,
    rerun: u64,
}

/// The verdicts on a calculation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdicts {
    items: Vec<ShownVerdict>,
    current: CurrentVerdicts,
    quorum: Option<u64>,
    reached: bool,
}

/// The verdicts on the calculation with this id as JSON text, newest first, and the memory that it takes until it is sent.
pub async fn list(
    service: &Service,
    claims: &AccessClaims,
    id: &str,
) -> Result<(String, Lease), ResourceError> {
    let access = service.admit_to_reviews(claims)?;
    let mut lease = service.budget.take(&claims.sub, MEMORY).await?;
    let found = service.reach(claims, CALCULATIONS, id).await?;
    let found = found.ok_or_else(|| access.calculations.not_found(id))?;
    let calculation: Map<String, Value> =
        serde_json::from_str(&access.calculations.hidden.shown(found.json)?)?;
    let board = board::read(service, &access, &[id.to_owned()]).await?.remove(id).unwrap_or_default();
    let (tally, quorum) = (board.of(found.revision), quorum_of(&calculation));
    let given = board.others(found.revision, &found.owner);
    let mut verdicts: Vec<_> = board.verdicts.into_iter().collect();
    verdicts.sort_by(|(_, one), (_, other)| (&other.at, &other.review).cmp(&(&one.at, &one.review)));
    verdicts.truncate(MAX_VERDICTS);
    let reviews = verdicts.iter().map(|(_, verdict)| verdict.review.clone()).collect();
    let mut reviews: HashMap<String, Map<String, Value>> =
        access.reviews_by_id(service, reviews, &mut lease).await?;
    let names = service.names.of(verdicts.iter().map(|(by, _)| by.clone()).collect()).await;
    let items = verdicts.into_iter().map(|(by, verdict)| ShownVerdict {
        comment: reviews.get_mut(&verdict.review).and_then(|review| review.shift_remove("comment")),
        by_name: names.get(&by).map(ToString::to_string),
        stale: verdict.revision != found.revision,
        review: verdict.review,
        verdict: verdict.word,
        at: verdict.at,
        revision: verdict.revision,
        by,
    });
    let current = CurrentVerdicts { approve: tally.approve, reject: tally.reject, rerun: tally.rerun };
    let reached = quorum.is_some_and(|quorum| given >= quorum);
    let text = serde_json::to_string(&Verdicts { items: items.collect(), current, quorum, reached })?;
    lease.shrink_to(text.len());
    Ok((text, lease))
}
