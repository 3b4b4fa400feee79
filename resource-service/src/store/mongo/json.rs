//! The JSON text of stored documents, without what only the store needs.

use mongodb::bson::RawDocument;
pub use service_kit::store::mongo::json::NotADocument;
use service_kit::store::mongo::json::to_json as written;

/// The member that drives the removal of expired documents and is never shown.
pub const EXPIRES_AT: &str = "_expires_at";
/// The member that says who wrote the revision, where that is not the owner, and is never shown.
pub const CHANGED_BY: &str = "_changed_by";

/// The member of a document that is hidden because its calculation is removed; it is never shown.
pub const HIDDEN: &str = "_hidden";

/// The member that holds the keys of points in time and is never shown.
pub const INSTANTS: &str = "_instants";

/// The JSON text of a document: 64-bit integers exact, doubles such that they read back bit for bit,
/// NaN and the infinities as strings.
pub fn to_json(document: &RawDocument) -> Result<String, NotADocument> {
    written(document, &[EXPIRES_AT, CHANGED_BY, INSTANTS, HIDDEN])
}
