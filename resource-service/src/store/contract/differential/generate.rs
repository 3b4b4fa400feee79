//! Random documents and queries. Values come from small pools, so that they meet.

use serde_json::{Map, Value, json};

use super::{
    oracle::Condition,
    sample::{FIELDS, Kind, SampleField},
};

pub const OPERATORS: [&str; 11] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "exists", "contains", "prefix"];

const TEXTS: [&str; 27] = [
    "",
    "a",
    "A",
    "b",
    "ab",
    "abc",
    "é",
    "e\u{301}",
    "z",
    "\u{d7ff}",
    "\u{e000}",
    "\u{ffff}",
    "\u{10000}",
    "\u{1F600}",
    "\u{10ffff}",
    "a\u{10ffff}",
    "a\0b",
    "a\0",
    "null",
    "NaN",
    "1",
    "'; --",
    "$where",
    "a,b",
    "(x)",
    "\"q\"",
    "%_\\",
];
const INTEGERS: [i64; 13] = [
    0,
    1,
    -1,
    2,
    5,
    i64::MIN,
    i64::MIN + 1,
    i64::MAX,
    i64::MAX - 1,
    1 << 53,
    (1 << 53) + 1,
    -(1 << 53) - 1,
    1 << 62,
];
const DOUBLES: [f64; 18] = [
    0.0,
    -0.0,
    0.5,
    1.0,
    2.0,
    -1.5,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    -9_007_199_254_740_992.0,
    9_223_372_036_854_775_808.0,
    -9_223_372_036_854_775_808.0,
    9_223_372_036_854_774_784.0,
    1e300,
    -1e300,
    5e-324,
    f64::MIN_POSITIVE,
    0.1,
    0.300_000_000_000_000_04,
];
pub const SPECIAL: [&str; 3] = ["NaN", "Infinity", "-Infinity"];
/// Some are the same instant, written differently; others differ in a digit behind the ninth.
pub const DATES: [&str; 14] = [
    "2026-01-31T12:00:00Z",
    "2026-01-31T13:00:00.000+01:00",
    "2026-01-31t06:30:00-05:30",
    "2026-01-31T12:00:00.123456789Z",
    "2026-01-31T12:00:00.1234567891Z",
    "2026-01-31T12:00:00.123456789000Z",
    "2026-02-01T02:00:00+14:00",
    "1969-12-31T23:59:59.999999999Z",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999+00:00",
    "2026-01-31T12:00:00.5Z",
    "2026-01-31T12:00:00+01:00",
    "2025-12-31T23:59:59Z",
    "2026-01-31T12:00:00-05:30",
];

/// Numbers that look random and are the same each time (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).expect("small");
        usize::try_from(self.next() % end).expect("small")
    }

    pub fn pick<T: Copy>(&mut self, pool: &[T]) -> T {
        pool[self.below(pool.len())]
    }

    /// True `percent` times of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

fn number(random: &mut Random) -> Value {
    if random.chance(45) { random.pick(&INTEGERS).into() } else { random.pick(&DOUBLES).into() }
}

/// A value of a kind, null left aside.
fn scalar(random: &mut Random, kind: Kind) -> Value {
    match kind {
        Kind::Text => random.pick(&TEXTS).into(),
        Kind::Date => random.pick(&DATES).into(),
        Kind::Integer => random.pick(&INTEGERS).into(),
        Kind::Ieee754 if random.chance(35) => random.pick(&SPECIAL).into(),
        Kind::Number | Kind::Ieee754 => number(random),
        Kind::Boolean => random.chance(50).into(),
        Kind::Anything => match random.below(8) {
            0 => Value::Null,
            1 => random.chance(50).into(),
            2..=4 => number(random),
            _ => random.pick(&TEXTS).into(),
        },
        Kind::Texts | Kind::Dates | Kind::Ieee754s | Kind::Anythings | Kind::Object => panic!("no scalar"),
    }
}

/// Anything at all.
pub fn anything(random: &mut Random, depth: usize) -> Value {
    match random.below(10) {
        0 if depth > 0 => json!({"e": anything(random, depth - 1)}),
        1 | 2 if depth > 0 => (0..random.below(4)).map(|_| anything(random, depth - 1)).collect(),
        3 if depth > 0 => json!([{"e": anything(random, 0)}, {"e": 1}]),
        _ => scalar(random, Kind::Anything),
    }
}

/// The members of a document that its author writes.
pub fn members(random: &mut Random) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, kind, nullable) in
        FIELDS.iter().filter(|(name, ..)| !name.contains('.') && !name.starts_with('_'))
    {
        let required = ["t", "y"].contains(name);
        if !required && random.chance(25) {
            continue;
        }
        let value = match kind {
            _ if *nullable && random.chance(15) => Value::Null,
            Kind::Object => {
                if random.chance(70) {
                    json!({"s": random.pick(&TEXTS)})
                } else {
                    json!({})
                }
            }
            Kind::Anythings => (0..random.below(4)).map(|_| anything(random, 1)).collect(),
            _ => match kind.items() {
                Some(items) => (0..random.below(4)).map(|_| scalar(random, items)).collect(),
                None => scalar(random, *kind),
            },
        };
        members.insert((*name).to_owned(), value);
    }
    if random.chance(85) {
        let mut free = Map::new();
        for name in ["a", "d", "o'd \"x\""] {
            let value = match random.below(4) {
                0 => continue,
                1 if name == "d" => json!({"e": anything(random, 1)}),
                2 if name != "a" => json!({"e": anything(random, 1), "0": anything(random, 1)}),
                _ => anything(random, 2),
            };
            free.insert(name.to_owned(), value);
        }
        members.insert("free".into(), free.into());
    }
    if random.chance(60) {
        let value = random.chance(80).then(|| json!({"value": scalar(random, Kind::Ieee754)}));
        members.insert("results".into(), json!({"e": value.unwrap_or_else(|| json!({}))}));
    }
    if random.chance(70) {
        let [at, other] = [(), ()].map(|()| scalar(random, Kind::Date));
        members.insert("when".into(), json!({"at": at, "other": other}));
    }
    let labels =
        random.chance(70).then(|| json!({"team": random.pick(&TEXTS), "other": random.pick(&TEXTS)}));
    members.extend(labels.map(|labels| ("labels".to_owned(), labels)));
    let loose = json!({"v": if random.chance(15) { Value::Null } else { number(random) }});
    match random.below(5) {
        0 => {}
        1 => drop(members.insert("loose".into(), json!([loose, {"v": 1}]))),
        2 => drop(members.insert("loose".into(), scalar(random, Kind::Anything))),
        _ => drop(members.insert("loose".into(), loose)),
    }
    members
}

/// A query as a client asks it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub condition: Condition,
    pub as_json: bool,
    pub sort: Vec<(SampleField, bool)>,
    pub limit: usize,
}

impl Asked {
    pub fn random(random: &mut Random) -> Self {
        let wanted_as_json = random.chance(50);
        let count = random.pick(&[0, 1, 1, 1, 1, 2, 2, 3]);
        let condition = Condition::All((0..count).map(|_| condition(random, 2, wanted_as_json)).collect());
        let mut sort: Vec<(SampleField, bool)> = Vec::new();
        for _ in 0..random.pick(&[0, 1, 1, 1, 2, 2]) {
            let field = random.pick(&FIELDS);
            let known = sort.iter().any(|((path, ..), _)| *path == field.0);
            if !known && field.1.items().is_none() && field.1 != Kind::Object {
                sort.push((field, random.chance(50)));
            }
        }
        let as_json = wanted_as_json || !has_brackets(&condition);
        Self { condition, as_json, sort, limit: random.pick(&[1, 7, 30, 100, 1000]) }
    }

    /// The decoded parameters.
    pub fn pairs(&self, after: Option<&str>) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        match &self.condition {
            condition if self.as_json => pairs.push(("filter".to_owned(), as_json(condition).to_string())),
            Condition::All(parts) => parts.iter().for_each(|part| push_brackets(part, &mut pairs)),
            other => push_brackets(other, &mut pairs),
        }
        let sort: Vec<String> = self
            .sort
            .iter()
            .map(|((path, ..), descends)| format!("{}{path}", if *descends { "-" } else { "" }))
            .collect();
        if !sort.is_empty() {
            pairs.push(("sort".into(), sort.join(",")));
        }
        pairs.push(("limit".into(), self.limit.to_string()));
        pairs.extend(after.map(|cursor| ("after".into(), cursor.to_owned())));
        pairs
    }

    /// What the notation that it is asked in makes of the condition.
    pub fn meant(&self) -> Condition {
        if self.as_json { self.condition.clone() } else { self.condition.unquoted() }
    }

    /// Each operator used, and in which notation.
    pub fn operators(&self) -> Vec<String> {
        let mut found = Vec::new();
        let notation = if self.as_json { "$" } else { "" };
        collect(&self.condition, &mut |operator| found.push(format!("{notation}{operator}")));
        found
    }
}

fn collect(condition: &Condition, found: &mut dyn FnMut(&str)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| collect(part, found)),
        Condition::Not(inner) => collect(inner, found),
        Condition::Test { operator, .. } => found(operator),
    }
}

fn condition(random: &mut Random, depth: usize, as_json: bool) -> Condition {
    let parts = |random: &mut Random| {
        (0..=random.below(3)).map(|_| condition(random, depth - 1, as_json)).collect::<Vec<_>>()
    };
    match random.below(10) {
        0 | 1 if depth > 0 => Condition::Any(parts(random)),
        2 if depth > 0 => Condition::All(parts(random)),
        3 | 4 if depth > 0 && as_json => Condition::Not(Box::new(condition(random, depth - 1, as_json))),
        _ => test(random),
    }
}

fn test(random: &mut Random) -> Condition {
    let field @ (_, kind, nullable) = random.pick(&FIELDS);
    let operators: &[&str] = match kind {
        Kind::Object => &["exists"],
        Kind::Texts | Kind::Dates | Kind::Ieee754s | Kind::Anythings => &["eq", "in", "contains", "exists"],
        Kind::Text | Kind::Date | Kind::Anything => &OPERATORS,
        Kind::Integer | Kind::Number | Kind::Ieee754 | Kind::Boolean => &OPERATORS[..9],
    };
    let operator = random.pick(operators);
    let literal = kind.items().unwrap_or(kind);
    let value = |random: &mut Random| match literal {
        Kind::Text if field.0 == "_id" => format!("{:04}", random.below(10_000)).into(),
        _ if nullable && random.chance(8) => Value::Null,
        kind => scalar(random, kind),
    };
    let values = match operator {
        "exists" => vec![random.chance(50).into()],
        "in" | "nin" => (0..=random.below(4)).map(|_| value(random)).collect(),
        "prefix" => vec![part(random, kind)],
        "contains" if kind == Kind::Text || kind == Kind::Date => vec![part(random, kind)],
        _ => vec![value(random)],
    };
    Condition::Test { field, operator, values }
}

/// A part of a string.
fn part(random: &mut Random, kind: Kind) -> Value {
    match kind {
        Kind::Date => random.pick(&["2026-", "2026-01-31T12:00:00", "5Z", "", "x"]).into(),
        _ => random.pick(&TEXTS).into(),
    }
}

/// Whether the notation with brackets can say it: it has no negation, and no null where text is read.
fn has_brackets(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().all(has_brackets),
        Condition::Not(_) => false,
        Condition::Test { field: (_, kind, _), values, .. } => {
            *kind != Kind::Text || values.iter().all(|value| !value.is_null())
        }
    }
}

fn as_json(condition: &Condition) -> Value {
    let list = |parts: &[Condition]| parts.iter().map(as_json).collect::<Value>();
    match condition {
        Condition::All(parts) if parts.is_empty() => json!({}),
        Condition::All(parts) => json!({"$and": list(parts)}),
        Condition::Any(parts) => json!({"$or": list(parts)}),
        Condition::Not(inner) => json!({"$not": as_json(inner)}),
        Condition::Test { field: (path, ..), operator, values } => {
            let value =
                if ["in", "nin"].contains(operator) { values.clone().into() } else { values[0].clone() };
            json!({ *path: { format!("${operator}"): value } })
        }
    }
}

fn push_brackets(condition: &Condition, pairs: &mut Vec<(String, String)>) {
    match condition {
        Condition::All(parts) => parts.iter().for_each(|part| push_brackets(part, pairs)),
        Condition::Any(parts) => pairs.push(("or".into(), group(parts))),
        Condition::Test { field, operator, values } => {
            pairs.push((format!("{}[{operator}]", field.0), text(*field, operator, values)));
        }
        Condition::Not(_) => panic!("brackets have no negation"),
    }
}

fn group(parts: &[Condition]) -> String {
    let part = |part: &Condition| match part {
        Condition::All(parts) => format!("and={}", group(parts)),
        Condition::Any(parts) => format!("or={}", group(parts)),
        Condition::Test { field, operator, values } => {
            let value = text(*field, operator, values);
            format!("{}[{operator}]={}", field.0, quoted(value, &[',', '(', ')', '"']))
        }
        Condition::Not(_) => panic!("brackets have no negation"),
    };
    format!("({})", parts.iter().map(part).collect::<Vec<_>>().join(","))
}

fn quoted(text: String, special: &[char]) -> String {
    if text.contains(special) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn text((_, kind, _): SampleField, operator: &str, values: &[Value]) -> String {
    let kind = kind.items().unwrap_or(kind);
    let one = |value: &Value| match value {
        Value::String(text) if kind != Kind::Anything => text.clone(),
        other => other.to_string(),
    };
    if ["in", "nin"].contains(&operator) {
        values.iter().map(|value| quoted(one(value), &[',', '"'])).collect::<Vec<_>>().join(",")
    } else {
        one(&values[0])
    }
}
