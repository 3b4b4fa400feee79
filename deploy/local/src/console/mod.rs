//! Where the console comes from, and what is said at `/` and in the terminal until it is there.
//!
//! Knows neither how it is served nor what is in it.

mod build;
mod packages;
mod sources;

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use resource_service::http::console::{Console, Notice};
use tokio::task::spawn_blocking;

use self::{
    build::{Failure, Step},
    sources::Sources,
};
use crate::{cli::Cli, terminal};

/// What is done about the console.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// It is served from a folder, which the settings of resource-service name.
    Folder(PathBuf),
    /// It is built from these sources.
    Sources(PathBuf),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

const LEFT_OUT: &str = "The console was left out by --no-console.";
const NOWHERE: &str =
    "The console is not part of this program: name the folder of a built one by --console DIR.";
const NO_NPM: &str =
    "To see the console here, install Node.js 20.19 or later, which brings npm, and start Tessera again.";

impl Plan {
    /// What the command line and `set`, the folder of the settings, ask for; else the sources of the checkout that this
    /// program was built in, else a folder `console` beside the program.
    pub fn new(cli: &Cli, set: Option<&Path>) -> Self {
        if cli.no_console {
            return Self::Nothing(LEFT_OUT);
        }
        if let Some(sources) = &cli.console_sources {
            return Self::Sources(sources.clone());
        }
        if let Some(folder) = cli.console.as_deref().or(set) {
            return Self::Folder(folder.to_owned());
        }
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../resource-service/web");
        if checkout.join("package.json").is_file() {
            return Self::Sources(checkout);
        }
        match beside_the_program().filter(|folder| folder.join("index.html").is_file()) {
            Some(folder) => Self::Folder(folder),
            None => Self::Nothing(NOWHERE),
        }
    }

    /// Shows what can be shown at once; returns what remains to be done.
    pub async fn begin(self, console: &Console, log: PathBuf) -> Option<Building> {
        match self {
            Self::Folder(_) => None,
            Self::Nothing(why) => {
                console.say(&Notice { sentence: why.to_owned(), lines: String::new(), reloads: false });
                None
            }
            Self::Sources(folder) => {
                let building = Building { console: console.clone(), sources: Sources::new(folder), log };
                if building.is_shown().await {
                    return None;
                }
                building.wait(Step::Starting);
                Some(building)
            }
        }
    }
}

fn beside_the_program() -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join("console"))
}

/// A console that has to be built.
pub struct Building {
    console: Console,
    sources: Sources,
    /// Where npm's output goes.
    log: PathBuf,
}

impl Building {
    /// Builds it and shows it under `origin`, or says why it cannot.
    pub async fn finish(self, origin: &str) {
        let begun = Instant::now();
        let built = build::build(&self.sources, &self.log, |step| self.wait(step)).await;
        let shown = match built {
            Ok(()) => self.open().await,
            Err(failure) => Err(failure),
        };
        match shown {
            Ok(()) => {
                let seconds = begun.elapsed().as_secs();
                terminal::report(&format!("console: ready after {seconds} s at {origin}/"));
            }
            Err(Failure::NoNpm) if self.open().await.is_ok() => {
                terminal::report(
                    "console: npm is not installed, so the one that was built before is shown; it may be older than its sources",
                );
            }
            Err(failure) => self.give_up(&failure),
        }
    }

    /// Shows the console if it is built already.
    async fn is_shown(&self) -> bool {
        let sources = self.sources.clone();
        let built = spawn_blocking(move || sources.is_built()).await;
        matches!(built, Ok(Ok(true))) && self.open().await.is_ok()
    }

    async fn open(&self) -> Result<(), Failure> {
        let (console, folder) = (self.console.clone(), self.sources.output());
        spawn_blocking(move || console.open(&folder)).await.map_err(Failure::other)?.map_err(Failure::other)
    }

    fn wait(&self, step: Step) {
        let doing = match step {
            Step::Starting => "being built",
            Step::Waiting => "being built by another process",
            Step::Installing => "being built; its packages are being installed, which may take a minute",
            Step::Building => "being built; its packages are installed",
        };
        let sentence = format!("The console is {doing}. This page opens it as soon as it is ready.");
        self.console.say(&Notice { sentence, lines: String::new(), reloads: true });
        if step != Step::Starting {
            terminal::report(&format!("console: {doing}"));
        }
    }

    fn give_up(&self, failure: &Failure) {
        let (sentence, lines) = match failure {
            Failure::NoNpm => (NO_NPM.to_owned(), ""),
            Failure::Npm { lines, .. } => {
                let more = self.log.display();
                (
                    format!("The console could not be built: {failure}. The whole output is in {more}."),
                    lines.as_str(),
                )
            }
            Failure::Other(_) => (format!("The console could not be built: {failure}."), ""),
        };
        terminal::report(&format!("console: {sentence}"));
        if !lines.is_empty() {
            terminal::report(lines);
        }
        self.console.say(&Notice { sentence, lines: lines.to_owned(), reloads: false });
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn the_command_line_comes_before_the_settings_and_both_before_the_checkout() {
        let plan = |arguments: &[&str], set: Option<&str>| {
            let cli = Cli::parse_from(std::iter::once(&"tessera").chain(arguments));
            Plan::new(&cli, set.map(Path::new))
        };
        assert_eq!(plan(&["--no-console"], Some("set")), Plan::Nothing(LEFT_OUT));
        assert_eq!(plan(&["--console", "named"], Some("set")), Plan::Folder("named".into()));
        assert_eq!(plan(&["--console-sources", "web"], Some("set")), Plan::Sources("web".into()));
        assert_eq!(plan(&[], Some("set")), Plan::Folder("set".into()));
        let Plan::Sources(web) = plan(&[], None) else { panic!("this is a checkout") };
        assert!(web.ends_with("resource-service/web"));
    }
}
