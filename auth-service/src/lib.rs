//! auth-service: turns a proven identity into a short-lived signed token, and keeps the session that refreshes it.

pub mod admin;
pub mod app;
pub mod check;
pub mod cli;
pub mod domain;
pub mod http;
pub mod in_force;
mod metrics;
pub mod ops;
pub mod settings;
pub mod store;
