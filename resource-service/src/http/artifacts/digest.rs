//! Digests of a body, as senders announce them: `Content-Digest` and `Repr-Digest` (RFC 9530), and `?sha256=`.

use actix_web::{
    HttpRequest,
    http::header::{HeaderName, HeaderValue},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use service_kit::{
    parameters::{FromParameters, ParameterReader},
    problem::Problem,
};
use shared_models::problem::ProblemCode;

use crate::domain::artifacts::hexadecimal;

/// Bytes of a SHA-256.
const LENGTH: usize = 32;

/// What the query of an upload says.
pub struct UploadParameters {
    /// The SHA-256 of the whole file, in lower-case hexadecimal.
    pub sha256: Option<String>,
}

impl FromParameters for UploadParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let hexadecimal = |text: &str| {
            let valid = text.len() == 2 * LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            valid.then(|| text.to_ascii_lowercase())
        };
        let expected = "64 hexadecimal digits, as sha256sum prints them";
        Self { sha256: reader.parsed("sha256", "type", expected, hexadecimal) }
    }
}

/// The SHA-256 that the request announces for the whole file, in lower-case hexadecimal: in headers, or as `sha256` in
/// the query.
///
/// A digest that cannot be checked is refused, so that nobody takes a file for checked that was not. One of a part is
/// one: `Content-Digest` is of the body, and of the whole file only where the body is.
pub fn announced(
    request: &HttpRequest,
    sha256: Option<String>,
    partial: bool,
) -> Result<Option<String>, Problem> {
    let mut found: Vec<String> = Vec::new();
    let content = HeaderName::from_static("content-digest");
    if partial && request.headers().contains_key(&content) {
        let detail =
            "Content-Digest of a part is not checked; send Repr-Digest, the digest of the whole file";
        return Err(Problem::new(ProblemCode::InvalidRequest, detail));
    }
    for name in [content, HeaderName::from_static("repr-digest")] {
        for value in request.headers().get_all(&name) {
            found.push(read(&name, value)?);
        }
    }
    found.extend(sha256);
    found.dedup();
    match found.len() {
        0 | 1 => Ok(found.pop()),
        _ => Err(Problem::new(ProblemCode::InvalidRequest, "the announced digests differ")),
    }
}

/// The member `sha-256` of a dictionary of byte sequences (RFC 8941).
fn read(name: &HeaderName, value: &HeaderValue) -> Result<String, Problem> {
    let members = value.to_str().unwrap_or_default().split(',').map(str::trim);
    let digest = members
        .filter_map(|member| member.split_once('='))
        .find(|(algorithm, _)| *algorithm == "sha-256")
        .and_then(|(_, value)| value.strip_prefix(':')?.strip_suffix(':'))
        .and_then(|digest| STANDARD.decode(digest).ok())
        .filter(|digest| digest.len() == LENGTH);
    let digest = digest.ok_or_else(|| {
        let detail = format!("{name}: expected sha-256=:BASE64:, the one digest that is checked here");
        Problem::new(ProblemCode::InvalidRequest, detail)
    })?;
    Ok(hexadecimal(&digest))
}

/// The value of `Repr-Digest` for a SHA-256 in hexadecimal.
pub fn written(sha256: &str) -> String {
    let digit = |at: usize| sha256.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Vec<u8> = (0..sha256.len()).step_by(2).filter_map(digit).collect();
    format!("sha-256=:{}:", STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use actix_web::{FromRequest as _, test::TestRequest};

    use super::*;
    use service_kit::parameters::Parameters;

    /// Of "abc".
    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const HEADER: &str = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";

    async fn of(query: &str, headers: &[(&'static str, &str)], partial: bool) -> Result<Option<String>, u16> {
        let request = TestRequest::with_uri(&format!("/x{query}"));
        let request = headers.iter().fold(request, |request, header| request.append_header(*header));
        let request = request.to_http_request();
        let parameters = Parameters::<UploadParameters>::extract(&request).await;
        let announced = parameters
            .and_then(Parameters::accept)
            .and_then(|parameters| announced(&request, parameters.sha256, partial));
        announced.map_err(|problem| problem.code().status())
    }

    #[actix_web::test]
    async fn each_way_to_announce_a_digest_is_understood() {
        let hex = Ok(Some(HEX.to_owned()));
        assert_eq!(of("", &[], false).await, Ok(None));
        assert_eq!(of(&format!("?sha256={}", HEX.to_uppercase()), &[], false).await, hex);
        assert_eq!(of("", &[("content-digest", HEADER)], false).await, hex);
        assert_eq!(of("", &[("repr-digest", &format!("sha-512=:AA==:, {HEADER}"))], true).await, hex);
        assert_eq!(of(&format!("?sha256={HEX}"), &[("repr-digest", HEADER)], true).await, hex);
        assert_eq!(written(HEX), HEADER);
    }

    #[actix_web::test]
    async fn a_digest_that_cannot_be_checked_is_refused() {
        assert_eq!(of("?sha256=abc", &[], false).await, Err(422));
        assert_eq!(of("?md5=abc", &[], false).await, Err(422));
        for header in ["", "sha-512=:AA==:", "sha-256=:AA==:", "sha-256=abc", "sha-256=:!:", "SHA-256=abc"] {
            assert_eq!(of("", &[("content-digest", header)], false).await, Err(400), "{header}");
        }
        assert_eq!(of("", &[("content-digest", HEADER)], true).await, Err(400));
        let other = format!("?sha256={}", "0".repeat(64));
        assert_eq!(of(&other, &[("content-digest", HEADER)], false).await, Err(400));
    }
}
