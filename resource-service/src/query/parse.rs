//! Reads the parameters of a list into a [`Query`]. Every fault is told with its parameter's name.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use shared_models::{documents::Direction, problem::FieldError};

use super::{
    cursor::Binding,
    expr::{Comparison, Expr, Test},
    literal::Literal,
    order::{Key, Order, Place},
    path::Path,
    projection::Projection,
    schema::{Field, FieldType, Schema, nearest},
};

/// Items of a page where `limit` is absent.
pub const DEFAULT_LIMIT: usize = 50;
/// The most items a page may have.
pub const MAX_LIMIT: usize = 1000;
/// The most conditions a filter may have.
const MAX_CONDITIONS: usize = 64;
/// The most values of one `in`.
const MAX_VALUES: usize = 1000;

const COMPARISONS: [Comparison; 6] =
    [Comparison::Eq, Comparison::Ne, Comparison::Gt, Comparison::Gte, Comparison::Lt, Comparison::Lte];
const OPERATORS: [&str; 8] = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "exists"];
const CONTROLS: [&str; 6] = ["sort", "fields", "view", "limit", "after", "count"];

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
    /// Behind which place in the order.
    pub after: Option<Vec<Place>>,
    /// Whether and how the matching documents are counted.
    pub count: Count,
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
    /// From the store's own statistics where these can tell.
    Estimated,
}

/// What a query is read against.
pub struct Target<'t> {
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
    pub fn parse(target: &Target<'_>, pairs: &Pairs) -> Result<Self, Vec<FieldError>> {
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
        let (Some(filter), Some(order), Some(projection), Some(limit), Some(count), true) =
            (filter, order, projection, limit, count, errors.is_empty())
        else {
            return Err(errors);
        };
        let binding = Binding::new(target.collection, &filter, &order);
        let after = control("after").map(|cursor| binding.read(&order, cursor)).transpose();
        let after = after.map_err(|fault| vec![fault_in("after", "cursor", fault.to_string())])?;
        Ok(Self { filter, order, projection, limit, after, count, binding })
    }
}

/// Reads the parameters of a single document: `fields` or `view`.
pub fn shown(target: &Target<'_>, pairs: &Pairs) -> Result<Option<Projection>, Vec<FieldError>> {
    let (known, unknown): (Vec<_>, Vec<_>) =
        pairs.iter().partition(|(name, _)| ["fields", "view"].contains(&name.as_str()));
    let refuse =
        |(name, _): &&(String, String)| fault_in(name, "parameter", "one document takes fields or view");
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

fn fault_in(parameter: &str, code: &str, message: impl Into<String>) -> FieldError {
    FieldError::in_parameter(parameter, code, message)
}

fn controls_of<'p>(
    pairs: &[&'p (String, String)],
    errors: &mut Vec<FieldError>,
) -> BTreeMap<&'p str, &'p str> {
    let mut controls = BTreeMap::new();
    for (name, value) in pairs {
        if controls.insert(name.as_str(), value.as_str()).is_some() {
            errors.push(fault_in(name, "duplicate", format!("{name} stands twice; give it once")));
        }
    }
    controls
}

fn filter(schema: &Schema, conditions: &[&(String, String)]) -> Result<Expr, Vec<FieldError>> {
    if conditions.len() > MAX_CONDITIONS {
        let message = format!("{} conditions; at most {MAX_CONDITIONS} are taken", conditions.len());
        return Err(vec![fault_in(&conditions[MAX_CONDITIONS].0, "limit", message)]);
    }
    let (mut tests, mut errors) = (Vec::new(), Vec::new());
    for (name, value) in conditions {
        match condition(schema, name, value) {
            Ok(test) => tests.push(test),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(Expr::All(tests)) } else { Err(errors) }
}

/// `field=value` or `field[operator]=value`.
fn condition(schema: &Schema, name: &str, value: &str) -> Result<Expr, FieldError> {
    let (path, operator) = match name.strip_suffix(']').and_then(|name| name.rsplit_once('[')) {
        Some((path, operator)) => (path, operator),
        None => (name, "eq"),
    };
    if ["or", "filter"].contains(&name) && !schema.declares(name) {
        let message = format!("{name} is not offered; write each condition as field[operator]=value");
        return Err(fault_in(name, "unsupported", message));
    }
    let field = resolve(schema, name, path)?;
    check_operator(&field, name, operator)?;
    let comparison = COMPARISONS.into_iter().find(|comparison| comparison.name() == operator);
    let test =
        match (comparison, operator) {
            (Some(comparison), _) => Test::Compare(comparison, literal(&field, name, value)?),
            (None, "in") => Test::In(literals(&field, name, value)?),
            (None, "exists") => Test::Exists(value.parse().map_err(|_| {
                fault_in(name, "type", format!("exists expects true or false, got {value:?}"))
            })?),
            (None, unknown) => {
                let hint = nearest(unknown, OPERATORS).map_or_else(
                    || format!("known are {}", OPERATORS.join(", ")),
                    |near| format!("did you mean {near:?}?"),
                );
                return Err(fault_in(name, "operator", format!("there is no operator {unknown:?}; {hint}")));
            }
        };
    Ok(Expr::Test(field, test))
}

/// Objects and arrays are asked for their presence; arrays of scalars also for an item.
fn check_operator(field: &Field, name: &str, operator: &str) -> Result<(), FieldError> {
    let message = match &field.kind {
        _ if operator == "exists" || !OPERATORS.contains(&operator) => return Ok(()),
        FieldType::Object => {
            format!("{} is an object; compare one of its members, or use exists", field.path)
        }
        FieldType::Array(items) if matches!(**items, FieldType::Object | FieldType::Array(_)) => {
            format!("{} is an array whose items are not scalars; use exists", field.path)
        }
        FieldType::Array(_) if !["eq", "in"].contains(&operator) => {
            format!("{} is an array; use eq, in or exists", field.path)
        }
        _ => return Ok(()),
    };
    Err(fault_in(name, "operator", message))
}

fn resolve(schema: &Schema, parameter: &str, path: &str) -> Result<Arc<Field>, FieldError> {
    let path: Path =
        path.parse().map_err(|fault| fault_in(parameter, "field", format!("{path:?}: {fault}")))?;
    schema.field(&path).map_err(|fault| {
        let control = nearest(parameter, CONTROLS)
            .map_or_else(String::new, |near| format!(" (or the parameter {near:?}?)"));
        fault_in(parameter, "field", format!("{fault}{control}"))
    })
}

fn literal(field: &Field, parameter: &str, value: &str) -> Result<Literal, FieldError> {
    Literal::read(field, value).map_err(|message| fault_in(parameter, "type", message))
}

fn literals(field: &Field, parameter: &str, value: &str) -> Result<Vec<Literal>, FieldError> {
    let items = split_list(value).ok_or_else(|| {
        fault_in(
            parameter,
            "list",
            "a quoted value of the list does not end; write \"\" for a quote within it",
        )
    })?;
    if items.len() > MAX_VALUES {
        let message = format!("{} values; in takes at most {MAX_VALUES}", items.len());
        return Err(fault_in(parameter, "limit", message));
    }
    items.iter().map(|item| literal(field, parameter, item)).collect()
}

/// Splits at commas; a value in quotes may hold commas, and quotes written twice (RFC 4180).
fn split_list(text: &str) -> Option<Vec<String>> {
    let (mut items, mut rest) = (Vec::new(), text);
    loop {
        let (item, tail) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_item(quoted)?,
            None => match rest.split_once(',') {
                Some((item, tail)) => (item.to_owned(), Some(tail)),
                None => (rest.to_owned(), None),
            },
        };
        items.push(item);
        match tail {
            Some(tail) if items.len() <= MAX_VALUES => rest = tail,
            _ => return Some(items),
        }
    }
}

/// The item up to its closing quote, and what follows the comma after it.
fn quoted_item(text: &str) -> Option<(String, Option<&str>)> {
    let (mut item, mut rest) = (String::new(), text);
    loop {
        let (part, tail) = rest.split_once('"')?;
        item.push_str(part);
        if let Some(more) = tail.strip_prefix('"') {
            item.push('"');
            rest = more;
        } else if tail.is_empty() {
            return Some((item, None));
        } else {
            return tail.strip_prefix(',').map(|tail| (item, Some(tail)));
        }
    }
}

fn order(schema: &Schema, sort: Option<&str>) -> Result<Order, FieldError> {
    let id = resolve(schema, "sort", "_id")?;
    let mut keys: Vec<Key> = Vec::new();
    for name in sort.into_iter().flat_map(|sort| sort.split(',')) {
        let (direction, path) = match name.strip_prefix('-') {
            Some(path) => (Direction::Descending, path),
            None => (Direction::Ascending, name),
        };
        let field = resolve(schema, "sort", path)?;
        if matches!(field.kind, FieldType::Array(_) | FieldType::Object) {
            let message = format!("{path} is {}, which has no order", field.kind.expectation());
            return Err(fault_in("sort", "type", message));
        }
        if keys.iter().any(|key| key.field.path == field.path) {
            return Err(fault_in("sort", "duplicate", format!("{path} stands twice")));
        }
        keys.push(Key { field, direction });
    }
    if keys.len() > MAX_SORT_KEYS {
        return Err(fault_in("sort", "limit", format!("at most {MAX_SORT_KEYS} fields")));
    }
    Ok(Order::new(keys, id))
}

/// The most fields of a sort.
const MAX_SORT_KEYS: usize = 8;

fn projection(
    target: &Target<'_>,
    fields: Option<&str>,
    view: Option<&str>,
) -> Result<Option<Projection>, FieldError> {
    let (parameter, names): (_, BTreeSet<&str>) = match (fields, view) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err(fault_in("view", "duplicate", "give fields or view, not both")),
        (Some(fields), None) => ("fields", fields.split(',').collect()),
        (None, Some(name)) => ("view", view_of(target.views, name)?.iter().map(String::as_str).collect()),
    };
    if names.len() > MAX_FIELDS {
        return Err(fault_in(parameter, "limit", format!("at most {MAX_FIELDS} fields")));
    }
    let always = ["_id", "_revision"];
    let paths = always
        .into_iter()
        .chain(names)
        .map(|name| resolve(target.schema, parameter, name).map(|f| f.path.clone()));
    Ok(Some(Projection::new(paths.collect::<Result<Vec<_>, _>>()?)))
}

fn view_of<'v>(views: &'v BTreeMap<String, Vec<String>>, name: &str) -> Result<&'v [String], FieldError> {
    views.get(name).map(Vec::as_slice).ok_or_else(|| {
        let known = views.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let known = if known.is_empty() { "there are none".to_owned() } else { format!("known are {known}") };
        fault_in("view", "view", format!("there is no view {name:?}; {known}"))
    })
}

/// The most fields of a projection.
const MAX_FIELDS: usize = 100;

fn limit(limit: Option<&str>) -> Result<usize, FieldError> {
    let Some(text) = limit else { return Ok(DEFAULT_LIMIT) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| {
        fault_in("limit", "type", format!("limit expects an integer from 1 to {MAX_LIMIT}, got {text:?}"))
    })
}

fn count(count: Option<&str>) -> Result<Count, FieldError> {
    match count {
        None | Some("none") => Ok(Count::None),
        Some("exact") => Ok(Count::Exact),
        Some("estimated") => Ok(Count::Estimated),
        Some(other) => {
            Err(fault_in("count", "type", format!("count expects none, exact or estimated, got {other:?}")))
        }
    }
}
