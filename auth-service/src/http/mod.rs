//! The route table: verb, path, who may call, handler. Nothing else.

mod acting;
mod api_keys;
mod audit;
mod body;
mod clients;
pub mod cookie;
mod discovery;
mod error;
mod login;
mod oauth;
mod openapi;
pub mod origin;
mod parameters;
mod refusals;
mod revocations;
mod roles;
mod session;
mod sessions;
pub mod state;
mod token;
mod users;
mod users_admin;

use service_kit::route::{
    Access::{self, Public, Scope, Token},
    Endpoint,
};

/// Where the OpenAPI document is.
pub const OPENAPI: &str = "/auth/openapi.json";
/// Where the page to try it is.
pub const DOCS: &str = "/auth/docs";

/// Every endpoint of this service. `sign_up` says who may register a user.
pub fn endpoints(sign_up: Access) -> Vec<Endpoint> {
    vec![
        Endpoint::get("/auth/users", Scope("users:read"), users_admin::list),
        Endpoint::post("/auth/users", sign_up, users::sign_up),
        Endpoint::get("/auth/users/me", Token, users::me),
        Endpoint::patch("/auth/users/me", Token, users::change_me),
        Endpoint::delete("/auth/users/me", Token, users::delete_me),
        Endpoint::put("/auth/users/me/password", Token, users::change_password),
        Endpoint::get("/auth/users/{id}", Scope("users:read"), users_admin::one),
        Endpoint::patch("/auth/users/{id}", Scope("users:write"), users_admin::change),
        Endpoint::delete("/auth/users/{id}", Scope("users:write"), users_admin::remove),
        Endpoint::get("/auth/users/{id}/sessions", Scope("users:read"), users_admin::sessions),
        Endpoint::delete("/auth/users/{id}/sessions", Scope("users:write"), users_admin::end_sessions),
        Endpoint::get("/auth/roles", Scope("roles:read"), roles::list),
        Endpoint::put("/auth/roles/{name}", Scope("roles:write"), roles::set),
        Endpoint::delete("/auth/roles/{name}", Scope("roles:write"), roles::remove),
        Endpoint::get("/auth/clients", Scope("clients:read"), clients::list),
        Endpoint::post("/auth/clients", Scope("clients:write"), clients::create),
        Endpoint::get("/auth/clients/{id}", Scope("clients:read"), clients::one),
        Endpoint::patch("/auth/clients/{id}", Scope("clients:write"), clients::change),
        Endpoint::delete("/auth/clients/{id}", Scope("clients:write"), clients::remove),
        Endpoint::post("/auth/clients/{id}/secret", Scope("clients:write"), clients::renew_secret),
        Endpoint::get("/auth/api-keys", Token, api_keys::list),
        Endpoint::post("/auth/api-keys", Token, api_keys::create),
        Endpoint::delete("/auth/api-keys/{id}", Token, api_keys::remove),
        Endpoint::post("/auth/token", Public, token::token),
        Endpoint::post("/auth/revoke", Public, token::revoke),
        Endpoint::post("/auth/introspect", Public, token::introspect),
        Endpoint::get("/auth/revocations", Scope("revocations:read"), revocations::follow),
        Endpoint::post("/auth/revocations", Scope("revocations:write"), revocations::end_calculation),
        Endpoint::get("/auth/audit", Scope("audit:read"), audit::list),
        Endpoint::post("/auth/login", Public, session::login),
        Endpoint::post("/auth/token-refresh", Public, session::refresh),
        Endpoint::post("/auth/logout", Public, session::logout),
        Endpoint::get("/auth/sessions", Token, sessions::list),
        Endpoint::delete("/auth/sessions", Token, sessions::end_all),
        Endpoint::delete("/auth/sessions/{id}", Token, sessions::end),
        Endpoint::get("/.well-known/oauth-authorization-server", Public, discovery::metadata),
        Endpoint::get("/.well-known/jwks.json", Public, discovery::jwks),
        Endpoint::get(OPENAPI, Public, openapi::document),
    ]
}

#[cfg(test)]
mod tests;
