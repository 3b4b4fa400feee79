//! Whether the installed npm packages are those that the lock file names. Knows no console.

use std::{fs, path::Path};

use serde_json::{Map, Value};

/// Whether `node_modules` below `folder` holds what `package-lock.json` names: npm keeps the same list, of what it installed,
/// in `node_modules/.package-lock.json`. What cannot be read counts as not installed.
pub fn are_installed(folder: &Path) -> bool {
    let wanted = packages(&folder.join("package-lock.json"));
    let installed = packages(&folder.join("node_modules/.package-lock.json"));
    match (wanted, installed) {
        (Some(wanted), Some(installed)) => match_up(&wanted, &installed),
        _ => false,
    }
}

fn packages(file: &Path) -> Option<Map<String, Value>> {
    let mut lock: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    match lock.get_mut("packages")?.take() {
        Value::Object(packages) => Some(packages),
        _ => None,
    }
}

/// An optional package may be absent: it is for another system, perhaps.
fn match_up(wanted: &Map<String, Value>, installed: &Map<String, Value>) -> bool {
    let same = |one: &Value, other: &Value| {
        let equal =
            ["version", "integrity", "link"].into_iter().all(|member| one.get(member) == other.get(member));
        // A lock file may leave out where a package comes from.
        equal && one.get("resolved").zip(other.get("resolved")).is_none_or(|(one, other)| one == other)
    };
    let may_lack = |package: &Value| {
        ["optional", "devOptional"].into_iter().any(|member| package.get(member) == Some(&Value::Bool(true)))
    };
    let no_more =
        installed.iter().all(|(place, own)| wanted.get(place).is_some_and(|package| same(package, own)));
    // The entry without a place is the project itself.
    let wanted = wanted.iter().filter(|(place, _)| !place.is_empty());
    no_more && wanted.clone().all(|(place, package)| installed.contains_key(place) || may_lack(package))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_installed_must_be_what_the_lock_file_names() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, packages: &Value| {
            fs::write(folder.path().join(name), json!({ "packages": packages }).to_string()).unwrap();
        };
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        let package = |version: &str| json!({"version": version, "integrity": format!("sha512-{version}")});
        let other_system =
            json!({"version": "1", "integrity": "sha512-o", "optional": true, "os": ["plan9"]});
        write(
            "package-lock.json",
            &json!({"": {"name": "console"}, "a": package("1"), "b": package("2"), "o": other_system}),
        );
        assert!(!are_installed(folder.path()));
        for (installed, expected) in [
            (json!({"a": package("1"), "b": package("2")}), true),
            (json!({"a": package("1"), "b": package("2"), "o": other_system}), true),
            (
                json!({"a": {"version": "1", "integrity": "sha512-1", "resolved": "https://x"}, "b": package("2")}),
                true,
            ),
            (json!({"a": package("1")}), false),
            (json!({"a": package("1"), "b": package("3")}), false),
            (json!({"a": package("1"), "b": {"version": "2", "integrity": "sha512-other"}}), false),
            (json!({"a": package("1"), "b": {"version": "2"}}), false),
            (json!({"a": package("1"), "b": package("2"), "c": package("1")}), false),
            (json!([]), false),
        ] {
            write("node_modules/.package-lock.json", &installed);
            assert_eq!(are_installed(folder.path()), expected, "{installed}");
        }
    }
}
