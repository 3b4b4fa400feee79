//! The route table: verb, path, who may call, handler. Nothing else. Who may call is said here and nowhere else.

mod acting;
mod api_keys;
mod audit;
mod body;
mod clients;
pub mod cookie;
mod discovery;
mod error;
mod invitations;
mod login;
mod memberships;
mod oauth;
mod openapi;
pub mod origin;
mod paging;
mod projects;
mod refusals;
mod revocations;
mod roles;
mod row;
mod search;
mod session;
mod sessions;
pub mod state;
mod teams;
mod token;
mod user_access;
mod users;
mod users_admin;

use actix_web::{
    http::Method,
    web::{Data, ServiceConfig},
};
use service_kit::{
    principals::Principals,
    route::{
        self,
        Access::{self, Public, Scope, Token},
        Endpoint,
    },
};
use shared_models::claims::Principal::{
    ApiKey, ClientSession, Login, MustChangeLogin, NarrowedLogin, Service,
};

use self::{
    openapi::Document,
    row::{Row, acting, login_or, oauth, open, person},
    state::State,
};

/// Where the OpenAPI document is.
pub const OPENAPI: &str = "/auth/openapi.json";
/// Where the page to try it is.
pub const DOCS: &str = "/auth/docs";

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// A person at their own login, with all of their scopes.
const PERSON: Principals = Principals::of(&[Login]);
/// The same, also while they must choose another password.
const PERSON_WHO_MAY_HAVE_TO_CHANGE: Principals = Principals::of(&[Login, MustChangeLogin]);
/// All who can hold a scope. No job grant: what it may write is in resource-service.
const HOLDERS: Principals = Principals::of(&[Login, NarrowedLogin, ClientSession, ApiKey, Service]);
/// All who have a token but job grants.
const ALL_BUT_JOBS: Principals =
    Principals::of(&[Login, NarrowedLogin, MustChangeLogin, ClientSession, ApiKey, Service]);

/// Mounts every endpoint of this service. Bodies longer than `body_limit` bytes are refused.
pub fn mount(config: &mut ServiceConfig, sign_up: Access, state: &Data<State>, body_limit: usize) {
    let table = endpoints(sign_up);
    config.app_data(Data::clone(state)).app_data(Data::new(Document::of(&table)));
    let table = table.into_iter().map(Row::into_endpoint).collect::<Vec<Endpoint>>();
    route::mount(config, table, state.auth.verifier(), body_limit);
}

/// Every endpoint of this service: verb, path, scope, the kinds of principal that may call it, handler. `sign_up` says
/// who may register a user.
pub fn endpoints(sign_up: Access) -> Vec<Row> {
    let mut rows = vec![
        acting(GET, "/auth/users", Scope("users:read"), HOLDERS, users_admin::list),
        match sign_up {
            Public => open(POST, "/auth/users", users::sign_up),
            closed => acting(POST, "/auth/users", closed, HOLDERS, users::register),
        },
        acting(GET, "/auth/users/me", Token, ALL_BUT_JOBS, users::me),
        person(PATCH, "/auth/users/me", PERSON, users::change_me),
        person(DELETE, "/auth/users/me", PERSON, users::delete_me),
        person(PUT, "/auth/users/me/password", PERSON_WHO_MAY_HAVE_TO_CHANGE, users::change_password),
        acting(GET, "/auth/users/{id}", Scope("users:read"), HOLDERS, users_admin::one),
        acting(PATCH, "/auth/users/{id}", Scope("users:write"), HOLDERS, users_admin::change),
        acting(DELETE, "/auth/users/{id}", Scope("users:write"), HOLDERS, users_admin::remove),
        acting(GET, "/auth/users/{id}/sessions", Scope("users:read"), HOLDERS, users_admin::sessions),
        acting(DELETE, "/auth/users/{id}/sessions", Scope("users:write"), HOLDERS, users_admin::end_sessions),
        acting(
            DELETE,
            "/auth/users/{id}/sessions/{session}",
            Scope("users:write"),
            HOLDERS,
            user_access::end_session,
        ),
        acting(GET, "/auth/users/{id}/api-keys", Scope("users:read"), HOLDERS, user_access::keys),
        acting(
            DELETE,
            "/auth/users/{id}/api-keys/{key}",
            Scope("users:write"),
            HOLDERS,
            user_access::remove_key,
        ),
        acting(GET, "/auth/roles", Scope("roles:read"), HOLDERS, roles::list),
        acting(PUT, "/auth/roles/{name}", Scope("roles:write"), HOLDERS, roles::set),
        acting(DELETE, "/auth/roles/{name}", Scope("roles:write"), HOLDERS, roles::remove),
        acting(GET, "/auth/clients", Scope("clients:read"), HOLDERS, clients::list),
        acting(POST, "/auth/clients", Scope("clients:write"), HOLDERS, clients::create),
        acting(GET, "/auth/clients/{id}", Scope("clients:read"), HOLDERS, clients::one),
        acting(PATCH, "/auth/clients/{id}", Scope("clients:write"), HOLDERS, clients::change),
        acting(DELETE, "/auth/clients/{id}", Scope("clients:write"), HOLDERS, clients::remove),
        acting(POST, "/auth/clients/{id}/secret", Scope("clients:write"), HOLDERS, clients::replace_secret),
        person(GET, "/auth/api-keys", PERSON, api_keys::list),
        person(POST, "/auth/api-keys", PERSON, api_keys::create),
        person(DELETE, "/auth/api-keys/{id}", PERSON, api_keys::remove),
        oauth("/auth/token", token::token),
        oauth("/auth/revoke", token::revoke),
        oauth("/auth/introspect", token::introspect),
        acting(GET, "/auth/revocations", Scope("revocations:read"), HOLDERS, revocations::follow)
            .in_its_own_time(),
        acting(POST, "/auth/revocations", Scope("revocations:write"), HOLDERS, revocations::end_calculation),
        acting(GET, "/auth/audit", Scope("audit:read"), HOLDERS, audit::list),
        acting(GET, "/auth/search", Token, HOLDERS, search::search),
        open(POST, "/auth/login", session::login).repeatable(),
        open(POST, "/auth/token-refresh", session::refresh).repeatable(),
        open(POST, "/auth/logout", session::logout).repeatable(),
        person(GET, "/auth/sessions", PERSON, sessions::list),
        person(DELETE, "/auth/sessions", PERSON, sessions::end_all),
        person(DELETE, "/auth/sessions/{id}", PERSON, sessions::end),
        open(GET, "/.well-known/oauth-authorization-server", discovery::metadata),
        open(GET, "/.well-known/oauth-authorization-server/{path:.*}", discovery::metadata_of_path),
        open(GET, "/.well-known/jwks.json", discovery::jwks),
        open(GET, OPENAPI, openapi::document),
    ];
    rows.extend(of_projects());
    rows
}

/// The endpoints of projects, teams and who is in them.
fn of_projects() -> Vec<Row> {
    const MEMBER: &str = "/auth/projects/{id}/members/{kind}/{member}";
    const INVITATIONS: &str = "/auth/projects/{id}/invitations";
    const INVITATION: &str = "/auth/projects/{id}/invitations/{invitation}";
    const TEAM_MEMBER: &str = "/auth/teams/{id}/members/{user}";
    vec![
        login_or(GET, "/auth/projects", "projects:read", HOLDERS, projects::list),
        login_or(POST, "/auth/projects", "projects:write", HOLDERS, projects::create),
        login_or(GET, "/auth/projects/{id}", "projects:read", HOLDERS, projects::one),
        login_or(PATCH, "/auth/projects/{id}", "projects:write", HOLDERS, projects::change),
        login_or(GET, "/auth/projects/{id}/members", "projects:read", HOLDERS, projects::members),
        login_or(PUT, MEMBER, "projects:write", HOLDERS, projects::set_member),
        login_or(DELETE, MEMBER, "projects:write", HOLDERS, projects::remove_member),
        login_or(GET, INVITATIONS, "projects:read", HOLDERS, invitations::list),
        person(POST, INVITATIONS, PERSON, invitations::create),
        login_or(DELETE, INVITATION, "projects:write", HOLDERS, invitations::withdraw),
        person(POST, "/auth/invitations/accept", PERSON, invitations::accept),
        login_or(GET, "/auth/teams", "projects:read", HOLDERS, teams::list),
        login_or(POST, "/auth/teams", "projects:write", HOLDERS, teams::create),
        login_or(GET, "/auth/teams/{id}", "projects:read", HOLDERS, teams::one),
        login_or(PATCH, "/auth/teams/{id}", "projects:write", HOLDERS, teams::rename),
        login_or(DELETE, "/auth/teams/{id}", "projects:write", HOLDERS, teams::remove),
        login_or(GET, "/auth/teams/{id}/members", "projects:read", HOLDERS, teams::members),
        login_or(PUT, TEAM_MEMBER, "projects:write", HOLDERS, teams::set_member),
        login_or(DELETE, TEAM_MEMBER, "projects:write", HOLDERS, teams::remove_member),
        acting(GET, "/auth/memberships", Scope("memberships:read"), HOLDERS, memberships::follow)
            .in_its_own_time(),
    ]
}

#[cfg(test)]
mod tests;
