//! How answers leave: in pieces that a socket takes, while the budget counts what has not left yet.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    HttpMessage as _, HttpRequest,
    body::{self, BodySize, BoxBody, MessageBody, SizedStream},
    dev::ServiceResponse,
    http::Method,
    web::Bytes,
};
use futures_util::stream;

use crate::{
    budget::{Budget, Lease},
    caller::Caller,
    connection::Serving,
    metric::kit::{BYTES_OUT, STREAMS},
    observe::Body,
    problem::Problem,
};

/// The most bytes handed to the socket's buffer at once. A shorter answer is not counted: the buffer holds it anyway.
const PIECE: usize = 64 * 1024;

/// Under which name the memory of a request is counted: the caller's subject, else the address it comes from.
pub(crate) fn holder(request: &HttpRequest) -> String {
    match request.extensions().get::<Caller>() {
        Some(caller) => caller.claims.sub.clone(),
        None => request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default(),
    }
}

/// Counts an answer that is in memory as a whole. The answer to a read waits for room and may be refused; the answer to a
/// write, which is done, is sent in any case. A handler that has taken the memory already has put its lease into the
/// response's extensions; a handler that streams counts what it holds itself.
pub(crate) async fn count(response: ServiceResponse<impl MessageBody + 'static>) -> ServiceResponse<BoxBody> {
    let mut whole = 0;
    let mut response = response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => {
            whole = bytes.len();
            BoxBody::new(bytes)
        }
        Err(body) => body.boxed(),
    });
    if whole <= PIECE || response.response_mut().extensions_mut().contains::<Lease>() {
        return response;
    }
    let Some(budget) = response.request().app_data::<Budget>().cloned() else { return response };
    let holder = holder(response.request());
    let lease = if response.request().method().is_safe() {
        match budget.take(&holder, whole).await {
            Ok(lease) => lease,
            Err(refusal) => {
                return ServiceResponse::from_err(Problem::from(refusal), response.into_parts().0);
            }
        }
    } else {
        budget.force(&holder, whole)
    };
    response.response_mut().extensions_mut().insert(lease);
    response
}

/// Sends a long answer in pieces, and gives its memory back when the last of them has left or the client has gone. Until then its
/// request is served, and what was not read of the request's body is kept.
pub(crate) fn in_pieces(
    mut response: ServiceResponse<BoxBody>,
    serving: Option<Serving>,
    unread: Option<Body>,
) -> ServiceResponse<BoxBody> {
    let lease = response.response_mut().extensions_mut().remove::<Lease>();
    let must_hold = unread.is_some();
    if *response.request().method() == Method::HEAD {
        return response.map_body(|_, body| {
            let body = withheld(body.size());
            if !must_hold {
                return body;
            }
            let (size, rest) = (body.size(), Bytes::new());
            BoxBody::new(Pieces {
                size,
                body,
                rest,
                open: None,
                _lease: None,
                _serving: serving,
                _unread: unread,
            })
        });
    }
    let size = response.response().body().size();
    if let BodySize::Sized(length) = size {
        BYTES_OUT.get().increment(length);
    }
    if size == BodySize::None && !must_hold {
        return response;
    }
    let open = matches!(size, BodySize::Stream).then(Open::begin);
    response.map_body(|_, body| {
        let (body, rest) = match body.try_into_bytes() {
            Ok(whole) if whole.len() <= PIECE && !must_hold => return BoxBody::new(whole),
            Ok(whole) => (BoxBody::new(body::None::new()), whole),
            Err(body) => (body, Bytes::new()),
        };
        BoxBody::new(Pieces { size, body, rest, open, _lease: lease, _serving: serving, _unread: unread })
    })
}

/// What is sent to HEAD instead of the body: its length where GET would say it (RFC 9110 section 9.3.2). Nothing is read of a
/// body that streams. A handler that saw the method may have left the body out.
fn withheld(size: BodySize) -> BoxBody {
    match size {
        BodySize::Sized(length) if length > 0 => {
            BoxBody::new(SizedStream::new(length, stream::empty::<Result<Bytes, std::io::Error>>()))
        }
        _ => BoxBody::new(body::None::new()),
    }
}

/// The body of a long answer.
struct Pieces {
    /// Of the whole: what remains of the body says less once it has begun.
    size: BodySize,
    body: BoxBody,
    /// What has come of the body and not gone out.
    rest: Bytes,
    /// Where its length is not known before.
    open: Option<Open>,
    _lease: Option<Lease>,
    _serving: Option<Serving>,
    _unread: Option<Body>,
}

/// Counts among the open streams for as long as it exists.
struct Open;

impl Open {
    fn begin() -> Self {
        STREAMS.get().increment(1.0);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        STREAMS.get().decrement(1.0);
    }
}

impl MessageBody for Pieces {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(bytes)) => self.rest = bytes,
                end => return Poll::Ready(end),
            }
        }
        let piece = self.rest.len().min(PIECE);
        if self.open.is_some() {
            BYTES_OUT.get().increment(piece as u64);
        }
        Poll::Ready(Some(Ok(self.rest.split_to(piece))))
    }
}

#[cfg(test)]
#[path = "tests/outgoing.rs"]
mod tests;
