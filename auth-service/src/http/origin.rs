//! Whether a request with a cookie was made by a page of this site: the guard against forged requests (CSRF).

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap},
};
use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;

/// The sites whose pages may use the cookie.
#[derive(Clone, Debug)]
pub struct Origins {
    allowed: Vec<String>,
}

/// What the browser says about the page behind a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// It belongs to this site, or to one that is allowed.
    Ours,
    /// It belongs to another site.
    Foreign,
    /// Unknown: the request was not made by a current browser.
    Unknown,
}

impl Origins {
    /// `allowed` origins beside the service's own.
    pub fn new(allowed: Vec<String>) -> Self {
        Self { allowed }
    }

    /// Refuses a request that does not say that it comes from this site. Browsers do so by themselves; a program
    /// with a cookie must send `Origin`.
    pub fn require(&self, request: &HttpRequest) -> Result<(), Problem> {
        match self.page(request.headers()) {
            Page::Ours => Ok(()),
            Page::Foreign | Page::Unknown => Err(rejected()),
        }
    }

    /// Refuses a request that says that it comes from another site, so that no page can log its visitors in as
    /// somebody else. Programs send neither header and pass.
    pub fn forbid_foreign(&self, request: &HttpRequest) -> Result<(), Problem> {
        match self.page(request.headers()) {
            Page::Ours | Page::Unknown => Ok(()),
            Page::Foreign => Err(rejected()),
        }
    }

    fn page(&self, headers: &HeaderMap) -> Page {
        let text = |value: Option<&header::HeaderValue>| Some(value?.to_str().unwrap_or_default().to_owned());
        if matches!(text(headers.get("sec-fetch-site")).as_deref(), Some("same-origin" | "same-site")) {
            return Page::Ours;
        }
        match text(headers.get(header::ORIGIN)) {
            Some(origin) if self.is_ours(&origin, headers) => Page::Ours,
            Some(_) => Page::Foreign,
            // "none" means that the user typed the address: no page did it, but it is no proof of this site either.
            None if headers.contains_key("sec-fetch-site") => Page::Foreign,
            None => Page::Unknown,
        }
    }

    /// Behind a balancer only the browser knows the scheme, so the host decides; the cookie's own attributes
    /// keep it from a page without TLS.
    fn is_ours(&self, origin: &str, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let own = matches!((authority, host), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b));
        own || self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }
}

fn rejected() -> Problem {
    Problem::new(
        ProblemCode::CsrfRejected,
        "This needs Sec-Fetch-Site: same-origin or an Origin of this site; browsers send them by themselves",
    )
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn page(sent: &[(&'static str, &str)]) -> Page {
        let origins = Origins::new(vec!["https://console.example.org".into()]);
        let request = sent
            .iter()
            .fold(TestRequest::post().insert_header(("host", "auth.example.org")), |request, sent| {
                request.insert_header(*sent)
            });
        origins.page(request.to_http_request().headers())
    }

    #[test]
    fn pages_of_this_site_and_of_allowed_ones_are_ours() {
        for sent in [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://auth.example.org"),
            ("origin", "https://AUTH.example.org"),
            ("origin", "https://console.example.org"),
        ] {
            assert_eq!(page(&[sent]), Page::Ours, "{sent:?}");
        }
        let allowed = [("sec-fetch-site", "cross-site"), ("origin", "https://console.example.org")];
        assert_eq!(page(&allowed), Page::Ours);
    }

    #[test]
    fn every_other_page_is_foreign() {
        for sent in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "none"),
            ("origin", "https://evil.example"),
            ("origin", "https://auth.example.org.evil.example"),
            ("origin", "https://auth.example.org:8443"),
            ("origin", "https://console.example.org.evil.example"),
            ("origin", "null"),
            ("origin", "auth.example.org"),
            ("origin", ""),
        ] {
            assert_eq!(page(&[sent]), Page::Foreign, "{sent:?}");
        }
        assert_eq!(
            page(&[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]),
            Page::Foreign
        );
    }

    #[test]
    fn a_program_that_says_nothing_may_log_in_but_not_use_the_cookie() {
        let request = TestRequest::post().to_http_request();
        let origins = Origins::new(Vec::new());
        assert!(origins.forbid_foreign(&request).is_ok());
        assert_eq!(origins.require(&request).unwrap_err().code(), ProblemCode::CsrfRejected);
    }
}
