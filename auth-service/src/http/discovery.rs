//! The public metadata and keys of this authorization server.

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{Data, Path},
};
use serde::Serialize;
use service_kit::{parameters::NoParameters, problem::Problem};
use shared_models::{claims::CALCULATION, clients::GrantType, problem::ProblemCode, scope::BUILT_IN};
use utoipa::ToSchema;

use super::{DOCS, refusals, state::State};

/// The authentication methods of clients (RFC 7591 section 2).
const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";

/// How long the answers may be cached: no longer than a new key waits before it signs.
const CACHED: (actix_web::http::header::HeaderName, &str) = (CACHE_CONTROL, "public, max-age=60");

/// Metadata of RFC 8414. There is no authorization endpoint: people log in at `/auth/login`.
#[derive(Serialize, ToSchema)]
struct Metadata<'a> {
    /// `iss` of every token.
    issuer: &'a str,
    /// The token endpoint.
    token_endpoint: String,
    /// How a client authenticates; `none` is only for jobs.
    token_endpoint_auth_methods_supported: [&'static str; 3],
    /// The revocation endpoint.
    revocation_endpoint: String,
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    /// The introspection endpoint.
    introspection_endpoint: String,
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    /// The URL of the public keys.
    jwks_uri: String,
    /// Scopes that ship with Tessera.
    scopes_supported: &'static [&'static str],
    response_types_supported: [&'static str; 0],
    grant_types_supported: [&'static str; 4],
    /// Kinds of `authorization_details` (RFC 9396 section 10).
    authorization_details_types_supported: [&'static str; 1],
    /// The documentation page.
    service_documentation: String,
}

/// A JWK Set (RFC 7517) of the public keys.
#[derive(ToSchema)]
#[expect(dead_code, reason = "shows the document's reader what the key ring writes")]
struct PublicKeys {
    /// Public keys; empty if tokens are signed with a shared key.
    keys: Vec<serde_json::Value>,
}

/// Metadata of the authorization server
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server", tag = "Discovery",
    responses((status = 200, description = "The metadata", body = inline(Metadata))),
)]
pub(super) async fn metadata(_: NoParameters, state: Data<State>) -> HttpResponse {
    described(&state)
}

fn described(state: &State) -> HttpResponse {
    let issuer = state.auth.policy().issuer.as_str();
    let base = issuer.trim_end_matches('/');
    HttpResponse::Ok().insert_header(CACHED).json(Metadata {
        issuer,
        token_endpoint: format!("{base}/auth/token"),
        token_endpoint_auth_methods_supported: [BASIC, POST, "none"],
        revocation_endpoint: format!("{base}/auth/revoke"),
        revocation_endpoint_auth_methods_supported: [BASIC, POST, "none"],
        introspection_endpoint: format!("{base}/auth/introspect"),
        introspection_endpoint_auth_methods_supported: [BASIC, POST],
        jwks_uri: format!("{base}/.well-known/jwks.json"),
        scopes_supported: BUILT_IN,
        response_types_supported: [],
        grant_types_supported: GrantType::ALL.map(GrantType::name),
        authorization_details_types_supported: [CALCULATION],
        service_documentation: format!("{base}{DOCS}"),
    })
}

/// Metadata of an authorization server whose issuer has a path
///
/// RFC 8414 section 3.1: the path of the issuer follows the well-known one. Any other path is 404.
#[utoipa::path(
    get, path = "/.well-known/oauth-authorization-server/{path}", tag = "Discovery",
    params(("path" = String, Path, description = "The path of the issuer")),
    responses((status = 200, description = "The metadata", body = inline(Metadata)), refusals::Missing),
)]
pub(super) async fn metadata_of_path(
    _: NoParameters,
    path: Path<String>,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let issuer = state.auth.policy().issuer.as_str();
    let own = issuer.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
    let own = own.map(|path| path.trim_end_matches('/')).filter(|path| !path.is_empty());
    if own != Some(path.as_str()) {
        return Err(Problem::new(ProblemCode::NotFound, "This is not the path of the issuer"));
    }
    Ok(described(&state))
}

/// Public keys that tokens are signed with
///
/// A shared key never leaves its file, so with one the list is empty.
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "Discovery",
    responses((status = 200, description = "The public keys", body = inline(PublicKeys))),
)]
pub(super) async fn jwks(_: NoParameters, state: Data<State>) -> HttpResponse {
    HttpResponse::Ok().insert_header(CACHED).json(state.auth.keys().current().public())
}
