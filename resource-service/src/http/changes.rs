//! `GET /api/{collection}/changes` as Server-Sent Events (WHATWG HTML, section 9.2), and tickets for it.

use std::{convert::Infallible, fmt::Write as _, sync::Arc};

use actix_web::{
    FromRequest as _, HttpRequest, HttpResponse,
    http::{
        Method,
        header::{CACHE_CONTROL, HeaderName},
    },
    web::{self, Bytes},
};
use futures_util::stream::{Stream, unfold};
use serde_json::json;
use service_kit::{
    budget::Lease,
    caller::Caller,
    parameters::{NoParameters, Parameters, QueryPairs},
    problem::Problem,
    server::Draining,
    token::Verifier,
};

use super::{body::JSON, handler::HandlerResult};
use crate::{
    domain::{change::Position, ticket::TICKET_TTL},
    ops::{
        Service,
        admission::Lapse,
        changes::{self, Event, Follower, Next},
        error::ResourceError,
        feed::SubscriptionEnd,
    },
};

const EVENT_STREAM: &str = "text/event-stream";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How long a client waits before it connects again, in milliseconds.
const RETRY: u32 = 3000;
/// Proxies neither keep the stream nor change it, by compression for instance, which would hold events back.
const UNTOUCHED: &str = "no-store, no-transform";

/// `GET /api/{collection}/changes`
pub async fn follow(
    parameters: Parameters<QueryPairs>,
    service: web::Data<Service>,
    collection: web::Path<String>,
    request: HttpRequest,
) -> HandlerResult {
    let QueryPairs(parameters) = parameters.accept()?;
    let verifier = request.app_data::<Arc<Verifier>>().cloned();
    let verifier = verifier.ok_or_else(|| Problem::internal("the route was mounted without a verifier"))?;
    let ticket = parameters.iter().find(|(name, _)| name == "ticket");
    let claims = match ticket {
        None => Caller::extract(&request).await?.claims,
        Some((_, ticket)) => {
            let claims = changes::redeem(&service, ticket, &collection).await?;
            verifier.check_still_good(&claims).map_err(Problem::invalid_token)?;
            Arc::new(claims)
        }
    };
    let last = request.headers().get(LAST_EVENT_ID).map(|value| value.to_str());
    let last = last.transpose().map_err(|_| ResourceError::PositionLost)?;
    let follower = changes::follow(&service, &claims, &collection, &parameters, last).await?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(EVENT_STREAM).insert_header((CACHE_CONTROL, UNTOUCHED));
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    let draining = request.app_data::<web::Data<Draining>>().cloned();
    let lease = service.budget.lease(&claims.sub);
    Ok(answer.streaming(body(Listener { follower, draining, lease, greeted: false })))
}

/// `POST /api/{collection}/changes/ticket`
pub async fn ticket(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
) -> HandlerResult {
    let ticket = changes::ticket(&service, &caller.claims, &collection).await?;
    let body = json!({"ticket": ticket, "expires_in": TICKET_TTL}).to_string();
    Ok(HttpResponse::Ok().content_type(JSON).insert_header((CACHE_CONTROL, "no-store")).body(body))
}

/// One who reads a stream.
struct Listener {
    follower: Follower,
    draining: Option<web::Data<Draining>>,
    /// The memory of the part that is being sent.
    lease: Lease,
    greeted: bool,
}

/// The last words of a stream.
struct Farewell {
    event: &'static str,
    code: &'static str,
    detail: String,
}

/// Parts of the stream, each a number of whole events. It ends after a farewell.
fn body(listener: Listener) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(Some(listener), |listener| async move {
        let mut listener = listener?;
        let mut text = String::new();
        let goes_on = match listener.part(&mut text).await {
            Ok(()) => Some(listener),
            Err(farewell) => {
                farewell.write(&mut text);
                None
            }
        };
        Some((Ok(Bytes::from(text)), goes_on))
    })
}

impl Listener {
    /// Waits until there is something to send, and writes it. Whether the caller may still read is checked whenever
    /// there is something to send, every 15 seconds at least, and when the definition changes.
    async fn part(&mut self, text: &mut String) -> Result<(), Farewell> {
        // The part before has gone out.
        self.lease.shrink_to(0);
        if !self.greeted {
            self.greeted = true;
            write_line(text, "retry", RETRY);
            write_beat(text, self.follower.position());
            return Ok(());
        }
        while text.is_empty() {
            let next = tokio::select! {
                next = self.follower.next() => next?.map_err(Farewell::lapsed)?,
                () = Draining::begun(self.draining.as_ref().map(web::Data::get_ref)) => {
                    return Err(Farewell::end("unavailable", "the service is stopping; connect again"));
                }
            };
            match next {
                Next::Events(events) => events.iter().for_each(|event| write_event(text, event)),
                Next::Beat(position) => {
                    text.push_str(": nothing new\n");
                    write_beat(text, position);
                }
            }
        }
        if !self.lease.try_resize(text.len()) {
            text.clear();
            let detail = "the service has no memory left for this stream now; connect again in a few seconds";
            return Err(Farewell::end("unavailable", detail));
        }
        Ok(())
    }
}

impl Farewell {
    fn end(code: &'static str, detail: &str) -> Self {
        Self { event: "end", code, detail: detail.to_owned() }
    }

    fn lapsed(lapse: Lapse) -> Self {
        let code = match lapse {
            Lapse::Expired | Lapse::Revoked => "invalid_token",
            Lapse::Redefined => "definition_changed",
        };
        Self::end(code, &lapse.to_string())
    }

    fn write(&self, text: &mut String) {
        write_line(text, "event", self.event);
        write_line(text, "data", json!({"code": self.code, "detail": self.detail}));
        text.push('\n');
    }
}

impl From<SubscriptionEnd> for Farewell {
    fn from(ended: SubscriptionEnd) -> Self {
        let detail = ended.to_string();
        match ended {
            SubscriptionEnd::Slow => Self { event: "dropped", code: "slow_reader", detail },
            SubscriptionEnd::Lost => Self { event: "dropped", code: "gone", detail },
            SubscriptionEnd::Unavailable => Self { event: "end", code: "unavailable", detail },
        }
    }
}

fn write_line(text: &mut String, field: &str, value: impl std::fmt::Display) {
    // Writing to a string never fails.
    let _ = writeln!(text, "{field}: {value}");
}

fn write_event(text: &mut String, event: &Event) {
    write_line(text, "id", event.position);
    write_line(text, "event", event.name);
    write_line(text, "data", &event.data);
    text.push('\n');
}

/// An id without data is no event: it only gives the client the position to continue from.
fn write_beat(text: &mut String, position: Position) {
    write_line(text, "id", position);
    text.push('\n');
}
