//! A JSON body that may be left out, and a password in one.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use service_kit::{
    body::{RawBody, is_json, json},
    problem::Problem,
};
use shared_models::problem::ProblemCode;

use crate::domain::password::Password;

/// A password that a body may hold.
pub(super) fn password(text: Option<&str>) -> Option<Password> {
    text.map(Password::new)
}

/// What the body says, or the default where there is none.
pub(super) struct OrNothing<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OrNothing<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let readable = !request.headers().contains_key(CONTENT_TYPE) || is_json(request.content_type());
        let reading = RawBody::from_request(request, payload);
        Box::pin(async move {
            if !readable {
                let detail = "Send the body as Content-Type: application/json, or leave it out";
                return Err(Problem::new(ProblemCode::UnsupportedMediaType, detail));
            }
            let body = reading.await?.0;
            if body.is_empty() { Ok(Self(T::default())) } else { json(&body).map(Self) }
        })
    }
}
