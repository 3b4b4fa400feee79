//! Translates filters to MongoDB's query language.
//!
//! MongoDB lets a comparison reach into arrays and lets "not equal" match what is missing; here neither may
//! be. Guards against it stand beside the comparison, so that an index serves it. They do not rely on the schema: a
//! document may be older than its definition.

use mongodb::bson::{Bson, Document, doc};

use super::instants::path_of;
use crate::query::{
    expr::{Comparison, Expr, Test, ValueKind, behind_prefix},
    literal::Literal,
    schema::{Field, FieldType},
};

/// The filter document of a condition.
pub fn condition(expr: &Expr) -> Document {
    match expr {
        Expr::All(parts) => match parts.as_slice() {
            [] => doc! {},
            [part] => condition(part),
            parts => doc! { "$and": parts.iter().map(condition).collect::<Vec<_>>() },
        },
        Expr::Any(parts) => any(parts.iter().map(condition).collect()),
        Expr::Not(inner) => doc! { "$nor": [condition(inner)] },
        Expr::Test(field, test) => test_of(field, test),
    }
}

fn any(mut ways: Vec<Document>) -> Document {
    match ways.len() {
        0 => doc! { "_id": { "$in": [] } },
        1 => ways.remove(0),
        _ => doc! { "$or": ways },
    }
}

fn test_of(field: &Field, test: &Test) -> Document {
    let (path, written) = (path_of(field), field.path.to_string());
    match test {
        Test::Exists(true) => reachable(field, doc! { written: { "$exists": true } }),
        Test::Exists(false) => doc! { "$nor": [test_of(field, &Test::Exists(true))] },
        Test::Is(kinds) => is(field, kinds),
        Test::In(literals) if literals.contains(&Literal::Null) => {
            let others = literals.iter().filter(|literal| **literal != Literal::Null).cloned().collect();
            let null = Test::Compare(Comparison::Eq, Literal::Null);
            any(vec![test_of(field, &Test::In(others)), test_of(field, &null)])
        }
        Test::In(literals) => {
            let operators = doc! { "$in": literals.iter().map(bson).collect::<Vec<_>>() };
            reachable(field, doc! { path: on_value(field, typed(field, literals, operators)) })
        }
        Test::NotIn(literals) => none_of(field, literals),
        Test::Compare(comparison, Literal::Null) if !comparison.holds_for_equals() => any(Vec::new()),
        Test::Compare(_, Literal::Null) => {
            reachable(field, doc! { written: on_value(field, doc! { "$type": "null" }) })
        }
        Test::Compare(comparison, literal) => match compare(field, *comparison, literal) {
            Some(operators) => reachable(field, doc! { path: on_value(field, operators) }),
            None => any(Vec::new()),
        },
        Test::Contains(item) => {
            let mut ways: Vec<Document> = Vec::new();
            if let Literal::Text(part) = item {
                ways.push(part_of(&written, part));
            }
            if let Some(operators) = compare(field, Comparison::Eq, item).filter(|_| is_untyped(field)) {
                ways.push(doc! { written: { "$elemMatch": operators } });
            }
            reachable(field, any(ways))
        }
        Test::Prefix(prefix) => {
            let mut operators = doc! { "$gte": prefix };
            operators.extend(behind_prefix(prefix).map(|end| ("$lt".to_owned(), end.into())));
            reachable(field, doc! { written: on_value(field, operators) })
        }
    }
}

fn is_untyped(field: &Field) -> bool {
    field.kind == FieldType::Untyped
}

fn none_of(field: &Field, literals: &[Literal]) -> Document {
    let kinds = literals.iter().map(ValueKind::of).filter(|kind| *kind != ValueKind::Nothing);
    let kinds: Vec<&str> = kinds.map(type_name).collect();
    if kinds.is_empty() {
        return any(Vec::new());
    }
    let operators = doc! { "$nin": literals.iter().map(bson).collect::<Vec<_>>(), "$type": kinds };
    reachable(field, doc! { path_of(field): on_value(field, operators) })
}

/// That a string has `part` in it. No pattern of a client's reaches the server: the text is compared as it is.
fn part_of(path: &str, part: &str) -> Document {
    let value = format!("${path}");
    let found = doc! { "$gte": [{ "$indexOfBytes": [&value, { "$literal": part }] }, 0] };
    doc! { "$expr": { "$cond": [{ "$eq": [{ "$type": &value }, "string"] }, found, false] } }
}

/// Names the type of the literals once more where it is that of the field: a unique index holds values of that type alone
/// and serves only where the query says so too.
fn typed(field: &Field, literals: &[Literal], mut operators: Document) -> Document {
    let kind = match field.kind {
        _ if field.path.first().starts_with('_') => None,
        FieldType::Integer | FieldType::Number { ieee754: false } => Some(ValueKind::Number),
        FieldType::Text(_) => Some(ValueKind::Text),
        FieldType::Boolean => Some(ValueKind::Boolean),
        _ => None,
    };
    let kind = kind.filter(|kind| literals.iter().all(|literal| ValueKind::of(literal) == *kind));
    operators.extend(kind.map(|kind| ("$type".to_owned(), type_name(kind).into())));
    operators
}

/// Applies operators to any item of an array field; keeps them off arrays in any other.
fn on_value(field: &Field, mut operators: Document) -> Document {
    match field.kind {
        FieldType::Array(_) => doc! { "$elemMatch": operators },
        _ if field.path.first().starts_with('_') => operators,
        _ => {
            operators.insert("$not", doc! { "$type": "array" });
            operators
        }
    }
}

/// Adds that no array lies on the way to the field.
fn reachable(field: &Field, test: Document) -> Document {
    let mut clear = field
        .path
        .ancestors()
        .map(|path| doc! { path.to_string(): { "$not": { "$type": "array" } } })
        .peekable();
    if clear.peek().is_none() {
        return test;
    }
    doc! { "$and": std::iter::once(test).chain(clear).collect::<Vec<_>>() }
}

/// The operators of a comparison; `None` where it holds for nothing.
fn compare(field: &Field, comparison: Comparison, literal: &Literal) -> Option<Document> {
    let value = bson(literal);
    if literal.is_nan() && comparison != Comparison::Ne {
        return comparison.holds_for_equals().then(|| doc! { "$eq": value });
    }
    let ieee754 =
        field.kind == FieldType::Number { ieee754: true } && ValueKind::of(literal) == ValueKind::Number;
    Some(match comparison {
        Comparison::Eq => typed(field, std::slice::from_ref(literal), doc! { "$eq": value }),
        Comparison::Ne => doc! { "$ne": value, "$type": type_name(ValueKind::of(literal)) },
        Comparison::Gt => doc! { "$gt": value },
        Comparison::Gte => doc! { "$gte": value },
        // Without a lower bound an index would also give NaN, which it keeps before every number.
        Comparison::Lt if ieee754 => doc! { "$lt": value, "$gte": f64::NEG_INFINITY },
        Comparison::Lt => doc! { "$lt": value },
        Comparison::Lte if ieee754 => doc! { "$lte": value, "$gte": f64::NEG_INFINITY },
        Comparison::Lte => doc! { "$lte": value },
    })
}

fn is(field: &Field, kinds: &[ValueKind]) -> Document {
    // Beside the points in time of a document no objects are kept, nor what is above them.
    let path = if field.crossings.is_empty() { path_of(field) } else { field.path.to_string() };
    let mut ways = Vec::new();
    let others: Vec<ValueKind> = kinds.iter().copied().filter(|kind| *kind != ValueKind::Nothing).collect();
    if !others.is_empty() {
        let mut test = doc! { "$type": others.iter().map(|kind| type_name(*kind)).collect::<Vec<_>>() };
        // The type of an array is also sought among its items.
        if !field.always && !others.contains(&ValueKind::Array) {
            test.insert("$not", doc! { "$type": "array" });
        }
        ways.push(reachable(field, doc! { &path: test }));
    }
    if kinds.contains(&ValueKind::Nothing) {
        ways.push(doc! { &path: on_value(field, doc! { "$eq": Bson::Null }) });
        if is_untyped(field) || !field.crossings.is_empty() {
            ways.extend(field.path.ancestors().map(|above| doc! { above.to_string(): { "$type": "array" } }));
        }
    }
    any(ways)
}

/// The name of a kind in `$type`.
pub fn type_name(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Nothing => "null",
        ValueKind::Number => "number",
        ValueKind::Text => "string",
        ValueKind::Object => "object",
        ValueKind::Array => "array",
        ValueKind::Boolean => "bool",
    }
}

fn bson(literal: &Literal) -> Bson {
    match literal {
        Literal::Null => Bson::Null,
        Literal::Boolean(value) => Bson::Boolean(*value),
        Literal::Integer(value) => Bson::Int64(*value),
        Literal::Double(value) => Bson::Double(*value),
        Literal::Text(text) => Bson::String(text.clone()),
    }
}
