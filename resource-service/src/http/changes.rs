//! `GET /api/{collection}/changes` and `GET /api/changes` as Server-Sent Events (WHATWG HTML, section 9.2), and tickets.

use std::{collections::BTreeSet, convert::Infallible, fmt::Write as _, sync::Arc};

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
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters, QueryPairs},
    problem::Problem,
    server::Draining,
    token::Verifier,
};
use shared_models::claims::AccessClaims;

use super::{body::JSON, handler::HandlerResult};
use crate::{
    domain::ticket::TICKET_TTL,
    ops::{
        Service,
        admission::Lapse,
        changes::{self, Ended, Event, Follower, Next},
        error::ResourceError,
        feed::SubscriptionEnd,
    },
};

const EVENT_STREAM: &str = "text/event-stream";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// The most collections that one stream follows.
pub const MAX_FOLLOWED: usize = 20;
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
    let follower =
        changes::follow(&service, &claims, &collection, &parameters, last_event(&request)?).await?;
    Ok(stream(&request, &service, &claims, follower))
}

/// Which collections are followed, and from where on.
pub struct Followed {
    collections: Vec<String>,
    documents: bool,
    last: Option<String>,
}

impl FromParameters for Followed {
    fn read(reader: &mut ParameterReader) -> Self {
        let collections = reader.required("collections");
        let collections: Vec<String> = collections.split(',').map(str::to_owned).collect();
        if collections.len() > MAX_FOLLOWED {
            let message =
                format!("at most {MAX_FOLLOWED} collections are followed at once, got {}", collections.len());
            reader.refuse("collections", "size", message);
        }
        let distinct: BTreeSet<&String> = collections.iter().collect();
        if distinct.len() < collections.len() {
            reader.refuse("collections", "duplicate", "name each collection once");
        }
        let truth = |text: &str| text.parse().ok();
        let documents = reader.parsed("documents", "type", "true or false", truth).unwrap_or(true);
        reader.parsed("since", "type", "now", |text| (text == "now").then_some(()));
        Self { collections, documents, last: reader.text("last_event_id") }
    }
}

/// `GET /api/changes`
pub async fn follow_several(
    parameters: Parameters<Followed>,
    service: web::Data<Service>,
    caller: Caller,
    request: HttpRequest,
) -> HandlerResult {
    service.readable(&caller.claims)?;
    let Followed { collections, documents, last } = parameters.accept()?;
    let last = last_event(&request)?.or(last.as_deref());
    let follower = changes::follow_several(&service, &caller.claims, &collections, documents, last).await?;
    Ok(stream(&request, &service, &caller.claims, follower))
}

/// The id of the last event, by the browser's own header.
fn last_event(request: &HttpRequest) -> Result<Option<&str>, ResourceError> {
    let last = request.headers().get(LAST_EVENT_ID).map(|value| value.to_str());
    last.transpose().map_err(|_| ResourceError::PositionLost)
}

/// The answer for a follower.
fn stream(
    request: &HttpRequest,
    service: &Service,
    claims: &AccessClaims,
    follower: Follower,
) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type(EVENT_STREAM).insert_header((CACHE_CONTROL, UNTOUCHED));
    if request.method() == Method::HEAD {
        return answer.finish();
    }
    let draining = request.app_data::<web::Data<Draining>>().cloned();
    let lease = service.budget.lease(&claims.sub);
    answer.streaming(body(Listener { follower, draining, lease, greeted: false }))
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
    collection: Option<String>,
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
            write_beat(text, &self.follower.id());
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
                Next::Beat(id) => {
                    text.push_str(": nothing new\n");
                    write_beat(text, &id);
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
        Self { event: "end", code, detail: detail.to_owned(), collection: None }
    }

    fn lapsed(ended: Ended) -> Self {
        let code = match ended.lapse {
            Lapse::Expired | Lapse::Revoked => "invalid_token",
            Lapse::Redefined => "definition_changed",
        };
        Self { collection: ended.collection, ..Self::end(code, &ended.lapse.to_string()) }
    }

    fn write(&self, text: &mut String) {
        write_line(text, "event", self.event);
        let mut data = json!({"code": self.code, "detail": self.detail});
        if let Some(collection) = &self.collection {
            data["collection"] = collection.as_str().into();
        }
        write_line(text, "data", data);
        text.push('\n');
    }
}

impl From<SubscriptionEnd> for Farewell {
    fn from(ended: SubscriptionEnd) -> Self {
        let (event, code) = match ended {
            SubscriptionEnd::Slow => ("dropped", "slow_reader"),
            SubscriptionEnd::Lost => ("dropped", "gone"),
            SubscriptionEnd::Unavailable => ("end", "unavailable"),
        };
        Self { event, ..Self::end(code, &ended.to_string()) }
    }
}

fn write_line(text: &mut String, field: &str, value: impl std::fmt::Display) {
    // Writing to a string never fails.
    let _ = writeln!(text, "{field}: {value}");
}

fn write_event(text: &mut String, event: &Event) {
    write_line(text, "id", &event.id);
    write_line(text, "event", event.name);
    write_line(text, "data", &event.data);
    text.push('\n');
}

/// An id without data is no event: it only gives the client the position to continue from.
fn write_beat(text: &mut String, id: &str) {
    write_line(text, "id", id);
    text.push('\n');
}
