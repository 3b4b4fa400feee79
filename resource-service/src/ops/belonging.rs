//! Series and reviews belong to a calculation, and a review to a revision of it: one that it has had, and one that it may
//! have left behind. Every way of writing them asks here.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use shared_models::{claims::AccessClaims, problem::FieldError};

use super::{Service, error::ResourceError, policy::Verb};
use crate::{
    domain::{
        belonging::{BELONGING, CALCULATION, REVIEWS},
        grant::CALCULATIONS,
        review::REVISION,
    },
    query::number::integer_of,
};

/// Refuses a document that belongs to a calculation which the caller cannot reach, because it never was, was removed or is
/// another's, and a review of a revision that it never had. `before` is the document that is changed; where it keeps its
/// place, nothing is asked.
pub async fn check(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    before: Option<&Map<String, Value>>,
    members: &Map<String, Value>,
) -> Result<(), ResourceError> {
    if before.is_some_and(|before| place_of(before) == place_of(members)) {
        return Ok(());
    }
    Known::look_up(service, claims, collection, [members]).await?.check(members)
}

/// The same for a document that is to be made; a request for a review that names no revision gets the current one.
pub async fn place(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    members: &mut Map<String, Value>,
) -> Result<(), ResourceError> {
    Known::look_up(service, claims, collection, [&*members]).await?.place(members)
}

/// The fault of a member that names a calculation which is not there.
pub(super) fn missing(pointer: String, calculation: &str) -> FieldError {
    FieldError::at(pointer, "reference", format!("there is no calculation {calculation:?}"))
}

/// The calculation that a document belongs to, and the revision that a review is bound to.
fn place_of(members: &Map<String, Value>) -> (Option<&Value>, Option<&Value>) {
    (members.get(CALCULATION), members.get(REVISION))
}

/// The calculations that documents belong to, looked up together; nothing where they belong to none.
pub(super) struct Known(Option<Result<Found, ResourceError>>);

/// What is known of calculations.
struct Found {
    /// The revision that each is at.
    current: HashMap<String, i64>,
    /// Of the revisions that are reviewed, those at which the calculation was removed; nothing where documents are no
    /// reviews.
    removals: Option<BTreeSet<(String, i64)>>,
}

impl Known {
    /// Looks up the calculations of these documents. An error where the store cannot be asked.
    pub(super) async fn look_up<'m>(
        service: &Service,
        claims: &AccessClaims,
        collection: &str,
        documents: impl IntoIterator<Item = &'m Map<String, Value>>,
    ) -> Result<Self, ResourceError> {
        let belong = BELONGING.contains(&collection);
        let Some(calculations) = service.catalog.get(CALCULATIONS).filter(|_| belong) else {
            return Ok(Self(None));
        };
        let reviews = collection == REVIEWS;
        // A review says which revision there is; a series only that there is a calculation, which takes no scope of it.
        if reviews && let Err(error) = service.admit(claims, CALCULATIONS, Verb::Read) {
            return Ok(Self(Some(Err(error))));
        }
        let places: Vec<(&str, Option<i64>)> = documents.into_iter().filter_map(named).collect();
        let current = service.revisions(claims, CALCULATIONS, places.iter().map(|(id, _)| *id)).await?;
        let removals = if reviews {
            // A calculation that can be reviewed is there: its current revision is no removal.
            let earlier = places.into_iter().filter_map(|(id, revision)| {
                let (revision, at) = (revision?, *current.get(id)?);
                (1..at).contains(&revision).then(|| (id.to_owned(), revision))
            });
            Some(service.store.removals(&calculations, earlier.collect()).await?)
        } else {
            None
        };
        Ok(Self(Some(Ok(Found { current, removals }))))
    }

    /// Refuses a document that cannot belong where it says. A review without a revision gets the current one.
    pub(super) fn place(&self, members: &mut Map<String, Value>) -> Result<(), ResourceError> {
        self.check(members)?;
        if let (Some(Ok(found)), Some(id)) = (&self.0, members.get(CALCULATION).and_then(Value::as_str))
            && let Some(current) = found.current.get(id).filter(|_| found.removals.is_some())
        {
            members.entry(REVISION).or_insert_with(|| (*current).into());
        }
        Ok(())
    }

    /// Refuses a document that cannot belong where it says.
    pub(super) fn check(&self, members: &Map<String, Value>) -> Result<(), ResourceError> {
        let (Some(found), (Some(Value::String(id)), revision)) = (&self.0, place_of(members)) else {
            return Ok(());
        };
        let found = found.as_ref().map_err(Clone::clone)?;
        let Some(current) = found.current.get(id) else {
            return Err(ResourceError::Invalid(vec![missing(format!("/{CALCULATION}"), id)]));
        };
        let (Some(removals), Some(revision)) = (&found.removals, revision) else { return Ok(()) };
        let refuse = |code: &str, message: String| {
            Err(ResourceError::Invalid(vec![FieldError::at(format!("/{REVISION}"), code, message)]))
        };
        match integer_of(revision).filter(|number| (1..=*current).contains(number)) {
            None => refuse(
                "maximum",
                format!("the calculation is at revision {current}; expected an integer from 1 to {current}"),
            ),
            Some(number) if removals.contains(&(id.clone(), number)) => refuse(
                "reference",
                format!(
                    "revision {number} is the removal of the calculation; name the revision that was reviewed"
                ),
            ),
            Some(_) => Ok(()),
        }
    }
}

/// The calculation that a document belongs to, and the revision that it names.
fn named(members: &Map<String, Value>) -> Option<(&str, Option<i64>)> {
    let (id, revision) = place_of(members);
    Some((id?.as_str()?, revision.and_then(integer_of)))
}
