//! A service on an empty SQLite file and a clock that tests move.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use service_kit::{
    clock::{Clock as _, ManualClock, SystemClock},
    keys::{Algorithm, JwkSet, KeyOperation, KeyRing, Purpose, generate},
    random::OsRandom,
};
use shared_models::{auth::SignUp, claims::Principal, clients::NewApiKey};

use super::{
    Actor, Auth, AuthError, Confirmed, Credentials, Env, FIRST_PARTY, Grant, Origin, Policy, RefreshRequest,
    Registration, ThrottlePolicy,
    hasher::{Hasher, Limits},
};
use crate::{
    domain::{
        audit::{Action, Entry},
        client::Client,
        password::Password,
        password_hash::{Cost, PasswordHash, Scratch},
        refresh_token::RefreshToken,
        roles,
        session::Lifetimes,
        throttle::{Beyond, Limit},
        user::User,
    },
    store::{Store as _, Users as _, sqlite::SqliteStore},
};

const COST: Cost = Cost { memory_kib: 64, iterations: 2, parallelism: 1 };

/// The service and what it stands on.
pub(crate) struct World {
    pub(crate) auth: Arc<Auth>,
    clock: Arc<ManualClock>,
    store: Arc<SqliteStore>,
    _directory: tempfile::TempDir,
}

impl World {
    /// The password of every user here.
    pub(crate) const PASSWORD: &str = "the engine weaves algebraic patterns";

    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// One where the settings decided something else.
    pub(crate) async fn with(change: impl FnOnce(&mut Policy)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(SystemClock.now()));
        let mut key = generate(Algorithm::HS256, clock.now(), &OsRandom).unwrap();
        key.key_ops.push(KeyOperation::Sign);
        let ring = directory.path().join("keys.json");
        JwkSet { keys: vec![key] }.write(&ring).unwrap();
        let store = Arc::new(SqliteStore::open(&directory.path().join("auth.db")).unwrap());
        store.prepare().await.unwrap();
        let hasher = Hasher::new(COST, Limits { permits: 2, queue: 32 }, Arc::new(OsRandom)).unwrap();
        let window = Duration::from_secs(900);
        let mut policy = Policy {
            issuer: "http://127.0.0.1:8080".into(),
            audience: "tessera".into(),
            access_ttl: Duration::from_secs(300),
            max_sessions: 1000,
            throttle: ThrottlePolicy {
                account: Limit { free: 10, window, beyond: Beyond::Slower },
                address: Limit { free: 100, window, beyond: Beyond::Slower },
                sign_ups: Limit { free: 120, window, beyond: Beyond::Closed },
                exchanges: Limit { free: 20, window, beyond: Beyond::Closed },
            },
            job_ttl: Duration::from_secs(86400),
            job_idle: Duration::from_secs(86400),
            recent_login: Duration::from_secs(900),
            lifetimes: Lifetimes { idle: Duration::from_secs(3600), absolute: Duration::from_secs(43200) },
            min_password_length: 12,
            new_user_role: roles::SCIENTIST.into(),
            personal_projects: true,
            audit_retention: Some(Duration::from_secs(3600)),
        };
        change(&mut policy);
        let keys = Arc::new(KeyRing::open(&ring, Purpose::Sign).unwrap());
        let env = Env { clock: Arc::clone(&clock) as _, random: Arc::new(OsRandom) };
        let auth = Arc::new(Auth::new(Arc::clone(&store) as _, hasher, keys, env, policy));
        Self { auth, clock, store, _directory: directory }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// As NTP does to a clock that was ahead.
    pub(crate) fn set_back(&self, seconds: u64) {
        self.clock.set_back(Duration::from_secs(seconds));
    }

    pub(crate) fn registration(email: &str) -> Registration {
        Registration::parse(&Self::input(email), 12).unwrap()
    }

    fn input(email: &str) -> SignUp {
        SignUp { email: email.into(), password: Self::PASSWORD.into(), full_name: None }
    }

    pub(crate) async fn user(&self, email: &str) -> User {
        self.auth.sign_up(&Self::input(email), Origin::default()).await.unwrap()
    }

    pub(crate) async fn user_with_roles(&self, email: &str, roles: Vec<String>) -> User {
        self.auth.register(Self::registration(email), roles).await.unwrap()
    }

    /// Somebody who may do everything.
    pub(crate) async fn admin(&self) -> Actor {
        let admin = self.user_with_roles("root@example.org", vec![roles::ADMIN.into()]).await;
        Self::acting(&admin.id, "*")
    }

    /// A user whose token allows no more than `scope`.
    pub(crate) async fn actor_with(&self, scope: &str) -> Actor {
        let user = self.user_with_roles("limited@example.org", Vec::new()).await;
        Self::acting(&user.id, scope)
    }

    pub(crate) fn acting(subject: &str, scope: &str) -> Actor {
        Actor {
            principal: Principal::Login,
            subject: subject.into(),
            client_id: FIRST_PARTY.into(),
            session_id: None,
            authenticated_at: None,
            scope: scope.parse().unwrap(),
            origin: Origin::default(),
        }
    }

    /// A user who has confirmed what they ask for.
    pub(crate) fn confirmed(subject: &str, scope: &str) -> Confirmed {
        Confirmed::by(Self::acting(subject, scope))
    }

    fn entry() -> Entry {
        Entry::new(Action::UserCreated, SystemClock.now(), &OsRandom)
    }

    /// A role whose scopes are stored as another version may.
    pub(crate) async fn stored_role(&self, name: &str, scopes: &str) {
        self.store.write_role(name, scopes).await;
    }

    /// Scopes of a client as another version may store them.
    pub(crate) async fn stored_client_scopes(&self, client: &str, scopes: &str) {
        self.store.write_client_scopes(client, scopes).await;
    }

    /// An API key of a user, and its secret.
    pub(crate) async fn key(&self, owner: &str, scope: &str) -> (Client, String) {
        let user = Self::confirmed(owner, "*");
        let scopes = scope.split(' ').map(str::to_owned).collect();
        let input =
            NewApiKey { name: "cluster".into(), scopes, expires_in: Some(600), current_password: None };
        self.auth.create_api_key(&user, &input).await.unwrap()
    }

    pub(crate) async fn disabled_user(&self, email: &str) -> User {
        let user = User { disabled: true, ..self.made(email).await };
        self.store.insert_user(&user, &[], &Self::entry()).await.unwrap();
        user
    }

    pub(crate) async fn user_with_cheap_hash(&self, email: &str) -> User {
        let cost = Cost { iterations: 1, ..COST };
        let cheap =
            PasswordHash::make(&Password::new(Self::PASSWORD), cost, &OsRandom, &mut Scratch::default());
        self.user_with_hash(email, cheap.unwrap().as_str()).await
    }

    /// A user whose stored hash is this, whatever it is.
    pub(crate) async fn user_with_hash(&self, email: &str, hash: &str) -> User {
        let user = User { password_hash: PasswordHash::from_stored(hash.into()), ..self.made(email).await };
        self.store.insert_user(&user, &[], &Self::entry()).await.unwrap();
        user
    }

    /// A user who has a role that is not there.
    pub(crate) async fn user_with_leftover_role(&self, email: &str, role: &str) -> User {
        let user = User { roles: vec![role.into()], ..self.made(email).await };
        self.store.insert_user(&user, &[], &Self::entry()).await.unwrap();
        user
    }

    /// A user who is not stored.
    async fn made(&self, email: &str) -> User {
        let place = self.auth.hasher.place().unwrap();
        self.auth.new_user(place, Self::registration(email), Vec::new()).await.unwrap()
    }

    pub(crate) async fn try_login(
        &self,
        username: &str,
        password: &str,
        scope: Option<&str>,
    ) -> Result<Grant, AuthError> {
        let credentials = Credentials {
            scope: scope.map(|scope| scope.parse().unwrap()),
            ..credentials(username, password)
        };
        self.auth.login(credentials).await
    }

    /// Logs in from an address.
    pub(crate) async fn login_at(
        &self,
        address: std::net::IpAddr,
        username: String,
        password: String,
    ) -> Result<Grant, AuthError> {
        let credentials = Credentials {
            origin: Origin { address: Some(address), ..Origin::default() },
            ..credentials(&username, &password)
        };
        self.auth.login(credentials).await
    }

    /// Logs in from a device that is known by its mark.
    pub(crate) async fn login_from(
        &self,
        mark: &str,
        username: &str,
        password: &str,
    ) -> Result<Grant, AuthError> {
        let credentials = Credentials { mark: Some(mark.to_owned()), ..credentials(username, password) };
        self.auth.login(credentials).await
    }

    /// Logs in from an address, from a device that is known by its mark.
    pub(crate) async fn login_from_device_at(
        &self,
        mark: &str,
        address: std::net::IpAddr,
        username: &str,
        password: &str,
    ) -> Result<Grant, AuthError> {
        let credentials = Credentials {
            mark: Some(mark.to_owned()),
            origin: Origin { address: Some(address), ..Origin::default() },
            ..credentials(username, password)
        };
        self.auth.login(credentials).await
    }

    pub(crate) async fn login(&self, email: &str) -> Grant {
        self.try_login(email, Self::PASSWORD, None).await.unwrap()
    }

    pub(crate) async fn refresh(&self, token: &RefreshToken) -> Result<Grant, AuthError> {
        let refresh_token = token.expose();
        let origin = Origin::default();
        let request = RefreshRequest {
            refresh_token: &refresh_token,
            client_id: FIRST_PARTY,
            access_token: None,
            scope: None,
            origin: &origin,
            arrived: Instant::now(),
        };
        self.auth.rotate(request).await
    }
}

/// Credentials from nowhere in particular, for all that the user has.
fn credentials(username: &str, password: &str) -> Credentials {
    Credentials {
        username: username.into(),
        password: Password::new(password),
        scope: None,
        at_most: None,
        mark: None,
        device: None,
        origin: Origin::default(),
    }
}
