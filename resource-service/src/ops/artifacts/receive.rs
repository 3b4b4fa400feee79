//! Takes the bytes of one upload into a blob, a chunk at a time. Knows no folder.

use aws_lc_rs::digest::{Context, SHA256};
use shared_models::{artifacts::Artifact, problem::FieldError};
use time::OffsetDateTime;

use super::{LEASE, Open, Upload, lease_from, sweep};
use crate::{
    domain::artifacts::{
        CHUNK_BYTES, File, Full, fits, hexadecimal,
        media::{HEAD_BYTES, MediaType, served_as, sniff},
        name::ArtifactName,
        range::SentRange,
    },
    ops::{Service, error::ResourceError, policy::Verb},
    query::timestamp,
    store::{
        StoreError,
        artifacts::{Blob, Lease},
    },
};

/// Takes the bytes of one upload. It holds one chunk of them.
pub(super) struct Receiver<'r> {
    service: &'r Service,
    open: &'r Open<'r>,
    upload: &'r Upload<'r>,
    blob: Blob,
    hash: Context,
    size: u64,
    chunks: u32,
    /// What has come of the next chunk.
    buffer: Vec<u8>,
    /// What the first bytes look like.
    sniffed: String,
    renewed: OffsetDateTime,
    /// Whether this upload, and no other of the same file, has sealed the blob.
    sealed: bool,
}

impl<'r> Receiver<'r> {
    /// Begins a blob, or continues the one that was interrupted.
    pub async fn new(
        service: &'r Service,
        open: &'r Open<'r>,
        upload: &'r Upload<'r>,
        name: &ArtifactName,
    ) -> Result<Self, ResourceError> {
        let now = service.clock.now();
        let blob = Blob {
            id: service.unique(),
            collection: upload.named.collection.to_owned(),
            document: upload.named.id.to_owned(),
            name: name.as_str().to_owned(),
            sha256: upload.sha256.clone(),
            owner: Some(upload.named.claims.sub.clone()),
        };
        let mut receiver = Self {
            service,
            open,
            upload,
            blob,
            hash: Context::new(&SHA256),
            size: 0,
            chunks: 0,
            buffer: Vec::new(),
            sniffed: String::new(),
            renewed: now,
            sealed: false,
        };
        match &upload.part {
            Some(part) if part.start > 0 => receiver.go_on(part).await?,
            _ => {
                receiver.count_others().await?;
                receiver.check_quota().await?;
                service.store.begin(&receiver.blob, now, lease_from(now)).await?;
            }
        }
        Ok(receiver)
    }

    /// Refuses an upload that is too much beside all others that are not finished.
    async fn check_quota(&self) -> Result<(), ResourceError> {
        let (service, named) = (self.service, self.upload.named);
        let now = service.clock.now();
        let held = service.store.unfinished_bytes(named.collection, &named.claims.sub, now).await?;
        let own = received(self.chunks);
        let others = [held.owner, held.collection].map(|held| held.saturating_sub(own));
        Ok(service.upload_quota.check(others, self.needed(), &self.open.limits)?)
    }

    /// The bytes that the file has, or has so far where the sender announced none.
    fn needed(&self) -> u64 {
        let announced = self.upload.part.as_ref().map(|part| part.total).or(self.upload.length);
        announced.unwrap_or_default().max(self.size)
    }

    /// Counts what else the document holds, interrupted uploads included: they are kept until they are finished or an
    /// hour has passed. Refuses an upload that would be too much with it.
    async fn count_others(&self) -> Result<(), ResourceError> {
        let Some(limit) = self.open.limits.max_total_bytes else { return Ok(()) };
        let (store, place) = (&self.service.store, self.blob.place());
        let folder = store.folder(place).await?;
        let files = folder.files.iter().filter(|file| file.about.name != self.blob.name);
        let files: u64 = files.map(|file| file.about.size).sum();
        let unfinished = store.unfinished(place, self.service.clock.now()).await?;
        let unfinished: Vec<(Blob, u32)> =
            unfinished.into_iter().filter(|(blob, _)| blob.id != self.blob.id).collect();
        let same = |blob: &Blob| blob.name == self.blob.name && blob.sha256 == self.blob.sha256;
        let mine =
            unfinished.iter().filter(|(blob, _)| same(blob)).map(|(_, chunks)| received(*chunks)).max();
        let unfinished: u64 = unfinished.iter().map(|(_, chunks)| received(*chunks)).sum();
        if (files + unfinished).saturating_add(self.needed()) > limit {
            // Who sends the same file from its beginning may continue with what has arrived of it.
            return Err(match mine.filter(|received| self.chunks == 0 && *received > 0) {
                Some(received) => ResourceError::Offset { received },
                None => Full::Folder { limit, taken: files, unfinished }.into(),
            });
        }
        Ok(())
    }

    /// Continues with the longest of the blobs that are to become the same file. What it holds is hashed again.
    async fn go_on(&mut self, part: &SentRange) -> Result<(), ResourceError> {
        let (store, now) = (&self.service.store, self.service.clock.now());
        let unfinished = store.unfinished(self.blob.place(), now).await?;
        let same = unfinished
            .into_iter()
            .filter(|(blob, _)| blob.name == self.blob.name && blob.sha256 == self.blob.sha256);
        let longest = same.max_by_key(|(_, chunks)| *chunks);
        let received = longest.as_ref().map_or(0, |(_, chunks)| received(*chunks));
        let Some((blob, chunks)) = longest.filter(|_| received == part.start) else {
            return Err(ResourceError::Offset { received });
        };
        if !store.lease(&blob.id, Lease::Renew, now, lease_from(now)).await? {
            return Err(ResourceError::UploadEnded);
        }
        for n in 0..chunks {
            let bytes = store.chunk(&blob.id, n).await?;
            let bytes =
                bytes.ok_or_else(|| ResourceError::Internal(format!("blob {} lacks {n}", blob.id)))?;
            self.hash.update(&bytes);
            if n == 0 {
                self.look_at(&bytes)?;
            }
        }
        (self.blob, self.chunks, self.size) = (blob, chunks, received);
        Ok(())
    }

    /// Takes the next bytes.
    pub async fn take(&mut self, mut piece: &[u8]) -> Result<(), ResourceError> {
        self.size += piece.len() as u64;
        fits(&self.open.limits, self.size)?;
        self.hash.update(piece);
        let whole = CHUNK_BYTES as usize;
        while !piece.is_empty() {
            let (first, rest) = piece.split_at(piece.len().min(whole - self.buffer.len()));
            self.buffer.extend_from_slice(first);
            piece = rest;
            if self.buffer.len() == whole {
                self.put_away().await?;
            }
        }
        Ok(())
    }

    /// Stores what is held as the next chunk, if the sender still may, and makes sure that the lease is a long one.
    async fn put_away(&mut self) -> Result<(), ResourceError> {
        let named = self.upload.named;
        self.service.still_valid(named.claims)?;
        self.service.admit(named.claims, named.collection, Verb::Write)?;
        if !self.sealed {
            // Others may have begun meanwhile.
            self.count_others().await?;
            self.check_quota().await?;
        }
        let bytes = std::mem::take(&mut self.buffer);
        if self.chunks == 0 {
            self.look_at(&bytes)?;
        }
        let (store, now) = (&self.service.store, self.service.clock.now());
        store.append(&self.blob.id, self.chunks, bytes).await.map_err(|error| match error {
            StoreError::Conflict { .. } => ResourceError::UploadEnded,
            other => other.into(),
        })?;
        self.chunks += 1;
        if now - self.renewed > LEASE / 4 {
            if !store.lease(&self.blob.id, Lease::Renew, now, lease_from(now)).await? {
                return Err(ResourceError::UploadEnded);
            }
            self.renewed = now;
        }
        Ok(())
    }

    /// Where the sender gave no type, what the first bytes look like must be one that is taken.
    fn look_at(&mut self, head: &[u8]) -> Result<(), ResourceError> {
        self.sniffed = sniff(&head[..head.len().min(HEAD_BYTES)]).into_owned();
        match MediaType::parse(&self.sniffed) {
            Some(sniffed) if self.upload.declared.is_none() => takes(self.open, &sniffed),
            _ => Ok(()),
        }
    }

    /// Checks what has come and closes the blob, whose bytes are all there then; gives their SHA-256.
    pub async fn finish(&mut self) -> Result<String, ResourceError> {
        if self.chunks == 0 {
            let head = std::mem::take(&mut self.buffer);
            self.look_at(&head)?;
            self.buffer = head;
        }
        if let Some(part) = &self.upload.part
            && part.total != self.size
        {
            let fault = format!("{} of {} bytes arrived", self.size, part.total);
            return Err(ResourceError::Interrupted(fault));
        }
        let sha256 = hexadecimal(self.hash.clone().finish().as_ref());
        if let Some(announced) = &self.upload.sha256
            && announced != &sha256
        {
            let message =
                format!("the SHA-256 of the received bytes is {sha256}, not {announced}; nothing was stored");
            return Err(ResourceError::Invalid(vec![FieldError::at("", "digest", message)]));
        }
        let (store, now) = (&self.service.store, self.service.clock.now());
        if !store.lease(&self.blob.id, Lease::Seal { bytes: self.size }, now, lease_from(now)).await? {
            return Err(ResourceError::UploadEnded);
        }
        (self.sealed, self.renewed) = (true, now);
        if !self.buffer.is_empty() {
            self.put_away().await?;
        }
        Ok(sha256)
    }

    /// The file that came.
    pub fn file(&self, sha256: String) -> File {
        let declared = self.upload.declared.as_ref();
        let about = Artifact {
            name: self.blob.name.clone(),
            size: self.size,
            sha256,
            content_type: declared.map_or(self.sniffed.as_str(), MediaType::as_str).to_owned(),
            created_at: timestamp(self.service.clock.now()),
            by: self.upload.named.claims.sub.clone(),
        };
        let served_as = served_as(declared, &self.sniffed);
        File { about, served_as, blob: self.blob.id.clone(), chunk_bytes: CHUNK_BYTES }
    }

    /// Removes what came of an upload that failed, unless it may be continued, or may have become visible.
    /// What cannot be removed now goes when its lease is over.
    pub async fn let_go(&self, error: &ResourceError) {
        let may_go_on = match error {
            ResourceError::Interrupted(_) => self.blob.sha256.is_some() && self.chunks > 0,
            // Another request may be writing it, or the folder may name it; this is not known.
            ResourceError::UploadEnded
            | ResourceError::ChangedMeanwhile
            | ResourceError::Unavailable
            | ResourceError::Unknown
            | ResourceError::Internal(_) => true,
            _ => false,
        };
        if may_go_on {
            return;
        }
        let (service, now) = (self.service, self.service.clock.now());
        let change = if self.sealed { Lease::Release } else { Lease::Abandon };
        let removed = async {
            if service.store.lease(&self.blob.id, change, now, now).await? {
                sweep::end(&*service.store, &*service.clock, &self.blob).await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = removed.await {
            tracing::debug!(%error, "the chunks of a failed upload are left to the next sweep");
        }
    }
}

/// The bytes of so many chunks.
fn received(chunks: u32) -> u64 {
    u64::from(chunks) * u64::from(CHUNK_BYTES)
}

/// Whether the collection takes files of this type.
pub(super) fn takes(open: &Open<'_>, came: &MediaType) -> Result<(), ResourceError> {
    match &open.limits.types {
        Some(taken) if !came.is_one_of(taken) => {
            Err(ResourceError::MediaType { came: came.as_str().to_owned(), taken: taken.clone() })
        }
        _ => Ok(()),
    }
}
