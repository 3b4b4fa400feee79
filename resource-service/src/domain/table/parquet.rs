//! Apache Parquet: a flat column for each of ours, snappy-compressed, in row groups of bounded size.
//!
//! Integers are INT64, numbers DOUBLE (an integer beyond 2^53 in a field of numbers is rounded to one), points in time
//! TIMESTAMP in UTC with microseconds, strings and JSON text STRING.

use std::sync::Arc;

use bytes::Bytes;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::{Type, TypePtr},
};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Column, Columns, Kind, Unwritable, Writer};
use crate::query::literal::{Literal, short, special};

/// The most rows of a row group.
const MAX_ROWS: usize = 50_000;
/// The bytes of values at which a row group ends.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A file in the making.
pub struct Parquet {
    columns: Columns,
    file: SerializedFileWriter<Vec<u8>>,
    values: Vec<Values>,
    rows: usize,
    bytes: usize,
}

/// The values of a column in the current row group, and for each row whether there is one (1) or not (0).
struct Values {
    present: Vec<i16>,
    kept: Kept,
}

enum Kept {
    Integers(Vec<i64>),
    Doubles(Vec<f64>),
    Booleans(Vec<bool>),
    Texts(Vec<ByteArray>),
}

impl From<ParquetError> for Unwritable {
    fn from(fault: ParquetError) -> Self {
        Self::Failed(fault.to_string())
    }
}

impl Parquet {
    /// A file of these columns, and no row yet.
    pub fn new(columns: Columns) -> Result<Self, Unwritable> {
        let fields = columns.iter().map(field).collect::<Result<_, _>>()?;
        let schema = Arc::new(Type::group_type_builder("documents").with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("tessera ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
        let values = columns.iter().map(|column| Values::new(column.kind)).collect();
        Ok(Self { columns, file, values, rows: 0, bytes: 0 })
    }

    /// Writes what was added as a row group.
    fn end_group(&mut self) -> Result<(), Unwritable> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (column, values) in self.columns.iter().zip(&mut self.values) {
            let full = std::mem::replace(values, Values::new(column.kind));
            let levels = (!column.required).then_some(full.present.as_slice());
            match &full.kept {
                Kept::Integers(values) => write::<Int64Type>(&mut group, values, levels)?,
                Kept::Doubles(values) => write::<DoubleType>(&mut group, values, levels)?,
                Kept::Booleans(values) => write::<BoolType>(&mut group, values, levels)?,
                Kept::Texts(values) => write::<ByteArrayType>(&mut group, values, levels)?,
            }
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

fn field(column: &Column) -> Result<TypePtr, Unwritable> {
    let (physical, logical) = match column.kind {
        Kind::Integer => (Physical::INT64, None),
        Kind::Double => (Physical::DOUBLE, None),
        Kind::Boolean => (Physical::BOOLEAN, None),
        Kind::Instant => {
            let logical = LogicalType::Timestamp { is_adjusted_to_u_t_c: true, unit: TimeUnit::MICROS };
            (Physical::INT64, Some(logical))
        }
        Kind::Text | Kind::Json => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let repetition = if column.required { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()?;
    Ok(Arc::new(field))
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), Unwritable> {
    let column = group.next_column()?;
    let mut column = column.ok_or_else(|| Unwritable::Failed("a column is missing".into()))?;
    column.typed::<T>().write_batch(values, levels, None)?;
    Ok(column.close()?)
}

impl Values {
    fn new(kind: Kind) -> Self {
        let kept = match kind {
            Kind::Integer | Kind::Instant => Kept::Integers(Vec::new()),
            Kind::Double => Kept::Doubles(Vec::new()),
            Kind::Boolean => Kept::Booleans(Vec::new()),
            Kind::Text | Kind::Json => Kept::Texts(Vec::new()),
        };
        Self { present: Vec::new(), kept }
    }

    /// Keeps a value; `Err` gives it back where the column cannot hold it. Returns its bytes.
    fn push(&mut self, column: &Column, value: Option<Value>) -> Result<usize, Value> {
        let Some(value) = value else {
            self.present.push(0);
            return if column.required { Err(Value::Null) } else { Ok(2) };
        };
        let size = match &mut self.kept {
            Kept::Integers(kept) => {
                let read = if column.kind == Kind::Instant { instant(&value) } else { integer(&value) };
                kept.push(read.ok_or(value)?);
                8
            }
            Kept::Doubles(kept) => {
                kept.push(double(&value).ok_or(value)?);
                8
            }
            Kept::Booleans(kept) => {
                kept.push(value.as_bool().ok_or(value)?);
                1
            }
            Kept::Texts(kept) => {
                let text = match value {
                    Value::String(text) if column.kind == Kind::Text => text,
                    other if column.kind == Kind::Json => other.to_string(),
                    other => return Err(other),
                };
                let size = text.len() + size_of::<ByteArray>();
                kept.push(ByteArray::from(Bytes::from(text)));
                size
            }
        };
        self.present.push(1);
        Ok(size + 2)
    }
}

/// JSON Schema counts a number without a fraction among the integers, `1.0` too.
#[expect(clippy::cast_possible_truncation, reason = "it is compared with what it was cut from")]
fn integer(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    number.as_i64().or_else(|| {
        let double = number.as_f64()?;
        let whole = double as i64;
        let equal = crate::domain::exact::compare(&Literal::Integer(whole), &Literal::Double(double)).is_eq();
        equal.then_some(whole)
    })
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match special(text)? {
            Literal::Double(double) => Some(double),
            _ => None,
        },
        _ => None,
    }
}

/// Microseconds since 1970; what is finer is cut off.
fn instant(value: &Value) -> Option<i64> {
    let at = OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1000)).ok()
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Double => "double",
            Self::Boolean => "boolean",
            Self::Text => "string",
            Self::Instant => "timestamp",
            Self::Json => "JSON text",
        }
    }
}

impl Writer for Parquet {
    fn add(&mut self, document: &str) -> Result<(), Unwritable> {
        let document: Value = serde_json::from_str(document)?;
        for (column, values) in self.columns.iter().zip(&mut self.values) {
            let misfit = |found: Value| Unwritable::Misfit {
                column: column.name.clone(),
                id: document["_id"].as_str().unwrap_or_default().to_owned(),
                found: short(&found.to_string()),
                kind: column.kind.name(),
            };
            self.bytes += values.push(column, column.value(&document)).map_err(misfit)?;
        }
        self.rows += 1;
        if self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES {
            self.end_group()?;
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Unwritable> {
        Ok(std::mem::take(self.file.inner_mut()))
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>, Unwritable> {
        self.end_group()?;
        Ok(self.file.into_inner()?)
    }
}
