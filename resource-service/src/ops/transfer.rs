//! Definitions as files: out of the store into a directory, and from a directory into the store.

use std::{path::Path, sync::Arc};

use service_kit::precondition::Precondition;

use super::{
    Service,
    define::{Defined, DefinitionRequest, define},
    error::ResourceError,
    verdict::{is_allowed, refusal_of},
};
use crate::domain::{
    askable,
    catalog::{Catalog, CatalogError},
    collection::Collection,
};

/// Why definitions were not moved. The text is one line.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The directory cannot be read or written.
    #[error("{path}: {fault}")]
    File {
        /// The file or directory.
        path: String,
        /// What the operating system says.
        fault: std::io::Error,
    },
    /// A file is no definition.
    #[error(transparent)]
    Definition(#[from] CatalogError),
    /// The service refuses.
    #[error(transparent)]
    Refused(#[from] ResourceError),
    /// Some definitions do not fit what is stored, so that none was taken.
    #[error("nothing was imported: {0}")]
    Incompatible(String),
    /// A stored definition is not one that this version understands.
    #[error("not exported, because this version cannot use them: {0}")]
    Unusable(String),
}

/// The text of a definition's file, the same for equal definitions.
pub fn file_text(collection: &Collection) -> Result<String, ResourceError> {
    Ok(serde_json::to_string_pretty(&collection.definition)? + "\n")
}

/// Writes every definition that is served into `directory`, `NAME.json` each; returns their names.
pub fn export(service: &Service, directory: &Path) -> Result<Vec<String>, TransferError> {
    let at = |path: &Path, fault| TransferError::File { path: path.display().to_string(), fault };
    std::fs::create_dir_all(directory).map_err(|fault| at(directory, fault))?;
    let served = service.catalog.loaded()?;
    let mut names = Vec::new();
    for collection in served.catalog.iter() {
        let path = directory.join(format!("{}.json", collection.name()));
        std::fs::write(&path, file_text(collection)?).map_err(|fault| at(&path, fault))?;
        names.push(collection.name().to_owned());
    }
    let unusable = served.unusable();
    if unusable.is_empty() { Ok(names) } else { Err(TransferError::Unusable(unusable.join(", "))) }
}

/// Takes every definition of `directory` that is not served as it is, all or none; returns a line for each.
pub async fn import(
    service: &Service,
    directory: &Path,
    force: bool,
    dry_run: bool,
) -> Result<Vec<String>, TransferError> {
    let files = Catalog::from_directory(directory)?;
    let mut lines = Vec::new();
    let (mut fresh, mut refused) = (Vec::new(), Vec::new());
    for collection in files.iter() {
        let served = service.catalog.get(collection.name());
        if served.map(|served| file_text(&served)).transpose()? == Some(file_text(collection)?) {
            lines.push(format!("{}: unchanged", collection.name()));
            continue;
        }
        let sound = askable::check_text(&collection.definition);
        sound.and_then(|()| askable::check_fields(collection)).map_err(ResourceError::from)?;
        service.catalog.standing(collection.name()).is_known(collection.name(), force)?;
        let Defined::Assessed(report) = define(service, &wanted(collection, force, true)).await? else {
            continue;
        };
        if !is_allowed(&report, force) {
            refused.push(format!("{}: {}", collection.name(), refusal_of(&report)));
        } else if dry_run {
            let (changes, broken) = (report.changes.len(), report.violations_total);
            let examined = report.examined;
            let plural = if changes == 1 { "change" } else { "changes" };
            lines.push(format!(
                "{}: would be accepted; {changes} {plural}, {broken} of {examined} documents break it",
                collection.name()
            ));
        }
        fresh.push(collection);
    }
    if !refused.is_empty() {
        return Err(TransferError::Incompatible(refused.join("; ")));
    }
    for collection in fresh.into_iter().filter(|_| !dry_run) {
        if let Defined::Served { revision, new } = define(service, &wanted(collection, force, false)).await? {
            let how = if new { "made" } else { "changed" };
            lines.push(format!("{}: {how}, revision {revision}", collection.name()));
        }
    }
    Ok(lines)
}

fn wanted(collection: &Arc<Collection>, force: bool, dry_run: bool) -> DefinitionRequest<'static> {
    DefinitionRequest {
        by: None,
        collection: Arc::clone(collection),
        precondition: Precondition::default(),
        force,
        dry_run,
    }
}
