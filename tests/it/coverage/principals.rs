//! Every route, asked by every kind of principal. What each kind may call is here in a table of its own; the route
//! table of auth-service says it too, as `x-principals` of the OpenAPI document, and both must agree.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{PUBLIC, Route, routes};
use crate::support::{Caller, Stack, caller::send, stack::ADMIN};

/// Who asks: a kind of principal, or one whose token is no longer good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Login,
    Narrowed,
    MustChange,
    ClientSession,
    Key,
    Service,
    Job,
    Disabled,
    LoggedOut,
}

use Kind::{ClientSession, Disabled, Job, Key, LoggedOut, Login, MustChange, Narrowed, Service};

const KINDS: [Kind; 9] = [Login, Narrowed, MustChange, ClientSession, Key, Service, Job, Disabled, LoggedOut];

/// Everything that this test opens, each scope by its name: narrower than an administrator, who holds `*`.
const SCOPES: &str = "audit:read calculations:read calculations:write clients:read clients:write \
    collections:write memberships:read projects:read projects:write revocations:read revocations:write reviews:read reviews:write roles:read roles:write \
    series:read series:write users:read users:write";
const PASSWORD: &str = "nine sacks beside the weir";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What a person does with their own account.
const SELF_SERVICE: &[&str] = &[
    "PATCH /auth/users/me",
    "DELETE /auth/users/me",
    "GET /auth/sessions",
    "DELETE /auth/sessions",
    "DELETE /auth/sessions/{id}",
    "GET /auth/api-keys",
    "POST /auth/api-keys",
    "DELETE /auth/api-keys/{id}",
    "POST /auth/projects/{id}/invitations",
    "POST /auth/invitations/accept",
];

/// What is expected of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// The caller was admitted: no 401 and no 403.
    Admitted,
    /// 403 with this code.
    Refused(&'static str),
    /// 401 `invalid_token`.
    Unknown,
    /// Any principal with a good token is known here; what it opens is for the collection to say.
    Known,
}

fn expected(route: &str, kind: Kind) -> Expected {
    use Expected::{Admitted, Known, Refused, Unknown};
    let only = |kinds: &[Kind]| if kinds.contains(&kind) { Admitted } else { Refused("login_required") };
    match (route, kind) {
        (_, Disabled | LoggedOut) => Unknown,
        (route, _) if route.contains(" /api/") => Known,
        ("GET /auth/users/me", _) => only(&[Login, Narrowed, MustChange, ClientSession, Key, Service]),
        ("PUT /auth/users/me/password", _) => only(&[Login, MustChange]),
        (route, _) if SELF_SERVICE.contains(&route) => only(&[Login]),
        // It asks for one of several scopes, after the kind of principal.
        ("GET /auth/search", _) => only(&[Login, Narrowed, ClientSession, Key, Service]),
        // A login needs no scope here, and is asked for the kind of principal first.
        (route, _) if route.contains(" /auth/projects") || route.contains(" /auth/teams") => {
            only(&[Login, Narrowed, ClientSession, Key, Service])
        }
        (_, MustChange) => Refused("insufficient_scope"),
        _ => only(&[Login, Narrowed, ClientSession, Key, Service]),
    }
}

/// The name that the OpenAPI document has for a kind; none for one whose token is not good.
fn name(kind: Kind) -> Option<&'static str> {
    match kind {
        Login => Some("login"),
        Narrowed => Some("narrowed_login"),
        MustChange => Some("must_change_login"),
        ClientSession => Some("client_session"),
        Key => Some("api_key"),
        Service => Some("service"),
        Job => Some("job"),
        Disabled | LoggedOut => None,
    }
}

/// An administrator of the test's own, not logged in: address and id.
async fn person(root: &Caller<'_>) -> (String, String) {
    let email = format!("u{}@example.org", Uuid::new_v4().simple());
    let made = root.post("/auth/users", &json!({"email": email, "password": PASSWORD})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().expect("an id").to_owned();
    let roles = root.patch(&format!("/auth/users/{id}"), &json!({"roles": ["admin"]})).await;
    assert_eq!(roles.status, 200, "{roles:?}");
    (email, id)
}

async fn token(request: RequestBuilder) -> String {
    let reply = send(request).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["access_token"].as_str().expect("a token").to_owned()
}

/// The token of a client that was just made, by this grant.
async fn token_of(stack: &Stack, made: &Value, form: &[(&str, &str)]) -> String {
    let (id, secret) = (made["client_id"].as_str().expect("an id"), made["client_secret"].as_str());
    token(stack.anonymous().request(Method::POST, "/auth/token").basic_auth(id, secret).form(form)).await
}

/// A caller of the kind, with everything that this kind can have.
async fn caller<'s>(stack: &'s Stack, root: &Caller<'s>, kind: Kind) -> Caller<'s> {
    let (email, id) = person(root).await;
    let user = format!("/auth/users/{id}");
    let login = stack.login(&email, PASSWORD).await;
    let scopes: Vec<&str> = SCOPES.split(' ').collect();
    let own = [("grant_type", "client_credentials")];
    let client = async |grants: &[&str]| {
        let made =
            root.post("/auth/clients", &json!({"name": "c", "scopes": scopes, "grants": grants})).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.json()
    };
    let form = [("username", email.as_str()), ("password", PASSWORD)];
    let token = match kind {
        Login => return login,
        Narrowed => {
            let form = [form.as_slice(), &[("scope", SCOPES)]].concat();
            token(stack.anonymous().request(Method::POST, "/auth/login").form(&form)).await
        }
        MustChange => {
            assert_eq!(root.patch(&user, &json!({"must_change_password": true})).await.status, 200);
            return stack.login(&email, PASSWORD).await;
        }
        ClientSession => {
            let form = [form.as_slice(), &[("grant_type", "password")]].concat();
            token_of(stack, &client(&["password"]).await, &form).await
        }
        Service => token_of(stack, &client(&["client_credentials"]).await, &own).await,
        Key => {
            let made = login.post("/auth/api-keys", &json!({"name": "k", "scopes": scopes})).await;
            assert_eq!(made.status, 201, "{made:?}");
            token_of(stack, &made.json(), &own).await
        }
        Job => {
            let details = json!([{"type": "calculation", "identifier": "c-1"}]).to_string();
            let form = [
                ("grant_type", EXCHANGE),
                ("client_id", "tessera-job"),
                ("subject_token_type", ACCESS_TOKEN),
                ("subject_token", login.token.as_deref().expect("a token")),
                ("scope", SCOPES),
                ("authorization_details", &details),
            ];
            token(stack.anonymous().request(Method::POST, "/auth/token").form(&form)).await
        }
        Disabled => {
            assert_eq!(root.patch(&user, &json!({"disabled": true})).await.status, 200);
            return login;
        }
        LoggedOut => {
            assert_eq!(login.log_out().await.status, 204);
            return login;
        }
    };
    stack.anonymous().with_token(&token)
}

/// The status of the answer and the code of its problem. The body of a success is not read: some have no end.
async fn ask(caller: &Caller<'_>, route: &Route) -> (u16, String) {
    let request = caller.request(route.method.clone(), &route.filled());
    let request = if route.takes_a_body() { request.json(&json!({})) } else { request };
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    if status < 400 {
        return (status, String::new());
    }
    let problem: Value = serde_json::from_str(&answer.text().await.expect("a body")).expect("a problem");
    (status, problem["code"].as_str().unwrap_or_default().to_owned())
}

/// Waits until resource-service has received that the token is revoked.
async fn refused_by_resource_service(caller: &Caller<'_>) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while caller.get("/api/collections").await.status != 401 {
        assert!(Instant::now() < deadline, "resource-service still serves a token that was revoked");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[expect(clippy::print_stdout, reason = "tests/run shows how many cases were asked")]
#[tokio::test]
async fn every_route_admits_the_principals_it_names_and_no_other() {
    let mut stack = Stack::embedded_with(&[("AUTH__REGISTRATION", "closed")]).await;
    stack.follow().await;
    let root = stack.login(ADMIN.0, ADMIN.1).await;
    let routes: Vec<Route> = routes(&stack)
        .await
        .into_iter()
        .filter(|route| route.name() == "POST /auth/users" || !PUBLIC.contains(&route.name().as_str()))
        .collect();
    let mut asked = 0;
    for kind in KINDS {
        let usual = caller(&stack, &root, kind).await;
        if matches!(kind, Disabled | LoggedOut) {
            refused_by_resource_service(&usual).await;
        }
        for route in &routes {
            let expected = expected(&route.name(), kind);
            let ends_the_caller = ["DELETE /auth/users/me", "DELETE /auth/sessions"];
            let (status, code) = if kind == Login && ends_the_caller.contains(&route.name().as_str()) {
                ask(&caller(&stack, &root, kind).await, route).await
            } else {
                ask(&usual, route).await
            };
            let right = match expected {
                Expected::Admitted => ![401, 403].contains(&status) && status < 500,
                Expected::Refused(expected) => (status, code.as_str()) == (403, expected),
                Expected::Unknown => (status, code.as_str()) == (401, "invalid_token"),
                Expected::Known => status != 401 && status < 500 && code != "login_required",
            };
            assert!(right, "{} by {kind:?}: {status} {code}, expected {expected:?}", route.name());
            asked += 1;
        }
    }
    println!("{asked} cases of route x principal: {} routes, {} principals", routes.len(), KINDS.len());
    assert_eq!(asked, routes.len() * KINDS.len());
    assert!(routes.len() >= 50, "only {} routes were asked", routes.len());
}

#[tokio::test]
async fn the_document_names_the_principals_of_each_route() {
    let stack = Stack::embedded_with(&[("AUTH__REGISTRATION", "closed")]).await;
    let mut compared = 0;
    for route in routes(&stack).await.iter().filter(|route| !route.path.starts_with("/api/")) {
        let documented: Vec<&str> = route.operation["x-principals"]
            .as_array()
            .unwrap_or_else(|| panic!("{} names no principals", route.name()))
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let public = PUBLIC.contains(&route.name().as_str()) && route.name() != "POST /auth/users";
        let admitted = |kind: &Kind| expected(&route.name(), *kind) == Expected::Admitted;
        let mut expected: Vec<&str> = KINDS.iter().copied().filter(admitted).filter_map(name).collect();
        if public {
            expected = vec!["anyone"];
        }
        assert_eq!(documented, expected, "{}", route.name());
        compared += 1;
    }
    assert!(compared >= 30, "only {compared} routes were compared");
}
