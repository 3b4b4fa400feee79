//! The crate `oauth2`, which knows nothing of Tessera. Other languages' clients: `tests/clients`.

use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl, RefreshToken,
    RequestTokenError, ResourceOwnerPassword, ResourceOwnerUsername, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse as _, TokenResponse as _, TokenUrl,
    basic::{BasicClient, BasicErrorResponseType},
};
use serde_json::json;

use crate::support::{
    Stack, http, on_both_stores,
    stack::{ADMIN, ISSUER},
};

on_both_stores!(
    the_crate_oauth2_gets_narrows_asks_about_and_gives_back_a_token,
    the_crate_oauth2_renews_a_session_and_hears_that_it_is_over
);

/// Carries what the client sends to the public origin to the next replica, as a balancer does: the crate gives
/// tokens back over TLS alone.
async fn carry(stack: &Stack, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    assert_eq!(parts.uri.host(), Some("tessera.example"));
    let sent = http()
        .request(parts.method, format!("{}{path}", stack.base(&path)))
        .headers(parts.headers)
        .body(body)
        .send()
        .await?;
    let mut answer = HttpResponse::new(Vec::new());
    *answer.status_mut() = sent.status();
    *answer.headers_mut() = sent.headers().clone();
    *answer.body_mut() = sent.bytes().await?.into();
    Ok(answer)
}

async fn registered(stack: &Stack, scopes: &[&str], grants: &[&str]) -> (ClientId, ClientSecret) {
    let body = json!({"name": "loader", "scopes": scopes, "grants": grants});
    let made = stack.admin().await.post("/auth/clients", &body).await.json();
    let text = |member: &str| made[member].as_str().expect("text").to_owned();
    (ClientId::new(text("client_id")), ClientSecret::new(text("client_secret")))
}

macro_rules! client {
    ($id:expr, $secret:expr) => {
        BasicClient::new($id)
            .set_client_secret($secret)
            .set_token_uri(TokenUrl::new(format!("{ISSUER}/auth/token")).expect("a URL"))
            .set_revocation_url(RevocationUrl::new(format!("{ISSUER}/auth/revoke")).expect("a URL"))
            .set_introspection_url(IntrospectionUrl::new(format!("{ISSUER}/auth/introspect")).expect("a URL"))
    };
}

async fn the_crate_oauth2_gets_narrows_asks_about_and_gives_back_a_token(stack: Stack) {
    let http = |request: HttpRequest| carry(&stack, request);
    let (id, secret) =
        registered(&stack, &["calculations:read", "series:read"], &["client_credentials"]).await;
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = client!(id.clone(), secret.clone()).set_auth_type(auth_type);
        let narrow = client.exchange_client_credentials().add_scope(Scope::new("calculations:read".into()));
        let token = narrow.request_async(&http).await.expect("a token");
        assert_eq!(token.scopes().map(Vec::as_slice), Some(&[Scope::new("calculations:read".into())][..]));
        let bearer = stack.anonymous().with_token(token.access_token().secret());
        assert_eq!(bearer.get("/api/calculations").await.status, 200);
        assert_eq!(bearer.get("/api/series").await.status, 403);
        let introspection =
            client.introspect(token.access_token()).request_async(&http).await.expect("an answer");
        assert_eq!((introspection.active(), introspection.client_id()), (true, Some(&id)));
        let given_back = StandardRevocableToken::AccessToken(token.access_token().clone());
        client.revoke_token(given_back).expect("a URL with TLS").request_async(&http).await.expect("200");
        let introspection =
            client.introspect(token.access_token()).request_async(&http).await.expect("an answer");
        assert!(!introspection.active());
        let wide = client.exchange_client_credentials().add_scope(Scope::new("users:write".into()));
        match wide.request_async(&http).await {
            Err(RequestTokenError::ServerResponse(refusal)) => {
                assert_eq!(*refusal.error(), BasicErrorResponseType::InvalidScope);
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn the_crate_oauth2_renews_a_session_and_hears_that_it_is_over(stack: Stack) {
    let http = |request: HttpRequest| carry(&stack, request);
    let (id, secret) = registered(&stack, &["calculations:read"], &["password", "refresh_token"]).await;
    let client = client!(id, secret);
    let (name, password) =
        (ResourceOwnerUsername::new(ADMIN.0.into()), ResourceOwnerPassword::new(ADMIN.1.into()));
    let first = client.exchange_password(&name, &password).request_async(&http).await.expect("a token");
    let spent = first.refresh_token().expect("a refresh token");
    let second = client.exchange_refresh_token(spent).request_async(&http).await.expect("a token");
    let next = second.refresh_token().expect("a refresh token");
    assert_ne!(next.secret(), spent.secret());
    let given_back = StandardRevocableToken::RefreshToken(next.clone());
    client.revoke_token(given_back).expect("a URL with TLS").request_async(&http).await.expect("200");
    for worthless in [next, &RefreshToken::new("rt1.a.b.c".into())] {
        match client.exchange_refresh_token(worthless).request_async(&http).await {
            Err(RequestTokenError::ServerResponse(refusal)) => {
                assert_eq!(*refusal.error(), BasicErrorResponseType::InvalidGrant);
            }
            other => panic!("{other:?}"),
        }
    }
}
