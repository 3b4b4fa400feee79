//! Which columns a table has: those of the schema, in its order or in that of the fields asked for, and for objects whose
//! members the schema leaves open those that a first pass over the documents finds.
//!
//! All that is known of the schema comes from [`Schema`], as queries know it.

use serde_json::Value;

use super::{
    ExportFormat, TableWriter, Unwritable,
    column::{Column, ColumnKind},
    csv, ndjson, parquet,
    rows::Rows,
    survey::{OpenPart, Survey},
};
use crate::query::{
    path::{MAX_DEPTH, Path},
    projection::Projection,
    schema::{FieldType, SYSTEM_FIELDS, Schema},
};

/// A file before its first byte: the columns that are known, and those that are to be found.
pub struct Plan {
    format: ExportFormat,
    schema: Schema,
    shown: Option<Projection>,
    parts: Vec<Part>,
    survey: Option<Survey>,
}

/// What is at one place in the order of columns.
#[derive(Debug)]
enum Part {
    Column(Column),
    /// The columns that are found at and below a place.
    Found(OpenPart),
}

impl Plan {
    /// The plan of a file with what `shown` leaves of each document and at most `limit` columns. `schema` is the
    /// collection's as it is for the reader: what it hides has no column.
    pub fn new(format: ExportFormat, schema: &Schema, shown: Option<Projection>, limit: usize) -> Self {
        let mut walk = Walk { schema, limit, parts: Vec::new() };
        match (&shown, format) {
            (_, ExportFormat::Ndjson) => {}
            (None, _) => walk.all(),
            (Some(shown), _) => shown.paths().for_each(|path| walk.open(path.segments(), &mut Vec::new())),
        }
        let parts = walk.parts;
        let places = parts.iter().filter_map(|part| match part {
            Part::Found(place) => Some(place.clone()),
            Part::Column(_) => None,
        });
        let places: Vec<OpenPart> = places.collect();
        let left = limit.saturating_sub(parts.len() - places.len());
        let survey = (!places.is_empty() && left > 0).then(|| Survey::new(places, left));
        Self { format, schema: schema.clone(), shown, parts, survey }
    }

    /// Whether the documents have to be looked at before the file can begin.
    pub fn needs_look(&self) -> bool {
        self.survey.is_some()
    }

    /// What has to be looked at of each document; all of it where absent.
    pub fn looks_at(&self) -> Option<Projection> {
        self.survey.as_ref().and_then(Survey::projection)
    }

    /// Looks at a document of the first pass, which has at least what [`Plan::looks_at`] says.
    pub fn look(&mut self, document: &str) -> Result<(), Unwritable> {
        if let Some(survey) = &mut self.survey {
            survey.add(&serde_json::from_str::<Value>(document)?);
        }
        Ok(())
    }

    /// The columns; what fits none of them is in the column behind them.
    pub fn columns(&self) -> Vec<Column> {
        let found = self.survey.as_ref().map(|survey| survey.columns(&self.schema)).unwrap_or_default();
        let mut found = found.into_iter();
        let mut columns = Vec::new();
        for part in &self.parts {
            match part {
                Part::Column(column) => columns.push(column.clone()),
                Part::Found(place) => {
                    let found = found.next().unwrap_or_default();
                    if place.any && found.is_empty() {
                        columns.push(Column { path: place.path.clone(), kind: ColumnKind::Json });
                    }
                    columns.extend(found);
                }
            }
        }
        columns
    }

    /// The writer of the file.
    pub fn writer(self) -> Result<Box<dyn TableWriter>, Unwritable> {
        let columns = self.columns();
        Ok(match self.format {
            ExportFormat::Ndjson => Box::new(ndjson::Ndjson::new(self.shown)),
            ExportFormat::Csv => Box::new(csv::Csv::new(Rows::new(columns, self.shown))),
            ExportFormat::Parquet => Box::new(parquet::Parquet::new(Rows::new(columns, self.shown).typed())?),
        })
    }
}

struct Walk<'s> {
    schema: &'s Schema,
    limit: usize,
    parts: Vec<Part>,
}

impl Walk<'_> {
    /// Adds the columns of whole documents.
    fn all(&mut self) {
        let shape = self.schema.shape(&[]);
        let system = SYSTEM_FIELDS.into_iter().map(str::to_owned);
        let declared: Vec<String> = system.chain(shape.declared.iter().cloned()).collect();
        let mut above = vec![shape.declared];
        for name in &declared {
            self.open(std::slice::from_ref(name), &mut above);
        }
        if shape.open {
            self.parts.push(Part::Found(OpenPart { path: Vec::new(), declared, any: false }));
        }
    }

    /// Adds the columns of the field at `names`; none where no document can have one. `above` has the declared members
    /// of each object above it: a schema may refer to itself, and then the documents say how deep they are.
    fn open(&mut self, names: &[String], above: &mut Vec<Vec<String>>) {
        let field = Path::of(names).and_then(|path| self.schema.field(&path).ok());
        let Some(field) = field.filter(|_| self.parts.len() < self.limit) else { return };
        let path = names.to_vec();
        let found = |declared, any| Part::Found(OpenPart { path: names.to_vec(), declared, any });
        if let Some(kind) = ColumnKind::of(&field.kind) {
            self.parts.push(Part::Column(Column { path, kind }));
        } else if field.kind == FieldType::Untyped {
            self.parts.push(found(Vec::new(), true));
        } else if names.len() >= MAX_DEPTH {
            self.parts.push(Part::Column(Column { path, kind: ColumnKind::Json }));
        } else {
            let shape = self.schema.shape(names);
            if !shape.declared.is_empty() && above.contains(&shape.declared) {
                self.parts.push(found(Vec::new(), false));
                return;
            }
            above.push(shape.declared.clone());
            for name in &shape.declared {
                self.open(&[names, std::slice::from_ref(name)].concat(), above);
            }
            above.pop();
            if shape.open {
                self.parts.push(found(shape.declared, false));
            }
        }
    }
}
