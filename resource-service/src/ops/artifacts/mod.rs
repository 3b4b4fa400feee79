//! The files of a document: who reads the document reads them, and who may write it attaches and removes them.

pub mod get;
pub mod put;
mod receive;
pub mod remove;
pub mod sweep;

use service_kit::precondition::Precondition;
use shared_models::{claims::AccessClaims, documents::ArtifactsDefinition, problem::FieldError};
use time::{Duration, OffsetDateTime};

use super::{
    Service,
    error::ResourceError,
    policy::{Permit, Verb},
};
use crate::{
    domain::{
        artifacts::{File, media::MediaType, name::ArtifactName, range::SentRange},
        document::Document,
        grant::CALCULATIONS,
    },
    store::artifacts::DocumentRef,
};

/// How long an upload may pause before what came of it is removed, and how long a reader of a file that was replaced
/// or removed has to be done with it.
pub const LEASE: Duration = Duration::hours(1);
/// How often a change of a folder that others overtake is tried.
const MAX_TRIES: usize = 32;

/// The file that a request names.
#[derive(Clone, Copy)]
pub struct Named<'n> {
    /// Who asks.
    pub claims: &'n AccessClaims,
    /// The collection.
    pub collection: &'n str,
    /// The document.
    pub id: &'n str,
    /// The name as it came.
    pub name: &'n str,
}

impl<'n> Named<'n> {
    fn place(&self) -> DocumentRef<'n> {
        DocumentRef { collection: self.collection, document: self.id }
    }

    /// The calculation whose file it is.
    fn calculation(&self) -> Option<&'n str> {
        Some(self.id).filter(|_| self.collection == CALCULATIONS)
    }

    fn parsed(&self) -> Result<ArtifactName, ResourceError> {
        self.name.parse().map_err(|fault: crate::domain::artifacts::name::InvalidName| {
            ResourceError::Invalid(vec![FieldError::in_parameter("name", "name", fault.to_string())])
        })
    }

    fn missing(&self) -> ResourceError {
        ResourceError::NoArtifact {
            collection: self.collection.to_owned(),
            id: self.id.to_owned(),
            name: self.name.to_owned(),
        }
    }
}

/// What somebody wants to attach.
pub struct Upload<'u> {
    /// Where, and under which name.
    pub named: Named<'u>,
    /// What the file that is there must be.
    pub precondition: Precondition,
    /// The media type that the sender gives.
    pub declared: Option<MediaType>,
    /// The SHA-256 that the sender announces for the whole file, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// The bytes that the body announces.
    pub length: Option<u64>,
    /// Where the body continues an interrupted upload.
    pub part: Option<SentRange>,
}

/// A document whose files the caller may use.
struct Open<'o> {
    permit: Permit<'o>,
    limits: ArtifactsDefinition,
}

impl Service {
    /// Lets a caller in to the files of a document.
    async fn open<'o>(
        &'o self,
        claims: &'o AccessClaims,
        place: DocumentRef<'_>,
        verb: Verb,
    ) -> Result<Open<'o>, ResourceError> {
        let permit = self.admit(claims, place.collection, verb)?;
        let none = || ResourceError::NoArtifacts(place.collection.to_owned());
        let limits = permit.collection.definition.artifacts.clone().ok_or_else(none)?;
        let found = self.store.get(&permit.collection, place.document, self.clock.now()).await?;
        let found = permit.reached(place.document, found)?;
        if verb == Verb::Write {
            let document = Document::parse(&found.json)?;
            self.check_grant(&permit, Some(place.document), &document.members)?;
            self.check_going_on(&permit, Some(&document.members)).await?;
        }
        Ok(Open { permit, limits })
    }

    /// An id that nothing else has.
    fn unique(&self) -> String {
        self.ids.make(self.clock.now())
    }
}

impl Open<'_> {
    /// Refuses a write that the precondition, or the collection's own demand for one, does not allow.
    fn check(&self, precondition: &Precondition, current: Option<&File>) -> Result<(), ResourceError> {
        let current = current.map(|file| file.about.sha256.as_str());
        if !precondition.allows_write_to(current) {
            let shown = current.filter(|_| self.permit.may_read());
            return Err(ResourceError::OtherArtifact {
                exists: current.is_some(),
                sha256: shown.map(str::to_owned),
            });
        }
        if self.permit.collection.definition.require_if_match
            && precondition.if_match.is_none()
            && current.is_some()
        {
            return Err(ResourceError::PreconditionRequired);
        }
        Ok(())
    }
}

fn lease_from(now: OffsetDateTime) -> OffsetDateTime {
    now + LEASE
}

#[cfg(test)]
#[path = "../tests/artifacts.rs"]
mod tests;
