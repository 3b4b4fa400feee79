//! Checks a document against its collection's schema, and says each fault so that a person can act on it.

use jsonschema::{PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value};
use service_kit::wording::short;
use shared_models::problem::FieldError;

use super::{effort::Effort, fault::DefinitionFault, hint, pointer, sight::Sight};
use crate::query::{
    instant::{self, NoInstant},
    literal::special,
    references::to_pointers,
    schema::IEEE754,
};

/// The most faults that are reported at once.
pub const MAX_FAULTS: usize = 20;

/// A schema, ready to check documents.
pub struct SchemaRules {
    /// Its references are pointers.
    schema: Value,
    has_defaults: bool,
    validator: Validator,
    effort: Effort,
}

impl SchemaRules {
    /// The schema, whose references are pointers.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// Whether there is a `default` anywhere in the schema.
    pub fn has_defaults(&self) -> bool {
        self.has_defaults
    }
}

/// Formats that say how a value is meant, as pydantic and OpenAPI write them. Any text has them.
const ANNOTATIONS: [&str; 15] = [
    "binary",
    "byte",
    "base64url",
    "password",
    "path",
    "file-path",
    "directory-path",
    "multi-host-uri",
    "json-string",
    "color",
    "ipv4network",
    "ipv6network",
    "ipvanyaddress",
    "ipvanyinterface",
    "ipvanynetwork",
];

/// What the keyword `type` may be (JSON Schema Core, section 6.1).
const TYPES: &str = "is not a type; expected \"object\", \"array\", \"string\", \"integer\", \"number\", \"boolean\" or \"null\", \
    or an array of some of these";

/// Compiles a JSON Schema 2020-12. Formats are asserted, an unknown one is refused, references stay within
/// the schema, and patterns run in linear time. The pointer of a fault leads into the schema.
pub fn compile(schema: &Value) -> Result<SchemaRules, DefinitionFault> {
    let mut options = jsonschema::draft202012::options();
    for name in ANNOTATIONS {
        options = options.with_format(name, |_: &str| true);
    }
    let validator = options
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_format(IEEE754, |text: &str| special(text).is_some())
        .with_format("date-time", |text: &str| instant::key(text).is_ok())
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|fault| {
            let place = fault.instance_path().as_str();
            let came = short(&fault.instance().to_string());
            let message = match fault.kind() {
                ValidationErrorKind::AnyOf { .. } if place.ends_with("/type") => format!("{came} {TYPES}"),
                _ => fault.masked_with(came).to_string(),
            };
            DefinitionFault::at(place, format!("{message} (at {place:?})"))
        })?;
    let schema = to_pointers(schema.clone());
    let (effort, has_defaults) = (Effort::of(&schema)?, mentions_default(&schema));
    Ok(SchemaRules { schema, has_defaults, validator, effort })
}

fn mentions_default(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.contains_key("default") || members.values().any(mentions_default),
        Value::Array(items) => items.iter().any(mentions_default),
        _ => false,
    }
}

impl SchemaRules {
    /// What `explain` makes of the faults of a document, for a reader who may see this much of it, at a bounded cost.
    pub fn faults(
        &self,
        document: &Value,
        sight: Sight<'_>,
        explain: impl Fn(&ValidationError<'_>) -> Vec<FieldError> + Sync,
    ) -> Vec<FieldError> {
        let validate = || sight.of(self.validator.iter_errors(document).flat_map(|fault| explain(&fault)));
        self.effort.spend(document, validate).unwrap_or_else(|fault| vec![fault])
    }
}

/// The faults of a document, at most [`MAX_FAULTS`], for a reader who may see this much of it.
pub fn faults(rules: &SchemaRules, document: &Value, sight: Sight<'_>) -> Vec<FieldError> {
    let mut faults = rules.faults(document, sight, |fault| explain(rules, fault, sight));
    faults.truncate(MAX_FAULTS);
    faults
}

/// A missing or unexpected member is pointed at itself, not the object it is missing from.
fn explain(rules: &SchemaRules, fault: &ValidationError<'_>, sight: Sight<'_>) -> Vec<FieldError> {
    let place = fault.instance_path().as_str();
    let code = fault.kind().keyword();
    let came = || sight.name(place, fault.instance());
    let at = |name: &str, message: String| FieldError::at(pointer(place, name), code, message);
    match fault.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![at(name, format!("{:?} is required", short(name)))]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| at(name, hint::unexpected(&rules.schema, fault, name))).collect()
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> =
                options.as_array().into_iter().flatten().map(Value::to_string).collect();
            let message = format!("{} is not one of {}", came(), options.join(", "));
            vec![FieldError::at(place, code, message)]
        }
        ValidationErrorKind::Type { .. } => {
            let hint = hint::expected_object(&rules.schema, fault).unwrap_or_default();
            vec![FieldError::at(place, code, format!("{}{hint}", fault.masked_with(came())))]
        }
        ValidationErrorKind::Format { format } if format == "date-time" => {
            let why = fault.instance().as_str().and_then(|text| instant::key(text).err());
            let message = format!("{} {}", came(), why.unwrap_or(NoInstant::Syntax));
            vec![FieldError::at(place, code, message)]
        }
        ValidationErrorKind::Format { format } if format == IEEE754 => {
            let texts =
                "the strings \"NaN\", \"Infinity\" and \"-Infinity\"; numbers are written without quotes";
            let message = format!("{} is none of {texts}", came());
            vec![FieldError::at(place, code, message)]
        }
        ValidationErrorKind::FalseSchema => vec![FieldError::at(place, code, "no value is allowed here")],
        ValidationErrorKind::PropertyNames { .. } if !sight.quotes(place) => {
            vec![FieldError::at(place, code, "the name of a member is not allowed here")]
        }
        _ => vec![FieldError::at(place, code, fault.masked_with(came()).to_string())],
    }
}

/// Names that a store or a query would take for its own notation.
pub fn name_faults(members: &Map<String, Value>, parent: &str, faults: &mut Vec<FieldError>) {
    for (name, value) in members {
        let rule = if name.is_empty() {
            Some("a name may not be empty")
        } else if name.starts_with('$') {
            Some("a name may not begin with $")
        } else if name.contains('.') {
            Some("a name may not contain a dot, which separates the names of a path")
        } else if name.contains('\0') {
            Some("a name may not contain NUL")
        } else {
            None
        };
        if let Some(rule) = rule {
            faults.push(FieldError::at(pointer(parent, name), "name", format!("{:?}: {rule}", short(name))));
        }
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            continue;
        }
        nested_name_faults(value, &pointer(parent, name), faults);
    }
}

fn nested_name_faults(value: &Value, place: &str, faults: &mut Vec<FieldError>) {
    match value {
        Value::Object(members) => name_faults(members, place, faults),
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (index, item) in items.iter().enumerate() {
                nested_name_faults(item, &pointer(place, &index.to_string()), faults);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value, document: &Value) -> Vec<(String, String, String)> {
        let faults = faults(&compile(schema).unwrap(), document, Sight::Whole);
        faults.into_iter().map(|fault| (fault.pointer.unwrap(), fault.code, fault.message)).collect()
    }

    #[test]
    fn a_fault_says_where_it_is_what_was_expected_and_what_came() {
        let schema = json!({"properties": {"a/b": {"type": "number"}, "at": {"format": "date-time"}}});
        let faults = check(&schema, &json!({"a/b": "x".repeat(200), "at": "yesterday"}));
        assert_eq!((faults[0].0.as_str(), faults[0].1.as_str()), ("/a~1b", "type"));
        assert!(faults[0].2.contains("number") && faults[0].2.len() < 130, "{}", faults[0].2);
        assert_eq!((faults[1].0.as_str(), faults[1].1.as_str()), ("/at", "format"));
        assert!(faults[1].2.contains("yesterday"), "{}", faults[1].2);
    }

    #[test]
    fn a_value_outside_an_enumeration_is_told_all_that_it_may_be() {
        let schema = json!({"enum": ["planned", "running", "finished", "failed", null]});
        let faults = check(&schema, &json!("done"));
        let message = r#""done" is not one of "planned", "running", "finished", "failed", null"#;
        assert_eq!(faults, [(String::new(), "enum".to_owned(), message.to_owned())]);
    }

    #[test]
    fn a_missing_and_an_unexpected_member_are_pointed_at_themselves() {
        let schema = json!({"required": ["a"], "properties": {"a": {}}, "additionalProperties": false});
        let faults = check(&schema, &json!({"b": 1, "c": 2}));
        let places: Vec<(&str, &str)> = faults.iter().map(|f| (f.0.as_str(), f.1.as_str())).collect();
        assert_eq!(places.len(), 3);
        for expected in [("/a", "required"), ("/b", "additionalProperties"), ("/c", "additionalProperties")] {
            assert!(places.contains(&expected), "{places:?}");
        }
    }

    #[test]
    fn no_more_than_twenty_faults_are_told() {
        let schema = json!({"items": {"type": "string"}});
        assert_eq!(check(&schema, &json!(vec![1; 1000])).len(), MAX_FAULTS);
    }

    #[test]
    fn ieee754_takes_numbers_and_its_three_names_only() {
        let schema = json!({"type": ["number", "string"], "format": "ieee754"});
        for good in [json!(5), json!(0.5), json!("NaN"), json!("Infinity"), json!("-Infinity")] {
            assert!(check(&schema, &good).is_empty(), "{good}");
        }
        for bad in [json!("nan"), json!("1"), json!(""), json!(true), json!(null)] {
            assert_eq!(check(&schema, &bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn a_reference_elsewhere_and_an_unknown_format_do_not_compile() {
        assert!(compile(&json!({"$ref": "https://example.org/schema.json"})).is_err());
        assert!(compile(&json!({"$ref": "file:///etc/passwd"})).is_err());
        assert!(compile(&json!({"format": "datetime"})).is_err());
        assert!(compile(&json!({"type": "strnig"})).is_err());
    }

    #[test]
    fn names_that_look_like_operators_or_paths_are_refused_at_any_depth() {
        let document = json!({"a": [{"$gt": 1}], "b.c": 1, "d": {"e\0": {"": 1}}, "fine": {"__proto__": 1}});
        let mut faults = Vec::new();
        name_faults(document.as_object().unwrap(), "", &mut faults);
        let places: Vec<String> = faults.into_iter().filter_map(|fault| fault.pointer).collect();
        assert_eq!(places, ["/a/0/$gt", "/b.c", "/d/e\0", "/d/e\0/"]);
    }
}
