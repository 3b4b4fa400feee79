//! Writes raw BSON (<https://bsonspec.org>, version 1.1) as JSON text (RFC 8259). It walks over the bytes once, without
//! a tree and without a typed value in between: this is most of what a list costs this side of the server.

use std::io::Write as _;

use mongodb::bson::{RawDocument, spec::ElementType};

/// The bytes are no BSON, or hold a type that has no form in JSON here.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotADocument(String);

impl NotADocument {
    fn cut_off() -> Self {
        Self("a length in the BSON does not fit its bytes".into())
    }

    fn of_type(kind: u8) -> Self {
        let named =
            ElementType::from(kind).map_or_else(|| format!("{kind:#04x}"), |kind| format!("{kind:?}"));
        Self(format!("a value of BSON type {named}"))
    }
}

/// The JSON text of a document, without the members of these names at its top: 64-bit integers exact, doubles such that
/// they read back bit for bit, NaN and the infinities as strings.
///
/// # Errors
/// The document holds a type other than double, string, document, array, Boolean, null and integer, or is damaged.
pub fn to_json(document: &RawDocument, hidden: &[&str]) -> Result<String, NotADocument> {
    let bytes = document.as_bytes();
    let mut out = Vec::with_capacity(bytes.len() * 3 / 2);
    write_members(&mut Rest(bytes).nested()?, &mut out, hidden)?;
    // Names and texts are copied as bytes; whether they are UTF-8 is asked once, of all of them.
    String::from_utf8(out).map_err(|error| NotADocument(error.to_string()))
}

/// The bytes that are still to be read.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, length: usize) -> Result<&'b [u8], NotADocument> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(NotADocument::cut_off)?;
        self.0 = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], NotADocument> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(NotADocument::cut_off)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn length(&mut self) -> Result<usize, NotADocument> {
        usize::try_from(i32::from_le_bytes(self.fixed()?)).map_err(|_| NotADocument::cut_off())
    }

    /// The name of an element: it ends at the first NUL.
    fn name(&mut self) -> Result<&'b [u8], NotADocument> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or_else(NotADocument::cut_off)?;
        Ok(&self.take(end + 1)?[..end])
    }

    /// A text: its length counts the NUL behind it.
    fn text(&mut self) -> Result<&'b [u8], NotADocument> {
        let length = self.length()?;
        self.take(length)?.strip_suffix(&[0]).ok_or_else(NotADocument::cut_off)
    }

    /// The elements of a document or an array: its length counts itself and the NUL behind them.
    fn nested(&mut self) -> Result<Self, NotADocument> {
        let length = self.length()?.checked_sub(size_of::<i32>()).ok_or_else(NotADocument::cut_off)?;
        self.take(length)?.strip_suffix(&[0]).map(Self).ok_or_else(NotADocument::cut_off)
    }

    /// Reads over a value.
    fn skip(&mut self, kind: u8) -> Result<(), NotADocument> {
        match ElementType::from(kind) {
            Some(ElementType::EmbeddedDocument | ElementType::Array) => self.nested().map(drop),
            Some(ElementType::String) => self.text().map(drop),
            Some(ElementType::Null) => Ok(()),
            Some(ElementType::Boolean) => self.take(1).map(drop),
            Some(ElementType::Int32) => self.take(4).map(drop),
            Some(ElementType::Int64 | ElementType::Double | ElementType::DateTime) => self.take(8).map(drop),
            _ => Err(NotADocument::of_type(kind)),
        }
    }

    /// The type of the next element, if there is one.
    fn element(&mut self) -> Option<u8> {
        let (kind, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*kind)
    }
}

fn write_members(members: &mut Rest<'_>, out: &mut Vec<u8>, hidden: &[&str]) -> Result<(), NotADocument> {
    out.push(b'{');
    let mut separate = false;
    while let Some(kind) = members.element() {
        let name = members.name()?;
        if hidden.iter().any(|hidden| hidden.as_bytes() == name) {
            members.skip(kind)?;
            continue;
        }
        if separate {
            out.push(b',');
        }
        separate = true;
        write_text(name, out);
        out.push(b':');
        write_value(kind, members, out)?;
    }
    out.push(b'}');
    Ok(())
}

fn write_items(items: &mut Rest<'_>, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    out.push(b'[');
    let mut separate = false;
    while let Some(kind) = items.element() {
        // The name of an item is its position.
        items.name()?;
        if separate {
            out.push(b',');
        }
        separate = true;
        write_value(kind, items, out)?;
    }
    out.push(b']');
    Ok(())
}

fn write_value(kind: u8, rest: &mut Rest<'_>, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    match ElementType::from(kind) {
        Some(ElementType::String) => write_text(rest.text()?, out),
        Some(ElementType::EmbeddedDocument) => write_members(&mut rest.nested()?, out, &[])?,
        Some(ElementType::Array) => write_items(&mut rest.nested()?, out)?,
        Some(ElementType::Int64) => write_json(i64::from_le_bytes(rest.fixed()?), out)?,
        Some(ElementType::Int32) => write_json(i32::from_le_bytes(rest.fixed()?), out)?,
        Some(ElementType::Double) => write_double(f64::from_le_bytes(rest.fixed()?), out)?,
        Some(ElementType::Boolean) => {
            out.extend_from_slice(if rest.fixed()? == [0] { b"false" } else { b"true" });
        }
        Some(ElementType::Null) => out.extend_from_slice(b"null"),
        _ => return Err(NotADocument::of_type(kind)),
    }
    Ok(())
}

fn write_double(value: f64, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    if value.is_finite() {
        return write_json(value, out);
    }
    let name: &[u8] = match value {
        _ if value.is_nan() => b"\"NaN\"",
        _ if value > 0.0 => b"\"Infinity\"",
        _ => b"\"-Infinity\"",
    };
    out.extend_from_slice(name);
    Ok(())
}

fn write_json(value: impl serde::Serialize, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    serde_json::to_writer(out, &value).map_err(|error| NotADocument(error.to_string()))
}

/// A string in JSON: quotes, backslashes and control characters are escaped, the rest is copied as it is.
fn write_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\')) {
        out.extend_from_slice(&rest[..at]);
        let escape: &[u8] = match rest[at] {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0x08 => b"\\b",
            0x0c => b"\\f",
            control => {
                // Writing into a Vec cannot fail.
                let _ = write!(out, "\\u{control:04x}");
                b""
            }
        };
        out.extend_from_slice(escape);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{DateTime, RawDocumentBuf, oid::ObjectId, rawdoc};

    use super::*;

    #[test]
    fn every_kind_of_value_is_written_as_it_came_in() {
        let document = rawdoc! {
            "_id": "a\"\u{1}é", "n": null, "t": true, "i": i64::MIN, "j": 7_i32, "d": 0.1 + 0.2, "w": 5.0, "z": -0.0,
            "e": {}, "l": [1.5, [], "x", {"a": 1_i32, "b": false}], "s": [f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
            "_at": DateTime::from_millis(0), "_keys": { "k": { "at": "2026-01-31T12:00:00" } }, "u": { "_at": 1_i32 },
        };
        assert_eq!(
            to_json(&document, &["_at", "_keys"]).unwrap(),
            r#"{"_id":"a\"\u0001é","n":null,"t":true,"i":-9223372036854775808,"j":7,"d":0.30000000000000004,"w":5.0,"z":-0.0,"e":{},"l":[1.5,[],"x",{"a":1,"b":false}],"s":["NaN","Infinity","-Infinity"],"u":{"_at":1}}"#
        );
        assert_eq!(to_json(&rawdoc! {}, &[]).unwrap(), "{}");
        assert_eq!(to_json(&rawdoc! { "a": 1_i32, "b": 2_i32 }, &["a"]).unwrap(), r#"{"b":2}"#);
        assert_eq!(to_json(&rawdoc! { "a": 1_i32, "b": 2_i32 }, &["b"]).unwrap(), r#"{"a":1}"#);
    }

    #[test]
    fn every_text_is_escaped_as_serde_json_does() {
        let all: String =
            (0..0x250_u32).filter_map(char::from_u32).chain(['\u{2028}', '\u{1f600}']).collect();
        let all_but_nul = all.replace('\0', "");
        let document = RawDocumentBuf::try_from(&mongodb::bson::doc! { &all_but_nul: &all }).unwrap();
        assert_eq!(to_json(&document, &[]).unwrap(), serde_json::json!({ all_but_nul: all }).to_string());
    }

    #[test]
    fn a_type_that_has_no_form_is_an_error_that_names_it() {
        let fault = to_json(&rawdoc! { "at": DateTime::from_millis(0) }, &[]).unwrap_err();
        assert_eq!(fault.to_string(), "a value of BSON type DateTime");
        assert!(to_json(&rawdoc! { "id": ObjectId::new() }, &["id"]).is_err());
    }

    #[test]
    fn damaged_bytes_are_an_error_and_never_a_panic() {
        let whole = rawdoc! { "a": [1.5, { "b": "text" }], "c": i64::MAX, "d": true, "e": 7_i32, "f": null };
        let bytes = whole.as_bytes();
        for at in 4..bytes.len() - 1 {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut damaged = bytes.to_vec();
                damaged[at] = byte;
                // What is still BSON by its length may be read as something else.
                if let Ok(document) = RawDocumentBuf::from_bytes(damaged) {
                    let _ = to_json(&document, &["c"]);
                }
            }
            let mut short = bytes[..at].to_vec();
            short.push(0);
            let length = i32::try_from(short.len()).unwrap();
            short[..4].copy_from_slice(&length.to_le_bytes());
            if let Ok(document) = RawDocumentBuf::from_bytes(short) {
                let _ = to_json(&document, &["c"]);
            }
        }
        let mut not_text = rawdoc! { "a": "é" }.into_bytes();
        let at = not_text.iter().position(|byte| *byte == 0xc3).unwrap();
        not_text[at] = 0xff;
        assert!(to_json(&RawDocumentBuf::from_bytes(not_text).unwrap(), &[]).is_err());
        let mut long = rawdoc! { "a": "text" }.into_bytes();
        long[7] = 0x7f;
        assert!(to_json(&RawDocumentBuf::from_bytes(long).unwrap(), &[]).is_err());
    }
}
