//! Query parameters read one by one: an unknown, repeated or malformed one is refused by name.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use actix_web::{HttpRequest, web};
use service_kit::problem::Problem;
use shared_models::{
    documents::Page,
    problem::{FieldError, ProblemCode},
};

/// The default page size.
const LIMIT: u32 = 50;
/// The maximum page size.
const MAX_LIMIT: u32 = 1000;

/// The parameters of a query string.
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
    faults: Vec<FieldError>,
    /// The names that were asked for.
    known: Vec<String>,
}

impl Parameters {
    /// Decodes the query string of a request.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs =
            pairs.map_err(|_| Problem::new(ProblemCode::InvalidRequest, "The query cannot be decoded"))?;
        Ok(Self { pairs: pairs.into_inner(), faults: Vec::new(), known: Vec::new() })
    }

    /// The text of a parameter, if it is given.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let at = self.pairs.iter().position(|(known, _)| known == name)?;
        Some(self.pairs.remove(at).1)
    }

    /// A parameter read by `read`.
    pub(super) fn read<T, E: Display>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(name)?;
        read(&text)
            .map_err(|fault| {
                let fault = format!("{name}: {fault}");
                self.faults.push(FieldError::in_parameter(name, "format", fault));
            })
            .ok()
    }

    /// A number between `least` and `most`.
    pub(super) fn number<T>(&mut self, name: &str, least: T, most: T) -> Option<T>
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        self.read(name, |text| {
            let number = text.parse().ok().filter(|number| (least..=most).contains(number));
            number.ok_or_else(|| format!("a whole number from {least} to {most}"))
        })
    }

    /// The size of a page.
    pub(super) fn limit(&mut self) -> u32 {
        self.number("limit", 1, MAX_LIMIT).unwrap_or(LIMIT)
    }

    /// Refuses the request if a parameter was malformed, unknown or repeated.
    pub(super) fn finish(mut self) -> Result<(), Problem> {
        let left: BTreeSet<String> = self.pairs.into_iter().map(|(name, _)| name).collect();
        for name in left {
            let (code, fault) = if self.known.contains(&name) {
                ("duplicate", format!("parameter {name:?} is given more than once"))
            } else {
                let known = self.known.join(", ");
                ("unknown", format!("there is no parameter {name:?} here; this operation accepts {known}"))
            };
            self.faults.push(FieldError::in_parameter(name, code, fault));
        }
        if self.faults.is_empty() { Ok(()) } else { Err(Problem::validation(self.faults)) }
    }
}

/// A page from one item more than its size, which shows whether there is another page.
pub(super) fn page<T>(items: impl Iterator<Item = T>, limit: u32, id: impl Fn(&T) -> &str) -> Page<T> {
    let mut items: Vec<T> = items.collect();
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| id(last).to_owned());
    Page { items, next, total: None }
}

/// `after` and `limit` of a list that has no other parameters.
pub(super) fn paging(request: &HttpRequest) -> Result<(Option<String>, u32), Problem> {
    let mut parameters = Parameters::of(request)?;
    let (after, limit) = (parameters.text("after"), parameters.limit());
    parameters.finish()?;
    Ok((after, limit))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(query: &str) -> Parameters {
        Parameters::of(&TestRequest::with_uri(&format!("/?{query}")).to_http_request()).unwrap()
    }

    #[test]
    fn what_is_not_asked_for_is_refused_by_name() {
        let mut parameters = of("limit=7&limit=8&color=red&a=b");
        assert_eq!((parameters.limit(), parameters.text("a").as_deref()), (7, Some("b")));
        let refusal = parameters.finish().unwrap_err();
        let told: Vec<&str> = refusal.errors().iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            told,
            [
                "there is no parameter \"color\" here; this operation accepts limit, a",
                "parameter \"limit\" is given more than once",
            ]
        );
    }

    #[test]
    fn a_page_has_a_size_within_bounds() {
        assert_eq!(of("").limit(), 50);
        for bad in ["limit=0", "limit=1001", "limit=x", "limit=-1"] {
            let mut parameters = of(bad);
            parameters.limit();
            assert!(parameters.finish().is_err(), "{bad}");
        }
    }
}
