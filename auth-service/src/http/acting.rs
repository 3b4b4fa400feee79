//! Who acts in a request: the caller behind the token, checked against the store before the handler runs.

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
    time::Instant,
};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web::Data};
use service_kit::{
    caller::{Caller, bearer},
    edge::{Arrived, ClientRequestId, RequestId},
    principals::Principals,
    problem::Problem,
    route::{Gate, Refusal},
};
use shared_models::claims::Principal;

use super::state::State;
use crate::ops::{Actor, Origin};

/// The caller, checked against the store for what the row demands. Only a row that checks its caller has one.
pub struct Acting(pub Actor);

/// The same for a self-service row, where the caller is a person with their own login.
pub struct Person(pub Actor);

/// The caller of a row that is open to anyone, if the request has a valid token that is not a job grant's.
pub struct Visitor(pub Option<Actor>);

/// What a row demands of the scope of its callers.
#[derive(Clone, Copy)]
pub(super) enum Demand {
    /// Nothing.
    Nothing,
    /// This scope.
    Scope(&'static str),
    /// This scope of all but a person at their own login with all of their scopes.
    ScopeUnlessLogin(&'static str),
}

/// Checks the caller of a row against the store: whether the token is still good, whether a principal of this kind may
/// call the row, and whether the token still has the scope. The handler then finds the caller as its first argument.
pub(super) fn gate(principals: Principals, demand: Demand) -> Gate {
    Rc::new(move |request| {
        Box::pin(async move {
            let caller = request.extensions().get::<Caller>().cloned();
            let caller = caller.ok_or_else(|| Problem::internal("the row does not ask for a token"))?;
            let actor = known(request, &caller).await?;
            principals.admit_exactly(actor.principal)?;
            let login = actor.principal == Principal::Login;
            match demand {
                Demand::Nothing => {}
                Demand::ScopeUnlessLogin(_) if login => {}
                Demand::Scope(scope) | Demand::ScopeUnlessLogin(scope) => actor.require(scope)?,
            }
            request.extensions_mut().insert(actor);
            Ok(())
        })
    })
}

/// Records each caller that the row refuses, within the limit of the audit log.
pub(super) fn refusal(row: String) -> Refusal {
    Rc::new(move |request, caller, problem| {
        if let Some(state) = request.app_data::<Data<State>>() {
            state.auth.access_refused(&origin(request), &caller.claims, &row, problem.detail());
        }
    })
}

async fn known(request: &HttpRequest, caller: &Caller) -> Result<Actor, Problem> {
    let state = request.app_data::<Data<State>>();
    let state = state.ok_or_else(|| Problem::internal("the use cases are not mounted"))?;
    Ok(state.auth.actor(&caller.claims, origin(request)).await?)
}

fn checked(request: &HttpRequest) -> Result<Actor, Problem> {
    let actor = request.extensions().get::<Actor>().cloned();
    actor.ok_or_else(|| Problem::internal("the row does not check its caller"))
}

impl FromRequest for Acting {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(checked(request).map(Self))
    }
}

impl FromRequest for Person {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let person = checked(request).and_then(|actor| {
            if actor.principal.is_login() {
                Ok(Self(actor))
            } else {
                Err(Problem::internal("the row of self-service admits others than logins"))
            }
        });
        ready(person)
    }
}

impl FromRequest for Visitor {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let brought = bearer(request).is_ok_and(|token| token.is_some());
        let caller = brought.then(|| Caller::from_request(request, payload).into_inner());
        let Some(Ok(caller)) = caller else { return Box::pin(ready(Ok(Self(None)))) };
        let (auth, origin) = match request.app_data::<Data<State>>() {
            Some(state) => (std::sync::Arc::clone(&state.auth), origin(request)),
            None => return Box::pin(ready(Err(Problem::internal("the use cases are not mounted")))),
        };
        Box::pin(async move {
            let actor = auth.actor(&caller.claims, origin).await.ok();
            Ok(Self(actor.filter(|actor| actor.principal != Principal::Job)))
        })
    }
}

/// Where a request came from.
pub(super) fn origin(request: &HttpRequest) -> Origin {
    let proxies = request.app_data::<Data<State>>().map(|state| &state.proxies);
    Origin {
        address: proxies.and_then(|proxies| proxies.client_address(request)),
        request_id: request.extensions().get::<RequestId>().map(|id| id.0.to_string()),
        client_request_id: request.extensions().get::<ClientRequestId>().map(|id| id.0.to_string()),
    }
}

/// When a request arrived.
pub(super) fn arrived(request: &HttpRequest) -> Instant {
    request.extensions().get::<Arrived>().map_or_else(Instant::now, |arrived| arrived.0)
}
