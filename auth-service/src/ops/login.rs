//! Logs a user in with e-mail and password: opens a session.

use shared_models::scope::ScopeSet;

use super::{Auth, AuthError, FIRST_PARTY, Grant};
use crate::domain::{
    email::Email,
    password::Password,
    roles,
    session::{Login, Session},
    user::User,
};

/// What a person logs in with, and what is known of their client.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// What was given as e-mail address.
    pub username: String,
    /// What was given as password.
    pub password: Password,
    /// Fewer scopes than the user's roles allow; all of them where absent.
    pub scope: Option<ScopeSet>,
    /// What the client calls itself.
    pub device: Option<String>,
    /// The address it comes from.
    pub address: Option<String>,
}

impl Auth {
    /// Opens a session. An unknown user, a wrong password and a disabled user get the same answer at the same
    /// cost.
    pub async fn login(&self, credentials: Credentials) -> Result<Grant, AuthError> {
        let user = self.authenticate(&credentials).await?;
        if let Err(beyond) = roles::narrow(&roles::scopes_of(&user.roles), credentials.scope.as_ref()) {
            return Err(AuthError::invalid("/scope", "scope", format!("scope: {beyond}")));
        }
        let login = Login {
            user_id: user.id,
            token_version: user.token_version,
            client_id: FIRST_PARTY.into(),
            scope: credentials.scope,
            device: credentials.device,
            address: credentials.address,
        };
        let (session, token) =
            Session::open(login, self.policy.lifetimes, self.now(), self.env.random.as_ref());
        self.store.insert_session(&session).await?;
        self.grant(&session, token).await?.ok_or(AuthError::InvalidCredentials)
    }

    async fn authenticate(&self, credentials: &Credentials) -> Result<User, AuthError> {
        let user = match Email::parse(&credentials.username) {
            Ok(email) => self.store.user_by_email(&email).await?,
            Err(_) => None,
        };
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let matches = self.hasher.matches(credentials.password.clone(), hash).await;
        let matches = matches.map_err(|error| AuthError::hashing(error, "/password"))?;
        let user = user.filter(|user| matches && !user.disabled).ok_or(AuthError::InvalidCredentials)?;
        if self.hasher.is_outdated(&user.password_hash) {
            self.strengthen(&user, credentials.password.clone()).await;
        }
        Ok(user)
    }

    /// Stores the password anew at today's cost. What fails here succeeds at the next login.
    async fn strengthen(&self, user: &User, password: Password) {
        let Ok(stronger) = self.hasher.renew(password).await else { return };
        if let Err(error) = self.store.replace_hash(&user.id, &user.password_hash, &stronger).await {
            tracing::warn!(user.id = %user.id, %error, "a password hash could not be strengthened");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::testing::World, *};

    #[tokio::test]
    async fn a_wrong_password_an_unknown_user_and_a_disabled_one_are_told_the_same() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        world.disabled_user("eve@example.org").await;
        let refusals = [
            world.try_login("ada@example.org", "another long password", None).await,
            world.try_login("bob@example.org", World::PASSWORD, None).await,
            world.try_login("eve@example.org", World::PASSWORD, None).await,
            world.try_login("no address", World::PASSWORD, None).await,
        ];
        for refusal in refusals {
            assert_eq!(refusal.unwrap_err(), AuthError::InvalidCredentials);
        }
    }

    #[tokio::test]
    async fn any_spelling_of_the_address_logs_in() {
        let world = World::new().await;
        world.user("Ada@example.org").await;
        assert!(world.try_login(" ada@EXAMPLE.org ", World::PASSWORD, None).await.is_ok());
    }

    #[tokio::test]
    async fn a_login_may_ask_for_fewer_scopes_and_keeps_to_them() {
        let world = World::new().await;
        world.user("ada@example.org").await;
        let grant =
            world.try_login("ada@example.org", World::PASSWORD, Some("calculations:read")).await.unwrap();
        assert_eq!(grant.scope.to_string(), "calculations:read");
        let renewed = world.renew(&grant.refresh_token).await.unwrap();
        assert_eq!(renewed.scope.to_string(), "calculations:read");
    }

    #[tokio::test]
    async fn a_login_that_asks_for_too_much_opens_no_session() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let refusal =
            world.try_login("ada@example.org", World::PASSWORD, Some("users:write")).await.unwrap_err();
        let AuthError::Invalid(faults) = refusal else { panic!("{refusal:?}") };
        assert_eq!(faults[0].pointer.as_deref(), Some("/scope"));
        assert!(faults[0].message.contains("users:write"), "{}", faults[0].message);
        assert!(world.auth.sessions(&user.id).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_weak_hash_is_made_anew_at_login() {
        let world = World::new().await;
        let before = world.user_with_cheap_hash("ada@example.org").await;
        world.login("ada@example.org").await;
        let after = world.auth.user_by_email(&before.email).await.unwrap().unwrap();
        assert_ne!(after.password_hash, before.password_hash);
        assert_eq!(after.token_version, before.token_version);
        world.login("ada@example.org").await;
    }
}
