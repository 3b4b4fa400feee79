//! Writes raw BSON as JSON text, without a tree in between: a read costs one pass over the bytes.

use std::io::Write as _;

use mongodb::bson::{RawArray, RawBsonRef, RawDocument};

/// The member that drives the removal of expired documents and is never shown.
pub const EXPIRES_AT: &str = "_expires_at";
/// The member that says who wrote the revision, where that is not the owner, and is never shown.
pub const CHANGED_BY: &str = "_changed_by";

/// The member that holds the keys of points in time and is never shown.
pub const INSTANTS: &str = "_instants";

/// Stored bytes are no BSON, or hold a type that no document of ours has.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotADocument(String);

impl From<mongodb::bson::error::Error> for NotADocument {
    fn from(error: mongodb::bson::error::Error) -> Self {
        Self(error.to_string())
    }
}

/// The JSON text of a document: 64-bit integers exact, doubles such that they read back bit for bit,
/// NaN and the infinities as strings.
pub fn to_json(document: &RawDocument) -> Result<String, NotADocument> {
    let mut out = Vec::with_capacity(document.as_bytes().len() * 3 / 2);
    write_members(document, &mut out, |name| [EXPIRES_AT, CHANGED_BY, INSTANTS].contains(&name))?;
    String::from_utf8(out).map_err(|error| NotADocument(error.to_string()))
}

fn write_members(
    document: &RawDocument,
    out: &mut Vec<u8>,
    hidden: fn(&str) -> bool,
) -> Result<(), NotADocument> {
    let mut separator = b'{';
    for member in document {
        let (name, value) = member?;
        if hidden(name.as_str()) {
            continue;
        }
        out.push(separator);
        separator = b',';
        write_text(name.as_str(), out)?;
        out.push(b':');
        write_value(value, out)?;
    }
    if separator == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
    Ok(())
}

fn write_items(items: &RawArray, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_value(item?, out)?;
    }
    out.push(b']');
    Ok(())
}

fn write_value(value: RawBsonRef<'_>, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    match value {
        RawBsonRef::Null => out.extend_from_slice(b"null"),
        RawBsonRef::Boolean(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        RawBsonRef::Int32(value) => write_number(value, out)?,
        RawBsonRef::Int64(value) => write_number(value, out)?,
        RawBsonRef::Double(value) if value.is_finite() => write_json(&value, out)?,
        RawBsonRef::Double(value) if value.is_nan() => out.extend_from_slice(b"\"NaN\""),
        RawBsonRef::Double(value) if value > 0.0 => out.extend_from_slice(b"\"Infinity\""),
        RawBsonRef::Double(_) => out.extend_from_slice(b"\"-Infinity\""),
        RawBsonRef::String(text) => write_text(text, out)?,
        RawBsonRef::Document(document) => write_members(document, out, |_| false)?,
        RawBsonRef::Array(items) => write_items(items, out)?,
        other => return Err(NotADocument(format!("a value of BSON type {:?}", other.element_type()))),
    }
    Ok(())
}

fn write_number(number: impl std::fmt::Display, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    write!(out, "{number}").map_err(|error| NotADocument(error.to_string()))
}

fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    write_json(text, out)
}

fn write_json<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), NotADocument> {
    serde_json::to_writer(out, value).map_err(|error| NotADocument(error.to_string()))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{DateTime, rawdoc};

    use super::*;

    #[test]
    fn every_kind_of_value_is_written_as_it_came_in() {
        let document = rawdoc! {
            "_id": "a\"\u{1}é", "n": null, "t": true, "i": i64::MIN, "j": 7_i32, "d": 0.1 + 0.2, "w": 5.0, "z": -0.0,
            "e": {}, "l": [1.5, [], "x"], "s": [f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
            "_expires_at": DateTime::from_millis(0), "_instants": { "k": { "at": "2026-01-31T12:00:00" } },
        };
        assert_eq!(
            to_json(&document).unwrap(),
            r#"{"_id":"a\"\u0001é","n":null,"t":true,"i":-9223372036854775808,"j":7,"d":0.30000000000000004,"w":5.0,"z":-0.0,"e":{},"l":[1.5,[],"x"],"s":["NaN","Infinity","-Infinity"]}"#
        );
        assert_eq!(to_json(&rawdoc! {}).unwrap(), "{}");
    }

    #[test]
    fn a_type_that_no_document_of_ours_has_is_an_error() {
        assert!(to_json(&rawdoc! {"at": DateTime::from_millis(0)}).is_err());
    }
}
