//! Who may do what with which documents: the one place that decides it.

use std::sync::Arc;

use shared_models::claims::AccessClaims;

use super::{Service, error::ResourceError};
use crate::{
    domain::collection::{Access, Collection},
    query::expr::{Comparison, Expr},
    query::literal::Literal,
};

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Look at documents.
    Read,
    /// Make, change or remove documents.
    Write,
}

/// A caller's leave to use a collection.
pub struct Permit<'c> {
    /// The collection.
    pub collection: &'c Arc<Collection>,
    /// The caller's `sub`.
    pub subject: &'c str,
    own_only: bool,
}

impl Service {
    /// Lets the caller in, or says what is missing.
    pub fn admit<'c>(
        &'c self,
        claims: &'c AccessClaims,
        name: &str,
        verb: Verb,
    ) -> Result<Permit<'c>, ResourceError> {
        let collection =
            self.catalog.get(name).ok_or_else(|| ResourceError::UnknownCollection(name.to_owned()))?;
        let Access { read, write, admin, owner_only } = &collection.access;
        let needed = match verb {
            Verb::Read => read,
            Verb::Write => write,
        };
        if !claims.scope.covers(needed) {
            return Err(ResourceError::MissingScope(needed.clone()));
        }
        let own_only = *owner_only && !claims.scope.covers(admin);
        Ok(Permit { collection, subject: &claims.sub, own_only })
    }
}

impl Permit<'_> {
    /// Whether the caller may see, and with the right scope change, a document of this owner.
    pub fn reaches(&self, owner: &str) -> bool {
        !self.own_only || owner == self.subject
    }

    /// The condition that holds for exactly the documents the caller may see.
    pub fn condition(&self) -> Result<Expr, ResourceError> {
        if !self.own_only {
            return Ok(Expr::everything());
        }
        let owner = "_owner".parse().ok().and_then(|path| self.collection.schema.field(&path).ok());
        let owner = owner.ok_or_else(|| ResourceError::Internal("the schema lacks _owner".into()))?;
        Ok(Expr::compare(&owner, Comparison::Eq, Literal::Text(self.subject.to_owned())))
    }

    /// That there is no such document, as far as the caller is concerned.
    pub fn not_found(&self, id: &str) -> ResourceError {
        ResourceError::NotFound { collection: self.collection.name().to_owned(), id: id.to_owned() }
    }
}
