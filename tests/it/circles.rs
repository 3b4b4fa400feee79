//! No circular imports: within a crate, files that import from one another, directly or by way of others, are refused.
//!
//! A module and the modules inside it count as one: a child uses its parent's types, and the parent calls its children. What a
//! module only re-exports (`pub use`) belongs to the file that defines it. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{Source, sources};

/// The names from the crate's root to a module, or further to something in it.
type Path = Vec<String>;

/// The modules of one crate, each a file.
struct Crate {
    /// The source of each module without comments and literals.
    code: BTreeMap<Path, String>,
    /// What a module re-exports: module and name, then the path it names.
    exports: BTreeMap<(Path, String), Path>,
}

/// One name that a `use` brings into a module.
struct Import {
    public: bool,
    path: Path,
    name: String,
}

impl Crate {
    fn new(files: impl Iterator<Item = (Path, String)>) -> Self {
        let code: BTreeMap<Path, String> = files.map(|(module, text)| (module, plain(&text))).collect();
        let mut found = Self { code, exports: BTreeMap::new() };
        for (module, text) in &found.code {
            for import in imports(text).into_iter().filter(|import| import.public) {
                if let Some(path) = found.absolute(module, &import.path) {
                    found.exports.insert((module.clone(), import.name), path);
                }
            }
        }
        found
    }

    /// A path from the root, for one as a module writes it; nothing for one that leads out of the crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => {
                let parent = &module[..module.len().checked_sub(1)?];
                match rest.first().map(String::as_str) {
                    Some("super") => self.absolute(parent, rest),
                    _ => Some([parent, rest].concat()),
                }
            }
            _ => {
                let inner = [module, std::slice::from_ref(first)].concat();
                self.code.contains_key(&inner).then(|| [module, path].concat())
            }
        }
    }

    /// The module that defines what a path from the root names.
    fn home(&self, path: &[String], depth: usize) -> Option<Path> {
        let length = (0..=path.len()).rev().find(|length| self.code.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        let export = rest.first().and_then(|name| self.exports.get(&(module.to_vec(), name.clone())));
        match export {
            Some(target) if depth < 8 => self.home(&[target, &rest[1..]].concat(), depth + 1),
            _ => Some(module.to_vec()),
        }
    }

    /// The modules that each module uses, those inside and around it apart.
    fn uses(&self) -> BTreeMap<&Path, BTreeSet<Path>> {
        let mut found = BTreeMap::new();
        for (module, text) in &self.code {
            let named = imports(text).into_iter().filter(|import| !import.public).map(|import| import.path);
            let homes =
                named.chain(inline(text)).filter_map(|path| self.home(&self.absolute(module, &path)?, 0));
            let others = homes.filter(|home| !home.starts_with(module) && !module.starts_with(home));
            found.insert(module, others.collect());
        }
        found
    }

    /// Each way from a module back to itself, once for each module on it.
    fn circles(&self) -> Vec<String> {
        let uses = self.uses();
        let circle = |start: &Path| {
            let mut ways = vec![vec![start.clone()]];
            let mut seen = BTreeSet::new();
            while let Some(way) = ways.pop() {
                for next in uses.get(way.last()?).into_iter().flatten() {
                    let further = [&way[..], std::slice::from_ref(next)].concat();
                    if next == start {
                        let names: Vec<String> = further.iter().map(|module| module.join("::")).collect();
                        return Some(names.join(" -> "));
                    }
                    if seen.insert(next.clone()) {
                        ways.push(further);
                    }
                }
            }
            None
        };
        self.code.keys().filter_map(circle).collect()
    }
}

/// Source without comments, literals and unit tests.
fn plain(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        kept.push_str(&rest[..at]);
        let tail = &rest[at..];
        let skipped = if tail.starts_with("//") {
            tail.find('\n').unwrap_or(tail.len())
        } else if tail.starts_with('"') {
            let hashes = kept.bytes().rev().take_while(|byte| *byte == b'#').count();
            let raw = kept.as_bytes().get(kept.len().wrapping_sub(hashes + 1)) == Some(&b'r');
            if raw {
                tail.find(&format!("\"{}", "#".repeat(hashes))).map_or(1, |_| raw_end(tail, hashes))
            } else {
                quoted_end(tail)
            }
        } else if tail.starts_with("'\"'") {
            3
        } else {
            kept.push_str(&tail[..1]);
            1
        };
        rest = &tail[skipped..];
    }
    kept + rest
}

/// The length of a quoted text.
fn quoted_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, letter)| {
        let ends = *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// The length of a raw text that began with so many hashes.
fn raw_end(text: &str, hashes: usize) -> usize {
    let mark = format!("\"{}", "#".repeat(hashes));
    text[1..].find(&mark).map_or(text.len(), |at| 1 + at + mark.len())
}

/// The names that the `use` declarations of a source bring in.
fn imports(code: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].rsplit(['\n', ';', '{', '}']).next().unwrap_or_default().trim();
        if before.is_empty() || before.starts_with("pub") {
            let tree = code[at + 4..].split(';').next().unwrap_or_default();
            flatten(&[], tree, !before.is_empty(), &mut found);
        }
    }
    found
}

/// Takes a tree of imports apart.
fn flatten(prefix: &[String], tree: &str, public: bool, found: &mut Vec<Import>) {
    let tree = tree.trim();
    let names = |text: &str| -> Path {
        let parts = text.split("::").map(str::trim).filter(|part| !part.is_empty());
        [prefix, &parts.map(str::to_owned).collect::<Vec<_>>()].concat()
    };
    if let Some((head, group)) = tree.split_once('{') {
        let prefix = names(head);
        let (mut depth, mut start) = (0, 0);
        let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    flatten(&prefix, &group[start..at], public, found);
                    start = at + 1;
                }
                _ => {}
            }
        }
        flatten(&prefix, &group[start..], public, found);
    } else if !tree.is_empty() {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
        let mut path = names(path);
        if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        let name = alias.map(|alias| alias.trim().to_owned()).or(path.last().cloned()).unwrap_or_default();
        found.push(Import { public, path, name });
    }
}

/// The paths in the code itself, `use` declarations apart.
fn inline(code: &str) -> Vec<Path> {
    let mut found = Vec::new();
    let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    for statement in code.split(';') {
        let is_use = statement.rsplit(['\n', '}']).any(|line| {
            let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            line.trim_start_matches("pub(super) ").starts_with("use ")
        });
        for text in statement.split(|letter| !word(letter)).filter(|text| text.contains("::") && !is_use) {
            let path: Path =
                text.split("::").take_while(|part| !part.is_empty()).map(str::to_owned).collect();
            if path.len() > 1 {
                found.push(path);
            }
        }
    }
    found
}

/// The crate and the module of a source file; nothing for tests.
fn place(source: &Source) -> Option<(String, Path)> {
    let (package, file) = source.path.split_once("/src/")?;
    let parts: Path = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let parts = match parts.split_last() {
        Some((last, rest)) if ["mod", "lib"].contains(&last.as_str()) => rest.to_vec(),
        _ => parts,
    };
    let is_left_out = |part: &String| ["tests", "contract", "main"].contains(&part.as_str());
    (!parts.iter().any(is_left_out)).then(|| (package.to_owned(), parts))
}

#[test]
fn no_two_files_import_from_one_another() {
    let mut crates: BTreeMap<String, Vec<(Path, String)>> = BTreeMap::new();
    for source in sources() {
        if let Some((package, module)) = place(&source) {
            crates.entry(package).or_default().push((module, source.code));
        }
    }
    assert!(crates.len() >= 5, "only {:?}", crates.keys());
    for (package, files) in crates {
        let circles = Crate::new(files.into_iter()).circles();
        assert!(circles.is_empty(), "circular imports in {package}:\n{}", circles.join("\n"));
    }
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let circles = |files: &[(&str, &str)]| {
        let path = |text: &str| text.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Crate::new(files.iter().map(|(module, code)| (path(module), (*code).to_owned()))).circles().len()
    };
    let root = ("", "mod a; mod b;");
    let b = ("b", "use crate::a::A; pub struct B;");
    assert_eq!(circles(&[root, ("a", "pub struct A;"), b]), 0);
    for code in [
        "use crate::b::B;",
        "use super::b;",
        "use super::{\n    b::{self, B},\n};",
        "use crate::{b as other};",
        "fn f() { let x = 1; crate::b::g(x); }",
        "type T = super::b::B;",
    ] {
        assert_eq!(circles(&[root, ("a", code), b]), 2, "{code}");
    }
    for code in [
        "// use crate::b::B;",
        "const B: &str = \"use crate::b::B;\";",
        "#[cfg(test)]\nmod t { use crate::b::B; }",
    ] {
        assert_eq!(circles(&[root, ("a", code), b]), 0, "{code}");
    }
    let exporting = ("", "mod a; mod b; pub use self::b::B;");
    assert_eq!(
        circles(&[exporting, ("a", "use crate::B;"), b]),
        2,
        "a re-export leads to the file that defines it"
    );
    let inside = [("", "mod a;"), ("a", "mod c; use self::c::C;"), ("a::c", "use super::A;")];
    assert_eq!(circles(&inside), 0, "a module and what is inside it are one");
    let three = [root, ("a", "use crate::b::B;"), ("b", "use crate::c::C;"), ("c", "use crate::a::A;")];
    assert_eq!(circles(&three), 3);
}
