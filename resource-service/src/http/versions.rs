//! The endpoints of the past: revisions of a document, and what brings them back.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, ETAG},
    web,
};
use service_kit::{
    caller::Caller,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    precondition::Precondition,
};

use super::{
    body::JSON,
    conditions::UNCACHED,
    documents::written,
    handler::{DocumentPath, HandlerResult, RevisionPath},
};
use crate::ops::{
    Service,
    change::WriteTarget,
    policy::Verb,
    restore,
    versions::{self, DEFAULT_LIMIT, MAX_LIMIT, Span, VersionPage},
};

impl FromParameters for VersionPage {
    fn read(reader: &mut ParameterReader) -> Self {
        let limit = reader.size("limit", 1, MAX_LIMIT).unwrap_or(DEFAULT_LIMIT);
        let expected = "the value of next of the page before";
        let below = reader.parsed("after", "cursor", expected, |text| text.parse().ok());
        Self { limit, below }
    }
}

/// `GET /api/{collection}/{id}/versions`
pub async fn list(
    parameters: Parameters<VersionPage>,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
) -> HandlerResult {
    service.admit(&caller.claims, &path.0, Verb::Read)?;
    let page = parameters.accept()?;
    let listed = versions::list(&service, &caller.claims, &path.0, &path.1, &page);
    let history = service.within_limit(listed).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(history))
}

impl FromParameters for Span {
    fn read(reader: &mut ParameterReader) -> Self {
        let from = reader.required_size("from", 1, i64::MAX).unwrap_or_default();
        Self { from, to: reader.size("to", 1, i64::MAX) }
    }
}

/// `GET /api/{collection}/{id}/versions/diff`
pub async fn diff(
    parameters: Parameters<Span>,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
) -> HandlerResult {
    service.admit(&caller.claims, &path.0, Verb::Read)?;
    let span = parameters.accept()?;
    let compared = versions::diff(&service, &caller.claims, &path.0, &path.1, span);
    let (text, lease) = service.within_limit(compared).await?;
    let mut answer = HttpResponse::Ok();
    let mut answer = answer.insert_header((CACHE_CONTROL, UNCACHED)).content_type(JSON).body(text);
    // It is released once the answer has been sent.
    answer.extensions_mut().insert(lease);
    Ok(answer)
}

/// `GET /api/{collection}/{id}/versions/{revision}`
pub async fn get(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: RevisionPath,
) -> HandlerResult {
    let (collection, id, revision) = path.into_inner();
    let found = versions::get(&service, &caller.claims, &collection, &id, &revision);
    let found = service.within_limit(found).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((ETAG, found.tag)).insert_header((CACHE_CONTROL, UNCACHED));
    Ok(answer.content_type(JSON).body(found.json))
}

/// `POST /api/{collection}/{id}/versions/{revision}/restore`
pub async fn restore(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: RevisionPath,
    request: HttpRequest,
) -> HandlerResult {
    let (collection, id, revision) = path.into_inner();
    service.admit(&caller.claims, &collection, Verb::Write)?;
    let precondition = Precondition::of(&request)?;
    let target = WriteTarget { claims: &caller.claims, collection: &collection, id: &id, precondition };
    Ok(written(restore::revision(&service, target, &revision).await?))
}

/// `POST /api/{collection}/{id}/restore`
pub async fn bring_back(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
    request: HttpRequest,
) -> HandlerResult {
    let target = super::documents::target(&service, &caller, &path, &request)?;
    Ok(written(restore::removed(&service, target).await?))
}
