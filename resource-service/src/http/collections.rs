//! `GET /api/collections` and `GET /api/collections/{name}`.

use actix_web::{HttpResponse, Responder, web};
use service_kit::problem::Problem;
use shared_models::documents::Page;

use crate::ops::{Service, describe};

/// All definitions.
pub async fn all(service: web::Data<Service>) -> impl Responder {
    HttpResponse::Ok().json(Page { items: describe::all(&service), next: None, total: None })
}

/// One definition.
pub async fn one(service: web::Data<Service>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    Ok(HttpResponse::Ok().json(describe::one(&service, &name)?))
}
