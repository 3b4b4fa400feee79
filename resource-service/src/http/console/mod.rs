//! The web console at `/`: its files, and its one page for every path that a browser opens and no service has.
//!
//! Knows no document and no token: what the page shows it asks the API for.

mod coding;
mod files;
mod media;
mod notice;
mod page;

use std::{path::Path, sync::Arc};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, EntityTag, HeaderValue, IfNoneMatch},
    },
    web::{self, ServiceConfig},
};
use arc_swap::ArcSwap;
use percent_encoding::percent_decode_str;
use service_kit::{budget::Budget, edge::Template, problem::Problem, random::Random};
use shared_models::problem::ProblemCode;

use self::{
    coding::{Coding, chosen},
    files::{Served, Site},
    page::{Page, policy},
};
pub use self::{files::Unservable, notice::Notice};
use super::accept::preferred;

/// Paths of services: what is not there is never the console's page.
const SERVICES: [&str; 3] = ["api", "auth", ".well-known"];
/// Files whose names change with their content.
const HASHED: &str = "assets/";

/// `Cache-Control` of a hashed file: a year, which is as long as the directive knows.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// `Cache-Control` of what is asked for again each time.
const ASK_AGAIN: &str = "no-cache";
/// `Cache-Control` of a notice, and of what is not there.
const NEVER: &str = "no-store";

/// The console of a process. Clones are the same one; what it shows is swapped while it is served.
#[derive(Clone)]
pub struct Console(Arc<ArcSwap<Shown>>);

enum Shown {
    Nothing,
    Notice(Page),
    Site(Site),
}

impl Default for Console {
    fn default() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Shown::Nothing)))
    }
}

impl Console {
    /// Reads a built console whole and shows it from now on. Blocks while it reads.
    pub fn open(&self, folder: &Path) -> Result<(), Unservable> {
        self.0.store(Arc::new(Shown::Site(Site::read(folder)?)));
        Ok(())
    }

    /// Shows a notice from now on.
    pub fn say(&self, notice: &Notice) {
        self.0.store(Arc::new(Shown::Notice(notice.page())));
    }
}

/// Serves the console at each path that no other route has.
pub fn serve(config: &mut ServiceConfig, console: Console, random: Arc<dyn Random>) {
    config.default_service(web::to(move |request: HttpRequest| {
        let answer = answer(&request, &console.0.load(), &*random);
        async move { answer }
    }));
}

fn answer(request: &HttpRequest, shown: &Shown, random: &dyn Random) -> Result<HttpResponse, Problem> {
    let path = percent_decode_str(request.path().trim_start_matches('/')).decode_utf8_lossy();
    if SERVICES.contains(&path.split('/').next().unwrap_or_default()) {
        return Ok(HttpResponse::NotFound().finish());
    }
    let (page, file, caches) = match shown {
        Shown::Nothing => return Ok(HttpResponse::NotFound().finish()),
        Shown::Notice(page) => (page, None, NEVER),
        Shown::Site(site) => (&site.page, site.file(&path), ASK_AGAIN),
    };
    let is_page = path.is_empty() || path == "index.html";
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    if file.is_none() && !is_page && !(reads && opens_a_page(request, &path)) {
        // The edge makes a problem of it. Who accepts HTML may get the page here.
        // A file that a build to come has must not stay missing in a cache.
        let mut missing = HttpResponse::NotFound();
        return Ok(missing
            .insert_header((header::VARY, "Accept"))
            .insert_header((header::CACHE_CONTROL, NEVER))
            .finish());
    }
    request.extensions_mut().insert(Template("/{console}"));
    if !reads {
        let problem =
            Problem::new(ProblemCode::MethodNotAllowed, "The console is only read: send GET or HEAD");
        return Err(problem.with_header(header::ALLOW, HeaderValue::from_static("GET, HEAD")));
    }
    let mut response = match file {
        Some(file) => send(request, file, &path),
        None => page.respond(random, caches),
    };
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
    if file.is_none() && !is_page {
        headers.append(header::VARY, HeaderValue::from_static("Accept"));
    }
    Ok(response)
}

/// Whether the request is one of a browser that opens a page of the console: it names HTML itself. `*/*` is what programs send.
fn opens_a_page(request: &HttpRequest, path: &str) -> bool {
    let names_html = || {
        let lines = request.headers().get_all(header::ACCEPT).filter_map(|line| line.to_str().ok());
        let ranges = lines.flat_map(|line| line.split(','));
        ranges
            .filter_map(|range| range.split(';').next())
            .any(|range| range.trim().eq_ignore_ascii_case("text/html"))
    };
    !path.starts_with(HASHED) && names_html() && preferred(request, &[("text/html", ())]).is_some()
}

fn send(request: &HttpRequest, file: &Served, path: &str) -> HttpResponse {
    let tag = EntityTag::new_weak(file.tag.clone());
    let known = match request.get_header::<IfNoneMatch>() {
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        None => false,
    };
    let mut response = HttpResponse::build(if known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, if path.starts_with(HASHED) { FOREVER } else { ASK_AGAIN }))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(None)));
    if known || file.is_encoded() {
        response.insert_header((header::VARY, "Accept-Encoding"));
    }
    if known {
        return response.finish();
    }
    let coding = chosen(request.headers(), |coding| file.form(coding).is_some());
    if let Some(name) = coding.name() {
        response.insert_header((header::CONTENT_ENCODING, name));
    }
    let bytes = file.form(coding).or_else(|| file.form(Coding::Identity)).cloned().unwrap_or_default();
    let mut response = response.content_type(file.media_type).body(bytes);
    if let Some(budget) = request.app_data::<Budget>() {
        // All answers share these bytes, which are no request's: a lease of none.
        response.extensions_mut().insert(budget.lease("console"));
    }
    response
}

#[cfg(test)]
mod tests;
