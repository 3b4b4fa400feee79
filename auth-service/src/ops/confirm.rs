//! A user confirms an act that could lock them out or outlive their session: by a recent login, or by the password.

use std::ops::Deref;

use super::{Actor, Auth, AuthError};
use crate::domain::password::Password;

/// A caller with their own login who has just confirmed the request. Only [`Auth::confirm`] makes one.
#[derive(Clone, Debug)]
pub struct Confirmed(Actor);

impl Deref for Confirmed {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl Auth {
    /// Confirms an act of a user by the password, where it is given, and else by how recent the login is. A password is
    /// throttled and hashed as at a login, and a wrong one is refused however recent the login is.
    pub async fn confirm(&self, actor: Actor, password: Option<Password>) -> Result<Confirmed, AuthError> {
        if !actor.principal.is_login() {
            return Err(AuthError::LoginNeeded);
        }
        let recent = self.policy.recent_login.as_secs();
        match password {
            Some(password) => self.check_own_password(&actor, &password).await?,
            None if self.is_recent(&actor) => {}
            None => return Err(AuthError::RecentLoginNeeded { seconds: recent }),
        }
        Ok(Confirmed(actor))
    }

    fn is_recent(&self, actor: &Actor) -> bool {
        let recent = i64::try_from(self.policy.recent_login.as_secs()).unwrap_or(i64::MAX);
        let age = |since: i64| self.now().unix_timestamp().saturating_sub(since);
        actor.authenticated_at.is_some_and(|since| age(since) <= recent)
    }

    async fn check_own_password(&self, actor: &Actor, password: &Password) -> Result<(), AuthError> {
        let user = self.known_user(&actor.subject).await?;
        self.prove_password(user, password, &actor.origin, "/current_password").await.map(|_| ())
    }
}

#[cfg(test)]
impl Confirmed {
    /// What the user of that id confirms, without further questions.
    pub(crate) fn by(actor: Actor) -> Self {
        Self(actor)
    }
}

#[cfg(test)]
mod tests {
    use shared_models::claims::Principal;

    use super::{
        super::{Origin, testing::World},
        *,
    };

    async fn at_login(world: &World) -> Actor {
        world.user("ada@example.org").await;
        let grant = world.login("ada@example.org").await;
        let claims = world.auth.verifier().verify(&grant.access_token).unwrap();
        world.auth.actor(&claims, Origin::default()).await.unwrap()
    }

    #[tokio::test]
    async fn a_recent_login_confirms_and_an_older_one_needs_the_password() {
        let world = World::new().await;
        let actor = at_login(&world).await;
        world.advance(900);
        assert!(world.auth.confirm(actor.clone(), None).await.is_ok());
        world.advance(1);
        let refusal = world.auth.confirm(actor.clone(), None).await.unwrap_err();
        assert_eq!(refusal, AuthError::RecentLoginNeeded { seconds: 900 });
        let right = Password::new(World::PASSWORD);
        assert!(world.auth.confirm(actor.clone(), Some(right)).await.is_ok());
        // One password serves one request.
        assert!(world.auth.confirm(actor, None).await.is_err());
    }

    #[tokio::test]
    async fn a_wrong_password_is_refused_at_a_recent_login_too_and_guesses_are_throttled() {
        let world = World::new().await;
        let actor = at_login(&world).await;
        let guess = || world.auth.confirm(actor.clone(), Some(Password::new("a wrong long password")));
        for _ in 0..10 {
            assert_eq!(guess().await.unwrap_err(), AuthError::InvalidCredentials);
        }
        assert!(matches!(guess().await, Err(AuthError::Throttled { .. })));
        // Guesses here do not lock anyone out of the login.
        assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
    }

    #[tokio::test]
    async fn nobody_but_a_user_at_a_login_confirms_anything() {
        let world = World::new().await;
        let actor = at_login(&world).await;
        for principal in [Principal::ApiKey, Principal::Job, Principal::Service, Principal::ClientSession] {
            let other = Actor { principal, ..actor.clone() };
            let password = Some(Password::new(World::PASSWORD));
            assert_eq!(world.auth.confirm(other, password).await.unwrap_err(), AuthError::LoginNeeded);
        }
    }
}
