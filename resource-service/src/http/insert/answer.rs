//! How the outcomes of many documents are written: a line each, or one JSON object with all of them.

use actix_web::{HttpResponse, http::StatusCode};
use serde::{Deserialize, Serialize};
use service_kit::problem::Problem;
use shared_models::problem::{FieldError, ProblemCode};

use super::{
    super::body::{JSON, NDJSON},
    options::{AnswerFormat, Options},
};
use crate::ops::bulk::{Outcome, Written};

/// What became of one document.
#[derive(Serialize)]
struct AnswerLine<'l> {
    index: usize,
    status: u16,
    #[serde(rename = "_id", skip_serializing_if = "Option::is_none")]
    id: Option<&'l str>,
    #[serde(rename = "_revision", skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<ProblemCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'l str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'l [FieldError],
}

/// The line of a stored document.
fn stored(index: usize, Written { id, revision }: &Written) -> String {
    let line = AnswerLine {
        index,
        status: StatusCode::CREATED.as_u16(),
        id: Some(id),
        revision: Some(*revision),
        code: None,
        detail: None,
        errors: &[],
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// The line of a document that was refused.
pub fn refused(index: usize, problem: &Problem) -> String {
    let line = AnswerLine {
        index,
        status: problem.code().status(),
        id: None,
        revision: None,
        code: Some(problem.code()),
        detail: Some(problem.detail()),
        errors: problem.errors(),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// The lines of many outcomes, each ended.
pub fn lines(outcomes: &[Outcome]) -> String {
    let line = |(index, outcome): (usize, &Outcome)| match outcome {
        Ok(written) => stored(index, written) + "\n",
        Err(error) => refused(index, &Problem::from(error.clone())) + "\n",
    };
    outcomes.iter().enumerate().map(line).collect()
}

/// The most bytes of lines of stored documents that an answer has which is held back, and of lines of refused ones.
const MAX_HELD: usize = 512 * 1024;

/// Writes outcomes one after the other.
pub struct AnswerWriter {
    format: AnswerFormat,
    minimal: bool,
    begun: bool,
    inserted: u64,
    refused: u64,
    /// The bytes of lines that may still be written, of stored and of refused documents; no bound where absent.
    room: Option<[usize; 2]>,
    /// How many outcomes were counted and not written, for want of room.
    omitted: u64,
}

impl AnswerWriter {
    /// Nothing is written yet.
    pub fn new(options: &Options) -> Self {
        Self {
            format: options.format,
            minimal: options.minimal,
            begun: false,
            inserted: 0,
            refused: 0,
            room: None,
            omitted: 0,
        }
    }

    /// The same for an answer that is held back until the end: it has a bound, and says what was left out.
    pub fn held(options: &Options) -> Self {
        Self { room: Some([MAX_HELD; 2]), ..Self::new(options) }
    }

    /// Whether a line has room: one of a stored document (0) or of a refused one (1).
    fn has_room(&mut self, kind: usize, line: &str) -> bool {
        let Some(room) = &mut self.room else { return true };
        let left = room[kind].checked_sub(line.len());
        // Once one is left out, so are all later ones: what is listed has no gaps.
        room[kind] = left.unwrap_or_default();
        self.omitted += u64::from(left.is_none());
        left.is_some()
    }

    /// The media type of what is written.
    pub fn media_type(&self) -> &'static str {
        match self.format {
            AnswerFormat::Json => JSON,
            AnswerFormat::Lines => NDJSON,
        }
    }

    /// Writes an outcome.
    pub fn outcome(&mut self, index: usize, outcome: Outcome, out: &mut String) {
        match outcome {
            Ok(_) if self.minimal => self.inserted += 1,
            Ok(written) => {
                self.inserted += 1;
                let line = stored(index, &written);
                if self.has_room(0, &line) {
                    self.line(&line, out);
                }
            }
            Err(error) => {
                self.refused += 1;
                let line = refused(index, &Problem::from(error));
                if self.has_room(1, &line) {
                    self.line(&line, out);
                }
            }
        }
    }

    /// Writes why a stream ends, at the index of the first document that is not stored.
    pub fn problem(&mut self, index: usize, problem: &Problem, out: &mut String) {
        self.refused += 1;
        self.line(&refused(index, problem), out);
    }

    fn line(&mut self, line: &str, out: &mut String) {
        match (self.format, self.begun) {
            (AnswerFormat::Lines, _) => out.extend([line, "\n"]),
            (AnswerFormat::Json, false) => out.extend(["{\"items\":[", line]),
            (AnswerFormat::Json, true) => out.extend([",", line]),
        }
        self.begun = true;
    }

    /// Writes the end: how many there were of each kind, unless the lines say all of it.
    pub fn end(&self, out: &mut String) {
        let omitted = if self.omitted > 0 { format!(",\"omitted\":{}", self.omitted) } else { String::new() };
        let counts = format!("\"inserted\":{},\"refused\":{}{omitted}", self.inserted, self.refused);
        match self.format {
            AnswerFormat::Lines if self.minimal || self.omitted > 0 => out.extend(["{", &counts, "}\n"]),
            AnswerFormat::Lines => {}
            AnswerFormat::Json if self.begun => out.extend(["],", &counts, "}"]),
            AnswerFormat::Json => out.extend(["{\"items\":[],", &counts, "}"]),
        }
    }
}

/// A line that was kept, as far as it must be understood.
#[derive(Deserialize)]
struct KeptLine {
    status: u16,
}

/// The whole answer, made of lines.
pub fn whole(lines: &str, options: &Options) -> HttpResponse {
    let (mut writer, mut out) = (AnswerWriter::new(options), String::new());
    for line in lines.lines() {
        let kept: Result<KeptLine, _> = serde_json::from_str(line);
        if kept.is_ok_and(|kept| kept.status == StatusCode::CREATED.as_u16()) {
            writer.inserted += 1;
            if writer.minimal {
                continue;
            }
        } else {
            writer.refused += 1;
        }
        writer.line(line, &mut out);
    }
    writer.end(&mut out);
    let status = if options.atomic { StatusCode::CREATED } else { StatusCode::OK };
    HttpResponse::build(status).content_type(writer.media_type()).body(out)
}
