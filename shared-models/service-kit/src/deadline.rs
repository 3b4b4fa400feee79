//! Every request is answered in time: where the store hangs, the caller gets a 503 and not silence.
//!
//! The time counts from the end of the request's body, so that a slow sender is not mistaken for a slow store.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::Method,
    middleware::Next,
    web::Bytes,
};
use futures_util::Stream;
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};

use crate::problem::Problem;

/// How long a request may take after its body has arrived.
pub const LIMIT: Duration = Duration::from_millis(4_500);

/// How long a body is waited for at most.
const BODY: Duration = Duration::from_secs(30);

/// The outcome of a handler that answers in a form of its own, where it comes in time.
pub async fn within<T>(work: impl Future<Output = T>) -> Option<T> {
    timeout(LIMIT, work).await.ok()
}

/// What a caller is to make of an answer that did not come in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// Nothing happened, or the same request may be sent again.
    Repeat,
    /// A write may have taken effect.
    Ask,
}

impl Late {
    /// What holds for a method that the row says nothing of.
    pub(crate) fn of(method: &Method) -> Self {
        if method.is_safe() { Self::Repeat } else { Self::Ask }
    }
}

/// Answers for the handler where it takes too long.
pub(crate) async fn keep(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    late: Late,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (ended, arrived) = oneshot::channel();
    match request.take_payload() {
        // Nothing is to come: the time counts from now on. A handler may never look for a body.
        Payload::None => drop(ended),
        body => request.set_payload(Payload::Stream { payload: Box::pin(Body { body, ended: Some(ended) }) }),
    }
    // The router is behind: from here on it is no longer the request's only holder.
    let asked = request.request().clone();
    let waiting = async {
        // An error means that no more of the body is read. One that nobody reads must not hold up the answer for ever.
        timeout(BODY, arrived).await.ok();
        sleep(LIMIT).await;
    };
    tokio::select! {
        response = next.call(request) => response.map(ServiceResponse::map_into_left_body),
        () = waiting => {
            metrics::counter!("tessera_late_answers_total").increment(1);
            let problem = match late {
                Late::Repeat => Problem::unavailable(),
                Late::Ask => Problem::outcome_unknown(),
            };
            Ok(ServiceResponse::from_err(problem, asked).map_into_right_body())
        }
    }
}

/// A body that says when it has arrived.
struct Body {
    body: Payload,
    ended: Option<oneshot::Sender<()>>,
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.body).poll_next(context);
        if !matches!(next, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
            self.ended.take();
        }
        next
    }
}
