//! A document as a row: a cell for each column, and one of JSON text for all that fits none of them.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    Unwritable,
    column::{Cell, Column, Fit, REST, name},
};
use crate::query::projection::Projection;

/// Makes rows of documents. Nothing of a document is lost but whether an empty cell was `null` or missing.
pub struct Rows {
    columns: Vec<Column>,
    tree: Node,
    shown: Option<Projection>,
    /// Whether a cell holds no more than its type does.
    typed: bool,
}

/// A place in documents: its own column, if it has one, and the places below it.
#[derive(Default)]
struct Node {
    column: Option<usize>,
    below: HashMap<String, Node>,
}

/// A row in the making.
struct Row {
    cells: Vec<Option<Cell>>,
    rest: Map<String, Value>,
}

impl Rows {
    /// Rows of what `shown` leaves of a document.
    pub fn new(columns: Vec<Column>, shown: Option<Projection>) -> Self {
        let mut tree = Node::default();
        for (at, column) in columns.iter().enumerate() {
            let mut node = &mut tree;
            for name in &column.path {
                node = node.below.entry(name.clone()).or_default();
            }
            node.column = Some(at);
        }
        Self { columns, tree, shown, typed: false }
    }

    /// The same for a format whose cells hold what their type holds and no more: a value that a cell is only near to is
    /// among the rest too.
    pub fn typed(self) -> Self {
        Self { typed: true, ..self }
    }

    /// The columns without the last one, that of the rest.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of all columns.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(Column::name).chain([REST.to_owned()])
    }

    /// The cells of a document's JSON text, one for each name.
    pub fn row(&self, document: &str) -> Result<Vec<Option<Cell>>, Unwritable> {
        let document = match &self.shown {
            Some(shown) => shown.read(document)?,
            None => serde_json::from_str(document)?,
        };
        let mut row = Row { cells: vec![None; self.columns.len()], rest: Map::new() };
        self.fill(&self.tree, &mut Vec::new(), document, &mut row);
        let rest = (!row.rest.is_empty()).then(|| Cell::Json(Value::Object(row.rest).to_string()));
        row.cells.push(rest);
        Ok(row.cells)
    }

    fn fill(&self, node: &Node, path: &mut Vec<String>, value: Value, row: &mut Row) {
        match value {
            Value::Null => {}
            Value::Object(members) if !node.below.is_empty() && !members.is_empty() => {
                for (name, value) in members {
                    let below = node.below.get(&name);
                    path.push(name);
                    match below {
                        Some(below) => self.fill(below, path, value, row),
                        None => row.keep(path, value),
                    }
                    path.pop();
                }
            }
            value => match node.column {
                Some(at) => match self.columns[at].kind.fit(value) {
                    Fit::Whole(cell) => row.cells[at] = Some(cell),
                    Fit::Nearest(cell, value) => {
                        row.cells[at] = Some(cell);
                        if self.typed {
                            row.keep(path, value);
                        }
                    }
                    Fit::Misfit(value) => row.keep(path, value),
                },
                None => row.keep(path, value),
            },
        }
    }
}

impl Row {
    fn keep(&mut self, path: &[String], value: Value) {
        self.rest.insert(name(path), value);
    }
}
