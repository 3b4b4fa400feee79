//! Signs access tokens: the one place where claims are put together.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::{random, token::mint};
use shared_models::{
    claims::{AccessClaims, Actor, Audience, AuthorizationDetail, CALCULATION},
    revocations::RevocationKind,
    scope::ScopeSet,
};

use super::{Auth, AuthError};
use crate::domain::session::Session;

/// The longest token, in bytes. Servers and proxies commonly take 8 KiB of headers in all.
pub(super) const MAX_TOKEN: usize = 4096;

/// The subject of a token, and what it allows.
pub(super) struct Subject<'a> {
    /// The user's id, or the client's for a service.
    pub id: &'a str,
    /// The client that gets the token.
    pub client_id: &'a str,
    /// What it allows.
    pub scope: &'a ScopeSet,
    /// The user's roles; empty on a token that is narrower than its user.
    pub roles: &'a [String],
    /// The user's roles, on a token that is narrower than its user.
    pub from_roles: &'a [String],
    /// The session that the token belongs to.
    pub session: Option<&'a Session>,
    /// A time from before its authority was read, in seconds since the Unix epoch.
    pub asked_at: i64,
    /// The second before which tokens of this subject are refused, as that reading found it.
    pub not_before: i64,
    /// The `not_before` of the table of roles that its scopes come from.
    pub roles_not_before: i64,
}

/// How long to wait at `now` until tokens may be issued that depend on several holders, such as a key and its user. Ahead of
/// the clock they may be issued only by the `not_before` of a single holder: it can be later than the revocation of another
/// one that is committed meanwhile, which would then not refuse the token.
pub(super) fn ahead_of(not_before: i64, now: i64) -> Option<Duration> {
    u64::try_from(not_before - now).ok().filter(|ahead| *ahead > 0).map(Duration::from_secs)
}

impl Auth {
    /// The `not_before` of a user (`Subject`) or client (`Key`), from which tokens may be issued. One that a wrong
    /// clock set far ahead is corrected first, so that nobody waits until that time has come.
    pub(super) async fn issuable_from(
        &self,
        kind: RevocationKind,
        id: &str,
        not_before: i64,
    ) -> Result<i64, AuthError> {
        let clock = &self.revocation_clock;
        if !clock.is_too_far_ahead(not_before) {
            return Ok(not_before);
        }
        tracing::warn!(subject.id = %id, not_before, "corrected a revocation that a clock in the future wrote");
        let corrected = self.store.correct_not_before(kind, id, not_before, clock).await?;
        corrected.filter(|not_before| !clock.is_too_far_ahead(*not_before)).ok_or(AuthError::Unavailable)
    }

    pub(super) fn mint(&self, about: &Subject<'_>) -> Result<String, AuthError> {
        let token = mint(&self.keys.current(), &self.claims(about));
        let token = token.map_err(|error| AuthError::Internal(error.to_string()))?;
        if token.len() <= MAX_TOKEN {
            return Ok(token);
        }
        let fault = format!("scope: {}; ask for fewer scopes", too_long(token.len()));
        Err(AuthError::invalid("/scope", "maxLength", fault))
    }

    /// The claims of a token.
    pub(super) fn claims(&self, about: &Subject<'_>) -> AccessClaims {
        // Whatever revokes these tokens after the reading is later than this. What revoked the ones before it is at
        // most 4 s ahead of the clock, so that a user who was enabled again need not wait.
        let issued_at = about.asked_at.max(about.not_before);
        let roles_at = about.asked_at.max(about.roles_not_before);
        let has_roles = !(about.roles.is_empty() && about.from_roles.is_empty());
        let ttl = i64::try_from(self.policy.access_ttl.as_secs()).unwrap_or(i64::MAX);
        let delegation = about.session.and_then(|session| session.delegation.as_ref());
        AccessClaims {
            iss: self.policy.issuer.clone(),
            sub: about.id.to_owned(),
            aud: Audience::One(self.policy.audience.clone()),
            exp: issued_at.saturating_add(ttl),
            iat: issued_at,
            nbf: None,
            jti: URL_SAFE_NO_PAD.encode(random::bytes::<16>(self.env.random.as_ref())),
            client_id: about.client_id.to_owned(),
            scope: about.scope.clone(),
            roles: about.roles.to_vec(),
            from_roles: about.from_roles.to_vec(),
            roles_at: Some(roles_at).filter(|at| has_roles && *at != issued_at),
            sid: about.session.map(|session| session.id.clone()),
            auth_time: about.session.map(|session| session.created_at.unix_timestamp()),
            act: delegation.map(|delegation| Actor { sub: delegation.actor.clone() }),
            authorization_details: delegation
                .map(|delegation| AuthorizationDetail {
                    kind: CALCULATION.into(),
                    identifier: delegation.calculation.clone(),
                })
                .into_iter()
                .collect(),
        }
    }
}

/// What is wrong with a token of so many bytes.
pub(super) fn too_long(size: usize) -> String {
    format!("a token would have {size} bytes; the maximum is {MAX_TOKEN}")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use service_kit::clock::ManualClock;

    use super::{super::testing::World, *};
    use crate::{domain::revocation::RevocationClock, ops::Origin};

    #[tokio::test]
    async fn a_revocation_of_a_clock_that_was_an_hour_ahead_locks_its_user_out_for_no_hour() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let before = world.login("ada@example.org").await;
        let ahead = Arc::new(ManualClock::new(world.auth.now() + Duration::from_secs(3600)));
        let ahead = RevocationClock::new(ahead, Duration::from_secs(300));
        world.auth.store.revoke(RevocationKind::Subject, &user.id, &ahead).await.unwrap();
        let after = world.login("ada@example.org").await;
        let claims = |token: &str| world.auth.verifier().verify(token).unwrap();
        let (before, after) = (claims(&before.access_token), claims(&after.access_token));
        let now = world.auth.now().unix_timestamp();
        assert!((now..=now + 4).contains(&after.iat), "{} {now}", after.iat);
        assert!(world.auth.actor(&before, Origin::default()).await.is_err(), "the old token stays revoked");
        assert!(world.auth.actor(&after, Origin::default()).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_is_issued_as_of_before_its_user_was_read_and_after_what_revoked_the_ones_before() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let iat = |token: &str| world.auth.verifier().verify(token).unwrap().iat;
        assert_eq!(iat(&grant.access_token), world.auth.now().unix_timestamp());
        let clock = &world.auth.revocation_clock;
        world.auth.store.revoke(RevocationKind::Subject, &user.id, clock).await.unwrap();
        let refreshed = world.refresh(&grant.refresh_token).await.unwrap();
        let feed = world.auth.revocations(0, Duration::ZERO).await.unwrap().entries;
        assert_eq!(iat(&refreshed.access_token), feed[0].not_before);
        assert!(iat(&grant.access_token) < feed[0].not_before);
    }
}
