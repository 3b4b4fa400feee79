//! `GET /api/openapi.json`, made once for each state of the definitions.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CACHE_CONTROL, ETAG},
    },
    web::{self, Bytes},
};
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::{
    parameters::{FromParameters, ParameterReader, Parameters},
    precondition::Precondition,
    problem::Problem,
};
use tokio::sync::Mutex;

use super::document::document;
use crate::{
    http::body::JSON,
    ops::catalog::{LiveCatalog, Served},
};

/// The documents of what is served now: that of all collections and those of single ones.
pub struct OpenApi {
    catalog: Arc<LiveCatalog>,
    /// Whether it asks for a token.
    guarded: bool,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    of: Option<Arc<Served>>,
    texts: BTreeMap<Option<String>, Text>,
}

/// A document as text, and its entity tag without quotes: a hash, so that all replicas have the same.
#[derive(Clone)]
struct Text {
    text: Bytes,
    tag: String,
}

impl OpenApi {
    /// Describes the collections that are served; to callers with a token alone, if `guarded`.
    pub fn of(catalog: Arc<LiveCatalog>, guarded: bool) -> Self {
        Self { catalog, guarded, made: Mutex::default() }
    }

    async fn text(&self, collection: Option<String>) -> Result<Text, Problem> {
        if let Some(name) = &collection {
            self.catalog.find(name)?;
        }
        // One makes the document while others wait for it.
        let mut made = self.made.lock().await;
        let served = self.catalog.served();
        if made.of.as_ref().is_none_or(|of| !Arc::ptr_eq(of, &served)) {
            *made = Made { of: Some(Arc::clone(&served)), texts: BTreeMap::new() };
        }
        if let Some(text) = made.texts.get(&collection) {
            return Ok(text.clone());
        }
        let only = collection.clone();
        let text = web::block(move || Text::of(document(&served.catalog, only.as_deref()).to_string()));
        let text = text.await.map_err(|_| Problem::internal("the OpenAPI document was not made"))?;
        made.texts.insert(collection, text.clone());
        Ok(text)
    }
}

impl Text {
    fn of(text: String) -> Self {
        let tag = URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()));
        Self { text: text.into(), tag }
    }
}

/// What is described.
pub struct Subject {
    /// A collection; all of them if absent.
    collection: Option<String>,
}

impl FromParameters for Subject {
    fn read(reader: &mut ParameterReader) -> Self {
        Self { collection: reader.text("collection") }
    }
}

/// The handler.
pub async fn show(
    parameters: Parameters<Subject>,
    openapi: web::Data<OpenApi>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Subject { collection } = parameters.accept()?;
    let precondition = Precondition::of(&request)?;
    let Text { text, tag } = openapi.text(collection).await?;
    let fresh = precondition.is_fresh_at(&tag);
    let mut answer = HttpResponse::build(if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let caches = if openapi.guarded { "private, no-cache" } else { "no-cache" };
    answer.insert_header((ETAG, format!("\"{tag}\""))).insert_header((CACHE_CONTROL, caches));
    Ok(if fresh { answer.finish() } else { answer.content_type(JSON).body(text) })
}
