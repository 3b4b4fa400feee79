//! `GET /api/{collection}/aggregate`.

use actix_web::{HttpResponse, http::header::CACHE_CONTROL, web};
use service_kit::{
    caller::Caller,
    parameters::{Parameters, QueryPairs},
};

use super::{conditions::UNCACHED, handler::HandlerResult};
use crate::ops::{Service, aggregate};

/// The groups that the query asks for.
pub async fn show(
    parameters: Parameters<QueryPairs>,
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
) -> HandlerResult {
    let QueryPairs(parameters) = parameters.accept()?;
    let grouped = aggregate::aggregate(&service, &caller.claims, &collection, &parameters);
    let groups = service.within_limit(grouped).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(groups))
}
