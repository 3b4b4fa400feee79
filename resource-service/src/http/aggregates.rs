//! `GET /api/{collection}/aggregate`.

use actix_web::{HttpRequest, HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{caller::Caller, problem::Problem};

use super::{conditions::UNCACHED, parameters::parameters};
use crate::ops::{Service, aggregate};

/// The groups that the query asks for.
pub async fn show(
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let parameters = parameters(&request)?;
    let grouped = aggregate::aggregate(&service, &caller.claims, &collection, &parameters);
    let told = service.within_limit(grouped).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(told))
}
