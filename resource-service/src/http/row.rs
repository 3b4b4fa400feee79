//! A row of the route table. A handler can be mounted only if its first argument declares its query parameters, so that
//! each operation refuses those that it does not know.

use actix_web::{FromRequest, Handler, Responder, http::Method};
use service_kit::{
    parameters::DeclaresParameters,
    route::{Access, Endpoint},
};

macro_rules! verbs {
    ($($name:ident $method:ident $what:literal)*) => { $(
        #[doc = $what]
        pub(super) fn $name<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
        where
            F: Handler<Args>,
            Args: FromRequest + DeclaresParameters + 'static,
            F::Output: Responder + 'static,
        {
            Endpoint::on(Method::$method, path, access, handler)
        }
    )* };
}

verbs! {
    get GET "A row for GET, and for HEAD with it."
    post POST "A row for POST."
    put PUT "A row for PUT."
    patch PATCH "A row for PATCH."
    delete DELETE "A row for DELETE."
}
