//! What each setting of resource-service means, and its bounds. A test demands an entry for every setting.

use service_kit::settings::{
    HttpSettings, TelemetrySettings,
    reference::{ANY, Reference, Setting},
};

use super::bounds::{MAX_COLUMNS, MAX_QUERY_TIMEOUT, MIN_BUDGET};

/// All settings.
pub const REFERENCE: Reference = Reference {
    service: "resource-service",
    prefix: "RESOURCE",
    settings: &[HttpSettings::REFERENCE, TelemetrySettings::REFERENCE, OTHERS],
};

const OTHERS: &[Setting] = &[
    Setting::secret(
        "store.url",
        "`sqlite:PATH`, `mongodb://…` or `mongodb+srv://…`",
        "The store of documents: an SQLite file for one process, or a replica set of MongoDB.",
    ),
    Setting::text("keys.file", "path of a JWK Set", "The key ring, read again every 5 s.")
        .absent("`data/keys.json`, unless `keys.jwks_url` is set")
        .also("not together with `keys.jwks_url`"),
    Setting::text("keys.jwks_url", "URL", "Where auth-service shows its public keys, in place of a file.")
        .absent("the file is read")
        .also("not together with `keys.file`"),
    Setting::text("tokens.issuer", "URL", "The `iss` that access tokens must have."),
    Setting::text("tokens.audience", "text", "The `aud` that access tokens must have.").also("not empty"),
    Setting::text(
        "collections.dir",
        "path of a folder",
        "Definitions of collections, one in each `*.json` file.",
    )
    .absent("the shipped collections alone"),
    Setting::number(
        "cache.bytes",
        "bytes",
        (0, ANY),
        "Memory for copies of documents of collections with `max_age`; 0 keeps none.",
    )
    .also("at most a quarter of `memory.budget` is used"),
    Setting::number(
        "export.columns",
        "columns",
        (1, MAX_COLUMNS),
        "Columns of a CSV or Parquet file at most, `_rest` not counted; the memory of an export grows with it.",
    ),
    Setting::number(
        "memory.budget",
        "bytes",
        (MIN_BUDGET, ANY),
        "What bodies, parsed documents, pages, exports, streams of changes and copies hold together at most.",
    ),
    Setting::number(
        "artifacts.unfinished_by_owner",
        "bytes",
        (0, ANY),
        "What unfinished uploads of one owner hold at most, in all collections.",
    ),
    Setting::number(
        "artifacts.unfinished_by_collection",
        "bytes",
        (0, ANY),
        "What unfinished uploads to one collection hold at most.",
    ),
    Setting::number(
        "query.timeout",
        "seconds",
        (1, MAX_QUERY_TIMEOUT),
        "Time after which a query is stopped; for an export, until its first rows and for each batch.",
    ),
    Setting::text("auth.url", "URL", "Where this service reaches auth-service.")
        .absent("auth-service is not called")
        .also("needed with `auth.client_id`"),
    Setting::text("auth.client_id", "text", "The client that calls auth-service.")
        .absent("revocations are not followed")
        .also("needs `auth.url` and `auth.client_secret`"),
    Setting::secret("auth.client_secret", "text", "The secret of that client.")
        .absent("auth-service is not called")
        .also("needs `auth.client_id`"),
    Setting::flag(
        "openapi.require_token",
        "Whether `/api/openapi.json` and `/api/docs` ask for a valid access token.",
    ),
    Setting::text(
        "console.dir",
        "path of a folder",
        "A built console, read once at the start and served at `/`.",
    )
    .absent("no console is served"),
];
