//! Which encoding of a file is sent, and what a cache is told.

use super::*;

async fn coded(console: &Console, accept: &[&str]) -> (String, String) {
    let headers: Vec<_> = accept.iter().map(|accept| ("accept-encoding", *accept)).collect();
    let answer = ask(console, "GET", "/assets/app-1a2b.js", &headers).await;
    assert_eq!((answer.status, answer.header("vary").as_str()), (200, "Accept-Encoding"));
    assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    (answer.header("content-encoding"), answer.text().to_owned())
}

#[actix_web::test]
async fn a_file_is_sent_in_the_encoding_that_the_client_prefers() {
    let folder = built();
    let console = opened(folder.path());
    let (br, gzip, plain) = (("br", "in brotli"), ("gzip", "in gzip"), ("", "let a"));
    for (accept, expected) in [
        (&["gzip, deflate, br, zstd"][..], br),
        (&["gzip", "br"], br),
        (&["gzip, deflate"], gzip),
        (&["X-GZIP"], gzip),
        (&["br;q=0.5, gzip;q=0.501"], gzip),
        (&["br; q=0, gzip;Q=0.001"], gzip),
        (&["br;q=0, *"], gzip),
        (&["*"], br),
        (&["*;q=0.5, identity"], plain),
        (&["identity;q=0.5, gzip;q=0.4"], plain),
        (&["gzip;q=0.4, identity;q=0.4"], gzip),
        (&["identity"], plain),
        (&["deflate"], plain),
        (&[""], plain),
        (&[], plain),
        // What cannot be read is not accepted.
        (&["br;q=2, gzip;q=high"], plain),
        (&["br;q=0.0001, gzip;q=-1"], plain),
        // It accepts nothing that there is; a file that can be read is of more use than a refusal.
        (&["identity;q=0"], plain),
        (&["*;q=0"], plain),
    ] {
        let (coding, text) = coded(&console, accept).await;
        assert_eq!((coding.as_str(), text.as_str()), expected, "{accept:?}");
    }
    // The encodings have no address of their own; a file that only ends like one has.
    for (path, status) in
        [("/assets/app-1a2b.js.br", 404), ("/index.html.gz", 404), ("/assets/notes.gz", 200)]
    {
        assert_eq!(ask(&console, "GET", path, &[]).await.status, status, "{path}");
    }
}

#[actix_web::test]
async fn a_hashed_file_is_kept_for_ever_and_another_is_asked_for_again() {
    let folder = built();
    let console = opened(folder.path());
    for (path, caches, media_type) in [
        ("/assets/app-1a2b.css", "public, max-age=31536000, immutable", "text/css; charset=utf-8"),
        ("/favicon.svg", "no-cache", "image/svg+xml; charset=utf-8"),
        ("/assets/notes.gz", "public, max-age=31536000, immutable", "application/octet-stream"),
    ] {
        let answer = ask(&console, "GET", path, &[]).await;
        assert_eq!(answer.header("cache-control"), caches);
        assert_eq!(answer.header("content-type"), media_type);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("style-src 'self'; ") && policy.contains("connect-src 'self'"), "{policy}");
        let tag = answer.header("etag");
        for known in [tag.as_str(), tag.trim_start_matches("W/"), "*", &format!("\"other\", {tag}")] {
            let confirmed = ask(&console, "GET", path, &[("if-none-match", known)]).await;
            assert_eq!((confirmed.status, confirmed.body.len()), (304, 0), "{known}");
            assert_eq!(confirmed.header("etag"), tag);
            assert_eq!(confirmed.header("cache-control"), caches);
        }
        assert_eq!(ask(&console, "GET", path, &[("if-none-match", "\"other\"")]).await.status, 200);
    }
    fs::write(folder.path().join("favicon.svg"), "<svg></svg>").unwrap();
    let before = browse(&console, "/favicon.svg").await;
    let after = browse(&opened(folder.path()), "/favicon.svg").await;
    assert_eq!(before.text(), "<svg/>", "what was read at the start is served");
    assert_ne!(before.header("etag"), after.header("etag"));
}
