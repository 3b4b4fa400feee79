//! Who may do what with which documents: the one place that decides it.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value};
use shared_models::claims::{AccessClaims, Principal};

use super::{Service, error::ResourceError, follow::STALE};
use crate::{
    domain::{
        collection::{Access, Collection},
        document::Document,
        grant::{CALCULATIONS, Grant, Outside},
        hidden::{Hidden, Touched},
        sight::Sight,
    },
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        parse::QueryContext,
        schema::Schema,
    },
    store::StoredDocument,
};

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Look at documents.
    Read,
    /// Make, change or remove documents.
    Write,
    /// See how the collection is used, and by whom it can be.
    Administer,
    /// Remove documents for good.
    Purge,
}

/// A caller's leave to use a collection.
pub struct Permit<'c> {
    /// The collection.
    pub collection: Arc<Collection>,
    /// The caller's `sub`.
    pub subject: &'c str,
    own_only: bool,
    /// What the caller was admitted for.
    verb: Verb,
    may_read: bool,
    /// Whether the caller could have written what they read.
    may_write: bool,
    claims: &'c AccessClaims,
    /// The calculation that the caller's token is limited to, where it writes.
    grant: Option<Grant<'c>>,
    /// What the caller is not shown, and may not write.
    pub hidden: Hidden,
    /// The schema as it is for the caller, where that is another one.
    schema: Option<Schema>,
}

impl Service {
    /// Lets the caller in, or says what is missing.
    pub fn admit<'c>(
        &'c self,
        claims: &'c AccessClaims,
        name: &str,
        verb: Verb,
    ) -> Result<Permit<'c>, ResourceError> {
        let collection = self.catalog.find(name)?;
        let Access { read, write, admin, owner_only, hidden, .. } = &collection.access;
        let needed = match verb {
            Verb::Read => read,
            Verb::Write => write,
            Verb::Administer | Verb::Purge => admin,
        };
        if !claims.scope.covers(needed) {
            return Err(ResourceError::MissingScope(needed.clone()));
        }
        let own_only = *owner_only && !claims.scope.covers(admin);
        let (may_read, may_write) = (claims.scope.covers(read), claims.scope.covers(write));
        let grant = match verb {
            Verb::Read | Verb::Administer => None,
            Verb::Write => {
                self.require_revocation_feed()?;
                Grant::of(claims)?
            }
            Verb::Purge => {
                self.require_revocation_feed()?;
                // A job ends with its calculation and does not decide what is left of it.
                match Grant::of(claims)? {
                    None => None,
                    Some(grant) => return Err(Outside::Elsewhere(grant.calculation().to_owned()).into()),
                }
            }
        };
        let hidden = Hidden::from(hidden, |scope| claims.scope.covers(scope));
        let schema = (!hidden.is_empty()).then(|| collection.schema.hiding(hidden.fields()));
        let subject = claims.sub.as_str();
        Ok(Permit { collection, subject, own_only, verb, may_read, may_write, claims, grant, hidden, schema })
    }

    /// The collections that the caller may read, by name; refused where there is none.
    pub fn readable(&self, claims: &AccessClaims) -> Result<Vec<Arc<Collection>>, ResourceError> {
        let served = self.catalog.served();
        let readable =
            served.catalog.iter().filter(|collection| claims.scope.covers(&collection.access.read));
        let readable: Vec<Arc<Collection>> = readable.cloned().collect();
        match served.catalog.iter().next() {
            Some(first) if readable.is_empty() => Err(ResourceError::MissingScope(first.access.read.clone())),
            _ => Ok(readable),
        }
    }

    /// The document with this id, if the caller's ownership rule lets them read it; which scopes its reading needs is for
    /// the caller of this to ask.
    pub async fn reach(
        &self,
        claims: &AccessClaims,
        name: &str,
        id: &str,
    ) -> Result<Option<StoredDocument>, ResourceError> {
        let Some(collection) = self.catalog.get(name) else { return Ok(None) };
        let access = &collection.access;
        let own_only = access.owner_only && !claims.scope.covers(&access.admin);
        let found = self.store.get(&collection, id, self.clock.now()).await?;
        Ok(found.filter(|found| !own_only || found.owner == claims.sub || access.shares(&found.json)))
    }

    /// Refuses to write on the word of a token that may have been cut off long ago.
    pub(super) fn require_revocation_feed(&self) -> Result<(), ResourceError> {
        let Some(revocations) = &self.revocations else { return Ok(()) };
        if revocations.age().is_some_and(|age| age <= STALE) { Ok(()) } else { Err(ResourceError::StaleFeed) }
    }

    /// Refuses a document that the caller's token is not for. `id` is absent on one that is to be made.
    pub fn check_grant(
        &self,
        permit: &Permit<'_>,
        id: Option<&str>,
        members: &Map<String, Value>,
    ) -> Result<(), ResourceError> {
        let Some(grant) = &permit.grant else { return Ok(()) };
        Ok(grant.covers(permit.collection.name(), id, members)?)
    }

    /// Refuses a write once the calculation that the caller's token is for is finished. `own` is the calculation
    /// itself, where it is what is written.
    pub async fn check_going_on(
        &self,
        permit: &Permit<'_>,
        own: Option<&Map<String, Value>>,
    ) -> Result<(), ResourceError> {
        let Some(grant) = &permit.grant else { return Ok(()) };
        let goes_on = if permit.collection.name() == CALCULATIONS {
            own.map_or(Ok(()), |own| grant.goes_on(Some(own)))
        } else {
            let calculations = self.catalog.get(CALCULATIONS);
            let found = match calculations {
                Some(calculations) => {
                    self.store.get(&calculations, grant.calculation(), self.clock.now()).await?
                }
                None => None,
            };
            let found = found.map(|found| Document::parse(&found.json)).transpose()?;
            grant.goes_on(found.as_ref().map(|found| &found.members))
        };
        if goes_on.is_err() {
            // The service that granted this has not received it, or it would be refused by now.
            self.notices.late(grant.calculation());
        }
        Ok(goes_on?)
    }
}

impl Permit<'_> {
    /// Whether the caller may change, with the right scope, a document of this owner, and see it and its past.
    pub fn reaches(&self, owner: &str) -> bool {
        !self.own_only || owner == self.subject
    }

    /// Whether the caller may see this document, with the scope that reads.
    pub fn sees(&self, document: &StoredDocument) -> bool {
        self.reaches(&document.owner) || self.collection.access.shares(&document.json)
    }

    /// Whether a document of this owner must be read to find out whether the caller may see it.
    pub fn must_look(&self, owner: &str) -> bool {
        !self.reaches(owner) && self.collection.access.shared.is_some()
    }

    /// The document, if the caller's ownership rule lets them do what they were admitted for. One that they may only see is
    /// no secret to them.
    pub fn reached(&self, id: &str, found: Option<StoredDocument>) -> Result<StoredDocument, ResourceError> {
        match found {
            Some(found) if self.reaches(&found.owner) => Ok(found),
            Some(found) if self.may_read && self.sees(&found) => {
                let needed = || ResourceError::MissingScope(self.collection.access.admin.clone());
                if self.verb == Verb::Read { Ok(found) } else { Err(needed()) }
            }
            _ => Err(self.not_found(id)),
        }
    }

    /// Whether the documents of all others are in sight too.
    pub fn sees_all(&self) -> bool {
        !self.own_only
    }

    /// The calculation whose job the caller is, where they write as one.
    pub fn job(&self) -> Option<&str> {
        self.grant.as_ref().map(Grant::calculation)
    }

    /// Whether the caller's token is for one calculation alone.
    pub fn is_limited(&self) -> bool {
        self.grant.is_some()
    }

    /// Refuses to bring back, on the word of a job grant, the calculation that the grant ended with.
    pub fn check_may_return(&self) -> Result<(), ResourceError> {
        match &self.grant {
            Some(grant) if self.collection.name() == CALCULATIONS => Ok(grant.goes_on(None)?),
            _ => Ok(()),
        }
    }

    /// Whether the caller is shown what is stored. Somebody who may only write is not.
    pub fn may_read(&self) -> bool {
        self.may_read
    }

    /// Whether the caller may act for others.
    pub fn administers(&self) -> bool {
        self.claims.scope.covers(&self.collection.access.admin)
    }

    /// Whether the caller is a person, with a login or an API key; a service and a job are none.
    pub fn is_person(&self) -> bool {
        !matches!(self.claims.principal(), Principal::Service | Principal::Job)
    }

    /// What the caller may see of a document that others may have written a part of.
    pub fn sight(&self) -> Sight<'_> {
        if self.may_read { Sight::from(&self.hidden) } else { Sight::Nothing }
    }

    /// How old a copy may be that the caller is shown, who says which age they accept. A caller who says nothing and may write
    /// must find what they wrote, on whichever replica.
    pub fn oldest(&self, accepted: Option<Duration>) -> Duration {
        let allowed = Duration::from_secs(self.collection.max_age().unwrap_or_default());
        match accepted {
            Some(accepted) => accepted.min(allowed),
            None if self.may_write => Duration::ZERO,
            None => allowed,
        }
    }

    /// The condition that holds for exactly the documents the caller may see, or change if they were admitted for that.
    pub fn condition(&self) -> Result<Expr, ResourceError> {
        if !self.own_only {
            return Ok(Expr::everything());
        }
        own_or_shared(&self.collection, self.subject, self.verb == Verb::Read)
    }

    /// What the caller's queries are read against: fields hidden from them are not to be had.
    pub fn target(&self) -> QueryContext<'_> {
        let target = self.collection.target();
        QueryContext { schema: self.schema.as_ref().unwrap_or(target.schema), ..target }
    }

    /// That there is no such document, as far as the caller is concerned.
    pub fn not_found(&self, id: &str) -> ResourceError {
        ResourceError::NotFound { collection: self.collection.name().to_owned(), id: id.to_owned() }
    }
}

/// The condition that holds for the documents of this owner and, with `shared`, for those that others have opened to all
/// readers.
pub(super) fn own_or_shared(
    collection: &Collection,
    subject: &str,
    shared: bool,
) -> Result<Expr, ResourceError> {
    let owner = "_owner".parse().ok().and_then(|path| collection.schema.field(&path).ok());
    let owner = owner.ok_or_else(|| ResourceError::Internal("the schema lacks _owner".into()))?;
    let own = Expr::compare(&owner, Comparison::Eq, Literal::Text(subject.to_owned()));
    let shared = collection.access.shared.as_ref().filter(|_| shared);
    let opened = shared.map(|field| Expr::compare(field, Comparison::Eq, Literal::Boolean(true)));
    Ok(Expr::any([own].into_iter().chain(opened).collect()))
}

impl From<Touched> for ResourceError {
    fn from(touched: Touched) -> Self {
        Self::MissingScope(touched.scope)
    }
}
