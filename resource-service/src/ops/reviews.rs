//! Reviews are bound to a revision of a calculation: one that it has had, and one that it may have left behind.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use shared_models::{claims::AccessClaims, problem::FieldError};

use super::{Service, error::ResourceError, policy::Verb};
use crate::{
    domain::{
        belonging::{CALCULATION, REVIEWS},
        grant::CALCULATIONS,
    },
    query::{number::integer_of, path::Path},
};

/// The member that binds a review to a revision.
const REVISION: &str = "revision";

/// Refuses a review of a calculation that the reviewer cannot see, or of a revision that it never had. `before` is
/// the review that is changed; where it keeps its place, nothing is asked.
pub async fn check(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    before: Option<&Map<String, Value>>,
    members: &Map<String, Value>,
) -> Result<(), ResourceError> {
    if before.is_some_and(|before| place(before) == place(members)) {
        return Ok(());
    }
    Reviewed::look_up(service, claims, collection, [members]).await?.check(members)
}

/// The calculation and the revision that a review is bound to.
fn place(members: &Map<String, Value>) -> (Option<&Value>, Option<&Value>) {
    (members.get(CALCULATION), members.get(REVISION))
}

/// The calculations that reviews are of, looked up together; nothing where documents are no reviews.
pub(super) struct Reviewed(Option<Result<Found, ResourceError>>);

/// What is known of calculations.
struct Found {
    /// The revision that each is at.
    current: HashMap<String, i64>,
    /// Those of the reviewed revisions at which the calculation was removed.
    removals: BTreeSet<(String, i64)>,
}

impl Reviewed {
    /// Looks up the calculations of these documents, if they are reviews. An error where the store cannot be asked.
    pub(super) async fn look_up<'m>(
        service: &Service,
        claims: &AccessClaims,
        collection: &str,
        documents: impl IntoIterator<Item = &'m Map<String, Value>>,
    ) -> Result<Self, ResourceError> {
        let Some(calculations) = service.catalog.get(CALCULATIONS).filter(|_| collection == REVIEWS) else {
            return Ok(Self(None));
        };
        if let Err(error) = service.admit(claims, CALCULATIONS, Verb::Read) {
            return Ok(Self(Some(Err(error))));
        }
        let places: Vec<(&str, Option<i64>)> = documents.into_iter().filter_map(reviewed).collect();
        let current = service.revisions(claims, CALCULATIONS, places.iter().map(|(id, _)| *id)).await?;
        // A calculation that can be reviewed is there: its current revision is no removal.
        let earlier = places.into_iter().filter_map(|(id, revision)| {
            let (revision, at) = (revision?, *current.get(id)?);
            (1..at).contains(&revision).then(|| (id.to_owned(), revision))
        });
        let removals = service.store.removals(&calculations, earlier.collect()).await?;
        Ok(Self(Some(Ok(Found { current, removals }))))
    }

    /// Refuses a review that cannot be bound.
    pub(super) fn check(&self, members: &Map<String, Value>) -> Result<(), ResourceError> {
        let (Some(found), (Some(Value::String(id)), revision)) = (&self.0, place(members)) else {
            return Ok(());
        };
        let found = found.as_ref().map_err(Clone::clone)?;
        let refuse = |at: &str, code: &str, message: String| {
            Err(ResourceError::Invalid(vec![FieldError::at(format!("/{at}"), code, message)]))
        };
        let Some(current) = found.current.get(id) else {
            return refuse(CALCULATION, "reference", format!("there is no calculation {id:?}"));
        };
        match revision.map(|value| integer_of(value).filter(|number| (1..=*current).contains(number))) {
            Some(None) => {
                let message = format!(
                    "the calculation is at revision {current}; expected an integer from 1 to {current}"
                );
                refuse(REVISION, "maximum", message)
            }
            Some(Some(number)) if found.removals.contains(&(id.clone(), number)) => {
                let message = format!(
                    "revision {number} is the removal of the calculation; name the revision that was reviewed"
                );
                refuse(REVISION, "reference", message)
            }
            _ => Ok(()),
        }
    }
}

/// The calculation that a review is of, and the revision that it names.
fn reviewed(members: &Map<String, Value>) -> Option<(&str, Option<i64>)> {
    let (id, revision) = place(members);
    Some((id?.as_str()?, revision.and_then(integer_of)))
}

/// The fields without which nobody knows whether a review is stale.
pub(super) fn needed() -> impl Iterator<Item = Path> {
    [CALCULATION, REVISION].into_iter().filter_map(|name| name.parse().ok())
}

/// For each of the reviews whether its calculation has another revision by now, or is gone; nothing where the caller
/// may not see the calculation.
pub(super) async fn staleness(
    service: &Service,
    claims: &AccessClaims,
    reviews: &[String],
) -> Result<Vec<Option<bool>>, ResourceError> {
    let parsed: Vec<Map<String, Value>> =
        reviews.iter().map(|review| serde_json::from_str(review)).collect::<Result<_, _>>()?;
    let permit = match service.admit(claims, CALCULATIONS, Verb::Read) {
        Ok(permit) => permit,
        Err(ResourceError::MissingScope(_) | ResourceError::UnknownCollection(_)) => {
            return Ok(vec![None; parsed.len()]);
        }
        Err(error) => return Err(error),
    };
    let ids = parsed.iter().filter_map(|review| review.get(CALCULATION).and_then(Value::as_str));
    let revisions = service.revisions(claims, CALCULATIONS, ids).await?;
    let stale = |review: &Map<String, Value>| {
        let id = review.get(CALCULATION).and_then(Value::as_str)?;
        match revisions.get(id) {
            Some(current) => Some(review.get(REVISION).and_then(integer_of) != Some(*current)),
            // A caller who sees only their own documents does not learn whether it is gone or another's.
            None => permit.sees_all().then_some(true),
        }
    };
    Ok(parsed.iter().map(stale).collect())
}

/// Puts what is known of it behind the members of a review.
pub(super) fn with_stale(review: &str, stale: Option<bool>) -> Result<String, serde_json::Error> {
    let Some(stale) = stale else { return Ok(review.to_owned()) };
    let mut members: Map<String, Value> = serde_json::from_str(review)?;
    members.insert("stale".into(), stale.into());
    serde_json::to_string(&members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_said_and_numbers_stay_what_they_are() {
        let review = r#"{"revision":9007199254740993}"#;
        assert_eq!(with_stale(review, None).unwrap(), review);
        assert_eq!(with_stale(review, Some(true)).unwrap(), r#"{"revision":9007199254740993,"stale":true}"#);
    }
}
