//! The endpoints of series: points in, points out as JSON, NDJSON or CSV.

use std::ops::RangeInclusive;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::CACHE_CONTROL,
    web::{self, Bytes},
};
use futures_util::{
    StreamExt as _,
    stream::{self, try_unfold},
};
use serde_json::{Map, Value, json};
use service_kit::{body::RawBody, caller::Caller, problem::Problem};

use super::{
    body::{JSON, media_type, value},
    handler::HandlerResult,
    parameters::Parameters,
    rendering::{PointFormat, Rendered},
};
use crate::{
    domain::{downsample::FEWEST, series::SeriesId, summary::Summary},
    ops::{
        Service,
        policy::Verb,
        series::{
            append::{self, Appended},
            metrics::{self, Metric},
            read::{self, MANY, Sampled, SeriesReader},
        },
    },
};

/// The most bytes of a body with points.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// Points of a page where `limit` is absent, and at most.
pub const DEFAULT_LIMIT: usize = 1000;
pub const MAX_LIMIT: usize = 10_000;
/// The most points of a sample.
pub const MAX_SAMPLE: usize = 10_000;
/// The most metrics of a page.
pub const MAX_METRICS: usize = 1000;
/// Metrics of a page where `limit` is absent.
pub const DEFAULT_METRICS: usize = 50;

/// `POST /api/series/points`
pub async fn append(
    service: web::Data<Service>,
    caller: Caller,
    request: HttpRequest,
    body: RawBody,
) -> HandlerResult {
    service.admit_to_series(&caller.claims, Verb::Write)?;
    let mut parameters = Parameters::of(&request)?;
    let replace = parameters.flag("replace");
    parameters.end()?;
    media_type(&request, &[JSON])?;
    let (items, many) = match value(&body.0)? {
        Value::Array(items) => (items, true),
        one => (vec![one], false),
    };
    let done = append::append(&service, &caller.claims, items, many, replace).await?;
    let mut done = done.iter().map(appended);
    let answer = if many { done.collect() } else { done.next().unwrap_or_default() };
    Ok(HttpResponse::Ok().content_type(JSON).body(answer.to_string()))
}

fn appended(done: &Appended) -> Value {
    let Appended { place, outcome } = done;
    json!({
        "calculation": place.calculation,
        "metric": place.metric,
        "accepted": outcome.accepted,
        "repeated": outcome.repeated,
        "replaced": outcome.replaced,
    })
}

/// `GET /api/series/points`
pub async fn points(service: web::Data<Service>, caller: Caller, request: HttpRequest) -> HandlerResult {
    service.admit_to_series(&caller.claims, Verb::Read)?;
    let mut parameters = Parameters::of(&request)?;
    let place =
        SeriesId { calculation: parameters.required("calculation"), metric: parameters.required("metric") };
    let steps = parameters.integer("from").unwrap_or(i64::MIN)..=parameters.integer("to").unwrap_or(i64::MAX);
    let limit = parameters.size("limit", 1, MAX_LIMIT);
    let wanted = parameters.size("points", FEWEST, MAX_SAMPLE);
    if limit.is_some() && wanted.is_some() {
        parameters.refuse("limit", "duplicate", "give limit or points, not both");
    }
    parameters.end()?;
    let format = PointFormat::of(&request);
    if let Some(wanted) = wanted {
        let sampled = read::sample(&service, &caller.claims, &place, steps, wanted);
        let sampled = service.within_limit(sampled).await?;
        return Ok(respond(format).body(sample_text(&place, &sampled, format)));
    }
    if format == PointFormat::Json {
        return page(&service, &caller, &place, steps, limit.unwrap_or(DEFAULT_LIMIT)).await;
    }
    let at_once = limit.map_or(MANY, |limit| (limit / 1000 + 2).min(MANY));
    let reader = SeriesReader::open(&service, &caller.claims, &place, steps, at_once)?;
    every_point(service, reader, limit, format).await
}

fn respond(format: PointFormat) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer.content_type(format.media_type()).insert_header((CACHE_CONTROL, "private, no-cache"));
    answer
}

async fn page(
    service: &Service,
    caller: &Caller,
    place: &SeriesId,
    steps: RangeInclusive<i64>,
    limit: usize,
) -> HandlerResult {
    let reader = SeriesReader::open(service, &caller.claims, place, steps, limit / 1000 + 2)?;
    let page = service.within_limit(read::page(reader, limit)).await?;
    let mut body = head(place, page.unit.as_deref());
    body.insert("points".into(), page.points.iter().map(Rendered::value).collect());
    body.insert("next".into(), page.next.into());
    Ok(respond(PointFormat::Json).body(Value::Object(body).to_string()))
}

/// What stands before the points of a JSON answer.
fn head(place: &SeriesId, unit: Option<&str>) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("calculation".into(), place.calculation.as_str().into());
    head.insert("metric".into(), place.metric.as_str().into());
    head.extend(unit.map(|unit| ("unit".to_owned(), unit.into())));
    head
}

fn sample_text(place: &SeriesId, sampled: &Sampled, format: PointFormat) -> String {
    if format != PointFormat::Json {
        return format.text(&sampled.sample.points, true);
    }
    let sample = &sampled.sample;
    let mut body = head(place, sampled.unit.as_deref());
    body.insert("count".into(), sampled.total.into());
    body.extend(sample.min.as_ref().map(|min| ("min".to_owned(), min.value())));
    body.extend(sample.max.as_ref().map(|max| ("max".to_owned(), max.value())));
    body.insert("points".into(), sample.points.iter().map(Rendered::value).collect());
    body.insert("next".into(), Value::Null);
    Value::Object(body).to_string()
}

/// Every point, as they are read. The first ones are read before the answer begins, so that what can be refused is
/// refused. A later fault breaks the connection off, so that a part is not taken for the whole.
async fn every_point(
    service: web::Data<Service>,
    mut reader: SeriesReader,
    limit: Option<usize>,
    format: PointFormat,
) -> HandlerResult {
    // A table without rows has its head all the same.
    let mut first = service.within_limit(reader.next()).await?.unwrap_or_default();
    let left = limit.unwrap_or(usize::MAX);
    first.truncate(left);
    let head = Bytes::from(format.text(&first, true));
    let rest = try_unfold((reader, left - first.len()), move |(mut reader, left)| {
        let service = service.clone();
        async move {
            if left == 0 {
                return Ok(None);
            }
            let next = service.within_limit(reader.next()).await;
            let Some(mut points) = next.map_err(Problem::from)? else { return Ok(None) };
            points.truncate(left);
            let text = Bytes::from(format.text(&points, false));
            Ok::<_, Problem>(Some((text, (reader, left - points.len()))))
        }
    });
    let head = Some(head).filter(|head| !head.is_empty());
    Ok(respond(format).streaming(stream::iter(head.map(Ok)).chain(rest)))
}

/// `GET /api/series/metrics`
pub async fn metrics(service: web::Data<Service>, caller: Caller, request: HttpRequest) -> HandlerResult {
    service.admit_to_series(&caller.claims, Verb::Read)?;
    let mut parameters = Parameters::of(&request)?;
    let calculation = parameters.required("calculation");
    let after = parameters.text("after");
    let limit = parameters.size("limit", 1, MAX_METRICS).unwrap_or(DEFAULT_METRICS);
    parameters.end()?;
    let listed = metrics::metrics(&service, &caller.claims, &calculation, after.as_deref(), limit);
    let (found, more) = service.within_limit(listed).await?;
    let next = found.last().filter(|_| more).map(|last| last.name.clone());
    let items: Vec<Value> = found.into_iter().map(metric).collect();
    Ok(respond(PointFormat::Json).body(json!({"items": items, "next": next}).to_string()))
}

fn metric(metric: Metric) -> Value {
    let mut shown = Map::new();
    shown.insert("metric".into(), metric.name.into());
    shown.extend(metric.unit.map(|unit| ("unit".to_owned(), unit.into())));
    let Summary { count, steps, min, max, last } = metric.summary;
    shown.insert("count".into(), count.into());
    if let Some((first, last)) = steps {
        shown.insert("first_step".into(), first.into());
        shown.insert("last_step".into(), last.into());
    }
    for (name, value) in [("min", min), ("max", max), ("last_value", last)] {
        shown.extend(value.map(|value| (name.to_owned(), value.to_json())));
    }
    Value::Object(shown)
}
