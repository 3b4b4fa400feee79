//! The documentation page: Swagger UI from inside the binary, with no file from elsewhere, and the login that the console has.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Bytes, ServiceConfig},
};
use shared_models::problem::ProblemCode;
use utoipa_swagger_ui::Config;

use crate::{
    caller::Caller, description::Description, problem::Problem, route::get_or_head, token::Verifier,
};

/// Swagger UI styles itself inline and draws its icons from `data:`; everything else is the page's own.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Serves the page of a service: to anyone, or to callers with an access token that `guard` accepts.
pub fn serve(config: &mut ServiceConfig, of: Description, guard: Option<&Arc<Verifier>>) {
    let page = of.page;
    config.service(web::resource(page).route(get_or_head().to(move || async move {
        HttpResponse::PermanentRedirect().insert_header((header::LOCATION, format!("{page}/"))).finish()
    })));
    let guard = guard.cloned();
    config.service(web::resource(format!("{page}/{{file:.*}}")).route(get_or_head().to(
        move |file: web::Path<String>, request: HttpRequest| {
            let guard = guard.clone();
            async move {
                if let Some(verifier) = &guard {
                    Caller::refetch_key(&request, verifier).await;
                    Caller::identify(&request, verifier)?;
                }
                answer(&of, &file, guard.is_some())
            }
        },
    )));
}

fn answer(of: &Description, file: &str, private: bool) -> Result<HttpResponse, Problem> {
    match file {
        "" => Ok(own(HTML, page_of(of), private)),
        "page.css" => Ok(own(STYLE, include_str!("docs/page.css"), private)),
        "page.js" => Ok(own(SCRIPT, include_str!("docs/page.js"), private)),
        "session.js" => Ok(own(SCRIPT, include_str!("docs/session.js"), private)),
        "conditions.js" => Ok(own(SCRIPT, include_str!("docs/conditions.js"), private)),
        "swagger-ui.css" => bundled(STYLE, file, private),
        "swagger-ui-bundle.js" => bundled(SCRIPT, file, private),
        _ => Ok(HttpResponse::NotFound().finish()),
    }
}

fn page_of(of: &Description) -> String {
    include_str!("docs/page.html")
        .replace("{title}", of.title)
        .replace("{document}", of.document)
        .replace("{version}", env!("CARGO_PKG_VERSION"))
}

/// A file of this page. A browser must not use an older copy of one file beside newer ones, so it asks each time.
fn own(content_type: &str, text: impl Into<Bytes>, private: bool) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::CACHE_CONTROL, if private { "private, no-cache" } else { "no-cache" }))
        .body(text.into())
}

/// One of the two files of Swagger UI that the page uses, at an address that changes with the version.
fn bundled(content_type: &str, name: &str, private: bool) -> Result<HttpResponse, Problem> {
    let internal = |cause: &str| {
        tracing::error!(cause, file = name, "a file of the documentation page cannot be read");
        Problem::new(ProblemCode::Internal, "The page cannot be made")
    };
    let file = utoipa_swagger_ui::serve(name, Arc::new(Config::default()))
        .map_err(|error| internal(&error.to_string()))?
        .ok_or_else(|| internal("it is not among those of Swagger UI"))?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(content_type)
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((
            header::CACHE_CONTROL,
            if private { "private, max-age=3600" } else { "public, max-age=3600" },
        ));
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.body(file.bytes.into_owned()))
}
