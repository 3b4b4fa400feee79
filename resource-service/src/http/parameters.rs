//! Reads the query string of endpoints that take a few parameters by name. What is wrong is told for all of them at once.

use actix_web::{HttpRequest, web};
use service_kit::problem::Problem;
use shared_models::problem::{FieldError, ProblemCode};

use crate::query::{literal::short, schema::nearest};

/// The decoded query string, in order.
pub fn parameters(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let unreadable = |_| Problem::new(ProblemCode::InvalidRequest, "The query cannot be decoded");
    pairs.map(web::Query::into_inner).map_err(unreadable)
}

/// The parameters that are not read yet, and what was wrong with those that were.
pub struct Parameters {
    pairs: Vec<(String, String)>,
    faults: Vec<FieldError>,
    /// The names that were asked for.
    asked: Vec<&'static str>,
}

impl Parameters {
    /// Those of a request.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        Ok(Self { pairs: parameters(request)?, faults: Vec::new(), asked: Vec::new() })
    }

    /// Adds a fault.
    pub fn refuse(&mut self, name: &str, code: &str, message: impl Into<String>) {
        self.faults.push(FieldError::in_parameter(name, code, message));
    }

    /// A text that may be absent.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.asked.push(name);
        let at = self.pairs.iter().position(|(known, _)| known == name)?;
        let (_, value) = self.pairs.remove(at);
        if self.pairs.iter().any(|(known, _)| known == name) {
            self.pairs.retain(|(known, _)| known != name);
            self.refuse(name, "duplicate", format!("parameter {name:?} is given more than once"));
        }
        Some(value)
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &'static str) -> String {
        let value = self.text(name).unwrap_or_default();
        if value.is_empty() {
            self.refuse(name, "required", format!("{name} is required"));
        }
        value
    }

    /// A value that its own text makes, or a fault that says what is expected.
    fn parsed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.refuse(name, "type", format!("{name} expects {expected}, got {:?}", short(&text)));
        }
        parsed
    }

    /// An integer of 64 bits.
    pub fn integer(&mut self, name: &'static str) -> Option<i64> {
        self.parsed(name, "an integer of 64 bits", |text| text.parse().ok())
    }

    /// A number of things.
    pub fn size(&mut self, name: &'static str, least: usize, most: usize) -> Option<usize> {
        let expected = format!("an integer from {least} to {most}");
        self.parsed(name, &expected, |text| text.parse().ok().filter(|size| (least..=most).contains(size)))
    }

    /// How far apart something may be: a finite number, not negative.
    pub fn distance(&mut self, name: &'static str) -> Option<f64> {
        let valid = |distance: &f64| distance.is_finite() && *distance >= 0.0;
        self.parsed(name, "a number that is not negative", |text| text.parse().ok().filter(valid))
    }

    /// How many of something.
    pub fn count(&mut self, name: &'static str) -> Option<u64> {
        self.parsed(name, "an integer that is not negative", |text| text.parse().ok())
    }

    /// `true` or `false`, which it is where it is absent.
    pub fn flag(&mut self, name: &'static str) -> bool {
        self.parsed(name, "true or false", |text| text.parse().ok()).unwrap_or_default()
    }

    /// Refuses what was wrong, and what nobody asked for.
    pub fn end(mut self) -> Result<(), Problem> {
        for (name, _) in std::mem::take(&mut self.pairs) {
            let near = nearest(&name, self.asked.iter().copied());
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near:?}?"));
            self.refuse(&name, "parameter", format!("there is no parameter {:?} here{hint}", short(&name)));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::validation(self.faults)) }
    }
}
