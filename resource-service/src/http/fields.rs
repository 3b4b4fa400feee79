//! `GET /api/{collection}/fields`.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{caller::Caller, parameters::NoParameters};

use super::{conditions::UNCACHED, handler::HandlerResult};
use crate::ops::{Service, fields};

/// The fields of a collection.
pub async fn list(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
) -> HandlerResult {
    let fields = service.within_limit(fields::fields(&service, &caller.claims, &collection)).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(fields))
}
