//! resource-service: turns a valid token into documents.

pub mod app;
pub mod check;
pub mod domain;
pub mod http;
pub mod in_force;
mod metrics;
pub mod ops;
pub mod query;
pub mod settings;
pub mod store;

// The functions of the fuzz targets name this crate as others do.
#[cfg(test)]
extern crate self as resource_service;

#[cfg(test)]
#[path = "tests/corpus.rs"]
mod corpus;
