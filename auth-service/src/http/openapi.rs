//! The OpenAPI document, made from the handlers it describes.

use actix_web::{HttpResponse, http::header::CONTENT_TYPE};
use shared_models::scope::BUILT_IN;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Password, Scopes, SecurityScheme},
    },
};

use super::{
    api_keys, audit, clients, discovery, revocations, roles, session, sessions, token, users, users_admin,
};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tessera auth-service",
        description = "Turns a proven identity into a short-lived signed token. Errors are RFC 9457 problems.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        users::sign_up,
        users::me,
        users::change_me,
        users::delete_me,
        users::change_password,
        users_admin::list,
        users_admin::one,
        users_admin::change,
        users_admin::remove,
        users_admin::sessions,
        users_admin::end_sessions,
        roles::list,
        roles::set,
        roles::remove,
        clients::list,
        clients::create,
        clients::one,
        clients::change,
        clients::remove,
        clients::renew_secret,
        api_keys::list,
        api_keys::create,
        api_keys::remove,
        token::token,
        token::revoke,
        token::introspect,
        revocations::follow,
        revocations::end_calculation,
        audit::list,
        session::login,
        session::refresh,
        session::logout,
        sessions::list,
        sessions::end,
        sessions::end_all,
        discovery::metadata,
        discovery::jwks,
        document,
    ),
    modifiers(&SecuritySchemes),
)]
pub(super) struct Api;

/// How to authorize: by logging in on the page, or with a token at hand.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut Document) {
        let scopes = BUILT_IN.iter().map(|scope| (*scope, "")).collect::<Scopes>();
        let login = OAuth2::new([
            Flow::Password(Password::new("/auth/login", scopes.clone())),
            Flow::ClientCredentials(ClientCredentials::new("/auth/token", scopes)),
        ]);
        let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("oauth2", SecurityScheme::OAuth2(login));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// This document
#[utoipa::path(
    get, path = "/auth/openapi.json", tag = "Discovery",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")),
)]
pub(super) async fn document() -> HttpResponse {
    static TEXT: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| Api::openapi().to_json().unwrap_or_default());
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(TEXT.as_str())
}
