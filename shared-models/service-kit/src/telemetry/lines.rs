//! Log lines: their format, their maximum length, and the thread that writes them.
//!
//! Nothing here blocks a request: a line waits in a bounded queue, and is dropped and counted where the queue is full.

use std::{
    fmt::{self, Debug, Write as _},
    fs::File,
    os::fd::AsFd as _,
    sync::OnceLock,
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::Record,
};
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::Writer,
        time::{FormatTime as _, SystemTime},
    },
    registry::LookupSpan,
};

use super::gathered::Gathered;

/// The most bytes of one field. A client can make a field long; it cannot make a log long.
const MAX_FIELD: usize = 1024;
/// How many lines may wait to be written.
const MAX_WAITING: usize = 4096;

static DROPPED: OnceLock<ErrorCounter> = OnceLock::new();

/// A writer to standard error that never waits, and what keeps its thread alive.
pub(super) fn writer() -> std::io::Result<(NonBlocking, WorkerGuard)> {
    // A file handle of its own: a blocked write must not hold the lock of `eprintln!`.
    let file = File::from(std::io::stderr().as_fd().try_clone_to_owned()?);
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(MAX_WAITING);
    let (writer, guard) = builder.thread_name("log").finish(Gathered::new(file));
    let _ = DROPPED.set(writer.error_counter());
    Ok((writer, guard))
}

/// How many lines have been dropped since the start.
pub(super) fn dropped() -> u64 {
    DROPPED.get().map_or(0, |counter| counter.dropped_lines() as u64)
}

/// An event as one JSON object.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\",", event.metadata().level())?;
        context.format_fields(writer.by_ref(), event)?;
        write!(writer, ",\"target\":\"{}\"", event.metadata().target())?;
        // The outermost span is the request's; those within it are for a collector of traces.
        if let Some(span) = context.event_scope().and_then(|spans| spans.from_root().next()) {
            writer.write_str(",\"span\":{")?;
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
                && !fields.is_empty()
            {
                write!(writer, "{fields},")?;
            }
            write!(writer, "\"name\":\"{}\"}}", span.name())?;
        }
        writer.write_str("}\n")
    }
}

/// How the fields of events and spans are written, each cut to [`MAX_FIELD`] bytes.
#[derive(Clone, Copy)]
pub(super) enum Fields {
    /// The members of a JSON object, without its braces.
    Json,
    /// `name=value`, for people.
    Plain,
}

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut visitor = FieldWriter { style: *self, writer, first: true, outcome: Ok(()) };
        fields.record(&mut visitor);
        visitor.outcome
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let first = current.fields.is_empty();
        let mut visitor = FieldWriter { style: *self, writer: current.as_writer(), first, outcome: Ok(()) };
        fields.record(&mut visitor);
        visitor.outcome
    }
}

struct FieldWriter<'w> {
    style: Fields,
    writer: Writer<'w>,
    first: bool,
    outcome: fmt::Result,
}

impl FieldWriter<'_> {
    fn name(&mut self, name: &str) -> fmt::Result {
        let first = std::mem::replace(&mut self.first, false);
        let name = name.trim_start_matches("r#");
        match self.style {
            Fields::Json if first => write!(self.writer, "\"{name}\":"),
            Fields::Json => write!(self.writer, ",\"{name}\":"),
            Fields::Plain => {
                self.writer.write_str(if first { "" } else { " " })?;
                if name == "message" { Ok(()) } else { write!(self.writer, "{name}=") }
            }
        }
    }

    /// A value that cannot need escaping.
    fn bare(&mut self, name: &str, value: impl fmt::Display) {
        self.outcome =
            self.outcome.and_then(|()| self.name(name)).and_then(|()| write!(self.writer, "{value}"));
    }

    fn text(&mut self, name: &str, value: fmt::Arguments<'_>) {
        // What the log crate says about itself, its target excepted, and what is for a collector of traces.
        if (name.starts_with("log.") && name != "log.target") || name.starts_with("otel.") {
            return;
        }
        self.outcome = self.outcome.and_then(|()| self.name(name)).and_then(|()| self.quoted(value));
    }

    fn quoted(&mut self, value: fmt::Arguments<'_>) -> fmt::Result {
        let quote = match self.style {
            Fields::Json => "\"",
            Fields::Plain => "",
        };
        self.writer.write_str(quote)?;
        let mut cut = Cut { style: self.style, writer: &mut self.writer, left: MAX_FIELD, outcome: Ok(()) };
        let whole = cut.write_fmt(value).is_ok();
        cut.outcome?;
        if !whole {
            self.writer.write_char('…')?;
        }
        self.writer.write_str(quote)
    }
}

impl Visit for FieldWriter<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        match self.style {
            Fields::Json if !value.is_finite() => self.bare(field.name(), "null"),
            _ => self.bare(field.name(), value),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), format_args!("{value:?}"));
    }
}

/// Escapes text and stops at the limit, so that a long value is not formatted to its end.
struct Cut<'a, 'w> {
    style: Fields,
    writer: &'a mut Writer<'w>,
    left: usize,
    outcome: fmt::Result,
}

impl fmt::Write for Cut<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            let mut plain = [0; 4];
            let escaped = match (self.style, letter) {
                (Fields::Json, '"') => "\\\"".to_owned(),
                (Fields::Json, '\\') => "\\\\".to_owned(),
                (Fields::Json, '\n') => "\\n".to_owned(),
                // A control character could forge a line or control a terminal.
                (Fields::Json, _) if letter.is_control() => format!("\\u{:04x}", u32::from(letter)),
                (Fields::Plain, _) if letter.is_control() => letter.escape_default().to_string(),
                _ => {
                    let plain: &str = letter.encode_utf8(&mut plain);
                    self.take(plain)?;
                    continue;
                }
            };
            self.take(&escaped)?;
        }
        Ok(())
    }
}

impl Cut<'_, '_> {
    fn take(&mut self, piece: &str) -> fmt::Result {
        self.left = self.left.checked_sub(piece.len()).ok_or(fmt::Error)?;
        self.outcome = self.outcome.and_then(|()| self.writer.write_str(piece));
        self.outcome
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{Layer as _, layer::SubscriberExt as _};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Page {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(fields: Fields, log: impl FnOnce()) -> String {
        let page = Page::default();
        let make = page.clone();
        let layer = tracing_subscriber::fmt::layer().fmt_fields(fields).with_ansi(false);
        let layer = match fields {
            Fields::Json => layer.event_format(JsonLine).with_writer(move || make.clone()).boxed(),
            Fields::Plain => layer.with_writer(move || make.clone()).boxed(),
        };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_is_one_json_object_with_its_fields_and_its_span() {
        let line = logged(Fields::Json, || {
            let span = tracing::info_span!("request", request.id = "r-1", trace.id = tracing::field::Empty);
            span.record("trace.id", "t\"1");
            let _in = span.enter();
            tracing::warn!(http.status = 503, ms = 0.5, odd = f64::NAN, ok = true, text = %"a\n\u{1b}\"\\", "answered");
        });
        let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!((&entry["level"], &entry["message"]), (&"WARN".into(), &"answered".into()));
        assert_eq!((&entry["http.status"], &entry["ms"]), (&503.into(), &0.5.into()));
        assert_eq!((&entry["odd"], &entry["ok"]), (&serde_json::Value::Null, &true.into()));
        assert_eq!(entry["text"], "a\n\u{1b}\"\\");
        assert!(entry["timestamp"].as_str().unwrap().ends_with('Z') && entry["target"].is_string());
        let span = serde_json::json!({"request.id": "r-1", "trace.id": "t\"1", "name": "request"});
        assert_eq!(entry["span"], span);
    }

    #[test]
    fn a_span_without_fields_has_its_name_alone() {
        let line = logged(Fields::Json, || tracing::info_span!("s").in_scope(|| tracing::info!("m")));
        let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(entry["span"], serde_json::json!({"name": "s"}));
    }

    #[test]
    fn a_field_of_a_clients_making_is_cut_whatever_it_holds() {
        let long = ["m", "\n", "é", "\""].map(|letter| letter.repeat(60_000));
        for text in &long {
            let line = logged(
                Fields::Json,
                || tracing::info!(by.str = text, by.display = %text, by.debug = ?text, "m"),
            );
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
            assert!(line.len() < 4 * MAX_FIELD, "{} bytes", line.len());
            for field in ["by.str", "by.display", "by.debug"] {
                assert!(entry[field].as_str().unwrap().ends_with('…'), "{field}");
            }
            let line = logged(Fields::Plain, || tracing::info!(by.display = %text, "m"));
            assert!(line.len() < 2 * MAX_FIELD && line.matches('\n').count() == 1, "{} bytes", line.len());
        }
    }

    #[test]
    fn people_read_the_message_first_and_then_the_fields() {
        let line = logged(Fields::Plain, || tracing::info!(n = 1, name = "x", "hello"));
        assert!(line.trim_end().ends_with("hello n=1 name=x"), "{line}");
    }
}
