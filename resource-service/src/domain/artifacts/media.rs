//! Media types of artifacts: what the sender says, what the bytes look like, and what may be sent to a browser.
//!
//! The sender's type is kept and shown, and decides nothing: a browser that receives `text/html` might run what
//! somebody else sent. It receives a type only where the bytes confirm it and the type cannot act.

use std::borrow::Cow;

/// What is said of bytes that say nothing of themselves.
pub const UNKNOWN: &str = "application/octet-stream";
const PLAIN: &str = "text/plain; charset=utf-8";
/// How many of the first bytes are looked at.
pub const HEAD_BYTES: usize = 8 * 1024;
/// The longest media type that is kept, in bytes.
const MAX_BYTES: usize = 255;
/// Texts that no browser runs.
const TEXTS: [&str; 4] = ["text/plain", "text/csv", "application/json", "application/x-ndjson"];
/// What `infer` finds and may be sent to a browser beside images, sound and films. None of them is run by one.
const INERT: [&str; 9] = [
    "application/pdf",
    "application/zip",
    "application/gzip",
    "application/x-bzip2",
    "application/x-xz",
    "application/x-tar",
    "application/zstd",
    "application/vnd.sqlite3",
    "application/vnd.apache.parquet",
];

/// A media type (RFC 9110 section 8.3.1), or a range of them that ends in `/*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    text: String,
    essence: String,
}

impl MediaType {
    /// Reads `type/subtype` and perhaps parameters.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches([' ', '\t']);
        let essence = text.split(';').next().unwrap_or_default().trim_end_matches([' ', '\t']);
        let token = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
        };
        let (kind, subtype) = essence.split_once('/')?;
        let plain = text.len() <= MAX_BYTES && text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
        (plain && token(kind) && token(subtype))
            .then(|| Self { text: text.to_owned(), essence: essence.to_ascii_lowercase() })
    }

    /// The type as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether one of the patterns of a definition covers the type.
    pub fn is_one_of(&self, patterns: &[String]) -> bool {
        let covers = |pattern: &String| match pattern.strip_suffix('*') {
            Some(kind) if kind.ends_with('/') => self.essence.starts_with(&kind.to_ascii_lowercase()),
            _ => self.essence.eq_ignore_ascii_case(pattern),
        };
        patterns.iter().any(covers)
    }
}

/// What the first bytes of a file look like.
pub fn sniff(head: &[u8]) -> Cow<'static, str> {
    let head = &head[..head.len().min(HEAD_BYTES)];
    match infer::get(head) {
        Some(found) => found.mime_type().into(),
        None if is_text(head) => PLAIN.into(),
        None => UNKNOWN.into(),
    }
}

/// The type that may be sent to a browser for a file that was declared one thing and looks like another.
pub fn served_as(declared: Option<&MediaType>, sniffed: &str) -> String {
    if sniffed == PLAIN {
        let declared = declared.map_or("text/plain", |declared| declared.essence.as_str());
        return match declared {
            "text/plain" => PLAIN.into(),
            text if TEXTS.contains(&text) => text.into(),
            _ => UNKNOWN.into(),
        };
    }
    let moving = |kind: &str| sniffed.starts_with(kind);
    let inert = INERT.contains(&sniffed) || moving("audio/") || moving("video/") || moving("image/");
    if inert && !sniffed.ends_with("xml") { sniffed.into() } else { UNKNOWN.into() }
}

/// UTF-8 without control characters but white space; the last character may be cut off.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(fault) if fault.error_len().is_none() => {
            std::str::from_utf8(&head[..fault.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.chars().any(|c| c.is_control() && !"\t\n\r\u{c}".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(declared: &str, head: &[u8]) -> String {
        served_as(MediaType::parse(declared).as_ref(), &sniff(head))
    }

    #[test]
    fn what_a_browser_would_run_is_bytes_and_nothing_more() {
        let page = b"<!DOCTYPE html><script>alert(1)</script>";
        let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for (declared, head) in [
            ("text/html", &page[..]),
            ("image/png", page),
            ("text/html", b"just words"),
            ("", page),
            ("image/svg+xml", svg),
            ("image/svg+xml", b"<svg onload=\"alert(1)\"/>"),
            ("application/xml", svg),
            ("text/javascript", b"alert(1)"),
            ("application/xhtml+xml", b"words"),
            ("multipart/x-mixed-replace", b"words"),
            ("image/png", b"\0\x01\x02 no picture"),
            ("application/wasm", b"\0asm\x01\0\0\0"),
        ] {
            assert_eq!(served(declared, head), UNKNOWN, "{declared} {head:?}");
        }
        // Where nothing is declared, what begins like no page is text, which no browser looks into.
        assert_eq!(served("", b"<svg onload=\"alert(1)\"/>"), PLAIN);
    }

    #[test]
    fn what_the_bytes_bear_out_is_told() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(served("text/html", png), "image/png");
        assert_eq!(served("", png), "image/png");
        assert_eq!(served("", b"\x1f\x8b\x08\0"), "application/gzip");
        assert_eq!(served("text/csv", "a,b\n1,é".as_bytes()), "text/csv");
        assert_eq!(served("application/json", b"{}"), "application/json");
        assert_eq!(served("application/json", b"\0\x01"), UNKNOWN);
        assert_eq!(served("", b""), PLAIN);
        assert_eq!(served("text/plain; charset=latin1", b"x"), PLAIN);
        assert_eq!(sniff(&"é".as_bytes()[..1]), PLAIN);
    }

    #[test]
    fn a_definition_names_types_whole_or_by_their_first_part() {
        let types = ["text/csv".to_owned(), "image/*".to_owned()];
        let is = |text: &str| MediaType::parse(text).unwrap().is_one_of(&types);
        assert!(is("text/csv; header=present") && is("Image/PNG"));
        assert!(!is("text/plain") && !is("imagery/x"));
    }

    #[test]
    fn what_is_no_media_type_is_not_kept() {
        for text in [
            "",
            "text",
            "text/",
            "/plain",
            "text/pl ain",
            "text/plain; a=\"\n\"",
            &format!("a/{}", "b".repeat(300)),
        ] {
            assert_eq!(MediaType::parse(text), None, "{text:?}");
        }
    }
}
