//! The files of a built console, read once: a request is looked up among them and never reaches the file system.

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;

use super::{coding::Coding, media, page::Page};

/// The file that every console has.
const INDEX: &str = "index.html";
/// The most files of a console.
const MAX_FILES: usize = 2_000;
/// The most bytes of all files together: they are held in memory.
const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// How deep folders may lie in one another.
const MAX_DEPTH: usize = 16;
/// The bytes of a SHA-256 that an entity tag shows.
const TAG: usize = 16;

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum Unservable {
    /// It is no folder of a console.
    #[error("{0} has no index.html; name the folder of a built console")]
    NoIndex(PathBuf),
    /// The page is not UTF-8.
    #[error("{0} is not UTF-8")]
    NotText(PathBuf),
    /// A link leads out of it.
    #[error("{0} leads out of the folder")]
    Outside(PathBuf),
    /// Something in it is neither a file nor a folder.
    #[error("{0} is neither a file nor a folder")]
    Special(PathBuf),
    /// A name is not UTF-8.
    #[error("the name of {0} is not UTF-8")]
    Name(PathBuf),
    /// Folders lie too deep in one another.
    #[error("{0} lies more than {MAX_DEPTH} folders deep")]
    TooDeep(PathBuf),
    /// There are too many files.
    #[error("{0} has more than {MAX_FILES} files")]
    TooMany(PathBuf),
    /// The files are too large.
    #[error("the files of {0} have more than {MAX_BYTES} bytes together")]
    TooLarge(PathBuf),
    /// The system cannot read it.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, io::Error),
}

/// A built console.
pub(super) struct Site {
    pub(super) page: Page,
    files: HashMap<String, Served>,
}

/// One file, in the encodings that the build made of it.
pub(super) struct Served {
    pub(super) media_type: &'static str,
    /// Of the file, whatever its encoding: a weak entity tag.
    pub(super) tag: String,
    forms: Vec<(Coding, Bytes)>,
}

impl Served {
    /// Whether the build made other forms of it.
    pub(super) fn is_encoded(&self) -> bool {
        self.forms.len() > 1
    }

    /// The bytes in an encoding, where the build made it.
    pub(super) fn form(&self, coding: Coding) -> Option<&Bytes> {
        self.forms.iter().find(|(own, _)| *own == coding).map(|(_, bytes)| bytes)
    }
}

impl Site {
    /// Reads a folder whole.
    pub(super) fn read(folder: &Path) -> Result<Self, Unservable> {
        let root = fs::canonicalize(folder).map_err(|error| failed(folder, error))?;
        let mut walk = Walk { root: &root, folder, bytes: 0, found: BTreeMap::new() };
        walk.folder(&root, "", 0)?;
        let mut found = walk.found;
        let index = found.remove(INDEX).ok_or_else(|| Unservable::NoIndex(folder.to_owned()))?;
        let index = str::from_utf8(&index).map_err(|_| Unservable::NotText(folder.join(INDEX)))?;
        Ok(Self { page: Page::new(index), files: served(&found) })
    }

    /// The file at a path, which is decoded and has no slash before it.
    pub(super) fn file(&self, path: &str) -> Option<&Served> {
        self.files.get(path)
    }
}

/// A file with another's name and the ending of an encoding is that other file, encoded.
fn served(found: &BTreeMap<String, Bytes>) -> HashMap<String, Served> {
    let encoded = |name: &str| {
        Coding::PREFERRED.into_iter().find_map(|coding| {
            let plain = name.strip_suffix(coding.ending()?)?;
            (plain == INDEX || found.contains_key(plain)).then_some(coding)
        })
    };
    let plain = found.iter().filter(|(name, _)| encoded(name).is_none());
    let file = |(name, bytes): (&String, &Bytes)| {
        let form = |coding: Coding| match coding.ending() {
            Some(ending) => Some((coding, found.get(&format!("{name}{ending}"))?.clone())),
            None => Some((coding, bytes.clone())),
        };
        let tag = URL_SAFE_NO_PAD.encode(&digest(&SHA256, bytes).as_ref()[..TAG]);
        let forms = Coding::PREFERRED.into_iter().filter_map(form).collect();
        (name.clone(), Served { media_type: media::of(name), tag, forms })
    };
    plain.map(file).collect()
}

fn failed(path: &Path, error: io::Error) -> Unservable {
    Unservable::Unreadable(path.to_owned(), error)
}

struct Walk<'a> {
    /// Where every link must lead.
    root: &'a Path,
    /// The same folder as it was named, for messages.
    folder: &'a Path,
    bytes: u64,
    found: BTreeMap<String, Bytes>,
}

impl Walk<'_> {
    fn folder(&mut self, path: &Path, prefix: &str, depth: usize) -> Result<(), Unservable> {
        if depth > MAX_DEPTH {
            return Err(Unservable::TooDeep(path.to_owned()));
        }
        for entry in fs::read_dir(path).map_err(|error| failed(path, error))? {
            let entry = entry.map_err(|error| failed(path, error))?;
            let Ok(name) = entry.file_name().into_string() else {
                return Err(Unservable::Name(entry.path()));
            };
            // A mounted volume keeps its own generations under such names.
            if !name.starts_with('.') {
                self.entry(&entry.path(), format!("{prefix}{name}"), depth)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: String, depth: usize) -> Result<(), Unservable> {
        let real = fs::canonicalize(path).map_err(|error| failed(path, error))?;
        if !real.starts_with(self.root) {
            return Err(Unservable::Outside(path.to_owned()));
        }
        let kind = fs::metadata(&real).map_err(|error| failed(path, error))?;
        if kind.is_dir() {
            return self.folder(&real, &format!("{name}/"), depth + 1);
        }
        if !kind.is_file() {
            return Err(Unservable::Special(path.to_owned()));
        }
        if self.found.len() >= MAX_FILES {
            return Err(Unservable::TooMany(self.folder.to_owned()));
        }
        let room = MAX_BYTES - self.bytes;
        if kind.len() > room {
            return Err(Unservable::TooLarge(self.folder.to_owned()));
        }
        let mut bytes = Vec::new();
        let length = File::open(&real).and_then(|file| file.take(room + 1).read_to_end(&mut bytes));
        let length = length.map_err(|error| failed(path, error))? as u64;
        if length > room {
            return Err(Unservable::TooLarge(self.folder.to_owned()));
        }
        self.bytes += length;
        self.found.insert(name, bytes.into());
        Ok(())
    }
}
