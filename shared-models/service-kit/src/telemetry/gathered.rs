//! Writes log lines together. A line by itself would wake the thread that writes and cost a system call, for each request.

use std::{
    io::{self, BufWriter, Write},
    thread::sleep,
    time::Duration,
};

/// How long lines gather after others were written.
const PAUSE: Duration = Duration::from_millis(2);
/// The most bytes that are written at once.
const BYTES: usize = 64 * 1024;

/// Writes what comes between two flushes at once, and pauses after each flush, so that more comes until the next one. For a
/// thread that does nothing else.
pub(super) struct Gathered<W: Write>(BufWriter<W>);

impl<W: Write> Gathered<W> {
    pub(super) fn new(writer: W) -> Self {
        Self(BufWriter::with_capacity(BYTES, writer))
    }
}

impl<W: Write> Write for Gathered<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()?;
        sleep(PAUSE);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::Instant,
    };

    use tracing_appender::non_blocking::NonBlockingBuilder;

    use super::*;

    /// What was written, each time.
    #[derive(Clone, Default)]
    struct Writes(Arc<Mutex<Vec<String>>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_come_quickly_are_written_together_and_none_is_lost() {
        let writes = Writes::default();
        let (mut log, guard) = NonBlockingBuilder::default().finish(Gathered::new(writes.clone()));
        let begun = Instant::now();
        let mut text = String::new();
        for n in 0..2_000 {
            let line = format!("line {n}\n");
            log.write_all(line.as_bytes()).unwrap();
            text.push_str(&line);
        }
        drop((log, guard));
        let pauses = begun.elapsed().as_millis() / PAUSE.as_millis();
        let writes = writes.0.lock().unwrap();
        assert!(writes.len() as u128 <= pauses + 3, "{} writes in {pauses} pauses", writes.len());
        assert_eq!(writes.concat(), text);
    }
}
