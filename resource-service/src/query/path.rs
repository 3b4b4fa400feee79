//! Dotted field paths, as queries, views and indexes write them. Knows no schema and no store.

use std::{fmt, str::FromStr};

use serde_json::{Map, Value};

/// The most segments a path may have.
pub const MAX_DEPTH: usize = 16;

/// A dotted path to a field: one to [`MAX_DEPTH`] names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<String>);

/// The text is no path. Says what a path is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a field is a dotted path of 1 to {MAX_DEPTH} names, none of them empty or beginning with $")]
pub struct InvalidPath;

impl Path {
    /// The path of these names, which may hold dots; `None` where they are none, too many, or names that no field has.
    pub fn of(names: &[String]) -> Option<Self> {
        let valid = |name: &String| !name.is_empty() && !name.starts_with('$') && !name.contains('\0');
        ((1..=MAX_DEPTH).contains(&names.len()) && names.iter().all(valid)).then(|| Self(names.to_vec()))
    }

    /// The names from the outermost to the innermost.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// The outermost name.
    pub fn first(&self) -> &str {
        &self.0[0]
    }

    /// Every path above this one, the outermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        (1..self.0.len()).map(|length| Self(self.0[..length].to_vec()))
    }

    /// Whether `self` is `other` or lies above it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The value at the path. A path leads through objects only, never through an array.
    pub fn find<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        document.as_object().and_then(|members| self.find_in(members))
    }

    /// The value at the path among the members of an object.
    pub fn find_in<'v>(&self, members: &'v Map<String, Value>) -> Option<&'v Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(members.get(first)?, |at, name| at.as_object()?.get(name))
    }
}

impl FromStr for Path {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        let names: Vec<String> = text.split('.').take(MAX_DEPTH + 1).map(str::to_owned).collect();
        Self::of(&names).ok_or(InvalidPath)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_operators_and_deep_paths_are_no_paths() {
        for text in ["", ".", "a.", ".a", "a..b", "$where", "a.$gt", "a\0", &["a"; 17].join(".")] {
            assert!(text.parse::<Path>().is_err(), "{text:?}");
        }
        assert_eq!(
            [&["a"; 16].join("."), "a.b c.0"].map(|text| text.parse::<Path>().unwrap().to_string()).len(),
            2
        );
    }

    #[test]
    fn a_path_does_not_lead_through_an_array() {
        let document = serde_json::json!({"a": [{"b": 1}], "c": {"0": 2}});
        assert_eq!("a.b".parse::<Path>().unwrap().find(&document), None);
        assert_eq!("a.0".parse::<Path>().unwrap().find(&document), None);
        assert_eq!("c.0".parse::<Path>().unwrap().find(&document), Some(&2.into()));
    }
}
