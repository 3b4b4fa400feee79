//! The documentation page: Swagger UI from inside the binary, with no file from elsewhere.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, ServiceConfig},
};
use utoipa_swagger_ui::{Config, Url};

use crate::{caller::Caller, problem::Problem, route::get_or_head, token::Verifier};

/// The page styles itself inline and draws its icons from `data:`; everything else is its own.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Serves the page at `path` (without a trailing slash) for the OpenAPI document at `openapi_url`: to anyone, or to
/// callers with an access token that `guard` accepts.
pub fn swagger(
    config: &mut ServiceConfig,
    path: &'static str,
    openapi_url: &'static str,
    guard: Option<&Arc<Verifier>>,
) {
    let settings = Config::new([Url::from(openapi_url)]).persist_authorization(false).validator_url("none");
    let settings = Arc::new(settings);
    config.service(web::resource(path).route(get_or_head().to(move || async move {
        HttpResponse::PermanentRedirect().insert_header((header::LOCATION, format!("{path}/"))).finish()
    })));
    let guard = guard.cloned();
    config.service(web::resource(format!("{path}/{{file:.*}}")).route(get_or_head().to(
        move |file: web::Path<String>, request: HttpRequest| {
            let (settings, guard) = (Arc::clone(&settings), guard.clone());
            async move {
                if let Some(verifier) = &guard {
                    Caller::refetch_key(&request, verifier).await;
                    Caller::identify(&request, verifier)?;
                }
                let caches = if guard.is_some() { "private, max-age=3600" } else { "public, max-age=3600" };
                Ok::<_, Problem>(serve(&file, settings, caches))
            }
        },
    )));
}

fn serve(file: &str, settings: Arc<Config<'static>>, caches: &'static str) -> HttpResponse {
    match utoipa_swagger_ui::serve(file, settings) {
        Ok(Some(page)) => {
            let mut response = HttpResponse::Ok();
            response
                .content_type(page.content_type)
                .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
                .insert_header((header::CACHE_CONTROL, caches));
            if page.gzpipped {
                response.insert_header((header::CONTENT_ENCODING, "gzip"));
            }
            response.body(page.bytes.into_owned())
        }
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(error) => {
            tracing::error!(%error, "the documentation page cannot be made");
            HttpResponse::InternalServerError().finish()
        }
    }
}
