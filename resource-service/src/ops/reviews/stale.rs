//! Decides whether a review is stale: whether its calculation has another revision by now, or is gone.

use serde_json::{Map, Value};
use shared_models::claims::AccessClaims;

use crate::{
    domain::{belonging::CALCULATION, grant::CALCULATIONS, review::REVISION},
    ops::{Service, error::ResourceError, policy::Verb},
    query::{number::integer_of, path::Path},
};

/// The fields without which nobody knows whether a review is stale.
pub(in crate::ops) fn needed() -> impl Iterator<Item = Path> {
    [CALCULATION, REVISION].into_iter().filter_map(|name| name.parse().ok())
}

/// For each of the reviews whether its calculation has another revision by now, or is gone; nothing where the caller
/// may not see the calculation.
pub(in crate::ops) async fn staleness(
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
            // A caller who sees only their own documents is not shown whether it is gone or another's.
            None => permit.sees_all().then_some(true),
        }
    };
    Ok(parsed.iter().map(stale).collect())
}

/// Puts what is known of it behind the members of a review.
pub(in crate::ops) fn with_stale(review: &str, stale: Option<bool>) -> Result<String, serde_json::Error> {
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
