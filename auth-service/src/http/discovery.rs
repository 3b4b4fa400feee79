//! What anyone may know of this authorization server: its metadata and its public keys.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web::Data};
use serde::Serialize;
use shared_models::scope::BUILT_IN;
use utoipa::ToSchema;

use super::{DOCS, state::State};

/// How long the answers may be cached: no longer than a new key waits before it signs.
const CACHED: (actix_web::http::header::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=60");

/// Metadata of RFC 8414. The lists of grants and responses are empty because no OAuth client can be registered.
#[derive(Serialize, ToSchema)]
struct Metadata<'a> {
    /// `iss` of every token.
    issuer: &'a str,
    /// Where the public keys are.
    jwks_uri: String,
    /// Scopes that ship with Tessera.
    scopes_supported: &'static [&'static str],
    response_types_supported: [&'static str; 0],
    grant_types_supported: [&'static str; 0],
    /// A page to read about and try the endpoints.
    service_documentation: String,
}

/// A JWK Set (RFC 7517) of the keys that anyone may see.
#[derive(ToSchema)]
#[expect(dead_code, reason = "tells the document's reader what the key ring writes")]
struct PublicKeys {
    /// Public keys; empty where tokens are signed with a shared key.
    keys: Vec<serde_json::Value>,
}

/// Metadata of the authorization server
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "Discovery",
    responses((status = 200, body = inline(Metadata))),
)]
pub(super) async fn metadata(state: Data<State>) -> HttpResponse {
    let issuer = state.auth.policy().issuer.as_str();
    let base = issuer.trim_end_matches('/');
    HttpResponse::Ok().insert_header(CACHED).json(Metadata {
        issuer,
        jwks_uri: format!("{base}/.well-known/jwks.json"),
        scopes_supported: BUILT_IN,
        response_types_supported: [],
        grant_types_supported: [],
        service_documentation: format!("{base}{DOCS}"),
    })
}

/// Public keys that tokens are signed with
///
/// A shared key never leaves its file, so with one the list is empty.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "Discovery",
    responses((status = 200, body = inline(PublicKeys))),
)]
pub(super) async fn jwks(state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().insert_header(CACHED).json(state.auth.keys().current().public())
}
