//! Bodies read with a limit, and refused with a problem that says where they are wrong.

use std::{future::Future, ops::Deref, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::{Stream, StreamExt as _};
use serde::de::{DeserializeOwned, IgnoredAny};
use shared_models::problem::{FieldError, ProblemCode};
use tokio::time::Instant;

use crate::{
    budget::{Budget, Lease, weight},
    coding::{decoded, is_garbled},
    fault::{looks_like_json, missing, without_values},
    outgoing::holder,
    problem::Problem,
};

/// The byte order mark of UTF-8, which some editors put before a text.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// How long a client may take to send a body. The server closes the connection a second later: a slow client must be gone
/// after ten.
const READ_TIMEOUT: Duration = Duration::from_secs(8);
/// The most characters of a media type that a problem repeats.
const MAX_MEDIA_TYPE: usize = 80;
/// A body that arrives at least this fast, in bytes per second, may take longer.
const BYTES_A_SECOND: usize = 256 * 1024;

/// The most bytes a body of this route may have.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// The whole body as bytes, within the route's limit.
pub struct RawBody(pub Bytes);

/// A JSON body. Malformed JSON is 400, a member of the wrong type or name 422.
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

type ReadFuture<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = ReadFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reading = read(request, payload);
        Box::pin(async move { reading.await.map(RawBody) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = ReadFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.content_type().to_owned();
        let reading = read(request, payload);
        Box::pin(async move {
            let body = reading.await?;
            if !is_json(&media_type) {
                return Err(unsupported("application/json", &media_type, &body));
            }
            json(&body).map(Json)
        })
    }
}

/// The media type of a form body.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Whether a media type is JSON, `application/merge-patch+json` and its like included.
pub fn is_json(media_type: &str) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Reads `T` from JSON text.
pub fn json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let fault = error.into_inner();
        // What is no name of a list, such as null, is a fault of syntax to the parser, and a wrong type to the caller.
        let is_json = fault.is_data() || serde_json::from_slice::<IgnoredAny>(text).is_ok();
        if !is_json {
            return not_json(text, &fault);
        }
        let message = if fault.is_data() {
            without_values(&fault.to_string())
        } else {
            "has the wrong type".to_owned()
        };
        Problem::validation(vec![match missing(&message) {
            Some(name) => FieldError::at(pointer + "/" + name, "required", format!("{name:?} is required")),
            None => FieldError::at(pointer, "type", message),
        }])
    })?;
    let rest = reader.end();
    rest.map_err(|fault| not_json(text, &fault))?;
    Ok(value)
}

fn not_json(text: &[u8], fault: &serde_json::Error) -> Problem {
    let detail = if text.trim_ascii().is_empty() {
        "The body is empty; expected JSON".to_owned()
    } else {
        format!("The body is not JSON: {fault}")
    };
    Problem::new(ProblemCode::InvalidRequest, detail)
}

/// The hint for a client that sent JSON with another media type.
const JSON_IT_SEEMS: &str = "The body looks like JSON; send it with Content-Type: application/json";

/// Reads `T` from a form. What cannot be read is not repeated.
pub fn form<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    if looks_like_json(text) {
        return Err(Problem::new(ProblemCode::InvalidRequest, JSON_IT_SEEMS));
    }
    serde_urlencoded::from_bytes(text).map_err(|fault| {
        let fault = without_values(&fault.to_string());
        Problem::new(ProblemCode::InvalidRequest, format!("The form cannot be read: {fault}"))
    })
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter().fold(String::new(), |mut out, segment| {
        out.push('/');
        match segment {
            Segment::Seq { index } => out.push_str(&index.to_string()),
            Segment::Map { key } => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => out.push_str(variant),
            Segment::Unknown => {
                out.pop();
            }
        }
        out
    })
}

/// 415: a body of the media type `came` where `expected` is accepted.
pub fn unsupported(expected: &str, came: &str, body: &[u8]) -> Problem {
    let came: String = came.chars().take(MAX_MEDIA_TYPE).collect();
    let came = if came.is_empty() { "none" } else { &came };
    let hint = if looks_like_json(body) && expected.contains("application/json") {
        format!(". {JSON_IT_SEEMS}")
    } else {
        String::new()
    };
    let detail = format!("Expected Content-Type {expected}, got {came}{hint}");
    Problem::new(ProblemCode::UnsupportedMediaType, detail)
}

/// Reads the body, never keeping more than the limit in memory. The body and what it is parsed into are counted until the
/// request is done.
fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, Problem>> + 'static {
    let limit = request.app_data::<BodyLimit>().map_or(0, |limit| limit.0);
    let (request, payload) = (request.clone(), payload.take());
    async move {
        let mut lease = lease(&request);
        let body = whole(&request, payload, limit, lease.as_mut()).await?;
        if let Some(mut lease) = lease {
            lease.grow_to(body.len() + weight(&body)).await?;
            request.extensions_mut().insert(Counted { _lease: lease });
        }
        Ok(body)
    }
}

/// What a request holds of the budget: nothing yet. None where the process has no budget.
pub fn lease(request: &HttpRequest) -> Option<Lease> {
    request.app_data::<Budget>().map(|budget| budget.lease(&holder(request)))
}

/// The memory of a request's body. In the request's extensions, so that it is released with the request.
struct Counted {
    _lease: Lease,
}

/// The whole body, of at most `limit` bytes.
pub(crate) async fn whole(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
    lease: Option<&mut Lease>,
) -> Result<Bytes, Problem> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    gather(decoded(request, payload)?, announced, |_| limit, lease).await
}

/// Reads a whole body whose limit in bytes depends on how it begins; a byte order mark is skipped. It may take 8 s, and
/// a second more for each 256 KiB that have arrived. The bytes are counted in `lease`, all that are announced with the
/// first of them.
pub async fn gather<S>(
    mut payload: S,
    announced: Option<usize>,
    limit: impl Fn(&[u8]) -> usize,
    mut lease: Option<&mut Lease>,
) -> Result<Bytes, Problem>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let begun = Instant::now();
    let mut body = BytesMut::new();
    loop {
        let time = READ_TIMEOUT + Duration::from_secs((body.len() / BYTES_A_SECOND) as u64);
        let chunk = tokio::time::timeout_at(begun + time, payload.next()).await.map_err(|_| {
            Problem::new(ProblemCode::InvalidRequest, "The body took longer than 8 seconds to arrive")
        })?;
        let Some(chunk) = chunk else {
            let mut body = body.freeze();
            if body.starts_with(BYTE_ORDER_MARK) {
                drop(body.split_to(BYTE_ORDER_MARK.len()));
            }
            return Ok(body);
        };
        let chunk = chunk.map_err(|fault| broken(&fault))?;
        let start = if body.is_empty() { &chunk[..] } else { &body[..] };
        let most = limit(start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start));
        if announced.unwrap_or_default().max(body.len() + chunk.len()) > most {
            return Err(too_large(most));
        }
        if let Some(lease) = &mut lease {
            let needed = body.len() + chunk.len();
            // A buffer whose end is not known grows by doubling.
            lease.grow_to(announced.filter(|length| *length >= needed).unwrap_or(2 * needed)).await?;
        }
        if body.is_empty() {
            body.reserve(announced.unwrap_or_default());
        }
        body.extend_from_slice(&chunk);
    }
}

/// What is reported to the client of a body that was cut.
pub fn broken(fault: &PayloadError) -> Problem {
    let detail = if is_garbled(fault) {
        format!("The body is not valid gzip, as its Content-Encoding says: {fault}")
    } else {
        format!("The body ended early: {fault}")
    };
    Problem::new(ProblemCode::InvalidRequest, detail)
}

fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemCode::PayloadTooLarge, format!("The body may have at most {limit} bytes"))
}
