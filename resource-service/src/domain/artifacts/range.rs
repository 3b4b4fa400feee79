//! Ranges of bytes: the one that is asked for, and the one that is sent (RFC 9110 section 14).

use std::ops::Range;

/// What a request asks for of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestedRange {
    /// All of it. A range that is malformed, or one of several, asks for all (section 14.2).
    Whole,
    /// These bytes, of which there is at least one.
    Part(Range<u64>),
    /// Bytes that are not there.
    Unsatisfiable,
}

/// Reads the value of `Range` for a file of `size` bytes.
pub fn wanted(header: &str, size: u64) -> RequestedRange {
    let spec = header.split_once('=').filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = spec.and_then(|(_, range)| range.trim().split_once('-')) else {
        return RequestedRange::Whole;
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return RequestedRange::Whole,
    };
    if range.start < range.end { RequestedRange::Part(range) } else { RequestedRange::Unsatisfiable }
}

/// The part of a file that a request sends: `Content-Range: bytes FIRST-LAST/TOTAL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRange {
    /// Its first byte.
    pub start: u64,
    /// The bytes of the whole file.
    pub total: u64,
}

/// Reads the value of `Content-Range`. Only a part that reaches to the end of the file is one.
pub fn sent(header: &str) -> Option<SentRange> {
    let rest = header.trim().strip_prefix("bytes ")?;
    let (range, total) = rest.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (start, last, total) = (number(first)?, number(last)?, number(total)?);
    (start <= last && last.checked_add(1) == Some(total)).then_some(SentRange { start, total })
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_as_it_is_meant() {
        for (header, expected) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-5", 2..6),
            ("bytes=2-", 2..10),
            ("bytes=2-99", 2..10),
            ("bytes=-3", 7..10),
            ("bytes=-99", 0..10),
            ("Bytes = 4-4", 4..5),
        ] {
            assert_eq!(wanted(header, 10), RequestedRange::Part(expected), "{header}");
        }
    }

    #[test]
    fn what_is_malformed_or_several_asks_for_all() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=1-2,4-5",
            "lines=1-2",
            "bytes=+1-2",
        ] {
            assert_eq!(wanted(header, 10), RequestedRange::Whole, "{header}");
        }
        assert_eq!(wanted("bytes=99999999999999999999-", 10), RequestedRange::Whole);
    }

    #[test]
    fn what_lies_behind_the_end_cannot_be_given() {
        for (header, size) in
            [("bytes=10-", 10), ("bytes=10-12", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-5", 0)]
        {
            assert_eq!(wanted(header, size), RequestedRange::Unsatisfiable, "{header}");
        }
    }

    #[test]
    fn the_rest_of_a_file_may_be_sent_and_no_other_part() {
        assert_eq!(sent("bytes 4-9/10"), Some(SentRange { start: 4, total: 10 }));
        assert_eq!(sent("bytes 0-9/10"), Some(SentRange { start: 0, total: 10 }));
        for header in ["bytes 4-8/10", "bytes 4-9/*", "bytes */10", "bytes 9-4/10", "4-9/10", "bytes 4-10/10"]
        {
            assert_eq!(sent(header), None, "{header}");
        }
    }
}
