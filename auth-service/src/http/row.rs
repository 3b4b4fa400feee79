//! A row of this service's route table. A handler that acts for a caller can be mounted only together with the check of
//! that caller against the store: its first argument is the caller, and only a checked row has one. Each handler declares
//! its query parameters, those of the OAuth endpoints excepted, so that each operation refuses those that it does not know.

use actix_web::{FromRequest, Handler, Responder, http::Method};
use service_kit::{
    parameters::{DeclaresParameters, Parameters},
    principals::Principals,
    route::{Access, Endpoint},
};

use super::acting::{Acting, Demand, Person, gate, refusal};

/// A row that is open to anyone, or that checks its caller.
pub struct Row {
    endpoint: Endpoint,
    /// Whether unknown query parameters are refused.
    declares_parameters: bool,
}

/// Arguments of a handler, the first of which is `First` and the second declares the query parameters.
pub(super) trait Begins<First> {}

macro_rules! begins {
    ($($rest:ident)*) => { impl<First, T, $($rest),*> Begins<First> for (First, Parameters<T>, $($rest,)*) {} };
}

begins! {}
begins! { A }
begins! { A B }
begins! { A B C }
begins! { A B C D }

/// A row for anyone. The operation itself identifies and checks the caller.
pub(super) fn open<F, Args>(method: Method, path: &'static str, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + DeclaresParameters + 'static,
    F::Output: Responder + 'static,
{
    Row::of(Endpoint::on(method, path, Access::Public, handler))
}

/// A row of an OAuth endpoint, for any client. It reads a form and ignores unknown parameters (RFC 6749 section 3.2), and
/// refuses in a form of its own, a late answer included.
pub(super) fn oauth<F, Args>(path: &'static str, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let endpoint = Endpoint::on(Method::POST, path, Access::Public, handler).in_its_own_time();
    Row { endpoint, declares_parameters: false }
}

/// A row for these kinds of principal, with the scope that `access` names.
pub(super) fn acting<F, Args>(
    method: Method,
    path: &'static str,
    access: Access,
    principals: Principals,
    handler: F,
) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + Begins<Acting> + 'static,
    F::Output: Responder + 'static,
{
    let demand = match access {
        Access::Scope(scope) => Demand::Scope(scope),
        Access::Public | Access::Token | Access::TokenOr(_) => Demand::Nothing,
    };
    checked(Endpoint::on(method, path, access, handler), principals, demand)
}

/// A row that a person may call at their own login, and other principals with this scope.
pub(super) fn login_or<F, Args>(
    method: Method,
    path: &'static str,
    scope: &'static str,
    principals: Principals,
    handler: F,
) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + Begins<Acting> + 'static,
    F::Output: Responder + 'static,
{
    let endpoint = Endpoint::on(method, path, Access::Token, handler);
    checked(endpoint, principals, Demand::ScopeUnlessLogin(scope))
}

/// A row of self-service, for these kinds of login.
pub(super) fn person<F, Args>(method: Method, path: &'static str, principals: Principals, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + Begins<Person> + 'static,
    F::Output: Responder + 'static,
{
    checked(Endpoint::on(method, path, Access::Token, handler), principals, Demand::Nothing)
}

fn checked(endpoint: Endpoint, principals: Principals, demand: Demand) -> Row {
    let refusal = refusal(format!("{} {}", endpoint.method, endpoint.path));
    Row::of(endpoint.for_principals(principals).with_gate(gate(principals, demand)).with_refusal(refusal))
}

impl Row {
    fn of(endpoint: Endpoint) -> Self {
        Self { endpoint, declares_parameters: true }
    }

    /// [`Endpoint::in_its_own_time`].
    pub(super) fn in_its_own_time(self) -> Self {
        Self::of(self.endpoint.in_its_own_time())
    }

    /// [`Endpoint::repeatable`].
    pub(super) fn repeatable(self) -> Self {
        Self::of(self.endpoint.repeatable())
    }

    /// Whether unknown query parameters are refused.
    pub fn declares_parameters(&self) -> bool {
        self.declares_parameters
    }

    /// The verb.
    pub fn method(&self) -> &Method {
        &self.endpoint.method
    }

    /// The path, with `{name}` for its parameters.
    pub fn path(&self) -> &'static str {
        self.endpoint.path
    }

    /// Whether it needs a token, and a scope.
    pub fn access(&self) -> Access {
        self.endpoint.access
    }

    /// The names of the kinds of principal that may call it; `anyone` if it needs no token.
    pub fn principals(&self) -> Vec<&'static str> {
        match self.endpoint.access {
            Access::Public => vec!["anyone"],
            _ => self.endpoint.principals.names().collect(),
        }
    }

    /// The row as it is mounted.
    pub fn into_endpoint(self) -> Endpoint {
        self.endpoint
    }
}
