//! The notation `or=(a[gt]=1,b=2)`: conditions between parentheses, commas between them. Within it `or=(…)` and
//! `and=(…)` are groups again; a value that holds a comma, a parenthesis or a quote is quoted as in a list (RFC 4180).

use shared_models::problem::FieldError;

use super::{
    condition::{ConditionReader, Given, MAX_NESTING, fault, unquote},
    expr::Expr,
};

/// How the conditions of a group belong together.
#[derive(Clone, Copy)]
enum Joint {
    All,
    Any,
}

/// Reads the value of the parameter `or`.
pub fn read(reader: &mut ConditionReader<'_>, parameter: &str, text: &str) -> Result<Expr, FieldError> {
    let mut group = Group { reader, parameter, rest: text };
    let read = group.group(Joint::Any, 1)?;
    if group.rest.is_empty() { Ok(read) } else { Err(group.syntax("there is text after the last )")) }
}

/// The name of a condition: `path` or `path[operator]`.
pub fn split_name(name: &str) -> (&str, &str) {
    name.strip_suffix(']').and_then(|name| name.rsplit_once('[')).unwrap_or((name, "eq"))
}

struct Group<'g, 's> {
    reader: &'g mut ConditionReader<'s>,
    parameter: &'g str,
    rest: &'g str,
}

impl Group<'_, '_> {
    fn syntax(&self, what: &str) -> FieldError {
        let parameter = self.parameter;
        fault(parameter, "syntax", format!("{what}; {parameter} expects (field[operator]=value,…)"))
    }

    fn take(&mut self, letter: char) -> bool {
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn group(&mut self, joint: Joint, depth: usize) -> Result<Expr, FieldError> {
        if depth > MAX_NESTING {
            let message = format!("groups are nested deeper than {MAX_NESTING} levels");
            return Err(fault(self.parameter, "limit", message));
        }
        if !self.take('(') {
            return Err(self.syntax("a group begins with ("));
        }
        let mut parts = vec![self.item(depth)?];
        while self.take(',') {
            parts.push(self.item(depth)?);
        }
        if !self.take(')') {
            return Err(self.syntax("a group ends with )"));
        }
        Ok(match joint {
            Joint::All => Expr::all(parts),
            Joint::Any => Expr::any(parts),
        })
    }

    fn item(&mut self, depth: usize) -> Result<Expr, FieldError> {
        let end = self.rest.find(['=', ',', '(', ')']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        if !self.take('=') {
            return Err(self.syntax(&format!("{name:?} lacks its =")));
        }
        match name {
            "or" if self.rest.starts_with('(') => self.group(Joint::Any, depth + 1),
            "and" if self.rest.starts_with('(') => self.group(Joint::All, depth + 1),
            _ => {
                let value = self.value()?;
                let (path, operator) = split_name(name);
                self.reader.condition(self.parameter, path, operator, Given::Text(&value))
            }
        }
    }

    fn value(&mut self) -> Result<String, FieldError> {
        if self.take('"') {
            let (value, rest) =
                unquote(self.rest).ok_or_else(|| self.syntax("a quoted value does not end"))?;
            self.rest = rest;
            return Ok(value);
        }
        let end = self.rest.find([',', '(', ')', '"']).unwrap_or(self.rest.len());
        let (value, rest) = self.rest.split_at(end);
        self.rest = rest;
        if rest.starts_with(['(', '"']) {
            return Err(self.syntax("a value that holds a comma, a parenthesis or a quote is quoted"));
        }
        Ok(value.to_owned())
    }
}
