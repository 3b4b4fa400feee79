//! `import-users FILE`: users of another system, line by line, in constant memory.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, IsTerminal as _, Read as _, Seek as _},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::say;
use crate::{
    app,
    domain::{roles::RoleTable, user::User},
    ops::{Auth, ImportedUser},
    settings::Settings,
};

/// Users stored at once.
const BATCH: usize = 500;
/// Longest line, in bytes.
const MAX_LINE: u64 = 64 * 1024;
/// What the program ends with when some lines were refused and the others were taken.
const SOME_REFUSED: u8 = 2;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

/// What became of the lines.
#[derive(Default)]
struct Counts {
    read: usize,
    added: usize,
    known: usize,
    refused: usize,
}

pub(super) async fn run(
    settings: &Settings,
    path: &Path,
    format: Option<Format>,
    dry_run: bool,
) -> Result<ExitCode> {
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let format = match format {
        Some(format) => format,
        None => guess(path, &mut file)?,
    };
    let auth = app::assemble(settings, app::system()).await?;
    auth.prepare_store().await.context("store")?;
    let roles = auth.roles().await?;
    let bar = bar(file.metadata()?.len());
    let file = BufReader::new(bar.wrap_read(file));
    let mut import = Import {
        auth: &auth,
        roles: &roles,
        dry_run,
        bar: &bar,
        batch: Vec::new(),
        counts: Counts::default(),
    };
    match format {
        Format::Ndjson => import.ndjson(file).await?,
        Format::Csv => import.csv(file).await?,
    }
    import.flush().await?;
    let Counts { read, added, known, refused } = import.counts;
    bar.finish_and_clear();
    if added > 0 && !dry_run {
        auth.imported(added).await;
    }
    let mode = if dry_run { "nothing was written: " } else { "" };
    say(&format!("{mode}{read} read: {added} added, {known} already there, {refused} refused"))?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(SOME_REFUSED) })
}

fn guess(path: &Path, file: &mut File) -> Result<Format> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => return Ok(Format::Csv),
        Some("ndjson" | "jsonl") => return Ok(Format::Ndjson),
        _ => {}
    }
    let mut first = [0; 4];
    let read = file.read(&mut first)?;
    file.rewind()?;
    let text = first[..read].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&first[..read]);
    Ok(if text.first() == Some(&b'{') { Format::Ndjson } else { Format::Csv })
}

fn bar(bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent} % {msg}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

struct Import<'a> {
    auth: &'a Auth,
    roles: &'a RoleTable,
    dry_run: bool,
    bar: &'a ProgressBar,
    batch: Vec<User>,
    counts: Counts,
}

impl Import<'_> {
    async fn ndjson(&mut self, mut file: impl std::io::BufRead) -> Result<()> {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            let read = file.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(());
            }
            number += 1;
            let whole = line.ends_with(b"\n") || read as u64 <= MAX_LINE;
            if !whole {
                file.skip_until(b'\n')?;
                self.take(number, Err(format!("longer than {MAX_LINE} bytes"))).await?;
                continue;
            }
            let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&line);
            if text.trim_ascii().is_empty() {
                continue;
            }
            let user = serde_json::from_slice(text).map_err(|fault| without_value(&fault));
            self.take(number, user).await?;
        }
    }

    async fn csv(&mut self, file: impl std::io::Read) -> Result<()> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
        let headers = reader.headers()?.clone();
        let columns: Vec<String> =
            headers.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
        for name in &columns {
            if !["email", "full_name", "name", "roles", "password_hash", "hash"].contains(&name.as_str()) {
                bail!("there is no column {name:?}; there are email, full_name, roles, password_hash");
            }
        }
        for record in reader.records() {
            let (line, user) = match record {
                Ok(record) => (record.position().map_or(0, csv::Position::line), row(&columns, &record)),
                Err(fault) => {
                    (fault.position().map_or(0, csv::Position::line), Err("not UTF-8, or not CSV".to_owned()))
                }
            };
            self.take(line, user).await?;
        }
        Ok(())
    }

    /// Takes a line, or tells why not.
    async fn take(&mut self, line: u64, user: Result<ImportedUser, String>) -> Result<()> {
        self.counts.read += 1;
        match user.and_then(|user| self.auth.read_import(self.roles, user)) {
            Ok(user) => self.batch.push(user),
            Err(why) => {
                self.counts.refused += 1;
                self.bar.suspend(|| eprintln!("line {line}: {why}"));
            }
        }
        if self.batch.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let users = std::mem::take(&mut self.batch);
        if self.dry_run {
            self.counts.added += users.len();
            return Ok(());
        }
        for added in self.auth.import_users(&users).await? {
            if added {
                self.counts.added += 1;
            } else {
                self.counts.known += 1;
            }
        }
        self.bar.set_message(format!("{} users", self.counts.added));
        Ok(())
    }
}

fn row(columns: &[String], record: &csv::StringRecord) -> Result<ImportedUser, String> {
    if record.len() != columns.len() {
        return Err(format!("{} columns, not {}", record.len(), columns.len()));
    }
    let mut user = ImportedUser::default();
    for (column, value) in columns.iter().zip(record) {
        match column.as_str() {
            "email" => value.clone_into(&mut user.email),
            "full_name" | "name" => user.full_name = Some(value.to_owned()),
            "roles" => {
                let roles = value.split([' ', ';']).filter(|role| !role.is_empty()).map(str::to_owned);
                user.roles = Some(roles.collect()).filter(|roles: &Vec<_>| !roles.is_empty());
            }
            _ => value.clone_into(&mut user.password_hash),
        }
    }
    Ok(user)
}

/// What serde says, less any value of the line, which may be a hash.
fn without_value(fault: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match fault.classify() {
        Category::Data => {
            let text = fault.to_string();
            let plain = text.starts_with("unknown field") || text.starts_with("missing field");
            let text = text.split(" at line ").next().unwrap_or_default();
            if plain { text.to_owned() } else { "a member has the wrong type".to_owned() }
        }
        _ => "not a JSON object".to_owned(),
    }
}
