//! The key ring: a JWK Set in a file that is followed while the service runs.

mod check;
mod der;
mod foreign;
mod generate;
mod jwk;
mod remote;
mod ring;
mod rotation;

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};

use self::remote::Remote;
use crate::metric::kit::RING_FAILURES;

pub use self::{
    generate::generate,
    jwk::{Algorithm, Jwk, JwkSet, KeyOperation, Material},
    ring::{Key, Ring},
    rotation::{RotationStep, RotationWaits, rotate},
};

/// How often the file is read again. A mounted Secret swaps by symlink, so file events are not trusted.
const POLL: Duration = Duration::from_secs(5);

/// The key ring cannot be used. The text is one line.
#[derive(Debug, thiserror::Error)]
#[error("key ring: {0}")]
pub struct KeysError(pub(crate) String);

impl KeysError {
    /// The same fault with the name of what has it, such as a file.
    pub fn of(self, name: impl std::fmt::Display) -> Self {
        Self(format!("{name}: {}", self.0))
    }
}

/// What a service does with the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It signs tokens, so a ring without a signing key is refused.
    Sign,
    /// It only checks tokens.
    Verify,
}

/// A key ring that follows its file. Cheap to read from many threads.
pub struct KeyRing {
    source: Source,
    current: ArcSwap<Ring>,
}

/// Where a ring comes from.
enum Source {
    /// A file, and what for.
    File(PathBuf, Purpose),
    /// An authorization server.
    Remote(Remote),
}

impl KeyRing {
    /// Reads and checks the file.
    pub fn open(path: &Path, purpose: Purpose) -> Result<Self, KeysError> {
        let ring = load(path, purpose)?;
        Ok(Self::of(Source::File(path.to_owned(), purpose), Arc::new(ring)))
    }

    /// The public keys at `url`. There are none until they are fetched: follow the ring, and wait for
    /// [`KeyRing::is_loaded`].
    pub fn remote(url: &str) -> Result<Self, KeysError> {
        remote::empty(url)
    }

    fn of(source: Source, ring: Arc<Ring>) -> Self {
        Self { source, current: ArcSwap::new(ring) }
    }

    fn remote_source(&self) -> Option<&Remote> {
        match &self.source {
            Source::File(..) => None,
            Source::Remote(remote) => Some(remote),
        }
    }

    /// Whether the keys are fetched from an authorization server.
    pub fn is_remote(&self) -> bool {
        self.remote_source().is_some()
    }

    /// Whether there are keys.
    pub fn is_loaded(&self) -> bool {
        !self.current.load().is_empty()
    }

    fn take(&self, ring: Ring) {
        self.current.store(Arc::new(ring));
    }

    /// The ring as it is now.
    pub fn current(&self) -> Guard<Arc<Ring>> {
        self.current.load()
    }

    /// Puts another ring in place, as a change of the file does.
    #[cfg(test)]
    pub(crate) fn replace(&self, ring: Ring) {
        self.current.store(Arc::new(ring));
    }

    /// Reads the file every 5 s, or fetches the keys every minute, as long as the ring is in use. A bad file keeps the old ring, raises
    /// `tessera_key_ring_reload_failures_total` and is logged once.
    pub fn follow(self: &Arc<Self>) {
        let ring = Arc::downgrade(self);
        if self.remote_source().is_some() {
            tokio::spawn(remote::follow(ring));
            return;
        }
        tokio::spawn(async move {
            let mut seen = None;
            loop {
                tokio::time::sleep(POLL).await;
                let Some(ring) = ring.upgrade() else { return };
                let Ok(after) = tokio::task::spawn_blocking(move || ring.reload(seen)).await else { return };
                seen = Some(after);
            }
        });
    }

    /// Loads the file unless its content is what `seen` says; returns the content's fingerprint.
    fn reload(&self, seen: Option<u64>) -> u64 {
        let Source::File(path, purpose) = &self.source else { return 0 };
        let text = read(path);
        let print = fingerprint(text.as_deref().unwrap_or_default());
        match text.and_then(|text| check(&text, *purpose)).map_err(|error| error.of(path.display())) {
            Ok(ring) if seen != Some(print) => {
                tracing::debug!(keys = ?ring, "key ring read");
                self.current.store(Arc::new(ring));
            }
            Ok(_) => {}
            Err(error) => {
                RING_FAILURES.get().increment(1);
                if seen != Some(print) {
                    tracing::error!(%error, "the key ring file is bad; the old ring stays in use");
                }
            }
        }
        print
    }
}

fn load(path: &Path, purpose: Purpose) -> Result<Ring, KeysError> {
    read(path).and_then(|text| check(&text, purpose)).map_err(|error| error.of(path.display()))
}

/// The text of a key ring file. The error does not name the file.
fn read(path: &Path) -> Result<String, KeysError> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            KeysError("no such file; make one with `auth-service keys new`".into())
        }
        _ => KeysError(error.to_string()),
    })
}

fn check(text: &str, purpose: Purpose) -> Result<Ring, KeysError> {
    let ring = Ring::parse(text)?;
    if purpose == Purpose::Sign && ring.signing_key().is_none() {
        return Err(KeysError("no key has \"sign\" in its key_ops, so no token could be issued".into()));
    }
    Ok(ring)
}

fn fingerprint(text: &str) -> u64 {
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
    BuildHasherDefault::<DefaultHasher>::default().hash_one(text)
}

impl JwkSet {
    /// Reads a key ring file without checking its keys. The error names the file.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        read(path).and_then(|text| Self::from_text(&text)).map_err(|error| error.of(path.display()))
    }

    /// Reads the text of a key ring file without checking its keys.
    pub fn from_text(text: &str) -> Result<Self, KeysError> {
        if text.trim().is_empty() {
            let fault = "the file is empty; a JWK Set is expected, as `auth-service keys new` makes it";
            return Err(KeysError(fault.into()));
        }
        serde_json::from_str(text).map_err(|error| KeysError(format!("not a JWK Set: {error}")))
    }

    /// The text of a key ring file.
    pub fn to_text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Writes the file, readable by its owner alone, in one step: a reader sees the old ring or the new one.
    pub fn write(&self, path: &Path) -> Result<(), KeysError> {
        let named = |error: &dyn std::fmt::Display| KeysError(format!("{}: {error}", path.display()));
        let text = self.to_text().map_err(|error| named(&error))?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let write = || -> std::io::Result<()> {
            if let Some(directory) = path.parent() {
                std::fs::create_dir_all(directory)?;
            }
            let mut options = std::fs::File::options();
            options.create(true).write(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&beside)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&beside, path)
        };
        write().map_err(|error| named(&error))
    }
}

#[cfg(test)]
mod tests;
