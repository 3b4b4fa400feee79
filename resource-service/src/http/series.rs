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
use service_kit::{
    aside::aside,
    body::RawBody,
    caller::Caller,
    parameters::{FromParameters, ParameterReader, Parameters},
    problem::Problem,
};

use super::{
    body::{JSON, media_type, value},
    handler::HandlerResult,
    rendering::{PointFormat, Rendered},
};
use crate::{
    domain::{downsample::FEWEST, series::SeriesId, summary::Summary},
    ops::{
        Service,
        error::ResourceError,
        policy::Verb,
        series::{
            append::{self, AppendRequest, Appended},
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

/// How points are appended.
pub struct AppendParameters {
    replace: bool,
}

impl FromParameters for AppendParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { replace: reader.flag("replace") }
    }
}

/// Which points are read: a page of them, or a sample.
pub struct PointParameters {
    series: SeriesId,
    steps: RangeInclusive<i64>,
    limit: Option<usize>,
    /// How many points a sample has.
    points: Option<usize>,
}

impl FromParameters for PointParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let series =
            SeriesId { calculation: reader.required("calculation"), metric: reader.required("metric") };
        let steps = reader.integer("from").unwrap_or(i64::MIN)..=reader.integer("to").unwrap_or(i64::MAX);
        let limit = reader.size("limit", 1, MAX_LIMIT);
        let points = reader.size("points", FEWEST, MAX_SAMPLE);
        if limit.is_some() && points.is_some() {
            reader.refuse("limit", "duplicate", "give limit or points, not both");
        }
        Self { series, steps, limit, points }
    }
}

/// Which metrics are listed.
pub struct MetricParameters {
    calculation: String,
    after: Option<String>,
    limit: usize,
}

impl FromParameters for MetricParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        let (calculation, after) = (reader.required("calculation"), reader.text("after"));
        let limit = reader.size("limit", 1, MAX_METRICS).unwrap_or(DEFAULT_METRICS);
        Self { calculation, after, limit }
    }
}

/// `POST /api/series/points`
pub async fn append(
    parameters: Parameters<AppendParameters>,
    service: web::Data<Service>,
    caller: Caller,
    request: HttpRequest,
    body: RawBody,
) -> HandlerResult {
    service.admit_to_series(&caller.claims, Verb::Write)?;
    let AppendParameters { replace } = parameters.accept()?;
    media_type(&request, &[JSON])?;
    let bytes = body.0.len();
    let read = aside(bytes, move || value(&body.0)).await.map_err(ResourceError::from)??;
    let (items, many) = match read {
        Value::Array(items) => (items, true),
        one => (vec![one], false),
    };
    let done =
        append::append(&service, &caller.claims, AppendRequest { items, many, bytes }, replace).await?;
    let mut done = done.iter().map(appended);
    let answer = if many { done.collect() } else { done.next().unwrap_or_default() };
    Ok(HttpResponse::Ok().content_type(JSON).body(answer.to_string()))
}

fn appended(done: &Appended) -> Value {
    let Appended { place: series, outcome } = done;
    json!({
        "calculation": series.calculation,
        "metric": series.metric,
        "accepted": outcome.accepted,
        "repeated": outcome.repeated,
        "replaced": outcome.replaced,
    })
}

/// `GET /api/series/points`
pub async fn points(
    parameters: Parameters<PointParameters>,
    service: web::Data<Service>,
    caller: Caller,
    request: HttpRequest,
) -> HandlerResult {
    service.admit_to_series(&caller.claims, Verb::Read)?;
    let PointParameters { series, steps, limit, points: wanted } = parameters.accept()?;
    let format = PointFormat::of(&request)?;
    if let Some(wanted) = wanted {
        let sampled = read::sample(&service, &caller.claims, &series, steps, wanted);
        let sampled = service.within_limit(sampled).await?;
        return Ok(respond(format).body(sample_text(&series, &sampled, format)));
    }
    if format == PointFormat::Json {
        return page(&service, &caller, &series, steps, limit.unwrap_or(DEFAULT_LIMIT)).await;
    }
    let at_once = limit.map_or(MANY, |limit| (limit / 1000 + 2).min(MANY));
    let reader = SeriesReader::open(&service, &caller.claims, &series, steps, at_once)?;
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
    series: &SeriesId,
    steps: RangeInclusive<i64>,
    limit: usize,
) -> HandlerResult {
    let reader = SeriesReader::open(service, &caller.claims, series, steps, limit / 1000 + 2)?;
    let page = service.within_limit(read::page(reader, limit)).await?;
    let mut body = head(series, page.unit.as_deref());
    body.insert("points".into(), page.points.iter().map(Rendered::value).collect());
    body.insert("next".into(), page.next.into());
    Ok(respond(PointFormat::Json).body(Value::Object(body).to_string()))
}

/// What comes before the points of a JSON answer.
fn head(series: &SeriesId, unit: Option<&str>) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("calculation".into(), series.calculation.as_str().into());
    head.insert("metric".into(), series.metric.as_str().into());
    head.extend(unit.map(|unit| ("unit".to_owned(), unit.into())));
    head
}

fn sample_text(series: &SeriesId, sampled: &Sampled, format: PointFormat) -> String {
    if format != PointFormat::Json {
        return format.text(&sampled.sample.points, true);
    }
    let sample = &sampled.sample;
    let mut body = head(series, sampled.unit.as_deref());
    body.insert("count".into(), sampled.total.into());
    body.extend(sample.min.as_ref().map(|min| ("min".to_owned(), min.value())));
    body.extend(sample.max.as_ref().map(|max| ("max".to_owned(), max.value())));
    body.insert("specials".into(), json!(sample.specials));
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
pub async fn metrics(
    parameters: Parameters<MetricParameters>,
    service: web::Data<Service>,
    caller: Caller,
) -> HandlerResult {
    service.admit_to_series(&caller.claims, Verb::Read)?;
    let MetricParameters { calculation, after, limit } = parameters.accept()?;
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
