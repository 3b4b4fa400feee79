//! Scopes that an operator types: which of them are probably typing errors. Knows no client.

use service_kit::wording::nearest;
use shared_models::scope::{BUILT_IN, EVERYTHING, ScopeSet};

/// The collections that ship with resource-service. Each has `NAME:admin` besides what [`BUILT_IN`] names.
const SHIPPED: [&str; 4] = ["calculations", "reviews", "series", "views"];
/// What a scope of a collection allows, unless its definition names scopes of its own.
const VERBS: [&str; 3] = ["read", "write", "admin"];

/// The scopes that do not ship and do not look like those of a collection defined later.
///
/// A collection may be defined at any time, and auth-service does not know which there are, so `NAME:read`, `NAME:write` and
/// `NAME:admin` are accepted where NAME can be a collection. That alone would accept every typing error in a scope
/// that ships. So a NAME within two letters of one that ships, such as `revocation:read`, is reported; and so is
/// a scope such as `audit:write`, whose NAME ships without that verb. A collection may still have such a name: the caller
/// only prints a note.
pub(super) fn unknown(scopes: &ScopeSet) -> Vec<&str> {
    scopes.iter().filter(|scope| !ships(scope) && !is_of_a_collection(scope)).collect()
}

fn ships(scope: &str) -> bool {
    let administers = |name| SHIPPED.contains(&name);
    scope == EVERYTHING || BUILT_IN.contains(&scope) || scope.strip_suffix(":admin").is_some_and(administers)
}

/// Whether a collection that does not ship may have this scope. The names of collections are resource-service's to
/// check; these are their characters.
fn is_of_a_collection(scope: &str) -> bool {
    let Some((name, verb)) = scope.split_once(':') else { return false };
    let shipped = BUILT_IN.iter().filter_map(|scope| scope.split(':').next());
    let may = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    VERBS.contains(&verb)
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(may)
        && nearest(name, shipped).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_unknown_and_a_scope_of_a_collection_is_not() {
        let scopes = |text: &str| text.parse::<ScopeSet>().unwrap();
        for known in
            ["*", "users:read revocations:read", "views:admin", "molecules:read runs-2:write my_data:admin"]
        {
            assert_eq!(unknown(&scopes(known)), [""; 0], "{known}");
        }
        for typed in [
            "baz",
            "foo:bar",
            "foo:",
            ":read",
            "Users:read",
            "revocation:read",
            "user:write",
            "audit:write",
            "users:admin",
            "molecules:reed",
            "a:b:read",
        ] {
            assert_eq!(unknown(&scopes(typed)), [typed]);
        }
        assert_eq!(unknown(&scopes("foo:bar users:read baz molecules:read")), ["baz", "foo:bar"]);
    }

    #[test]
    fn the_collections_that_ship_are_those_of_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../resource-service/collections");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut names: Vec<String> =
            files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        assert_eq!(names, SHIPPED);
    }
}
