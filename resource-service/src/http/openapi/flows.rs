//! Aggregates and exports in the OpenAPI document.

use serde_json::{Map, Value, json};

use super::{
    described::Described,
    operations::{answer, answers, content, given, operation, parameter, reference},
};
use crate::{
    domain::{aggregate::MAX_GROUPS, table::ExportFormat},
    http::body::JSON,
    query::grouping::{Function, MAX_GROUPED, MAX_STATS},
};

const AGGREGATE: &str = "\
Counts, sums and so on of the documents that meet the conditions, all in one group or by the values of the fields that group names. \
Missing, null, and values that are no single value are one group, null. Equal numbers are one group, 1 and 1.0 too. \
Groups come in the order in which sort would put them. More than 10,000 of them are refused.\n\n\
Sums are exact and rounded once, so they do not depend on the order of documents or the store: a sum of integers is an \
integer of 64 bits, or beyond these a double. stddev is that of a sample (divisor n - 1). Missing values and null are \
skipped; in a field without a type everything but numbers is. NaN makes sum, avg and stddev NaN; in min and max it comes \
before every number, as in sort. Without values the sum is 0, and avg, min, max and (below two values) stddev are null.";

/// What a list says of its files.
pub const EXPORT: &str = "\
With Accept: application/x-ndjson, text/csv or application/vnd.apache.parquet the answer is the whole result in the \
order of sort, as a stream; limit may then be any number, and count and expand are refused. A transfer that is cut before \
its end is not a complete file.\n\nCSV and Parquet have a column for each single value, named by its dotted path, in the \
order of fields, else of the schema. What the schema leaves open (members it does not list, values of no one type) is read once \
before the file begins: each path found is a column of the kind that most of its values have, in the order of their names; \
arrays are JSON text. The last column, _rest, is empty or a JSON object {path: value} of all that fits no other column: nothing \
is lost, also where a document is older than the definition. An empty field is a missing value or null. \
CSV (RFC 4180) keeps every number's digits and puts nothing before a text that a spreadsheet would take for a formula; \
in Parquet every column is optional, integers are INT64, numbers DOUBLE, points in time TIMESTAMP in UTC with microseconds, and \
a value that is finer than its cell is in _rest too.";

/// What an aggregate can be asked beside the fields.
const CONTROLS: [&str; 4] = ["group", "stat", "or", "filter"];

/// `GET /api/NAME/aggregate`.
pub fn aggregate(described: &Described<'_>) -> Value {
    let (collection, answers) = (described.collection, answers("200", answer("Groups"), &[403, 422]));
    let summary = "Return statistics of documents";
    let mut aggregate = operation(collection, "aggregate", summary, &collection.access.read, &answers);
    let filters = described.filters(&CONTROLS);
    aggregate.insert("parameters".into(), CONTROLS.map(given).into_iter().chain(filters).collect());
    aggregate.into()
}

/// The parameters of an aggregate.
pub fn parameters() -> Vec<(String, Value)> {
    let names = Function::ALL.map(Function::name).join("|");
    let group = json!({"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": MAX_GROUPED, "uniqueItems": true});
    let stat = json!({
        "type": "array",
        "items": {"type": "string", "pattern": format!("^(count|({names}):.+)$")},
        "maxItems": MAX_STATS,
        "uniqueItems": true,
    });
    let group = parameter(
        "group",
        "A field of single values to group by; repeat the parameter for further fields.",
        &group,
    );
    let stat = parameter(
        "stat",
        "count, or a function and a field: count:FIELD, sum:FIELD, avg:FIELD, min:FIELD, max:FIELD, stddev:FIELD. count where absent.",
        &stat,
    );
    vec![("group".into(), group), ("stat".into(), stat)]
}

/// The answer of an aggregate.
pub fn responses() -> Vec<(String, Value)> {
    vec![("Groups".into(), json!({"description": AGGREGATE, "content": content(JSON, &reference("Groups"))}))]
}

/// The schemas of aggregates.
pub fn schemas() -> [(String, Value); 2] {
    let group = json!({
        "type": "object",
        "required": ["group"],
        "properties": {"group": {
            "type": "object",
            "description": "The values of the fields of group, by path.",
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        }},
        "additionalProperties": {"type": ["number", "string", "null"], "description": "A statistic, by its value of stat."},
    });
    let groups = json!({
        "type": "object",
        "required": ["groups", "total"],
        "properties": {
            "groups": {"type": "array", "maxItems": MAX_GROUPS, "items": reference("Group")},
            "total": {"type": "integer", "minimum": 0, "description": "The number of documents in all groups."},
        },
    });
    [("Group".into(), group), ("Groups".into(), groups)]
}

/// The media types of a list: a page, and the files of an export.
pub fn exported(page: &Value) -> Value {
    let mut contents = Map::from_iter([(JSON.to_owned(), page.clone())]);
    for format in ExportFormat::ALL {
        let schema = match format {
            ExportFormat::Parquet => json!({"type": "string", "format": "binary"}),
            ExportFormat::Ndjson | ExportFormat::Csv => json!({"type": "string"}),
        };
        contents.insert(format.media_type().to_owned(), json!({"schema": schema}));
    }
    contents.into()
}
