//! A stream of documents, one a line: read as the store takes them, answered as they are stored.
//!
//! While one batch is written the next is read, and no more than these two are held. Nothing is read while the
//! client does not take its answers, and nothing goes on once it has left.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpResponse,
    error::PayloadError,
    web::{self, Bytes},
};
use futures_util::stream::unfold;
use service_kit::{caller::Caller, problem::Problem};
use shared_models::claims::AccessClaims;
use tokio::time::{Instant, timeout_at};

use super::{
    super::BODY_LIMIT,
    answer::Writer,
    array::item,
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
/// How long a batch that is not full waits for another line.
const LINGER: Duration = Duration::from_millis(20);

/// The answer, which is also what drives the reading.
pub fn stream(
    service: web::Data<Service>,
    caller: &Caller,
    collection: String,
    payload: web::Payload,
    options: &Options,
) -> HttpResponse {
    let writer = Writer::new(options);
    let media_type = writer.media_type();
    let claims = Arc::clone(&caller.claims);
    let lines = Lines::new(payload);
    let flow =
        Flow { service, claims, collection, lines, writer, begun: None, read: 0, state: State::Reading };
    let body = unfold(flow, |mut flow| async move { flow.step().await.map(|text| (text, flow)) });
    HttpResponse::Ok().content_type(media_type).streaming(body)
}

/// How far a stream is.
enum State {
    /// More lines may come.
    Reading,
    /// No more lines come; the client is told why, where there is something to tell.
    Ending(Option<Problem>),
    /// Everything is said.
    Over,
}

struct Flow {
    service: web::Data<Service>,
    claims: Arc<AccessClaims>,
    collection: String,
    lines: Lines<web::Payload>,
    writer: Writer,
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
        while out.is_empty() {
            let batch = match &self.state {
                State::Reading => match self.batch().await {
                    Ok(batch) => batch,
                    // Nobody is there to be answered.
                    Err(left) => {
                        self.state = State::Over;
                        return Some(Err(left));
                    }
                },
                State::Ending(_) => Vec::new(),
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
    async fn batch(&mut self) -> Result<Vec<Item>, PayloadError> {
        let (mut items, mut bytes) = (Vec::new(), 0);
        let mut until = self.begun.is_some().then(|| Instant::now() + LINGER);
        while items.len() < BATCH && bytes < BATCH_BYTES {
            let line = match until {
                None => self.lines.next().await,
                Some(until) => match timeout_at(until, self.lines.next()).await {
                    Ok(line) => line,
                    Err(_) => break,
                },
            };
            until.get_or_insert_with(|| Instant::now() + LINGER);
            match line {
                Some(Ok(Line::Text(text))) => {
                    bytes += text.len();
                    items.push(item(&text));
                }
                Some(Ok(Line::TooLong)) => items.push(Err(ResourceError::TooLarge { limit: BODY_LIMIT })),
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
        Ok(items)
    }

    /// Begins to write a batch. Where the caller may not go on, the batch is refused and the stream ends.
    async fn begin(&mut self, batch: Vec<Item>, out: &mut String) -> Option<(usize, Pending)> {
        if batch.is_empty() {
            return None;
        }
        let first = self.read;
        self.read += batch.len();
        let refusal = match bulk::begin(&self.service, &self.claims, &self.collection, batch).await {
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
