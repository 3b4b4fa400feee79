//! `POST /api/{collection}`: one document, an array of them, or a stream with one a line.

mod answer;
mod array;
mod lines;
mod options;
mod stream;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ETAG, LOCATION},
    web,
};
use service_kit::{
    aside::aside, body, budget::weight, caller::Caller, coding::decoded, parameters::Parameters,
    problem::Problem,
};
use shared_models::problem::ProblemCode;

use self::options::{InsertParameters, Options};
pub use self::{lines::MAX_BLANK, options::MAX_KEY};
use super::{
    BODY_LIMIT,
    body::{JSON, NDJSON, document, is, is_array, media_type},
    handler::HandlerResult,
};
use crate::ops::{Service, error::ResourceError, insert, policy::Verb, repeat::IdempotencyKey};

/// The most bytes of a body that is read as a whole: an array, or a stream that is written in one step.
pub const BULK_LIMIT: usize = 16 * 1024 * 1024;

/// The handler. A caller who may not write is refused before anything else is read.
pub async fn insert(
    parameters: Parameters<InsertParameters>,
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
    request: HttpRequest,
    payload: web::Payload,
) -> HandlerResult {
    service.admit(&caller.claims, &collection, Verb::Write)?;
    media_type(&request, &[JSON, NDJSON])?;
    let options = Options::read(&request, parameters.accept()?.atomic)?;
    let payload = decoded(&request, payload.into_inner())?;
    if is(&request, NDJSON) && !options.atomic {
        if options.key.is_some() {
            let detail = "A stream cannot have an Idempotency-Key: its documents are stored as they arrive. \
                          Send atomic=true, or an array";
            return Err(Problem::new(ProblemCode::InvalidRequest, detail));
        }
        return Ok(stream::stream(service, &caller, collection.into_inner(), payload, &options));
    }
    let announced = options.announced;
    if announced.is_some_and(|length| length > BULK_LIMIT) {
        let detail = format!(
            "A document may have at most {BODY_LIMIT} bytes, and many in one body {BULK_LIMIT}; send more as {NDJSON} without atomic=true"
        );
        return Err(Problem::new(ProblemCode::PayloadTooLarge, detail));
    }
    let lines = is(&request, NDJSON);
    let limit = |begin: &[u8]| if lines || is_array(begin) { BULK_LIMIT } else { BODY_LIMIT };
    let mut lease = body::lease(&request);
    let body = body::gather(payload, announced, limit, lease.as_mut()).await?;
    let key = options.key.as_ref().map(|key| {
        let form = [u8::from(options.atomic), u8::from(lines)];
        IdempotencyKey::new(&caller.claims, &collection, key, &[&form, &body])
    });
    if lines || is_array(&body) {
        let whole = body.clone();
        let texts = move || if lines { lines::split(&whole) } else { array::items(&whole) };
        let texts = aside(body.len(), texts).await.map_err(ResourceError::from)??;
        let lease = lease.unwrap_or_else(|| service.budget.lease(&caller.claims.sub));
        return array::insert(&service, &caller, &collection, texts, lease, &options, key).await;
    }
    if let Some(lease) = &mut lease {
        lease.grow_to(body.len() + weight(&body)).await?;
    }
    let bytes = body.len();
    let members = aside(bytes, move || document(&body)).await.map_err(ResourceError::from)??;
    let (id, stored) =
        insert::insert(&service, &caller.claims, &collection, members, bytes, key.as_ref()).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/api/{collection}/{id}")));
    Ok(answer.content_type(JSON).insert_header((ETAG, stored.tag)).body(stored.json))
}
