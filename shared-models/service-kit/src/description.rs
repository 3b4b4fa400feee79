//! Where the services of a process describe their APIs, for a client that asked for what is not there.

/// Where a service describes what it serves.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// What its paths begin with.
    pub root: &'static str,
    /// The title of its page: what the service stores.
    pub title: &'static str,
    /// The page to read it.
    pub page: &'static str,
    /// The OpenAPI document.
    pub document: &'static str,
}

/// What to say about a path at which nothing is: where those services are described that it could belong to.
pub(crate) fn nothing_at(path: &str, described: &[Description]) -> String {
    let owns = |of: &&Description| {
        path.strip_prefix(of.root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let own: Vec<&Description> = described.iter().filter(owns).collect();
    let named = if own.is_empty() { described.iter().collect() } else { own };
    let places: Vec<&str> = named.iter().flat_map(|of| [of.page, of.document]).collect();
    match places.split_last() {
        Some((last, before)) => {
            format!("There is nothing at this path; the API is described at {} and {last}", before.join(", "))
        }
        None => "There is nothing at this path".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_nothing_leads_to_the_description_of_the_service_that_it_belongs_to() {
        let of = |root, title, page, document| Description { root, title, page, document };
        let auth = of("/auth", "Users and tokens", "/auth/docs", "/auth/openapi.json");
        let api = of("/api", "Documents", "/api/docs", "/api/openapi.json");
        for (path, named) in [
            ("/api", "at /api/docs and /api/openapi.json"),
            ("/api/x/y/z", "at /api/docs and /api/openapi.json"),
            ("/auth/x", "at /auth/docs and /auth/openapi.json"),
            ("/apis", "at /auth/docs, /auth/openapi.json, /api/docs and /api/openapi.json"),
            ("/", "at /auth/docs, /auth/openapi.json, /api/docs and /api/openapi.json"),
        ] {
            let said = nothing_at(path, &[auth, api]);
            assert!(said.ends_with(named), "{path}: {said}");
        }
        assert_eq!(nothing_at("/", &[]), "There is nothing at this path");
    }
}
