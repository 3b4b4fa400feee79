//! Every request is answered in time: if the store hangs, the caller gets a 503 instead of waiting.
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

use crate::{metric::kit::LATE, problem::Problem};

/// How long a request may take after its body has arrived.
pub const LIMIT: Duration = Duration::from_millis(4_500);

/// How long to wait for a body at most.
const BODY: Duration = Duration::from_secs(30);

/// The outcome of a handler that has its own error format, if it is ready in time.
pub async fn within<T>(work: impl Future<Output = T>) -> Option<T> {
    timeout(LIMIT, work).await.ok()
}

/// What a late answer means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// Nothing happened, or the same request may be sent again.
    Repeat,
    /// A write may have taken effect.
    Ask,
}

impl Late {
    /// The default for a method, if the row does not say.
    pub(crate) fn of(method: &Method) -> Self {
        if method.is_safe() { Self::Repeat } else { Self::Ask }
    }
}

/// Answers in place of a handler that takes too long.
pub(crate) async fn keep(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    late: Late,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (ended, arrived) = oneshot::channel();
    match request.take_payload() {
        // There is no body: the time counts from now. A handler may never read the body.
        Payload::None => drop(ended),
        body => request.set_payload(Payload::Stream { payload: Box::pin(Body { body, ended: Some(ended) }) }),
    }
    // Routing is done: from here on the request may have other holders.
    let asked = request.request().clone();
    let waiting = async {
        // An error means that no more of the body is read. A body that is not read must not delay the answer forever.
        timeout(BODY, arrived).await.ok();
        sleep(LIMIT).await;
    };
    tokio::select! {
        response = next.call(request) => response.map(ServiceResponse::map_into_left_body),
        () = waiting => {
            LATE.get().increment(1);
            let problem = match late {
                Late::Repeat => Problem::unavailable(),
                Late::Ask => Problem::outcome_unknown(),
            };
            Ok(ServiceResponse::from_err(problem, asked).map_into_right_body())
        }
    }
}

/// A body that signals when it has arrived.
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
