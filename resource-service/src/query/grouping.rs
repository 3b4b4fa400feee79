//! Reads the parameters of an aggregate: what documents are grouped by, and what is returned for each group. Every fault
//! names its parameter. Knows no store.

use std::{fmt, sync::Arc};

use service_kit::wording::nearest;
use shared_models::problem::FieldError;

use super::{
    condition::resolve_declared,
    expr::Expr,
    foreign,
    parse::{Query, QueryContext},
    schema::{Field, FieldType},
};

/// The most fields to group by.
pub const MAX_GROUPED: usize = 8;
/// The most statistics of one aggregate.
pub const MAX_STATS: usize = 16;

/// What a list takes and an aggregate has no use for.
const LIST_ONLY: [&str; 7] = ["sort", "fields", "view", "limit", "after", "count", "expand"];

shared_models::listed! {
    /// What is returned for a group.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Function {
        /// How many documents; of a field, how many have a value there.
        Count,
        /// The exact sum, rounded once.
        Sum,
        /// The exact mean, rounded once.
        Avg,
        /// The first value in the order of a sort.
        Min,
        /// The last value in the order of a sort.
        Max,
        /// The sample standard deviation: divisor n - 1.
        Stddev,
    }
}

impl Function {
    /// Its name in a query.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::Stddev => "stddev",
        }
    }
}

/// One statistic of each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What is returned.
    pub function: Function,
    /// Of which field; absent where documents are counted.
    pub field: Option<Arc<Field>>,
}

/// The parameter that asks for it, and its name in the answer.
impl fmt::Display for Stat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            None => f.write_str(self.function.name()),
            Some(field) => write!(f, "{}:{}", self.function.name(), field.path),
        }
    }
}

/// What an aggregate returns of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// Which documents.
    pub filter: Expr,
    /// The fields in whose values the documents of a group agree; none makes one group of all.
    pub groups: Vec<Arc<Field>>,
    /// What is returned for each group.
    pub stats: Vec<Stat>,
}

type Pairs = [(String, String)];

impl Grouping {
    /// Reads the decoded parameters: `group` and `stat`, each as often as needed, and conditions as a list takes them.
    pub fn parse(target: &QueryContext<'_>, pairs: &Pairs) -> Result<Self, Vec<FieldError>> {
        let (mut groups, mut stats, mut conditions, mut errors) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (name, value) in pairs {
            match name.as_str() {
                "group" => push(grouped(target, value), "group", &mut groups, &mut errors),
                "stat" => push(stat(target, value), "stat", &mut stats, &mut errors),
                name if LIST_ONLY.contains(&name) => {
                    let message = format!("an aggregate accepts group, stat and conditions, not {name}");
                    errors.push(FieldError::in_parameter(name, "parameter", message));
                }
                _ => conditions.push((name.clone(), value.clone())),
            }
        }
        for (parameter, given, most) in
            [("group", groups.len(), MAX_GROUPED), ("stat", stats.len(), MAX_STATS)]
        {
            if given > most {
                let message = format!("{parameter} is given {given} times; the maximum is {most}");
                errors.push(FieldError::in_parameter(parameter, "limit", message));
            }
        }
        let filter = match Query::parse(target, &conditions) {
            Ok(query) => query.filter,
            Err(mut faults) => {
                errors.append(&mut faults);
                Expr::everything()
            }
        };
        if stats.is_empty() {
            stats.push(Stat { function: Function::Count, field: None });
        }
        if errors.is_empty() { Ok(Self { filter, groups, stats }) } else { Err(errors) }
    }
}

fn push<T: PartialEq>(
    read: Result<T, FieldError>,
    name: &str,
    into: &mut Vec<T>,
    errors: &mut Vec<FieldError>,
) {
    match read {
        Ok(one) if into.contains(&one) => {
            errors.push(FieldError::in_parameter(
                name,
                "duplicate",
                format!("the same {name} is given more than once"),
            ));
        }
        Ok(one) => into.push(one),
        Err(error) => errors.push(error),
    }
}

fn grouped(target: &QueryContext<'_>, path: &str) -> Result<Arc<Field>, FieldError> {
    let field = resolve_declared(target.schema, "group", path)?;
    scalar("group", &field)?;
    Ok(field)
}

fn scalar(parameter: &str, field: &Field) -> Result<(), FieldError> {
    match field.kind {
        FieldType::Array(_) | FieldType::Object => {
            let message =
                format!("{} is {}; name a field of single values", field.path, field.kind.expectation());
            Err(FieldError::in_parameter(parameter, "type", message))
        }
        _ => Ok(()),
    }
}

/// `count`, `count:FIELD` or another function and a field of numbers.
fn stat(target: &QueryContext<'_>, text: &str) -> Result<Stat, FieldError> {
    let (name, path) = text.split_once(':').map_or((text, None), |(name, path)| (name, Some(path)));
    let function = Function::ALL.into_iter().find(|function| function.name() == name);
    let Some(function) = function else {
        let names = Function::ALL.map(Function::name);
        let near = foreign::statistic(name).map(str::to_owned).or_else(|| nearest(name, names));
        let hint = near.map_or_else(
            || format!("known are {}", names.join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        let message = format!("there is no statistic {name:?}; {hint}");
        return Err(FieldError::in_parameter("stat", "function", message));
    };
    let field = path.map(|path| resolve_declared(target.schema, "stat", path)).transpose()?;
    match &field {
        None if function == Function::Count => {}
        None => {
            let message = format!("{name} needs a field: {name}:FIELD");
            return Err(FieldError::in_parameter("stat", "field", message));
        }
        Some(field) if function == Function::Count => scalar("stat", field)?,
        Some(field) if matches!(function, Function::Min | Function::Max) && is_instant(field) => {}
        Some(field) => numeric(function, field)?,
    }
    Ok(Stat { function, field })
}

/// Whether the field's values are points in time, which have a first and a last one.
fn is_instant(field: &Field) -> bool {
    matches!(field.kind, FieldType::Text(format) if format.is_instant())
}

/// A field without a type may hold numbers; what else it holds is passed over.
fn numeric(function: Function, field: &Field) -> Result<(), FieldError> {
    match field.kind {
        FieldType::Integer | FieldType::Number { .. } | FieldType::Untyped => Ok(()),
        _ => {
            let name = function.name();
            let message =
                format!("{name} needs a field of numbers; {} is {}", field.path, field.kind.expectation());
            Err(FieldError::in_parameter("stat", "type", message))
        }
    }
}
