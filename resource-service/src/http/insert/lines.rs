//! The lines of a body, as they come: never more than one of them is held beside what the network brought.

use std::time::Duration;

use actix_web::{
    error::PayloadError,
    web::{Bytes, BytesMut},
};
use futures_util::{Stream, StreamExt as _};
use service_kit::problem::Problem;
use shared_models::problem::ProblemCode;
use tokio::time::timeout;

use super::{
    super::BODY_LIMIT,
    array::{item, limited},
};
use crate::ops::bulk::Item;

/// How long a stream may bring nothing at all.
const IDLE: Duration = Duration::from_secs(60);

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
    /// What the client is told.
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
    ended: bool,
}

impl<S> Lines<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    /// The lines of a body.
    pub fn new(payload: S) -> Self {
        Self { payload, buffer: BytesMut::new(), searched: 0, skipping: false, ended: false }
    }

    /// The next line that is not blank.
    pub async fn next(&mut self) -> Option<Result<Line, Broken>> {
        loop {
            if let Some(line) = self.take_line() {
                return Some(Ok(line));
            }
            if self.ended {
                return None;
            }
            match timeout(IDLE, self.payload.next()).await {
                Ok(Some(Ok(chunk))) => self.buffer.extend_from_slice(&chunk),
                Ok(Some(Err(_))) => return Some(Err(Broken::Left)),
                Ok(None) => self.ended = true,
                Err(_) => {
                    let detail = format!("No line arrived for {} seconds", IDLE.as_secs());
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
        let text = self.buffer.split_to(whole).freeze().slice(..end);
        if std::mem::take(&mut self.skipping) || text.len() > BODY_LIMIT + 1 {
            return Some(Line::TooLong);
        }
        let blank = text.iter().all(u8::is_ascii_whitespace);
        (!blank).then_some(Line::Text(text))
    }
}

/// The documents of a body that is there as a whole.
pub fn split(body: &[u8]) -> Result<Vec<Item>, Problem> {
    let filled = |line: &&[u8]| !line.iter().all(u8::is_ascii_whitespace);
    limited(body.split(|byte| *byte == b'\n').filter(filled).count())?;
    Ok(body.split(|byte| *byte == b'\n').filter(filled).map(item).collect())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

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
    async fn a_line_that_is_too_long_is_passed_over_and_not_held() {
        let half = "x".repeat(BODY_LIMIT / 2 + 10);
        let found = lines(&["a\n", &half, &half, &half, "\nb\n", &half, &half, &half]).await;
        assert_eq!(found, [Some("a".to_owned()), None, Some("b".to_owned()), None]);
        let whole = format!("{half}{half}\nc");
        assert_eq!(lines(&[&whole]).await, [None, Some("c".to_owned())]);
    }
}
