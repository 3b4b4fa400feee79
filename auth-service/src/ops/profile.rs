//! What users do with their own record: see it, change it, remove it.

use shared_models::claims::Principal;

use super::{Actor, Auth, AuthError, Confirmed, audit::Act};
use crate::domain::{audit::Action, name::FullName, user::User};

impl Auth {
    /// The user who calls; a service is none.
    pub async fn profile(&self, actor: &Actor) -> Result<User, AuthError> {
        if actor.principal == Principal::Service {
            return Err(AuthError::NotFound("user"));
        }
        self.known_user(&actor.subject).await
    }

    /// Sets the name that others see, or removes it.
    pub async fn rename(&self, actor: &Actor, full_name: Option<&str>) -> Result<User, AuthError> {
        let full_name = full_name.map(FullName::parse).transpose();
        let full_name = full_name
            .map_err(|fault| AuthError::invalid("/full_name", "format", format!("full_name: {fault}")))?;
        let act = Act::new(Action::UserChanged).to("user", &actor.subject).saying("full_name");
        let entry = self.entry_of(actor, act);
        let renamed =
            self.store.set_full_name(&actor.subject, full_name.as_ref(), self.now(), &entry).await?;
        renamed.ok_or(AuthError::UserGone)
    }

    /// Removes the user who calls and ends their sessions.
    pub async fn delete_user(&self, actor: &Confirmed) -> Result<(), AuthError> {
        let entry = self.entry_of(actor, Act::new(Action::UserRemoved).to("user", &actor.subject));
        let outcome = match self.removed(actor, &actor.subject, &entry).await {
            Err(AuthError::NotFound(_)) => Err(AuthError::UserGone),
            other => other,
        };
        self.or_refused(entry, outcome).await
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
        let asking = World::acting(&user.id, "");
        let renamed = world.auth.rename(&asking, Some(" Augusta ")).await.unwrap();
        assert_eq!(renamed.full_name.as_ref().map(FullName::as_str), Some("Augusta"));
        assert!(renamed.updated_at > user.updated_at);
        assert_eq!(world.auth.rename(&asking, None).await.unwrap().full_name, None);
        let refusal = world.auth.rename(&asking, Some("")).await.unwrap_err();
        assert!(matches!(refusal, AuthError::Invalid(_)), "{refusal:?}");
    }

    #[tokio::test]
    async fn a_removed_user_has_nothing_left_to_see() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let asking = World::acting(&user.id, "");
        let confirmed = World::confirmed(&user.id, "");
        world.auth.delete_user(&confirmed).await.unwrap();
        assert_eq!(world.auth.profile(&asking).await, Err(AuthError::UserGone));
        assert_eq!(world.auth.delete_user(&confirmed).await, Err(AuthError::UserGone));
        assert_eq!(world.auth.rename(&asking, None).await, Err(AuthError::UserGone));
    }
}
