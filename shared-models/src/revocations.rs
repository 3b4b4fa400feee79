//! Revocations of access tokens before they expire: auth-service reports them, resource-service applies them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::claims::AccessClaims;

crate::listed! {
    /// What a revocation names.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum RevocationKind {
        /// A user, or a service: `sub` of its tokens.
        Subject,
        /// A session: `sid` of its tokens. A token without a session counts as its own session, named by its `jti`.
        Session,
        /// An API key or another client: `client_id` of its tokens.
        Key,
        /// A role: one of `roles` of its tokens, or of `from_roles`.
        Role,
    }
}

/// Tokens that are refused before they expire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revocation {
    /// The position in the feed. Later entries have larger ones; none is added before an entry that was returned.
    pub seq: i64,
    /// What `value` names.
    pub kind: RevocationKind,
    /// The id or name.
    pub value: String,
    /// Tokens whose `iat` is before this second since the Unix epoch are refused; for a `role` their `roles_at` counts
    /// where they have one, and of a `session` all are refused.
    pub not_before: i64,
    /// The second since the Unix epoch at which all these tokens have expired anyway.
    pub expires_at: i64,
}

/// Answer of `GET /auth/revocations`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevocationPage {
    /// Revocations after the cursor that still matter, in order.
    pub entries: Vec<Revocation>,
    /// The cursor for the next request, as `after`.
    pub next: i64,
}

/// Body of `POST /auth/revocations`: ends every job grant of a calculation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalculationEnd {
    /// The calculation's id.
    pub calculation: String,
}

/// Answer of `POST /auth/revocations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CalculationEnded {
    /// How many grants this request ended.
    pub ended: u64,
}

impl RevocationKind {
    /// The values by which revocations of this kind apply to a token.
    pub fn names(self, claims: &AccessClaims) -> impl Iterator<Item = &str> {
        let (one, roles): (_, [&[String]; 2]) = match self {
            Self::Subject => (Some(claims.sub.as_str()), [&[], &[]]),
            Self::Session => (Some(claims.sid.as_deref().unwrap_or(&claims.jti)), [&[], &[]]),
            Self::Key => (Some(claims.client_id.as_str()), [&[], &[]]),
            Self::Role => (None, [&claims.roles, &claims.from_roles]),
        };
        one.into_iter().chain(roles.into_iter().flatten().map(String::as_str))
    }

    /// Whether a revocation of this kind that names the token refuses it: an ended session never continues, so all of
    /// its tokens; a subject, a client or those with a role may get new ones.
    pub fn refuses(self, claims: &AccessClaims, not_before: i64) -> bool {
        match self {
            Self::Session => true,
            Self::Subject | Self::Key => claims.iat < not_before,
            Self::Role => claims.roles_at.unwrap_or(claims.iat) < not_before,
        }
    }
}

impl Revocation {
    /// Whether it refuses the token with these claims.
    pub fn refuses(&self, claims: &AccessClaims) -> bool {
        self.kind.refuses(claims, self.not_before) && self.kind.names(claims).any(|name| name == self.value)
    }
}
