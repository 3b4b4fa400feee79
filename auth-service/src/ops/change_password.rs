//! Changes a user's password, and ends every session but the one that asks.

use super::{Auth, AuthError, error::weak, register::about};
use crate::{domain::password::Password, store::PasswordUpdate};

/// A user wants another password.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// Who.
    pub user_id: String,
    /// The session that asks, which lives on.
    pub session_id: Option<String>,
    /// The password until now.
    pub current: Password,
    /// The password from now on.
    pub new: Password,
}

impl Auth {
    /// Changes the password.
    pub async fn change_password(&self, change: PasswordChange) -> Result<(), AuthError> {
        change
            .new
            .check_length(self.policy.min_password_length)
            .map_err(|fault| AuthError::Invalid(vec![weak("/new", fault)]))?;
        let user = self.known_user(&change.user_id).await?;
        let matches = self.hasher.matches(change.current, Some(user.password_hash)).await;
        if !matches.map_err(|error| AuthError::hashing(error, "/current"))? {
            return Err(AuthError::InvalidCredentials);
        }
        let hash = self.hasher.enroll(change.new, about(&user.email, user.full_name.as_ref())).await;
        let update = PasswordUpdate {
            user_id: user.id,
            token_version: user.token_version,
            hash: hash.map_err(|error| AuthError::hashing(error, "/new"))?,
            keep_session: change.session_id,
            at: self.now(),
        };
        if self.store.change_password(&update).await? { Ok(()) } else { Err(AuthError::ChangedMeanwhile) }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    const NEW: &str = "a quite different long sentence";

    fn change(user_id: &str, session_id: Option<&str>, current: &str, new: &str) -> PasswordChange {
        PasswordChange {
            user_id: user_id.into(),
            session_id: session_id.map(Into::into),
            current: Password::new(current),
            new: Password::new(new),
        }
    }

    #[tokio::test]
    async fn only_the_session_that_asked_survives_and_only_the_new_password_logs_in() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let (mine, other) = (world.login("ada@example.org").await, world.login("ada@example.org").await);
        let session = mine.refresh_token.session_id.as_str();
        world.auth.change_password(change(&user.id, Some(session), World::PASSWORD, NEW)).await.unwrap();

        assert!(world.renew(&mine.refresh_token).await.is_ok());
        assert_eq!(world.renew(&other.refresh_token).await.unwrap_err(), AuthError::InvalidRefreshToken);
        let old = world.try_login("ada@example.org", World::PASSWORD, None).await;
        assert_eq!(old.unwrap_err(), AuthError::InvalidCredentials);
        assert!(world.try_login("ada@example.org", NEW, None).await.is_ok());
    }

    #[tokio::test]
    async fn a_wrong_current_or_a_weak_new_password_changes_nothing() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let wrong = world.auth.change_password(change(&user.id, None, "not my password", NEW)).await;
        assert_eq!(wrong, Err(AuthError::InvalidCredentials));
        for weak in ["short", "passwordpassword", "ada@example.org"] {
            let refusal = world.auth.change_password(change(&user.id, None, World::PASSWORD, weak)).await;
            let Err(AuthError::Invalid(faults)) = refusal else { panic!("{refusal:?}") };
            assert_eq!(faults[0].pointer.as_deref(), Some("/new"));
        }
        assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
    }
}
