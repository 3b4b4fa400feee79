//! Translates filters and orders to SQL over the JSON text of a document. Values are always bound.

use rusqlite::types::Value as Bound;
use serde_json::Value;
use shared_models::documents::Direction;

use super::operand::{Operand, boolean, json_path, range};
use crate::query::{
    expr::{Comparison, Expr, Test, ValueKind, behind_prefix},
    literal::Literal,
    order::Order,
    schema::{Field, FieldType},
};

/// SQL text and the values bound to it, in order.
pub struct Statement {
    pub text: String,
    pub values: Vec<Bound>,
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
            // A comparison with nothing is neither true nor false in SQL.
            Expr::Not(inner) => {
                self.push("((");
                self.condition(inner);
                self.push(") IS NOT TRUE)");
            }
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
        let operand = match test {
            Test::Contains(_) | Test::Prefix(_) => Operand::as_written(field),
            _ => Operand::of(field),
        };
        match (test, &field.kind) {
            (Test::Exists(wanted), _) => {
                self.push(&format!("{} IS {}NULL", operand.kind, if *wanted { "NOT " } else { "" }));
            }
            (Test::Is(kinds), _) => self.push(&operand.is_among(kinds)),
            (_, FieldType::Array(items)) => self.any_item(field, &Operand::of_item(items), test),
            (Test::Contains(item), FieldType::Untyped) => {
                self.push("(");
                if let Literal::Text(part) = item {
                    self.part_of(&operand, part);
                    self.push(" OR ");
                }
                let equal = Test::Compare(Comparison::Eq, item.clone());
                self.any_item(field, &Operand::of_item(&FieldType::Untyped), &equal);
                self.push(")");
            }
            _ => self.scalar(&operand, test),
        }
    }

    /// That an array has an item that meets the test.
    fn any_item(&mut self, field: &Field, item: &Operand, test: &Test) {
        let path = json_path(field);
        self.push(&format!("(json_type(body, {path}) = 'array' AND EXISTS (SELECT 1 FROM json_each(body, {path}) AS item WHERE "));
        self.scalar(item, test);
        self.push("))");
    }

    fn scalar(&mut self, operand: &Operand, test: &Test) {
        match test {
            Test::Compare(comparison, literal) => self.compare(operand, *comparison, literal),
            Test::In(literals) => self.any_of(operand, literals),
            Test::NotIn(literals) => self.none_of(operand, literals),
            Test::Contains(Literal::Text(part)) => self.part_of(operand, part),
            Test::Prefix(prefix) => self.begins(operand, prefix),
            Test::Contains(_) | Test::Exists(_) | Test::Is(_) => self.push("FALSE"),
        }
    }

    fn compare(&mut self, operand: &Operand, comparison: Comparison, literal: &Literal) {
        if *literal == Literal::Null {
            let equal = comparison.holds_for_equals();
            return self.push(&if equal {
                format!("({} AND {} = 'null')", operand.is_nothing(), operand.kind)
            } else {
                "FALSE".into()
            });
        }
        if literal.is_nan() {
            return self.push(&match (comparison, &operand.rank) {
                (Comparison::Ne, Some(_)) => {
                    format!("({} AND NOT {})", operand.is_among(&[ValueKind::Number]), operand.is_nan())
                }
                (other, _) if other.holds_for_equals() => operand.is_nan(),
                _ => "FALSE".into(),
            });
        }
        self.push("(");
        match comparison {
            Comparison::Eq => self.within(operand, &[("=", literal)], None),
            Comparison::Gt => self.within(operand, &[(">", literal)], Some(ValueKind::of(literal))),
            Comparison::Gte => self.within(operand, &[(">=", literal)], Some(ValueKind::of(literal))),
            Comparison::Lt => self.within(operand, &[("<", literal)], Some(ValueKind::of(literal))),
            Comparison::Lte => self.within(operand, &[("<=", literal)], Some(ValueKind::of(literal))),
            Comparison::Ne => {
                self.within(operand, &[("<>", literal)], Some(ValueKind::of(literal)));
                if operand.rank.is_some() {
                    self.push(&format!(" OR {}", operand.is_nan()));
                }
            }
        }
        self.push(")");
    }

    /// The comparisons, kept among the values of `kind` where others could meet them too.
    fn within(&mut self, operand: &Operand, comparisons: &[(&str, &Literal)], kind: Option<ValueKind>) {
        let value = &operand.value;
        let mut and = "";
        if let Some(rank) = &operand.rank {
            self.push(&format!("{rank} = 1"));
            and = " AND ";
        }
        for (symbol, literal) in comparisons {
            self.push(&format!("{and}{value} {symbol} "));
            self.bind(bound(literal));
            and = " AND ";
        }
        let Some(range) = kind.filter(|_| !operand.certain).map(range) else { return };
        // Behind a plus no index is sought by it: where others are rare it would keep a closer bound from the index.
        let sought = if operand.mixed { "" } else { "+" };
        let bounds = |symbol: &str| comparisons.iter().any(|(used, _)| used.starts_with(symbol));
        // A second bound on the same side would be of no use to an index.
        if let Some(floor) = range.floor.filter(|_| !bounds(">")) {
            self.push(&format!(" AND {sought}{value} >= {floor}"));
        }
        if !bounds("<") || bounds("<>") {
            self.push(&format!(" AND {sought}{value} < {}", range.ceiling));
        }
    }

    /// One `IN` for all values of a kind, bound together as a JSON array.
    fn any_of(&mut self, operand: &Operand, literals: &[Literal]) {
        let mut or = "(";
        for kind in [ValueKind::Number, ValueKind::Text] {
            let alike = |literal: &&Literal| ValueKind::of(literal) == kind && !is_special(literal);
            let alike: Vec<&Literal> = literals.iter().filter(alike).collect();
            if alike.is_empty() {
                continue;
            }
            let rank = operand.rank.as_ref().map_or_else(String::new, |rank| format!("{rank} = 1 AND "));
            self.push(&format!("{or}({rank}{} IN (SELECT value FROM json_each(", operand.value));
            self.bind(alike.into_iter().map(Literal::to_json).collect::<Value>().to_string());
            self.push(")))");
            or = " OR ";
        }
        for literal in literals.iter().filter(|literal| is_special(literal)) {
            self.push(or);
            self.compare(operand, Comparison::Eq, literal);
            or = " OR ";
        }
        self.push(if or == "(" { "(FALSE)" } else { ")" });
    }

    fn none_of(&mut self, operand: &Operand, literals: &[Literal]) {
        let kinds = literals.iter().map(ValueKind::of).filter(|kind| *kind != ValueKind::Nothing);
        let kinds: Vec<ValueKind> = kinds.collect();
        if kinds.is_empty() {
            return self.push("FALSE");
        }
        self.push(&format!("({} AND ", operand.is_among(&kinds)));
        self.any_of(operand, literals);
        self.push(" IS NOT TRUE)");
    }

    fn part_of(&mut self, operand: &Operand, part: &str) {
        self.push(&format!("({} AND instr({}, ", operand.is_among(&[ValueKind::Text]), operand.value));
        self.bind(part.to_owned());
        self.push(") > 0)");
    }

    fn begins(&mut self, operand: &Operand, prefix: &str) {
        let (from, until) = (Literal::Text(prefix.to_owned()), behind_prefix(prefix).map(Literal::Text));
        self.push("(");
        match &until {
            Some(until) => self.within(operand, &[(">=", &from), ("<", until)], None),
            None => self.within(operand, &[(">=", &from)], Some(ValueKind::Text)),
        }
        self.push(")");
    }

    /// Adds the `ORDER BY` of an order among documents that meet `filter`. SQLite puts nulls first ascending, as wanted.
    /// A key that the filter holds fixed is left out: SQLite does not see by itself that the index behind it serves.
    pub fn order(&mut self, order: &Order, filter: &Expr) {
        let conjuncts = filter.conjuncts();
        let mut keys = Vec::new();
        for key in order.keys() {
            let tests = conjuncts.iter().filter_map(|conjunct| match conjunct {
                Expr::Test(field, test) if field.path == key.field.path => Some(test),
                _ => None,
            });
            let fixed = tests.map(fixes).max().unwrap_or(Fixed::Nothing);
            let operand = Operand::of(&key.field);
            let direction = if key.direction == Direction::Ascending { "ASC" } else { "DESC" };
            let wanted = match fixed {
                Fixed::Nothing => operand.keys(),
                Fixed::Rank => vec![operand.value.as_str()],
                Fixed::Value => Vec::new(),
            };
            keys.extend(wanted.into_iter().map(|sql| format!("{sql} {direction}")));
        }
        if !keys.is_empty() {
            self.push(&format!(" ORDER BY {}", keys.join(", ")));
        }
    }
}

/// How much of a field's operand is the same in all documents that meet a test.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fixed {
    Nothing,
    Rank,
    Value,
}

fn fixes(test: &Test) -> Fixed {
    match test {
        Test::Compare(Comparison::Eq, _) => Fixed::Value,
        Test::Compare(Comparison::Ne, _) => Fixed::Nothing,
        Test::Compare(_, literal) if literal.is_nan() => Fixed::Value,
        Test::Compare(..) => Fixed::Rank,
        Test::Is(kinds)
            if matches!(kinds.as_slice(), [ValueKind::Nothing | ValueKind::Object | ValueKind::Array]) =>
        {
            Fixed::Value
        }
        _ => Fixed::Nothing,
    }
}

/// Values that a JSON array of alike values cannot hold, or that SQL does not compare.
fn is_special(literal: &Literal) -> bool {
    match literal {
        Literal::Null | Literal::Boolean(_) => true,
        Literal::Double(double) => !double.is_finite(),
        Literal::Integer(_) | Literal::Text(_) => false,
    }
}

fn bound(literal: &Literal) -> Bound {
    match literal {
        Literal::Null => Bound::Null,
        Literal::Boolean(value) => Bound::Blob(vec![boolean(*value)]),
        Literal::Integer(value) => Bound::Integer(*value),
        Literal::Double(value) => Bound::Real(*value),
        Literal::Text(text) => Bound::Text(text.clone()),
    }
}
