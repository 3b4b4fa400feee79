//! The route table as data: path, verb, handler and who may call it.
//!
//! Mounting groups the table by path, so that a verb a path lacks is 405 with `Allow`, and checks access
//! before a body is read.

use std::{collections::BTreeMap, future::Future, pin::Pin, rc::Rc, sync::Arc};

use actix_web::{
    FromRequest, Handler, HttpMessage as _, HttpRequest, Resource, Responder, Route,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    guard,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    middleware::{Next, from_fn},
    web::{self, ServiceConfig},
};
use shared_models::problem::ProblemCode;

use crate::{
    body::{self, BodyLimit},
    caller::Caller,
    deadline::{self, Late},
    method::method_name,
    observe::Template,
    principals::Principals,
    problem::Problem,
    token::Verifier,
};

/// Who may call an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// Anyone with a valid access token; the operation checks what the token allows.
    Token,
    /// The same, unless the query has this parameter: then the operation itself identifies the caller.
    TokenOr(&'static str),
    /// A valid access token with this scope.
    Scope(&'static str),
}

/// The answer of a [`Gate`].
pub type Verdict<'r> = Pin<Box<dyn Future<Output = Result<(), Problem>> + 'r>>;

/// A row's own check of its caller, made once the token is verified and the body has arrived, before the handler.
pub type Gate = Rc<dyn for<'r> Fn(&'r HttpRequest) -> Verdict<'r>>;

/// What a row does, before it answers, about a caller with a valid token that it refuses with 403.
pub type Refusal = Rc<dyn Fn(&HttpRequest, &Caller, &Problem)>;

/// One row of a route table.
pub struct Endpoint {
    /// The verb.
    pub method: Method,
    /// The path, with `{name}` for its parameters.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Which kinds of principal may call it, where it asks for a token.
    pub principals: Principals,
    /// What else is checked before the handler runs.
    gate: Option<Gate>,
    /// What is done about a caller who is refused.
    refusal: Option<Refusal>,
    /// Whether the last parameter of the path takes slashes too.
    takes_rest: bool,
    /// The most bytes a body may have on this path, where the table's own limit does not fit.
    body_limit: Option<usize>,
    /// What a late answer means for the caller; none for a row without a deadline.
    late: Option<Late>,
    route: Route,
}

impl Endpoint {
    /// A row for this verb, which any kind of principal may call. GET has HEAD with it (RFC 9110 section 9.3.2).
    pub fn on<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = if method == Method::GET { get_or_head() } else { Route::new().method(method.clone()) };
        let route = route.to(handler);
        let late = Some(Late::of(&method));
        Self {
            method,
            path,
            access,
            principals: Principals::EVERY,
            gate: None,
            refusal: None,
            takes_rest: false,
            body_limit: None,
            late,
            route,
        }
    }

    /// The same row for these kinds of principal alone.
    pub fn for_principals(self, principals: Principals) -> Self {
        Self { principals, ..self }
    }

    /// The same row with a check of its own.
    pub fn with_gate(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// The same row, which calls `refusal` for each caller with a valid token that it refuses with 403.
    pub fn with_refusal(self, refusal: Refusal) -> Self {
        Self { refusal: Some(refusal), ..self }
    }

    /// The same row without a deadline: its answer waits for something new, streams, or has its own time limit.
    pub fn in_its_own_time(self) -> Self {
        Self { late: None, ..self }
    }

    /// The same row, marked as one that may be retried after a late answer although its method is not safe.
    pub fn repeatable(self) -> Self {
        Self { late: Some(Late::Repeat), ..self }
    }

    /// The same row, whose path ends in a parameter that takes the rest of the address, its slashes too. All rows of the
    /// path must be such rows.
    pub fn with_rest(self) -> Self {
        Self { takes_rest: true, ..self }
    }

    /// The same row with a body limit of its path's own, in bytes.
    pub fn with_body_limit(self, bytes: usize) -> Self {
        Self { body_limit: Some(bytes), ..self }
    }
}

/// A route for GET, and for HEAD with it (RFC 9110 section 9.3.2).
pub(crate) fn get_or_head() -> Route {
    Route::new().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Registers a route table. Bodies longer than `body_limit` bytes are refused with 413.
pub fn mount(config: &mut ServiceConfig, table: Vec<Endpoint>, verifier: &Arc<Verifier>, body_limit: usize) {
    // They are tried in order. A literal segment must come before a parameter that would match it too: `{` sorts after
    // letters. Paths of other lengths match nothing of each other's; the short ones are asked for more often.
    let mut paths: BTreeMap<(usize, &'static str), Vec<Endpoint>> = BTreeMap::new();
    for endpoint in table {
        let segments = endpoint.path.matches('/').count();
        paths.entry((segments, endpoint.path)).or_default().push(endpoint);
    }
    for ((_, path), endpoints) in paths {
        let rules: Rc<[Rule]> = endpoints.iter().map(Rule::of).collect();
        let guard = Arc::clone(verifier);
        let limit = endpoints.iter().find_map(|row| row.body_limit).unwrap_or(body_limit);
        let pattern =
            if endpoints.iter().all(|row| row.takes_rest) { with_rest(path) } else { path.to_owned() };
        let resource = endpoints
            .into_iter()
            .fold(resource(&pattern, &rules), |resource, row| resource.route(timed(row)));
        config.service(resource.app_data(Arc::clone(verifier)).app_data(BodyLimit(limit)).wrap(from_fn(
            move |request: ServiceRequest, next| {
                request.extensions_mut().insert(Template(path));
                check(request, next, Rc::clone(&rules), Arc::clone(&guard), limit)
            },
        )));
    }
}

/// The path, whose last parameter matches slashes too, and at least one character.
fn with_rest(path: &str) -> String {
    path.strip_suffix('}').map_or_else(|| path.to_owned(), |path| format!("{path}:.+}}"))
}

/// The row's route, which answers in time.
fn timed(row: Endpoint) -> Route {
    match row.late {
        Some(late) => row.route.wrap(from_fn(move |request, next| deadline::keep(request, next, late))),
        None => row.route,
    }
}

/// What is checked of a request before the handler runs.
struct Rule {
    method: Method,
    access: Access,
    principals: Principals,
    gate: Option<Gate>,
    refusal: Option<Refusal>,
}

impl Rule {
    fn of(row: &Endpoint) -> Self {
        Self {
            method: row.method.clone(),
            access: row.access,
            principals: row.principals,
            gate: row.gate.clone(),
            refusal: row.refusal.clone(),
        }
    }
}

fn resource(path: &str, rules: &[Rule]) -> Resource {
    let verbs = rules.iter().flat_map(|rule| match &rule.method {
        &Method::GET => vec!["GET", "HEAD"],
        other => vec![other.as_str()],
    });
    let verbs: Vec<&str> = verbs.collect();
    let allow = HeaderValue::from_str(&verbs.join(", ")).ok();
    web::resource(path).default_service(web::to(move |request: HttpRequest| {
        let detail = match method_name(request.method()) {
            "other" => "This path does not support the method".to_owned(),
            method => format!("This path does not support {method}"),
        };
        let mut problem = Problem::new(ProblemCode::MethodNotAllowed, detail);
        if let Some(allow) = &allow {
            problem = problem.with_header(header::ALLOW, allow.clone());
        }
        async move { Err::<&str, _>(problem) }
    }))
}

fn has_parameter(query: &str, name: &str) -> bool {
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

/// The detail of a refused query string.
const UNREADABLE: &str =
    "The query string is not UTF-8; percent-encode the UTF-8 bytes of each name and value";

/// Whether a query string is UTF-8 once it is decoded. Other readers would replace the bytes that are not, and so read
/// another text than was sent. The signs between names and values are ASCII, so the string is decoded as a whole.
fn is_readable(query: &str) -> bool {
    !query.contains('%') || percent_encoding::percent_decode_str(query).decode_utf8().is_ok()
}

async fn check(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    rules: Rc<[Rule]>,
    verifier: Arc<Verifier>,
    body_limit: usize,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let asked = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let rule = rules.iter().find(|rule| rule.method == asked);
    let verdict = match (rule, is_readable(request.query_string())) {
        (_, false) => Err(Problem::new(ProblemCode::InvalidRequest, UNREADABLE)),
        (Some(rule), true) => in_time(admit(request.request(), rule, &verifier)).await,
        (None, true) => Ok(()),
    };
    let verdict = match (verdict, rule.and_then(|rule| rule.gate.as_ref())) {
        (Ok(()), Some(gate)) => pass(&mut request, gate, body_limit).await,
        (verdict, _) => verdict,
    };
    match verdict {
        Ok(()) => {
            let mut answer = next.call(request).await?;
            if rule.is_some_and(|rule| rule.access != Access::Public) {
                // What one caller is shown must not be served to another by a cache.
                let theirs = HeaderValue::from_static("Authorization");
                answer.headers_mut().append(header::VARY, theirs);
            }
            Ok(answer.map_into_left_body())
        }
        Err(problem) => {
            report(request.request(), rule, &problem);
            Ok(request.error_response(problem).map_into_right_body())
        }
    }
}

fn report(request: &HttpRequest, rule: Option<&Rule>, problem: &Problem) {
    let caller = request.extensions().get::<Caller>().cloned();
    if problem.code().status() == StatusCode::FORBIDDEN.as_u16()
        && let Some((refusal, caller)) = rule.and_then(|rule| rule.refusal.as_ref()).zip(caller)
    {
        refusal(request, &caller, problem);
    }
}

async fn in_time(asking: impl Future<Output = Result<(), Problem>>) -> Result<(), Problem> {
    deadline::within(asking).await.unwrap_or_else(|| Err(Problem::unavailable()))
}

/// Asks the gate once the whole body has arrived. Otherwise a caller could be admitted, hold back the body, and still
/// act after the admission no longer holds.
async fn pass(request: &mut ServiceRequest, gate: &Gate, body_limit: usize) -> Result<(), Problem> {
    match request.take_payload() {
        Payload::None => {}
        payload => {
            let body = body::whole(request.request(), payload, body_limit, None).await?;
            request.headers_mut().remove(header::CONTENT_ENCODING);
            if !body.is_empty() {
                let payload = Box::pin(futures_util::stream::once(std::future::ready(Ok(body))));
                request.set_payload(Payload::Stream { payload });
            }
        }
    }
    in_time(gate(request.request())).await
}

/// Refuses a caller whose token the row does not accept.
async fn admit(request: &HttpRequest, rule: &Rule, verifier: &Verifier) -> Result<(), Problem> {
    let scope = match rule.access {
        Access::Public => return Ok(()),
        Access::TokenOr(parameter) if has_parameter(request.query_string(), parameter) => return Ok(()),
        Access::Token | Access::TokenOr(_) => None,
        Access::Scope(scope) => Some(scope),
    };
    Caller::refetch_key(request, verifier).await;
    let caller = Caller::identify(request, verifier)?;
    rule.principals.admit(caller.claims.principal())?;
    if let Some(scope) = scope {
        caller.require(scope)?;
    }
    Ok(())
}
