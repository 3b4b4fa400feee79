//! What auth-service does, one file per use case. Knows no HTTP and no driver.

mod actor;
mod api_keys;
mod audit;
mod authenticate;
mod bootstrap;
mod change_password;
mod clients;
mod confirm;
mod endings;
mod error;
mod grant;
pub mod hasher;
mod import;
mod key_ring;
mod login;
mod logout;
mod logs;
mod mint;
mod pending_attempts;
mod profile;
pub mod projects;
mod refused_access;
mod register;
mod revocations;
mod roles;
mod rotate;
mod search;
mod sessions;
mod throttle;
pub mod token;
mod token_size;
mod token_status;
mod users;

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use service_kit::{
    clock::Clock, keys::KeyRing, once::Once, random::Random, store::cause::Cause, token::Verifier,
};
pub use shared_models::claims::{FIRST_PARTY, JOB_CLIENT};
use time::OffsetDateTime;

pub use self::{
    actor::{Actor, Origin},
    bootstrap::FirstAdmin,
    change_password::PasswordChange,
    confirm::Confirmed,
    error::AuthError,
    grant::Grant,
    import::{Imported, ImportedUser},
    login::Credentials,
    register::Registration,
    rotate::RefreshRequest,
    throttle::ThrottlePolicy,
};
use self::{hasher::Hasher, logs::Newest, pending_attempts::PendingAttempts, roles::RoleCache};
use crate::{
    domain::{device::Pepper, revocation::RevocationClock, session::Lifetimes, user::User},
    store::Store,
};

/// The clock and the randomness of all operations.
#[derive(Clone)]
pub struct Env {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes ids, salts and secrets.
    pub random: Arc<dyn Random>,
}

/// What the settings decide about users and tokens.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `iss` of access tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// How long an access token is valid.
    pub access_ttl: Duration,
    /// How long a session lives.
    pub lifetimes: Lifetimes,
    /// How long a job grant lives at most, however often it is refreshed.
    pub job_ttl: Duration,
    /// How long a job grant lives without being refreshed.
    pub job_idle: Duration,
    /// How old a login may be that confirms what could lock its user out.
    pub recent_login: Duration,
    /// How many sessions and job grants of one user are live at most; beyond it the least recently used one ends.
    pub max_sessions: u32,
    /// The limits on attempts.
    pub throttle: ThrottlePolicy,
    /// The shortest password, in code points.
    pub min_password_length: usize,
    /// The role of those who sign up.
    pub new_user_role: String,
    /// Whether each user has a project without making one.
    pub personal_projects: bool,
    /// How long the audit log is kept; forever if absent.
    pub audit_retention: Option<Duration>,
}

/// The use cases, and what they need.
pub struct Auth {
    store: Arc<dyn Store>,
    hasher: Hasher,
    keys: Arc<KeyRing>,
    verifier: Arc<Verifier>,
    env: Env,
    policy: Policy,
    revocation_clock: RevocationClock,
    role_cache: RoleCache,
    revocation_log: Newest,
    membership_log: Newest,
    pepper: Once<Arc<Pepper>, AuthError>,
    pending_attempts: PendingAttempts,
    refused_access: refused_access::Recorded,
    quiet_addresses: Cache<String, ()>,
}

impl Auth {
    /// Puts the use cases together.
    pub fn new(store: Arc<dyn Store>, hasher: Hasher, keys: Arc<KeyRing>, env: Env, policy: Policy) -> Self {
        let clock = || Arc::clone(&env.clock);
        let verifier = Verifier::new(Arc::clone(&keys), &policy.issuer, &policy.audience, clock());
        let revocation_clock = RevocationClock::new(clock(), policy.access_ttl);
        let pending_attempts = PendingAttempts::new(Arc::clone(&env.random));
        Self {
            store,
            hasher,
            keys,
            verifier: Arc::new(verifier),
            env,
            policy,
            revocation_clock,
            role_cache: RoleCache::default(),
            revocation_log: Newest::default(),
            membership_log: Newest::default(),
            pepper: Once::default(),
            pending_attempts,
            refused_access: refused_access::Recorded::default(),
            quiet_addresses: throttle::quiet_addresses(),
        }
    }

    /// The verifier of the access tokens made here.
    pub fn verifier(&self) -> &Arc<Verifier> {
        &self.verifier
    }

    /// The keys that access tokens are signed with.
    pub fn keys(&self) -> &Arc<KeyRing> {
        &self.keys
    }

    /// What the settings decided.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Makes the store ready for its first request.
    pub async fn prepare_store(&self) -> Result<(), AuthError> {
        Ok(self.store.prepare().await?)
    }

    /// Checks that the store can be reached and used; else returns why not, in words for an operator.
    pub async fn ping_store(&self) -> Result<(), Cause> {
        self.store.ping().await
    }

    /// The time now in whole milliseconds, as both stores keep it.
    pub fn now(&self) -> OffsetDateTime {
        let now = self.env.clock.now();
        now.replace_millisecond(now.millisecond()).unwrap_or(now)
    }

    /// The user of a token that was valid when it was issued.
    async fn known_user(&self, id: &str) -> Result<User, AuthError> {
        self.store.user(id).await?.filter(|user| !user.disabled).ok_or(AuthError::UserGone)
    }
}

#[cfg(test)]
#[path = "tests/world.rs"]
pub(crate) mod testing;
