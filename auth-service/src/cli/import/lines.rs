//! The lines of a file, one at a time, in constant memory. Knows no format.

use std::io::{BufRead, ErrorKind, Result};

/// Longest line, in bytes.
pub(super) const MAX_LINE: usize = 64 * 1024;
/// The byte order mark that some programs write at the beginning of UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines that end in LF or CRLF.
pub(super) struct Lines<R> {
    file: R,
    line: Vec<u8>,
    number: u64,
    /// Whether a carriage return alone ends a line too.
    returns: bool,
    /// Whether the line before ended in a carriage return, which a line feed may follow.
    after_return: bool,
}

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'l> {
    /// Its content.
    Text(&'l [u8]),
    /// It is longer than [`MAX_LINE`].
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `file`. With `returns`, a carriage return alone ends a line too.
    pub(super) fn of(file: R, returns: bool) -> Self {
        Self { file, line: Vec::new(), number: 0, returns, after_return: false }
    }

    /// The next line and its number, which begins at 1.
    pub(super) fn next(&mut self) -> Result<Option<(u64, Line<'_>)>> {
        self.line.clear();
        let (mut begun, mut too_long) = (false, false);
        loop {
            let buffer = match self.file.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            let Some(first) = buffer.first() else {
                if begun {
                    break;
                }
                return Ok(None);
            };
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                self.file.consume(1);
                continue;
            }
            begun = true;
            let ends = |byte: &u8| *byte == b'\n' || self.returns && *byte == b'\r';
            let end = buffer.iter().position(ends);
            let content = &buffer[..end.unwrap_or(buffer.len())];
            let room = MAX_LINE - self.line.len();
            too_long |= content.len() > room;
            self.line.extend_from_slice(&content[..content.len().min(room)]);
            self.after_return = end.is_some_and(|end| buffer[end] == b'\r');
            let read = content.len() + usize::from(end.is_some());
            self.file.consume(read);
            if end.is_some() {
                break;
            }
        }
        self.number += 1;
        if too_long {
            return Ok(Some((self.number, Line::TooLong)));
        }
        let text = self.line.strip_prefix(BYTE_ORDER_MARK).filter(|_| self.number == 1);
        Ok(Some((self.number, Line::Text(text.unwrap_or(&self.line)))))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, BufReader, Read as _};

    use super::*;

    /// The lines of `text` by their numbers, read a few bytes at a time; nothing for one that is too long.
    fn lines(text: &[u8], returns: bool) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::of(BufReader::with_capacity(3, text), returns);
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((
                number,
                match line {
                    Line::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
                    Line::TooLong => None,
                },
            ));
        }
        found
    }

    fn numbered(texts: &[&str]) -> Vec<(u64, Option<String>)> {
        (1..).zip(texts.iter().map(|text| Some((*text).to_owned()))).collect()
    }

    #[test]
    fn every_end_of_a_line_is_counted_once() {
        assert_eq!(lines(b"", true), []);
        assert_eq!(lines(b"a\nbcdefg\n\nh", true), numbered(&["a", "bcdefg", "", "h"]));
        assert_eq!(lines(b"a\r\nb\r\n", true), numbered(&["a", "b"]));
        assert_eq!(lines(b"ab\rc\r\rd\n\ne", true), numbered(&["ab", "c", "", "d", "", "e"]));
        assert_eq!(lines(b"{\r}\r\n{}", false), numbered(&["{\r}\r", "{}"]));
        assert_eq!(lines(b"\xef\xbb\xbfa\n\xef\xbb\xbfb", true), numbered(&["a", "\u{feff}b"]));
    }

    #[test]
    fn a_line_that_is_too_long_is_reported_and_the_next_is_read() {
        let text = [vec![b'x'; MAX_LINE], b"\n".to_vec(), vec![b'y'; MAX_LINE + 1], b"\nz".to_vec()].concat();
        let found = lines(&text, false);
        assert_eq!(found[0].1.as_ref().map(String::len), Some(MAX_LINE));
        assert_eq!(found[1..], [(2, None), (3, Some("z".to_owned()))]);
    }

    #[test]
    fn a_file_without_line_breaks_takes_no_memory() {
        let mut lines = Lines::of(BufReader::new(io::repeat(b'x').take(64 << 20)), true);
        assert_eq!(lines.next().unwrap(), Some((1, Line::TooLong)));
        assert_eq!(lines.next().unwrap(), None);
        assert!(lines.line.capacity() <= 2 * MAX_LINE, "{}", lines.line.capacity());
    }
}
