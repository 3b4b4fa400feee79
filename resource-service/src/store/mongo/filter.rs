//! Translates filters to MongoDB's query language.
//!
//! MongoDB lets a comparison reach into arrays and lets "not equal" match what is missing; here neither may
//! be. Guards against it are added only where the schema does not already see to it, so that indexes serve.

use mongodb::bson::{Bson, Document, doc};

use crate::query::{
    expr::{Comparison, Expr, Kind, Test},
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
    let path = field.path.to_string();
    match test {
        Test::Exists(true) => reachable(field, doc! { path: { "$exists": true } }),
        Test::Exists(false) => doc! { "$nor": [test_of(field, &Test::Exists(true))] },
        Test::Is(kinds) => is(field, kinds),
        Test::In(literals) if literals.contains(&Literal::Null) => {
            let others = literals.iter().filter(|literal| **literal != Literal::Null).cloned().collect();
            let null = Test::Compare(Comparison::Eq, Literal::Null);
            any(vec![test_of(field, &Test::In(others)), test_of(field, &null)])
        }
        Test::In(literals) => {
            let operators = doc! { "$in": literals.iter().map(bson).collect::<Vec<_>>() };
            reachable(field, doc! { path: on_value(field, operators) })
        }
        Test::Compare(comparison, literal) => match compare(field, *comparison, literal) {
            Some(operators) => reachable(field, doc! { path: on_value(field, operators) }),
            None => any(Vec::new()),
        },
    }
}

/// Applies operators to any item of an array field; keeps them off arrays that an untyped field may hold.
fn on_value(field: &Field, mut operators: Document) -> Document {
    match field.kind {
        FieldType::Array(_) => doc! { "$elemMatch": operators },
        FieldType::Untyped => {
            operators.insert("$not", doc! { "$type": "array" });
            operators
        }
        _ => operators,
    }
}

/// Adds that no array lies on the way to the field.
fn reachable(field: &Field, test: Document) -> Document {
    if field.crossings.is_empty() {
        return test;
    }
    let clear =
        field.crossings.iter().map(|path| doc! { path.to_string(): { "$not": { "$type": "array" } } });
    doc! { "$and": std::iter::once(test).chain(clear).collect::<Vec<_>>() }
}

/// The operators of a comparison; `None` where it holds for nothing.
fn compare(field: &Field, comparison: Comparison, literal: &Literal) -> Option<Document> {
    let value = bson(literal);
    if *literal == Literal::Null {
        return comparison.holds_for_equals().then(|| doc! { "$type": "null" });
    }
    if literal.is_nan() && comparison != Comparison::Ne {
        return comparison.holds_for_equals().then(|| doc! { "$eq": value });
    }
    let untyped = field.kind == FieldType::Untyped;
    let ieee754 = field.kind == FieldType::Number { ieee754: true };
    Some(match comparison {
        Comparison::Eq => doc! { "$eq": value },
        Comparison::Ne if untyped => doc! { "$ne": value, "$type": type_name(Kind::of(literal)) },
        Comparison::Ne => doc! { "$nin": [value, Bson::Null] },
        Comparison::Gt => doc! { "$gt": value },
        Comparison::Gte => doc! { "$gte": value },
        // Without a lower bound an index would also give NaN, which it keeps before every number.
        Comparison::Lt if ieee754 => doc! { "$lt": value, "$gte": f64::NEG_INFINITY },
        Comparison::Lt => doc! { "$lt": value },
        Comparison::Lte if ieee754 => doc! { "$lte": value, "$gte": f64::NEG_INFINITY },
        Comparison::Lte => doc! { "$lte": value },
    })
}

fn is(field: &Field, kinds: &[Kind]) -> Document {
    let path = field.path.to_string();
    let mut ways = Vec::new();
    let others: Vec<Kind> = kinds.iter().copied().filter(|kind| *kind != Kind::Nothing).collect();
    if !others.is_empty() {
        let mut test = doc! { "$type": others.iter().map(|kind| type_name(*kind)).collect::<Vec<_>>() };
        // The type of an array is also sought among its items.
        if field.kind == FieldType::Untyped && !others.contains(&Kind::Array) {
            test.insert("$not", doc! { "$type": "array" });
        }
        ways.push(reachable(field, doc! { &path: test }));
    }
    if kinds.contains(&Kind::Nothing) {
        ways.push(doc! { &path: on_value(field, doc! { "$eq": Bson::Null }) });
        ways.extend(field.crossings.iter().map(|above| doc! { above.to_string(): { "$type": "array" } }));
    }
    any(ways)
}

/// The name of a kind in `$type`.
pub fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Nothing => "null",
        Kind::Number => "number",
        Kind::Text => "string",
        Kind::Object => "object",
        Kind::Array => "array",
        Kind::Boolean => "bool",
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
