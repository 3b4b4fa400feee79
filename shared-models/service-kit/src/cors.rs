//! What pages of other origins may send and read (Fetch standard, CORS protocol). Knows no route.

use actix_cors::Cors;
use actix_web::http::Method;

/// The methods a page may use. `HEAD` is allowed wherever `GET` is.
const METHODS: [Method; 6] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The request headers a page may send, apart from those that are always allowed.
const REQUEST_HEADERS: [&str; 15] = [
    "authorization",
    "cache-control",
    "content-digest",
    "content-range",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "if-range",
    "last-event-id",
    "range",
    "repr-digest",
    "traceparent",
    "tracestate",
    "x-request-id",
];

/// The response headers a page may read, apart from those that are always allowed.
const RESPONSE_HEADERS: [&str; 11] = [
    "accept-patch",
    "allow",
    "content-disposition",
    "content-range",
    "etag",
    "link",
    "location",
    "repr-digest",
    "retry-after",
    "www-authenticate",
    "x-request-id",
];

/// How long a browser may cache the answer to a preflight request, in seconds.
const MAX_AGE: usize = 3600;

/// Lets the browsers of `origins` call with credentials, and no other.
pub(crate) fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(METHODS)
        .allowed_headers(REQUEST_HEADERS)
        .expose_headers(RESPONSE_HEADERS)
        .supports_credentials()
        .max_age(MAX_AGE);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}
