//! How points are written: as JSON values, as lines of NDJSON, as rows of CSV (RFC 4180).

use std::fmt::Write as _;

use actix_web::HttpRequest;
use serde_json::{Map, Value};
use service_kit::problem::Problem;

use super::{accept::negotiated, body::JSON};
use crate::domain::{downsample::SampledPoint, scalar::Scalar, series::Point};

/// The media type of one JSON value a line.
pub const NDJSON: &str = "application/x-ndjson";
/// The media type of a table.
pub const CSV: &str = "text/csv";

/// A form that points can be asked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointFormat {
    /// A page in one JSON object.
    Json,
    /// All of them, a line each.
    Ndjson,
    /// All of them, a row each.
    Csv,
}

/// Something that is written as a row.
pub trait Rendered {
    /// The names of its columns.
    const COLUMNS: &'static str;

    /// As JSON.
    fn value(&self) -> Value;

    /// As JSON text.
    fn line(&self) -> String {
        self.value().to_string()
    }

    /// As a row of CSV, without the end of the line. Nothing in it needs quotes.
    fn row(&self) -> String;
}

impl PointFormat {
    /// The form that `Accept` prefers; a problem where it accepts none of them.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        negotiated(request, &[(JSON, Self::Json), (NDJSON, Self::Ndjson), (CSV, Self::Csv)])
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => JSON,
            Self::Ndjson => NDJSON,
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Rows in this form; the first part of a table begins with its head.
    pub fn text<T: Rendered>(self, rows: &[T], first: bool) -> String {
        let mut text = String::new();
        if self == Self::Csv {
            if first {
                let _ = write!(text, "{}\r\n", T::COLUMNS);
            }
            for row in rows {
                let _ = write!(text, "{}\r\n", row.row());
            }
        } else {
            for row in rows {
                let _ = writeln!(text, "{}", row.line());
            }
        }
        text
    }
}

fn members(point: &Point) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("step".into(), point.step.into());
    members.insert("value".into(), point.value.to_json());
    members.extend(point.time.as_deref().map(|time| ("time".to_owned(), time.into())));
    members
}

impl Rendered for Point {
    const COLUMNS: &'static str = "step,value,time";

    fn value(&self) -> Value {
        Value::Object(members(self))
    }

    fn line(&self) -> String {
        // Integers, finite doubles and text always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    fn row(&self) -> String {
        format!("{},{},{}", self.step, self.value, self.time.as_deref().unwrap_or_default())
    }
}

impl Rendered for SampledPoint {
    const COLUMNS: &'static str = "step,value,time,min,max";

    fn value(&self) -> Value {
        let mut members = members(&self.point);
        for (name, value) in [("min", self.min), ("max", self.max)] {
            members.extend(value.map(|value| (name.to_owned(), value.to_json())));
        }
        Value::Object(members)
    }

    fn row(&self) -> String {
        let cell = |value: Option<Scalar>| value.map_or_else(String::new, |value| value.to_string());
        format!("{},{},{}", self.point.row(), cell(self.min), cell(self.max))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_form_that_is_preferred_is_written() {
        let of = |accept: &str| {
            PointFormat::of(&TestRequest::default().insert_header(("accept", accept)).to_http_request())
        };
        assert_eq!(of("text/html, text/csv;q=0.9, */*;q=0.8").unwrap(), PointFormat::Csv);
        assert_eq!(of("application/x-ndjson").unwrap(), PointFormat::Ndjson);
        assert_eq!(of("text/csv;q=0, application/json").unwrap(), PointFormat::Json);
        assert!(of("image/png").is_err());
    }

    #[test]
    fn numbers_are_written_as_they_are() {
        let point = |value| Point { step: i64::MIN, value, time: Some("2026-01-31T12:00:00Z".into()) };
        let points =
            [point(Scalar::Integer(i64::MAX)), point(Scalar::Double(f64::NAN)), point(Scalar::Double(0.1))];
        assert_eq!(
            PointFormat::Csv.text(&points, true),
            "step,value,time\r\n-9223372036854775808,9223372036854775807,2026-01-31T12:00:00Z\r\n\
             -9223372036854775808,NaN,2026-01-31T12:00:00Z\r\n-9223372036854775808,0.1,2026-01-31T12:00:00Z\r\n"
        );
        assert_eq!(
            PointFormat::Ndjson.text(&points[1..2], false),
            "{\"step\":-9223372036854775808,\"value\":\"NaN\",\"time\":\"2026-01-31T12:00:00Z\"}\n"
        );
    }
}
