//! Lists the files of a document, and reads one, whole or in part.

use std::{ops::Range, sync::Arc};

use futures_util::{Stream, stream};
use shared_models::{
    artifacts::{ArtifactList, UnfinishedArtifact},
    claims::AccessClaims,
};
use unicode_normalization::UnicodeNormalization as _;

use super::Named;
use crate::{
    domain::artifacts::{CHUNK_BYTES, File},
    ops::{Service, error::ResourceError, policy::Verb},
    store::{Store, StoreError, artifacts::DocumentRef},
};

/// The files of a document whose names begin with `prefix`, and what has arrived of those that are still to come.
pub async fn list(
    service: &Service,
    claims: &AccessClaims,
    place: DocumentRef<'_>,
    prefix: &str,
) -> Result<ArtifactList, ResourceError> {
    service.open(claims, place, Verb::Read).await?;
    // Names are in this form.
    let prefix: String = prefix.nfc().collect();
    let mut folder = service.store.folder(place).await?;
    folder.files.retain(|file| file.about.name.starts_with(&prefix));
    let unfinished = service.store.unfinished(place, service.clock.now()).await?;
    let unfinished = unfinished.into_iter().filter(|(blob, _)| blob.name.starts_with(&prefix));
    let unfinished = unfinished.filter_map(|(blob, chunks)| {
        let received = u64::from(chunks) * u64::from(CHUNK_BYTES);
        Some(UnfinishedArtifact { name: blob.name, sha256: blob.sha256?, received })
    });
    Ok(ArtifactList {
        next: None,
        total: folder.files.len() as u64,
        total_bytes: folder.bytes(),
        unfinished: unfinished.collect(),
        items: folder.files.into_iter().map(|file| file.about).collect(),
    })
}

/// One file of a document. Its bytes are read by [`read`].
pub async fn find(service: &Service, named: Named<'_>) -> Result<File, ResourceError> {
    service.open(named.claims, named.place(), Verb::Read).await?;
    let name = named.parsed()?;
    let folder = service.store.folder(named.place()).await?;
    folder.get(&name).cloned().ok_or_else(|| named.missing())
}

/// The bytes of a file from `range.start` up to `range.end`, which lies within it. No more than one chunk is held at
/// a time. An error ends it: what came before is no whole file then.
pub fn read(
    store: Arc<dyn Store>,
    file: File,
    range: Range<u64>,
) -> impl Stream<Item = Result<Vec<u8>, StoreError>> {
    stream::try_unfold((store, file, range), |(store, file, mut range)| async move {
        if range.start >= range.end {
            return Ok(None);
        }
        let (n, within) = at(&file, range.start);
        let lost = || StoreError::Corrupt(format!("chunk {n} of blob {} is missing or too short", file.blob));
        let mut bytes = store.chunk(&file.blob, n).await?.ok_or_else(lost)?;
        let whole =
            u64::from(file.chunk_bytes).min(file.about.size - u64::from(n) * u64::from(file.chunk_bytes));
        if bytes.len() as u64 != whole {
            return Err(lost());
        }
        let wanted = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        bytes.drain(..within);
        bytes.truncate(wanted);
        range.start += bytes.len() as u64;
        Ok(Some((bytes, (store, file, range))))
    })
}

/// The chunk in which a byte lies, and where in it.
fn at(file: &File, byte: u64) -> (u32, usize) {
    let chunk = u64::from(file.chunk_bytes);
    (u32::try_from(byte / chunk).unwrap_or(u32::MAX), usize::try_from(byte % chunk).unwrap_or_default())
}
