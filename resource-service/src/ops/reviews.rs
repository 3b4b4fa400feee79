//! Reviews are bound to a revision of a calculation: one that it has had, and one that it may have left behind.

use std::collections::HashMap;

use serde_json::{Map, Value};
use shared_models::{claims::AccessClaims, problem::FieldError};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::grant::CALCULATIONS,
    query::{
        expr::{Expr, Test},
        literal::Literal,
        order::Order,
        path::Path,
        projection::Projection,
    },
    store::Selection,
};

/// The collection of reviews.
pub const REVIEWS: &str = "reviews";
/// What `expand` takes to show whether a review is stale.
const STALE: &str = "_stale";
/// The members that bind a review.
const CALCULATION: &str = "calculation";
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
    if collection != REVIEWS || service.catalog.get(CALCULATIONS).is_none() {
        return Ok(());
    }
    let place =
        |members: &Map<String, Value>| (members.get(CALCULATION).cloned(), members.get(REVISION).cloned());
    if before.is_some_and(|before| place(before) == place(members)) {
        return Ok(());
    }
    let (Some(Value::String(id)), revision) = place(members) else { return Ok(()) };
    service.admit(claims, CALCULATIONS, Verb::Read)?;
    let refuse = |at: &str, code: &str, message: String| {
        Err(ResourceError::Invalid(vec![FieldError::at(format!("/{at}"), code, message)]))
    };
    match service.reach(claims, CALCULATIONS, &id).await? {
        None => refuse(CALCULATION, "reference", format!("there is no calculation {id:?}")),
        Some(found) if revision.as_ref().and_then(Value::as_i64).is_some_and(|had| had > found.revision) => {
            let message = format!("the calculation is at revision {}; there is no later one", found.revision);
            refuse(REVISION, "maximum", message)
        }
        Some(_) => Ok(()),
    }
}

/// Takes `expand=_stale` out of the parameters of a list of reviews; whether it stood there.
pub(super) fn asked(collection: &str, parameters: Vec<(String, String)>) -> (bool, Vec<(String, String)>) {
    if collection != REVIEWS {
        return (false, parameters);
    }
    let (expand, rest): (Vec<_>, Vec<_>) =
        parameters.into_iter().partition(|(name, value)| name == "expand" && value == STALE);
    (!expand.is_empty(), rest)
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
    let revisions = revisions(service, &permit, &parsed).await?;
    let stale = |review: &Map<String, Value>| {
        let id = review.get(CALCULATION).and_then(Value::as_str)?;
        match revisions.get(id) {
            Some(current) => Some(review.get(REVISION).and_then(Value::as_i64) != Some(*current)),
            // Somebody who sees their own alone is not told whether it is gone or another's.
            None => permit.sees_all().then_some(true),
        }
    };
    Ok(parsed.iter().map(stale).collect())
}

/// The revisions at which the reviewed calculations are, as far as the caller may see them.
async fn revisions(
    service: &Service,
    permit: &Permit<'_>,
    reviews: &[Map<String, Value>],
) -> Result<HashMap<String, i64>, ResourceError> {
    let mut ids: Vec<&str> =
        reviews.iter().filter_map(|review| review.get(CALCULATION).and_then(Value::as_str)).collect();
    ids.sort_unstable();
    ids.dedup();
    let field = |name: &str| {
        let found = name.parse().ok().and_then(|path| permit.collection.schema.field(&path).ok());
        found.ok_or_else(|| ResourceError::Internal(format!("the schema lacks {name}")))
    };
    let (id, revision) = (field("_id")?, field("_revision")?);
    let wanted = ids.iter().map(|id| Literal::Text((*id).to_owned())).collect();
    let selection = Selection {
        filter: permit.condition()?.and(Expr::Test(std::sync::Arc::clone(&id), Test::In(wanted))),
        order: Order::new(Vec::new(), std::sync::Arc::clone(&id)),
        projection: Some(Projection::new([id.path.clone(), revision.path.clone()])),
        limit: ids.len(),
    };
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = service.store.list(&permit.collection, selection, service.clock.now()).await?;
    let mut revisions = HashMap::new();
    for document in &found.documents {
        let document: Map<String, Value> = serde_json::from_str(document)?;
        let (id, revision) = (document.get("_id"), document.get("_revision"));
        if let (Some(Value::String(id)), Some(revision)) = (id, revision.and_then(Value::as_i64)) {
            revisions.insert(id.clone(), revision);
        }
    }
    Ok(revisions)
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
    fn only_reviews_are_asked_whether_they_are_stale() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let parameters = vec![pair("expand", "_stale"), pair("limit", "1")];
        assert_eq!(asked("reviews", parameters.clone()), (true, vec![pair("limit", "1")]));
        assert_eq!(asked("series", parameters.clone()), (false, parameters));
    }

    #[test]
    fn what_is_not_known_is_not_said_and_numbers_stay_what_they_are() {
        let review = r#"{"revision":9007199254740993}"#;
        assert_eq!(with_stale(review, None).unwrap(), review);
        assert_eq!(with_stale(review, Some(true)).unwrap(), r#"{"revision":9007199254740993,"stale":true}"#);
    }
}
