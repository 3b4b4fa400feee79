//! Builds the console with npm: one process at a time, only what is out of date, and never longer than this process lives.

use std::{
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read as _, Seek as _, SeekFrom},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{process::Command, task::spawn_blocking};

use super::{packages, sources::Sources};
use crate::settings;

/// How often a lock is tried that another process holds.
const LOCK_POLL: Duration = Duration::from_millis(200);
/// How many lines of npm's output a failure shows, and how many bytes at most.
const LAST_LINES: usize = 20;
const LAST_BYTES: u64 = 8 * 1024;

/// How far a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It has not begun.
    Starting,
    /// Another process builds.
    Waiting,
    /// The packages are installed.
    Installing,
    /// The bundler runs.
    Building,
}

/// Why there is no console.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// There is no program `npm`.
    #[error("npm is not installed")]
    NoNpm,
    /// npm ended with an error.
    #[error("`npm {command}` ended with {status}")]
    Npm {
        /// What it was to do.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines it wrote.
        lines: String,
    },
    /// Something else.
    #[error("{0}")]
    Other(String),
}

impl Failure {
    pub fn other(error: impl std::fmt::Display) -> Self {
        Self::Other(error.to_string())
    }
}

/// Brings the output up to date. `tell` is called at each step.
pub async fn build(sources: &Sources, log: &Path, tell: impl Fn(Step)) -> Result<(), Failure> {
    let at = |error: io::Error| Failure::Other(format!("{}: {error}", sources.folder().display()));
    let lock = locked(sources, &tell).await?;
    let own = sources.clone();
    let (fingerprint, built, installed) = spawn_blocking(move || {
        let installed = packages::are_installed(own.folder());
        Ok((own.fingerprint()?, own.is_built()?, installed))
    })
    .await
    .map_err(Failure::other)?
    .map_err(at)?;
    if built {
        return Ok(());
    }
    let opened = File::options().create(true).truncate(true).read(true).write(true).open(log);
    let output = opened.map_err(|error| Failure::Other(format!("{}: {error}", log.display())))?;
    let npm = Npm { sources, lock: &lock, output: &output };
    if !installed {
        tell(Step::Installing);
        npm.run(&["ci", "--prefer-offline", "--no-audit", "--no-fund"]).await?;
    }
    tell(Step::Building);
    sources.forget().map_err(at)?;
    npm.run(&["run", "build"]).await?;
    sources.record(&fingerprint).map_err(at)
}

/// The lock file, once this process has it alone.
async fn locked(sources: &Sources, tell: &impl Fn(Step)) -> Result<File, Failure> {
    let at = |error: io::Error| Failure::Other(format!("{}: {error}", sources.folder().display()));
    let lock = sources.lock().map_err(at)?;
    let mut told = false;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => {
                if !told {
                    tell(Step::Waiting);
                    told = true;
                }
                tokio::time::sleep(LOCK_POLL).await;
            }
            Err(TryLockError::Error(error)) => return Err(at(error)),
        }
    }
}

struct Npm<'a> {
    sources: &'a Sources,
    lock: &'a File,
    output: &'a File,
}

impl Npm<'_> {
    async fn run(&self, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = Command::new("npm");
        command.args(arguments).current_dir(self.sources.folder()).process_group(0).kill_on_drop(true);
        // It reads nothing. What it inherits keeps the lock for as long as it runs, even if this process is killed.
        command.stdin(self.lock.try_clone().map_err(Failure::other)?);
        for stream in [Command::stdout::<Stdio>, Command::stderr::<Stdio>] {
            stream(&mut command, self.output.try_clone().map_err(Failure::other)?.into());
        }
        // Scripts of packages need no password of the services.
        for name in settings::variables() {
            command.env_remove(name);
        }
        command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
        let mut child = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound if self.sources.folder().is_dir() => Failure::NoNpm,
            _ => Failure::Other(format!("npm: {error}")),
        })?;
        let group = Group(child.id());
        let status = child.wait().await.map_err(Failure::other)?;
        group.disband();
        if status.success() {
            return Ok(());
        }
        let lines = last_lines(self.output).map_err(Failure::other)?;
        Err(Failure::Npm { command: arguments[..arguments.len().min(2)].join(" "), status, lines })
    }
}

/// npm and what it started, which end when this is dropped.
struct Group(Option<u32>);

impl Group {
    /// They have ended; their number may be another's soon.
    fn disband(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let id = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(id) = id {
            let _ = kill_process_group(id, Signal::TERM);
        }
    }
}

/// The end of what was written, without what would move a terminal's cursor or colour it.
fn last_lines(mut output: &File) -> io::Result<String> {
    let length = output.seek(SeekFrom::End(0))?;
    output.seek(SeekFrom::Start(length.saturating_sub(LAST_BYTES)))?;
    let mut bytes = Vec::new();
    output.take(LAST_BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let plain: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let lines: Vec<&str> = plain.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(lines[lines.len().saturating_sub(LAST_LINES)..].join("\n"))
}
