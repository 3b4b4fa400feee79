//! `tessera`: one command, both services, a real calculation, three lines to paste.

mod console;

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use crate::support::process::command;

struct Local {
    child: Child,
    lines: mpsc::Receiver<String>,
    said: Vec<String>,
}

impl Local {
    /// Without a console.
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        Self::start_in(directory, &[], &[&["--no-console"], arguments].concat())
    }

    fn start_in(directory: &Path, environment: &[(String, String)], arguments: &[&str]) -> Self {
        let mut child = command("tessera", environment)
            .args(["--listen", "127.0.0.1:0", "--management-listen", "127.0.0.1:0", "--data-dir"])
            .arg(directory)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("tessera starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (said, lines) = mpsc::channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| said.send(line)));
        Self { child, lines, said: Vec::new() }
    }

    /// Reads until a line has `word`, and returns that line.
    fn until(&mut self, word: &str) -> String {
        let started = Instant::now();
        while started.elapsed() < Duration::from_mins(2) {
            if let Ok(line) = self.lines.recv_timeout(Duration::from_secs(1)) {
                self.said.push(line.clone());
                if line.contains(word) {
                    return line;
                }
            }
        }
        panic!("{word:?} is not said: {:?}", self.said);
    }

    fn curl_lines(&mut self) -> Vec<String> {
        while self.said.iter().filter(|line| line.contains("curl ")).count() < 3 {
            self.until("curl ");
        }
        self.said.iter().filter(|line| line.contains("curl ")).map(|line| line.trim().to_owned()).collect()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs lines in a POSIX shell, as somebody who pastes them does.
fn paste(lines: &[String]) -> String {
    let output = Command::new("sh").args(["-ec", &lines.join("\n")]).output().expect("a shell");
    assert!(output.status.success(), "{lines:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn the_printed_lines_log_in_list_and_read_what_was_really_calculated() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut local = Local::start(directory.path(), &[]);
    let lines = local.curl_lines();
    assert_eq!(lines.len(), 3, "{lines:?}");
    let started = Instant::now();
    // The sample runs beside the services: the list fills while it does. Twelve grids and two of three fluids finish.
    let listed = loop {
        let listed = paste(&lines[..2]);
        if listed.matches("\"status\":\"finished\"").count() == 14 {
            break listed;
        }
        assert!(started.elapsed() < Duration::from_mins(2), "{listed}");
        std::thread::sleep(Duration::from_millis(500));
    };
    assert_eq!(listed.matches("\"name\":\"Poisson").count(), 12, "{listed}");
    assert_eq!(listed.matches("\"name\":\"Lennard-Jones").count(), 3, "{listed}");
    assert_eq!(listed.matches("\"status\":\"failed\"").count(), 1, "one breaks: {listed}");
    let read = paste(&lines);
    assert!(read.contains("\"results\":{") && read.contains("\"value\":"), "{read}");
    drop(local);

    let mut again = Local::start(directory.path(), &["--no-sample"]);
    again.until("http://127.0.0.1:");
}

#[tokio::test]
async fn the_metrics_of_both_services_in_one_process_are_each_there_once() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut local = Local::start(directory.path(), &[]);
    let line = local.until("/readyz");
    let metrics = line.split_whitespace().last().expect("an address").replace("/readyz", "/metrics");
    let text = reqwest::get(metrics).await.expect("an answer").text().await.expect("a text");
    let mut names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    assert!(names.len() > 50, "{text}");
    names.sort_unstable();
    let twice: Vec<&[&str]> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_data_directory_in_use_is_told_so() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut first = Local::start(directory.path(), &["--no-sample"]);
    first.curl_lines();
    let mut second = Local::start(directory.path(), &["--no-sample"]);
    let started = Instant::now();
    let status = loop {
        if let Some(status) = second.child.try_wait().expect("the child can be waited for") {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(!status.success());
    let mut text = String::new();
    std::io::Read::read_to_string(second.child.stderr.as_mut().expect("a pipe"), &mut text).expect("text");
    assert!(text.contains("another process") && text.trim().lines().count() == 1, "{text}");
}
