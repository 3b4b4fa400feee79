//! The OpenAPI document, made from the handlers it describes.

use std::sync::OnceLock;

use actix_web::{
    HttpResponse,
    http::{Method, header::CONTENT_TYPE},
    web::Data,
};
use serde_json::json;
use shared_models::scope::BUILT_IN;
use utoipa::{
    Modify, OpenApi as _,
    openapi::{
        OpenApi,
        extensions::ExtensionsBuilder,
        security::{ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Password, Scopes, SecurityScheme},
    },
};

use super::{
    api_keys, audit, clients, discovery, revocations, roles, row::Row, session, sessions, token, users,
    users_admin,
};

/// The document.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tessera auth-service",
        description = "Turns a proven identity into a short-lived signed token. Errors are RFC 9457 problems. \
            `x-principals` says which kinds of principal may call an operation: `login` (a person's own login with all \
            of their scopes), `narrowed_login` (one that asked for fewer), `must_change_login` (one of a user who must \
            choose another password), `client_session` (one that a client opened with the `password` grant), `api_key`, \
            `service`, `job` (a job grant); the others get 403 `login_required`.",
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
    fn modify(&self, document: &mut OpenApi) {
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

/// The document with what the route table says: `x-principals` are the kinds of principal that may call an operation.
pub struct Document {
    principals: Vec<(Method, &'static str, Vec<&'static str>)>,
    text: OnceLock<String>,
}

impl Document {
    /// The document of this table.
    pub fn of(table: &[Row]) -> Self {
        let said = |row: &Row| (row.method().clone(), row.path(), row.principals());
        Self { principals: table.iter().map(said).collect(), text: OnceLock::new() }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| self.made().to_json().unwrap_or_default())
    }

    /// The document, made anew.
    pub(super) fn made(&self) -> OpenApi {
        let mut document = Api::openapi();
        for (method, path, names) in &self.principals {
            let Some(item) = document.paths.paths.get_mut(*path) else { continue };
            let operation = match method.as_str() {
                "GET" => &mut item.get,
                "POST" => &mut item.post,
                "PUT" => &mut item.put,
                "PATCH" => &mut item.patch,
                "DELETE" => &mut item.delete,
                _ => continue,
            };
            if let Some(operation) = operation {
                let said = ExtensionsBuilder::new().add("x-principals", json!(names)).build();
                operation.extensions.get_or_insert_default().merge(said);
            }
        }
        document
    }
}

/// This document
#[utoipa::path(
    get, path = "/auth/openapi.json", tag = "Discovery",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")),
)]
pub(super) async fn document(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(document.text().to_owned())
}
