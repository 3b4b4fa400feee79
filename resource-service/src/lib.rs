//! resource-service: turns a valid token into documents.

pub mod app;
pub mod domain;
pub mod http;
pub mod in_force;
pub mod ops;
pub mod query;
pub mod settings;
pub mod store;
