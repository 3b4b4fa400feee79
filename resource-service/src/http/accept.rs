//! Reads `Accept` (RFC 9110 section 12.5.1): which of the forms that are served the client wants.

use actix_web::{
    HttpRequest,
    http::header::{Accept, Header as _, Quality},
};

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
