//! `tessera` builds its console by npm, which is a script of the test here, and says at `/` and in the terminal how far it is.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use super::Local;

/// Notes when it begins and ends, installs as the real one does, and builds a page of the sources.
const NPM: &str = r#"#!/bin/sh
echo "begin $1" >>"$RECORD"
env | grep -c '^AUTH__\|^RESOURCE__' >>"$RECORD.secrets"
sleep "$(cat pause 2>/dev/null || echo 0)"
case $1 in
ci) rm -rf node_modules; mkdir node_modules; cp package-lock.json node_modules/.package-lock.json;;
run)
    if [ -e broken ]; then
        for line in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21; do echo "line $line"; done
        printf '\033[31m<b>src/main.tsx is broken</b>\033[0m\n' >&2
        exit 3
    fi
    rm -rf dist; mkdir -p dist/assets
    cp src/main.js dist/assets/main-1.js
    echo "<!doctype html><title>$(cat src/main.js)</title>" >dist/index.html;;
esac
echo "end $1" >>"$RECORD"
"#;

/// Sources of a console, and the npm that builds them.
struct Workshop {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Workshop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let this = Self { folder, environment: Vec::new() };
        for name in ["bin", "web", "web/src"] {
            fs::create_dir(this.at(name)).expect("a folder");
        }
        fs::write(this.at("bin/npm"), NPM).expect("a script");
        fs::set_permissions(this.at("bin/npm"), fs::Permissions::from_mode(0o755)).expect("a mode");
        fs::write(this.at("web/package.json"), "{}").expect("a file");
        this.lock("1");
        fs::write(this.at("web/src/main.js"), "first").expect("a file");
        let path = format!("{}:/usr/bin:/bin", this.at("bin").display());
        let record = this.at("record").display().to_string();
        let secret = ("AUTH__BOOTSTRAP__ADMIN_EMAIL".to_owned(), "root@example.org".to_owned());
        let password = ("AUTH__BOOTSTRAP__ADMIN_PASSWORD".to_owned(), "mountains-of-quartz-41".to_owned());
        Self { environment: vec![("PATH".into(), path), ("RECORD".into(), record), secret, password], ..this }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn lock(&self, version: &str) {
        let lock = serde_json::json!({"packages": {"": {}, "node_modules/a": {"version": version}}});
        fs::write(self.at("web/package-lock.json"), lock.to_string()).expect("a file");
    }

    /// What npm was called for since this was asked last.
    fn record(&self) -> Vec<String> {
        let text = fs::read_to_string(self.at("record")).unwrap_or_default();
        let _ = fs::remove_file(self.at("record"));
        text.lines().map(str::to_owned).collect()
    }

    fn start(&self, data: &str) -> Site {
        let web = self.at("web").display().to_string();
        self.start_with(data, &["--console-sources", &web])
    }

    fn start_with(&self, data: &str, arguments: &[&str]) -> Site {
        let arguments = [&["--no-sample"], arguments].concat();
        let mut local = Local::start_in(&self.at(data), &self.environment, &arguments);
        let line = local.until("console  ");
        assert_eq!(local.said.len(), 3, "it is the first line of the banner: {:?}", local.said);
        let origin = line.trim().rsplit(' ').next().expect("an address").trim_end_matches('/').to_owned();
        Site { local, origin }
    }
}

struct Site {
    local: Local,
    origin: String,
}

impl Site {
    fn get(&self, path: &str) -> String {
        let url = format!("{}{path}", self.origin);
        let output =
            Command::new("curl").args(["-sS", "-H", "Accept: text/html", &url]).output().expect("curl");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Asks as a browser does that reloads the page, until it shows `text`.
    fn until_shown(&self, text: &str) -> String {
        let started = Instant::now();
        loop {
            let page = self.get("/");
            if page.contains(text) {
                return page;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{text}: {page}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn terminate(&self) {
        let sent = Command::new("kill").args(["-s", "TERM", &self.local.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    /// Ends it, and returns what it wrote to standard error.
    fn end(mut self) -> String {
        self.terminate();
        let started = Instant::now();
        while self.local.child.try_wait().expect("the child can be waited for").is_none() {
            assert!(started.elapsed() < Duration::from_secs(12), "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut text = String::new();
        let stderr = self.local.child.stderr.as_mut().expect("a pipe");
        std::io::Read::read_to_string(stderr, &mut text).expect("text");
        text
    }
}

fn is_running(marker: &Path) -> bool {
    let marker = marker.display().to_string();
    let of = |entry: fs::DirEntry| fs::read(entry.path().join("environ")).unwrap_or_default();
    let entries = fs::read_dir("/proc").expect("processes").filter_map(Result::ok);
    entries.map(of).any(|environ| String::from_utf8_lossy(&environ).contains(&format!("RECORD={marker}\0")))
}

#[test]
fn the_console_is_built_beside_the_services_and_built_again_only_for_what_changed() {
    let workshop = Workshop::new();
    fs::write(workshop.at("web/pause"), "2").expect("a file");
    let site = workshop.start("data");
    let notice = site.get("/calculations?x=1");
    assert!(
        notice.contains("The console is being built") && notice.contains("http-equiv=\"refresh\""),
        "{notice}"
    );
    assert!(site.get("/api/openapi.json").contains("\"openapi\""), "the services do not wait");
    site.until_shown("<title>first</title>");
    assert_eq!(site.get("/assets/main-1.js"), "first");
    assert_eq!(workshop.record(), ["begin ci", "end ci", "begin run", "end run"]);
    assert!(
        fs::read_to_string(workshop.at("record.secrets")).expect("counts").lines().all(|count| count == "0")
    );
    let said = site.end();
    assert!(said.contains("console: being built; its packages are being installed"), "{said}");
    assert!(said.contains("console: ready after "), "{said}");

    fs::remove_file(workshop.at("web/pause")).expect("a file");
    let rebuilt = workshop.start("data");
    rebuilt.until_shown("<title>first</title>");
    drop(rebuilt);
    // The pause is a source that is gone.
    assert_eq!(workshop.record(), ["begin run", "end run"]);
    let unchanged = workshop.start("data");
    assert!(unchanged.get("/").contains("<title>first</title>"), "it is there at once");
    assert_eq!(workshop.record(), [""; 0]);
    let said = unchanged.end();
    assert!(!said.contains("console:"), "{said}");

    fs::write(workshop.at("web/src/main.js"), "second").expect("a file");
    let changed = workshop.start("data");
    changed.until_shown("<title>second</title>");
    assert_eq!(workshop.record(), ["begin run", "end run"]);
    drop(changed);
    workshop.lock("2");
    let relocked = workshop.start("data");
    relocked.until_shown("<title>second</title>");
    assert_eq!(workshop.record(), ["begin ci", "end ci", "begin run", "end run"]);
}

#[test]
fn without_npm_everything_else_runs_and_the_page_says_what_to_install() {
    let mut workshop = Workshop::new();
    let path = workshop.environment[0].1.clone();
    workshop.environment[0].1 = workshop.at("web").display().to_string();
    let site = workshop.start("data");
    let page = site.until_shown("install Node.js 20.19 or later, which brings npm, and start Tessera again.");
    assert!(!page.contains("refresh"), "{page}");
    assert!(site.get("/api/openapi.json").contains("\"openapi\""));
    let said = site.end();
    assert!(said.contains("console: To see the console here, install Node.js"), "{said}");

    // What was built before is shown, although it is not of these sources.
    workshop.environment[0].1 = path;
    workshop.start("data").until_shown("<title>first</title>");
    fs::write(workshop.at("web/src/main.js"), "second").expect("a file");
    workshop.environment[0].1 = workshop.at("web").display().to_string();
    let site = workshop.start("data");
    site.until_shown("<title>first</title>");
    let said = site.end();
    assert!(said.contains("it may be older than its sources"), "{said}");
}

#[test]
fn a_build_that_fails_says_so_with_its_last_lines_and_is_tried_again_by_the_next_start() {
    let workshop = Workshop::new();
    fs::write(workshop.at("web/broken"), "").expect("a file");
    let site = workshop.start("data");
    let page = site.until_shown("The console could not be built");
    assert!(page.contains("`npm run build` ended with exit status: 3"), "{page}");
    assert!(page.contains("&lt;b&gt;src/main.tsx is broken&lt;/b&gt;") && page.contains("line 21"), "{page}");
    assert!(!page.contains("line 2\n") && !page.contains('\u{1b}') && !page.contains("refresh"), "{page}");
    let log = workshop.at("data/console-build.log");
    assert!(page.contains(&log.display().to_string()), "{page}");
    assert!(fs::read_to_string(log).expect("a log").contains("line 2\n"));
    assert!(site.get("/api/openapi.json").contains("\"openapi\""));
    let said = site.end();
    assert!(
        said.contains("`npm run build` ended") && said.contains("<b>src/main.tsx is broken</b>"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'), "{said}");

    workshop.record();
    fs::remove_file(workshop.at("web/broken")).expect("a file");
    workshop.start("data").until_shown("<title>first</title>");
    assert_eq!(workshop.record(), ["begin run", "end run"]);
}

#[test]
fn of_two_starts_at_once_one_builds_and_both_show_it() {
    let workshop = Workshop::new();
    // Longer than the second takes to start on a busy machine.
    fs::write(workshop.at("web/pause"), "5").expect("a file");
    let (one, other) = (workshop.start("one"), workshop.start("other"));
    one.until_shown("<title>first</title>");
    other.until_shown("<title>first</title>");
    assert_eq!(workshop.record(), ["begin ci", "end ci", "begin run", "end run"]);
    let said = [one.end(), other.end()];
    let waited = said.iter().filter(|said| said.contains("console: being built by another process")).count();
    assert_eq!(waited, 1, "{said:?}");
}

#[test]
fn a_stop_in_the_middle_of_a_build_ends_npm_too_and_the_next_start_builds() {
    let workshop = Workshop::new();
    fs::write(workshop.at("web/pause"), "60").expect("a file");
    let site = workshop.start("data");
    let started = Instant::now();
    while !workshop.at("record").exists() {
        assert!(started.elapsed() < Duration::from_secs(20), "npm does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    site.end();
    while is_running(&workshop.at("record")) {
        assert!(started.elapsed() < Duration::from_secs(40), "npm runs on");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(workshop.record(), ["begin ci"]);
    fs::remove_file(workshop.at("web/pause")).expect("a file");
    workshop.start("data").until_shown("<title>first</title>");
    assert_eq!(workshop.record(), ["begin ci", "end ci", "begin run", "end run"]);
}

#[test]
fn a_folder_that_is_named_is_served_as_it_is_and_one_that_is_no_console_stops_the_start() {
    let workshop = Workshop::new();
    crate::console::built(&workshop.at("dist"));
    let dist = workshop.at("dist").display().to_string();
    let site = workshop.start_with("data", &["--console", &dist]);
    assert!(site.get("/calculations").contains("<style nonce="));
    assert!(site.get("/api/nothing/at/all/of/it").contains("not_found"));
    drop(site);
    let without = workshop.start_with("data", &["--no-console"]);
    assert!(without.get("/").contains("The console was left out by --no-console."));
    drop(without);
    assert_eq!(workshop.record(), [""; 0]);

    let web = workshop.at("web").display().to_string();
    let data = workshop.at("data").display().to_string();
    let arguments = ["--listen", "127.0.0.1:0", "--data-dir", &data, "--console", &web];
    let output = crate::support::process::run("tessera", &arguments, &workshop.environment);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && said.contains("tessera: --console: ") && said.contains("no index.html"),
        "{said}"
    );
}
