//! `keys new|rotate|list`: the key ring file from the command line.

use std::path::PathBuf;

use anyhow::{Result, bail};
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
        /// The file to write [default: keys.file of the settings]
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
        /// The file to change [default: keys.file of the settings]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// List the keys and their use
    List {
        /// The file to read [default: keys.file of the settings]
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

pub(super) fn run(command: Command, settings: &Settings) -> Result<()> {
    let or_default = |file: Option<PathBuf>| file.unwrap_or_else(|| settings.keys.file.clone());
    match command {
        Command::New { alg, file } => new(alg, &or_default(file)),
        Command::Rotate { alg, spread, overlap, file } => {
            let access_ttl = Duration::seconds(i64::try_from(settings.tokens.access_ttl).unwrap_or(i64::MAX));
            let seconds = |seconds: Option<u32>| seconds.map(|seconds| Duration::seconds(seconds.into()));
            let waits = RotationWaits::for_access_ttl(access_ttl);
            let waits = waits.with(access_ttl, seconds(spread), seconds(overlap))?;
            next_step(alg, &or_default(file), waits)
        }
        Command::List { file } => list(&or_default(file)),
    }
}

fn new(algorithm: Algorithm, file: &std::path::Path) -> Result<()> {
    if file.try_exists()? {
        bail!("{} exists; `keys rotate` replaces its key without refusing a token", file.display());
    }
    let mut key = generate(algorithm, SystemClock.now(), &OsRandom)?;
    key.key_ops.insert(0, KeyOperation::Sign);
    let kid = key.kid.clone();
    JwkSet { keys: vec![key] }.write(file)?;
    say(&format!("{} has the new key {kid}, which signs", file.display()))
}

fn next_step(algorithm: Option<Algorithm>, file: &std::path::Path, waits: RotationWaits) -> Result<()> {
    let mut set = JwkSet::read(file)?;
    let Some(signing) = set.keys.iter().find(|key| key.signs()) else {
        bail!("{}: no key signs, so there is nothing to rotate", file.display());
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
    Ring::new(&set)?;
    set.write(file)?;
    say(&report)
}

fn list(file: &std::path::Path) -> Result<()> {
    let set = JwkSet::read(file)?;
    Ring::new(&set)?;
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
