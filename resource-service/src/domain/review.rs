//! Reviews: a verdict on a revision of a calculation, or a request for one, and who may give, change and remove which.
//! Pure.

mod rights;

use serde_json::{Map, Value};
use shared_models::problem::FieldError;

use super::{document::Meta, pointer};
use crate::query::schema::{FieldType, Schema};

/// The collection of reviews.
pub const REVIEWS: &str = "reviews";
/// The member that names the calculation that a document belongs to.
pub const CALCULATION: &str = "calculation";
/// The member that binds a review to a revision.
pub const REVISION: &str = "revision";
/// The member that says whether there is a verdict. Reviews that are older than it have one and lack it.
pub const STATE: &str = "state";
/// The state without a verdict.
pub const REQUESTED: &str = "requested";
/// The state with a verdict.
pub const GIVEN: &str = "given";
/// The verdict.
pub const VERDICT: &str = "verdict";
/// Who is to give the verdict; where it is absent, anyone may.
pub const ASSIGNEE: &str = "assignee";
/// Who made the request. Set by the service, as the next two are.
pub const REQUESTED_BY: &str = "requested_by";
/// Who gave the verdict.
pub const GIVEN_BY: &str = "given_by";
/// When it was given.
pub const GIVEN_AT: &str = "given_at";

/// The members that the service sets.
const OWN: [&str; 3] = [REQUESTED_BY, GIVEN_BY, GIVEN_AT];
/// The members that are texts.
const TEXTS: [&str; 7] = [CALCULATION, STATE, VERDICT, ASSIGNEE, REQUESTED_BY, GIVEN_BY, GIVEN_AT];

/// Whether this is the collection of reviews, with the members for requests. A definition from before them lacks these.
pub(super) fn are_kept(collection: &str, schema: &Schema) -> bool {
    let declared = |name: &str| name.parse().ok().and_then(|path| schema.field(&path).ok());
    let text = |name: &str| declared(name).is_some_and(|field| matches!(field.kind, FieldType::Text(_)));
    let integer = |name: &str| declared(name).is_some_and(|field| field.kind == FieldType::Integer);
    collection == REVIEWS && integer(REVISION) && TEXTS.into_iter().all(text)
}

/// Why a review is not written.
#[derive(Clone, Debug, PartialEq)]
pub enum ReviewFault {
    /// Its members break rules.
    Members(Vec<FieldError>),
    /// It is for others to do, or for holders of the scope.
    Reserved {
        /// The scope.
        scope: String,
        /// What only others do.
        why: &'static str,
    },
    /// A program would give, change or remove a verdict, or be asked for one.
    NoPerson,
}

/// A caller who writes reviews.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// Their `sub`.
    pub subject: String,
    /// Whether they may act for others.
    pub administers: bool,
    /// The scope that lets a caller act for others.
    pub scope: String,
    /// Whether they are a person, or act as one: services and jobs give no verdict.
    pub is_person: bool,
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    members.get(name).and_then(Value::as_str)
}

fn fault(name: &str, code: &str, message: impl Into<String>) -> ReviewFault {
    ReviewFault::Members(vec![FieldError::at(pointer("", name), code, message)])
}

/// Whether a stored review has a verdict.
pub fn is_given(members: &Map<String, Value>) -> bool {
    text(members, STATE).map_or_else(|| members.contains_key(VERDICT), |state| state == GIVEN)
}

/// Who gave the verdict of a stored review, where it has one: its owner, where it is older than that member.
pub fn giver<'m>(members: &'m Map<String, Value>, owner: &'m str) -> Option<&'m str> {
    is_given(members).then(|| text(members, GIVEN_BY).unwrap_or(owner))
}

/// Whether members differ, beside these.
fn differ(before: &Map<String, Value>, members: &Map<String, Value>, beside: &[&str]) -> bool {
    let differs = |name: &String| !beside.contains(&name.as_str()) && before.get(name) != members.get(name);
    before.keys().chain(members.keys()).any(differs)
}

/// Takes out what the service sets, so that it is set anew.
pub fn without_own(members: &mut Map<String, Value>) {
    for name in OWN {
        members.shift_remove(name);
    }
}

/// Whether the review is to have a verdict: what `state` says, where a caller sets it to something else than it was, else
/// whether there is one.
fn decide(before: Option<&Map<String, Value>>, members: &Map<String, Value>) -> Result<bool, ReviewFault> {
    let has = members.contains_key(VERDICT);
    let was = before.and_then(|before| text(before, STATE));
    match text(members, STATE).filter(|said| was != Some(*said)) {
        Some(GIVEN) if !has => Err(fault(VERDICT, "required", "a review that is given has a verdict")),
        Some(REQUESTED) if has => Err(fault(
            VERDICT,
            "state",
            "a review that is requested has no verdict; leave out one of the two",
        )),
        _ => Ok(has),
    }
}

fn need_revision(members: &Map<String, Value>) -> Result<(), ReviewFault> {
    if members.contains_key(REVISION) {
        return Ok(());
    }
    Err(fault(REVISION, "required", "a verdict names the revision of the calculation that was reviewed"))
}

/// A request that names no revision is still one of the revision that it was made for.
fn keep_revision(
    before: &Map<String, Value>,
    members: &mut Map<String, Value>,
    stays: bool,
) -> Result<(), ReviewFault> {
    if let Some(revision) = before.get(REVISION).filter(|_| stays && !members.contains_key(REVISION)) {
        members.insert(REVISION.into(), revision.clone());
    }
    need_revision(members)
}

impl Reviewer {
    /// Sets the members of a new review, which meets its schema. A request may still lack its revision.
    pub fn make(&self, members: &mut Map<String, Value>, now: &str) -> Result<(), ReviewFault> {
        let sent = OWN.into_iter().filter(|name| members.contains_key(*name));
        let sent: Vec<FieldError> = sent.map(read_only).collect();
        if !sent.is_empty() {
            return Err(ReviewFault::Members(sent));
        }
        if decide(None, members)? {
            need_revision(members)?;
            self.may_give(members)?;
            self.give(members, now);
        } else {
            self.may_be_asked(None, text(members, ASSIGNEE))?;
            members.insert(STATE.into(), REQUESTED.into());
            members.insert(REQUESTED_BY.into(), self.subject.as_str().into());
        }
        Ok(())
    }

    fn give(&self, members: &mut Map<String, Value>, now: &str) {
        members.insert(STATE.into(), GIVEN.into());
        members.insert(GIVEN_BY.into(), self.subject.as_str().into());
        members.insert(GIVEN_AT.into(), now.into());
    }

    /// Sets the members of the revision that follows on `before`.
    pub fn change(
        &self,
        before: &Map<String, Value>,
        meta: &Meta,
        members: &mut Map<String, Value>,
        now: &str,
    ) -> Result<(), ReviewFault> {
        keep_own(before, members)?;
        let stays = before.get(CALCULATION) == members.get(CALCULATION);
        let given = decide(Some(before), members)?;
        self.may_be_asked(text(before, ASSIGNEE), text(members, ASSIGNEE))?;
        if !stays {
            self.may_move(before)?;
        }
        match (giver(before, &meta.owner), given) {
            (None, true) => {
                need_revision(members)?;
                self.may_give(before)?;
                self.may_give(members)?;
                self.give(members, now);
            }
            (Some(author), true) => {
                self.may_change(author)?;
                self.may_assign(before, members, &meta.owner)?;
                need_revision(members)?;
                let same = |name: &str| before.get(name) == members.get(name);
                // What another person writes is their own verdict.
                let is_mine = self.subject == author || !differ(before, members, &[STATE, ASSIGNEE]);
                if is_mine && stays && same(VERDICT) && same(REVISION) {
                    let (author, at) = (author.to_owned(), meta.created_at.clone());
                    members.insert(STATE.into(), GIVEN.into());
                    members.entry(GIVEN_BY).or_insert_with(|| author.into());
                    members.entry(GIVEN_AT).or_insert_with(|| at.into());
                } else {
                    self.give(members, now);
                }
            }
            (Some(author), false) => {
                self.may_change(author)?;
                self.may_assign(before, members, &meta.owner)?;
                members.shift_remove(GIVEN_BY);
                members.shift_remove(GIVEN_AT);
                Self::request(members, &self.subject);
                keep_revision(before, members, stays)?;
            }
            (None, false) => {
                keep_revision(before, members, stays)?;
                self.may_rewrite(before, members, &meta.owner)?;
                Self::request(members, &meta.owner);
            }
        }
        Ok(())
    }

    fn request(members: &mut Map<String, Value>, by: &str) {
        members.insert(STATE.into(), REQUESTED.into());
        members.entry(REQUESTED_BY).or_insert_with(|| by.into());
    }

    /// Refuses callers who may not remove a review, and with it the request, if there was one, and programs where there is a
    /// verdict.
    pub fn remove(&self, members: &Map<String, Value>, owner: &str) -> Result<(), ReviewFault> {
        let giver = giver(members, owner);
        if let Some(giver) = giver {
            self.may_change(giver)?;
        }
        if giver.is_none() || members.contains_key(REQUESTED_BY) {
            self.may_withdraw(members, owner)?;
        }
        Ok(())
    }
}

fn read_only(name: &str) -> FieldError {
    FieldError::at(pointer("", name), "readOnly", "the service sets this; leave it out")
}

/// Puts back what the service set and a caller leaves out; refuses other values.
fn keep_own(before: &Map<String, Value>, members: &mut Map<String, Value>) -> Result<(), ReviewFault> {
    let mut faults = Vec::new();
    for name in OWN {
        match (members.get(name), before.get(name)) {
            (Some(sent), kept) if kept != Some(sent) => faults.push(read_only(name)),
            (None, Some(kept)) => {
                members.insert(name.into(), kept.clone());
            }
            _ => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ReviewFault::Members(faults)) }
}

#[cfg(test)]
#[path = "tests/review.rs"]
mod tests;
