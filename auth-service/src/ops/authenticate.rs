//! Proves that a password is a user's: an attempt is taken, the password is checked, the attempt is settled.
//!
//! An unknown user, a wrong password, a disabled user and a hash that cannot be checked get the same answer at the
//! same cost.
//!
//! One cost differs by nature: a user who was imported with another system's hash costs what that hash costs, until
//! their first login replaces it.

use super::{Auth, AuthError, Origin, hasher::Place, throttle::Taken};
use crate::domain::{
    password::Password,
    password_hash::{PasswordHash, Verdict},
    user::User,
};

impl Auth {
    /// The user whose password it is; `pointer` is its place in the request. A hash that is weaker than today's is
    /// replaced.
    pub(super) async fn authenticate(
        &self,
        place: Place<'_>,
        taken: Taken,
        user: Option<User>,
        password: &Password,
        pointer: &str,
    ) -> Result<User, AuthError> {
        let hash = user.as_ref().and_then(checkable);
        let verdict = place.matches(password.clone(), hash).await;
        let verdict = verdict.map_err(|error| AuthError::hashing(error, pointer));
        let user = user.filter(|user| !user.disabled);
        let right = verdict.clone().map(|verdict| verdict != Verdict::Wrong && user.is_some());
        self.settle(taken, right).await?;
        let user = user.ok_or(AuthError::InvalidCredentials)?;
        if self.hasher.needs_rehash(&user.password_hash, verdict?) {
            self.strengthen(&user, password.clone()).await;
        }
        Ok(user)
    }

    /// Proves that the caller, who has a session of the user, knows the user's password. It is throttled as a login is,
    /// so a stranger at an open browser guesses no faster here. It has a bucket of its own, which no login uses up.
    pub(super) async fn prove_password(
        &self,
        user: User,
        password: &Password,
        origin: &Origin,
        pointer: &str,
    ) -> Result<User, AuthError> {
        let place = self.hasher.place().map_err(|error| AuthError::hashing(error, pointer))?;
        let bucket = self.own_password_bucket(&user.id).await?;
        let taken = self.take_attempt(bucket, origin.address).await?;
        self.authenticate(place, taken, Some(user), password, pointer).await
    }

    /// Replaces the hash with one of today's cost. A failure is retried at the next login.
    async fn strengthen(&self, user: &User, password: Password) {
        let Ok(stronger) = self.hasher.rehash(password).await else { return };
        if let Err(error) = self.store.replace_hash(&user.id, &user.password_hash, &stronger).await {
            tracing::warn!(user.id = %user.id, %error, "a password hash could not be strengthened");
        }
    }
}

/// The user's hash, if a password can be checked against it.
fn checkable(user: &User) -> Option<PasswordHash> {
    match user.password_hash.check() {
        Ok(()) => Some(user.password_hash.clone()),
        Err(error) => {
            let user = &user.id;
            tracing::error!(user.id = %user, %error, "a password hash cannot be checked; reset the user's password");
            None
        }
    }
}

#[cfg(test)]
#[path = "tests/authenticate.rs"]
mod tests;
