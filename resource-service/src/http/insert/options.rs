//! What a request to add documents says beside its body: parameters and headers.

use actix_web::{
    HttpRequest,
    http::header::{CONTENT_LENGTH, HeaderName},
};
use service_kit::{
    parameters::{FromParameters, ParameterReader},
    problem::Problem,
};
use shared_models::problem::ProblemCode;

use super::super::{
    accept::preferred,
    body::{JSON, NDJSON, is},
};

/// The longest key, in bytes.
pub const MAX_KEY: usize = 255;

/// How the outcomes of many documents are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerFormat {
    /// One JSON object with all of them.
    Json,
    /// A line each.
    Lines,
}

/// What the query says.
pub struct InsertParameters {
    /// All documents or none.
    pub atomic: bool,
}

impl FromParameters for InsertParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { atomic: reader.flag("atomic") }
    }
}

/// What a request says beside its body.
#[derive(Clone, Debug)]
pub struct Options {
    /// All documents or none.
    pub atomic: bool,
    /// `Idempotency-Key`.
    pub key: Option<String>,
    /// `Prefer: return=minimal` (RFC 7240): only refused documents are reported.
    pub minimal: bool,
    /// `Prefer: return=representation`: every outcome of a stream is sent as soon as it is known.
    pub at_once: bool,
    /// How outcomes are written.
    pub format: AnswerFormat,
    /// `Content-Length`.
    pub announced: Option<usize>,
}

impl Options {
    /// Reads the headers.
    pub fn read(request: &HttpRequest, atomic: bool) -> Result<Self, Problem> {
        let length = text(request, &CONTENT_LENGTH).and_then(|value| value.parse().ok());
        Ok(Self {
            atomic,
            key: key(request)?,
            minimal: prefers(request, "return=minimal"),
            at_once: prefers(request, "return=representation"),
            format: format(request),
            announced: length,
        })
    }
}

fn text<'r>(request: &'r HttpRequest, name: &HeaderName) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// The key, with or without the quotes that the draft gives it.
fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut values = request.headers().get_all(HeaderName::from_static("idempotency-key"));
    let (first, second) = (values.next(), values.next());
    let Some(value) = first else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    let visible = key.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\');
    if second.is_some() || key.is_empty() || key.len() > MAX_KEY || !visible {
        let detail = format!(
            "Idempotency-Key is one string of 1 to {MAX_KEY} visible ASCII characters, without quotes inside"
        );
        return Err(Problem::new(ProblemCode::InvalidRequest, detail));
    }
    Ok(Some(key.to_owned()))
}

fn prefers(request: &HttpRequest, preference: &str) -> bool {
    let mut values = request.headers().get_all(HeaderName::from_static("prefer"));
    values.any(|value| {
        let preferences = value.to_str().unwrap_or_default().split([',', ';']);
        preferences.map(str::trim).any(|one| one.eq_ignore_ascii_case(preference))
    })
}

/// As the client prefers it, otherwise in the form of the body.
fn format(request: &HttpRequest) -> AnswerFormat {
    let mut served = [(JSON, AnswerFormat::Json), (NDJSON, AnswerFormat::Lines)];
    if is(request, NDJSON) {
        served.reverse();
    }
    preferred(request, &served).unwrap_or(served[0].1)
}
