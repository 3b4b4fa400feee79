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
    problem::Problem,
};
use shared_models::{
    documents::{CollectionDefinition, Page},
    problem::FieldError,
};

use super::{
    body::{JSON, members},
    conditions::{UNCACHED, precondition},
    parameters::parameters,
};
use crate::{
    domain::precondition::{Representation, entity_tag},
    ops::{
        Service,
        define::{Defined, DefinitionRequest, checked, define},
        describe,
        undefine::undefine,
    },
};

/// `GET /api/collections`
pub async fn all(service: web::Data<Service>) -> Result<HttpResponse, Problem> {
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
    service: web::Data<Service>,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let precondition = precondition(&request)?;
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
    service: web::Data<Service>,
    caller: Caller,
    name: web::Path<String>,
    request: HttpRequest,
    body: RawBody,
) -> Result<HttpResponse, Problem> {
    service.admit_to_definitions(&caller.claims)?;
    let [dry_run, force] = flags(&request, ["dry_run", "force"])?;
    let precondition = precondition(&request)?;
    members(&request, &body.0, &[JSON])?;
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
    service: web::Data<Service>,
    caller: Caller,
    name: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    service.admit_to_definitions(&caller.claims)?;
    let [force] = flags(&request, ["force"])?;
    undefine(&service, &caller.claims, &name, &precondition(&request)?, force).await?;
    tracing::info!(collection.name = %name, by = %caller.claims.sub, force, "definition removed");
    Ok(HttpResponse::NoContent().finish())
}

/// The parameters that are `true` or `false`, `false` where absent; no others are taken.
fn flags<const N: usize>(request: &HttpRequest, names: [&str; N]) -> Result<[bool; N], Problem> {
    let (mut flags, mut faults) = ([false; N], Vec::new());
    for (name, value) in parameters(request)? {
        let flag = names.iter().position(|known| *known == name);
        match (flag, value.as_str()) {
            (Some(at), "true") => flags[at] = true,
            (Some(at), "false") => flags[at] = false,
            (Some(_), _) => {
                let message = format!("{name} is true or false, not {value:?}");
                faults.push(FieldError::in_parameter(name, "type", message));
            }
            (None, _) => {
                let message = format!("unknown parameter {name:?}; known is {}", names.join(" and "));
                faults.push(FieldError::in_parameter(name, "parameter", message));
            }
        }
    }
    if faults.is_empty() { Ok(flags) } else { Err(Problem::validation(faults)) }
}
