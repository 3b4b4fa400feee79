//! What a browser, a program and an attacker get from the console.

mod codings;

use std::{fs, os::unix::fs::symlink, path::Path};

use actix_web::{
    App,
    http::header::HeaderMap,
    test::{TestRequest, call_service, init_service, read_body},
};
use service_kit::random::OsRandom;

use super::*;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const INDEX: &str =
    "<!doctype html><meta name=n content=__CSP_NONCE__><style nonce=\"__CSP_NONCE__\"></style>";

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).map(|value| value.to_str().unwrap());
        values.collect::<Vec<_>>().join(", ")
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }
}

/// A built console of a page, a script in three encodings, a picture and a style sheet.
fn built() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("assets")).unwrap();
    write("index.html", INDEX);
    write("index.html.gz", "never served");
    write("favicon.svg", "<svg/>");
    write("assets/app-1a2b.js", "let a");
    write("assets/app-1a2b.js.br", "in brotli");
    write("assets/app-1a2b.js.gz", "in gzip");
    write("assets/app-1a2b.css", "a{}");
    write("assets/notes.gz", "an archive");
    folder
}

fn opened(folder: &Path) -> Console {
    let console = Console::default();
    console.open(folder).unwrap();
    console
}

async fn ask(console: &Console, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let configure =
        |config: &mut ServiceConfig| serve(config, console.clone(), Arc::new(OsRandom) as Arc<dyn Random>);
    let app = init_service(App::new().configure(configure)).await;
    let request = TestRequest::with_uri(path).method(Method::from_bytes(method.as_bytes()).unwrap());
    let request = headers.iter().fold(request, |request, header| request.append_header(*header));
    let response = call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: read_body(response).await.to_vec() }
}

async fn browse(console: &Console, path: &str) -> Answer {
    ask(console, "GET", path, &[("accept", BROWSER)]).await
}

#[actix_web::test]
async fn each_page_has_a_nonce_of_its_own_and_a_policy_that_allows_it_alone() {
    let (folder, mut nonces) = (built(), std::collections::HashSet::new());
    let console = opened(folder.path());
    for path in
        ["/", "/index.html", "/calculations/0192?tab=plots", "/c/notes.v2/x", "/apis", "//elsewhere.example/"]
    {
        let answer = browse(&console, path).await;
        assert_eq!(answer.status, 200, "{path}");
        let (policy, page) = (answer.header("content-security-policy"), answer.text());
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(nonce.len() == 22 && nonces.insert(nonce.to_owned()), "{nonce}");
        assert_eq!(page, INDEX.replace("__CSP_NONCE__", nonce), "{path}");
        let expected = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
             font-src 'self'; connect-src 'self'; worker-src 'self' blob:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'; manifest-src 'self'"
        );
        assert_eq!(policy, expected);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        // With one, a copy could be confirmed under the policy of another nonce.
        assert_eq!(answer.header("etag"), "");
    }
}

#[actix_web::test]
async fn only_a_browser_that_opens_a_page_gets_it_for_a_path_that_nothing_has() {
    let folder = built();
    let console = opened(folder.path());
    for (method, path, accept, status) in [
        ("GET", "/calculations", "text/html", 200),
        ("HEAD", "/calculations", BROWSER, 200),
        ("GET", "/calculations", "*/*", 404),
        ("GET", "/calculations", "application/json", 404),
        ("GET", "/calculations", "text/html;q=0, */*", 404),
        ("POST", "/calculations", BROWSER, 404),
        ("GET", "/assets/app-0000.js", BROWSER, 404),
        ("GET", "/assets", BROWSER, 200),
        ("GET", "/api", BROWSER, 404),
        ("GET", "/api/nothing/at/all/of/it", BROWSER, 404),
        ("GET", "/%61pi/nothing", BROWSER, 404),
        ("GET", "//api/nothing", BROWSER, 404),
        ("GET", "/auth/nothing", BROWSER, 404),
        ("GET", "/.well-known/nothing", BROWSER, 404),
        // At the root there is the page for everybody.
        ("GET", "/", "*/*", 200),
        ("GET", "/", "application/json", 200),
        ("POST", "/", BROWSER, 405),
        ("PUT", "/favicon.svg", BROWSER, 405),
    ] {
        let answer = ask(&console, method, path, &[("accept", accept)]).await;
        assert_eq!(answer.status, status, "{method} {path} {accept}");
        assert_eq!(answer.header("allow"), if status == 405 { "GET, HEAD" } else { "" });
    }
    assert_eq!(ask(&console, "GET", "/calculations", &[]).await.status, 404);
    let missing = browse(&console, "/assets/app-0000.js").await;
    assert_eq!((missing.status, missing.header("cache-control")), (404, "no-store".to_owned()));
    assert_eq!(ask(&console, "GET", "/", &[]).await.status, 200);
    assert_eq!(browse(&console, "/calculations").await.header("vary"), "Accept");
    assert_eq!(browse(&Console::default(), "/").await.status, 404);
}

#[actix_web::test]
async fn a_path_reaches_nothing_but_the_files_of_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    fs::write(outer.path().join("secret"), "s3cret").unwrap();
    let folder = outer.path().join("dist");
    fs::create_dir_all(folder.join("assets/..data")).unwrap();
    fs::write(folder.join("index.html"), INDEX).unwrap();
    fs::write(folder.join(".env"), "s3cret").unwrap();
    fs::write(folder.join("assets/..data/x"), "s3cret").unwrap();
    fs::write(folder.join("assets/real.js"), "real").unwrap();
    symlink("real.js", folder.join("assets/link.js")).unwrap();
    let console = opened(&folder);
    for path in [
        "/../secret",
        "/%2e%2e/secret",
        "/assets/../../secret",
        "/assets/%2e%2e%2f%2e%2e%2fsecret",
        "/assets/..%5c..%5csecret",
        "/assets/%00",
        "/assets/%ff",
        "/.env",
        "/assets/..data/x",
        "/assets/",
        "/assets/real.js/",
        "/ASSETS/real.js",
    ] {
        let answer = ask(&console, "GET", path, &[("accept", "*/*")]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    // A link within the folder is a file of it; one that leads out keeps the service from starting.
    assert_eq!(browse(&console, "/assets/link.js").await.text(), "real");
    symlink("../../secret", folder.join("assets/out.js")).unwrap();
    let refusal = Console::default().open(&folder).unwrap_err().to_string();
    assert!(refusal.ends_with("assets/out.js leads out of the folder"), "{refusal}");
}

#[actix_web::test]
async fn a_folder_that_is_no_console_is_refused_with_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str| Console::default().open(&folder.path().join(name)).unwrap_err().to_string();
    assert!(refused("").ends_with("has no index.html; name the folder of a built console"));
    assert!(refused("nowhere").contains("nowhere: No such file"));
    fs::write(folder.path().join("index.html"), [0xff]).unwrap();
    assert!(refused("").ends_with("index.html is not UTF-8"));
    fs::write(folder.path().join("index.html"), INDEX).unwrap();
    symlink(".", folder.path().join("again")).unwrap();
    assert!(refused("").ends_with("lies more than 16 folders deep"), "{}", refused(""));
    fs::remove_file(folder.path().join("again")).unwrap();
    let large = fs::File::create(folder.path().join("large")).unwrap();
    large.set_len(33 << 20).unwrap();
    assert!(refused("").ends_with("more than 33554432 bytes together"));
    large.set_len(0).unwrap();
    for file in 0..2_000 {
        fs::write(folder.path().join(format!("f{file}")), "").unwrap();
    }
    assert!(refused("").ends_with("has more than 2000 files"));
}

#[actix_web::test]
async fn a_notice_stands_for_every_page_until_the_console_is_there_and_says_what_it_is_given_as_text() {
    let (folder, console) = (built(), Console::default());
    let notice =
        |lines: &str, reloads| Notice { sentence: "It is being built.".into(), lines: lines.into(), reloads };
    console.say(&notice("<script>__CSP_NONCE__</script>", false));
    let answer = browse(&console, "/calculations").await;
    assert_eq!((answer.status, answer.header("cache-control").as_str()), (200, "no-store"));
    let page = answer.text();
    assert!(page.contains("<p role=\"status\">It is being built.</p>"), "{page}");
    assert!(page.contains("<pre>&lt;script&gt;&#95;&#95;CSP&#95;NONCE"), "{page}");
    assert!(!page.contains("refresh") && !page.contains("<script"), "{page}");
    let policy = answer.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(page.contains(&format!("<style nonce=\"{nonce}\">")), "{page}");
    assert_eq!(browse(&console, "/api/nothing").await.status, 404);

    console.say(&notice("", true));
    assert!(browse(&console, "/").await.text().contains("http-equiv=\"refresh\" content=\"1\""));
    console.open(folder.path()).unwrap();
    assert!(browse(&console, "/").await.text().starts_with("<!doctype html><meta name=n"));
}
