//! `GET /api/{collection}/usage`.

use actix_web::{HttpRequest, HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{caller::Caller, problem::Problem};

use super::{conditions::UNCACHED, parameters::Parameters};
use crate::ops::{Service, usage};

/// How much the collection takes.
pub async fn show(
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Parameters::of(&request)?.end()?;
    let measured = usage::usage(&service, &caller.claims, &collection);
    let usage = service.within_limit(measured).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(usage))
}
