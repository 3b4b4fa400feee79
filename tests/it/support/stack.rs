//! Both services over one key file, in either form.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::{join, join_all};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    caller::Caller,
    process::Process,
    store::{client, shared, with_database},
};

/// `iss` of the tokens in tests.
pub const ISSUER: &str = "https://tessera.example";
/// `aud` of the tokens in tests.
pub const AUDIENCE: &str = "tessera-tests";
/// The admin of every stack.
pub const ADMIN: (&str, &str) = ("root@example.org", "mountains-of-quartz-41");

/// What the services of a stack are started with.
pub type Environment = Vec<(String, String)>;

/// A running system. Its parts end when it is dropped.
pub struct Stack {
    /// The auth-services.
    pub auth: Vec<Process>,
    /// The resource-services.
    pub resource: Vec<Process>,
    /// Where keys and logs lie.
    pub directory: TempDir,
    /// The shared secret, for tests that forge.
    pub secret: Vec<u8>,
    /// The environment of another auth-service of this stack.
    pub auth_environment: Environment,
    /// The environment of another resource-service of this stack.
    pub resource_environment: Environment,
    turn: AtomicUsize,
    pub(super) databases: Option<(String, Vec<String>)>,
}

/// `kid` of the key that a stack signs with.
pub const KID: &str = "test-key";

impl Stack {
    /// One of each service on SQLite.
    pub async fn embedded() -> Self {
        Self::embedded_with(&[]).await
    }

    /// One of each service on SQLite, with settings of the test's own.
    pub async fn embedded_with(settings: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().display();
        let urls = (format!("sqlite:{path}/auth.db"), format!("sqlite:{path}/resource.db"));
        Self::start(directory, urls, None, 1, settings).await
    }

    /// Two of each service on MongoDB.
    pub async fn replicated() -> Self {
        Self::replicated_with(&[]).await
    }

    /// Two of each service on MongoDB, with settings of the test's own.
    pub async fn replicated_with(settings: &[(&str, &str)]) -> Self {
        Self::replicated_on(&shared(), settings).await
    }

    /// Two of each service on the MongoDB at `url`.
    pub async fn replicated_on(url: &str, settings: &[(&str, &str)]) -> Self {
        let tag = Uuid::new_v4().simple().to_string();
        let names = vec![format!("tessera_it_{tag}_auth"), format!("tessera_it_{tag}_resource")];
        let urls = (with_database(url, &names[0]), with_database(url, &names[1]));
        let directory = tempfile::tempdir().expect("a temporary directory");
        // A server of the test's own goes with its data.
        let databases = (url == shared()).then(|| (url.to_owned(), names));
        Self::start(directory, urls, databases, 2, settings).await
    }

    async fn start(
        directory: TempDir,
        (auth_url, resource_url): (String, String),
        databases: Option<(String, Vec<String>)>,
        replicas: usize,
        settings: &[(&str, &str)],
    ) -> Self {
        let secret = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
        let keys = directory.path().join("keys.json");
        write_keys(&keys, &secret);
        let keys = keys.display().to_string();
        let own = |prefix: &str, store: &str| -> Environment {
            let fixed = [
                ("HTTP__LISTEN", "127.0.0.1:0"),
                ("HTTP__MANAGEMENT_LISTEN", "127.0.0.1:0"),
                ("STORE__URL", store),
                ("KEYS__FILE", &keys),
                ("TOKENS__ISSUER", ISSUER),
                ("TOKENS__AUDIENCE", AUDIENCE),
            ];
            let fixed = fixed.map(|(name, value)| (format!("{prefix}__{name}"), value.to_owned()));
            let extra = settings.iter().filter(|(name, _)| name.starts_with(&format!("{prefix}__")));
            fixed.into_iter().chain(extra.map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))).collect()
        };
        let mut auth_environment = own("AUTH", &auth_url);
        // Every user of a test signs up from one address. A test of the limit sets one of its own.
        let sign_ups = ("AUTH__THROTTLE__SIGN_UPS".to_owned(), "100000".to_owned());
        if !auth_environment.iter().any(|(name, _)| *name == sign_ups.0) {
            auth_environment.push(sign_ups);
        }
        auth_environment.push(("AUTH__BOOTSTRAP__ADMIN_EMAIL".into(), ADMIN.0.into()));
        auth_environment.push(("AUTH__BOOTSTRAP__ADMIN_PASSWORD".into(), ADMIN.1.into()));
        let resource_environment = own("RESOURCE", &resource_url);
        let mut stack = Self {
            auth: Vec::new(),
            resource: Vec::new(),
            directory,
            secret,
            auth_environment,
            resource_environment,
            turn: AtomicUsize::new(0),
            databases,
        };
        // All at once, as a rollout starts them.
        let (auth, resource) = {
            let replicas = |name| join_all((0..replicas).map(|_| stack.another(name)).collect::<Vec<_>>());
            join(replicas("auth-service"), replicas("resource-service")).await
        };
        (stack.auth, stack.resource) = (auth, resource);
        stack
    }

    /// Starts one more replica and waits until it is ready.
    pub async fn another(&self, name: &str) -> Process {
        let auth = name == "auth-service";
        let environment = if auth { &self.auth_environment } else { &self.resource_environment };
        Process::ready(name, self.directory.path(), environment).await
    }

    /// Restarts the resource-services with a client of their own: they follow revocations and read names.
    pub async fn follow(&mut self) {
        let client = {
            let scopes = ["revocations:read", "revocations:write", "users:read"];
            let body = json!({"name": "resource-service", "scopes": scopes});
            self.admin().await.post("/auth/clients", &body).await.json()
        };
        let text = |member: &str| client[member].as_str().expect("text").to_owned();
        let base = self.auth[0].base.clone();
        self.resource_environment.extend([
            ("RESOURCE__AUTH__URL".into(), base),
            ("RESOURCE__AUTH__CLIENT_ID".into(), text("client_id")),
            ("RESOURCE__AUTH__CLIENT_SECRET".into(), text("client_secret")),
        ]);
        for replica in 0..self.resource.len() {
            // An embedded store is opened by one process at a time.
            self.resource[replica].kill();
            self.resource[replica] = self.another("resource-service").await;
        }
    }

    /// The next replica that serves `path`, in turn.
    pub fn base(&self, path: &str) -> &str {
        let replicas = if path.starts_with("/api") { &self.resource } else { &self.auth };
        &replicas[self.turn.fetch_add(1, Ordering::Relaxed) % replicas.len()].base
    }

    /// Somebody without a token.
    pub fn anonymous(&self) -> Caller<'_> {
        Caller::new(self)
    }

    /// A new user, logged in.
    pub async fn scientist(&self) -> Caller<'_> {
        let email = format!("u{}@example.org", Uuid::new_v4().simple());
        let password = format!("pw {}", Uuid::new_v4().simple());
        let body = json!({"email": email, "password": password, "full_name": "Ada Lovelace"});
        let reply = self.anonymous().post("/auth/users", &body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        self.login(&email, &password).await
    }

    /// The admin, logged in.
    pub async fn admin(&self) -> Caller<'_> {
        self.login(ADMIN.0, ADMIN.1).await
    }

    /// Logs in and keeps the token and the cookie.
    pub async fn login(&self, email: &str, password: &str) -> Caller<'_> {
        let mut caller = self.anonymous();
        let reply = caller.log_in_patiently(email, password).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        caller
    }

    /// Somebody with a token that has just these scopes.
    pub fn bearer_of(&self, subject: &str, scope: &str) -> Caller<'_> {
        let claims = Self::claims(subject, scope);
        self.anonymous()
            .with_token(&self.forge(&json!({"alg": "HS256", "kid": KID, "typ": "at+jwt"}), &claims))
    }

    /// The claims of a good token.
    pub fn claims(subject: &str, scope: &str) -> serde_json::Value {
        let now = jsonwebtoken::get_current_timestamp();
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "client_id": "tests", "iat": now, "exp": now + 60,
            "jti": Uuid::new_v4().to_string(), "sid": "s1", "auth_time": now, "scope": scope, "roles": []})
    }

    /// Signs with the shared secret whatever it is given.
    pub fn forge(&self, header: &serde_json::Value, claims: &serde_json::Value) -> String {
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let key = jsonwebtoken::EncodingKey::from_secret(&self.secret);
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, jsonwebtoken::Algorithm::HS256);
        format!("{signed}.{}", signature.expect("HMAC never fails"))
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.auth.clear();
        self.resource.clear();
        let Some((url, names)) = self.databases.take() else { return };
        // A drop cannot wait for the driver on the test's own runtime.
        let _ = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let client = client(&url).await;
                for name in names {
                    let _ = client.database(&name).drop().await;
                }
            });
        })
        .join();
    }
}

fn write_keys(path: &Path, secret: &[u8]) {
    let key = json!({"kty": "oct", "alg": "HS256", "kid": KID, "k": URL_SAFE_NO_PAD.encode(secret),
        "key_ops": ["sign", "verify"]});
    std::fs::write(path, json!({ "keys": [key] }).to_string()).expect("keys can be written");
}
