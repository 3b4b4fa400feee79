//! Reads `Accept` (RFC 9110 section 12.5.1): which of the forms that are served the client wants.

use actix_web::{
    HttpRequest,
    http::header::{self, Accept, Header as _, Quality},
};
use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;

/// The one of `served` that the client prefers. The first where the client names none that it wants: without `Accept`, or
/// with one that only excludes or that cannot be read as a whole. A problem (406) that lists them where it accepts none.
pub fn negotiated<T: Copy>(request: &HttpRequest, served: &[(&str, T)]) -> Result<T, Problem> {
    if let Some(form) = preferred(request, served) {
        return Ok(form);
    }
    match served.first() {
        Some((_, form)) if !demands_another(request) => Ok(*form),
        _ => {
            let offered: Vec<&str> = served.iter().map(|(media_type, _)| *media_type).collect();
            let detail = format!("Accept names none of the media types offered here: {}", offered.join(", "));
            Err(Problem::new(ProblemCode::NotAcceptable, detail))
        }
    }
}

/// Whether every range of `Accept` can be read and one of them is wanted.
fn demands_another(request: &HttpRequest) -> bool {
    let values = request.headers().get_all(header::ACCEPT);
    let texts = values.map(|value| value.to_str().unwrap_or(","));
    let given = texts.flat_map(|text| text.split(',')).filter(|range| !range.trim().is_empty()).count();
    Accept::parse(request)
        .is_ok_and(|accept| accept.len() == given && accept.iter().any(|range| range.quality > Quality::ZERO))
}

/// The one of `served`, in the order of the server's preference, that the client prefers: by weight, then by how
/// exactly it is named. `None` where the client accepts none of them.
pub fn preferred<T: Copy>(request: &HttpRequest, served: &[(&str, T)]) -> Option<T> {
    let accept = Accept::parse(request).ok()?;
    let mut best: Option<((Quality, usize), T)> = None;
    for (media_type, form) in served {
        let weight = weight(&accept, media_type);
        if weight.0 > Quality::ZERO && best.is_none_or(|(so_far, _)| weight > so_far) {
            best = Some((weight, *form));
        }
    }
    best.map(|(_, form)| form)
}

/// What the most specific range that covers a media type says of it, and how specific that range is.
fn weight(accept: &Accept, media_type: &str) -> (Quality, usize) {
    let ranges = accept.iter().filter_map(|range| {
        let (essence, kind) = (range.item.essence_str(), range.item.type_().as_str());
        let specific = if essence.eq_ignore_ascii_case(media_type) {
            2
        } else if essence == "*/*" {
            0
        } else if range.item.subtype() == "*" && media_type.split('/').next() == Some(kind) {
            1
        } else {
            return None;
        };
        Some((range.quality, specific))
    });
    ranges.max_by_key(|(quality, specific)| (*specific, *quality)).unwrap_or((Quality::ZERO, 0))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_client_that_accepts_none_is_refused_with_what_is_offered_and_one_that_cannot_be_understood_is_not() {
        let served = [("application/json", 'j'), ("text/csv", 'c')];
        let asked = |accept: &[&str]| {
            let request = accept
                .iter()
                .fold(TestRequest::default(), |request, accept| request.append_header(("accept", *accept)));
            negotiated(&request.to_http_request(), &served).map_err(|problem| problem.detail().to_owned())
        };
        for accept in [
            &[][..],
            &[""],
            &["nonsense"],
            &["*/*"],
            &["image/png", "application/*"],
            // Only exclusions.
            &["text/csv;q=0"],
            // As clients of Java's own library send it.
            &["text/html, image/gif, *; q=.2"],
            &["image/png;q=high"],
            &["image/png;q=2"],
        ] {
            assert_eq!(asked(accept), Ok('j'), "{accept:?}");
        }
        assert_eq!(asked(&["image/png, text/csv;q=0.1"]), Ok('c'));
        for accept in
            [&["image/png"][..], &["image/png;q=0.5", "text/html"], &["application/json;q=0, text/xml"]]
        {
            let offered = "Accept names none of the media types offered here: application/json, text/csv";
            assert_eq!(asked(accept), Err(offered.to_owned()), "{accept:?}");
        }
    }

    #[test]
    fn the_heaviest_form_is_chosen_and_one_of_weight_0_never() {
        let served = [("application/json", 'j'), ("application/x-ndjson", 'n'), ("text/csv", 'c')];
        for (accept, expected) in [
            ("text/csv;q=0, application/json", Some('j')),
            ("text/csv;q=0, */*;q=0.1", Some('j')),
            ("text/csv;q=0", None),
            ("application/json;q=0, */*", Some('n')),
            ("text/csv;q=0.2, application/x-ndjson;q=0.3", Some('n')),
            ("text/csv, application/json", Some('j')),
            ("text/csv, */*", Some('c')),
            ("TEXT/CSV; header=present", Some('c')),
            ("image/png", None),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            assert_eq!(preferred(&request, &served), expected, "{accept}");
        }
    }
}
