//! `import-users FILE`: users of another system, line by line, in constant memory. `-` is standard input.

mod batch;
mod lines;
mod table;

use std::{
    fs::File,
    io::{BufRead, BufReader, IsTerminal as _, Read, stdin},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};

use self::{
    batch::{Batch, Rehearsal},
    lines::{Line, Lines, MAX_LINE},
    table::Table,
};
use super::{prepared, say};
use crate::{
    domain::roles::RoleTable,
    ops::{Auth, ImportedUser},
    settings::Settings,
};

/// Lines done together.
const BATCH: usize = 500;
/// The exit code when some lines were refused and the others imported.
const SOME_REFUSED: u8 = 2;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// One JSON object per line
    Ndjson,
    /// Comma-separated, with a header
    Csv,
}

/// The outcome of the lines.
#[derive(Default)]
struct Counts {
    read: usize,
    added: usize,
    known: usize,
    refused: usize,
    /// Users put into projects; absent where no line names one.
    joined: Option<usize>,
}

pub(super) async fn run(
    settings: &Settings,
    path: &Path,
    format: Option<Format>,
    dry_run: bool,
) -> Result<ExitCode> {
    let (file, bytes): (Box<dyn Read>, _) = if path == Path::new("-") {
        (Box::new(stdin()), None)
    } else {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let bytes = file.metadata()?.len();
        (Box::new(file), Some(bytes))
    };
    let bar = bar(bytes);
    let mut file = BufReader::new(bar.wrap_read(file));
    let format = match format {
        Some(format) => format,
        None => guess(path, &mut file).with_context(|| path.display().to_string())?,
    };
    let auth = prepared(settings).await?;
    let roles = auth.roles().await?;
    let mut import = Import {
        auth: &auth,
        roles: &roles,
        rehearsal: dry_run.then(Rehearsal::default),
        bar: &bar,
        name: path.display().to_string(),
        batch: Batch::default(),
        counts: Counts::default(),
        line: 0,
    };
    let read = match format {
        Format::Ndjson => import.ndjson(file).await,
        Format::Csv => import.csv(file).await,
    };
    if read.is_err() {
        let begun = std::mem::take(&mut import.batch);
        import.report(begun);
    }
    read?;
    import.flush().await?;
    let Counts { read, added, known, refused, joined } = import.counts;
    bar.finish_and_clear();
    let mode = if dry_run { "nothing was written: " } else { "" };
    let joined = joined.map(|joined| format!("; {joined} put into projects")).unwrap_or_default();
    say(&format!("{mode}{read} read: {added} added, {known} already there, {refused} refused{joined}"))?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(SOME_REFUSED) })
}

fn guess(path: &Path, file: &mut impl BufRead) -> Result<Format> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => return Ok(Format::Csv),
        Some("ndjson" | "jsonl") => return Ok(Format::Ndjson),
        _ => {}
    }
    let begins = file.fill_buf()?;
    let text = begins.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begins);
    Ok(if text.first() == Some(&b'{') { Format::Ndjson } else { Format::Csv })
}

/// None is shown where nobody looks, or where nobody knows how much there is.
fn bar(bytes: Option<u64>) -> ProgressBar {
    let Some(bytes) = bytes.filter(|_| std::io::stderr().is_terminal()) else {
        return ProgressBar::hidden();
    };
    let style = ProgressStyle::with_template("{bar:40} {percent} % {msg}");
    ProgressBar::new(bytes).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

struct Import<'a> {
    auth: &'a Auth,
    roles: &'a RoleTable,
    /// Present in a dry run.
    rehearsal: Option<Rehearsal>,
    bar: &'a ProgressBar,
    /// The name of the file.
    name: String,
    batch: Batch,
    counts: Counts,
    /// The line that was read last.
    line: u64,
}

impl Import<'_> {
    async fn ndjson(&mut self, file: impl BufRead) -> Result<()> {
        let mut lines = Lines::of(file, false);
        while let Some((number, line)) = lines.next().with_context(|| self.name.clone())? {
            let user = match line {
                Line::TooLong => Err(too_long()),
                Line::Text(text) if text.trim_ascii().is_empty() => continue,
                Line::Text(text) => serde_json::from_slice(text).map_err(|fault| without_value(&fault)),
            };
            self.take(number, user).await?;
        }
        Ok(())
    }

    async fn csv(&mut self, file: impl BufRead) -> Result<()> {
        let mut lines = Lines::of(file, true);
        let mut table = None;
        while let Some((number, line)) = lines.next().with_context(|| self.name.clone())? {
            let text = match line {
                Line::Text([]) => continue,
                Line::Text(text) => Ok(text),
                Line::TooLong => Err(too_long()),
            };
            let Some(table) = &table else {
                let header = text.map_err(anyhow::Error::msg).and_then(Table::of);
                table = Some(header.with_context(|| format!("line {number}"))?);
                continue;
            };
            let user = text.and_then(|text| table.user(text));
            self.take(number, user).await?;
        }
        Ok(())
    }

    /// Accepts the user of a line, or notes why not.
    async fn take(&mut self, line: u64, user: Result<ImportedUser, String>) -> Result<()> {
        self.counts.read += 1;
        self.line = line;
        if user.as_ref().is_ok_and(|user| user.project.is_some()) {
            self.counts.joined.get_or_insert_default();
        }
        match user.and_then(|user| self.auth.read_import(self.roles, user)) {
            Ok(user) => {
                let taken = self.batch.take(self.auth, line, user).await;
                taken.with_context(|| self.stopped())?;
            }
            Err(why) => self.batch.refuse(line, why),
        }
        if self.batch.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        let mut batch = std::mem::take(&mut self.batch);
        let done = match &mut self.rehearsal {
            Some(rehearsal) => batch.rehearse(self.auth, rehearsal).await,
            None => batch.store(self.auth, self.roles).await,
        };
        self.report(batch);
        let done = done.with_context(|| self.stopped())?;
        self.counts.added += done.added;
        self.counts.known += done.known;
        if let Some(joined) = &mut self.counts.joined {
            *joined += done.joined;
        }
        self.bar.set_message(format!("{} users", self.counts.added));
        Ok(())
    }

    /// Reports the refused lines of a batch.
    fn report(&mut self, batch: Batch) {
        for (line, why) in batch.refused() {
            self.counts.refused += 1;
            self.bar.suspend(|| eprintln!("line {line}: {why}"));
        }
    }

    /// What to do where the import cannot continue.
    fn stopped(&self) -> String {
        format!(
            "the import stopped at line {}; import the file again: users who are there are left as they are",
            self.line
        )
    }
}

fn too_long() -> String {
    format!("longer than {MAX_LINE} bytes")
}

/// Serde's message without any value of the line, which may be a hash.
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
