//! The endpoints of documents: typed input in, entity tags and JSON text out.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG, LOCATION},
    },
    web,
};
use service_kit::{body::RawBody, caller::Caller, problem::Problem};
use shared_models::problem::ProblemCode;

use super::{
    body::{JSON, MERGE_PATCH, members},
    conditions::precondition,
};
use crate::{
    domain::precondition::entity_tag,
    ops::{Service, change::Target, delete, get, insert, list, patch, policy::Verb, replace},
    store::StoredDocument,
};

type Answer = Result<HttpResponse, Problem>;
/// Collection and id.
type Place = web::Path<(String, String)>;

/// `GET /api/{collection}`
pub async fn list(
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
    request: HttpRequest,
) -> Answer {
    let page = list::list(&service, &caller.claims, &collection, &parameters(&request)?).await?;
    Ok(HttpResponse::Ok().content_type(JSON).insert_header((CACHE_CONTROL, UNCACHED)).body(page_text(&page)))
}

/// `POST /api/{collection}`
pub async fn insert(
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
    request: HttpRequest,
    body: RawBody,
) -> Answer {
    service.admit(&caller.claims, &collection, Verb::Write)?;
    let members = members(&request, &body.0, &[JSON])?;
    let (id, stored) = insert::insert(&service, &caller.claims, &collection, members).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/api/{collection}/{id}")));
    Ok(answer.content_type(JSON).insert_header((ETAG, entity_tag(stored.revision))).body(stored.json))
}

/// `GET /api/{collection}/{id}`
pub async fn get(service: web::Data<Service>, caller: Caller, place: Place, request: HttpRequest) -> Answer {
    let precondition = precondition(&request)?;
    let found = get::get(&service, &caller.claims, &place.0, &place.1, &parameters(&request)?).await?;
    let revision = found.document.revision;
    let cached =
        found.max_age.map_or_else(|| UNCACHED.to_owned(), |seconds| format!("private, max-age={seconds}"));
    let fresh = precondition.is_fresh(revision);
    let mut answer = HttpResponse::build(if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header((ETAG, entity_tag(revision))).insert_header((CACHE_CONTROL, cached));
    Ok(if fresh { answer.finish() } else { answer.content_type(JSON).body(found.document.json) })
}

/// `PUT /api/{collection}/{id}`
pub async fn replace(
    service: web::Data<Service>,
    caller: Caller,
    place: Place,
    request: HttpRequest,
    body: RawBody,
) -> Answer {
    let target = target(&service, &caller, &place, &request)?;
    let members = members(&request, &body.0, &[JSON])?;
    Ok(written(replace::replace(&service, target, &members).await?))
}

/// `PATCH /api/{collection}/{id}`
pub async fn patch(
    service: web::Data<Service>,
    caller: Caller,
    place: Place,
    request: HttpRequest,
    body: RawBody,
) -> Answer {
    let target = target(&service, &caller, &place, &request)?;
    let members = members(&request, &body.0, &[MERGE_PATCH, JSON])?;
    Ok(written(patch::patch(&service, target, &members).await?))
}

/// `DELETE /api/{collection}/{id}`
pub async fn delete(
    service: web::Data<Service>,
    caller: Caller,
    place: Place,
    request: HttpRequest,
) -> Answer {
    delete::delete(&service, target(&service, &caller, &place, &request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The decoded query string, in order.
fn parameters(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    pairs.map(web::Query::into_inner).map_err(|fault| {
        Problem::new(ProblemCode::InvalidRequest, format!("The query cannot be read: {fault}"))
    })
}

/// A reader asks again whether its copy is fresh; nobody else may keep one.
const UNCACHED: &str = "private, no-cache";

/// What a write is aimed at. Who may not write at all is told so before anything else is looked at.
fn target<'t>(
    service: &Service,
    caller: &'t Caller,
    place: &'t (String, String),
    request: &HttpRequest,
) -> Result<Target<'t>, Problem> {
    service.admit(&caller.claims, &place.0, Verb::Write)?;
    let precondition = precondition(request)?;
    Ok(Target { claims: &caller.claims, collection: &place.0, id: &place.1, precondition })
}

fn written(stored: StoredDocument) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).insert_header((ETAG, entity_tag(stored.revision))).body(stored.json)
}

/// The page as JSON; its items are JSON already and are not looked into again.
fn page_text(page: &list::Page) -> String {
    let items = page.items.join(",");
    // A cursor is base64url: it needs no escaping.
    let next = page.next.as_ref().map_or_else(|| "null".to_owned(), |cursor| format!("\"{cursor}\""));
    let total = page.total.map_or_else(String::new, |total| format!(",\"total\":{total}"));
    ["{\"items\":[", &items, "],\"next\":", &next, &total, "}"].concat()
}
