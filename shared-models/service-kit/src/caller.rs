//! Who makes a request: the Bearer token of RFC 6750, checked once and handed to handlers as typed claims.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderValue},
};
use shared_models::{claims::AccessClaims, clients::SECRET_PREFIX, problem::ProblemCode};

use crate::{problem::Problem, token::Verifier};

/// The caller of a request, known by a valid access token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the token says.
    pub claims: Arc<AccessClaims>,
}

impl Caller {
    /// Refuses a caller whose token lacks `scope`.
    pub fn require(&self, scope: &str) -> Result<(), Problem> {
        if self.claims.scope.covers(scope) { Ok(()) } else { Err(Problem::insufficient_scope(scope)) }
    }

    /// Checks the token of a request, once: later calls return the first result.
    pub(crate) fn identify(request: &HttpRequest, verifier: &Verifier) -> Result<Self, Problem> {
        if let Some(known) = request.extensions().get::<Self>() {
            return Ok(known.clone());
        }
        let token = bearer(request)?.ok_or_else(Problem::unauthenticated)?;
        let claims = verifier.verify(token).map_err(|fault| {
            if is_client_secret(token) {
                Problem::invalid_token(SECRET)
            } else {
                Problem::invalid_token(fault)
            }
        });
        let caller = Self { claims: claims? };
        request.extensions_mut().insert(caller.clone());
        Ok(caller)
    }
}

impl Caller {
    /// Lets the ring look for the key of a token that it does not know, so that the first token of a new key is
    /// served and not refused.
    pub(crate) async fn refetch_key(request: &HttpRequest, verifier: &Verifier) {
        let lacking = |token: &str| verifier.lacks_key(token);
        if verifier.ring().is_remote() && bearer(request).ok().flatten().is_some_and(lacking) {
            verifier.ring().refetch().await;
        }
    }
}

/// The hint for a client that sent a secret instead of an access token.
const SECRET: &str = "this is the secret of an API key or a client, not an access token; exchange it for one at \
    POST /auth/token with grant_type=client_credentials, the id and the secret by HTTP Basic";

/// Whether what was sent as a token is a client's secret, alone or after its id. A token has two dots.
fn is_client_secret(token: &str) -> bool {
    token.contains(SECRET_PREFIX) && !token.contains('.')
}

/// The Bearer token of a request, if it has one.
pub fn bearer(request: &HttpRequest) -> Result<Option<&str>, Problem> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let (first, second) = (headers.next(), headers.next());
    if second.is_some() {
        let detail = "The Authorization header is given more than once";
        return Err(Problem::new(ProblemCode::InvalidRequest, detail).with_header(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"tessera\", error=\"invalid_request\""),
        ));
    }
    let Some(value) = first.and_then(|value| value.to_str().ok()) else { return Ok(None) };
    let Some((scheme, token)) = value.split_once(' ') else { return Ok(None) };
    Ok(scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' ')))
}

fn from_request(request: &HttpRequest) -> Result<Caller, Problem> {
    let verifier = request
        .app_data::<Arc<Verifier>>()
        .ok_or_else(|| Problem::internal("the route was mounted without a verifier"))?;
    Caller::identify(request, verifier)
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(from_request(request))
    }
}
