//! The house rules of ARCHITECTURE.md, read from the source: import direction, who knows which library, sizes.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The longest a source file may be, in lines, its tests apart.
const LONGEST: usize = 400;
/// What 95 of 100 source files may have at most.
const NEARLY_ALL: usize = 300;

pub struct Source {
    pub path: String,
    pub code: String,
}

impl Source {
    /// Whether one of the path's folders, or the file itself, has this name.
    fn is_in(&self, room: &str) -> bool {
        self.path.split('/').any(|part| part == room || part.strip_suffix(".rs") == Some(room))
    }

    fn imports(&self, library: &str) -> bool {
        let named = |line: &str| {
            line.match_indices(library).any(|(at, _)| {
                let before = line[..at].chars().last();
                let follows = line[at + library.len()..].starts_with("::");
                follows && !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
            })
        };
        self.code.lines().filter(|line| !line.trim_start().starts_with("//")).any(named)
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the workspace").to_owned()
}

pub fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for package in ["shared-models", "auth-service", "resource-service", "deploy"] {
        collect(&root().join(package), &mut found);
    }
    assert!(found.len() > 50, "only {} sources were found", found.len());
    found
}

fn collect(directory: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with("target") {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("readable source");
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
            let path = path.strip_prefix(root()).expect("inside the workspace").display().to_string();
            found.push(Source { path, code });
        }
    }
}

fn is_test(source: &Source) -> bool {
    source.path.ends_with("tests.rs") || source.is_in("tests") || source.is_in("contract")
}

#[test]
fn imports_point_one_way() {
    let above = [
        ("query", &["http", "ops", "store", "domain"][..]),
        ("domain", &["http", "ops", "store"]),
        ("store", &["http", "ops"]),
        ("ops", &["http"]),
    ];
    for source in sources() {
        for (room, forbidden) in above {
            let inside = source.path.contains(&format!("/src/{room}/"));
            for name in forbidden {
                let upward = source.code.contains(&format!("crate::{name}::"))
                    || source.code.contains(&format!("crate::{name};"))
                    || grouped(&source.code, name);
                assert!(!(inside && upward), "{} knows {name}", source.path);
            }
        }
    }
}

/// Whether `use crate::{…}` names the room.
fn grouped(code: &str, room: &str) -> bool {
    code.split("use crate::{").skip(1).any(|rest| {
        let group = rest.split(';').next().unwrap_or_default();
        group.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == room)
    })
}

#[test]
fn each_library_is_known_where_it_belongs() {
    for source in sources() {
        let kit = source.path.starts_with("shared-models/service-kit/");
        let actix = source.imports("actix_web") || source.imports("actix_cors");
        let edge = kit || source.is_in("http") || source.is_in("app");
        assert!(!actix || edge, "{} knows actix", source.path);
        let mongo = source.imports("mongodb") || source.imports("bson");
        assert!(!mongo || source.is_in("mongo") || is_test(&source), "{} knows mongodb", source.path);
        let sql = source.imports("rusqlite");
        assert!(!sql || source.is_in("sqlite") || is_test(&source), "{} knows SQL", source.path);
        let environment = source.code.contains("env::var") && !is_test(&source);
        assert!(!environment || source.is_in("settings"), "{} reads the environment", source.path);
    }
    let models = fs::read_to_string(root().join("shared-models/Cargo.toml")).expect("a manifest");
    for library in ["actix", "mongodb", "tokio", "reqwest", "rusqlite"] {
        assert!(!models.contains(library), "shared-models depends on {library}");
    }
}

#[test]
fn every_file_says_what_it_owns_and_stays_small() {
    let mut sizes = Vec::new();
    for source in sources() {
        assert!(is_test(&source) || source.code.starts_with("//!"), "{} has no //! line", source.path);
        let lines = source.code.lines().count();
        assert!(is_test(&source) || lines <= LONGEST, "{} has {lines} lines", source.path);
        if !is_test(&source) {
            sizes.push(lines);
        }
    }
    sizes.sort_unstable();
    let nearly_all = sizes[sizes.len() * 95 / 100];
    assert!(nearly_all <= NEARLY_ALL, "95 % of the files have up to {nearly_all} lines");
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("to", "do!("),
        concat!("unimplem", "ented!("),
    ];
    for source in sources() {
        for mark in marks {
            assert!(!source.code.contains(mark), "{} has {mark}", source.path);
        }
    }
}
