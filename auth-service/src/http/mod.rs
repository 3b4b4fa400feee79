//! The route table: verb, path, who may call, handler. Nothing else.

pub mod cookie;
mod discovery;
mod error;
mod login;
mod openapi;
pub mod origin;
mod session;
mod sessions;
pub mod state;
mod users;

use service_kit::route::{
    Access::{self, Public, Token},
    Endpoint,
};

/// Where the OpenAPI document is.
pub const OPENAPI: &str = "/auth/openapi.json";
/// Where the page to try it is.
pub const DOCS: &str = "/auth/docs";

/// Every endpoint of this service. `sign_up` says who may register a user.
pub fn endpoints(sign_up: Access) -> Vec<Endpoint> {
    vec![
        Endpoint::post("/auth/users", sign_up, users::sign_up),
        Endpoint::get("/auth/users/me", Token, users::me),
        Endpoint::patch("/auth/users/me", Token, users::change_me),
        Endpoint::delete("/auth/users/me", Token, users::delete_me),
        Endpoint::put("/auth/users/me/password", Token, users::change_password),
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
