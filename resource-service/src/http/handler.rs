//! What handlers have in common: the paths they serve and what they return.

use actix_web::{HttpResponse, web};
use service_kit::problem::Problem;

/// What a handler returns: the response, or the problem that is sent instead (RFC 9457).
pub type HandlerResult = Result<HttpResponse, Problem>;
/// Collection and id.
pub type DocumentPath = web::Path<(String, String)>;
/// Collection, id and revision.
pub type RevisionPath = web::Path<(String, String, String)>;
/// Collection, id and name of the artifact.
pub type ArtifactPath = web::Path<(String, String, String)>;
