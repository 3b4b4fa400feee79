//! Translates filters and orders to SQL over the JSON text of a document. Values are always bound.

use rusqlite::types::Value as Bound;
use serde_json::Value;
use shared_models::documents::Direction;

use crate::query::{
    expr::{Comparison, Expr, Kind, Test},
    literal::Literal,
    order::Order,
    schema::{Field, FieldType},
};

/// SQL text and the values bound to it, in order.
pub struct Statement {
    pub text: String,
    pub values: Vec<Bound>,
}

/// SQL for a value and for its kind as `json_type` names it.
struct Operand {
    value: String,
    kind: String,
    field_type: FieldType,
}

/// SQL for a field's value as comparisons and indexes see it; the text must be the same in both.
pub fn value_of(field: &Field) -> String {
    Operand::of(field).value
}

/// A path of SQLite's JSON functions as a SQL literal, every name quoted.
fn json_path(field: &Field) -> String {
    let escape = |name: &String| format!(".\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    let path: String = field.path.segments().iter().map(escape).collect();
    format!("'${}'", path.replace('\'', "''"))
}

impl Operand {
    fn of(field: &Field) -> Self {
        let column = match field.path.first() {
            "_id" => Some(("id", "'text'")),
            "_owner" => Some(("owner", "'text'")),
            "_revision" => Some(("revision", "'integer'")),
            _ => None,
        };
        let field_type = field.kind.clone();
        if let Some((value, kind)) = column {
            return Self { value: value.into(), kind: kind.into(), field_type };
        }
        let path = json_path(field);
        Self::new(format!("json_extract(body, {path})"), format!("json_type(body, {path})"), field_type)
    }

    /// A field of format ieee754 holds its special values as text: the infinities become numbers again,
    /// and NaN, which SQLite has no number for, becomes null.
    fn new(value: String, kind: String, field_type: FieldType) -> Self {
        let value = if field_type == (FieldType::Number { ieee754: true }) {
            format!(
                "CASE {value} WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 WHEN 'NaN' THEN NULL ELSE {value} END"
            )
        } else {
            value
        };
        Self { value, kind, field_type }
    }

    /// Holds for NaN alone.
    fn is_nan(&self) -> String {
        format!("({} = 'text' AND {} IS NULL)", self.kind, self.value)
    }

    fn is_ieee754(&self) -> bool {
        self.field_type == FieldType::Number { ieee754: true }
    }

    /// What must hold beside the comparison for the value to be of the literal's kind; nothing where the
    /// schema sees to it: a missing value and `null` compare with nothing in SQL anyway.
    fn guard(&self, literal: &Literal) -> &'static str {
        match (&self.field_type, literal) {
            (FieldType::Untyped, Literal::Boolean(_)) => "IN ('true', 'false')",
            (FieldType::Untyped, Literal::Integer(_) | Literal::Double(_)) => "IN ('integer', 'real')",
            (FieldType::Untyped, Literal::Text(_)) => "= 'text'",
            _ => "",
        }
    }
}

impl Statement {
    /// A statement that begins with `text`.
    pub fn new(text: String) -> Self {
        Self { text, values: Vec::new() }
    }

    /// Adds SQL text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a bound value.
    pub fn bind(&mut self, value: impl Into<Bound>) {
        self.text.push('?');
        self.values.push(value.into());
    }

    /// Adds a condition.
    pub fn condition(&mut self, expr: &Expr) {
        match expr {
            Expr::All(parts) => self.joined(parts, " AND ", "TRUE"),
            Expr::Any(parts) => self.joined(parts, " OR ", "FALSE"),
            Expr::Test(field, test) => self.test(field, test),
        }
    }

    fn joined(&mut self, parts: &[Expr], operator: &str, empty: &str) {
        self.push("(");
        for (at, part) in parts.iter().enumerate() {
            self.push(if at == 0 { "" } else { operator });
            self.condition(part);
        }
        self.push(if parts.is_empty() { empty } else { "" });
        self.push(")");
    }

    fn test(&mut self, field: &Field, test: &Test) {
        let operand = Operand::of(field);
        match test {
            Test::Exists(wanted) => {
                self.push(&format!("{} IS {}NULL", operand.kind, if *wanted { "NOT " } else { "" }));
            }
            Test::Is(kinds) => self.kinds(&operand, kinds),
            Test::Compare(..) | Test::In(_) => match &field.kind {
                FieldType::Array(items) => {
                    let path = json_path(field);
                    self.push(&format!("(json_type(body, {path}) = 'array' AND EXISTS (SELECT 1 FROM json_each(body, {path}) AS item WHERE "));
                    // Several kinds of items, or null, are told apart by the item itself.
                    let items = if **items == (FieldType::Number { ieee754: true }) {
                        (**items).clone()
                    } else {
                        FieldType::Untyped
                    };
                    self.scalar(&Operand::new("item.value".into(), "item.type".into(), items), test);
                    self.push("))");
                }
                _ => self.scalar(&operand, test),
            },
        }
    }

    fn scalar(&mut self, operand: &Operand, test: &Test) {
        match test {
            Test::Compare(comparison, literal) => self.compare(operand, *comparison, literal),
            Test::In(literals) => self.any_of(operand, literals),
            Test::Exists(_) | Test::Is(_) => {}
        }
    }

    fn compare(&mut self, operand: &Operand, comparison: Comparison, literal: &Literal) {
        if *literal == Literal::Null {
            let equal = comparison.holds_for_equals();
            return self.push(&if equal { format!("{} = 'null'", operand.kind) } else { "FALSE".into() });
        }
        if literal.is_nan() {
            return self.push(&match comparison {
                Comparison::Ne => format!("{} IS NOT NULL", operand.value),
                _ if comparison.holds_for_equals() => operand.is_nan(),
                _ => "FALSE".into(),
            });
        }
        let symbol = match comparison {
            Comparison::Eq => "=",
            Comparison::Ne => "<>",
            Comparison::Gt => ">",
            Comparison::Gte => ">=",
            Comparison::Lt => "<",
            Comparison::Lte => "<=",
        };
        let guard = operand.guard(literal);
        self.push("(");
        if !guard.is_empty() {
            self.push(&format!("{} {guard} AND ", operand.kind));
        }
        self.push(&format!("{} {symbol} ", operand.value));
        self.bind(bound(literal));
        if comparison == Comparison::Ne && operand.is_ieee754() {
            self.push(&format!(" OR {}", operand.is_nan()));
        }
        self.push(")");
    }

    /// One `IN` for all values of a kind, bound together as a JSON array.
    fn any_of(&mut self, operand: &Operand, literals: &[Literal]) {
        self.push("(FALSE");
        for kind in [Kind::Boolean, Kind::Number, Kind::Text] {
            let alike = |literal: &&Literal| Kind::of(literal) == kind && !is_special(literal);
            let alike: Vec<&Literal> = literals.iter().filter(alike).collect();
            let Some(first) = alike.first() else { continue };
            let guard = operand.guard(first);
            self.push(" OR (");
            if !guard.is_empty() {
                self.push(&format!("{} {guard} AND ", operand.kind));
            }
            self.push(&format!("{} IN (SELECT value FROM json_each(", operand.value));
            self.bind(alike.into_iter().map(json).collect::<Value>().to_string());
            self.push(")))");
        }
        for literal in literals.iter().filter(|literal| is_special(literal)) {
            self.push(" OR ");
            self.compare(operand, Comparison::Eq, literal);
        }
        self.push(")");
    }

    fn kinds(&mut self, operand: &Operand, kinds: &[Kind]) {
        let names = kinds.iter().flat_map(|kind| match kind {
            Kind::Nothing => &["null"][..],
            // NaN and the infinities of format ieee754 are text in JSON.
            Kind::Number if operand.is_ieee754() => &["integer", "real", "text"],
            Kind::Number => &["integer", "real"],
            Kind::Text => &["text"],
            Kind::Object => &["object"],
            Kind::Array => &["array"],
            Kind::Boolean => &["true", "false"],
        });
        let names: Vec<String> = names.map(|name| format!("'{name}'")).collect();
        self.push(&format!("coalesce({}, 'null') IN ({})", operand.kind, names.join(", ")));
    }

    /// Adds the `ORDER BY` of an order. SQLite puts nulls first ascending, as wanted.
    pub fn order(&mut self, order: &Order) {
        self.push(" ORDER BY ");
        for (at, key) in order.keys().iter().enumerate() {
            let operand = Operand::of(&key.field);
            let direction = if key.direction == Direction::Ascending { "ASC" } else { "DESC" };
            self.push(if at == 0 { "" } else { ", " });
            if let Some(rank) = rank(&operand) {
                self.push(&format!("{rank} {direction}, "));
            }
            let value = if operand.field_type == FieldType::Untyped {
                format!(
                    "CASE WHEN {} IN ('object', 'array') THEN NULL ELSE {} END",
                    operand.kind, operand.value
                )
            } else {
                operand.value
            };
            self.push(&format!("{value} {direction}"));
        }
    }
}

/// What sorts before the value, where values of several kinds meet: the order of [`Kind`], NaN before numbers.
fn rank(operand: &Operand) -> Option<String> {
    let kind = &operand.kind;
    if operand.is_ieee754() {
        let nan = operand.is_nan();
        return Some(format!(
            "CASE WHEN coalesce({kind}, 'null') = 'null' THEN 0 WHEN {nan} THEN 1 ELSE 2 END"
        ));
    }
    (operand.field_type == FieldType::Untyped).then(|| {
        format!(
            "CASE {kind} WHEN 'integer' THEN 1 WHEN 'real' THEN 1 WHEN 'text' THEN 2 WHEN 'object' THEN 3 \
             WHEN 'array' THEN 4 WHEN 'true' THEN 5 WHEN 'false' THEN 5 ELSE 0 END"
        )
    })
}

/// Values that a JSON array of alike values cannot hold, or that SQL does not compare.
fn is_special(literal: &Literal) -> bool {
    match literal {
        Literal::Null => true,
        Literal::Double(double) => !double.is_finite(),
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Text(_) => false,
    }
}

fn bound(literal: &Literal) -> Bound {
    match literal {
        Literal::Null => Bound::Null,
        Literal::Boolean(value) => Bound::Integer((*value).into()),
        Literal::Integer(value) => Bound::Integer(*value),
        Literal::Double(value) => Bound::Real(*value),
        Literal::Text(text) => Bound::Text(text.clone()),
    }
}

/// Booleans are 0 and 1, as `json_extract` gives them.
fn json(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => i64::from(*value).into(),
        Literal::Integer(value) => (*value).into(),
        Literal::Double(value) => (*value).into(),
        Literal::Text(text) => text.as_str().into(),
    }
}
