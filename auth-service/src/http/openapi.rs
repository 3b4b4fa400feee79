//! The OpenAPI document, made from the handlers it describes.

use std::sync::OnceLock;

use actix_web::{
    HttpResponse,
    http::{Method, header::CONTENT_TYPE},
    web::Data,
};
use serde_json::json;
use service_kit::parameters::NoParameters;
use shared_models::scope::BUILT_IN;
use utoipa::{
    IntoResponses as _, Modify, OpenApi as _,
    openapi::{
        ObjectBuilder, OpenApi, RefOr, Required, Type,
        extensions::ExtensionsBuilder,
        path::{Parameter, ParameterBuilder, ParameterIn},
        security::{ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Password, Scopes, SecurityScheme},
    },
};

use super::{
    api_keys, audit, clients, discovery, invitations, memberships, projects, refusals, revocations, roles,
    row::Row, search, session, sessions, teams, token, user_access, users, users_admin,
};

/// The document.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tessera auth-service",
        description = "Turns a proven identity into a short-lived signed token. Errors are RFC 9457 problems. \
            `x-principals` says which kinds of principal may call an operation: `login` (a person's own login with all \
            of their scopes), `narrowed_login` (one that asked for fewer), `must_change_login` (one of a user who must \
            choose another password), `client_session` (one that a client opened with the `password` grant), `api_key`, \
            `service`, `job` (a job grant); the others get 403 `login_required`. What concerns projects and teams a person may call \
            at their own login with all of their scopes, whatever these are; the others need the scope.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        users::sign_up,
        users::me,
        users::change_me,
        users::delete_me,
        users::change_password,
        users_admin::list,
        users_admin::one,
        users_admin::change,
        users_admin::remove,
        users_admin::sessions,
        users_admin::end_sessions,
        user_access::keys,
        user_access::remove_key,
        user_access::end_session,
        roles::list,
        roles::set,
        roles::remove,
        clients::list,
        clients::create,
        clients::one,
        clients::change,
        clients::remove,
        clients::replace_secret,
        api_keys::list,
        api_keys::create,
        api_keys::remove,
        token::token,
        token::revoke,
        token::introspect,
        revocations::follow,
        revocations::end_calculation,
        projects::list,
        projects::create,
        projects::one,
        projects::change,
        projects::members,
        projects::set_member,
        projects::remove_member,
        invitations::list,
        invitations::create,
        invitations::withdraw,
        invitations::accept,
        teams::list,
        teams::create,
        teams::one,
        teams::rename,
        teams::remove,
        teams::members,
        teams::set_member,
        teams::remove_member,
        memberships::follow,
        audit::list,
        search::search,
        session::login,
        session::refresh,
        session::logout,
        sessions::list,
        sessions::end,
        sessions::end_all,
        discovery::metadata,
        discovery::metadata_of_path,
        discovery::jwks,
        document,
    ),
    modifiers(&SecuritySchemes, &ForGenerators),
)]
pub(super) struct Api;

/// How to authorize: by logging in on the page, or with a token at hand.
struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut OpenApi) {
        let scopes = BUILT_IN.iter().map(|scope| (*scope, "")).collect::<Scopes>();
        let login = OAuth2::new([
            Flow::Password(Password::new("/auth/login", scopes.clone())),
            Flow::ClientCredentials(ClientCredentials::new("/auth/token", scopes)),
        ]);
        let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("oauth2", SecurityScheme::OAuth2(login));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The document with what the route table says: `x-principals` are the kinds of principal that may call an operation, and
/// an operation that declares its query parameters refuses others.
pub struct Document {
    rows: Vec<Said>,
    text: OnceLock<String>,
}

/// What the route table says of an operation.
struct Said {
    method: Method,
    path: &'static str,
    principals: Vec<&'static str>,
    declares_parameters: bool,
}

impl Document {
    /// The document of this table.
    pub fn of(table: &[Row]) -> Self {
        let said = |row: &Row| Said {
            method: row.method().clone(),
            path: row.path(),
            principals: row.principals(),
            declares_parameters: row.declares_parameters(),
        };
        Self { rows: table.iter().map(said).collect(), text: OnceLock::new() }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| self.made().to_json().unwrap_or_default())
    }

    /// Makes the document.
    pub(super) fn made(&self) -> OpenApi {
        let mut document = Api::openapi();
        for Said { method, path, principals, declares_parameters } in &self.rows {
            // The document leaves out how much of a path a parameter takes.
            let path = path.replace(":.*}", "}");
            let Some(item) = document.paths.paths.get_mut(&path) else { continue };
            let operation = match method.as_str() {
                "GET" => &mut item.get,
                "POST" => &mut item.post,
                "PUT" => &mut item.put,
                "PATCH" => &mut item.patch,
                "DELETE" => &mut item.delete,
                _ => continue,
            };
            if let Some(operation) = operation {
                let said = ExtensionsBuilder::new().add("x-principals", json!(principals)).build();
                operation.extensions.get_or_insert_default().merge(said);
                if *declares_parameters {
                    for (status, refusal) in refusals::Query::responses() {
                        operation.responses.responses.entry(status).or_insert(refusal);
                    }
                }
            }
        }
        document
    }
}

/// Gives each operation what generated clients need: a unique name (`GET /auth/users/{id}` is `getUsersById`), and
/// a body that is not optional.
struct ForGenerators;

impl Modify for ForGenerators {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let operations = [
                ("get", &mut item.get),
                ("put", &mut item.put),
                ("post", &mut item.post),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
            ];
            for (verb, operation) in operations {
                if let Some(operation) = operation {
                    operation.operation_id = Some(operation_id(verb, path));
                    let Some(RefOr::T(body)) = &mut operation.request_body else { continue };
                    // utoipa leaves this out where a body has several media types. Only HTTP Basic needs none to log
                    // in.
                    body.required = Some(Required::True);
                    if body.content.len() > 1 {
                        operation.parameters.get_or_insert_default().push(RefOr::T(request_id()));
                    }
                }
            }
        }
    }
}

/// A header that every request may have. Beside several media types openapi-python-client needs an optional parameter:
/// without one it does not import what it declares the body with.
fn request_id() -> Parameter {
    ParameterBuilder::new()
        .name("X-Request-Id")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("An id that the caller gives the request, for the log"))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn operation_id(verb: &str, path: &str) -> String {
    let words = path.split(['/', '-', '_', '.']).filter(|word| !word.is_empty() && *word != "auth");
    let mut id = verb.to_owned();
    for word in words {
        let parameter = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
        let (before, word) = parameter.map_or(("", word), |name| ("By", name));
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        id.push_str(before);
        id.push_str(&first.to_uppercase());
        id.push_str(rest);
    }
    id
}

/// This document
#[utoipa::path(
    get, path = "/auth/openapi.json", tag = "Discovery",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")),
)]
pub(super) async fn document(_: NoParameters, document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(document.text().to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn operations_are_named_by_what_they_are() {
        for (verb, path, id) in [
            ("get", "/auth/users/{id}", "getUsersById"),
            ("delete", "/auth/users/{id}/sessions", "deleteUsersByIdSessions"),
            ("post", "/auth/token-refresh", "postTokenRefresh"),
            ("get", "/.well-known/jwks.json", "getWellKnownJwksJson"),
        ] {
            assert_eq!(operation_id(verb, path), id);
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_and_every_response_a_description() {
        let document = serde_json::to_value(Api::openapi()).unwrap();
        let mut names = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (verb, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{name} is given twice, to {verb} {path} too");
                let body = &operation["requestBody"];
                assert!(body.is_null() || body["required"] == true, "{verb} {path}");
                for (status, response) in operation["responses"].as_object().unwrap() {
                    let described = response["description"].as_str().is_some_and(|text| !text.is_empty());
                    assert!(described || response["$ref"] != Value::Null, "{verb} {path} {status}");
                }
            }
        }
        assert!(names.len() > 30, "{names:?}");
    }
}
