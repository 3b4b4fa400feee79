//! Which members of a document an answer shows.

use std::fmt;

use serde::{
    Deserialize as _, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::path::Path;

/// The fields to show, in the order in which they were asked for. None of the paths is another or below another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projection(Vec<Path>);

impl Projection {
    /// Shows these fields; a path below another adds nothing.
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Self {
        let mut kept: Vec<Path> = Vec::new();
        for path in paths {
            if !kept.iter().any(|other| other.contains(&path)) {
                kept.retain(|other| !path.contains(other));
                kept.push(path);
            }
        }
        Self(kept)
    }

    /// Shows these fields too.
    pub fn with(&self, paths: impl IntoIterator<Item = Path>) -> Self {
        Self::new(self.0.iter().cloned().chain(paths))
    }

    /// The fields shown.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter()
    }

    /// What is left of a document's JSON text, its members in their order. What is not shown is never built.
    ///
    /// Within arrays each object is projected, and items that are no objects are left out, as MongoDB does it.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn read(&self, document: &str) -> Result<Value, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(document);
        let shown = self.part().deserialize(&mut reader)?;
        reader.end()?;
        Ok(shown.unwrap_or_default())
    }

    /// What is left of a document, as [`Self::read`] has it.
    pub fn apply(&self, document: Value) -> Value {
        // A value that exists can be read.
        self.part().deserialize(document).ok().flatten().unwrap_or_default()
    }

    /// What is left of a document's JSON text, as JSON text.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn apply_to_text(&self, document: &str) -> Result<String, serde_json::Error> {
        Ok(self.read(document)?.to_string())
    }

    fn part(&self) -> Part<'_> {
        Part(self.0.iter().map(Path::segments).collect())
    }
}

/// Reads what is shown of a value: these paths below it. A value that is neither an object nor an array has none.
struct Part<'p>(Vec<&'p [String]>);

impl Part<'_> {
    /// What is shown of the member of this name; `None` if nothing is.
    fn member(&self, name: &str) -> Option<Self> {
        let below: Vec<_> = self
            .0
            .iter()
            .filter(|path| path.first().is_some_and(|first| first == name))
            .map(|path| &path[1..])
            .collect();
        (!below.is_empty()).then_some(Self(below))
    }

    /// Whether the value is shown whole.
    fn is_whole(&self) -> bool {
        self.0.iter().any(|path| path.is_empty())
    }
}

impl<'de> DeserializeSeed<'de> for &Part<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        if self.is_whole() { Value::deserialize(reader).map(Some) } else { reader.deserialize_any(self) }
    }
}

/// A member's name, and what is shown of it.
struct Name<'p>(&'p Part<'p>);

impl<'de, 'p> DeserializeSeed<'de> for Name<'p> {
    type Value = Option<(String, Part<'p>)>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Name<'p> {
    type Value = Option<(String, Part<'p>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.member(name).map(|part| (name.to_owned(), part)))
    }
}

impl<'de> Visitor<'de> for &Part<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut shown = Map::new();
        while let Some(member) = members.next_key_seed(Name(self))? {
            let Some((name, part)) = member else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            shown.extend(members.next_value_seed(&part)?.map(|value| (name, value)));
        }
        Ok(Some(Value::Object(shown)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut shown = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            shown.extend(item);
        }
        Ok(Some(Value::Array(shown)))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_shown_is_the_same_of_a_text_and_of_a_value() {
        let document = json!({
            "z": [{"a": 1, "b": 2}, 7, "x", null, true, 1.5, {"b": 3}, [{"a": [4], "c": 5}]],
            "n": {"a": {"b": {"c": 1}, "d": -2}, "e": null}, "s": "text", "w": {"k": [1, {"m": 2}]}, "last": 1.5e300,
        });
        let cases: [(&[&str], Value); 5] = [
            (&["z.a"], json!({"z": [{"a": 1}, {}, [{"a": [4]}]]})),
            (&["last", "n.a.b", "s"], json!({"n": {"a": {"b": {"c": 1}}}, "s": "text", "last": 1.5e300})),
            (&["s.below", "n.e.below", "n.missing"], json!({"n": {}})),
            (&["w", "w.k", "n.e"], json!({"n": {"e": null}, "w": {"k": [1, {"m": 2}]}})),
            (&["missing"], json!({})),
        ];
        for (paths, shown) in cases {
            let projection = Projection::new(paths.iter().map(|path| path.parse().unwrap()));
            assert_eq!(projection.apply(document.clone()), shown, "{paths:?}");
            assert_eq!(
                projection.apply_to_text(&document.to_string()).unwrap(),
                shown.to_string(),
                "{paths:?}"
            );
        }
    }

    #[test]
    fn a_text_that_is_not_json_is_an_error() {
        let projection = Projection::new(["a".parse().unwrap()]);
        for text in ["", "{", "{\"a\":1", "{\"b\":[1,}", "{} x"] {
            assert!(projection.read(text).is_err(), "{text}");
        }
    }
}
