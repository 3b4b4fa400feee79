//! Compares calculations: the parameters in which they differ, and the results and series that are further apart than
//! is tolerated.

mod parameters;
mod results;
mod series;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use shared_models::{claims::AccessClaims, problem::FieldError};

pub use self::{
    parameters::ParameterDifference,
    results::ResultDifference,
    series::{Largest, MAX_METRICS, MetricComparison},
};
use super::{Service, error::ResourceError, policy::Verb};
use crate::domain::{document::Document, grant::CALCULATIONS, tolerance::Tolerance};

/// The most calculations that are compared at once.
pub const MAX_IDS: usize = 20;

/// What differs between calculations.
#[derive(Clone, Debug, PartialEq)]
pub struct CalculationDiff {
    /// Parameters that are not the same everywhere.
    pub parameters: Vec<ParameterDifference>,
    /// Results that are not everywhere, differ in their unit or by more than is tolerated.
    pub results: Vec<ResultDifference>,
    /// Metrics that at least two of the calculations have; nothing where the caller may not read series.
    pub series: Option<Vec<MetricComparison>>,
    /// Whether there are more such metrics than an answer has.
    pub series_truncated: bool,
}

/// The values that some of the calculations have, by id, in the order in which the ids were given.
pub type ById = Vec<(String, Value)>;

/// Compares the calculations with these ids.
pub async fn compare(
    service: &Service,
    claims: &AccessClaims,
    ids: &[String],
    tolerance: Tolerance,
) -> Result<CalculationDiff, ResourceError> {
    let permit = service.admit(claims, CALCULATIONS, Verb::Read)?;
    let mut calculations = Vec::new();
    for id in ids {
        let found = service.reach(claims, CALCULATIONS, id).await?.ok_or_else(|| permit.not_found(id))?;
        let found = permit.show(found)?;
        calculations.push((id.as_str(), Document::parse(&found.json)?.members));
    }
    let part = |name: &str| -> Vec<(&str, Option<&Value>)> {
        calculations.iter().map(|(id, members)| (*id, members.get(name))).collect()
    };
    let (parameters, results) = (part("parameters"), part("results"));
    let (series, series_truncated) = match service.admit_to_series(claims, Verb::Read) {
        Ok(_) => {
            let (series, truncated) = series::compare(service, claims, ids, tolerance).await?;
            (Some(series), truncated)
        }
        Err(
            ResourceError::MissingScope(_) | ResourceError::UnknownCollection(_) | ResourceError::NoSeries,
        ) => (None, false),
        Err(error) => return Err(error),
    };
    Ok(CalculationDiff {
        parameters: parameters::compare(&parameters),
        results: results::compare(&results, tolerance),
        series,
        series_truncated,
    })
}

/// The ids of the `ids` parameter: two or more, each once.
pub fn ids(text: &str) -> Result<Vec<String>, FieldError> {
    let ids: Vec<String> = text.split(',').map(str::to_owned).collect();
    let fault = |message: String| Err(FieldError::in_parameter("ids", "type", message));
    if !(2..=MAX_IDS).contains(&ids.len()) || ids.iter().any(String::is_empty) {
        return fault(format!("ids expects 2 to {MAX_IDS} ids of calculations, commas between them"));
    }
    match ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)) {
        Some((_, double)) => fault(format!("{double:?} is given more than once")),
        None => Ok(ids),
    }
}

/// Which of the calculations have a value under each name, and which have none.
fn by_name<'v>(
    parts: &[(&str, Option<&'v Value>)],
    values: impl Fn(&'v Value) -> BTreeMap<String, &'v Value>,
) -> BTreeMap<String, Vec<(usize, &'v Value)>> {
    let mut found: BTreeMap<String, Vec<(usize, &Value)>> = BTreeMap::new();
    for (number, (_, part)) in parts.iter().enumerate() {
        for (name, value) in part.map(&values).unwrap_or_default() {
            found.entry(name).or_default().push((number, value));
        }
    }
    found
}

fn absent(parts: &[(&str, Option<&Value>)], present: &[(usize, &Value)]) -> Vec<String> {
    let lacks = |number: usize| present.iter().all(|(has, _)| *has != number);
    parts
        .iter()
        .enumerate()
        .filter(|(number, _)| lacks(*number))
        .map(|(_, (id, _))| (*id).to_owned())
        .collect()
}

fn named(parts: &[(&str, Option<&Value>)], present: &[(usize, &Value)]) -> ById {
    present.iter().map(|(number, value)| (parts[*number].0.to_owned(), (*value).clone())).collect()
}

/// The members of an object; nothing of any other value.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_to_twenty_different_ids_can_be_compared() {
        assert_eq!(ids("a,b"), Ok(vec!["a".to_owned(), "b".to_owned()]));
        for text in ["", "a", "a,", "a,b,a", &["x"; 21].join(",")] {
            assert!(ids(text).is_err(), "{text:?}");
        }
    }
}
