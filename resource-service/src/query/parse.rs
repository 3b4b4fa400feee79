//! Reads the parameters of a list into a [`Query`]. Every fault names its parameter.

use std::collections::BTreeMap;

use service_kit::wording::nearest;
use shared_models::{documents::Direction, problem::FieldError};

use super::{
    condition::{ConditionReader, Given, MAX_CONDITIONS, fault, resolve, resolve_declared},
    cursor::{Binding, Cursor, CursorKey},
    expr::Expr,
    foreign, group, json,
    order::{Order, SortKey},
    path::Path,
    projection::Projection,
    schema::{FieldType, Schema},
};

/// Items of a page where `limit` is absent.
pub const DEFAULT_LIMIT: usize = 50;
/// The most items a page may have.
pub const MAX_LIMIT: usize = 1000;
const CONTROLS: [&str; 7] = ["sort", "fields", "view", "limit", "after", "count", "explain"];

/// What a list shows of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Which documents.
    pub filter: Expr,
    /// In which order.
    pub order: Order,
    /// Which of their members; all where absent.
    pub projection: Option<Projection>,
    /// How many at most.
    pub limit: usize,
    /// The cursor to continue after, as it was received.
    pub after: Option<String>,
    /// Whether and how the matching documents are counted.
    pub count: Count,
    /// Whether the answer is how the store finds the documents, not the documents.
    pub explain: bool,
    /// What the cursors of this query are bound to.
    pub binding: Binding,
}

/// How the documents that match are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// Not at all.
    #[default]
    None,
    /// One by one.
    Exact,
    /// From the store's own statistics where these are known.
    Estimated,
}

/// What a query is read against.
pub struct QueryContext<'t> {
    /// Name of the collection.
    pub collection: &'t str,
    /// Its schema.
    pub schema: &'t Schema,
    /// Its views.
    pub views: &'t BTreeMap<String, Vec<String>>,
}

type Pairs = [(String, String)];

impl Query {
    /// Reads the decoded parameters of a list.
    pub fn parse(target: &QueryContext<'_>, pairs: &Pairs) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let (controls, conditions): (Vec<_>, Vec<_>) =
            pairs.iter().partition(|(name, _)| CONTROLS.contains(&name.as_str()));
        let controls = controls_of(&controls, &mut errors);
        let filter = keep(filter(target.schema, &conditions), &mut errors);
        let control = |name: &str| controls.get(name).copied();
        let order = keep(order(target.schema, control("sort")).map_err(|e| vec![e]), &mut errors);
        let projection =
            keep(projection(target, control("fields"), control("view")).map_err(|e| vec![e]), &mut errors);
        let limit = keep(limit(control("limit")).map_err(|e| vec![e]), &mut errors);
        let count = keep(count(control("count")).map_err(|e| vec![e]), &mut errors);
        let explain = keep(explain(control("explain")).map_err(|e| vec![e]), &mut errors);
        let (Some(filter), Some(order), Some(projection), Some(limit), Some(count), Some(explain), true) =
            (filter, order, projection, limit, count, explain, errors.is_empty())
        else {
            for error in &mut errors {
                name_field(target.schema, error);
            }
            return Err(errors);
        };
        let binding = Binding::new(target.collection, &filter, &order);
        let after = control("after").map(str::to_owned);
        Ok(Self { filter, order, projection, limit, after, count, explain, binding })
    }

    /// What its cursor says, where it has one.
    pub fn cursor(&self, key: &CursorKey) -> Result<Option<Cursor>, Vec<FieldError>> {
        let cursor = self.after.as_deref().map(|cursor| self.binding.read(key, &self.order, cursor));
        cursor.transpose().map_err(|broken| vec![fault("after", "cursor", broken.to_string())])
    }
}

/// Reads the parameters of a single document: `fields` or `view`.
pub fn shown(target: &QueryContext<'_>, pairs: &Pairs) -> Result<Option<Projection>, Vec<FieldError>> {
    let (known, unknown): (Vec<_>, Vec<_>) =
        pairs.iter().partition(|(name, _)| ["fields", "view"].contains(&name.as_str()));
    let refuse = |(name, _): &&(String, String)| {
        fault(name, "parameter", "unknown parameter; a read of one document accepts fields or view")
    };
    let mut errors = unknown.iter().map(refuse).collect();
    let controls = controls_of(&known, &mut errors);
    let control = |name: &str| controls.get(name).copied();
    let shown =
        keep(projection(target, control("fields"), control("view")).map_err(|e| vec![e]), &mut errors);
    shown.filter(|_| errors.is_empty()).ok_or(errors)
}

fn keep<T>(outcome: Result<T, Vec<FieldError>>, errors: &mut Vec<FieldError>) -> Option<T> {
    outcome.map_err(|mut faults| errors.append(&mut faults)).ok()
}

fn controls_of<'p>(
    pairs: &[&'p (String, String)],
    errors: &mut Vec<FieldError>,
) -> BTreeMap<&'p str, &'p str> {
    let mut controls = BTreeMap::new();
    for (name, value) in pairs {
        if controls.insert(name.as_str(), value.as_str()).is_some() {
            errors.push(fault(name, "duplicate", format!("parameter {name:?} is given more than once")));
        }
    }
    controls
}

/// Conditions by `field[operator]=value`, groups by `or`, all of it once more by `filter`.
fn filter(schema: &Schema, pairs: &[&(String, String)]) -> Result<Expr, Vec<FieldError>> {
    if pairs.len() > MAX_CONDITIONS {
        let message = format!("{} conditions; a filter may have at most {MAX_CONDITIONS}", pairs.len());
        return Err(vec![fault(&pairs[MAX_CONDITIONS].0, "limit", message)]);
    }
    let mut reader = ConditionReader::new(schema);
    let (mut parts, mut errors, mut filtered) = (Vec::new(), Vec::new(), false);
    for (name, value) in pairs {
        let read = match name.as_str() {
            "or" => group::read(&mut reader, name, value),
            "filter" if filtered => {
                Err(fault(name, "duplicate", "parameter \"filter\" is given more than once"))
            }
            "filter" => {
                filtered = true;
                json::read(&mut reader, name, value)
            }
            _ => {
                let (path, operator) = group::split_name(name);
                reader.condition(name, path, operator, Given::Text(value)).map_err(hinted)
            }
        };
        match read {
            Ok(part) => parts.push(part),
            // All that follow would get the same fault.
            Err(error) if error.code == "limit" => return Err(vec![error]),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(Expr::all(parts)) } else { Err(errors) }
}

/// Says how to ask for a field that has the name of a parameter.
fn name_field(schema: &Schema, error: &mut FieldError) {
    let word = error.parameter.as_deref().filter(|name| CONTROLS.contains(name) && schema.declares(name));
    if let Some(word) = word {
        error.message = format!("{}; to compare the field {word:?}, write {word}[eq]=…", error.message);
    }
}

/// A name that is no field may be a control word mistyped.
fn hinted(mut error: FieldError) -> FieldError {
    if error.code != "field" {
        return error;
    }
    let name = error.parameter.as_deref().unwrap_or_default();
    if let Some(hint) = foreign::parameter(name) {
        error.message = format!("{}; {hint}", error.message);
    } else if let Some(near) = nearest(name, CONTROLS) {
        error.message = format!("{} (or the parameter {near:?}?)", error.message);
    }
    error
}

fn order(schema: &Schema, sort: Option<&str>) -> Result<Order, FieldError> {
    let id = resolve(schema, "sort", "_id")?;
    let mut keys: Vec<SortKey> = Vec::new();
    for name in sort.into_iter().flat_map(|sort| sort.split(',')) {
        let (direction, path) = match name.strip_prefix('-') {
            Some(path) => (Direction::Descending, path),
            None => (Direction::Ascending, name),
        };
        let field = resolve_declared(schema, "sort", path)?;
        if matches!(field.kind, FieldType::Array(_) | FieldType::Object) {
            let message = format!("{path} is {}, which has no order", field.kind.expectation());
            return Err(fault("sort", "type", message));
        }
        if keys.iter().any(|key| key.field.path == field.path) {
            return Err(fault("sort", "duplicate", format!("{path} is given more than once")));
        }
        keys.push(SortKey { field, direction });
    }
    if keys.len() > MAX_SORT_KEYS {
        return Err(fault("sort", "limit", format!("at most {MAX_SORT_KEYS} fields")));
    }
    Ok(Order::new(keys, id))
}

/// The most fields of a sort.
pub const MAX_SORT_KEYS: usize = 8;

fn projection(
    target: &QueryContext<'_>,
    fields: Option<&str>,
    view: Option<&str>,
) -> Result<Option<Projection>, FieldError> {
    let (parameter, names): (_, Vec<&str>) = match (fields, view) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(fault("view", "duplicate", "give fields or view, not both")),
        (Some(fields), None) => ("fields", fields.split(',').collect()),
        // A view shows those of its fields that the caller may see.
        (None, Some(name)) => {
            let hidden = |field: &str| field.parse().is_ok_and(|path| target.schema.hides(&path));
            let fields = view_of(target.views, name)?.iter().map(String::as_str);
            ("view", fields.filter(|field| !hidden(field)).collect())
        }
    };
    if names.len() > MAX_FIELDS {
        return Err(fault(parameter, "limit", format!("at most {MAX_FIELDS} fields")));
    }
    let always = ["_id", "_revision"].into_iter().filter(|name| !names.contains(name));
    let paths = always.chain(names.iter().copied()).map(|name| shown_at(target.schema, parameter, name));
    Ok(Some(Projection::new(paths.collect::<Result<Vec<_>, _>>()?)))
}

/// The path of a field to show. `x.*` is `x` with all that is below it. Its first name must be declared, except in a view:
/// a stored definition may be older than this rule.
pub fn shown_at(schema: &Schema, parameter: &str, name: &str) -> Result<Path, FieldError> {
    let below = name.strip_suffix(".*");
    let find = if parameter == "view" { resolve } else { resolve_declared };
    let field = find(schema, parameter, below.unwrap_or(name))?;
    match field.kind {
        FieldType::Object | FieldType::Untyped => {}
        _ if below.is_none() => {}
        _ => {
            let message =
                format!("{name:?}: {} is {}, with no fields below it", field.path, field.kind.expectation());
            return Err(fault(parameter, "field", message));
        }
    }
    Ok(field.path.clone())
}

fn view_of<'v>(views: &'v BTreeMap<String, Vec<String>>, name: &str) -> Result<&'v [String], FieldError> {
    views.get(name).map(Vec::as_slice).ok_or_else(|| {
        let known = views.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "there are none".to_owned() } else { format!("known are {known}") };
        fault("view", "view", format!("there is no view {name:?}; {known}"))
    })
}

/// The most fields of a projection.
pub const MAX_FIELDS: usize = 100;

fn limit(limit: Option<&str>) -> Result<usize, FieldError> {
    let Some(text) = limit else { return Ok(DEFAULT_LIMIT) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| {
        fault("limit", "type", format!("limit expects an integer from 1 to {MAX_LIMIT}, got {text:?}"))
    })
}

fn count(count: Option<&str>) -> Result<Count, FieldError> {
    match count {
        None | Some("none") => Ok(Count::None),
        Some("exact") => Ok(Count::Exact),
        Some("estimated") => Ok(Count::Estimated),
        Some(other) => {
            Err(fault("count", "type", format!("count expects none, exact or estimated, got {other:?}")))
        }
    }
}

fn explain(explain: Option<&str>) -> Result<bool, FieldError> {
    let Some(text) = explain else { return Ok(false) };
    text.parse().map_err(|_| fault("explain", "type", format!("explain expects true or false, got {text:?}")))
}
