//! Query parameters: each handler declares the type of those that it accepts, and no others get in.

use std::{
    fmt::Display,
    future::{Ready, ready},
    str::FromStr,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use shared_models::problem::{FieldError, ProblemCode};

use crate::{
    problem::Problem,
    wording::{nearest, short},
};

/// The query parameters of a request, as the type that the handler declares.
///
/// What is wrong is refused with one problem (422) that names each parameter: at once if a parameter is unknown or
/// repeated, so that no handler can forget it; otherwise by [`Parameters::accept`], once the caller is admitted.
pub struct Parameters<T> {
    values: T,
    /// Parameters that are missing or malformed.
    faults: Vec<FieldError>,
}

impl<T> Parameters<T> {
    /// The parameters, or a problem that names those that are missing or malformed.
    pub fn accept(self) -> Result<T, Problem> {
        if self.faults.is_empty() { Ok(self.values) } else { Err(Problem::validation(self.faults)) }
    }
}

/// The declaration of a handler that accepts no query parameters.
pub type NoParameters = Parameters<()>;

/// Arguments of a handler, of which the first declares the query parameters.
pub trait DeclaresParameters {}

macro_rules! declares {
    ($($rest:ident)*) => { impl<T, $($rest),*> DeclaresParameters for (Parameters<T>, $($rest,)*) {} };
}

declares! {}
declares! { A }
declares! { A B }
declares! { A B C }
declares! { A B C D }
declares! { A B C D E }

/// A type for the query parameters of an operation.
pub trait FromParameters: Sized + 'static {
    /// Reads each parameter once. A fault is noted by the reader; what is returned then is not used.
    fn read(reader: &mut ParameterReader) -> Self;
}

impl FromParameters for () {
    fn read(_: &mut ParameterReader) -> Self {}
}

/// All parameters, decoded and in order. For operations that accept the fields of a collection as parameters: `query`
/// knows these, and refuses all others.
pub struct QueryPairs(pub Vec<(String, String)>);

impl FromParameters for QueryPairs {
    fn read(reader: &mut ParameterReader) -> Self {
        Self(std::mem::take(&mut reader.pairs))
    }
}

impl<T: FromParameters> FromRequest for Parameters<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(ParameterReader::of(request.query_string()).and_then(|mut reader| {
            let values = T::read(&mut reader);
            reader.end().map(|faults| Self { values, faults })
        }))
    }
}

/// The parameters that are not read yet, and what was wrong with those that were.
pub struct ParameterReader {
    pairs: Vec<(String, String)>,
    faults: Vec<FieldError>,
    /// The names that were read.
    known: Vec<&'static str>,
    /// Whether a parameter is unknown or repeated.
    misnamed: bool,
}

impl ParameterReader {
    fn of(query: &str) -> Result<Self, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query);
        let unreadable = |_| Problem::new(ProblemCode::InvalidRequest, "The query cannot be decoded");
        let pairs = pairs.map(web::Query::into_inner).map_err(unreadable)?;
        Ok(Self { pairs, faults: Vec::new(), known: Vec::new(), misnamed: false })
    }

    /// Notes a fault.
    pub fn refuse(&mut self, name: &str, code: &str, message: impl Into<String>) {
        self.faults.push(FieldError::in_parameter(name, code, message));
    }

    /// A text that may be absent.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let at = self.pairs.iter().position(|(given, _)| given == name)?;
        let (_, value) = self.pairs.remove(at);
        if self.pairs.iter().any(|(given, _)| given == name) {
            self.pairs.retain(|(given, _)| given != name);
            self.misnamed = true;
            self.refuse(name, "duplicate", format!("parameter {name:?} is given more than once"));
        }
        Some(value)
    }

    /// A text that must be given and may be empty.
    pub fn given(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.refuse(name, "required", format!("{name} is required"));
        }
        value
    }

    /// A text that must be given and must not be empty.
    pub fn required(&mut self, name: &'static str) -> String {
        let value = self.text(name).unwrap_or_default();
        if value.is_empty() {
            self.refuse(name, "required", format!("{name} is required"));
        }
        value
    }

    /// A value that `parse` makes of the text; otherwise a fault of this code that says what is expected.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        code: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            self.refuse(name, code, format!("{name} expects {expected}, got {:?}", short(&text)));
        }
        parsed
    }

    /// An integer of 64 bits.
    pub fn integer(&mut self, name: &'static str) -> Option<i64> {
        self.parsed(name, "type", "an integer of 64 bits", |text| text.parse().ok())
    }

    /// An integer from `least` to `most`.
    pub fn size<T>(&mut self, name: &'static str, least: T, most: T) -> Option<T>
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let expected = format!("an integer from {least} to {most}");
        let within = |size: &T| (least..=most).contains(size);
        self.parsed(name, "type", &expected, |text| text.parse().ok().filter(within))
    }

    /// An integer from `least` to `most` that must be given.
    pub fn required_size<T>(&mut self, name: &'static str, least: T, most: T) -> Option<T>
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        if !self.pairs.iter().any(|(given, _)| given == name) {
            self.refuse(name, "required", format!("{name} is required"));
        }
        self.size(name, least, most)
    }

    /// A finite number that is not negative.
    pub fn distance(&mut self, name: &'static str) -> Option<f64> {
        let valid = |distance: &f64| distance.is_finite() && *distance >= 0.0;
        self.parsed(name, "type", "a number that is not negative", |text| text.parse().ok().filter(valid))
    }

    /// An integer that is not negative.
    pub fn count(&mut self, name: &'static str) -> Option<u64> {
        self.parsed(name, "type", "an integer that is not negative", |text| text.parse().ok())
    }

    /// `true` or `false`; `false` if absent.
    pub fn flag(&mut self, name: &'static str) -> bool {
        self.parsed(name, "type", "true or false", |text| text.parse().ok()).unwrap_or_default()
    }

    /// The faults of values; all faults as a problem if a parameter is unknown or repeated.
    fn end(mut self) -> Result<Vec<FieldError>, Problem> {
        let mut unknown: Vec<String> = Vec::new();
        for (name, _) in std::mem::take(&mut self.pairs) {
            if !unknown.contains(&name) {
                unknown.push(name);
            }
        }
        for name in unknown {
            let message = format!("there is no parameter {:?} here; {}", short(&name), self.hint(&name));
            self.misnamed = true;
            self.refuse(&name, "parameter", message);
        }
        if self.misnamed { Err(Problem::validation(self.faults)) } else { Ok(self.faults) }
    }

    /// What to do about an unknown parameter.
    fn hint(&self, name: &str) -> String {
        match (nearest(name, self.known.iter().copied()), self.known.as_slice()) {
            (Some(near), _) => format!("did you mean {near:?}?"),
            (None, []) => "this operation accepts none".to_owned(),
            (None, known) => format!("this operation accepts {}", known.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sample;

    impl FromParameters for Sample {
        fn read(reader: &mut ParameterReader) -> Self {
            let _ = (reader.size("limit", 1_u32, 5), reader.flag("force"), reader.given("scope"));
            Self
        }
    }

    fn faults<T: FromParameters>(query: &str) -> Vec<(String, String)> {
        let mut reader = ParameterReader::of(query).unwrap();
        T::read(&mut reader);
        let named = |fault: &FieldError| (fault.parameter.clone().unwrap(), fault.message.clone());
        reader.end().unwrap_or_else(|problem| problem.errors().to_vec()).iter().map(named).collect()
    }

    fn of_sample(query: &str) -> Vec<(String, String)> {
        faults::<Sample>(query)
    }

    #[test]
    fn a_bad_value_waits_until_the_caller_is_admitted_and_a_bad_name_does_not() {
        let end = |query: &str| {
            let mut reader = ParameterReader::of(query).unwrap();
            Sample::read(&mut reader);
            reader.end().map(|faults| faults.len()).map_err(|problem| problem.errors().len())
        };
        assert_eq!(end("limit=0&force=1"), Ok(3));
        assert_eq!(end("limit=0&force=1&x=1"), Err(4));
    }

    #[test]
    fn what_is_declared_is_accepted_once() {
        assert_eq!(of_sample("limit=5&force=true&scope="), []);
        let twice = of_sample("scope=a&limit=1&scope=a");
        assert_eq!(twice, [("scope".to_owned(), "parameter \"scope\" is given more than once".to_owned())]);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once_with_what_to_do() {
        let messages: Vec<String> =
            of_sample("limit=6&forse=true&x=1&x=2").into_iter().map(|(_, message)| message).collect();
        assert_eq!(
            messages,
            [
                "limit expects an integer from 1 to 5, got \"6\"",
                "scope is required",
                "there is no parameter \"forse\" here; did you mean \"force\"?",
                "there is no parameter \"x\" here; this operation accepts limit, force, scope",
            ]
        );
        let none = faults::<()>("x=1");
        assert_eq!(none[0].1, "there is no parameter \"x\" here; this operation accepts none");
    }
}
