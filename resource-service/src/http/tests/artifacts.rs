//! Artifacts as a client sees them, on an embedded store.

use actix_web::{
    dev::Payload as Body,
    error::PayloadError,
    http::header::{
        CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    },
    web::Bytes,
};
use futures_util::{StreamExt as _, stream};

use super::*;
use crate::domain::artifacts::{CHUNK_BYTES, hexadecimal};

const CHUNK: usize = CHUNK_BYTES as usize;
const SCOPE: &str = "calculations:read calculations:write files:read files:write papers:read papers:write drafts:read drafts:write";

/// More than one chunk, no two of them alike.
fn large() -> Vec<u8> {
    (0..2 * CHUNK + 12_345).map(|n| (n / 251 + n % 256).to_le_bytes()[0]).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hexadecimal(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

/// An answer whose body is no JSON.
struct Raw {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Raw {
    fn header(&self, name: impl actix_web::http::header::AsHeaderName) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Api {
    async fn raw(&self, request: TestRequest) -> Raw {
        let app = init_service(App::new().configure(|config| (self.part.configure)(config))).await;
        let response = call_service(&app, request.to_request()).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Raw { status, headers, body: read_body(response).await.to_vec() }
    }

    async fn ask(&self, method: &str, path: &str) -> Response {
        self.send(request(method, path, "ada", SCOPE)).await
    }

    async fn read(&self, path: &str, headers: &[(&'static str, &str)]) -> Raw {
        let request = request("GET", path, "ada", SCOPE);
        self.raw(headers.iter().fold(request, |request, header| request.append_header(*header))).await
    }

    pub(super) async fn upload(
        &self,
        path: &str,
        bytes: &[u8],
        headers: &[(&'static str, &str)],
    ) -> Response {
        let request = request("PUT", path, "ada", SCOPE).set_payload(bytes.to_vec());
        self.send(headers.iter().fold(request, |request, header| request.append_header(*header))).await
    }

    /// Sends pieces of a body that fails after the last one.
    pub(super) async fn upload_broken(
        &self,
        path: &str,
        bytes: &[u8],
        headers: &[(&'static str, &str)],
    ) -> Response {
        let request = request("PUT", path, "ada", SCOPE);
        let request = headers.iter().fold(request, |request, header| request.append_header(*header));
        let app = init_service(App::new().configure(|config| (self.part.configure)(config))).await;
        let pieces: Vec<_> = bytes.chunks(60_000).map(Bytes::copy_from_slice).map(Ok).collect();
        let broken = std::iter::once(Err(PayloadError::Incomplete(None)));
        let payload = stream::iter(pieces).chain(stream::iter(broken)).boxed_local();
        let (request, _) = request.to_request().replace_payload(Body::Stream { payload });
        let response = call_service(&app, request).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8_lossy(&read_body(response).await).into_owned();
        Response { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }

    /// The folder of a new document.
    async fn folder(&self, collection: &str) -> String {
        let body = if collection == "calculations" { calculation() } else { json!({}) };
        let request = request("POST", &format!("/api/{collection}"), "ada", SCOPE).set_json(body);
        let made = self.send(request).await;
        assert_eq!(made.status, 201, "{}", made.body);
        format!("/api/{collection}/{}/artifacts", made.id())
    }

    /// How many blobs and chunks the store holds.
    fn stored(&self) -> (i64, i64) {
        let connection = rusqlite::Connection::open(self.directory.path().join("t.db")).unwrap();
        let count = |table: &str| {
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        (count("artifact_blobs"), count("artifact_chunks"))
    }
}

/// Collections whose documents take few files, and files of two kinds.
async fn start() -> Api {
    let files = json!({
        "name": "files", "schema": {"type": "object"}, "access": {"owner_only": true},
        "artifacts": {"max_bytes": 2_000_000, "max_total_bytes": 2_500_000},
    });
    let papers = json!({
        "name": "papers", "schema": {"type": "object"}, "require_if_match": true,
        "artifacts": {"max_bytes": 1000, "types": ["text/csv", "image/*"]},
    });
    Api::start_with(&[files, papers]).await
}

#[actix_web::test]
async fn a_file_goes_up_and_comes_down_whole_and_in_parts() {
    let api = start().await;
    let folder = api.folder("calculations").await;
    let (path, bytes) = (format!("{folder}/out%20%C3%A9.h5"), large());
    let tag = format!("\"{}\"", sha256(&bytes));
    let made = api.upload(&path, &bytes, &[("content-type", "application/x-hdf5")]).await;
    assert_eq!((made.status, made.etag()), (201, tag.as_str()), "{}", made.body);
    let about = json!({"name": "out é.h5", "size": bytes.len(), "sha256": sha256(&bytes),
        "content_type": "application/x-hdf5", "created_at": "2026-01-31T12:00:00.000Z", "by": "ada"});
    assert_eq!(made.body, about);

    let whole = api.read(&path, &[]).await;
    assert!(whole.status == 200 && whole.body == bytes);
    assert_eq!(whole.header(ETAG), tag);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header(CONTENT_TYPE), "application/octet-stream");
    assert_eq!(
        whole.header(CONTENT_DISPOSITION),
        "attachment; filename=\"out _.h5\"; filename*=UTF-8''out%20%C3%A9.h5"
    );
    assert!(whole.header(CONTENT_SECURITY_POLICY).starts_with("sandbox"));
    assert!(whole.header("repr-digest").starts_with("sha-256=:"));
    for range in
        [0..1, 0..CHUNK, CHUNK - 1..CHUNK + 1, CHUNK..2 * CHUNK, 5..bytes.len(), bytes.len() - 1..bytes.len()]
    {
        let part = api.read(&path, &[("range", &format!("bytes={}-{}", range.start, range.end - 1))]).await;
        assert!(part.status == 206 && part.body == bytes[range.clone()], "{range:?}");
        let expected = format!("bytes {}-{}/{}", range.start, range.end - 1, bytes.len());
        assert_eq!(part.header(CONTENT_RANGE), expected);
    }

    let list = api.ask("GET", &folder).await;
    assert_eq!(
        list.body,
        json!({"items": [about], "next": null, "total": 1, "total_bytes": bytes.len(), "unfinished": []})
    );
    assert_eq!(api.ask("DELETE", &path).await.status, 204);
    assert_eq!(api.ask("GET", &path).await.code(), (404, "not_found"));
    assert_eq!(api.ask("DELETE", &path).await.code(), (404, "not_found"));
    assert_eq!(api.ask("GET", &folder).await.body["total"], 0);
}

#[actix_web::test]
async fn ranges_and_conditions_are_those_of_rfc_9110() {
    let api = start().await;
    let path = format!("{}/x", api.folder("calculations").await);
    api.upload(&path, b"0123456789", &[]).await;
    let (tag, other) = (format!("\"{}\"", sha256(b"0123456789")), format!("\"{}\"", sha256(b"")));
    for (headers, status, body) in [
        (&[("range", "bytes=2-4")][..], 206, &b"234"[..]),
        (&[("range", "bytes=-3")], 206, b"789"),
        (&[("range", "bytes=7-")], 206, b"789"),
        (&[("range", "bytes=1-2,4-5")], 200, b"0123456789"),
        (&[("range", "lines=1-2")], 200, b"0123456789"),
        (&[("range", "bytes=2-4"), ("if-range", tag.as_str())], 206, b"234"),
        (&[("range", "bytes=2-4"), ("if-range", other.as_str())], 200, b"0123456789"),
        (&[("range", "bytes=2-4"), ("if-range", "Sat, 31 Jan 2026 12:00:00 GMT")], 200, b"0123456789"),
        (&[("if-none-match", tag.as_str()), ("range", "bytes=2-4")], 304, b""),
        (&[("if-match", tag.as_str())], 200, b"0123456789"),
    ] {
        let answer = api.read(&path, headers).await;
        assert!(answer.status == status && answer.body == body, "{headers:?}: {}", answer.status);
    }
    let none = api.read(&path, &[("range", "bytes=10-")]).await;
    assert_eq!((none.status, none.header(CONTENT_RANGE)), (416, "bytes */10"));
    assert_eq!(api.read(&path, &[("if-match", &other)]).await.status, 412);
    assert_eq!(api.read(&path, &[("if-match", "x")]).await.status, 400);
    let head = api.raw(request("HEAD", &path, "ada", SCOPE).append_header(("range", "bytes=2-4"))).await;
    assert_eq!((head.status, head.header(ETAG)), (200, tag.as_str()));

    let put = async |headers: &[(&'static str, &str)]| api.upload(&path, b"new", headers).await.status;
    assert_eq!(put(&[("if-none-match", "*")]).await, 412);
    assert_eq!(put(&[("if-match", &other)]).await, 412);
    assert_eq!(put(&[("if-match", &tag)]).await, 200);
    assert_eq!(api.read(&path, &[]).await.body, b"new");
    let elsewhere = path.clone() + "y";
    assert_eq!(api.upload(&elsewhere, b"", &[("if-match", "*")]).await.code(), (412, "revision_mismatch"));
    assert_eq!(api.upload(&elsewhere, b"", &[("if-none-match", "*")]).await.status, 201);
    assert_eq!(api.read(&elsewhere, &[]).await.body, b"");
    assert_eq!(api.read(&elsewhere, &[("range", "bytes=0-")]).await.status, 416);
    let remove = |tag: &str| {
        api.send(request("DELETE", &path, "ada", SCOPE).append_header(("if-match", tag.to_owned())))
    };
    assert_eq!(remove(&tag).await.status, 412);
    assert_eq!(remove("*").await.status, 204);
}

#[actix_web::test]
async fn what_is_not_what_was_announced_is_not_stored() {
    let api = start().await;
    let path = format!("{}/x", api.folder("files").await);
    let good = sha256(&large());
    let announced = format!("{path}?sha256={good}");
    let refused = api.upload(&announced, b"something else", &[]).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![(String::new(), "digest".to_owned())]));
    let wrong = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
    for header in ["content-digest", "repr-digest"] {
        assert_eq!(api.upload(&path, &large(), &[(header, wrong)]).await.status, 422);
        assert_eq!(api.upload(&path, b"", &[(header, wrong)]).await.status, 201);
        assert_eq!(api.ask("DELETE", &path).await.status, 204);
    }
    let too_large = vec![0; 2_000_001];
    assert_eq!(api.upload(&path, &too_large, &[]).await.code(), (413, "payload_too_large"));
    assert_eq!(api.upload(&path, &large(), &[("content-encoding", "gzip")]).await.status, 415);
    assert_eq!(api.upload(&path, &large(), &[("content-type", "nonsense")]).await.status, 400);
    assert_eq!(api.upload(&format!("{path}?sha=1"), &large(), &[]).await.status, 422);
    assert_eq!(api.ask("GET", &path).await.code(), (404, "not_found"));
    assert_eq!(api.stored().1, 0, "chunks of refused uploads are left");

    assert_eq!(api.upload(&announced, &large(), &[]).await.status, 201);
    let second = api.upload(&path.replace("/x", "/y"), &vec![0; 1_500_000], &[]).await;
    assert_eq!(second.code(), (413, "payload_too_large"));
    assert!(second.body["detail"].as_str().unwrap().contains("1060921"), "{}", second.body);
    assert_eq!(api.upload(&path, &vec![0; 2_000_000], &[]).await.status, 200);
}

#[actix_web::test]
async fn an_upload_that_broke_off_is_seen_by_nobody_and_goes_on_under_its_digest() {
    let api = start().await;
    let (folder, bytes) = (api.folder("calculations").await, large());
    let path = format!("{folder}/x");
    let announced = format!("{path}?sha256={}", sha256(&bytes));
    let cut = api.upload_broken(&announced, &bytes[..CHUNK + 7], &[]).await;
    assert_eq!(cut.code(), (400, "invalid_request"));
    assert_eq!(api.upload_broken(&path, &bytes[..CHUNK + 7], &[]).await.status, 400);
    assert_eq!(api.stored(), (1, 1), "an upload without a digest leaves nothing");
    let list = api.ask("GET", &folder).await;
    assert_eq!((&list.body["items"], &list.body["total"]), (&json!([]), &json!(0)));
    assert_eq!(list.body["unfinished"], json!([{"name": "x", "sha256": sha256(&bytes), "received": CHUNK}]));
    assert_eq!(api.ask("GET", &path).await.status, 404);

    let part = |from: usize| format!("bytes {from}-{}/{}", bytes.len() - 1, bytes.len());
    let rest = async |from: usize, path: &str| {
        api.upload(path, &bytes[from..], &[("content-range", &part(from))]).await
    };
    let elsewhere = rest(CHUNK + 7, &announced).await;
    assert_eq!(elsewhere.code(), (409, "conflict"));
    assert!(
        elsewhere.body["detail"].as_str().unwrap().contains(&format!("bytes {CHUNK}-")),
        "{}",
        elsewhere.body
    );
    assert_eq!(rest(CHUNK, &path).await.faults(), [("sha256".into(), "required".into())]);
    let odd = api.upload(&announced, &bytes, &[("content-range", "bytes 0-5/*")]).await;
    assert_eq!(odd.code(), (400, "invalid_request"));
    let cut =
        api.upload_broken(&announced, &bytes[CHUNK..2 * CHUNK + 9], &[("content-range", &part(CHUNK))]).await;
    assert_eq!(cut.status, 400);
    let done = rest(2 * CHUNK, &announced).await;
    assert_eq!((done.status, &done.body["size"]), (201, &json!(bytes.len())), "{}", done.body);
    assert!(api.read(&path, &[]).await.body == bytes);
    assert_eq!(api.ask("GET", &folder).await.body["unfinished"], json!([]));
    assert_eq!(rest(0, &announced).await.status, 200);
}

#[actix_web::test]
async fn what_a_browser_would_run_comes_as_bytes() {
    let api = start().await;
    let folder = api.folder("calculations").await;
    let page = b"<html><script>alert(1)</script>";
    for (name, declared, body, served, shown) in [
        ("a.html", Some("text/html"), &page[..], "application/octet-stream", "text/html"),
        ("b.png", Some("image/png"), page, "application/octet-stream", "image/png"),
        ("c.svg", None, b"<?xml version=\"1.0\"?><svg/>", "application/octet-stream", "text/xml"),
        ("d.txt", None, b"energy -1.5", "text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("e.csv", Some("text/csv"), b"a,b", "text/csv", "text/csv"),
        ("f", None, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", "image/png"),
    ] {
        let path = format!("{folder}/{name}");
        let headers: Vec<(&'static str, &str)> =
            declared.map(|declared| ("content-type", declared)).into_iter().collect();
        let made = api.upload(&path, body, &headers).await;
        assert_eq!((made.status, &made.body["content_type"]), (201, &json!(shown)), "{name}");
        let read = api.read(&path, &[]).await;
        assert_eq!(read.header(CONTENT_TYPE), served, "{name}");
        assert!(read.header(CONTENT_DISPOSITION).starts_with("attachment; "), "{name}");
    }
}

#[actix_web::test]
async fn names_lead_nowhere_else() {
    let api = start().await;
    let folder = api.folder("calculations").await;
    for name in [
        "%2e%2e",
        "%2E",
        "a//b",
        "a/",
        "a%2F..%2Fb",
        "a/%2e%2e/b",
        "..%5Cb",
        "a%00",
        "a%0D%0Ab",
        "%ff",
        "%E2%80%AEfdp.exe",
        &"a".repeat(256),
    ] {
        for method in ["PUT", "GET", "DELETE"] {
            let refused = api.ask(method, &format!("{folder}/{name}")).await;
            assert_eq!(
                (refused.status, refused.faults()),
                (422, vec![("name".into(), "name".into())]),
                "{method} {name}"
            );
        }
    }
    assert_eq!(api.upload(&format!("{folder}/e%CC%81"), b"1", &[]).await.body["name"], "é");
    assert_eq!(api.upload(&format!("{folder}/%C3%A9"), b"2", &[]).await.status, 200);
    for name in ["a'b;%20--", "%24where", "__proto__", "a.b%25"] {
        assert_eq!(api.upload(&format!("{folder}/{name}"), b"1", &[]).await.status, 201, "{name}");
    }
    assert_eq!(api.ask("GET", &folder).await.body["total"], 5);
}

#[actix_web::test]
async fn who_may_use_the_document_may_use_its_files_and_nobody_else() {
    let api = start().await;
    let folder = api.folder("files").await;
    let path = format!("{folder}/x");
    assert_eq!(api.upload(&path, b"mine", &[]).await.status, 201);
    let asked = async |method: &str, path: &str, subject: &str, scope: &str| {
        let answer = api.send(request(method, path, subject, scope).set_payload("theirs")).await;
        (answer.status, answer.body["code"].as_str().unwrap_or_default().to_owned())
    };
    let missing = (404, "not_found".to_owned());
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(asked(method, &path, "eve", SCOPE).await, missing, "{method}");
        let scope = if method == "GET" { "files:write" } else { "files:read" };
        assert_eq!(asked(method, &path, "ada", scope).await, (403, "insufficient_scope".to_owned()));
    }
    assert_eq!(asked("GET", &folder, "eve", SCOPE).await, missing);
    assert_eq!(asked("GET", &path, "root", "files:read files:admin").await.0, 200);
    assert_eq!(asked("PUT", "/api/files/none/artifacts/x", "ada", SCOPE).await, missing);

    let plain = api.with("POST", "/api/drafts", &json!({})).await;
    let none = api.ask("GET", &format!("/api/drafts/{}/artifacts", plain.id())).await;
    assert_eq!(none.code(), (404, "not_found"));
    assert!(none.body["detail"].as_str().unwrap().contains("cannot have artifacts"), "{}", none.body);
    assert_eq!(api.ask("POST", &path).await.status, 405);
    assert_eq!(api.read(&path, &[]).await.body, b"mine");
}

#[actix_web::test]
async fn a_definition_chooses_the_types_and_may_demand_the_tag() {
    let api = start().await;
    let path = format!("{}/x", api.folder("papers").await);
    let put =
        async |body: &[u8], headers: &[(&'static str, &str)]| api.upload(&path, body, headers).await.status;
    assert_eq!(put(b"<html>", &[("content-type", "text/html")]).await, 415);
    assert_eq!(put(b"just text", &[]).await, 415);
    assert_eq!(put(b"\x89PNG\r\n\x1a\n", &[]).await, 201);
    assert_eq!(put(b"a,b", &[("content-type", "text/csv")]).await, 428);
    assert_eq!(api.send(request("DELETE", &path, "ada", SCOPE)).await.status, 428);
    assert_eq!(put(b"a,b", &[("content-type", "text/csv"), ("if-match", "*")]).await, 200);
    assert_eq!(put(&[b','; 1001], &[("content-type", "text/csv"), ("if-match", "*")]).await, 413);
}

#[actix_web::test]
async fn files_go_with_their_document_and_come_back_with_it() {
    let api = start().await;
    let folder = api.folder("calculations").await;
    let path = format!("{folder}/x");
    assert_eq!(api.upload(&path, b"bytes", &[]).await.status, 201);
    assert_eq!(api.ask("DELETE", folder.trim_end_matches("/artifacts")).await.status, 204);
    assert_eq!(api.ask("GET", &path).await.code(), (404, "not_found"));
    assert_eq!(api.ask("GET", &folder).await.code(), (404, "not_found"));
    let connection = rusqlite::Connection::open(api.directory.path().join("t.db")).unwrap();
    let folders: i64 =
        connection.query_row("SELECT count(*) FROM artifact_folders", [], |row| row.get(0)).unwrap();
    assert_eq!(folders, 1, "a calculation that is restored has its files");
    let document = folder.trim_end_matches("/artifacts");
    assert_eq!(api.ask("POST", &format!("{document}/restore")).await.status, 200);
    assert_eq!(api.ask("GET", &path).await.status, 200);
}

#[actix_web::test]
async fn a_job_attaches_to_its_own_calculation_while_that_goes_on() {
    let api = start().await;
    let (own, other) = (api.folder("calculations").await, api.folder("calculations").await);
    let id = own.split('/').nth(3).unwrap();
    let job = async |folder: &str| {
        let path = format!("{folder}/x");
        api.send(limited("PUT", &path, id).set_payload("bytes")).await.status
    };
    assert_eq!((job(&own).await, job(&other).await), (201, 403));
    let path = own.trim_end_matches("/artifacts");
    assert_eq!(api.with("PATCH", path, &json!({"status": "finished"})).await.status, 200);
    assert_eq!(job(&own).await, 403);
    assert_eq!(api.read(&format!("{own}/x"), &[]).await.body, b"bytes");
}

#[actix_web::test]
async fn an_announced_length_that_is_too_large_is_refused_before_anything_comes() {
    let api = start().await;
    let path = format!("{}/x", api.folder("files").await);
    let refused = api.upload_broken(&path, &[], &[(CONTENT_LENGTH.as_str(), "2000001")]).await;
    assert_eq!(refused.code(), (413, "payload_too_large"));
}
