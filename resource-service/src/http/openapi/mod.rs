//! `GET /api/openapi.json`: an OpenAPI 3.1 document made from the live definitions.

mod artifacts;
mod bulk;
mod changes;
mod definitions;
mod documents;
mod flows;
mod operations;
mod past;
mod schemas;
mod series;

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    http::header::CACHE_CONTROL,
    web::{self, Bytes},
};
use arc_swap::ArcSwapOption;
use serde_json::{Map, Value, json};

use self::schemas::{projected, responses, sent, stored};
use super::body::JSON;
use crate::{
    domain::{catalog::Catalog, collection::Collection},
    ops::catalog::{LiveCatalog, Served},
};

/// Where a browser logs in: one origin leads to both services.
const LOGIN: &str = "/auth/login";

/// The document as text, made once for each state of the catalog.
pub struct OpenApi {
    catalog: Arc<LiveCatalog>,
    made: ArcSwapOption<(Arc<Served>, Bytes)>,
}

impl OpenApi {
    /// Describes the collections that are served.
    pub fn of(catalog: Arc<LiveCatalog>) -> Self {
        Self { catalog, made: ArcSwapOption::empty() }
    }

    fn text(&self) -> Bytes {
        let served = self.catalog.served();
        if let Some(made) = &*self.made.load()
            && Arc::ptr_eq(&made.0, &served)
        {
            return made.1.clone();
        }
        let text = Bytes::from(document(&served.catalog).to_string());
        self.made.store(Some(Arc::new((served, text.clone()))));
        text
    }
}

/// The handler.
pub async fn show(openapi: web::Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).insert_header((CACHE_CONTROL, "no-cache")).body(openapi.text())
}

fn document(catalog: &Catalog) -> Value {
    let collections: Vec<&Collection> = catalog.iter().map(AsRef::as_ref).collect();
    let scopes: Map<String, Value> = collections
        .iter()
        .flat_map(|collection| {
            let (name, access) = (collection.name(), &collection.access);
            [(access.read.clone(), format!("Read {name}")), (access.write.clone(), format!("Write {name}"))]
        })
        .map(|(scope, meaning)| (scope, meaning.into()))
        .collect();
    let mut paths = definitions::paths();
    for collection in &collections {
        paths.extend(documents::of(collection));
        paths.extend(changes::of(collection));
        paths.extend(artifacts::of(collection));
    }
    paths.extend(series::paths(catalog));
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
                "login": {"type": "oauth2", "flows": {"password": {"tokenUrl": LOGIN, "scopes": scopes}}},
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "ticket": {"type": "apiKey", "in": "query", "name": "ticket", "description": changes::TICKET},
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
    schemas.extend(bulk::schemas().into_iter().chain(past::schemas()));
    schemas::name_apart(&mut schemas);
    schemas
}

#[cfg(test)]
mod tests;
