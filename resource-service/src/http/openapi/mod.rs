//! `GET /api/openapi.json`: an OpenAPI 3.1 document made from the live definitions.

mod across;
mod artifacts;
mod bulk;
mod bundle;
mod changes;
mod common;
mod definitions;
mod described;
mod document;
mod documents;
mod flows;
mod limits;
mod names;
mod operations;
mod past;
mod reviews;
mod schemas;
mod series;
mod served;
mod stored;
mod used;

pub use self::served::{OpenApi, show};

#[cfg(test)]
mod tests;
