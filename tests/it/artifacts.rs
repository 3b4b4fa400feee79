//! Files attached to documents, up through one replica and down through another, and by programs that know only HTTP.

use std::{path::Path, process::Command};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Caller, Stack, caller::send, on_both_stores};

on_both_stores!(
    a_file_goes_up_through_one_replica_and_comes_down_through_another,
    curl_resumes_a_download_and_an_upload,
    a_sender_who_is_cut_off_leaves_nothing_that_is_seen,
    files_go_with_their_document,
    a_large_file_takes_no_more_memory_than_a_few_chunks,
);

async fn folder(caller: &Caller<'_>) -> String {
    let body = json!({"name": "n", "code": {"name": "c"}, "status": "running"});
    let stored = caller.insert("calculations", &body).await;
    format!("/api/calculations/{}/artifacts", stored["_id"].as_str().expect("an id"))
}

/// Bytes of which no two chunks are alike.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let next = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    });
    next.take(length).collect()
}

async fn put(caller: &Caller<'_>, path: &str, body: Vec<u8>) -> Value {
    let reply = send(caller.request(Method::PUT, path).body(body)).await;
    assert!([200, 201].contains(&reply.status), "{reply:?}");
    reply.json()
}

async fn get(caller: &Caller<'_>, path: &str) -> Vec<u8> {
    let answer = caller.request(Method::GET, path).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.bytes().await.expect("a body").to_vec()
}

async fn a_file_goes_up_through_one_replica_and_comes_down_through_another(stack: Stack) {
    let scientist = stack.scientist().await;
    let (folder, sent) = (folder(&scientist).await, bytes(5_000_000));
    let path = format!("{folder}/OUTCAR.gz");
    let stored = put(&scientist, &path, sent.clone()).await;
    assert_eq!(stored["size"], 5_000_000);
    // Requests take the replicas in turn.
    for _ in 0..2 {
        assert!(get(&scientist, &path).await == sent);
        let part = scientist.request(Method::GET, &path).header("Range", "bytes=1000000-2999999");
        let part = part.send().await.expect("an answer");
        assert_eq!((part.status().as_u16(), part.content_length()), (206, Some(2_000_000)));
        assert!(part.bytes().await.expect("a body") == sent[1_000_000..3_000_000]);
        let head = send(scientist.request(Method::HEAD, &path)).await;
        assert_eq!((head.status, head.header("content-length")), (200, "5000000"), "{head:?}");
        let tag = format!("\"{}\"", stored["sha256"].as_str().expect("a digest"));
        let fresh = send(scientist.request(Method::GET, &path).header("If-None-Match", &tag)).await;
        assert_eq!((fresh.status, fresh.header("etag")), (304, tag.as_str()));
    }
    put(&scientist, &path, sent[..100].to_vec()).await;
    for _ in 0..2 {
        assert!(get(&scientist, &path).await == sent[..100]);
    }
    let list = scientist.get(&folder).await.json();
    assert_eq!((&list["total"], &list["items"][0]["name"]), (&json!(1), &json!("OUTCAR.gz")));
}

struct Curl<'c> {
    directory: &'c Path,
    token: &'c str,
}

impl Curl<'_> {
    /// Runs curl; returns the status and whether it was content.
    fn run(&self, arguments: &[&str]) -> (String, bool) {
        let ran = Command::new("curl")
            .current_dir(self.directory)
            .args(["-sS", "-w", "%{http_code}", "-H", &format!("Authorization: Bearer {}", self.token)])
            .args(arguments)
            .output()
            .expect("curl runs");
        (String::from_utf8_lossy(&ran.stdout).into_owned(), ran.status.success())
    }
}

async fn curl_resumes_a_download_and_an_upload(stack: Stack) {
    let scientist = stack.scientist().await;
    let (folder, sent) = (folder(&scientist).await, bytes(6_000_000));
    let curl =
        Curl { directory: stack.directory.path(), token: scientist.token.as_deref().expect("a token") };
    let file = |name: &str| curl.directory.join(name);
    std::fs::write(file("up"), &sent).expect("a file can be written");
    let stored = put(&scientist, &format!("{folder}/x"), sent.clone()).await;
    let url = |name: &str| format!("{}{folder}/{name}", stack.base(&folder));

    std::fs::write(file("down"), &sent[..1_234_567]).expect("a file can be written");
    let resumed = curl.run(&["-C", "-", "-o", "down", &url("x")]);
    assert_eq!(resumed, ("206".to_owned(), true));
    assert!(std::fs::read(file("down")).expect("a file") == sent);

    // The line breaks in the middle of an upload that announces its digest.
    let sha256 = stored["sha256"].as_str().expect("a digest");
    let announced = |name: &str| format!("{}?sha256={sha256}", url(name));
    let cut = curl.run(&["--limit-rate", "2M", "--max-time", "2", "-T", "up", &announced("y")]);
    assert!(!cut.1, "{cut:?}");
    let mut rest = (String::new(), false);
    for _ in 0..200 {
        let list = scientist.get(&folder).await.json();
        assert_eq!(list["total"], 1, "{list}");
        let received = list["unfinished"][0]["received"].as_u64().unwrap_or_default();
        assert!(received < 6_000_000, "{list}");
        if received > 0 {
            rest = curl.run(&["-C", &received.to_string(), "-T", "up", "-o", "answer", &announced("y")]);
        }
        // What came last may not have been put away when the list was read.
        if received > 0 && rest.0 != "409" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(rest, ("201".to_owned(), true), "{:?}", std::fs::read_to_string(file("answer")));
    assert!(get(&scientist, &format!("{folder}/y")).await == sent);

    std::fs::write(file("large"), vec![0; 3_000_000]).expect("a file can be written");
    let wrong = curl.run(&["-T", "large", "-o", "answer", &announced("z")]);
    assert_eq!(wrong.0, "422");
    assert_eq!(scientist.get(&folder).await.json()["total"], 2);
}

async fn a_sender_who_is_cut_off_leaves_nothing_that_is_seen(stack: Stack) {
    use std::io::{Read as _, Write as _};

    let scientist = stack.scientist().await;
    let folder = folder(&scientist).await;
    let base = stack.base(&folder).trim_start_matches("http://").to_owned();
    let token = scientist.token.as_deref().expect("a token");
    let head = |length: u64| {
        format!(
            "PUT {folder}/x HTTP/1.1\r\nHost: {base}\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut socket = std::net::TcpStream::connect(&base).expect("a connection");
    socket.write_all(head(3_000_000).as_bytes()).expect("the head is sent");
    socket.write_all(&bytes(2_000_000)).expect("most of the body is sent");
    drop(socket);
    let list = scientist.get(&folder).await.json();
    assert_eq!((&list["total"], &list["unfinished"]), (&json!(0), &json!([])));
    assert_eq!(scientist.get(&format!("{folder}/x")).await.code(), "not_found");
    put(&scientist, &format!("{folder}/x"), bytes(10)).await;

    // Somebody who sends nothing more, or announces too much, is refused and holds no connection.
    for (length, status) in [(3_000_000, 400), ((1 << 30) + 1, 413)] {
        let mut idle = std::net::TcpStream::connect(&base).expect("a connection");
        idle.write_all(head(length).as_bytes()).expect("the head is sent");
        idle.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("a time-out");
        let mut answer = String::new();
        let _ = idle.read_to_string(&mut answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    assert!(get(&scientist, &format!("{folder}/x")).await == bytes(10));
}

async fn files_go_with_their_document(stack: Stack) {
    let scientist = stack.scientist().await;
    let folder = folder(&scientist).await;
    for name in ["a", "b"] {
        put(&scientist, &format!("{folder}/{name}"), bytes(600_000)).await;
    }
    let viewer = stack.bearer_of("v", "calculations:read");
    assert!(get(&viewer, &format!("{folder}/a")).await == bytes(600_000));
    assert_eq!(send(viewer.request(Method::PUT, &format!("{folder}/a")).body("x")).await.status, 403);
    assert_eq!(scientist.delete(folder.trim_end_matches("/artifacts")).await.status, 204);
    for _ in 0..2 {
        assert_eq!(scientist.get(&format!("{folder}/a")).await.code(), "not_found");
        assert_eq!(scientist.get(&folder).await.code(), "not_found");
    }
}

async fn a_large_file_takes_no_more_memory_than_a_few_chunks(stack: Stack) {
    let scientist = stack.scientist().await;
    let folder = folder(&scientist).await;
    for name in ["warm", "up"] {
        put(&scientist, &format!("{folder}/{name}"), bytes(2_000_000)).await;
        get(&scientist, &format!("{folder}/{name}")).await;
    }
    let peaks = || stack.resource.iter().map(crate::support::Process::peak).collect::<Vec<_>>();
    let (before, sent) = (peaks(), bytes(96 << 20));
    put(&scientist, &format!("{folder}/x"), sent.clone()).await;
    for _ in 0..2 {
        assert!(get(&scientist, &format!("{folder}/x")).await == sent);
    }
    for (before, after) in before.into_iter().zip(peaks()) {
        assert!(after.saturating_sub(before) < 32 << 20, "it grew from {before} to {after} bytes");
    }
}
