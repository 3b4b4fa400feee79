//! Strays: arrays and objects in fields that have scalars by their schema, or above such fields. The server sorts them by
//! what is in them, so an order by such a field is computed. Knows how, not where they were found.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use mongodb::bson::Bson;

use crate::{
    query::{expr::Expr, path::Path, schema::Field},
    store::Selection,
};

/// The most fields that are noted by name.
const MAX_FIELDS: usize = 200;

/// The fields of a collection that hold strays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strays {
    paths: BTreeSet<Path>,
    /// Whether there were too many to note by name, so that any field may hold some.
    many: bool,
}

impl Strays {
    /// Notes a field.
    pub fn add(&mut self, path: Path) {
        self.paths.insert(path);
        if self.paths.len() > MAX_FIELDS {
            self.paths.clear();
            self.many = true;
        }
    }

    /// Those of both.
    pub fn and(mut self, other: Self) -> Self {
        self.many |= other.many;
        for path in other.paths {
            self.add(path);
        }
        self
    }

    /// As they are kept: a list of paths; `true` for any field.
    pub fn to_bson(&self) -> Bson {
        if self.many {
            return Bson::Boolean(true);
        }
        self.paths.iter().map(|path| path.segments().to_vec()).collect::<Vec<_>>().into()
    }

    /// Reads what [`Strays::to_bson`] has written.
    pub fn of_bson(kept: &Bson) -> Self {
        let names = |path: &Bson| -> Option<Vec<String>> {
            path.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
        };
        let paths = kept.as_array().into_iter().flatten();
        let paths = paths.filter_map(|path| Path::of(&names(path)?)).collect();
        Self { paths, many: kept.as_bool().unwrap_or(false) }
    }

    fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.many
    }

    /// The field as one that may be, or lie below, an array or object; nothing where it need not be looked at so.
    fn within(&self, field: &Arc<Field>) -> Option<Arc<Field>> {
        if field.always {
            return None;
        }
        let places = field.path.ancestors().chain([field.path.clone()]);
        let held: Vec<Path> = places
            .filter(|place| !field.crossings.contains(place) && (self.many || self.paths.contains(place)))
            .collect();
        (!held.is_empty()).then(|| {
            let crossings = field.crossings.iter().cloned().chain(held).collect();
            Arc::new(Field { crossings, ..(**field).clone() })
        })
    }
}

/// The strays of each collection, as they were found when it was taken into service.
#[derive(Debug, Default)]
pub struct StraysByCollection(RwLock<HashMap<String, Arc<Strays>>>);

impl StraysByCollection {
    /// Replaces those of a collection.
    pub fn put(&self, collection: &str, strays: Strays) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(collection.to_owned(), Arc::new(strays));
    }

    fn of(&self, collection: &str) -> Option<Arc<Strays>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(collection).filter(|strays| !strays.is_empty()).cloned()
    }

    /// The condition, its fields looked at as they may be.
    pub fn filter(&self, collection: &str, filter: Expr) -> Expr {
        match self.of(collection) {
            Some(strays) => filter.with_fields(&|field| strays.within(field)),
            None => filter,
        }
    }

    /// The same of a selection.
    pub fn selection(&self, collection: &str, selection: Selection) -> Selection {
        let Some(strays) = self.of(collection) else { return selection };
        let within = |field: &Arc<Field>| strays.within(field);
        Selection {
            filter: selection.filter.with_fields(&within),
            order: selection.order.with_fields(&within),
            ..selection
        }
    }
}
