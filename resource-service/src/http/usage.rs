//! `GET /api/{collection}/usage`.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{caller::Caller, parameters::NoParameters};

use super::{conditions::UNCACHED, handler::HandlerResult};
use crate::ops::{Service, usage};

/// How much the collection takes.
pub async fn show(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
) -> HandlerResult {
    let measured = usage::usage(&service, &caller.claims, &collection);
    let usage = service.within_limit(measured).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(usage))
}
