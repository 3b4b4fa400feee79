//! The endpoint that compares calculations.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use serde_json::{Map, Value, json};
use service_kit::{
    caller::Caller,
    parameters::{FromParameters, ParameterReader, Parameters},
};
use shared_models::problem::FieldError;

use super::{body::JSON, handler::HandlerResult};
use crate::{
    domain::{grant::CALCULATIONS, tolerance::Tolerance},
    ops::{
        Service,
        compare::{self, ById, MetricComparison, ParameterDifference, ResultDifference},
        policy::Verb,
    },
};

/// What is compared, and which difference counts.
pub struct Compared {
    ids: Vec<String>,
    tolerance: Tolerance,
}

impl FromParameters for Compared {
    fn read(reader: &mut ParameterReader) -> Self {
        let ids = compare::ids(&reader.text("ids").unwrap_or_default());
        let tolerance = Tolerance {
            abs: reader.distance("abs").unwrap_or_default(),
            rel: reader.distance("rel").unwrap_or_default(),
            ulp: reader.count("ulp").unwrap_or_default(),
        };
        let ids = ids.unwrap_or_else(|FieldError { code, message, .. }| {
            reader.refuse("ids", &code, message);
            Vec::new()
        });
        Self { ids, tolerance }
    }
}

/// `GET /api/calculations/compare`
pub async fn compare(
    parameters: Parameters<Compared>,
    service: web::Data<Service>,
    caller: Caller,
) -> HandlerResult {
    service.admit(&caller.claims, CALCULATIONS, Verb::Read)?;
    let Compared { ids, tolerance } = parameters.accept()?;
    let found = service.within_limit(compare::compare(&service, &caller.claims, &ids, tolerance)).await?;
    let body = json!({
        "ids": ids,
        "tolerance": {"abs": tolerance.abs, "rel": tolerance.rel, "ulp": tolerance.ulp},
        "parameters": found.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "results": found.results.iter().map(result).collect::<Vec<_>>(),
        "series": found.series.map(|series| series.iter().map(metric).collect::<Vec<_>>()),
        "series_truncated": found.series_truncated,
    });
    Ok(HttpResponse::Ok()
        .content_type(JSON)
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .body(body.to_string()))
}

fn object(values: &ById) -> Map<String, Value> {
    values.iter().cloned().collect()
}

fn parameter(found: &ParameterDifference) -> Value {
    json!({"pointer": found.pointer, "values": object(&found.values), "absent": found.absent})
}

fn result(found: &ResultDifference) -> Value {
    json!({
        "name": found.name,
        "values": object(&found.values),
        "absent": found.absent,
        "units_differ": found.units_differ,
        "difference": found.largest.map(crate::domain::scalar::Scalar::to_json),
    })
}

fn metric(found: &MetricComparison) -> Value {
    let largest = found
        .largest
        .map(|largest| json!({"difference": largest.difference.to_json(), "step": largest.step}));
    let units: Map<String, Value> =
        found.units.iter().map(|(id, unit)| (id.clone(), unit.as_deref().into())).collect();
    json!({
        "metric": found.metric,
        "units": units,
        "units_differ": found.units_differ,
        "common_steps": found.common_steps,
        "largest": largest,
        "first_beyond": found.first_beyond,
    })
}
