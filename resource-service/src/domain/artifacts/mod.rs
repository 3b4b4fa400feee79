//! The artifacts of a document: a folder of files, changed as a whole or not at all. Pure.

pub mod media;
pub mod name;
pub mod range;

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use shared_models::{artifacts::Artifact, documents::ArtifactsDefinition};

use self::{media::MediaType, name::ArtifactName};

/// Bytes of each chunk of a file, its last one apart.
pub const CHUNK_BYTES: u32 = 512 * 1024;
/// The most files of a document: its folder is one record, written whole.
pub const MAX_FILES: usize = 1000;
/// The most bytes that a definition may allow a file: 1 TiB.
pub const MAX_BYTES: u64 = 1 << 40;

/// A file in a folder: what is shown of it, and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// What is shown.
    pub about: Artifact,
    /// The media type that may be sent to a browser.
    pub served_as: String,
    /// The blob that holds its bytes.
    pub blob: String,
    /// Bytes of each chunk of that blob, the last one apart.
    pub chunk_bytes: u32,
}

/// The files of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Names this state of the folder; absent where it has no files.
    pub tag: Option<String>,
    /// The files by name.
    pub files: Vec<File>,
}

/// The most bytes that uploads which are not finished may hold. A file of the largest size always may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadQuota {
    /// Those of one owner, whatever the collection.
    pub owner: u64,
    /// Those of one collection.
    pub collection: u64,
}

impl UploadQuota {
    /// Refuses an upload that needs so many bytes while others hold so many of the same owner and in the same collection.
    pub fn check(&self, others: [u64; 2], needed: u64, limits: &ArtifactsDefinition) -> Result<(), Full> {
        let quotas = [(self.owner, "for one owner"), (self.collection, "in one collection")];
        for ((limit, whose), taken) in quotas.into_iter().zip(others) {
            let limit = limit.max(limits.max_bytes);
            if taken.saturating_add(needed) > limit {
                return Err(Full::Unfinished { limit, taken, whose });
            }
        }
        Ok(())
    }
}

/// Why a folder does not take a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The file alone is too large.
    #[error("an artifact may have at most {0} bytes here")]
    File(u64),
    /// All files together would be too large.
    #[error(
        "the artifacts of a document may have at most {limit} bytes together here; its others have {taken}, and uploads that are \
         not finished hold {unfinished}, which are released an hour after they paused"
    )]
    Folder {
        /// The most bytes.
        limit: u64,
        /// The bytes of the other files.
        taken: u64,
        /// The bytes of uploads that are not finished.
        unfinished: u64,
    },
    /// Uploads that are not finished hold too much.
    #[error(
        "uploads that are not finished may hold at most {limit} bytes {whose}, and others hold {taken}; finish them, or retry \
         later: what arrived is released an hour after an upload paused"
    )]
    Unfinished {
        /// The most bytes.
        limit: u64,
        /// The bytes of the other uploads.
        taken: u64,
        /// For whom or where this holds.
        whose: &'static str,
    },
    /// There are too many files.
    #[error("a document may have at most {MAX_FILES} artifacts; put several into one archive")]
    Files,
}

impl Folder {
    /// The file of this name.
    pub fn get(&self, name: &ArtifactName) -> Option<&File> {
        self.files.iter().find(|file| file.about.name == name.as_str())
    }

    /// Whether one of the files has its bytes in this blob.
    pub fn names(&self, blob: &str) -> bool {
        self.files.iter().any(|file| file.blob == blob)
    }

    /// The bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.about.size).sum()
    }

    /// The files once `file` is among them, in the place of one of the same name.
    pub fn with(&self, file: File, limits: &ArtifactsDefinition) -> Result<Vec<File>, Full> {
        let mut files = self.files.clone();
        files.retain(|other| other.about.name != file.about.name);
        let taken: u64 = files.iter().map(|other| other.about.size).sum();
        fits(limits, file.about.size)?;
        if let Some(limit) = limits.max_total_bytes
            && taken.saturating_add(file.about.size) > limit
        {
            return Err(Full::Folder { limit, taken, unfinished: 0 });
        }
        if files.len() >= MAX_FILES {
            return Err(Full::Files);
        }
        let at = files.partition_point(|other| other.about.name < file.about.name);
        files.insert(at, file);
        Ok(files)
    }

    /// The files without the one of this name.
    pub fn without(&self, name: &ArtifactName) -> Vec<File> {
        self.files.iter().filter(|file| file.about.name != name.as_str()).cloned().collect()
    }
}

/// Whether a file of this many bytes may be here at all.
pub fn fits(limits: &ArtifactsDefinition, bytes: u64) -> Result<(), Full> {
    if bytes > limits.max_bytes { Err(Full::File(limits.max_bytes)) } else { Ok(()) }
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Checks what a definition says of artifacts; the error names the fault.
pub fn check(limits: &ArtifactsDefinition) -> Result<(), String> {
    if !(1..=MAX_BYTES).contains(&limits.max_bytes) {
        return Err(format!("max_bytes must be from 1 to {MAX_BYTES}"));
    }
    if limits.max_total_bytes.is_some_and(|total| total < limits.max_bytes) {
        return Err("max_total_bytes must be at least max_bytes".into());
    }
    for pattern in limits.types.iter().flatten() {
        if MediaType::parse(pattern).is_none() {
            return Err(format!("types: {pattern:?} is not a media type such as text/csv or image/*"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> File {
        let about = Artifact {
            name: name.into(),
            size,
            sha256: String::new(),
            content_type: String::new(),
            created_at: String::new(),
            by: String::new(),
        };
        File { about, served_as: String::new(), blob: format!("blob of {name}"), chunk_bytes: CHUNK_BYTES }
    }

    fn limits(max_bytes: u64, max_total_bytes: Option<u64>) -> ArtifactsDefinition {
        ArtifactsDefinition { max_bytes, max_total_bytes, types: None }
    }

    fn folder(files: Vec<File>) -> Folder {
        Folder { tag: Some("t".into()), files }
    }

    #[test]
    fn a_file_takes_the_place_of_its_namesake_and_names_stay_in_order() {
        let limits = limits(10, Some(12));
        let files = Folder::default().with(file("b", 5), &limits).unwrap();
        let files = folder(files).with(file("a", 5), &limits).unwrap();
        let files = folder(files).with(file("b", 7), &limits).unwrap();
        let sizes: Vec<_> = files.iter().map(|file| (file.about.name.as_str(), file.about.size)).collect();
        assert_eq!(sizes, [("a", 5), ("b", 7)]);
        let folder = folder(files);
        assert!(folder.names("blob of a") && !folder.names("blob of c"));
        assert_eq!((folder.bytes(), folder.without(&"a".parse().unwrap()).len()), (12, 1));
    }

    #[test]
    fn a_folder_keeps_its_limits() {
        let full = folder(vec![file("a", 8)]);
        assert_eq!(full.with(file("b", 11), &limits(10, None)), Err(Full::File(10)));
        let total = limits(10, Some(12));
        assert_eq!(full.with(file("b", 5), &total), Err(Full::Folder { limit: 12, taken: 8, unfinished: 0 }));
        assert!(full.with(file("a", 10), &total).is_ok());
        let many = folder((0..MAX_FILES).map(|n| file(&format!("{n:04}"), 1)).collect());
        assert_eq!(many.with(file("x", 1), &limits(10, None)), Err(Full::Files));
        assert_eq!(many.with(file("0007", 2), &limits(10, None)).map(|files| files.len()), Ok(MAX_FILES));
    }

    #[test]
    fn unfinished_uploads_have_a_quota_in_which_one_file_always_fits() {
        let (quota, limits) = (UploadQuota { owner: 20, collection: 30 }, limits(10, None));
        assert_eq!(quota.check([10, 20], 10, &limits), Ok(()));
        let refused = |limit, taken, whose| Err(Full::Unfinished { limit, taken, whose });
        assert_eq!(quota.check([11, 0], 10, &limits), refused(20, 11, "for one owner"));
        assert_eq!(quota.check([0, 21], 10, &limits), refused(30, 21, "in one collection"));
        let large = ArtifactsDefinition { max_bytes: 100, ..limits };
        assert_eq!(quota.check([0, 0], 100, &large), Ok(()));
        assert_eq!(quota.check([1, 1], 100, &large), refused(100, 1, "for one owner"));
    }

    #[test]
    fn a_definition_that_makes_no_sense_is_refused_by_name() {
        for (bad, word) in [
            (limits(0, None), "max_bytes"),
            (limits(MAX_BYTES + 1, None), "max_bytes"),
            (limits(5, Some(4)), "max_total_bytes"),
            (ArtifactsDefinition { types: Some(vec!["csv".into()]), ..limits(1, None) }, "\"csv\""),
        ] {
            assert!(check(&bad).unwrap_err().contains(word));
        }
        let types = Some(vec!["text/csv".into(), "image/*".into()]);
        assert_eq!(check(&ArtifactsDefinition { types, ..limits(5, Some(5)) }), Ok(()));
    }
}
