//! A stream of documents, one a line: read as the store takes them, answered as they are stored.
//!
//! While one batch is written the next is read, and no more than these two are held. The answer is held back until the body
//! has ended, since many clients read nothing before they have sent everything; it is bounded. A client that asks for
//! `return=representation` is sent each outcome at once, and nothing is read while it does not take them. Nothing is read
//! once the client has left.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    dev::Payload,
    error::PayloadError,
    web::{self, Bytes},
};
use futures_util::stream::unfold;
use service_kit::{
    aside::aside,
    budget::{Exhausted, Lease, weight},
    caller::Caller,
    problem::Problem,
};
use shared_models::claims::AccessClaims;
use tokio::time::{Instant, timeout_at};

use super::{
    super::BODY_LIMIT,
    answer::AnswerWriter,
    array::{BATCH_WEIGHT, item},
    lines::{Broken, Line, Lines},
    options::Options,
};
use crate::ops::{
    Service,
    bulk::{self, Item, Pending},
    error::ResourceError,
};

/// The most documents of a batch.
const BATCH: usize = 500;
/// A batch is written once it has as many bytes of text.
const BATCH_BYTES: usize = 1024 * 1024;
/// How often a batch waits for memory before the stream ends.
const PATIENCE: u32 = 4;
/// How long a batch that is not full waits for another line.
const LINGER: Duration = Duration::from_millis(20);

/// The answer, which is also what drives the reading.
pub fn stream(
    service: web::Data<Service>,
    caller: &Caller,
    collection: String,
    payload: Payload,
    options: &Options,
) -> HttpResponse {
    let at_once = options.at_once;
    let writer = if at_once { AnswerWriter::new(options) } else { AnswerWriter::held(options) };
    let media_type = writer.media_type();
    let claims = Arc::clone(&caller.claims);
    let lines = Lines::new(payload);
    let lease = service.budget.lease(&claims.sub);
    let flow = Flow {
        service,
        claims,
        collection,
        lines,
        writer,
        at_once,
        lease,
        begun: None,
        read: 0,
        state: State::Reading,
    };
    let body = unfold(flow, |mut flow| async move { flow.step().await.map(|text| (text, flow)) });
    HttpResponse::Ok().content_type(media_type).streaming(body)
}

/// How far a stream is.
enum State {
    /// More lines may come.
    Reading,
    /// No more lines come; the reason is reported, if there is one.
    Ending(Option<Problem>),
    /// Everything is said.
    Over,
}

/// Lines that are written together.
#[derive(Default)]
struct Batch {
    lines: Vec<Line>,
    /// The bytes of their texts.
    bytes: usize,
    /// The bytes of memory that they take once they are parsed.
    weight: usize,
}

struct Flow {
    service: web::Data<Service>,
    claims: Arc<AccessClaims>,
    collection: String,
    lines: Lines<Payload>,
    writer: AnswerWriter,
    /// Whether each outcome is sent as soon as it is known.
    at_once: bool,
    /// The memory of what is held.
    lease: Lease,
    /// The batch that is being written, and the index of its first document.
    begun: Option<(usize, Pending)>,
    /// How many documents were read.
    read: usize,
    state: State,
}

impl Flow {
    /// The next piece of the answer.
    async fn step(&mut self) -> Option<Result<Bytes, PayloadError>> {
        let mut out = String::new();
        while out.is_empty() || !self.at_once {
            let batch = match &self.state {
                State::Reading => match self.batch().await {
                    Ok(batch) => batch,
                    // Nobody is there to be answered.
                    Err(left) => {
                        self.state = State::Over;
                        return Some(Err(left));
                    }
                },
                State::Ending(_) => Batch::default(),
                State::Over => return None,
            };
            let next = self.begin(batch, &mut out).await;
            if let Some((first, pending)) = std::mem::replace(&mut self.begun, next) {
                self.finish(first, pending, &mut out).await;
            } else if self.begun.is_none() && !matches!(self.state, State::Reading) {
                self.end(&mut out);
                break;
            }
        }
        (!out.is_empty()).then(|| Ok(Bytes::from(out)))
    }

    /// Reads what is there, and waits for the first line where nothing is under way.
    async fn batch(&mut self) -> Result<Batch, PayloadError> {
        let mut batch = Batch::default();
        let mut until = self.begun.is_some().then(|| Instant::now() + LINGER);
        while batch.lines.len() < BATCH && batch.bytes < BATCH_BYTES && batch.weight < BATCH_WEIGHT {
            let line = match until {
                None => self.lines.next().await,
                Some(until) => match timeout_at(until, self.lines.next()).await {
                    Ok(line) => line,
                    Err(_) => break,
                },
            };
            until.get_or_insert_with(|| Instant::now() + LINGER);
            match line {
                Some(Ok(line)) => {
                    if let Line::Text(text) = &line {
                        batch.bytes += text.len();
                        batch.weight += weight(text);
                    }
                    batch.lines.push(line);
                }
                Some(Err(Broken::Left)) => return Err(PayloadError::Incomplete(None)),
                Some(Err(Broken::Refused(problem))) => {
                    self.state = State::Ending(Some(problem));
                    break;
                }
                None => {
                    self.state = State::Ending(None);
                    break;
                }
            }
        }
        Ok(batch)
    }

    /// Takes the memory for a batch beside the one that is being written, and parses its lines.
    async fn parse(&mut self, batch: Batch, held: usize) -> Result<Vec<Item>, ResourceError> {
        let under_way = if self.begun.is_some() { self.lease.bytes() / 2 } else { 0 };
        self.lease.shrink_to(under_way + batch.weight + held + self.lines.held());
        for patience in 1.. {
            match self.lease.grow_to(under_way + batch.weight + held + self.lines.held()).await {
                Ok(()) => break,
                // A stream has sent much already: it is more patient than other requests.
                Err(Exhausted::Busy) if patience < PATIENCE => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
        let parse = |line| match line {
            Line::Text(text) => item(&text),
            Line::TooLong => Err(ResourceError::TooLarge { limit: BODY_LIMIT }),
        };
        Ok(aside(batch.bytes, move || batch.lines.into_iter().map(parse).collect()).await?)
    }

    /// Begins to write a batch. If the caller may not continue, the batch is refused and the stream ends.
    async fn begin(&mut self, batch: Batch, out: &mut String) -> Option<(usize, Pending)> {
        if batch.lines.is_empty() {
            return None;
        }
        let first = self.read;
        let bytes = batch.bytes;
        self.read += batch.lines.len();
        let begun = match self.parse(batch, out.len()).await {
            Ok(items) => bulk::begin(&self.service, &self.claims, &self.collection, items, bytes).await,
            Err(refusal) => Err(refusal),
        };
        let refusal = match begun {
            Ok(pending) => return Some((first, pending)),
            Err(error) => Problem::from(error),
        };
        // What was begun before comes first in the answer.
        if let Some((before, pending)) = self.begun.take() {
            self.finish(before, pending, out).await;
        }
        self.read = first;
        self.state = State::Ending(Some(refusal));
        None
    }

    async fn finish(&mut self, first: usize, pending: Pending, out: &mut String) {
        let (outcomes, failure) = pending.finish().await;
        for (at, outcome) in outcomes.into_iter().enumerate() {
            self.writer.outcome(first + at, outcome, out);
        }
        if let Some(error) = failure
            && matches!(self.state, State::Reading)
        {
            self.state = State::Ending(Some(error.into()));
        }
    }

    fn end(&mut self, out: &mut String) {
        if let State::Ending(Some(problem)) = &self.state {
            self.writer.problem(self.read, &problem.clone(), out);
        }
        self.writer.end(out);
        self.state = State::Over;
    }
}
