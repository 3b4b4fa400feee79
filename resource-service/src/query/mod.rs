//! Queries: read from parameters into a typed tree, by the collection's schema. Knows no store and no HTTP.

pub mod condition;
pub mod cursor;
pub mod evaluate;
pub mod expr;
mod foreign;
mod group;
pub mod grouping;
pub mod instant;
pub mod instants;
mod json;
pub mod literal;
pub mod not_json;
pub mod number;
pub mod order;
pub mod parse;
pub mod path;
pub mod projection;
pub mod references;
pub mod schema;
pub mod shape;

use time::{OffsetDateTime, UtcOffset};

/// A point in time as documents show it: RFC 3339 in UTC with milliseconds.
pub fn timestamp(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond()
    )
}

#[cfg(test)]
mod tests;
