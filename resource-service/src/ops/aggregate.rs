//! Computes statistics of a collection's documents, by group.

use serde_json::Value;
use shared_models::{claims::AccessClaims, problem::FieldError};

use super::{Service, error::ResourceError, policy::Verb};
use crate::{
    domain::aggregate::{Groups, MAX_GROUPS},
    query::grouping::Grouping,
};

/// The groups that the decoded `parameters` ask for: `{"groups": […], "total": …}`.
pub async fn aggregate(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    parameters: &[(String, String)],
) -> Result<Value, ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let grouping = Grouping::parse(&permit.target(), parameters).map_err(ResourceError::Invalid)?;
    let filter = permit.condition()?.and(grouping.filter);
    let groups = Groups::new(&grouping.groups, &grouping.stats);
    let groups = service.store.aggregate(&permit.collection, filter, groups, service.clock.now()).await?;
    if groups.overflow() {
        let message = format!(
            "more than {MAX_GROUPS} groups, or values too long to be groups; \
             add conditions, or group by a field of fewer values"
        );
        return Err(ResourceError::Invalid(vec![FieldError::in_parameter("group", "limit", message)]));
    }
    Ok(groups.into_json())
}
