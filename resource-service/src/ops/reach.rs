//! Which of many documents the caller can reach, and at which revision each is: one query for all of them.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use shared_models::claims::AccessClaims;

use super::{Service, error::ResourceError, policy::own_or_shared};
use crate::{
    query::{
        expr::{Expr, Test},
        literal::Literal,
        order::Order,
        projection::Projection,
    },
    store::Selection,
};

/// Documents that one query asks for.
const AT_ONCE: usize = 1000;

impl Service {
    /// The revisions of those documents of the collection `name` that are there and that the caller's ownership rule
    /// allows, by id. The scopes of the collection are not asked for.
    pub(super) async fn revisions<'i>(
        &self,
        claims: &AccessClaims,
        name: &str,
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<HashMap<String, i64>, ResourceError> {
        let ids: BTreeSet<&str> = ids.into_iter().collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        if let [id] = ids.as_slice() {
            // A read by id shares its command with those of others.
            let found = self.reach(claims, name, id).await?;
            return Ok(found.into_iter().map(|found| ((*id).to_owned(), found.revision)).collect());
        }
        let mut revisions = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            self.revisions_of(claims, name, ids, &mut revisions).await?;
        }
        Ok(revisions)
    }

    async fn revisions_of(
        &self,
        claims: &AccessClaims,
        name: &str,
        ids: &[&str],
        revisions: &mut HashMap<String, i64>,
    ) -> Result<(), ResourceError> {
        let Some(collection) = self.catalog.get(name) else { return Ok(()) };
        let field = |name: &str| {
            let found = name.parse().ok().and_then(|path| collection.schema.field(&path).ok());
            found.ok_or_else(|| ResourceError::Internal(format!("the schema lacks {name}")))
        };
        let (id, revision) = (field("_id")?, field("_revision")?);
        let wanted = ids.iter().map(|id| Literal::Text((*id).to_owned())).collect();
        let mut filter = Expr::Test(id.clone(), Test::In(wanted));
        let access = &collection.access;
        if access.owner_only && !claims.scope.covers(&access.admin) {
            filter = filter.and(own_or_shared(&collection, &claims.sub, true)?);
        }
        let selection = Selection {
            filter,
            order: Order::new(Vec::new(), id.clone()),
            projection: Some(Projection::new([id.path.clone(), revision.path.clone()])),
            limit: ids.len(),
        };
        for document in self.store.list(&collection, selection, self.clock.now()).await?.documents {
            let document: Map<String, Value> = serde_json::from_str(&document)?;
            let (id, revision) = (document.get("_id"), document.get("_revision"));
            if let (Some(Value::String(id)), Some(revision)) = (id, revision.and_then(Value::as_i64)) {
                revisions.insert(id.clone(), revision);
            }
        }
        Ok(())
    }
}
