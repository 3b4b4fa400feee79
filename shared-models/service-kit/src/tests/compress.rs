//! Which answers are compressed, and for whom.

use actix_web::{
    App, HttpResponse,
    http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY},
    middleware::from_fn,
    test::{TestRequest, call_service, init_service, read_body},
    web,
};

use super::*;

/// Coding, `Vary` and length of the answer of this type and size.
async fn answer(media_type: &'static str, size: usize, accept: &str, secret: bool) -> (String, bool, usize) {
    let handler = move || async move {
        let mut answer = HttpResponse::Ok();
        if secret {
            answer.insert_header((CACHE_CONTROL, "no-store"));
        }
        answer.content_type(media_type).body("x".repeat(size))
    };
    let app = init_service(App::new().route("/", web::get().to(handler)).wrap(from_fn(compress))).await;
    let request = TestRequest::get().uri("/").insert_header((ACCEPT_ENCODING, accept)).to_request();
    let response = call_service(&app, request).await;
    let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (coding, vary) = (header(CONTENT_ENCODING), header(VARY));
    (coding.unwrap_or_default(), vary.is_some(), read_body(response).await.len())
}

#[actix_web::test]
async fn long_text_is_compressed_for_those_who_take_it() {
    let (coding, vary, length) = answer("application/json", 20_000, "gzip, deflate, br", false).await;
    assert_eq!((coding.as_str(), vary), ("gzip", true));
    assert!(length < 1000, "{length}");
    for accept in ["identity", "br", "gzip;q=0"] {
        let plain = answer("application/json", 20_000, accept, false).await;
        assert_eq!(plain, (String::new(), true, 20_000), "{accept}");
    }
    assert_eq!(answer("application/x-ndjson", 5000, "gzip", false).await.0, "gzip");
    assert_eq!(answer("application/problem+json; charset=utf-8", 5000, "gzip", false).await.0, "gzip");
}

#[actix_web::test]
async fn short_binary_streaming_and_secret_answers_are_left_as_they_are() {
    assert_eq!(answer("application/json", 1023, "gzip", false).await, (String::new(), true, 1023));
    assert_eq!(answer("application/octet-stream", 5000, "gzip", false).await, (String::new(), false, 5000));
    assert_eq!(answer("text/event-stream", 5000, "gzip", false).await, (String::new(), false, 5000));
    assert_eq!(answer("application/json", 5000, "gzip", true).await, (String::new(), false, 5000));
}
