//! auth-service: turns a proven identity into a short-lived signed token, and keeps the session that renews it.

pub mod domain;
pub mod ops;
pub mod store;
