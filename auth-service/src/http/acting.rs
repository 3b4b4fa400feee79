//! Who acts in a request: the caller of the token, checked as things are now.

use std::{future::Future, pin::Pin, time::Instant};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, web::Data};
use service_kit::{
    caller::Caller,
    edge::{Arrived, ClientRequestId, RequestId},
    problem::Problem,
    route::Required,
};

use super::state::State;
use crate::ops::{Actor, Origin};

/// The caller, who may do at this moment what the route demands.
pub struct Acting(pub Actor);

impl FromRequest for Acting {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload).into_inner();
        let state = request.app_data::<Data<State>>().cloned();
        let origin = origin(request);
        let required = request.extensions().get::<Required>().map(|required| required.0);
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the use cases are not mounted"))?;
            let actor = state.auth.actor(&caller?.claims, origin).await?;
            if let Some(scope) = required {
                actor.require(scope)?;
            }
            Ok(Self(actor))
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
