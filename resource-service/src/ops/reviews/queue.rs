//! The queue of a caller: the calculations that wait for their verdict, a page at a time.
//!
//! Candidates come from lists that an index serves, in their order; each batch of them is then judged by all reviews of its
//! calculations. A request examines a bounded number of candidates, so a page may end early.
//!
//! The queue is computed and not stored. A calculation is listed for the first of its reasons only, decided from all of
//! its reviews, so that pages need not know of each other.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};
use service_kit::budget::Lease;
use shared_models::{claims::AccessClaims, problem::FieldError};

pub use super::candidates::Reason;
use super::{
    ReviewAccess,
    board::{self, Tally},
    candidates::{Candidate, Candidates, Stage},
    quorum_of,
};
use crate::{
    ops::{Service, error::ResourceError},
    query::{
        cursor::{Binding, Cursor},
        expr::Expr,
        order::{SortValue, Start},
    },
};

/// How many items a page has where the request does not say.
pub const DEFAULT_LIMIT: usize = 50;
/// The most items of a page.
pub const MAX_LIMIT: usize = 100;
/// The most candidates that a request examines, give or take a batch: the verdicts of a busy person, and as many others.
pub const MAX_EXAMINED: usize = 20_000;
/// The bytes that candidates, their calculations and their reviews take.
const MEMORY: usize = 4 * 1024 * 1024;

/// A page that is asked for.
pub struct QueuePage {
    /// How many items it has at most.
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<String>,
    /// Only what waits for one of these reasons.
    pub reasons: BTreeSet<Reason>,
}

/// The verdicts on the current revision of a calculation.
#[derive(Serialize)]
struct Verdicts {
    /// Those that the quorum counts.
    given: u64,
    quorum: Option<u64>,
    approve: u64,
    reject: u64,
    rerun: u64,
}

/// A calculation that waits.
#[derive(Serialize)]
struct Item {
    reason: Reason,
    since: String,
    calculation: Map<String, Value>,
    review: Option<Map<String, Value>>,
    verdicts: Verdicts,
}

#[derive(Serialize)]
struct Queue {
    items: Vec<Item>,
    next: Option<String>,
}

/// A page of the caller's queue as JSON text, and the memory that it takes until it is sent.
pub async fn page(
    service: &Service,
    claims: &AccessClaims,
    asked: &QueuePage,
) -> Result<(String, Lease), ResourceError> {
    let access = service.admit_to_reviews(claims)?;
    let cursors = Cursors { service, access: &access, reasons: &asked.reasons };
    let (mut stage, mut start) = cursors.read(asked.after.as_deref()).await?;
    let mut lease = service.budget.take(&claims.sub, MEMORY).await?;
    let (mut items, mut examined) = (Vec::new(), 0);
    let next = 'stages: loop {
        let mut candidates = Candidates::of(&access, stage, &asked.reasons, start.take().as_ref())?;
        loop {
            let batch = candidates.next(service, &access).await?;
            if batch.is_empty() {
                break;
            }
            examined += batch.len();
            let places: Vec<Vec<SortValue>> = batch.iter().map(|candidate| candidate.place.clone()).collect();
            for (judged, place) in judge(service, &access, batch).await?.into_iter().zip(places) {
                items.extend(judged);
                if items.len() == asked.limit {
                    break 'stages Some(cursors.write(stage, &place).await?);
                }
            }
            if examined >= MAX_EXAMINED {
                let place = candidates.reached().map_or_else(Vec::new, <[SortValue]>::to_vec);
                break 'stages Some(cursors.write(stage, &place).await?);
            }
        }
        match stage.next() {
            Some(following) => stage = following,
            None => break None,
        }
    };
    show_reviews(service, &access, &mut items, &mut lease).await?;
    let text = serde_json::to_string(&Queue { items, next })?;
    lease.shrink_to(text.len());
    Ok((text, lease))
}

/// What of the candidates is in the queue, in their order.
async fn judge(
    service: &Service,
    access: &ReviewAccess<'_>,
    batch: Vec<Candidate>,
) -> Result<Vec<Option<Item>>, ResourceError> {
    let unknown = batch.iter().filter(|candidate| candidate.document.is_none());
    let known =
        access.calculations_by_id(service, unknown.map(|candidate| candidate.id.clone()).collect()).await?;
    let batch: Vec<Candidate> = batch
        .into_iter()
        .map(|mut candidate| {
            candidate.document = candidate.document.or_else(|| known.get(&candidate.id).cloned());
            candidate
        })
        .collect();
    let caller = access.reviews.subject;
    let mut ids: Vec<String> = batch
        .iter()
        .filter(|candidate| candidate.is_promising(caller))
        .map(|candidate| candidate.id.clone())
        .collect();
    ids.sort();
    ids.dedup();
    let boards = board::read(service, access, &ids).await?;
    let none = board::Reviews::default();
    let judged = batch.into_iter().map(|candidate| {
        if !candidate.is_promising(caller) {
            return None;
        }
        let board = boards.get(&candidate.id).unwrap_or(&none);
        let document = candidate.document.as_ref()?;
        let revision = document.get("_revision").and_then(Value::as_i64)?;
        let owner = document.get("_owner").and_then(Value::as_str).unwrap_or_default();
        let (given, quorum) = (board.others(revision, owner), quorum_of(document));
        let waits = waits(&candidate, board, (revision, given, quorum), caller);
        waits.then(|| item(candidate, board.of(revision), (given, quorum))).flatten()
    });
    Ok(judged.collect())
}

/// Whether a candidate is in the queue, and for its reason: of several the first.
fn waits(
    candidate: &Candidate,
    board: &board::Reviews,
    (revision, given, quorum): (i64, u64, Option<u64>),
    caller: &str,
) -> bool {
    let mine = board.verdicts.get(caller);
    let stale = mine.filter(|mine| mine.revision < revision);
    let review = candidate.review.as_deref();
    match (candidate.reason, stale, board.request(revision, caller)) {
        (Reason::Stale, Some(mine), _) => review == Some(mine.review.as_str()),
        (Reason::Requested, None, Some(first)) => review == Some(first),
        (Reason::Quorum, None, None) => mine.is_none() && quorum.is_some_and(|quorum| given < quorum),
        _ => false,
    }
}

fn item(candidate: Candidate, tally: Tally, (given, quorum): (u64, Option<u64>)) -> Option<Item> {
    let Tally { approve, reject, rerun } = tally;
    Some(Item {
        reason: candidate.reason,
        since: candidate.since,
        calculation: candidate.document?,
        // Its other members are read once the page is known.
        review: candidate.review.map(|id| Map::from_iter([("_id".to_owned(), id.into())])),
        verdicts: Verdicts { given, quorum, approve, reject, rerun },
    })
}

/// Puts the whole reviews into the items. One that was removed meanwhile takes its item with it.
async fn show_reviews(
    service: &Service,
    access: &ReviewAccess<'_>,
    items: &mut Vec<Item>,
    lease: &mut Lease,
) -> Result<(), ResourceError> {
    let id = |item: &Item| Some(item.review.as_ref()?.get("_id")?.as_str()?.to_owned());
    let mut reviews = access.reviews_by_id(service, items.iter().filter_map(id).collect(), lease).await?;
    items.retain_mut(|item| match id(item) {
        None => true,
        Some(id) => {
            item.review = reviews.remove(&id);
            item.review.is_some()
        }
    });
    Ok(())
}

/// The cursors of a queue: where a stage of it was reached, signed for the caller and the reasons that were asked for.
struct Cursors<'c> {
    service: &'c Service,
    access: &'c ReviewAccess<'c>,
    reasons: &'c BTreeSet<Reason>,
}

impl Cursors<'_> {
    fn binding(&self, stage: Stage) -> Result<Binding, ResourceError> {
        let mut of = format!("reviews/queue/{}/{}", stage.name(), self.access.reviews.subject);
        if self.reasons.len() < Reason::ALL.len() {
            let reasons: Vec<&str> = self.reasons.iter().map(|reason| reason.name()).collect();
            of = format!("{of}/{}", reasons.join(","));
        }
        Ok(Binding::new(&of, &Expr::everything(), &stage.order(self.access)?))
    }

    async fn write(&self, stage: Stage, place: &[SortValue]) -> Result<String, ResourceError> {
        let key = self.service.cursor_key().await?;
        let written = self.binding(stage)?.write(&key, place);
        written.ok_or_else(|| ResourceError::Internal("a place of the queue is too long".into()))
    }

    async fn read(&self, cursor: Option<&str>) -> Result<(Stage, Option<Start>), ResourceError> {
        let Some(cursor) = cursor else { return Ok((Stage::FIRST, None)) };
        let key = self.service.cursor_key().await?;
        let mut stage = Some(Stage::FIRST);
        while let Some(tried) = stage {
            let order = tried.order(self.access)?;
            if let Ok(Cursor::Behind(places)) = self.binding(tried)?.read(&key, &order, cursor) {
                return Ok((tried, Some(Start::behind(places))));
            }
            stage = tried.next();
        }
        let message = "the cursor is broken, is another caller's, or belongs to another reason; start again without after";
        Err(ResourceError::Invalid(vec![FieldError::in_parameter("after", "cursor", message)]))
    }
}
