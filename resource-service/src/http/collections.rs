//! `/api/collections` and `/api/collections/{name}`: definitions shown, changed and taken away.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, LOCATION},
    },
    web,
};
use service_kit::{
    body::{RawBody, json},
    caller::Caller,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    precondition::{Precondition, Representation, entity_tag},
};
use shared_models::documents::{CollectionDefinition, Page};

use super::{
    body::{JSON, members},
    conditions::UNCACHED,
    handler::HandlerResult,
};
use crate::ops::{
    Service,
    define::{Defined, DefinitionRequest, checked, define},
    describe,
    undefine::undefine,
};

/// How a definition is written.
pub struct PutParameters {
    dry_run: bool,
    force: bool,
}

impl FromParameters for PutParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { dry_run: reader.flag("dry_run"), force: reader.flag("force") }
    }
}

/// How a definition is removed.
pub struct DeleteParameters {
    force: bool,
}

impl FromParameters for DeleteParameters {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { force: reader.flag("force") }
    }
}

/// `GET /api/collections`
pub async fn all(_: NoParameters, service: web::Data<Service>) -> HandlerResult {
    let served = describe::all(&service)?;
    let items: Vec<&CollectionDefinition> =
        served.catalog.iter().map(|collection| &collection.definition).collect();
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(Page {
        items,
        next: None,
        total: None,
    }))
}

/// `GET /api/collections/{name}`
pub async fn one(
    _: NoParameters,
    service: web::Data<Service>,
    name: web::Path<String>,
    request: HttpRequest,
) -> HandlerResult {
    let precondition = Precondition::of(&request)?;
    let (collection, revision) = describe::one(&service, &name)?;
    let fresh = precondition.is_fresh(revision, &Representation::WHOLE);
    let mut answer = HttpResponse::build(if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer
        .insert_header((ETAG, entity_tag(revision, &Representation::WHOLE)))
        .insert_header((CACHE_CONTROL, UNCACHED));
    Ok(if fresh { answer.finish() } else { answer.json(&collection.definition) })
}

/// `PUT /api/collections/{name}`
pub async fn put(
    parameters: Parameters<PutParameters>,
    service: web::Data<Service>,
    caller: Caller,
    name: web::Path<String>,
    request: HttpRequest,
    body: RawBody,
) -> HandlerResult {
    service.admit_to_definitions(&caller.claims)?;
    let PutParameters { dry_run, force } = parameters.accept()?;
    let precondition = Precondition::of(&request)?;
    members(&request, body.0.clone(), &[JSON]).await?;
    let collection = checked(&name, json(&body.0)?)?;
    let wanted = DefinitionRequest { by: Some(&caller.claims), collection, precondition, force, dry_run };
    match define(&service, &wanted).await? {
        Defined::Assessed(report) => Ok(HttpResponse::Ok().json(report)),
        Defined::Served { revision, new } => {
            tracing::info!(collection.name = %name, revision, by = %caller.claims.sub, force, "definition stored");
            let mut answer = HttpResponse::build(if new { StatusCode::CREATED } else { StatusCode::OK });
            if new {
                answer.insert_header((LOCATION, format!("/api/collections/{name}")));
            }
            answer.insert_header((ETAG, entity_tag(revision, &Representation::WHOLE)));
            Ok(answer.json(&wanted.collection.definition))
        }
    }
}

/// `DELETE /api/collections/{name}`
pub async fn delete(
    parameters: Parameters<DeleteParameters>,
    service: web::Data<Service>,
    caller: Caller,
    name: web::Path<String>,
    request: HttpRequest,
) -> HandlerResult {
    service.admit_to_definitions(&caller.claims)?;
    let DeleteParameters { force } = parameters.accept()?;
    undefine(&service, &caller.claims, &name, &Precondition::of(&request)?, force).await?;
    tracing::info!(collection.name = %name, by = %caller.claims.sub, force, "definition removed");
    Ok(HttpResponse::NoContent().finish())
}
