//! Changes a user's password, and ends every session but the caller's.

use super::{Actor, Auth, AuthError, audit::Act, error::weak, register::about};
use crate::{
    domain::{
        audit::{Action, Entry},
        password::Password,
    },
    store::PasswordUpdate,
};

/// A change of password.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// The current password.
    pub current: Password,
    /// The new password.
    pub new: Password,
}

impl Auth {
    /// Changes the password of the caller; the caller's session continues.
    pub async fn change_password(&self, actor: &Actor, change: PasswordChange) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::PasswordChanged).to("user", &actor.subject));
        let outcome = self.try_change_password(actor, change, &entry).await;
        self.or_refused(entry, outcome).await
    }

    async fn try_change_password(
        &self,
        actor: &Actor,
        change: PasswordChange,
        entry: &Entry,
    ) -> Result<(), AuthError> {
        change
            .new
            .check_length(self.policy.min_password_length)
            .map_err(|fault| AuthError::Invalid(vec![weak("/new", fault)]))?;
        let user = self.known_user(&actor.subject).await?;
        let same = change.new.bytes() == change.current.bytes();
        let user = self.prove_password(user, &change.current, &actor.origin, "/current").await?;
        if same && user.must_change_password {
            let fault = "new: must differ from the current password";
            return Err(AuthError::invalid("/new", "same", fault));
        }
        let hash = self.hasher.enroll(change.new, about(&user.email, user.full_name.as_ref())).await;
        let update = PasswordUpdate {
            user_id: user.id,
            token_version: user.token_version,
            hash: hash.map_err(|error| AuthError::hashing(error, "/new"))?,
            keep_session: actor.session_id.clone(),
            at: self.now(),
        };
        let changed = self.store.change_password(&update, &self.revocation_clock, entry).await?;
        if changed { Ok(()) } else { Err(AuthError::ChangedMeanwhile) }
    }
}

#[cfg(test)]
mod tests {
    use shared_models::auth::UserChange;

    use super::{super::testing::World, *};

    const NEW: &str = "a quite different long sentence";

    fn change(current: &str, new: &str) -> PasswordChange {
        PasswordChange { current: Password::new(current), new: Password::new(new) }
    }

    #[tokio::test]
    async fn only_the_session_that_asked_survives_and_only_the_new_password_logs_in() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let (mine, other) = (world.login("ada@example.org").await, world.login("ada@example.org").await);
        let session = mine.refresh_token.session_id.as_str();
        let asking = Actor { session_id: Some(session.into()), ..World::acting(&user.id, "") };
        world.auth.change_password(&asking, change(World::PASSWORD, NEW)).await.unwrap();

        assert!(world.refresh(&mine.refresh_token).await.is_ok());
        assert_eq!(world.refresh(&other.refresh_token).await.unwrap_err(), AuthError::InvalidRefreshToken);
        let old = world.try_login("ada@example.org", World::PASSWORD, None).await;
        assert_eq!(old.unwrap_err(), AuthError::InvalidCredentials);
        assert!(world.try_login("ada@example.org", NEW, None).await.is_ok());
    }

    #[tokio::test]
    async fn a_wrong_current_or_a_weak_new_password_changes_nothing() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let asking = World::acting(&user.id, "");
        let wrong = world.auth.change_password(&asking, change("not my password", NEW)).await;
        assert_eq!(wrong, Err(AuthError::InvalidCredentials));
        for weak in ["short", "passwordpassword", "ada@example.org"] {
            let refusal = world.auth.change_password(&asking, change(World::PASSWORD, weak)).await;
            let Err(AuthError::Invalid(faults)) = refusal else { panic!("{refusal:?}") };
            assert_eq!(faults[0].pointer.as_deref(), Some("/new"));
        }
        assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
    }

    #[tokio::test]
    async fn a_password_that_must_be_changed_is_not_changed_to_itself() {
        let world = World::new().await;
        let admin = world.admin().await;
        let user = world.user("ada@example.org").await;
        let force = UserChange { must_change_password: Some(true), ..UserChange::default() };
        world.auth.change_user(&admin, &user.id, &force).await.unwrap();
        let asking = World::acting(&user.id, "");
        let refusal = world.auth.change_password(&asking, change(World::PASSWORD, World::PASSWORD)).await;
        let Err(AuthError::Invalid(faults)) = refusal else { panic!("{refusal:?}") };
        assert_eq!((faults[0].pointer.as_deref(), faults[0].code.as_str()), (Some("/new"), "same"));
        let wrong = world.auth.change_password(&asking, change("not my password", "not my password")).await;
        assert_eq!(wrong, Err(AuthError::InvalidCredentials), "which of them is wrong is not revealed");
        assert!(world.auth.user(&user.id).await.unwrap().must_change_password);
        assert_eq!(world.auth.change_password(&asking, change(World::PASSWORD, NEW)).await, Ok(()));
        assert!(!world.auth.user(&user.id).await.unwrap().must_change_password);
    }
}
