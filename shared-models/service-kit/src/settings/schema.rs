//! The keys of a settings type and the values of its enums, found through its `Deserialize`.
//!
//! A deserializer that has no data: it follows one path of keys and notes what is asked for at its end.

use std::cell::Cell;

use serde::{
    Deserializer,
    de::{
        DeserializeOwned, Error as _, IntoDeserializer, Visitor,
        value::{Error, MapDeserializer},
    },
    forward_to_deserialize_any,
};

/// What is at the end of a path.
#[derive(Clone, Copy)]
enum Shape {
    /// A table with these keys.
    Table(&'static [&'static str]),
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// Every key of `T`, dotted.
pub(super) fn keys<T: DeserializeOwned>() -> Vec<String> {
    let mut keys = Vec::new();
    let mut paths: Vec<Vec<&'static str>> = vec![Vec::new()];
    while let Some(path) = paths.pop() {
        match shape::<T>(&path) {
            Some(Shape::Table(names)) => {
                paths.extend(names.iter().map(|name| [path.as_slice(), &[*name]].concat()));
            }
            Some(Shape::Choice(_)) | None => keys.push(path.join(".")),
        }
    }
    keys
}

/// The words that the key `path` of `T` accepts, if it is an enum.
pub(super) fn choices<T: DeserializeOwned>(path: &str) -> Option<&'static [&'static str]> {
    let mut walked = Vec::new();
    for name in path.split('.') {
        let Some(Shape::Table(names)) = shape::<T>(&walked) else { break };
        walked.push(*names.iter().find(|known| **known == name)?);
    }
    match shape::<T>(&walked) {
        Some(Shape::Choice(words)) => Some(words),
        _ => None,
    }
}

fn shape<T: DeserializeOwned>(path: &[&'static str]) -> Option<Shape> {
    let found = Cell::new(None);
    // Always an error: there is no data.
    let _ = T::deserialize(Walk { path, found: &found });
    found.get()
}

#[derive(Clone, Copy)]
struct Walk<'w> {
    path: &'w [&'static str],
    found: &'w Cell<Option<Shape>>,
}

impl<'de> Deserializer<'de> for Walk<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let Some((field, rest)) = self.path.split_first() else {
            self.found.set(Some(Shape::Table(fields)));
            return Err(Error::custom("the end of the path"));
        };
        let next = Walk { path: rest, found: self.found };
        visitor.visit_map(MapDeserializer::new(std::iter::once((*field, next))))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.found.set(Some(Shape::Choice(variants)));
        Err(Error::custom("the end of the path"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("there is no data"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Walk<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
