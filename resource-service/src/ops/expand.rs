//! What a read adds to documents: `expand=_owner`, and of reviews `expand=_stale`.

use shared_models::problem::FieldError;

use super::error::ResourceError;
use crate::domain::belonging::REVIEWS;

/// What is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expand {
    /// The name of the owner.
    pub owner: bool,
    /// Whether a review is of an earlier revision than the current one.
    pub stale: bool,
}

/// Takes `expand` out of the decoded `parameters`. Other values of it are left: they may be conditions on a field of
/// that name.
pub(super) fn expand(
    collection: &str,
    parameters: &[(String, String)],
) -> Result<(Expand, Vec<(String, String)>), ResourceError> {
    let (mut asked, mut rest) = (Expand::default(), Vec::new());
    for (name, value) in parameters {
        let flag = match (name.as_str(), value.as_str()) {
            ("expand", "_owner") => &mut asked.owner,
            ("expand", "_stale") if collection == REVIEWS => &mut asked.stale,
            _ => {
                rest.push((name.clone(), value.clone()));
                continue;
            }
        };
        if std::mem::replace(flag, true) {
            let message = format!("expand={value} is given more than once");
            return Err(ResourceError::Invalid(vec![FieldError::in_parameter(name, "duplicate", message)]));
        }
    }
    Ok((asked, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_is_known_is_taken_out_and_nothing_else() {
        let given = [pair("expand", "_owner"), pair("limit", "1"), pair("expand", "_stale")];
        let (asked, rest) = expand("reviews", &given).unwrap();
        assert_eq!(asked, Expand { owner: true, stale: true });
        assert_eq!(rest, [pair("limit", "1")]);
        let (asked, rest) = expand("notes", &given).unwrap();
        assert_eq!(asked, Expand { owner: true, stale: false });
        assert_eq!(rest, [pair("limit", "1"), pair("expand", "_stale")]);
    }

    #[test]
    fn the_same_is_not_asked_for_twice() {
        assert!(expand("notes", &[pair("expand", "_owner"), pair("expand", "_owner")]).is_err());
    }
}
