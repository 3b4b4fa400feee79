//! The notation `filter={"a":{"$gt":1},"$or":[…]}`: a closed set of operators, read without a detour through a tree
//! that would round large integers.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use service_kit::wording::short;
use shared_models::problem::FieldError;

use super::{
    condition::{ConditionReader, Given, MAX_NESTING, fault},
    expr::Expr,
    not_json::explained,
};

/// Reads the value of the parameter `filter`.
pub fn read(reader: &mut ConditionReader<'_>, parameter: &str, text: &str) -> Result<Expr, FieldError> {
    let mut filter = Filter { reader, parameter };
    let json: &RawValue = serde_json::from_str(text).map_err(|broken| {
        let why = if text.trim().is_empty() {
            "it is empty".to_owned()
        } else {
            explained(text, &broken, broken.to_string())
        };
        fault(parameter, "syntax", format!("{parameter} is not JSON: {why}"))
    })?;
    filter.object(json, 1)
}

/// The members of an object in their order.
struct Members<'v>(Vec<(String, &'v RawValue)>);

impl<'de: 'v, 'v> Deserialize<'de> for Members<'v> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

struct Filter<'f, 's> {
    reader: &'f mut ConditionReader<'s>,
    parameter: &'f str,
}

impl Filter<'_, '_> {
    fn syntax(&self, message: impl Into<String>) -> FieldError {
        fault(self.parameter, "syntax", message)
    }

    fn members<'v>(&self, json: &'v RawValue) -> Result<Members<'v>, FieldError> {
        let members: Members<'v> = serde_json::from_str(json.get())
            .map_err(|_| self.syntax(format!("expected an object, got {}", short(json.get()))))?;
        let mut names = HashSet::new();
        match members.0.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => {
                let message = format!(
                    "{:?} is given more than once in one object; put the conditions into $and",
                    short(name)
                );
                Err(fault(self.parameter, "duplicate", message))
            }
            None => Ok(members),
        }
    }

    fn check_depth(&self, depth: usize) -> Result<(), FieldError> {
        if depth <= MAX_NESTING {
            return Ok(());
        }
        let message = format!("{} is nested deeper than {MAX_NESTING} levels", self.parameter);
        Err(fault(self.parameter, "limit", message))
    }

    /// All that the members of an object ask for.
    fn object(&mut self, json: &RawValue, depth: usize) -> Result<Expr, FieldError> {
        self.check_depth(depth)?;
        let Members(members) = self.members(json)?;
        let mut parts = Vec::with_capacity(members.len());
        for (name, value) in members {
            parts.push(match name.as_str() {
                "$and" => Expr::all(self.objects(&name, value, depth + 1)?),
                "$or" => Expr::any(self.objects(&name, value, depth + 1)?),
                "$not" => self.object(value, depth + 1)?.negated(),
                _ if name.starts_with('$') => {
                    let message =
                        format!("there is no operator {:?} here; known are $and, $or, $not", short(&name));
                    return Err(fault(self.parameter, "operator", message));
                }
                path => self.field(path, value, depth + 1)?,
            });
        }
        Ok(Expr::all(parts))
    }

    fn objects(&mut self, name: &str, json: &RawValue, depth: usize) -> Result<Vec<Expr>, FieldError> {
        match serde_json::from_str::<Vec<&RawValue>>(json.get()) {
            Ok(parts) if !parts.is_empty() => {
                parts.into_iter().map(|part| self.object(part, depth)).collect()
            }
            _ => Err(self.syntax(format!("{name} expects an array of one or more objects"))),
        }
    }

    /// `value`, or `{"$operator": value, …}`.
    fn field(&mut self, path: &str, json: &RawValue, depth: usize) -> Result<Expr, FieldError> {
        if !json.get().starts_with('{') {
            return self.reader.condition(self.parameter, path, "eq", Given::Json(json));
        }
        self.check_depth(depth)?;
        let Members(members) = self.members(json)?;
        if members.is_empty() {
            return Err(self.syntax(format!("{:?} expects a value or an operator", short(path))));
        }
        let mut parts = Vec::with_capacity(members.len());
        for (name, value) in members {
            let part = match name.strip_prefix('$') {
                Some("not") if value.get().starts_with('{') => self.field(path, value, depth + 1)?.negated(),
                Some(operator) => {
                    self.reader.condition(self.parameter, path, operator, Given::Json(value))?
                }
                None => {
                    let name = short(&name);
                    let message = format!(
                        "{name:?} is not an operator, which begins with $; a member is {path}.{name}"
                    );
                    return Err(fault(self.parameter, "operator", message));
                }
            };
            parts.push(part);
        }
        Ok(Expr::all(parts))
    }
}
