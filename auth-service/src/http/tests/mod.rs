//! The endpoints as a client meets them, on an embedded store.

use std::{collections::BTreeSet, sync::Arc};

use actix_web::{
    App, HttpResponse,
    body::to_bytes,
    http::header::{AUTHORIZATION, CACHE_CONTROL, COOKIE, ORIGIN, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE},
    test::{TestRequest, init_service, try_call_service},
    web::Data,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use service_kit::problem::Problem;
use utoipa::OpenApi as _;

use super::{cookie::RefreshCookie, openapi::Api, origin::Origins, state::State, *};
use crate::ops::{AuthError, testing::World};

/// The service over `$world`, where `$sign_up` says who may register.
macro_rules! service {
    ($world:expr, $sign_up:expr) => {{
        let state = Data::new(State {
            auth: Arc::clone(&$world.auth),
            cookie: RefreshCookie::new(false),
            origins: Origins::new(Vec::new()),
            proxies: Default::default(),
        });
        init_service(App::new().configure(|config| {
            mount(config, $sign_up, &state, 16 * 1024);
        }))
        .await
    }};
    ($world:expr) => {
        service!($world, Public)
    };
}

macro_rules! send {
    ($app:expr, $request:expr) => {
        match try_call_service(&$app, $request.to_request()).await {
            Ok(response) => response.into_parts().1.map_into_boxed_body(),
            Err(error) => error.error_response(),
        }
    };
}

async fn body(response: HttpResponse) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap()
}

async fn code(response: HttpResponse) -> (u16, String) {
    let status = response.status().as_u16();
    (status, body(response).await["code"].as_str().unwrap().to_owned())
}

fn header(response: &HttpResponse, name: actix_web::http::header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn cookie(response: &HttpResponse) -> String {
    header(response, SET_COOKIE).split(';').next().unwrap().to_owned()
}

fn post(path: &str) -> TestRequest {
    TestRequest::post().uri(path)
}

fn login() -> TestRequest {
    post("/auth/login").set_form([("username", "ada@example.org"), ("password", World::PASSWORD)])
}

fn refresh(cookie: &str) -> TestRequest {
    post("/auth/token-refresh").insert_header((COOKIE, cookie.to_owned()))
}

fn same_origin(request: TestRequest) -> TestRequest {
    request.insert_header(("sec-fetch-site", "same-origin"))
}

#[test]
fn the_document_describes_every_endpoint_and_no_other() {
    let table: BTreeSet<(String, String)> = endpoints(Public)
        .iter()
        .map(|row| (row.path().replace(":.*}", "}"), row.method().as_str().to_lowercase()))
        .collect();
    let document = serde_json::to_value(Api::openapi()).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, verbs)| verbs.as_object().unwrap().keys().map(|verb| (path.clone(), verb.clone())))
        .collect();
    assert_eq!(described, table);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
}

#[test]
fn the_document_says_how_each_endpoint_refuses() {
    let document = serde_json::to_value(Api::openapi()).unwrap();
    for row in endpoints(Access::Scope("users:write")) {
        let name = format!("{} {}", row.method(), row.path());
        let operation = &document["paths"][row.path()][row.method().as_str().to_lowercase()];
        let refusals: &[&str] = match row.access() {
            Public => &[],
            Token | Access::TokenOr(_) | Access::Scope(_) => &["401", "403"],
        };
        for status in refusals {
            let content = &operation["responses"][status]["content"];
            assert!(content["application/problem+json"].is_object(), "{name}: {status}");
        }
        assert_eq!(operation["security"].is_array(), row.access() != Public, "{name}: security");
        if operation["requestBody"].is_object() {
            // The OAuth endpoints report all that is wrong with a form as 400 (RFC 6749 section 5.2).
            let oauth = operation["requestBody"]["content"].as_object().is_some_and(|content| {
                row.access() == Public
                    && content.len() == 1
                    && content.contains_key("application/x-www-form-urlencoded")
            });
            let statuses: &[&str] =
                if oauth { &["400", "401", "413"] } else { &["400", "413", "415", "422"] };
            for status in statuses {
                assert!(operation["responses"][*status].is_object(), "{name}: {status}");
            }
        }
    }
}

#[actix_web::test]
async fn a_login_gives_an_access_token_in_the_body_and_a_refresh_token_in_the_cookie_alone() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let response = send!(app, login());
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, CACHE_CONTROL), "no-store");
    let set = header(&response, SET_COOKIE).to_owned();
    assert!(set.starts_with("tessera_refresh=rt1.") && set.contains("HttpOnly; SameSite=Strict"), "{set}");
    assert!(set.contains("Max-Age=3600"), "{set}");
    let body = body(response).await;
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["access_token", "token_type", "expires_in", "scope"]);
    assert_eq!(body["token_type"], "bearer");
}

#[actix_web::test]
async fn the_same_credentials_log_in_as_json_and_by_basic() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let json = json!({"username": "ada@example.org", "password": World::PASSWORD});
    assert_eq!(send!(app, post("/auth/login").set_json(json)).status(), 200);

    let pair = STANDARD.encode(format!("ada@example.org:{}", World::PASSWORD));
    let basic = || post("/auth/login").insert_header((AUTHORIZATION, format!("Basic {pair}")));
    assert_eq!(send!(app, basic()).status(), 200);
    let narrowed = send!(app, basic().set_form([("scope", "series:read")]));
    assert_eq!(body(narrowed).await["scope"], "series:read");

    // As the documentation page logs in: its client, which has neither name nor secret, goes by Basic.
    let page = login().insert_header((AUTHORIZATION, format!("Basic {}", STANDARD.encode(":"))));
    assert_eq!(send!(app, page).status(), 200);
}

#[actix_web::test]
async fn credentials_that_are_none_are_refused_by_what_is_wrong_with_them() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let form = |pairs: &[(&str, &str)]| post("/auth/login").set_form(pairs);
    let good = [("username", "ada@example.org"), ("password", World::PASSWORD)];
    let with = |pair: (&'static str, &'static str)| [good.as_slice(), &[pair]].concat();
    let basic = |value: &str| post("/auth/login").insert_header((AUTHORIZATION, format!("Basic {value}")));
    let cases = [
        (form(&[("user[$ne]", ""), ("password", "x")]), 400, "invalid_request"),
        (form(&good[..1]), 400, "invalid_request"),
        (form(&with(("username", "eve@example.org"))), 400, "invalid_request"),
        (form(&with(("grant_type", "client_credentials"))), 422, "validation_error"),
        (form(&with(("scope", "users:write"))), 422, "validation_error"),
        (form(&with(("scope", "a\"b"))), 422, "validation_error"),
        (basic("bm8gY29sb24="), 400, "invalid_request"),
        (basic("YWRhOnB3").set_form(&good[..1]), 400, "invalid_request"),
        (post("/auth/login").set_payload("username=x"), 415, "unsupported_media_type"),
        (
            post("/auth/login").set_json(json!({"username": {"$ne": null}, "password": "x"})),
            422,
            "validation_error",
        ),
        (
            post("/auth/login").set_json(json!({"username": "x", "password": "x".repeat(1 << 20)})),
            413,
            "payload_too_large",
        ),
    ];
    for (number, (request, status, expected)) in cases.into_iter().enumerate() {
        assert_eq!(code(send!(app, request)).await, (status, expected.into()), "case {number}");
    }
}

#[actix_web::test]
async fn a_wrong_password_is_a_challenge_and_sets_no_cookie() {
    let world = World::new().await;
    let app = service!(world);
    let response = send!(app, login());
    assert_eq!(header(&response, WWW_AUTHENTICATE), "Bearer realm=\"tessera\"");
    assert_eq!(header(&response, SET_COOKIE), "");
    assert_eq!(code(response).await, (401, "invalid_credentials".into()));
}

#[actix_web::test]
async fn a_page_of_another_site_can_neither_log_in_nor_refresh_nor_log_out() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let mine = cookie(&send!(app, login()));
    let evil = (ORIGIN, "https://evil.example");
    let log_out = || post("/auth/logout").insert_header((COOKIE, mine.clone()));
    for request in [
        login().insert_header(evil.clone()),
        refresh(&mine).insert_header(evil.clone()),
        refresh(&mine).insert_header(("sec-fetch-site", "cross-site")),
        refresh(&mine),
        log_out().insert_header(evil.clone()),
        log_out(),
    ] {
        let response = send!(app, request);
        assert_eq!(header(&response, SET_COOKIE), "");
        assert_eq!(code(response).await, (403, "csrf_rejected".into()));
    }
    // Nothing rotated: after the time in which a used token would still be repeated, this one is still current.
    world.advance(60);
    assert_eq!(send!(app, same_origin(refresh(&mine))).status(), 200);
}

#[actix_web::test]
async fn a_session_goes_on_by_cookie_until_it_is_logged_out() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let first = cookie(&send!(app, login()));
    let refreshed = send!(app, same_origin(refresh(&first)));
    assert_eq!((refreshed.status().as_u16(), header(&refreshed, CACHE_CONTROL)), (200, "no-store"));
    let second = cookie(&refreshed);
    assert_ne!(first, second);

    let out = send!(app, same_origin(post("/auth/logout").insert_header((COOKIE, second.clone()))));
    assert_eq!(out.status(), 204);
    assert!(header(&out, SET_COOKIE).contains("Max-Age=0"));
    let refused = send!(app, same_origin(refresh(&second)));
    assert!(header(&refused, WWW_AUTHENTICATE).contains("invalid_token"));
    assert_eq!(code(refused).await, (401, "invalid_token".into()));
    let nobody = same_origin(post("/auth/token-refresh"));
    assert_eq!(code(send!(app, nobody)).await, (401, "invalid_token".into()));
}

#[actix_web::test]
async fn a_replayed_cookie_is_refused_and_cleared() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let app = service!(world);
    let first = cookie(&send!(app, login()));
    let second = cookie(&send!(app, same_origin(refresh(&first))));
    world.advance(31);
    let replay = send!(app, same_origin(refresh(&first)));
    assert!(header(&replay, SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(code(replay).await, (401, "invalid_token".into()));
    assert_eq!(send!(app, same_origin(refresh(&second))).status(), 401);
}

#[actix_web::test]
async fn a_shared_key_is_not_among_the_public_ones() {
    let world = World::new().await;
    let app = service!(world);
    let keys = send!(app, TestRequest::get().uri("/.well-known/jwks.json"));
    assert_eq!(body(keys).await, json!({"keys": []}));
    let metadata = send!(app, TestRequest::get().uri("/.well-known/oauth-authorization-server"));
    let metadata = body(metadata).await;
    assert_eq!(metadata["issuer"], world.auth.policy().issuer);
    assert_eq!(metadata["jwks_uri"], "http://127.0.0.1:8080/.well-known/jwks.json");
}

#[actix_web::test]
async fn the_metadata_of_an_issuer_with_a_path_is_where_rfc_8414_looks_for_it() {
    let plain = World::new().await;
    let app = service!(plain);
    for path in ["lab", "lab/auth", ""] {
        let uri = format!("/.well-known/oauth-authorization-server/{path}");
        assert_eq!(send!(app, TestRequest::get().uri(&uri)).status(), 404, "{path}");
    }
    let world = World::with(|policy| policy.issuer = "https://lab.example.org/tessera/auth/".into()).await;
    let app = service!(world);
    let uri = "/.well-known/oauth-authorization-server";
    for (path, status) in [("/tessera/auth", 200), ("/tessera", 404), ("/tessera/auth/x", 404), ("", 200)] {
        let response = send!(app, TestRequest::get().uri(&format!("{uri}{path}")));
        assert_eq!(response.status(), status, "{path}");
        if status == 200 {
            let metadata = body(response).await;
            assert_eq!(metadata["issuer"], "https://lab.example.org/tessera/auth/");
            assert_eq!(metadata["token_endpoint"], "https://lab.example.org/tessera/auth/auth/token");
        }
    }
}

#[actix_web::test]
async fn the_keys_of_a_user_are_listed_a_page_at_a_time_and_removed() {
    let world = World::new().await;
    let app = service!(world);
    world.admin().await;
    let ada = world.user("ada@example.org").await;
    let (first, secret) = world.key(&ada.id, "calculations:read").await;
    world.advance(1);
    let (second, _) = world.key(&ada.id, "calculations:read").await;
    let admin = world.login("root@example.org").await.access_token;
    let own = world.login("ada@example.org").await.access_token;
    let as_ =
        |request: TestRequest, token: &str| request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
    let keys = format!("/auth/users/{}/api-keys", ada.id);
    for (uri, token) in [(keys.as_str(), &admin), ("/auth/api-keys", &own)] {
        let page = body(send!(app, as_(TestRequest::get().uri(&format!("{uri}?limit=1")), token))).await;
        assert_eq!(page["items"][0]["client_id"], first.id.as_str(), "{page}");
        let rest = format!("{uri}?limit=1&after={}", page["next"].as_str().unwrap());
        let rest = body(send!(app, as_(TestRequest::get().uri(&rest), token))).await;
        assert_eq!(rest["items"][0]["client_id"], second.id.as_str());
        assert_eq!(rest["next"], Value::Null);
        assert!(!page.to_string().contains(&secret));
        for bad in ["limit=0", "colour=red"] {
            let response = send!(app, as_(TestRequest::get().uri(&format!("{uri}?{bad}")), token));
            assert_eq!(code(response).await, (422, "validation_error".into()), "{uri}?{bad}");
        }
    }
    assert_eq!(send!(app, as_(TestRequest::get().uri(&keys), &own)).status(), 403);
    let key = format!("{keys}/{}", first.id);
    assert_eq!(send!(app, as_(TestRequest::delete().uri(&key), &own)).status(), 403);
    assert_eq!(send!(app, as_(TestRequest::delete().uri(&key), &admin)).status(), 204);
    assert_eq!(send!(app, as_(TestRequest::delete().uri(&key), &admin)).status(), 404);
    let session = &world.auth.sessions_of(&ada.id, None, 10).await.unwrap()[0].id;
    let session = format!("/auth/users/{}/sessions/{session}", ada.id);
    assert_eq!(send!(app, as_(TestRequest::delete().uri(&session), &admin)).status(), 204);
    assert_eq!(send!(app, as_(TestRequest::get().uri("/auth/users/me"), &own)).status(), 401);
}

#[actix_web::test]
async fn limits_that_are_not_understood_are_refused_and_never_left_out() {
    let world = World::new().await;
    let app = service!(world);
    world.user("ada@example.org").await;
    let token = world.login("ada@example.org").await.access_token;
    let ask = |kind: &'static str, details: String| {
        TestRequest::post().uri("/auth/token").set_form([
            ("grant_type", kind.to_owned()),
            ("subject_token", token.clone()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token".into()),
            ("scope", "calculations:read".into()),
            ("authorization_details", details),
        ])
    };
    let limit = json!({"type": "calculation", "identifier": "c-1"});
    let good = json!([limit]).to_string();
    assert_eq!(send!(app, ask(token::TOKEN_EXCHANGE, good.clone())).status(), 200);
    for bad in [
        json!([{"type": "calculation", "identifier": "c-1", "actions": ["read"]}]),
        json!([{"type": "calculation", "identifier": "c-1", "locations": []}]),
        json!([{"type": "calculation"}]),
        json!([{"type": "account", "identifier": "c-1"}]),
        json!([{"type": "calculation", "identifier": 1}]),
        json!([limit, limit]),
        json!([]),
        limit.clone(),
        json!("calculation"),
    ] {
        let response = send!(app, ask(token::TOKEN_EXCHANGE, bad.to_string()));
        assert_eq!(response.status(), 400, "{bad}");
        assert_eq!(body(response).await["error"], "invalid_authorization_details", "{bad}");
    }
    let twice = r#"[{"type":"calculation","identifier":"c-1","identifier":"c-2"}]"#;
    for (kind, details) in [
        (token::TOKEN_EXCHANGE, twice.to_owned()),
        (token::TOKEN_EXCHANGE, "[".into()),
        ("client_credentials", good.clone()),
        ("password", good.clone()),
        ("refresh_token", good),
    ] {
        let response = send!(app, ask(kind, details));
        assert_eq!(body(response).await["error"], "invalid_authorization_details", "{kind}");
    }
}

#[actix_web::test]
async fn what_passes_by_itself_says_when_to_come_back_and_what_broke_says_nothing() {
    for error in [AuthError::Busy, AuthError::Unavailable] {
        let response = actix_web::ResponseError::error_response(&Problem::from(error));
        assert_eq!((response.status().as_u16(), header(&response, RETRY_AFTER)), (503, "1"));
    }
    let fault = Problem::from(AuthError::Internal("mongodb: secret detail".into()));
    let text = body(actix_web::ResponseError::error_response(&fault)).await.to_string();
    assert!(!text.contains("secret detail"), "{text}");
}

mod parameters;
mod principals;
