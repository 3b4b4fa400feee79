//! Compresses answers for clients that ask for it (RFC 9110 section 12.5.3). Knows nothing of their content.

use actix_http::encoding::Encoder;
use actix_web::{
    HttpMessage as _,
    body::{BodySize, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{self, AcceptEncoding, ContentEncoding, Encoding, HeaderMap, HeaderValue},
    },
    middleware::Next,
};

use crate::outgoing;

/// Answers shorter than this, in bytes, fit in one packet anyway.
const WORTHWHILE: u64 = 1024;

/// Sends text in gzip where the client accepts it.
///
/// An entity tag names a revision, whatever the content coding.
pub(crate) async fn compress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let accepted = request.get_header::<AcceptEncoding>();
    let response = outgoing::count(next.call(request).await?).await;
    Ok(response.map_body(|head, body| {
        let headers = head.headers();
        let varies = head.status == StatusCode::OK
            && is_text(headers)
            && !is_secret(headers)
            && !headers.contains_key(header::CONTENT_ENCODING)
            // Where ranges can be requested, the whole must be the same bytes.
            && !headers.contains_key(header::ACCEPT_RANGES);
        let worthwhile = match body.size() {
            BodySize::None => false,
            BodySize::Sized(bytes) => bytes >= WORTHWHILE,
            BodySize::Stream => true,
        };
        let coding = if varies && worthwhile && accepted.as_ref().is_some_and(takes_gzip) {
            ContentEncoding::Gzip
        } else {
            ContentEncoding::Identity
        };
        if varies && coding == ContentEncoding::Identity && !says_so(headers) {
            head.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        Encoder::response(coding, head, body)
    }))
}

fn takes_gzip(accepted: &AcceptEncoding) -> bool {
    accepted.negotiate([Encoding::identity(), Encoding::gzip()].iter()) == Some(Encoding::gzip())
}

/// Whether the answer says already that it depends on `Accept-Encoding`.
fn says_so(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::VARY).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|name| name.trim().eq_ignore_ascii_case("accept-encoding"))
}

/// Events must be sent immediately; tables and archives have their own compression.
fn is_text(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let (kind, subtype) = media_type.split_once('/').unwrap_or_default();
    match kind {
        "text" => subtype != "event-stream",
        "application" => ["json", "x-ndjson", "javascript"].contains(&subtype) || subtype.ends_with("+json"),
        "image" => subtype == "svg+xml",
        _ => false,
    }
}

/// Answers with `no-store` contain tokens. Compressed together with input of the client, their length would reveal the
/// tokens (CVE-2013-3587).
fn is_secret(headers: &HeaderMap) -> bool {
    let control = headers.get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    control.is_some_and(|control| control.contains("no-store"))
}

#[cfg(test)]
#[path = "tests/compress.rs"]
mod tests;
