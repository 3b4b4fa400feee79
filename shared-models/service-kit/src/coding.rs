//! Bodies that come compressed (`Content-Encoding`, RFC 9110 section 8.4): gzip is undone piece by piece, everything
//! else is refused. Limits of a body count what comes out.

use std::io::{self, Write as _};

use actix_web::{
    HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderValue},
    web::Bytes,
};
use flate2::write::MultiGzDecoder;
use futures_util::{StreamExt as _, stream::unfold};
use shared_models::problem::ProblemCode;

use crate::problem::Problem;

/// How many compressed bytes are undone at a time. Deflate makes at most 1,032 times as many of them.
const PIECE: usize = 1024;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
}

fn coding(request: &HttpRequest) -> Result<Coding, Problem> {
    let lines = request.headers().get_all(CONTENT_ENCODING).map(|line| line.to_str().unwrap_or("?"));
    let named = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_ascii_lowercase());
    let mut applied = named.filter(|name| !name.is_empty() && name != "identity");
    match (applied.next().as_deref(), applied.next()) {
        (None, _) => Ok(Coding::Identity),
        (Some("gzip" | "x-gzip"), None) => Ok(Coding::Gzip),
        _ => Err(refusal("The body has a Content-Encoding that is not supported; send it plain or as gzip")
            .with_header(ACCEPT_ENCODING, HeaderValue::from_static("gzip"))),
    }
}

fn refusal(detail: &str) -> Problem {
    Problem::new(ProblemCode::UnsupportedMediaType, detail)
}

/// Refuses an encoded body: what is sent is stored as it comes.
pub fn plain(request: &HttpRequest) -> Result<(), Problem> {
    match coding(request)? {
        Coding::Identity => Ok(()),
        Coding::Gzip => Err(refusal("This body is stored as it is sent; send it without Content-Encoding")
            .with_header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))),
    }
}

/// The body without its coding.
pub fn decoded(request: &HttpRequest, payload: Payload) -> Result<Payload, Problem> {
    match coding(request)? {
        Coding::Identity => Ok(payload),
        Coding::Gzip => {
            let state = Inflating {
                payload,
                waiting: Bytes::new(),
                decoder: MultiGzDecoder::new(Vec::new()),
                ended: false,
            };
            let pieces = unfold(state, |mut state| async { state.next().await.map(|piece| (piece, state)) });
            Ok(Payload::Stream { payload: Box::pin(pieces) })
        }
    }
}

/// Whether a body was cut because it is not what its coding says.
pub fn is_garbled(fault: &PayloadError) -> bool {
    matches!(fault, PayloadError::Io(fault) if fault.kind() == io::ErrorKind::InvalidData)
}

struct Inflating {
    payload: Payload,
    waiting: Bytes,
    decoder: MultiGzDecoder<Vec<u8>>,
    ended: bool,
}

impl Inflating {
    async fn next(&mut self) -> Option<Result<Bytes, PayloadError>> {
        while !self.ended {
            if self.waiting.is_empty() {
                match self.payload.next().await {
                    Some(Ok(chunk)) => self.waiting = chunk,
                    Some(Err(fault)) => {
                        self.ended = true;
                        return Some(Err(fault));
                    }
                    None => self.ended = true,
                }
            }
            let piece = self.waiting.split_to(self.waiting.len().min(PIECE));
            let written = self.decoder.write_all(&piece);
            if let Err(fault) =
                written.and_then(|()| if self.ended { self.decoder.try_finish() } else { Ok(()) })
            {
                self.ended = true;
                let fault = io::Error::new(io::ErrorKind::InvalidData, fault.to_string());
                return Some(Err(PayloadError::Io(fault)));
            }
            let inflated = std::mem::take(self.decoder.get_mut());
            if !inflated.is_empty() {
                return Some(Ok(inflated.into()));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::body;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn read(coding: &str, body: Vec<u8>, limit: usize) -> Result<Bytes, Problem> {
        let request = TestRequest::post().insert_header((CONTENT_ENCODING, coding)).set_payload(body);
        let (request, payload) = request.to_http_parts();
        body::whole(&request, payload, limit, None).await
    }

    #[actix_web::test]
    async fn gzip_is_undone_and_two_members_are_one_body() {
        let text = "x".repeat(100_000);
        assert_eq!(read("gzip", gzip(text.as_bytes()), 100_000).await.unwrap(), text);
        let both = [gzip(b"ab"), gzip(b"cd")].concat();
        assert_eq!(read("X-GZIP, identity", both, 100).await.unwrap(), "abcd");
        assert_eq!(read("identity", b"plain".to_vec(), 10).await.unwrap(), "plain");
    }

    #[actix_web::test]
    async fn the_limit_counts_what_comes_out() {
        let bomb = gzip(&vec![0; 50_000_000]);
        assert!(bomb.len() < 100_000);
        assert_eq!(read("gzip", bomb, 1_000_000).await.unwrap_err().code(), ProblemCode::PayloadTooLarge);
    }

    #[actix_web::test]
    async fn unknown_codings_and_what_is_not_gzip_are_refused() {
        for coding in ["br", "gzip, gzip", "zigzag"] {
            let problem = read(coding, b"x".to_vec(), 10).await.unwrap_err();
            assert_eq!(problem.code(), ProblemCode::UnsupportedMediaType, "{coding}");
        }
        let whole = gzip(b"0123456789");
        for broken in [b"no gzip".to_vec(), whole[..whole.len() - 9].to_vec()] {
            let problem = read("gzip", broken, 100).await.unwrap_err();
            assert_eq!(problem.code(), ProblemCode::InvalidRequest);
            assert!(problem.detail().contains("gzip"), "{}", problem.detail());
        }
    }
}
