//! `GET /api/openapi.json`: an OpenAPI 3.1 document made from the live definitions.

mod operations;
mod schemas;

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{self, Bytes},
};
use serde_json::{Map, Value, json};

use self::schemas::{projected, responses, sent, stored};
use super::body::JSON;
use crate::domain::{catalog::Catalog, collection::Collection};

/// The document as text, made once.
#[derive(Clone)]
pub struct OpenApi(Bytes);

impl OpenApi {
    /// Describes the collections; `login_url` is where a browser gets its token.
    pub fn new(catalog: &Catalog, login_url: &str) -> Self {
        Self(Bytes::from(document(catalog, login_url).to_string()))
    }
}

/// The handler.
pub async fn show(openapi: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).insert_header((CACHE_CONTROL, "no-cache")).body(openapi.0.clone())
}

fn document(catalog: &Catalog, login_url: &str) -> Value {
    let collections: Vec<&Collection> = catalog.iter().map(AsRef::as_ref).collect();
    let scopes: Map<String, Value> = collections
        .iter()
        .flat_map(|collection| {
            let (name, access) = (collection.name(), &collection.access);
            [(access.read.clone(), format!("Read {name}")), (access.write.clone(), format!("Write {name}"))]
        })
        .map(|(scope, meaning)| (scope, meaning.into()))
        .collect();
    let mut paths = operations::shared();
    for collection in &collections {
        paths.extend(operations::of(collection));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tessera resource-service",
            "summary": "Documents in collections: validated, versioned by revision, found by their fields.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "tags": tags(&collections),
        "security": [{"login": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "login": {"type": "oauth2", "flows": {"password": {"tokenUrl": login_url, "scopes": scopes}}},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            },
            "schemas": schemas(&collections),
            "responses": responses(),
        },
    })
}

fn tags(collections: &[&Collection]) -> Vec<Value> {
    let tag = |collection: &&Collection| {
        let description =
            collection.definition.schema.get("description").cloned().unwrap_or_else(|| "".into());
        json!({"name": collection.name(), "description": description})
    };
    let shared = json!({"name": "collections", "description": "What the collections are."});
    std::iter::once(shared).chain(collections.iter().map(tag)).collect()
}

fn schemas(collections: &[&Collection]) -> Map<String, Value> {
    let mut schemas = schemas::shared();
    for collection in collections {
        schemas.insert(collection.name().to_owned(), sent(collection));
        schemas.insert(format!("{}.stored", collection.name()), stored(collection));
    }
    schemas.insert("projected".to_owned(), projected());
    schemas
}

#[cfg(test)]
mod tests;
