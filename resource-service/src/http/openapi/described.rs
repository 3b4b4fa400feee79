//! A collection as the OpenAPI document describes it: its components and the parameters that its fields make.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    bundle::{Bundle, bundle, plain},
    operations::{answer, component, content, given, parameter, reference},
    schemas, stored,
};
use crate::{
    domain::collection::Collection,
    http::body::JSON,
    query::schema::{FieldType, TextFormat},
};

/// A collection and what was made of its schema.
pub struct Described<'c> {
    /// The collection.
    pub collection: &'c Collection,
    bundle: Bundle,
    filters: Vec<Filter>,
}

/// The conditions on one top-level field.
struct Filter {
    field: String,
    component: String,
    /// The component for the conditions on any field of this type.
    shared: Option<&'static str>,
    /// The schema of the value of each operator.
    tests: Map<String, Value>,
}

impl<'c> Described<'c> {
    /// Reads the collection's schema.
    pub fn new(collection: &'c Collection) -> Self {
        let bundle = bundle(&collection.definition.schema, collection.name());
        let filters = filters(collection, &bundle);
        Self { collection, bundle, filters }
    }

    /// The collection's name, which is that of the component for a document as a client sends it.
    pub fn name(&self) -> &str {
        self.collection.name()
    }

    /// A document as the service returns it.
    pub fn stored(&self) -> Value {
        reference(&format!("{}.stored", self.name()))
    }

    /// An item of a list: where a list must say which fields it returns, none but two are always there.
    fn listed(&self) -> Value {
        reference(&format!(
            "{}.{}",
            self.name(),
            if self.collection.definition.list_requires_view { "listed" } else { "stored" }
        ))
    }

    /// A page of a list.
    pub fn page(&self) -> Value {
        reference(&format!("{}.page", self.name()))
    }

    /// The response with a whole document and its revision.
    pub fn shown(&self) -> Value {
        answer(self.name())
    }

    /// What [`shown`](Self::shown) refers to.
    pub fn response(&self) -> Value {
        json!({
            "description": "The document.",
            "headers": {"ETag": component("headers", "Revision")},
            "content": content(JSON, &self.stored()),
        })
    }

    /// The parameters that choose what is shown of a document.
    pub fn projection(&self) -> Vec<Value> {
        let mut projection = vec![given("fields")];
        let views: Vec<&String> = self.collection.definition.views.keys().collect();
        if !views.is_empty() {
            let description = "A named selection of fields, instead of fields.";
            projection.push(parameter("view", description, &json!({"enum": views})));
        }
        projection
    }

    /// The components that are schemas.
    pub fn schemas(&self) -> Map<String, Value> {
        let name = self.name();
        let titled = |mut schema: Map<String, Value>, how: &dyn Fn(&str) -> String| {
            if let Some(title) = schema.get("title").and_then(Value::as_str).map(how) {
                schema.insert("title".into(), title.into());
            }
            Value::Object(schema)
        };
        let stored = stored::stored(&self.bundle, self.collection);
        let mut page = schemas::page(&self.listed());
        page["properties"]["total"] = reference("Total");
        if let Some(title) = self.bundle.root.get("title") {
            page["title"] = title.clone();
        }
        let page = page.as_object().cloned().unwrap_or_default();
        let mut found = Map::new();
        found.insert(name.to_owned(), self.bundle.root.clone().into());
        if self.collection.definition.list_requires_view {
            let listed = stored::in_part(&self.bundle);
            found.insert(format!("{name}.listed"), titled(listed, &|title| format!("Listed {title}")));
        }
        found.insert(format!("{name}.stored"), titled(stored, &|title| format!("Stored {title}")));
        found.insert(format!("{name}.page"), titled(page, &|title| format!("{title} page")));
        found.extend(self.bundle.parts.clone());
        found
    }

    /// The components that are parameters.
    pub fn parameters(&self) -> impl Iterator<Item = (String, Value)> {
        self.filters.iter().map(|filter| {
            let own = || filter_of(&filter.tests);
            let schema = filter.shared.map_or_else(own, reference);
            // Without an example of its own the page that tries it out would send one test of each kind.
            let parameter = json!({
                "name": filter.field, "in": "query", "style": "deepObject", "explode": true, "example": {},
                "schema": schema,
            });
            (filter.component.clone(), parameter)
        })
    }

    /// The filters of an operation whose own parameters are `taken`. A field with the name of one of these is a
    /// parameter with each operator, such as `count[eq]`.
    pub fn filters(&self, taken: &[&str]) -> Vec<Value> {
        let filter = |filter: &Filter| {
            if !taken.contains(&filter.field.as_str()) {
                return vec![given(&filter.component)];
            }
            let description =
                format!("{} without an operator is another parameter of this request.", filter.field);
            let test = |(operator, schema): (&String, &Value)| {
                parameter(&format!("{}[{operator}]", filter.field), &description, schema)
            };
            filter.tests.iter().map(test).collect()
        };
        self.filters.iter().flat_map(filter).collect()
    }
}

/// Characters of a text that a filter of the description has at most.
const LONGEST_FILTER: u64 = 1000;

/// A filter for each top-level field that can be compared, its operators in brackets.
fn filters(collection: &Collection, bundle: &Bundle) -> Vec<Filter> {
    let properties = bundle.root.get("properties").and_then(Value::as_object);
    let mut taken = BTreeSet::new();
    let filter = |(name, schema): (&String, &Value)| {
        let field = collection.schema.field(&name.parse().ok()?).ok()?;
        let value = bare(schema.clone());
        let tests = tests(&field.kind, value.clone(), bundle)?;
        let shared =
            shared_filters().into_iter().find(|(_, plain, _)| *plain == value).map(|(name, ..)| name);
        let letters = |letter: char| !letter.is_ascii_alphanumeric() && !"_-".contains(letter);
        let own = format!("{}.{}", collection.name(), name.replace(letters, "_"));
        let (mut component, mut count) = (own.clone(), 1);
        while !taken.insert(plain(&component)) {
            count += 1;
            component = format!("{own}_{count}");
        }
        Some(Filter { field: name.clone(), component, shared, tests })
    };
    properties.into_iter().flatten().filter_map(filter).collect()
}

/// Types of fields for which the conditions are a component: its name, the schema of the field, its type.
fn shared_filters() -> [(&'static str, Value, FieldType); 5] {
    let text = FieldType::Text(TextFormat::Plain);
    [
        ("BooleanFilter", json!({"type": "boolean"}), FieldType::Boolean),
        ("IntegerFilter", json!({"type": "integer"}), FieldType::Integer),
        ("NumberFilter", json!({"type": "number"}), FieldType::Number { ieee754: false }),
        ("TextFilter", json!({"type": "string"}), text),
        (
            "TimeFilter",
            json!({"type": "string", "format": "date-time"}),
            FieldType::Text(TextFormat::DateTime),
        ),
    ]
}

/// The schemas of conditions on fields of the plain types.
pub fn filter_schemas() -> impl Iterator<Item = (String, Value)> {
    let none = Bundle { root: Map::new(), parts: Map::new() };
    let schema = move |(name, value, kind): (&str, Value, FieldType)| {
        (name.to_owned(), filter_of(&tests(&kind, value, &none).unwrap_or_default()))
    };
    shared_filters().into_iter().map(schema)
}

fn filter_of(tests: &Map<String, Value>) -> Value {
    json!({"type": "object", "properties": tests, "additionalProperties": false})
}

fn tests(kind: &FieldType, schema: Value, bundle: &Bundle) -> Option<Map<String, Value>> {
    let ordered: &[&str] = &["eq", "ne", "gt", "gte", "lt", "lte"];
    let (operators, value, parts): (_, Value, &[&str]) = match kind {
        FieldType::Object => return None,
        FieldType::Array(_) => {
            let name = schema.get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
            let schema = name.and_then(|name| bundle.parts.get(name)).unwrap_or(&schema);
            let item = schema.get("items").cloned().unwrap_or_else(|| json!({}));
            (&["eq", "contains"][..], bare(item), &[])
        }
        FieldType::Text(_) | FieldType::Untyped => (ordered, schema, &["contains", "prefix", "nin"]),
        _ => (ordered, schema, &["nin"]),
    };
    let mut tests: Map<String, Value> =
        operators.iter().map(|operator| ((*operator).to_owned(), value.clone())).collect();
    tests.insert("in".into(), json!({"type": "string", "description": "Values, separated by commas."}));
    tests.extend(parts.iter().map(|operator| ((*operator).to_owned(), json!({"type": "string"}))));
    tests.insert("exists".into(), json!({"type": "boolean"}));
    Some(tests)
}

/// The schema without what it says about the field of a document. A default would be sent by clients, as a condition.
fn bare(mut schema: Value) -> Value {
    if let Value::Object(members) = &mut schema {
        for about in ["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"] {
            members.shift_remove(about);
        }
        // An address has no room for the longest texts.
        if members.get("maxLength").and_then(Value::as_u64).is_some_and(|length| length > LONGEST_FILTER) {
            members.insert("maxLength".into(), LONGEST_FILTER.into());
        }
    }
    schema
}
