//! An invitation to a project: a link that can be used once, for the role that it was made for.

use std::time::Duration;

use service_kit::random::Random;
use shared_models::projects::{self as wire, ProjectRole};
use time::OffsetDateTime;

use crate::domain::refresh_token::{Digest, Secret};

/// How long an invitation can be accepted at most, and by default.
pub const MAX_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// What the token of every invitation begins with, so that scanners find one in a repository.
const PREFIX: &str = "tsi_";

/// An invitation as the store keeps it, without its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: String,
    /// SHA-256 of its token's secret.
    pub digest: Digest,
    /// The project's id.
    pub project: String,
    /// The role of the person who accepts it.
    pub role: ProjectRole,
    /// Who made it: the id of a user.
    pub made_by: String,
    /// When.
    pub made_at: OffsetDateTime,
    /// When it can no longer be accepted.
    pub expires_at: OffsetDateTime,
}

impl Invitation {
    /// A token, and the digest of it that is stored.
    pub fn token(random: &dyn Random) -> (String, Digest) {
        let secret = Secret::new(random);
        (format!("{PREFIX}{}", secret.expose()), secret.digest())
    }

    /// The digest of a token; `None` where the text is none.
    pub fn digest_of(token: &str) -> Option<Digest> {
        token.strip_prefix(PREFIX).and_then(Secret::parse).map(|secret| secret.digest())
    }

    /// Whether it can still be accepted.
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        now < self.expires_at
    }

    /// The invitation as members see it.
    pub fn view(&self) -> wire::Invitation {
        wire::Invitation {
            id: self.id.clone(),
            role: self.role,
            made_by: self.made_by.clone(),
            made_at: self.made_at,
            expires_at: self.expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;

    use super::*;

    #[test]
    fn a_token_is_known_by_its_digest_alone() {
        let (token, digest) = Invitation::token(&OsRandom);
        assert_eq!(Invitation::digest_of(&token), Some(digest));
        let (other, _) = Invitation::token(&OsRandom);
        assert_ne!(Invitation::digest_of(&other), Some(digest));
        for text in ["", "tsi_", &token[4..], &format!("{token} "), &token.replace("tsi_", "tsk_")] {
            assert_eq!(Invitation::digest_of(text), None, "{text:?}");
        }
    }
}
