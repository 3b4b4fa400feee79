//! The route table and nothing else.

mod accept;
mod aggregates;
mod artifacts;
pub mod body;
mod changes;
mod collections;
mod compare;
mod conditions;
pub mod console;
mod documents;
mod error;
mod exports;
mod fields;
mod handler;
mod insert;
pub mod openapi;
mod rendering;
mod reviews;
mod row;
mod search;
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
        row::get("/api/openapi.json", description, openapi::show),
        row::get("/api/collections", Access::Token, collections::all),
        row::get("/api/collections/{name}", Access::Token, collections::one),
        row::put("/api/collections/{name}", DEFINERS, collections::put).in_its_own_time(),
        row::delete("/api/collections/{name}", DEFINERS, collections::delete).in_its_own_time(),
        row::get("/api/changes", Access::Token, changes::follow_several),
        row::get("/api/search", Access::Token, search::search).in_its_own_time(),
        row::get("/api/calculations/compare", Access::Token, compare::compare).in_its_own_time(),
        row::get("/api/calculations/{id}/verdicts", Access::Token, reviews::verdicts).in_its_own_time(),
        row::get("/api/reviews/queue", Access::Token, reviews::queue).in_its_own_time(),
        row::get("/api/series/points", Access::Token, series::points).in_its_own_time(),
        row::post("/api/series/points", Access::Token, series::append)
            .with_body_limit(series::BODY_LIMIT)
            .in_its_own_time(),
        row::get("/api/series/metrics", Access::Token, series::metrics).in_its_own_time(),
        row::get("/api/{collection}", Access::Token, documents::list).in_its_own_time(),
        row::post("/api/{collection}", Access::Token, insert::insert).in_its_own_time(),
        row::get("/api/{collection}/aggregate", Access::Token, aggregates::show).in_its_own_time(),
        row::get("/api/{collection}/changes", Access::TokenOr("ticket"), changes::follow),
        row::post("/api/{collection}/changes/ticket", Access::Token, changes::ticket),
        row::get("/api/{collection}/fields", Access::Token, fields::list).in_its_own_time(),
        row::get("/api/{collection}/usage", Access::Token, usage::show).in_its_own_time(),
        row::get("/api/{collection}/{id}", Access::Token, documents::get),
        row::put("/api/{collection}/{id}", Access::Token, documents::replace),
        row::patch("/api/{collection}/{id}", Access::Token, documents::patch),
        row::delete("/api/{collection}/{id}", Access::Token, documents::delete),
        row::get("/api/{collection}/{id}/access", Access::Token, documents::access),
        row::get("/api/{collection}/{id}/artifacts", Access::Token, artifacts::list),
        row::get("/api/{collection}/{id}/artifacts/{name}", Access::Token, artifacts::get).with_rest(),
        row::put("/api/{collection}/{id}/artifacts/{name}", Access::Token, artifacts::put)
            .with_rest()
            .in_its_own_time(),
        row::delete("/api/{collection}/{id}/artifacts/{name}", Access::Token, artifacts::delete).with_rest(),
        row::post("/api/{collection}/{id}/restore", Access::Token, versions::bring_back),
        row::get("/api/{collection}/{id}/versions", Access::Token, versions::list).in_its_own_time(),
        row::get("/api/{collection}/{id}/versions/diff", Access::Token, versions::diff).in_its_own_time(),
        row::get("/api/{collection}/{id}/versions/{revision}", Access::Token, versions::get),
        row::post("/api/{collection}/{id}/versions/{revision}/restore", Access::Token, versions::restore),
    ]
}

#[cfg(test)]
mod tests;
