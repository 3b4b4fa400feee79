//! The collections that are served, read from definition files.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{collection::Collection, scan::scan};

/// The definitions that ship with the service: file name and text.
const BUILT_IN: [(&str, &str); 4] = [
    ("calculations.json", include_str!("../../collections/calculations.json")),
    ("reviews.json", include_str!("../../collections/reviews.json")),
    ("series.json", include_str!("../../collections/series.json")),
    ("views.json", include_str!("../../collections/views.json")),
];

/// The collections by name.
#[derive(Clone, Default)]
pub struct Catalog(BTreeMap<String, Arc<Collection>>);

/// A definition cannot be used. The text is one line that names the file and the fault.
#[derive(Debug, thiserror::Error)]
#[error("collection definition {file}: {fault}")]
pub struct CatalogError {
    file: String,
    fault: String,
}

impl Catalog {
    /// The collections that ship with the service.
    pub fn built_in() -> Result<Self, CatalogError> {
        let mut catalog = Self::default();
        for (file, text) in BUILT_IN {
            catalog.add(file, text)?;
        }
        Ok(catalog)
    }

    /// The collections that ship with the service and those of every `*.json` file in `directory`. A file takes the
    /// place of the shipped collection of the same `name`.
    pub fn with_directory(directory: &Path) -> Result<Self, CatalogError> {
        let mut catalog = Self::built_in()?;
        catalog.0.extend(Self::from_directory(directory)?.0);
        Ok(catalog)
    }

    /// The collections of every `*.json` file in a directory alone, one definition a file.
    pub fn from_directory(directory: &Path) -> Result<Self, CatalogError> {
        let at = |file: &Path, fault: &dyn std::fmt::Display| CatalogError {
            file: file.display().to_string(),
            fault: fault.to_string(),
        };
        let entries = std::fs::read_dir(directory).map_err(|fault| at(directory, &fault))?;
        let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
        let mut paths = paths.map_err(|fault| at(directory, &fault))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        if paths.is_empty() {
            return Err(at(directory, &"the directory has no *.json file"));
        }
        let mut catalog = Self::default();
        for path in paths {
            let text = std::fs::read_to_string(&path).map_err(|fault| at(&path, &fault))?;
            catalog.add(&path.display().to_string(), &text)?;
        }
        Ok(catalog)
    }

    /// Adds the definition in `text`.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), CatalogError> {
        let at = |fault: String| CatalogError { file: file.to_owned(), fault };
        if let Some(fault) = scan(text).into_iter().next() {
            let place = fault.pointer.unwrap_or_default();
            return Err(at(format!("{} (at {place:?})", fault.message)));
        }
        let collection = Collection::read(text).map_err(|fault| at(fault.to_string()))?;
        match self.0.insert(collection.name().to_owned(), Arc::new(collection)) {
            Some(double) => Err(at(format!("the collection {:?} exists already", double.name()))),
            None => Ok(()),
        }
    }

    /// Puts a collection in the place of the one of its name.
    pub fn put(&mut self, collection: Arc<Collection>) {
        self.0.insert(collection.name().to_owned(), collection);
    }

    /// Takes the collection of this name out.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The collection of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<Collection>> {
        self.0.get(name)
    }

    /// All collections, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Collection>> {
        self.0.values()
    }
}
