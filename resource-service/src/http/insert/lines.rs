//! The lines of a body, as they come: never more than one of them is held beside what the network brought.

use std::time::Duration;

use actix_web::{
    error::PayloadError,
    web::{Bytes, BytesMut},
};
use futures_util::{Stream, StreamExt as _};
use service_kit::{
    body::{BYTE_ORDER_MARK, broken},
    coding::is_garbled,
    problem::Problem,
};
use shared_models::problem::ProblemCode;
use tokio::time::{Instant, timeout};

use super::{super::BODY_LIMIT, array::limited};

/// How long a stream may take from one line to the beginning of the next.
const IDLE: Duration = Duration::from_secs(60);
/// How long a line may take from its first byte to its end, and how many of its bytes give it a second more.
const LINE: Duration = Duration::from_secs(20);
const BYTES_A_SECOND: usize = 4 * 1024;
/// The most bytes of blank lines in a row.
pub const MAX_BLANK: usize = 1024 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Its bytes.
    Text(Bytes),
    /// It is longer than a document may be; it was passed over.
    TooLong,
}

/// Why no more lines come before the end.
#[derive(Clone, Debug)]
pub enum Broken {
    /// The client has gone.
    Left,
    /// What is reported to the client.
    Refused(Problem),
}

/// Lines of a stream. Waiting for the next one can be given up and taken up again.
pub struct Lines<S> {
    payload: S,
    buffer: BytesMut,
    /// How much of the buffer has no line end for sure.
    searched: usize,
    /// Whether the line that the buffer begins in is passed over.
    skipping: bool,
    /// Whether a line was taken already.
    begun: bool,
    ended: bool,
    /// How long the client has been waited for since the last line.
    waited: Duration,
    /// The bytes of blank lines since the last line.
    blank: usize,
}

impl<S> Lines<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    /// The lines of a body.
    pub fn new(payload: S) -> Self {
        Self {
            payload,
            buffer: BytesMut::new(),
            searched: 0,
            skipping: false,
            begun: false,
            ended: false,
            waited: Duration::ZERO,
            blank: 0,
        }
    }

    /// The bytes that are held.
    pub fn held(&self) -> usize {
        self.buffer.len()
    }

    /// How long the client may still be waited for, and what it has failed to send where that is over. Only whole lines
    /// count: a client that sends a byte now and then is not kept.
    fn patience(&self) -> (Duration, String) {
        let begun = self.buffer.iter().any(|byte| !byte.is_ascii_whitespace());
        if !begun {
            let detail = format!("No line arrived for {} seconds", IDLE.as_secs());
            return (IDLE.saturating_sub(self.waited), detail);
        }
        let allowed = LINE + Duration::from_secs((self.buffer.len() / BYTES_A_SECOND) as u64);
        let detail =
            format!("A line took longer than {} seconds to arrive; send whole lines", allowed.as_secs());
        (allowed.saturating_sub(self.waited), detail)
    }

    /// The next line that is not blank.
    pub async fn next(&mut self) -> Option<Result<Line, Broken>> {
        loop {
            if let Some(line) = self.take_line() {
                (self.waited, self.blank) = (Duration::ZERO, 0);
                return Some(Ok(line));
            }
            if self.blank > MAX_BLANK {
                let detail =
                    format!("More than {MAX_BLANK} bytes of blank lines came in a row; leave them out");
                return Some(Err(Broken::Refused(Problem::new(ProblemCode::InvalidRequest, detail))));
            }
            if self.ended {
                return None;
            }
            let ((patience, detail), since) = (self.patience(), Instant::now());
            let next = timeout(patience, self.payload.next()).await;
            self.waited += since.elapsed();
            match next {
                Ok(Some(Ok(chunk))) => {
                    let blank = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_whitespace);
                    if blank(&self.buffer) && !blank(&chunk) {
                        self.waited = Duration::ZERO;
                    }
                    self.buffer.extend_from_slice(&chunk);
                }
                Ok(Some(Err(fault))) if is_garbled(&fault) => {
                    return Some(Err(Broken::Refused(broken(&fault))));
                }
                Ok(Some(Err(_))) => return Some(Err(Broken::Left)),
                Ok(None) => self.ended = true,
                Err(_) => {
                    let problem = Problem::new(ProblemCode::InvalidRequest, detail);
                    return Some(Err(Broken::Refused(problem)));
                }
            }
        }
    }

    /// A line that the buffer has whole.
    fn take_line(&mut self) -> Option<Line> {
        loop {
            let end = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n');
            let Some(end) = end.map(|end| self.searched + end) else {
                self.searched = self.buffer.len();
                if self.searched > BODY_LIMIT + 1 {
                    (self.skipping, self.searched) = (true, 0);
                    self.buffer.clear();
                }
                // The last line need not be ended.
                let rest = std::mem::take(&mut self.searched);
                if self.ended && (rest > 0 || self.skipping) {
                    return self.line(rest, rest);
                }
                self.searched = rest;
                return None;
            };
            self.searched = 0;
            if let Some(line) = self.line(end, end + 1) {
                return Some(line);
            }
        }
    }

    /// Takes `whole` bytes out of the buffer, of which `end` are the line; nothing where it is blank.
    fn line(&mut self, end: usize, whole: usize) -> Option<Line> {
        let mut text = self.buffer.split_to(whole).freeze().slice(..end);
        if !std::mem::replace(&mut self.begun, true) && text.starts_with(BYTE_ORDER_MARK) {
            text = text.slice(BYTE_ORDER_MARK.len()..);
        }
        if std::mem::take(&mut self.skipping) || text.len() > BODY_LIMIT + 1 {
            return Some(Line::TooLong);
        }
        if text.iter().all(u8::is_ascii_whitespace) {
            self.blank += whole;
            return None;
        }
        Some(Line::Text(text))
    }
}

/// The texts of the documents of a body that is there as a whole.
pub fn split(body: &Bytes) -> Result<Vec<Bytes>, Problem> {
    let filled = |line: &&[u8]| !line.iter().all(u8::is_ascii_whitespace);
    limited(body.split(|byte| *byte == b'\n').filter(filled).count())?;
    Ok(body.split(|byte| *byte == b'\n').filter(filled).map(|line| body.slice_ref(line)).collect())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_drips_bytes_is_cut_and_who_sends_whole_lines_now_and_then_is_not() {
        let every = |seconds: u64, piece: &'static str| {
            Box::pin(stream::unfold((), move |()| async move {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Some((Ok::<_, PayloadError>(Bytes::from_static(piece.as_bytes())), ()))
            }))
        };
        let (mut steady, mut dripping, mut blank) =
            (Lines::new(every(55, "{}\n")), Lines::new(every(8, "x")), Lines::new(every(8, "\n")));
        for _ in 0..10 {
            assert!(matches!(steady.next().await, Some(Ok(Line::Text(_)))));
        }
        for (lines, most) in [(&mut dripping, 30), (&mut blank, 61)] {
            let since = Instant::now();
            assert!(matches!(lines.next().await, Some(Err(Broken::Refused(_)))));
            assert!(since.elapsed() <= Duration::from_secs(most), "{:?}", since.elapsed());
        }
    }

    async fn lines(chunks: &[&str]) -> Vec<Option<String>> {
        let chunks: Vec<Result<Bytes, PayloadError>> =
            chunks.iter().map(|chunk| Ok(Bytes::copy_from_slice(chunk.as_bytes()))).collect();
        let (mut lines, mut found) = (Lines::new(stream::iter(chunks)), Vec::new());
        while let Some(line) = lines.next().await {
            found.push(match line.unwrap() {
                Line::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
                Line::TooLong => None,
            });
        }
        found
    }

    #[tokio::test]
    async fn lines_are_found_wherever_the_network_cuts_them() {
        let expected = ["a", "bc", "d\r", "e"].map(|line| Some(line.to_owned()));
        for chunks in
            [&["a\nbc\nd\r\n\n \ne"][..], &["a", "\nb", "c", "\n", "d\r\n\n", " \ne"], &["a\nbc\nd\r\ne\n"]]
        {
            assert_eq!(lines(chunks).await, expected, "{chunks:?}");
        }
        assert_eq!(lines(&[]).await, []);
        assert_eq!(lines(&["\n", "\n"]).await, []);
    }

    #[tokio::test]
    async fn blank_lines_without_end_are_refused() {
        let blank = || Ok::<_, PayloadError>(Bytes::from("\n".repeat(64 * 1024)));
        let few = || (0..15).map(|_| blank()).chain([Ok(Bytes::from_static(b"a\n"))]);
        let mut lines = Lines::new(stream::iter(few().chain(few()).chain(std::iter::repeat_with(blank))));
        for _ in 0..2 {
            assert!(matches!(lines.next().await, Some(Ok(Line::Text(_)))));
        }
        assert!(matches!(lines.next().await, Some(Err(Broken::Refused(_)))));
    }

    #[tokio::test]
    async fn a_byte_order_mark_before_the_first_line_is_skipped() {
        let expected = ["a", "\u{feff}b"].map(|line| Some(line.to_owned()));
        assert_eq!(lines(&["\u{feff}a\n\u{feff}b"]).await, expected);
        assert_eq!(lines(&["\u{feff}\n"]).await, []);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_passed_over_and_not_held() {
        let half = "x".repeat(BODY_LIMIT / 2 + 10);
        let found = lines(&["a\n", &half, &half, &half, "\nb\n", &half, &half, &half]).await;
        assert_eq!(found, [Some("a".to_owned()), None, Some("b".to_owned()), None]);
        let whole = format!("{half}{half}\nc");
        assert_eq!(lines(&[&whole]).await, [None, Some("c".to_owned())]);
    }
}
