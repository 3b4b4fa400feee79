//! What both services must agree on: claims, scopes, request and response bodies, problem codes.
//!
//! Serde only: nothing here may do I/O, know a web framework or know a store.

pub mod auth;
pub mod claims;
pub mod documents;
pub mod problem;
pub mod scope;
