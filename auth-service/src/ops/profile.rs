//! What users do with their own record: see it, change it, remove it.

use super::{Auth, AuthError};
use crate::domain::{name::FullName, user::User};

impl Auth {
    /// The user, as long as they may use the service.
    pub async fn profile(&self, user_id: &str) -> Result<User, AuthError> {
        self.known_user(user_id).await
    }

    /// Sets the name that others see, or removes it.
    pub async fn rename(&self, user_id: &str, full_name: Option<&str>) -> Result<User, AuthError> {
        let full_name = full_name.map(FullName::parse).transpose();
        let full_name = full_name
            .map_err(|fault| AuthError::invalid("/full_name", "format", format!("full_name: {fault}")))?;
        self.known_user(user_id).await?;
        let renamed = self.store.set_full_name(user_id, full_name.as_ref(), self.now()).await?;
        renamed.ok_or(AuthError::UserGone)
    }

    /// Removes the user and ends their sessions.
    pub async fn delete_user(&self, user_id: &str) -> Result<(), AuthError> {
        self.known_user(user_id).await?;
        if self.store.delete_user(user_id).await? { Ok(()) } else { Err(AuthError::UserGone) }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_name_is_changed_and_removed() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        world.advance(1);
        let renamed = world.auth.rename(&user.id, Some(" Augusta ")).await.unwrap();
        assert_eq!(renamed.full_name.as_ref().map(FullName::as_str), Some("Augusta"));
        assert!(renamed.updated_at > user.updated_at);
        assert_eq!(world.auth.rename(&user.id, None).await.unwrap().full_name, None);
        let refusal = world.auth.rename(&user.id, Some("")).await.unwrap_err();
        assert!(matches!(refusal, AuthError::Invalid(_)), "{refusal:?}");
    }

    #[tokio::test]
    async fn the_token_of_a_removed_or_disabled_user_opens_nothing() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        world.auth.delete_user(&user.id).await.unwrap();
        assert_eq!(world.auth.profile(&user.id).await, Err(AuthError::UserGone));
        assert_eq!(world.auth.delete_user(&user.id).await, Err(AuthError::UserGone));
        let disabled = world.disabled_user("eve@example.org").await;
        assert_eq!(world.auth.rename(&disabled.id, None).await, Err(AuthError::UserGone));
    }
}
