//! Logs a user in with e-mail and password: opens a session.

use shared_models::scope::ScopeSet;

use super::{
    Auth, AuthError, FIRST_PARTY, Grant, Origin,
    audit::Act,
    throttle::{self, Taken},
};
use crate::{
    domain::{
        audit::{Action, Entry},
        email::Email,
        password::Password,
        roles,
        session::{Login, Session},
        user::User,
    },
    metrics,
};

/// What a person logs in with, and what is known of their client.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The e-mail address as it was sent.
    pub username: String,
    /// The password as it was sent.
    pub password: Password,
    /// A subset of the scopes that the user's roles allow; all of them if absent.
    pub scope: Option<ScopeSet>,
    /// If given, no token of the session allows more than this, whatever the user's roles allow.
    pub at_most: Option<ScopeSet>,
    /// The mark of a device that has logged in before.
    pub mark: Option<String>,
    /// What the client calls itself.
    pub device: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// An attempt to log in that was taken.
struct Attempt {
    taken: Taken,
    /// Whether the user has logged in from the device before.
    known_device: bool,
}

impl Auth {
    /// Opens a session. An unknown user, a wrong password and a disabled user get the same answer at the same
    /// cost.
    pub async fn login(&self, credentials: Credentials) -> Result<Grant, AuthError> {
        self.login_as(FIRST_PARTY, credentials).await
    }

    /// Opens a session that `client_id` refreshes.
    pub(super) async fn login_as(
        &self,
        client_id: &str,
        credentials: Credentials,
    ) -> Result<Grant, AuthError> {
        let origin = credentials.origin.clone();
        let (user, outcome) = self.try_login(client_id, credentials).await;
        let act = Act::new(Action::Login);
        let act = match &user {
            Some(user) => act.by(&user.id, client_id).to("user", &user.id),
            None => act,
        };
        // A success was recorded by the store together with the session.
        if let Err(refusal @ (AuthError::InvalidCredentials | AuthError::Invalid(_))) = &outcome {
            self.record(&origin, act.refused(refusal)).await;
        }
        count(&outcome);
        outcome
    }

    /// The user of the login, if known, and its outcome.
    async fn try_login(
        &self,
        client_id: &str,
        credentials: Credentials,
    ) -> (Option<User>, Result<Grant, AuthError>) {
        // The store is not asked if the password could not be hashed anyway.
        let place = match self.hasher.place() {
            Ok(place) => place,
            Err(error) => return (None, Err(AuthError::hashing(error, "/password"))),
        };
        let (attempt, user) = match self.attempt(&credentials).await {
            Ok(attempted) => attempted,
            Err(error) => return (None, Err(error)),
        };
        let outcome = async {
            let Attempt { taken, known_device } = attempt;
            let password = &credentials.password;
            let user = self.authenticate(place, taken, user.clone(), password, "/password").await?;
            let mark = if known_device { None } else { Some(self.device_mark(&user).await?) };
            let grant = self.open(client_id, user, credentials).await?;
            Ok(Grant { device: mark, ..grant })
        };
        let outcome = outcome.await;
        (user, outcome)
    }

    /// Takes an attempt, and reads the user at the same time. With the mark of a device the user is read first, because
    /// the mark is valid only for one state of the user.
    async fn attempt(&self, credentials: &Credentials) -> Result<(Attempt, Option<User>), AuthError> {
        let finding = async {
            match Email::known(&credentials.username) {
                Some(email) => Ok::<_, AuthError>(self.store.user_by_email(&email).await?),
                None => Ok(None),
            }
        };
        let address = credentials.origin.address;
        let account = self.account_bucket(&throttle::account(&credentials.username)).await?;
        let Some(mark) = &credentials.mark else {
            let (taken, user) = tokio::join!(self.take_attempt(account, address), finding);
            let taken = taken?;
            return match user {
                Ok(user) => Ok((Attempt { taken, known_device: false }, user)),
                // Nothing was tried: the attempt is given back.
                Err(error) => Err(self.settle(taken, Err(error.clone())).await.err().unwrap_or(error)),
            };
        };
        let user = finding.await?;
        let device = match &user {
            Some(user) => self.device_bucket(user, mark).await?,
            None => None,
        };
        let known_device = device.is_some();
        let taken = self.take_attempt(device.unwrap_or(account), address).await?;
        Ok((Attempt { taken, known_device }, user))
    }

    async fn open(&self, client_id: &str, user: User, credentials: Credentials) -> Result<Grant, AuthError> {
        let held = self.scopes_of(&user).await?;
        if let Err(beyond) = roles::narrow(&held, credentials.scope.as_ref()) {
            return Err(AuthError::invalid("/scope", "scope", format!("scope: {beyond}")));
        }
        let login = Login {
            user_id: user.id,
            token_version: user.token_version,
            client_id: client_id.to_owned(),
            scope: credentials.scope.or(credentials.at_most),
            delegation: None,
            device: credentials.device,
            address: credentials.origin.address.map(|address| address.to_string()),
        };
        let (session, token) =
            Session::open(login, self.policy.lifetimes, self.now(), self.env.random.as_ref());
        let act = Act::new(Action::Login).by(&session.user_id, client_id).to("user", &session.user_id);
        self.open_session(&session, &self.entry(&credentials.origin, act)).await?;
        self.grant(&session, token, None).await?.ok_or(AuthError::InvalidCredentials)
    }

    /// Adds a session; the least recently used ones that are more than its user may have end.
    pub(super) async fn open_session(&self, session: &Session, entry: &Entry) -> Result<(), AuthError> {
        let most = self.policy.max_sessions;
        Ok(self.store.insert_session(session, most, &self.revocation_clock, entry).await?)
    }
}

/// Counts logins by their outcome.
fn count(outcome: &Result<Grant, AuthError>) {
    let result = match outcome {
        Ok(_) => "ok",
        Err(AuthError::Throttled { .. }) => "throttled",
        Err(AuthError::Busy) => "busy",
        Err(AuthError::Unavailable | AuthError::Unknown | AuthError::Internal(_)) => "failed",
        Err(_) => "refused",
    };
    metrics::LOGINS.with([result]).increment(1);
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
        let refreshed = world.refresh(&grant.refresh_token).await.unwrap();
        assert_eq!(refreshed.scope.to_string(), "calculations:read");
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
        assert!(world.auth.sessions(&user.id, None, 10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_login_that_meets_the_end_of_all_sessions_gets_no_token() {
        let world = World::new().await;
        let user = world.user("ada@example.org").await;
        let credentials = || Credentials {
            username: "ada@example.org".into(),
            password: Password::new(World::PASSWORD),
            scope: None,
            at_most: None,
            mark: None,
            device: None,
            origin: Origin::default(),
        };
        // As the password check found them; their sessions end before the new one is written.
        let found = world.auth.store.user(&user.id).await.unwrap().unwrap();
        world.auth.end_sessions(&World::confirmed(&user.id, "")).await.unwrap();
        let late = world.auth.open(FIRST_PARTY, found, credentials()).await;
        assert_eq!(late.unwrap_err(), AuthError::InvalidCredentials);
        let found = world.auth.store.user(&user.id).await.unwrap().unwrap();
        assert!(world.auth.open(FIRST_PARTY, found, credentials()).await.is_ok());
    }
}
