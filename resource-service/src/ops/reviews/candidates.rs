//! What may be in the queue of a caller, in the order of the queue: lists of reviews and of calculations, each served by an
//! index, that are merged by time.

use std::collections::{BTreeSet, VecDeque};

use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::{Map, Value};
use shared_models::documents::Direction;

use super::{QUORUM, ReviewAccess, SHOWN};
use crate::{
    domain::{
        belonging::CALCULATION,
        review::{ASSIGNEE, GIVEN_AT, GIVEN_BY, REQUESTED, REQUESTED_BY, REVISION, STATE},
    },
    ops::{Service, error::ResourceError},
    query::{
        expr::{Comparison, Expr, ValueKind},
        literal::Literal,
        number::integer_of,
        order::{Order, SortValue, Start},
        path::Path,
        projection::Projection,
    },
    store::{Selection, keyset},
};

/// The most people that a calculation may ask for.
const MAX_QUORUM: i64 = 20;
/// How many documents of a list are read at once, where it is the only one and where there are several.
const MANY: usize = 500;
/// See [`MANY`].
const FEW: usize = 100;
/// How many candidates are judged at once.
const BATCH: usize = 500;

/// Why a calculation waits for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reason {
    /// Their latest verdict is of an earlier revision.
    Stale,
    /// A verdict was requested of them, or of anyone.
    Requested,
    /// It asks for more verdicts than it has.
    Quorum,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stale, Self::Requested, Self::Quorum];

    /// Its name in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Requested => "requested",
            Self::Quorum => "quorum",
        }
    }
}

/// A part of the queue. Those that are stale come first; of these, the ones from before `given_by` are all older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The caller's own verdicts that lack `given_by`.
    Older,
    /// The caller's own verdicts.
    Given,
    /// All the rest.
    Asked,
}

impl Stage {
    /// The first one.
    pub const FIRST: Self = Self::Older;

    /// The one that follows.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Older => Some(Self::Given),
            Self::Given => Some(Self::Asked),
            Self::Asked => None,
        }
    }

    /// Its name in cursors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Older => "older",
            Self::Given => "given",
            Self::Asked => "asked",
        }
    }

    /// The member that says since when a candidate waits.
    const fn since(self) -> &'static str {
        match self {
            Self::Older | Self::Asked => "_created_at",
            Self::Given => GIVEN_AT,
        }
    }

    /// The order of its candidates.
    pub fn order(self, access: &ReviewAccess<'_>) -> Result<Order, ResourceError> {
        access.review_order(&[(self.since(), Direction::Ascending)])
    }
}

/// A calculation that may be in the queue.
pub struct Candidate {
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub since: String,
    /// `_id` of the calculation.
    pub id: String,
    /// `_id` of the review that is the reason.
    pub review: Option<String>,
    /// The revision of that review.
    revision: Option<i64>,
    /// The calculation, once it is known.
    pub document: Option<Map<String, Value>>,
    /// Its place in the order of the stage.
    pub place: Vec<SortValue>,
}

impl Candidate {
    /// Whether its reviews need to be looked at: what is known without them does not rule it out.
    pub fn is_promising(&self, caller: &str) -> bool {
        let Some(document) = &self.document else { return false };
        let current = document.get("_revision").and_then(Value::as_i64);
        match self.reason {
            Reason::Stale => self.revision < current,
            Reason::Requested => true,
            Reason::Quorum => document.get("_owner").and_then(Value::as_str) != Some(caller),
        }
    }
}

/// A list of candidates.
struct Source {
    reason: Reason,
    selection: Selection,
    /// Behind what the next part begins.
    start: Option<Start>,
    read: VecDeque<Candidate>,
    ended: bool,
}

impl Source {
    async fn fill(
        &mut self,
        service: &Service,
        access: &ReviewAccess<'_>,
        since: &str,
    ) -> Result<(), ResourceError> {
        if self.ended || !self.read.is_empty() {
            return Ok(());
        }
        let permit = if self.reason == Reason::Quorum { &access.calculations } else { &access.reviews };
        let now = service.clock.now();
        let batch =
            keyset::list(&*service.store, &permit.collection, &self.selection, self.start.as_ref(), now)
                .await?;
        for text in batch.documents {
            // Only what the caller may see of it.
            let document: Value = serde_json::from_str(&permit.hidden.shown(text)?)?;
            let place = self.selection.order.place(&document);
            self.start = Some(Start::behind(place.clone()));
            self.read.extend(self.candidate(document, place, since));
        }
        self.ended = !batch.more;
        Ok(())
    }

    fn candidate(&self, document: Value, place: Vec<SortValue>, since: &str) -> Option<Candidate> {
        let Value::Object(members) = document else { return None };
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let (since, id) = (text(since)?, text("_id")?);
        if self.reason == Reason::Quorum {
            let (reason, document) = (self.reason, Some(members));
            return Some(Candidate { reason, since, id, review: None, revision: None, document, place });
        }
        let (calculation, revision) = (text(CALCULATION)?, members.get(REVISION).and_then(integer_of));
        let (reason, review) = (self.reason, Some(id));
        Some(Candidate { reason, since, id: calculation, review, revision, document: None, place })
    }
}

/// The candidates of a stage, in its order.
pub struct Candidates {
    stage: Stage,
    sources: Vec<Source>,
    reached: Option<Vec<SortValue>>,
}

impl Candidates {
    /// Those behind `start`, for one of these reasons.
    pub fn of(
        access: &ReviewAccess<'_>,
        stage: Stage,
        reasons: &BTreeSet<Reason>,
        start: Option<&Start>,
    ) -> Result<Self, ResourceError> {
        let mut filters = match stage {
            Stage::Older => vec![(Reason::Stale, older(access)?)],
            Stage::Given => vec![(Reason::Stale, equal(access, GIVEN_BY, access.reviews.subject)?)],
            Stage::Asked => asked(access)?,
        };
        filters.retain(|(reason, _)| reasons.contains(reason));
        let limit = if filters.len() == 1 { MANY } else { FEW };
        let source = |(reason, filter): (Reason, Expr)| {
            let quorum = reason == Reason::Quorum;
            let permit = if quorum { &access.calculations } else { &access.reviews };
            let needed: &[&str] =
                if quorum { &SHOWN } else { &["_id", "_created_at", GIVEN_AT, CALCULATION, REVISION] };
            let selection = Selection {
                filter: permit.condition()?.and(filter),
                order: stage.order(access)?,
                projection: Some(Projection::new(needed.iter().filter_map(|name| name.parse::<Path>().ok()))),
                limit,
            };
            Ok(Source { reason, selection, start: start.cloned(), read: VecDeque::new(), ended: false })
        };
        let sources = filters.into_iter().map(source).collect::<Result<_, ResourceError>>()?;
        Ok(Self { stage, sources, reached: None })
    }

    /// The next ones; none where there are no more.
    pub async fn next(
        &mut self,
        service: &Service,
        access: &ReviewAccess<'_>,
    ) -> Result<Vec<Candidate>, ResourceError> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            let since = self.stage.since();
            try_join_all(self.sources.iter_mut().map(|source| source.fill(service, access, since))).await?;
            let place = |source: &&mut Source| {
                source.read.front().map(|candidate| (candidate.since.clone(), candidate.own_id().to_owned()))
            };
            let first = self.sources.iter_mut().filter(|source| !source.read.is_empty()).min_by_key(place);
            let Some(candidate) = first.and_then(|source| source.read.pop_front()) else { break };
            self.reached = Some(candidate.place.clone());
            batch.push(candidate);
        }
        Ok(batch)
    }

    /// The place of the last candidate that was given out.
    pub fn reached(&self) -> Option<&[SortValue]> {
        self.reached.as_deref()
    }
}

impl Candidate {
    /// `_id` of the document that it was read from.
    fn own_id(&self) -> &str {
        self.review.as_deref().unwrap_or(&self.id)
    }
}

fn equal(access: &ReviewAccess<'_>, name: &str, text: &str) -> Result<Expr, ResourceError> {
    Ok(Expr::compare(&access.review_field(name)?, Comparison::Eq, Literal::Text(text.to_owned())))
}

/// The caller's verdicts from before there was a state.
fn older(access: &ReviewAccess<'_>) -> Result<Expr, ResourceError> {
    let stateless = Expr::is(&access.review_field(STATE)?, [ValueKind::Nothing]);
    Ok(stateless.and(equal(access, "_owner", access.reviews.subject)?))
}

/// Requests of the caller, requests of anyone that others made, and calculations by how many verdicts they ask for.
fn asked(access: &ReviewAccess<'_>) -> Result<Vec<(Reason, Expr)>, ResourceError> {
    let caller = access.reviews.subject;
    let requested = equal(access, STATE, REQUESTED)?;
    let mine = requested.clone().and(equal(access, ASSIGNEE, caller)?);
    let anyone = requested.and(Expr::is(&access.review_field(ASSIGNEE)?, [ValueKind::Nothing]));
    let anyone = anyone.and(equal(access, REQUESTED_BY, caller)?.negated());
    let mut asked = vec![(Reason::Requested, mine), (Reason::Requested, anyone)];
    if let Some(quorum) = access.calculation_field(QUORUM) {
        // One index finds those of one number in order.
        let of = |number| (Reason::Quorum, Expr::compare(&quorum, Comparison::Eq, Literal::Integer(number)));
        asked.extend((1..=MAX_QUORUM).map(of));
    }
    Ok(asked)
}
