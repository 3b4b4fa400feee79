//! The web console as resource-service serves it: files, pages, what stays a problem, and what keeps it from starting.

use std::{fs, path::Path};

use reqwest::{
    Method,
    header::{ACCEPT, ACCEPT_ENCODING, IF_NONE_MATCH},
};

use crate::support::{
    Stack,
    caller::{Reply, send},
    process::{http, run},
};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A built console, with a script that is larger than what is sent at once.
pub fn built(folder: &Path) {
    fs::create_dir_all(folder.join("assets")).expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("a file");
    write("index.html", &format!("<!doctype html><style nonce=__CSP_NONCE__></style>{}", "<p>".repeat(1000)));
    write("assets/app-1a2b.js", &"let a;".repeat(100_000));
    write("assets/app-1a2b.js.br", "in brotli");
    write("assets/app-1a2b.css", &"a{}".repeat(1000));
}

async fn ask(stack: &Stack, method: Method, path: &str, coding: &str) -> Reply {
    let request = http().request(method, format!("{}{path}", stack.resource[0].base));
    send(request.header(ACCEPT, BROWSER).header(ACCEPT_ENCODING, coding)).await
}

async fn browse(stack: &Stack, path: &str) -> Reply {
    ask(stack, Method::GET, path, "identity").await
}

async fn pages_and_files_are_served_beside_the_api(stack: Stack) {
    let mut nonces = std::collections::HashSet::new();
    for path in ["/", "/calculations/0192?tab=plots", "/c/notes"] {
        let page = browse(&stack, path).await;
        let policy = page.header("content-security-policy");
        assert_eq!((page.status, page.header("cache-control")), (200, "no-cache"), "{path}");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        let nonce =
            page.text.split("nonce=").nth(1).and_then(|rest| rest.split('>').next()).expect("a nonce");
        assert!(policy.contains(&format!("'nonce-{nonce}'")) && nonces.insert(nonce.to_owned()), "{page:?}");
    }
    let script = "/assets/app-1a2b.js";
    let plain = ask(&stack, Method::GET, script, "identity").await;
    assert_eq!(
        (plain.text.len(), plain.header("content-encoding"), plain.header("vary")),
        (600_000, "", "Accept-Encoding")
    );
    assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
    let coded = ask(&stack, Method::GET, script, "gzip, br").await;
    assert_eq!((coded.text.as_str(), coded.header("content-encoding")), ("in brotli", "br"));
    assert_eq!((coded.header("vary"), coded.header("content-length")), ("Accept-Encoding", "9"));
    let head = ask(&stack, Method::HEAD, script, "identity").await;
    assert_eq!((head.status, head.header("content-length"), head.text.len()), (200, "600000", 0));
    // What the build did not compress is compressed on the way.
    let style = ask(&stack, Method::GET, "/assets/app-1a2b.css", "gzip").await;
    assert_eq!((style.header("content-encoding"), style.header("vary")), ("gzip", "accept-encoding"));

    let known = http().get(format!("{}{script}", stack.resource[0].base));
    let known = send(known.header(IF_NONE_MATCH, coded.header("etag"))).await;
    assert_eq!((known.status, known.text.as_str()), (304, ""));
    for path in
        ["/assets/app-0000.js", "/api", "/api/nothing/at/all/of/it", "/.well-known/nothing", "/auth/nothing"]
    {
        let reply = browse(&stack, path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "not_found"), "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
    let program = send(http().get(format!("{}/calculations", stack.resource[0].base))).await;
    assert_eq!((program.code().as_str(), program.header("vary")), ("not_found", "Accept"));
    let posted = send(http().post(format!("{}/", stack.resource[0].base))).await;
    assert_eq!((posted.code().as_str(), posted.header("allow")), ("method_not_allowed", "GET, HEAD"));
    // Whoever has a token finds the API where it was.
    assert_eq!(stack.scientist().await.get("/api/calculations").await.status, 200);
}

#[tokio::test]
async fn the_console_is_served_by_one_replica_on_sqlite() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    built(folder.path());
    let path = folder.path().display().to_string();
    let stack = Stack::embedded_with(&[("RESOURCE__CONSOLE__DIR", &path)]).await;
    pages_and_files_are_served_beside_the_api(stack).await;
}

#[tokio::test]
async fn the_console_is_served_by_replicas_on_mongodb() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    built(folder.path());
    let path = folder.path().display().to_string();
    let stack = Stack::replicated_with(&[("RESOURCE__CONSOLE__DIR", &path)]).await;
    // A page of one replica names files of the other.
    let tag = |reply: Reply| reply.header("etag").to_owned();
    let [one, other] = &stack.resource[..] else { panic!("two replicas") };
    let script = async |base: &str| tag(send(http().get(format!("{base}/assets/app-1a2b.js"))).await);
    assert_eq!(script(&one.base).await, script(&other.base).await);
    pages_and_files_are_served_beside_the_api(stack).await;
}

#[tokio::test]
async fn a_folder_without_a_console_stops_the_start_and_the_check() {
    let mut stack = Stack::embedded().await;
    stack.resource.clear();
    let folder = stack.directory.path().display().to_string();
    stack.resource_environment.push(("RESOURCE__CONSOLE__DIR".into(), folder));
    for command in ["check", "serve"] {
        let output = run("resource-service", &[command], &stack.resource_environment);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success());
        assert!(said.contains("console.dir") && said.contains("has no index.html"), "{command}: {said}");
    }
}

#[tokio::test]
async fn the_check_names_the_console_in_force() {
    let mut stack = Stack::embedded().await;
    stack.resource.clear();
    let console = stack.directory.path().join("dist");
    built(&console);
    let without = run("resource-service", &["check"], &stack.resource_environment);
    assert!(String::from_utf8_lossy(&without.stdout).contains("console          none"), "{without:?}");
    stack.resource_environment.push(("RESOURCE__CONSOLE__DIR".into(), console.display().to_string()));
    let with = run("resource-service", &["check"], &stack.resource_environment);
    let line = format!("console          {}", console.display());
    assert!(with.status.success() && String::from_utf8_lossy(&with.stdout).contains(&line), "{with:?}");
}
