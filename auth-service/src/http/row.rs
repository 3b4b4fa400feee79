//! A row of this service's route table. A handler that acts for a caller can be mounted only together with the check of
//! that caller against the store: its first argument is the caller, and only a checked row has one.

use actix_web::{FromRequest, Handler, Responder, http::Method};
use service_kit::{
    principals::Principals,
    route::{Access, Endpoint},
};

use super::acting::{Acting, Person, gate, refusal};

/// A row that is open to anyone, or that checks its caller.
pub struct Row(Endpoint);

/// Arguments of a handler, the first of which is `First`.
pub(super) trait Begins<First> {}

macro_rules! begins {
    ($($rest:ident)*) => { impl<First, $($rest),*> Begins<First> for (First, $($rest,)*) {} };
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
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Row(Endpoint::on(method, path, Access::Public, handler))
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
    checked(Endpoint::on(method, path, access, handler), principals)
}

/// A row of self-service, for these kinds of login.
pub(super) fn person<F, Args>(method: Method, path: &'static str, principals: Principals, handler: F) -> Row
where
    F: Handler<Args>,
    Args: FromRequest + Begins<Person> + 'static,
    F::Output: Responder + 'static,
{
    checked(Endpoint::on(method, path, Access::Token, handler), principals)
}

fn checked(endpoint: Endpoint, principals: Principals) -> Row {
    let scope = match endpoint.access {
        Access::Scope(scope) => Some(scope),
        Access::Public | Access::Token | Access::TokenOr(_) => None,
    };
    let refusal = refusal(format!("{} {}", endpoint.method, endpoint.path));
    Row(endpoint.for_principals(principals).with_gate(gate(principals, scope)).with_refusal(refusal))
}

impl Row {
    /// [`Endpoint::in_its_own_time`].
    pub(super) fn in_its_own_time(self) -> Self {
        Self(self.0.in_its_own_time())
    }

    /// [`Endpoint::repeatable`].
    pub(super) fn repeatable(self) -> Self {
        Self(self.0.repeatable())
    }

    /// The verb.
    pub fn method(&self) -> &Method {
        &self.0.method
    }

    /// The path, with `{name}` for its parameters.
    pub fn path(&self) -> &'static str {
        self.0.path
    }

    /// Whether it needs a token, and a scope.
    pub fn access(&self) -> Access {
        self.0.access
    }

    /// The names of the kinds of principal that may call it; `anyone` if it needs no token.
    pub fn principals(&self) -> Vec<&'static str> {
        match self.0.access {
            Access::Public => vec!["anyone"],
            _ => self.0.principals.names().collect(),
        }
    }

    /// The row as it is mounted.
    pub fn into_endpoint(self) -> Endpoint {
        self.0
    }
}
