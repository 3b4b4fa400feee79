//! What both services must agree on: claims, scopes, request and response bodies, problem codes.
//!
//! Serde only: nothing here may do I/O, know a web framework or know a store.

pub mod artifacts;
pub mod audit;
pub mod auth;
pub mod claims;
pub mod clients;
pub mod definitions;
pub mod discovery;
pub mod documents;
mod listed;
pub mod problem;
pub mod projects;
pub mod revocations;
pub mod roles;
pub mod scope;
