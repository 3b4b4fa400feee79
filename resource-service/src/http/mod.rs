//! The route table and nothing else.

mod accept;
mod aggregates;
mod artifacts;
pub mod body;
mod changes;
mod collections;
mod compare;
mod conditions;
mod documents;
mod error;
mod exports;
mod handler;
mod insert;
pub mod openapi;
mod parameters;
mod rendering;
mod series;
mod usage;
mod versions;

use service_kit::route::{Access, Endpoint};

/// The most bytes of a document.
pub use crate::domain::document::MAX_BYTES as BODY_LIMIT;

/// Who may change definitions.
const DEFINERS: Access = Access::Scope("collections:write");

/// Every endpoint. What a token opens in a collection is for the use cases to say.
/// `description` says who may read the OpenAPI document.
pub fn endpoints(description: Access) -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/openapi.json", description, openapi::show),
        Endpoint::get("/api/collections", Access::Token, collections::all),
        Endpoint::get("/api/collections/{name}", Access::Token, collections::one),
        Endpoint::put("/api/collections/{name}", DEFINERS, collections::put).in_its_own_time(),
        Endpoint::delete("/api/collections/{name}", DEFINERS, collections::delete).in_its_own_time(),
        Endpoint::get("/api/calculations/compare", Access::Token, compare::compare).in_its_own_time(),
        Endpoint::get("/api/series/points", Access::Token, series::points).in_its_own_time(),
        Endpoint::post("/api/series/points", Access::Token, series::append)
            .with_body_limit(series::BODY_LIMIT)
            .in_its_own_time(),
        Endpoint::get("/api/series/metrics", Access::Token, series::metrics).in_its_own_time(),
        Endpoint::get("/api/{collection}", Access::Token, documents::list).in_its_own_time(),
        Endpoint::post("/api/{collection}", Access::Token, insert::insert).in_its_own_time(),
        Endpoint::get("/api/{collection}/aggregate", Access::Token, aggregates::show).in_its_own_time(),
        Endpoint::get("/api/{collection}/changes", Access::TokenOr("ticket"), changes::follow),
        Endpoint::post("/api/{collection}/changes/ticket", Access::Token, changes::ticket),
        Endpoint::get("/api/{collection}/usage", Access::Token, usage::show).in_its_own_time(),
        Endpoint::get("/api/{collection}/{id}", Access::Token, documents::get),
        Endpoint::put("/api/{collection}/{id}", Access::Token, documents::replace),
        Endpoint::patch("/api/{collection}/{id}", Access::Token, documents::patch),
        Endpoint::delete("/api/{collection}/{id}", Access::Token, documents::delete),
        Endpoint::get("/api/{collection}/{id}/access", Access::Token, documents::access),
        Endpoint::get("/api/{collection}/{id}/artifacts", Access::Token, artifacts::list),
        Endpoint::get("/api/{collection}/{id}/artifacts/{name}", Access::Token, artifacts::get),
        Endpoint::put("/api/{collection}/{id}/artifacts/{name}", Access::Token, artifacts::put)
            .in_its_own_time(),
        Endpoint::delete("/api/{collection}/{id}/artifacts/{name}", Access::Token, artifacts::delete),
        Endpoint::post("/api/{collection}/{id}/restore", Access::Token, versions::bring_back),
        Endpoint::get("/api/{collection}/{id}/versions", Access::Token, versions::list).in_its_own_time(),
        Endpoint::get("/api/{collection}/{id}/versions/{revision}", Access::Token, versions::get),
        Endpoint::post(
            "/api/{collection}/{id}/versions/{revision}/restore",
            Access::Token,
            versions::restore,
        ),
    ]
}

#[cfg(test)]
mod tests;
