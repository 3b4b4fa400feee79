//! Creates the first admin once, however many replicas start at the same time.

use super::{Actor, Auth, AuthError, Registration, audit::Act};
use crate::domain::{audit::Action, roles};

/// The outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstAdmin {
    /// The admin was created.
    Made,
    /// There is an admin already; nothing was done.
    Exists,
}

impl Auth {
    /// How many admins there are.
    pub async fn count_admins(&self) -> Result<u64, AuthError> {
        Ok(self.store.count_admins().await?)
    }

    /// Creates an admin if there is none.
    pub async fn first_admin(&self, registration: Registration) -> Result<FirstAdmin, AuthError> {
        // The store decides; the look-up only saves the hash.
        if self.count_admins().await? > 0 {
            return Ok(FirstAdmin::Exists);
        }
        let place = self.hasher.place().map_err(|error| AuthError::hashing(error, "/password"))?;
        let admin = self.new_user(place, registration, vec![roles::ADMIN.into()]).await?;
        let act = Act::new(Action::UserCreated).to("user", &admin.id).saying("the first administrator");
        let entry = self.entry_of(&Actor::operator(), act);
        let made = self.store.insert_first_admin(&admin, &entry).await?;
        Ok(if made { FirstAdmin::Made } else { FirstAdmin::Exists })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn the_first_admin_is_made_once_and_holds_every_scope() {
        let world = World::new().await;
        let root = World::registration("root@example.org");
        assert_eq!(world.auth.first_admin(root.clone()).await, Ok(FirstAdmin::Made));
        assert_eq!(
            world.auth.first_admin(World::registration("other@example.org")).await,
            Ok(FirstAdmin::Exists)
        );
        assert_eq!(world.auth.count_admins().await, Ok(1));
        assert!(world.login("root@example.org").await.scope.covers("anything:read"));
    }

    #[tokio::test]
    async fn an_ordinary_user_is_not_made_admin() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let refusal = world.auth.first_admin(World::registration("ada@example.org")).await;
        assert_eq!(refusal, Err(AuthError::Taken { field: "email" }));
    }
}
