//! A JSON body that may be left out, and a password in one.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header::CONTENT_TYPE};
use serde::de::DeserializeOwned;
use service_kit::{
    body::{RawBody, is_json, json, unsupported},
    problem::Problem,
};

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
        let media_type = request.content_type().to_owned();
        let reading = RawBody::from_request(request, payload);
        Box::pin(async move {
            let body = reading.await?.0;
            if !readable {
                return Err(unsupported("application/json", &media_type, &body));
            }
            if body.is_empty() { Ok(Self(T::default())) } else { json(&body).map(Self) }
        })
    }
}
