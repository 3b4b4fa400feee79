//! Artifacts in folders, as a client sees them.

use actix_web::http::header::CONTENT_DISPOSITION;

use super::*;

async fn put(api: &Api, path: &str, text: &'static str) -> Response {
    api.send(request("PUT", path, "ada", ALL).set_payload(text)).await
}

async fn start() -> (Api, String) {
    let api = Api::start().await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let folder = format!("/api/calculations/{}/artifacts", made.id());
    (api, folder)
}

#[actix_web::test]
async fn a_file_lies_in_folders_however_its_slashes_are_written() {
    let (api, folder) = start().await;
    let made = put(&api, &format!("{folder}/logs/run%201/out.txt"), "one").await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("logs/run 1/out.txt")), "{}", made.text);
    let again = put(&api, &format!("{folder}/logs%2Frun%201%2fout.txt"), "two").await;
    assert_eq!((again.status, &again.body["name"]), (200, &json!("logs/run 1/out.txt")));
    for path in ["logs/run%201/out.txt", "logs%2Frun%201/out.txt"] {
        let read = api.call("GET", &format!("{folder}/{path}")).await;
        assert_eq!((read.status, read.text.as_str()), (200, "two"));
        assert_eq!(read.headers.get(CONTENT_DISPOSITION).unwrap(), "attachment; filename=\"out.txt\"");
    }
    // What is encoded twice is a name with a percent sign.
    assert_eq!(put(&api, &format!("{folder}/logs%252Fa"), "x").await.body["name"], "logs%2Fa");
    assert_eq!(api.call("DELETE", &format!("{folder}/logs%2Frun%201/out.txt")).await.status, 204);
    assert_eq!(api.call("GET", &format!("{folder}/logs/run%201/out.txt")).await.status, 404);
}

#[actix_web::test]
async fn a_folder_is_listed_by_how_its_names_begin() {
    let (api, folder) = start().await;
    for name in ["a", "a/b", "a/c/d", "ab", "e%CC%81/x"] {
        assert_eq!(put(&api, &format!("{folder}/{name}"), "12").await.status, 201, "{name}");
    }
    let list = async |query: &str| {
        let list = api.call("GET", &format!("{folder}{query}")).await;
        let names = list.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), list.body["total"].as_u64(), list.body["total_bytes"].as_u64())
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(list("").await, (names(&["a", "a/b", "a/c/d", "ab", "é/x"]), Some(5), Some(10)));
    assert_eq!(list("?prefix=").await.1, Some(5));
    assert_eq!(list("?prefix=a/").await, (names(&["a/b", "a/c/d"]), Some(2), Some(4)));
    assert_eq!(list("?prefix=a%2Fc").await.0, names(&["a/c/d"]));
    assert_eq!(list("?prefix=e%CC%81/").await.0, names(&["é/x"]));
    assert_eq!(list("?prefix=b").await, (Vec::new(), Some(0), Some(0)));
    // A file and a folder of one name are apart.
    assert_eq!(api.call("DELETE", &format!("{folder}/a")).await.status, 204);
    assert_eq!(list("?prefix=a/").await.1, Some(2));
    let long = api.call("GET", &format!("{folder}?prefix={}", "a".repeat(1025))).await;
    assert_eq!(long.faults(), [("prefix".into(), "size".into())]);
    let refused =
        api.send(request("GET", &format!("{folder}?prefix={}", "a".repeat(1025)), "eve", "notes:read")).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
}

#[actix_web::test]
async fn an_interrupted_upload_into_a_folder_is_listed_with_it_and_continues() {
    const CHUNK: usize = crate::domain::artifacts::CHUNK_BYTES as usize;
    let (api, folder) = start().await;
    let bytes = vec![7_u8; CHUNK + 5];
    let sha256 = crate::domain::artifacts::hexadecimal(
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes).as_ref(),
    );
    let path = format!("{folder}/big/a.bin?sha256={sha256}");
    // The first chunk alone, and then no more.
    let broken = api.upload_broken(&path, &bytes[..CHUNK], &[]).await;
    assert_eq!(broken.status, 400, "{}", broken.text);
    for (prefix, count) in [("big/", 1), ("small/", 0)] {
        let list = api.call("GET", &format!("{folder}?prefix={prefix}")).await;
        assert_eq!(list.body["unfinished"].as_array().unwrap().len(), count, "{prefix}: {}", list.text);
    }
    let range = format!("bytes {CHUNK}-{}/{}", bytes.len() - 1, bytes.len());
    let rest = api.upload(&path, &bytes[CHUNK..], &[("content-range", &range)]).await;
    assert_eq!((rest.status, &rest.body["name"]), (201, &json!("big/a.bin")), "{}", rest.text);
}
