//! The endpoints of the past: revisions of a document, and what brings them back.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG},
    web,
};
use service_kit::caller::Caller;

use super::{
    body::JSON,
    conditions::{UNCACHED, precondition},
    documents::{Answer, written},
    parameters::parameters,
};
use crate::ops::{Service, change::Target, policy::Verb, restore, versions};

/// Collection and id.
type Place = web::Path<(String, String)>;
/// Collection, id and revision.
type Revision = web::Path<(String, String, String)>;

/// `GET /api/{collection}/{id}/versions`
pub async fn list(service: web::Data<Service>, caller: Caller, place: Place, request: HttpRequest) -> Answer {
    let parameters = parameters(&request)?;
    let listed = versions::list(&service, &caller.claims, &place.0, &place.1, &parameters);
    let history = service.within_limit(listed).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(history))
}

/// `GET /api/{collection}/{id}/versions/{revision}`
pub async fn get(service: web::Data<Service>, caller: Caller, place: Revision) -> Answer {
    let (collection, id, revision) = place.into_inner();
    let found = versions::get(&service, &caller.claims, &collection, &id, &revision);
    let found = service.within_limit(found).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((ETAG, found.tag)).insert_header((CACHE_CONTROL, UNCACHED));
    Ok(answer.content_type(JSON).body(found.json))
}

/// `POST /api/{collection}/{id}/versions/{revision}/restore`
pub async fn restore(
    service: web::Data<Service>,
    caller: Caller,
    place: Revision,
    request: HttpRequest,
) -> Answer {
    let (collection, id, revision) = place.into_inner();
    service.admit(&caller.claims, &collection, Verb::Write)?;
    let precondition = precondition(&request)?;
    let target = Target { claims: &caller.claims, collection: &collection, id: &id, precondition };
    Ok(written(restore::revision(&service, target, &revision).await?))
}

/// `POST /api/{collection}/{id}/restore`
pub async fn bring_back(
    service: web::Data<Service>,
    caller: Caller,
    place: Place,
    request: HttpRequest,
) -> Answer {
    let target = super::documents::target(&service, &caller, &place, &request)?;
    Ok(written(restore::removed(&service, target).await?))
}
