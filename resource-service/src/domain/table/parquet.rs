//! Apache Parquet: a flat, optional column for each of ours, snappy-compressed, in row groups of bounded size.
//!
//! Integers are INT64, numbers DOUBLE, points in time TIMESTAMP in UTC with microseconds, strings and JSON text STRING.

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

use super::{
    TableWriter, Unwritable,
    column::{Cell, ColumnKind},
    rows::Rows,
};

/// The most rows of a row group.
const MAX_ROWS: usize = 50_000;
/// The bytes of values at which a row group ends.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A file in the making.
pub struct Parquet {
    rows: Rows,
    file: SerializedFileWriter<Vec<u8>>,
    /// The values of each column in the current row group.
    values: Vec<Values>,
    /// How many rows the group has.
    length: usize,
    /// The bytes of its values.
    bytes: usize,
}

/// The values of a column, and the row of each: columns of few values take little.
struct Values {
    rows: Vec<usize>,
    kept: Buffer,
}

enum Buffer {
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
    pub fn new(rows: Rows) -> Result<Self, Unwritable> {
        let kinds: Vec<ColumnKind> =
            rows.columns().iter().map(|column| column.kind).chain([ColumnKind::Json]).collect();
        let fields = rows.names().zip(&kinds).map(|(name, kind)| field(&name, *kind));
        let fields = fields.collect::<Result<_, _>>()?;
        let schema = Arc::new(Type::group_type_builder("documents").with_fields(fields).build()?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("tessera ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
        let values = kinds.into_iter().map(Values::new).collect();
        Ok(Self { rows, file, values, length: 0, bytes: 0 })
    }

    /// Writes what was added as a row group.
    fn end_group(&mut self) -> Result<(), Unwritable> {
        if self.length == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for values in &mut self.values {
            let levels = values.levels(self.length);
            match &values.kept {
                Buffer::Integers(kept) => write::<Int64Type>(&mut group, kept, &levels)?,
                Buffer::Doubles(kept) => write::<DoubleType>(&mut group, kept, &levels)?,
                Buffer::Booleans(kept) => write::<BoolType>(&mut group, kept, &levels)?,
                Buffer::Texts(kept) => write::<ByteArrayType>(&mut group, kept, &levels)?,
            }
            values.clear();
        }
        group.close()?;
        (self.length, self.bytes) = (0, 0);
        Ok(())
    }
}

fn field(name: &str, kind: ColumnKind) -> Result<TypePtr, Unwritable> {
    let (physical, logical) = match kind {
        ColumnKind::Integer => (Physical::INT64, None),
        ColumnKind::Double { .. } => (Physical::DOUBLE, None),
        ColumnKind::Boolean => (Physical::BOOLEAN, None),
        ColumnKind::Instant => {
            let logical = LogicalType::Timestamp { is_adjusted_to_u_t_c: true, unit: TimeUnit::MICROS };
            (Physical::INT64, Some(logical))
        }
        ColumnKind::Text | ColumnKind::Json => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let field = Type::primitive_type_builder(name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()?;
    Ok(Arc::new(field))
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &[T::T],
    levels: &[i16],
) -> Result<(), Unwritable> {
    let column = group.next_column()?;
    let mut column = column.ok_or_else(|| Unwritable::Failed("a column is missing".into()))?;
    column.typed::<T>().write_batch(values, Some(levels), None)?;
    Ok(column.close()?)
}

impl Values {
    fn new(kind: ColumnKind) -> Self {
        let kept = match kind {
            ColumnKind::Integer | ColumnKind::Instant => Buffer::Integers(Vec::new()),
            ColumnKind::Double { .. } => Buffer::Doubles(Vec::new()),
            ColumnKind::Boolean => Buffer::Booleans(Vec::new()),
            ColumnKind::Text | ColumnKind::Json => Buffer::Texts(Vec::new()),
        };
        Self { rows: Vec::new(), kept }
    }

    fn clear(&mut self) {
        self.rows.clear();
        match &mut self.kept {
            Buffer::Integers(kept) => kept.clear(),
            Buffer::Doubles(kept) => kept.clear(),
            Buffer::Booleans(kept) => kept.clear(),
            Buffer::Texts(kept) => kept.clear(),
        }
    }

    /// For each row of the group whether there is a value (1) or not (0).
    fn levels(&self, length: usize) -> Vec<i16> {
        let mut levels = vec![0; length];
        for row in &self.rows {
            levels[*row] = 1;
        }
        levels
    }

    /// Keeps the value of a row; returns its bytes.
    fn push(&mut self, row: usize, cell: Cell) -> Result<usize, Unwritable> {
        let size = match (&mut self.kept, cell) {
            (Buffer::Integers(kept), Cell::Integer(value) | Cell::Instant(value, _)) => {
                kept.push(value);
                size_of::<i64>()
            }
            (Buffer::Doubles(kept), Cell::Double(value, _)) => {
                kept.push(value);
                size_of::<f64>()
            }
            (Buffer::Booleans(kept), Cell::Boolean(value)) => {
                kept.push(value);
                size_of::<bool>()
            }
            (Buffer::Texts(kept), Cell::Text(text) | Cell::Json(text)) => {
                let size = text.len() + size_of::<ByteArray>();
                kept.push(ByteArray::from(Bytes::from(text)));
                size
            }
            _ => return Err(Unwritable::Failed("a cell is not of the kind of its column".into())),
        };
        self.rows.push(row);
        Ok(size + size_of::<usize>())
    }
}

impl TableWriter for Parquet {
    fn add(&mut self, document: &str) -> Result<(), Unwritable> {
        let row = self.rows.row(document)?;
        for (cell, values) in row.into_iter().zip(&mut self.values) {
            if let Some(cell) = cell {
                self.bytes += values.push(self.length, cell)?;
            }
        }
        self.length += 1;
        if self.length >= MAX_ROWS || self.bytes >= MAX_BYTES {
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
