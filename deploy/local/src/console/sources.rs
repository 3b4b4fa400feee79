//! The folder of the console's sources: what is in it, whether its output is up to date, and who may build it now.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{Context, SHA256};

/// Folders and files that a build reads nothing from.
const IGNORED: [&str; 4] = ["node_modules", "dist", "coverage", LOCK];
/// Names, in the output, what it was built from. A build begins by removing it.
const BUILT_FROM: &str = ".built-from";
/// Whoever has locked it builds.
const LOCK: &str = ".build.lock";

/// The folder of the console's sources.
#[derive(Clone)]
pub struct Sources(PathBuf);

impl Sources {
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// Where the built console lies.
    pub fn output(&self) -> PathBuf {
        self.0.join("dist")
    }

    /// A hash of the names and contents of all sources.
    pub fn fingerprint(&self) -> io::Result<String> {
        let mut files = Vec::new();
        collect(&self.0, "", &mut files)?;
        files.sort_unstable();
        let mut all = Context::new(&SHA256);
        for name in files {
            let content = fs::read(self.0.join(&name))?;
            // Lengths, so that no two folders give the same bytes.
            for part in [name.as_bytes(), &content] {
                all.update(&(part.len() as u64).to_be_bytes());
                all.update(part);
            }
        }
        let mut text = String::new();
        for byte in all.finish().as_ref() {
            write!(text, "{byte:02x}").map_err(io::Error::other)?;
        }
        Ok(text)
    }

    /// Whether the output was built from the sources as they are.
    pub fn is_built(&self) -> io::Result<bool> {
        let built_from = fs::read_to_string(self.output().join(BUILT_FROM)).unwrap_or_default();
        Ok(!built_from.is_empty() && built_from == self.fingerprint()?)
    }

    /// Notes that the output is of unknown origin from now on.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_file(self.output().join(BUILT_FROM)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Notes what the output was built from.
    pub fn record(&self, fingerprint: &str) -> io::Result<()> {
        fs::write(self.output().join(BUILT_FROM), fingerprint)
    }

    /// The file whose lock the builder holds.
    pub fn lock(&self) -> io::Result<File> {
        File::options().create(true).truncate(false).read(true).write(true).open(self.0.join(LOCK))
    }
}

/// The files below a folder, by their path from the first one. Links are not followed: a build may read them, but what
/// they lead to is no source.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if prefix.is_empty() && IGNORED.contains(&name.as_str()) {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_is_up_to_date_until_a_source_changes_its_content_its_name_or_goes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["src", "dist", "node_modules"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("package.json"), "{}").unwrap();
        fs::write(at("src/main.tsx"), "a").unwrap();
        let sources = Sources::new(folder.path().to_owned());
        let build = || sources.record(&sources.fingerprint().unwrap()).unwrap();
        assert!(!sources.is_built().unwrap());
        sources.forget().unwrap();

        build();
        fs::write(at("dist/index.html"), "built").unwrap();
        fs::write(at("node_modules/x"), "installed").unwrap();
        drop(sources.lock().unwrap());
        assert!(sources.is_built().unwrap());
        for change in [
            &(|| fs::write(at("src/main.tsx"), "b").unwrap()) as &dyn Fn(),
            &|| fs::rename(at("src/main.tsx"), at("src/other.tsx")).unwrap(),
            &|| fs::write(at("src/dist"), "a folder's name, deeper").unwrap(),
            &|| fs::remove_file(at("src/dist")).unwrap(),
            &|| sources.forget().unwrap(),
        ] {
            build();
            assert!(sources.is_built().unwrap());
            change();
            assert!(!sources.is_built().unwrap());
        }
    }
}
