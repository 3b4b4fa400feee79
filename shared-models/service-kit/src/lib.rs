//! The plumbing under both services: settings, key ring, bearer tokens, problems, telemetry, health, drain, clock.
//!
//! Knows no user, no document and no collection.

pub mod address;
pub mod aside;
pub mod batch;
pub mod body;
pub mod budget;
pub mod caller;
pub mod client;
pub mod clock;
pub mod coding;
pub mod command;
mod compress;
mod connection;
mod cors;
pub mod deadline;
pub mod description;
mod distance;
pub mod docs;
pub mod edge;
pub mod fault;
pub mod health;
pub mod healthcheck;
pub mod keys;
mod method;
pub mod metric;
mod observe;
pub mod once;
mod outgoing;
pub mod parameters;
pub mod precondition;
pub mod principals;
pub mod problem;
pub mod random;
pub mod revocations;
pub mod route;
pub mod server;
pub mod settings;
pub mod share;
pub mod start;
pub mod store;
pub mod telemetry;
pub mod token;
pub mod wording;
