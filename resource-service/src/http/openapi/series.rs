//! The paths of series by the point and of comparing calculations, where the collections for them are served.

use serde_json::{Map, Value, json};

use super::operations::{answers, content, operation, parameter, reference};
use crate::{
    domain::{
        collection::Collection, downsample::FEWEST, grant::CALCULATIONS, series::SERIES, specials::LISTED,
    },
    http::{
        body::JSON,
        rendering::{CSV, NDJSON},
        series::{DEFAULT_LIMIT, DEFAULT_METRICS, MAX_LIMIT, MAX_METRICS as METRICS_OF_A_PAGE, MAX_SAMPLE},
    },
    ops::{
        compare::{MAX_IDS, MAX_METRICS},
        series::append::{MAX_POINTS, MAX_SERIES},
    },
};

/// The paths that these collections have beside those that every collection has.
pub fn paths(collections: &[&Collection]) -> Map<String, Value> {
    let named = |name: &str| collections.iter().find(|collection| collection.name() == name);
    let mut paths = Map::new();
    if let Some(series) = named(SERIES).filter(|series| series.keeps_points()) {
        paths.insert("/api/series/points".into(), json!({"get": read(series), "post": append(series)}));
        paths.insert("/api/series/metrics".into(), json!({"get": metrics(series)}));
    }
    if let Some(calculations) = named(CALCULATIONS) {
        paths.insert("/api/calculations/compare".into(), json!({"get": compare(calculations)}));
    }
    paths
}

fn number() -> Value {
    json!({"type": ["number", "string"], "format": "ieee754", "description": "NaN, Infinity and -Infinity are strings."})
}

fn text() -> Value {
    json!({"type": "string", "minLength": 1})
}

fn step() -> Value {
    json!({"type": "integer", "format": "int64"})
}

fn point() -> Value {
    json!({
        "type": "object",
        "required": ["step", "value"],
        "properties": {"step": step(), "value": number(), "time": {"type": "string", "format": "date-time"}},
    })
}

fn object(required: &[&str], properties: &Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties})
}

fn needed(name: &str, description: &str) -> Value {
    let mut needed = parameter(name, description, &text());
    needed["required"] = true.into();
    needed
}

fn described(operation: Map<String, Value>, description: &str, more: &Value) -> Value {
    let mut operation = operation;
    operation.insert("description".into(), description.into());
    operation.extend(more.as_object().cloned().unwrap_or_default());
    operation.into()
}

/// The schema of what was done with the points of one series.
const OUTCOME: &str = "PointsOutcome";

/// The schema of the special values of a sample.
const SPECIALS: &str = "SpecialValues";

/// The schemas of series.
pub fn schemas() -> [(String, Value); 2] {
    let outcome = object(
        &["calculation", "metric", "accepted", "repeated", "replaced"],
        &json!({
            "calculation": text(), "metric": text(),
            "accepted": {"type": "integer", "description": "The number of new points."},
            "repeated": {"type": "integer", "description": "The number of points that were stored already with the same value and time."},
            "replaced": {"type": "integer", "description": "The number of points that had another value or time."},
        }),
    );
    [(OUTCOME.into(), outcome), (SPECIALS.into(), specials())]
}

fn specials() -> Value {
    let count = |name: &str| json!({"type": "integer", "minimum": 0, "description": format!("The number of {name}.")});
    let value = json!({"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]});
    let listed = object(&["step", "value"], &json!({"step": step(), "value": value}));
    let mut specials = object(
        &["nan", "infinity", "negative_infinity", "points", "complete"],
        &json!({
            "nan": count("NaN"), "infinity": count("Infinity"), "negative_infinity": count("-Infinity"),
            "points": {"type": "array", "maxItems": LISTED, "items": listed, "description": "The first of them, in order of the steps."},
            "complete": {"type": "boolean", "description": "Whether points lists all of them."},
        }),
    );
    specials["description"] =
        "For a sample: the values of the range that are not finite, also of points that the sample leaves out.".into();
    specials
}

fn append(series: &Collection) -> Value {
    let body = json!({
        "type": "object",
        "required": ["calculation", "metric", "points"],
        "additionalProperties": false,
        "properties": {
            "calculation": {"type": "string", "minLength": 1, "maxLength": 100},
            "metric": {"type": "string", "minLength": 1, "maxLength": 100},
            "unit": {"type": "string", "maxLength": 50},
            "points": {"type": "array", "maxItems": MAX_POINTS, "items": point()},
        },
    });
    let many = |one: &Value| json!({"oneOf": [one, {"type": "array", "maxItems": MAX_SERIES, "items": one}]});
    let good = json!({
        "description": "The outcome. An array of series returns an array of outcomes, in its order.",
        "content": content(JSON, &reference(OUTCOME)),
    });
    let answers = answers("200", good, &[400, 403, 409, 413, 415, 422]);
    let post = operation(series, "append", "Append points to series", &series.access.write, &answers);
    let replace = json!({"type": "boolean", "default": false});
    described(
        post,
        "Each step of a metric is stored once, even if others append at the same time: points can be sent again. A step \
         that has another value, or another time, is a conflict (409, one error for each) and keeps it; all other \
         points are stored. With replace=true the whole point is overwritten, its time too. An event of \
         /api/series/changes carries the points that are new in its document; points that the service moves to another \
         document come once more.",
        &json!({
            "parameters": [parameter("replace", "Whether a step that has another value or time is overwritten.", &replace)],
            "requestBody": {"required": true, "content": content(JSON, &many(&body))},
        }),
    )
}

fn read(series: &Collection) -> Value {
    let mut kept = point();
    kept["properties"]["min"] = number();
    kept["properties"]["max"] = number();
    let page = object(
        &["calculation", "metric", "points", "next"],
        &json!({
            "calculation": text(), "metric": text(), "unit": {"type": "string"},
            "points": {"type": "array", "items": kept},
            "next": {"type": ["integer", "null"], "description": "The value of from for the next page."},
            "count": {"type": "integer", "description": "For a sample: the number of points it represents."},
            "min": point(), "max": point(), "specials": reference(SPECIALS),
        }),
    );
    let mut body = content(JSON, &page);
    body[NDJSON] = json!({"schema": {"type": "string", "description": "One point per line."}});
    body[CSV] =
        json!({"schema": {"type": "string", "description": "step,value,time, and min,max of a sample."}});
    let answers =
        answers("200", json!({"description": "The points.", "content": body}), &[400, 403, 406, 422]);
    let get = operation(series, "points", "Read a series", &series.access.read, &answers);
    let limit = json!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT});
    let sample = json!({"type": "integer", "minimum": FEWEST, "maximum": MAX_SAMPLE});
    described(
        get,
        "In order of the steps. NDJSON and CSV give all points, or the first of them by limit. With points the series is reduced to \
         that many points at most: chosen by Largest-Triangle-Three-Buckets, each with the smallest and the largest finite value of its \
         bucket (min, max), and always the extremes of the whole range. As JSON, a sample also counts all values of the range that are \
         not finite, and lists the first of them (specials).",
        &json!({"parameters": [
            needed("calculation", "_id of the calculation."),
            needed("metric", "The metric."),
            parameter("from", "The first step.", &step()),
            parameter("to", "The last step.", &step()),
            parameter("limit", "The maximum number of points.", &limit),
            parameter("points", "Downsample to this many points.", &sample),
        ]}),
    )
}

fn metrics(series: &Collection) -> Value {
    let metric = object(
        &["metric", "count"],
        &json!({
            "metric": text(), "unit": {"type": "string"}, "count": {"type": "integer"},
            "first_step": step(), "last_step": step(), "min": number(), "max": number(), "last_value": number(),
        }),
    );
    let page = object(
        &["items", "next"],
        &json!({"items": {"type": "array", "items": metric}, "next": {"type": ["string", "null"]}}),
    );
    let good = json!({"description": "The metrics by name.", "content": content(JSON, &page)});
    let answers = answers("200", good, &[400, 403, 422]);
    let get =
        operation(series, "metrics", "Summarize what a calculation measured", &series.access.read, &answers);
    let limit =
        json!({"type": "integer", "minimum": 1, "maximum": METRICS_OF_A_PAGE, "default": DEFAULT_METRICS});
    described(
        get,
        "min and max leave NaN out; last_value is the value at the last step.",
        &json!({"parameters": [
            needed("calculation", "_id of the calculation."),
            parameter("after", "The page begins after this metric.", &json!({"type": "string"})),
            parameter("limit", "The maximum number of metrics.", &limit),
        ]}),
    )
}

fn compare(calculations: &Collection) -> Value {
    let ids = json!({"type": "array", "items": {"type": "string"}});
    let by_id = json!({"type": "object", "description": "By id, where the document has it."});
    let list = |item: &Value| json!({"type": "array", "items": item});
    let parameter_difference =
        object(&["pointer", "values", "absent"], &json!({"pointer": text(), "values": by_id, "absent": ids}));
    let flag = json!({"type": "boolean"});
    let maybe = json!({"type": ["number", "string", "null"]});
    let result = object(
        &["name", "values", "absent", "units_differ", "difference"],
        &json!({"name": {"type": "string"}, "values": by_id, "absent": ids, "units_differ": flag, "difference": maybe}),
    );
    let largest = json!({"type": ["object", "null"], "properties": {"difference": number(), "step": step()}});
    let metric = object(
        &["metric", "units", "units_differ", "common_steps", "largest", "first_beyond"],
        &json!({
            "metric": text(), "units": by_id, "units_differ": flag, "common_steps": {"type": "integer"},
            "largest": largest, "first_beyond": {"type": ["integer", "null"]},
        }),
    );
    let mut series = list(&metric);
    series["type"] = json!(["array", "null"]);
    series["description"] =
        "Metrics that at least two of them have; null if the caller may not read series.".into();
    let truncated =
        format!("Whether there are more metrics than the first {MAX_METRICS}, which are compared.");
    let found = object(
        &["ids", "tolerance", "parameters", "results", "series", "series_truncated"],
        &json!({
            "ids": ids, "tolerance": {"type": "object"}, "parameters": list(&parameter_difference),
            "results": list(&result), "series": series,
            "series_truncated": {"type": "boolean", "description": truncated},
        }),
    );
    let good = json!({"description": "What differs.", "content": content(JSON, &found)});
    let answers = answers("200", good, &[400, 403, 404, 422]);
    let get = operation(calculations, "compare", "Compare calculations", &calculations.access.read, &answers);
    let distance = json!({"type": "number", "minimum": 0, "default": 0});
    described(
        get,
        "Parameters that differ, and results and series that differ by more than the tolerance: values agree where |a - b| is \
         at most abs, or at most rel of the larger of the two, or where they are at most ulp doubles apart; by default where they \
         are equal. NaN agrees with NaN. Results in different units never agree.",
        &json!({"parameters": [
            needed("ids", &format!("2 to {MAX_IDS} ids, separated by commas.")),
            parameter("abs", "Absolute tolerance.", &distance),
            parameter("rel", "Relative tolerance.", &distance),
            parameter("ulp", "Tolerance in units in the last place.", &json!({"type": "integer", "minimum": 0, "default": 0})),
        ]}),
    )
}
