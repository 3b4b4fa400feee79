//! The OpenAPI document as a whole.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    across, artifacts, bulk, changes, common, definitions, described, described::Described, documents, flows,
    limits, names, past, reviews, schemas, schemas::responses, series, used,
};
use crate::domain::{catalog::Catalog, collection::Collection};

/// Where a browser logs in: one origin leads to both services.
const LOGIN: &str = "/auth/login";

const ABOUT: &str = "Collections of documents. The definition of a collection has a JSON Schema, by which each write is \
    checked, and says who may read and write.\n\n\
    Requests carry an access token: `Authorization: Bearer TOKEN`. A user gets one from `POST /auth/login`, an API key or a \
    service from `POST /auth/token`; on the page of this document, *Authorize* logs in. It is valid for five minutes unless the \
    operator sets another time; `POST /auth/token-refresh` returns the next one.\n\n\
    Errors are problems (RFC 9457). Any operation may return 503: with Retry-After while the store cannot be \
    reached, or with the code query_timeout if the query took longer than its time limit; narrow it then. Any operation returns 400 if its query \
    string is not UTF-8. The code \
    outcome_unknown says that a write may have taken effect: read before you write again. Characters that an address cannot \
    hold, such as `\"`, `<`, `>` and letters beyond ASCII, are percent-encoded; an address with such a character, or one that \
    is too long, gets 400 without a problem.\n\n\
    Each operation declares the answer of the common request. Some answers differ, because the request asks for it or because \
    the caller may see less:\n\n\
    - With `fields` or `view` a document has these fields, `_id` and `_revision`, and no others.\n\
    - With `explain=true` a list returns the schema Explanation.\n\
    - With `atomic=true` an array of documents that was stored returns 201 with the schema Outcomes.\n\
    - With an array of series, `POST /api/series/points` returns an array of the schema PointsOutcome.\n\
    - With `dry_run=true` a definition is not stored; the answer is the schema DefinitionReport.\n\
    - A write by a caller without the read scope of the collection returns `_id` and `_revision`.\n\n\
    ## Scopes\n\n\
    A collection NAME is read with the scope `NAME:read` and written with `NAME:write`, unless `access` in its definition names \
    other scopes. `NAME:admin` is needed for `purge=true`, `explain=true`, `usage` and `access`; where people see only their own \
    documents (`owner_only`) and those that others open by the field `shared`, it shows those of all owners. `collections:write` changes definitions. A new collection is open to \
    administrators alone until its scopes are given to a role (`PUT /auth/roles/{name}`) and that role to users \
    (`PATCH /auth/users/{id}`); a token has the new scopes from its next refresh on.\n\n\
    ## Writes\n\n\
    - Each write makes a new revision: `_revision` in the document, and the `ETag` of the answer. Send the ETag of your copy as \
    `If-Match`: if the document has changed since, the answer is 412 and nothing is written. Where the definition says \
    `require_if_match`, a write without it gets 428.\n\
    - The members that begin with `_` are set by the service. A document may be sent back with those it was read with; a \
    `_revision` among them counts as `If-Match` does, so that an older copy gets 412.\n\
    - A POST of documents with an `Idempotency-Key` may be sent again: it is carried out once, and the first answer is repeated. \
    Points of series take no key: a point that is stored already is counted as `repeated`. Of other requests `If-Match` makes sure that \
    one is not carried out twice.\n\n\
    ## Queries\n\n\
    Each field is a parameter: `field=value` or `field[operator]=value`, with dots between the names of a path. Several are \
    combined with AND; use `or` and `filter` for other combinations.\n\n\
    - A value is read by the type of its field. A field without a type (below a free object) may hold text or numbers: unquoted \
    `0042`, `1.10` or `1e5` finds both, and a value in double quotes only the text.\n\
    - A comparison matches only documents that have the field with a value of that type. `[ne]=null` matches those that have \
    the field with any other value than `null`; `[exists]` asks for the field, `null` or not.\n\
    - A `date-time` field is compared, sorted and grouped as an instant: `13:00:00+01:00` equals `12:00:00Z`. `prefix` and \
    `contains` ask for the text as it was written. In an address write the `+` of an offset as `%2B`, or use `Z`.\n\
    - An unknown field is refused by name. Where a schema allows members at the top that it does not declare, only `filter=` \
    asks for them, and only whole documents, without `fields` and `view`, show them. Below an object that allows any members, such as `results` of a calculation, every \
    path is accepted, and a mistyped one finds nothing.\n\
    - A list has pages. `limit` is the most documents of one; a page ends earlier where its documents make up 8 MiB, or where \
    memory is short. As long as `next` is not null there are more: send it as `after`, with the same conditions and `sort`. It \
    has at most 1024 characters. If it can no longer be continued, because the documents around it have changed, the answer is \
    422 for the parameter `after`; begin again then.\n\n\
    ## Earlier revisions and removed documents\n\n\
    - `versioned` in a definition keeps each revision of a document, and a removed document with its revisions, which can be \
    listed, read, compared and restored, also after the removal. `soft_delete` \
    keeps only removed documents. Both together mean the same as `versioned`.\n\
    - Without `keep` they are kept for ever. `keep.versions` limits the revisions of a document, the current one counted and the \
    record of a removal not counted. `keep.days` limits how long a revision is kept after the next one, and a document after its \
    removal. Give either or both; what is beyond one of them is removed for good. `keep.versions` needs `versioned`, `keep.days` \
    either of the two.\n\
    - A removed document is found by its `_id`: reads return 404, `versions` still lists it, and `restore` brings it back. No list \
    shows removed documents.\n\
    - Restoring makes a new revision, also where nothing else changes. So reviews of earlier revisions are stale afterwards.\n\
    - While a calculation is removed, its series and reviews are hidden: lists leave them out and a read by id returns 404. \
    `GET /api/series/points` and `/api/series/metrics` return an empty list, as they do for a calculation that never was.\n\
    - With `purge=true` a document is gone for good, with its revisions, files, series and reviews. `usage` returns how much a \
    collection stores.\n\n\
    ## Exports\n\n";

/// The document of all collections, or of the one that is named.
pub fn document(catalog: &Catalog, only: Option<&str>) -> Value {
    let chosen = |collection: &&Collection| only.is_none_or(|name| collection.name() == name);
    let collections: Vec<&Collection> = catalog.iter().map(AsRef::as_ref).filter(chosen).collect();
    let described: Vec<Described<'_>> =
        collections.iter().map(|collection| Described::new(collection)).collect();
    let mut paths = Map::new();
    if only.is_none() {
        paths.extend(definitions::paths().into_iter().chain(across::paths(&collections)));
    }
    for described in &described {
        paths.extend(documents::of(described));
        paths.extend(changes::of(described));
        paths.extend(artifacts::of(described));
    }
    paths.extend(series::paths(&collections));
    paths.extend(reviews::paths(&collections));
    names::tell_operations_apart(&mut paths);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tessera resource-service",
            "summary": "Documents in collections: validated, versioned by revision, found by their fields.",
            "description": format!("{ABOUT}{}\n\n{}", flows::EXPORT, limits::table()),
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "tags": tags(&collections, only.is_none()),
        "security": [{"login": []}, {"bearer": []}],
        "components": components(&described, &scopes(&collections, &paths)),
        "paths": paths,
    });
    used::keep(&mut document);
    document
}

fn components(described: &[Described<'_>], scopes: &Map<String, Value>) -> Value {
    let (mut parameters, mut answers) = (common::parameters(), common::responses());
    let mut schemas = schemas::shared();
    schemas.extend(schemas::members().into_iter().chain(described::filter_schemas()));
    schemas.extend(bulk::schemas().into_iter().chain(past::schemas()).chain(series::schemas()));
    schemas.extend(flows::schemas().into_iter().chain(changes::schemas()).chain(definitions::schemas()));
    for described in described {
        schemas.extend(described.schemas());
        parameters.extend(described.parameters());
        answers.insert(described.name().to_owned(), described.response());
    }
    names::tell_schemas_apart(&mut schemas);
    answers.extend(responses());
    json!({
        "requestBodies": bulk::request_bodies(),
        "securitySchemes": {
            "login": {"type": "oauth2", "flows": {"password": {"tokenUrl": LOGIN, "scopes": scopes}}},
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "ticket": {"type": "apiKey", "in": "query", "name": "ticket", "description": changes::TICKET},
        },
        "schemas": schemas,
        "parameters": parameters,
        "headers": common::headers(),
        "responses": answers,
    })
}

/// The scopes that operations demand and those that show fields, each with what it opens.
fn scopes(collections: &[&Collection], paths: &Map<String, Value>) -> Map<String, Value> {
    let mut meanings: BTreeMap<String, Vec<String>> =
        names::scopes(paths).into_iter().map(|scope| (scope, Vec::new())).collect();
    for collection in collections {
        let (name, access) = (collection.name(), &collection.access);
        let mut opens = |scope: &String, meaning: String| {
            meanings.entry(scope.clone()).or_default().push(meaning);
        };
        opens(&access.read, format!("Read {name}"));
        opens(&access.write, format!("Write {name}"));
        opens(&access.admin, format!("Read and write {name} of all owners"));
        for (field, scope) in &access.hidden {
            opens(scope, format!("See {field} of {name}"));
        }
    }
    if let Some(meaning) = meanings.get_mut(definitions::SCOPE) {
        meaning.push("Change the definitions of collections".into());
    }
    meanings.into_iter().map(|(scope, meanings)| (scope, meanings.join("; ").into())).collect()
}

fn tags(collections: &[&Collection], with_definitions: bool) -> Vec<Value> {
    let tag = |collection: &&Collection| {
        let description = collection.definition.schema.get("description");
        let about = description.map(|description| ("description".to_owned(), description.clone()));
        let name = ("name".to_owned(), collection.name().into());
        Value::Object([name].into_iter().chain(about).collect())
    };
    let shared = json!({"name": "collections", "description": "What the collections are."});
    with_definitions.then_some(shared).into_iter().chain(collections.iter().map(tag)).collect()
}
