//! Attaches a file to a document: its bytes go into a blob as they come, and one write of the folder shows it whole.

use futures_util::{Stream, StreamExt as _};
use shared_models::artifacts::Artifact;

use super::{
    MAX_TRIES, Upload, lease_from,
    receive::{Receiver, takes},
};
use crate::{
    domain::artifacts::{CHUNK_BYTES, File, fits, name::ArtifactName},
    ops::{Service, error::ResourceError, policy::Verb},
    store::artifacts::Lease,
};

/// A file that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The file.
    pub artifact: Artifact,
    /// Whether there was none of its name before.
    pub created: bool,
}

/// Stores the file, or nothing that anybody sees. An upload that announced its SHA-256 and was interrupted may continue within
/// the hour, through any replica.
pub async fn put<S, B>(service: &Service, upload: Upload<'_>, mut body: S) -> Result<Stored, ResourceError>
where
    S: Stream<Item = Result<B, String>> + Unpin,
    B: AsRef<[u8]>,
{
    let named = upload.named;
    let open = service.open(named.claims, named.place(), Verb::Write).await?;
    let name = named.parsed()?;
    open.check(&upload.precondition, service.store.folder(named.place()).await?.get(&name))?;
    let announced = upload.part.as_ref().map(|part| part.total).or(upload.length);
    announced.map_or(Ok(()), |bytes| fits(&open.limits, bytes))?;
    if let Some(declared) = &upload.declared {
        takes(&open, declared)?;
    }
    let _lease = service.budget.take(&named.claims.sub, 2 * CHUNK_BYTES as usize).await?;
    service.beat(&open.permit, named.calculation());
    let mut receiver = Receiver::new(service, &open, &upload, &name).await?;
    let stored = async {
        while let Some(piece) = body.next().await {
            receiver.take(piece.map_err(ResourceError::Interrupted)?.as_ref()).await?;
        }
        let sha256 = receiver.finish().await?;
        show(service, &upload, &name, receiver.file(sha256)).await
    };
    let stored = stored.await;
    if let Err(error) = &stored {
        receiver.let_go(error).await;
    }
    stored
}

/// Puts the file into the folder, again when somebody else changed it meanwhile. Whether the caller may write is asked again: the
/// document may be gone by now, or its calculation finished.
async fn show(
    service: &Service,
    upload: &Upload<'_>,
    name: &ArtifactName,
    file: File,
) -> Result<Stored, ResourceError> {
    let place = upload.named.place();
    let open = service.open(upload.named.claims, place, Verb::Write).await?;
    for _ in 0..MAX_TRIES {
        let folder = service.store.folder(place).await?;
        let former = folder.get(name);
        open.check(&upload.precondition, former)?;
        let files = folder.with(file.clone(), &open.limits)?;
        if let Some(former) = former {
            let now = service.clock.now();
            service.store.lease(&former.blob, Lease::Release, now, lease_from(now)).await?;
        }
        let (tag, created) = (service.unique(), former.is_none());
        if service.store.save_folder(place, &files, folder.tag.as_deref(), &tag).await? {
            service.beat(&open.permit, upload.named.calculation());
            return Ok(Stored { artifact: file.about, created });
        }
    }
    Err(ResourceError::ChangedMeanwhile)
}
