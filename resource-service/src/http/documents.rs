//! The endpoints of documents: typed input in, entity tags and JSON text out.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{AGE, CACHE_CONTROL, ETAG, VARY},
    },
    web,
};
use service_kit::{
    aside::aside,
    body::RawBody,
    caller::Caller,
    fault::without_values,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters, QueryPairs},
    precondition::Precondition,
    problem::Problem,
};
use shared_models::{
    problem::{FieldError, ProblemCode},
    scope::ScopeSet,
};

use super::{
    accept::negotiated,
    body::{JSON, JSON_PATCH, MERGE_PATCH, is, is_array, members, value},
    conditions::{UNCACHED, accepted_age},
    exports,
    handler::{DocumentPath, HandlerResult},
};
use crate::{
    domain::patch::Patch,
    ops::{
        Service,
        access::{self, Person},
        change::WriteTarget,
        delete,
        error::ResourceError,
        get, list, patch,
        policy::Verb,
        replace,
        retention::purge,
        shown::Shown,
    },
};

/// `GET /api/{collection}`
pub async fn list(
    parameters: Parameters<QueryPairs>,
    service: web::Data<Service>,
    caller: Caller,
    collection: web::Path<String>,
    request: HttpRequest,
) -> HandlerResult {
    let QueryPairs(parameters) = parameters.accept()?;
    if list::is_explained(&parameters) {
        let explained = list::explain(&service, &caller.claims, &collection, &parameters);
        let explanation = service.within_limit(explained).await?;
        return Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(explanation));
    }
    if let Some(format) = exports::asked(&request)? {
        return exports::answer(&service, &caller, &collection, &parameters, &request, format).await;
    }
    let listed = list::list(&service, &caller.claims, &collection, &parameters);
    let page = service.within_limit(listed).await?;
    let text = page_text(&page);
    let mut lease = page.lease;
    lease.shrink_to(text.len());
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, UNCACHED)).insert_header((VARY, "Accept"));
    // It is released once the page has been sent.
    answer.extensions_mut().insert(lease);
    Ok(answer.content_type(JSON).body(text))
}

/// `GET /api/{collection}/{id}`
pub async fn get(
    parameters: Parameters<QueryPairs>,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
    request: HttpRequest,
) -> HandlerResult {
    negotiated(&request, &[(JSON, ())])?;
    let demand = get::Demand { precondition: Precondition::of(&request)?, oldest: accepted_age(&request) };
    let QueryPairs(parameters) = parameters.accept()?;
    let found = get::get(&service, &caller.claims, &path.0, &path.1, &parameters, &demand);
    let found = service.within_limit(found).await?;
    let cached =
        found.max_age.map_or_else(|| UNCACHED.to_owned(), |seconds| format!("private, max-age={seconds}"));
    let status = if found.json.is_some() { StatusCode::OK } else { StatusCode::NOT_MODIFIED };
    let mut answer = HttpResponse::build(status);
    answer.insert_header((ETAG, found.tag)).insert_header((CACHE_CONTROL, cached));
    if !found.age.is_zero() {
        // Rounded up, so that nobody keeps it longer than they may.
        answer.insert_header((AGE, found.age.as_secs() + 1));
    }
    Ok(match found.json {
        Some(json) => answer.content_type(JSON).body(json),
        None => answer.finish(),
    })
}

/// `PUT /api/{collection}/{id}`
pub async fn replace(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
    request: HttpRequest,
    body: RawBody,
) -> HandlerResult {
    let target = target(&service, &caller, &path, &request)?;
    let bytes = body.0.len();
    let members = members(&request, body.0, &[JSON]).await?;
    Ok(written(replace::replace(&service, target, members, bytes).await?))
}

/// `PATCH /api/{collection}/{id}`
pub async fn patch(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
    request: HttpRequest,
    body: RawBody,
) -> HandlerResult {
    let target = target(&service, &caller, &path, &request)?;
    let bytes = body.0.len();
    if is(&request, JSON_PATCH) {
        let operations = aside(bytes, move || operations(&body.0)).await.map_err(ResourceError::from)??;
        return Ok(written(patch::operate(&service, target, operations, bytes).await?));
    }
    let array = is_array(&body.0);
    let members = members(&request, body.0, &[MERGE_PATCH, JSON_PATCH, JSON]).await;
    let members = members.map_err(|problem| if array { operations_expected(problem) } else { problem })?;
    Ok(written(patch::patch(&service, target, members, bytes).await?))
}

/// `DELETE /api/{collection}/{id}`
pub async fn delete(
    parameters: Parameters<DeleteOptions>,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
    request: HttpRequest,
) -> HandlerResult {
    if parameters.accept()?.purge {
        purge::purge(&service, aim(&service, &caller, &path, &request, Verb::Purge)?).await?;
        tracing::info!(collection.name = %path.0, document = %path.1, by = %caller.claims.sub, "document purged");
    } else {
        delete::delete(&service, target(&service, &caller, &path, &request)?).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// How a document is removed.
pub struct DeleteOptions {
    /// Whether it is gone for good.
    purge: bool,
}

impl FromParameters for DeleteOptions {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { purge: reader.flag("purge") }
    }
}

/// `GET /api/{collection}/{id}/access`
pub async fn access(
    parameters: Parameters<Person>,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
) -> HandlerResult {
    service.admit(&caller.claims, &path.0, Verb::Administer)?;
    let person = parameters.accept()?;
    let report = access::access(&service, &caller.claims, &path.0, &path.1, &person).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(report))
}

impl FromParameters for Person {
    fn read(reader: &mut ParameterReader) -> Self {
        let subject = reader.required("subject");
        let scope = reader.given("scope").map(|scope| scope.parse::<ScopeSet>()).transpose();
        let scope = scope.unwrap_or_else(|fault| {
            reader.refuse("scope", "type", fault.to_string());
            None
        });
        Self { subject, scope: scope.unwrap_or_default() }
    }
}

/// The refusal of an array where a merge patch is expected, with the media type that makes it a JSON patch.
fn operations_expected(problem: Problem) -> Problem {
    if problem.code() != ProblemCode::ValidationError {
        return problem;
    }
    let message = format!(
        "expected a JSON object, got an array; send a JSON patch (RFC 6902) as Content-Type: {JSON_PATCH}"
    );
    Problem::validation(vec![FieldError::at("", "type", message)])
}

/// The operations of a JSON patch.
fn operations(body: &[u8]) -> Result<Patch, Problem> {
    serde_json::from_value(value(body)?).map_err(|fault| {
        let message =
            format!("the body is not a JSON patch (RFC 6902): {}", without_values(&fault.to_string()));
        Problem::validation(vec![FieldError::at("", "patch", message)])
    })
}

/// What a write is aimed at. A caller who may not write is refused before anything else is read.
pub fn target<'t>(
    service: &Service,
    caller: &'t Caller,
    path: &'t (String, String),
    request: &HttpRequest,
) -> Result<WriteTarget<'t>, Problem> {
    aim(service, caller, path, request, Verb::Write)
}

/// The same for another kind of write.
fn aim<'t>(
    service: &Service,
    caller: &'t Caller,
    path: &'t (String, String),
    request: &HttpRequest,
    verb: Verb,
) -> Result<WriteTarget<'t>, Problem> {
    service.admit(&caller.claims, &path.0, verb)?;
    let precondition = Precondition::of(request)?;
    Ok(WriteTarget { claims: &caller.claims, collection: &path.0, id: &path.1, precondition })
}

/// The answer to a write of one document.
pub fn written(shown: Shown) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).insert_header((ETAG, shown.tag)).body(shown.json)
}

/// The page as JSON; its items are JSON already and are not looked into again.
fn page_text(page: &list::Page) -> String {
    // A cursor is base64url: it needs no escaping.
    let next = page.next.as_ref().map_or_else(|| "null".to_owned(), |cursor| format!("\"{cursor}\""));
    let total = page.total.map_or_else(String::new, |total| format!(",\"total\":{total}"));
    let (head, tail) = ("{\"items\":[", ["],\"next\":", &next, &total, "}"].concat());
    let items: usize = page.items.iter().map(|item| item.len() + 1).sum();
    let mut text = String::with_capacity(head.len() + items + tail.len());
    text.push_str(head);
    for (at, item) in page.items.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        text.push_str(item);
    }
    text.push_str(&tail);
    text
}
