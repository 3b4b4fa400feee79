//! The route table and nothing else.

mod body;
mod collections;
mod conditions;
mod documents;
mod error;
pub mod openapi;

use service_kit::route::{Access, Endpoint};

/// The most bytes of a document.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// Every endpoint. What a token opens in a collection is for the use cases to say.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/openapi.json", Access::Public, openapi::show),
        Endpoint::get("/api/collections", Access::Token, collections::all),
        Endpoint::get("/api/collections/{name}", Access::Token, collections::one),
        Endpoint::get("/api/{collection}", Access::Token, documents::list),
        Endpoint::post("/api/{collection}", Access::Token, documents::insert),
        Endpoint::get("/api/{collection}/{id}", Access::Token, documents::get),
        Endpoint::put("/api/{collection}/{id}", Access::Token, documents::replace),
        Endpoint::patch("/api/{collection}/{id}", Access::Token, documents::patch),
        Endpoint::delete("/api/{collection}/{id}", Access::Token, documents::delete),
    ]
}

#[cfg(test)]
mod tests;
