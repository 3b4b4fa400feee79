//! What people say of calculations: the latest verdict of each person, and what is requested of a caller.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use shared_models::documents::Direction;

use super::ReviewAccess;
use crate::{
    domain::{
        belonging::CALCULATION,
        review::{ASSIGNEE, GIVEN_AT, GIVEN_BY, REQUESTED_BY, REVISION, STATE, VERDICT, giver, is_given},
    },
    ops::{Service, error::ResourceError},
    query::{
        expr::{Expr, Test},
        literal::Literal,
        number::integer_of,
        order::Start,
        projection::Projection,
    },
    store::{Selection, keyset},
};

/// Reviews that are read at once.
const AT_ONCE: usize = 1000;
/// What is read of each.
const NEEDED: [&str; 11] = [
    "_id",
    "_owner",
    "_created_at",
    CALCULATION,
    REVISION,
    STATE,
    VERDICT,
    ASSIGNEE,
    REQUESTED_BY,
    GIVEN_BY,
    GIVEN_AT,
];

/// A verdict of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `_id` of the review.
    pub review: String,
    /// What it is.
    pub word: String,
    /// When it was given.
    pub at: String,
    /// The revision of the calculation.
    pub revision: i64,
}

/// How many people say what of the current revision of a calculation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub approve: u64,
    pub reject: u64,
    pub rerun: u64,
}

impl Tally {
    /// All of them.
    pub fn given(self) -> u64 {
        self.approve + self.reject + self.rerun
    }
}

/// The reviews of one calculation.
#[derive(Clone, Debug, Default)]
pub struct Reviews {
    /// The latest verdict of each person, by `sub`.
    pub verdicts: BTreeMap<String, Verdict>,
    /// When the first request that concerns the caller was made, and its `_id`.
    first: Option<(String, String)>,
    /// The same of the last one.
    last: Option<(String, String)>,
}

impl Reviews {
    /// How many say what of this revision.
    pub fn of(&self, revision: i64) -> Tally {
        let mut tally = Tally::default();
        for verdict in self.verdicts.values().filter(|verdict| verdict.revision == revision) {
            match verdict.word.as_str() {
                "approve" => tally.approve += 1,
                "reject" => tally.reject += 1,
                "rerun" => tally.rerun += 1,
                _ => {}
            }
        }
        tally
    }

    /// How many of those who say something of this revision are not the calculation's owner: its quorum counts them.
    pub fn others(&self, revision: i64, owner: &str) -> u64 {
        let own = self.verdicts.get(owner).is_some_and(|verdict| verdict.revision == revision);
        self.of(revision).given() - u64::from(own)
    }

    /// The `_id` of the request that stands for all that concern the caller: the first one. Where a verdict of theirs on this
    /// revision has answered that, it is the last one, if that was made since.
    pub fn request(&self, revision: i64, caller: &str) -> Option<&str> {
        let request = match self.verdicts.get(caller).filter(|mine| mine.revision >= revision) {
            None => self.first.as_ref(),
            Some(mine) => self.last.as_ref().filter(|(made, _)| mine.at < *made),
        };
        request.map(|(_, id)| id.as_str())
    }

    fn take(&mut self, review: &Map<String, Value>, caller: &str) {
        let text = |name: &str| review.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, owner) = (text("_id"), text("_owner"));
        let Some(by) = giver(review, &owner) else {
            if concerns(review, caller) {
                let place = (text("_created_at"), id);
                self.last = self.last.take().max(Some(place.clone()));
                self.first = self.first.take().into_iter().chain([place]).min();
            }
            return;
        };
        let Some(revision) = review.get(REVISION).and_then(integer_of) else { return };
        let at =
            review.get(GIVEN_AT).and_then(Value::as_str).map_or_else(|| text("_created_at"), str::to_owned);
        let new = Verdict { review: id, word: text(VERDICT), at, revision };
        let later = |old: &Verdict| (&old.at, &old.review) < (&new.at, &new.review);
        if self.verdicts.get(by).is_none_or(later) {
            self.verdicts.insert(by.to_owned(), new);
        }
    }
}

/// Whether a request is for the caller: assigned to them, or to nobody and made by another.
fn concerns(request: &Map<String, Value>, caller: &str) -> bool {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    !is_given(request)
        && match text(ASSIGNEE) {
            Some(assignee) => assignee == caller,
            None => text(REQUESTED_BY) != Some(caller),
        }
}

/// The reviews of these calculations that the caller may see, by calculation.
pub async fn read(
    service: &Service,
    access: &ReviewAccess<'_>,
    calculations: &[String],
) -> Result<HashMap<String, Reviews>, ResourceError> {
    let mut found: HashMap<String, Reviews> = HashMap::with_capacity(calculations.len());
    if calculations.is_empty() {
        return Ok(found);
    }
    let reviews = &access.reviews;
    let ids = calculations.iter().map(|id| Literal::Text(id.clone())).collect();
    let of = Expr::Test(access.review_field(CALCULATION)?, Test::In(ids));
    // As an index has them.
    let order = access
        .review_order(&[(CALCULATION, Direction::Ascending), ("_created_at", Direction::Descending)])?;
    let selection = Selection {
        filter: reviews.condition()?.and(of),
        order: order.clone(),
        projection: Some(Projection::new(NEEDED.iter().filter_map(|name| name.parse().ok()))),
        limit: AT_ONCE,
    };
    let mut start: Option<Start> = None;
    loop {
        let now = service.clock.now();
        let batch =
            keyset::list(&*service.store, &reviews.collection, &selection, start.as_ref(), now).await?;
        let mut last = None;
        for text in &batch.documents {
            let review: Value = serde_json::from_str(text)?;
            if let Some(members) = review.as_object()
                && let Some(calculation) = members.get(CALCULATION).and_then(Value::as_str)
            {
                let caller = reviews.subject;
                found.entry(calculation.to_owned()).or_default().take(members, caller);
            }
            last = Some(review);
        }
        match last.filter(|_| batch.more) {
            Some(last) => start = Some(Start::behind(order.place(&last))),
            None => return Ok(found),
        }
    }
}
