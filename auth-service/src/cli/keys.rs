//! `keys new|rotate|list`: the key ring from the command line, in its file or through standard input and output.

use std::{
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Subcommand;
use service_kit::{
    clock::{Clock as _, SystemClock},
    keys::{Algorithm, JwkSet, KeyOperation, Ring, RotationStep, RotationWaits, generate, rotate},
    random::OsRandom,
};
use time::{Duration, format_description::well_known::Rfc3339};

use super::say;
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a ring with one new key
    New {
        /// `HS256` (one key shared by both services), `EdDSA`, `ES256` or `RS256`
        #[arg(long, default_value = "HS256")]
        alg: Algorithm,
        /// The file to write, or - for standard output [default: keys.file of the settings]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Do the next step of a rotation: add a key, sign with it, drop the old one
    Rotate {
        /// The algorithm of the new key [default: that of the key that signs now]
        #[arg(long)]
        alg: Option<Algorithm>,
        /// Seconds from adding a key until the slowest reader has it: a mounted Secret is 90 s late; a file is read
        /// every 5 s, and keys by URL at most 10 s later [default: 100]
        #[arg(long, value_name = "SECONDS")]
        spread: Option<u32>,
        /// Seconds a key still verifies after it signed: at least its tokens' lifetime + 5 [default: access TTL + 65]
        #[arg(long, value_name = "SECONDS")]
        overlap: Option<u32>,
        /// The file to change, or -: read from standard input, write to standard output [default: keys.file of the settings]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the keys and their use
    List {
        /// The file to read, or - for standard input [default: keys.file of the settings]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Where a ring is.
enum Place {
    /// A file.
    File(PathBuf),
    /// Standard input, and standard output for the ring that comes of it. What is said to a person goes to standard error.
    Pipe,
}

impl Place {
    fn of(file: Option<PathBuf>, settings: &Settings) -> Self {
        match file {
            Some(file) if file == Path::new("-") => Self::Pipe,
            Some(file) => Self::File(file),
            None => Self::File(settings.keys.file.clone()),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::File(file) => file.display().to_string(),
            Self::Pipe => "standard input".into(),
        }
    }

    fn read(&self) -> Result<JwkSet> {
        match self {
            Self::File(file) => Ok(JwkSet::read(file)?),
            Self::Pipe => {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text).with_context(|| self.name())?;
                Ok(JwkSet::from_text(&text).map_err(|error| error.of(self.name()))?)
            }
        }
    }

    /// Writes the ring, then says what it is.
    fn write(&self, set: &JwkSet, report: &str) -> Result<()> {
        match self {
            Self::File(file) => {
                set.write(file)?;
                say(report)
            }
            Self::Pipe => {
                let mut out = io::stdout().lock();
                out.write_all(set.to_text()?.as_bytes()).and_then(|()| out.flush())?;
                Ok(writeln!(io::stderr(), "{report}")?)
            }
        }
    }
}

pub(super) fn run(command: Command, settings: &Settings) -> Result<()> {
    match command {
        Command::New { alg, file } => new(alg, &Place::of(file, settings)),
        Command::Rotate { alg, spread, overlap, file } => {
            let access_ttl = Duration::seconds(i64::try_from(settings.tokens.access_ttl).unwrap_or(i64::MAX));
            let seconds = |seconds: Option<u32>| seconds.map(|seconds| Duration::seconds(seconds.into()));
            let waits = RotationWaits::for_access_ttl(access_ttl);
            let waits = waits.with(access_ttl, seconds(spread), seconds(overlap));
            let waits = waits.map_err(|fault| anyhow!("--overlap: {fault}"))?;
            next_step(alg, &Place::of(file, settings), waits)
        }
        Command::List { file } => list(&Place::of(file, settings)),
    }
}

fn new(algorithm: Algorithm, place: &Place) -> Result<()> {
    if let Place::File(file) = place
        && file.try_exists()?
    {
        bail!("{} exists; `keys rotate` replaces its key without refusing a token", file.display());
    }
    let mut key = generate(algorithm, SystemClock.now(), &OsRandom)?;
    key.key_ops.insert(0, KeyOperation::Sign);
    let name = match place {
        Place::File(file) => file.display().to_string(),
        Place::Pipe => "the ring on standard output".into(),
    };
    let report = format!("{name} has the new key {}, which signs", key.kid);
    place.write(&JwkSet { keys: vec![key] }, &report)
}

fn next_step(algorithm: Option<Algorithm>, place: &Place, waits: RotationWaits) -> Result<()> {
    let mut set = place.read()?;
    let Some(signing) = set.keys.iter().find(|key| key.signs()) else {
        bail!("{}: no key signs, so there is nothing to rotate", place.name());
    };
    let algorithm = algorithm.unwrap_or(signing.alg);
    let step = rotate(&mut set, algorithm, waits, SystemClock.now(), &OsRandom)?;
    let report = match step {
        RotationStep::Added { kid } => {
            format!("added {kid}, which only verifies; run this again in {} s", waits.spread.whole_seconds())
        }
        RotationStep::Promoted { kid, retired } => format!(
            "{kid} signs now and {retired} only verifies; run this again in {} s",
            waits.overlap.whole_seconds()
        ),
        RotationStep::Dropped { kid } => format!("dropped {kid}; the rotation is complete"),
        RotationStep::TooEarly { kid, until } => {
            bail!("nothing was changed: {kid} must stay as it is until {}", until.format(&Rfc3339)?)
        }
    };
    Ring::new(&set).map_err(|error| error.of(place.name()))?;
    place.write(&set, &report)
}

fn list(place: &Place) -> Result<()> {
    let set = place.read()?;
    Ring::new(&set).map_err(|error| error.of(place.name()))?;
    for key in &set.keys {
        let role = match (key.signs(), key.retired_at) {
            (true, _) => "signs",
            (false, None) => "verifies, on its way in",
            (false, Some(_)) => "verifies, on its way out",
        };
        say(&format!("{}  {}  {role}", key.kid, key.alg))?;
    }
    Ok(())
}
