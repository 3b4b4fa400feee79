//! The endpoints of artifacts: bytes in, bytes out, neither ever held whole.

mod digest;
mod headers;

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{
        Method, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
            CONTENT_TYPE, ETAG,
        },
    },
    web::{self, Bytes},
};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use service_kit::{
    caller::Caller,
    coding,
    parameters::{FromParameters, NoParameters, ParameterReader, Parameters},
    precondition::Precondition,
    problem::Problem,
};
use shared_models::{artifacts::Artifact, problem::ProblemCode};

use self::{
    digest::UploadParameters,
    headers::{Selected, asked, disposition, upload_of},
};
use super::{
    conditions::UNCACHED,
    handler::{ArtifactPath, DocumentPath, HandlerResult},
};
use crate::{
    domain::artifacts::{CHUNK_BYTES, File, name::MAX_BYTES},
    ops::{
        Service,
        admission::Admission,
        artifacts::{Named, get, put, remove},
        error::ResourceError,
        policy::Verb,
    },
    store::artifacts::DocumentRef,
};

/// How long a sender may pause.
const PATIENCE: Duration = Duration::from_secs(10);
/// Nothing in a file that somebody sent may run, load or be framed, should a browser show it after all.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Which files of a document are listed.
pub struct Listed {
    /// How their names begin.
    prefix: Option<String>,
}

impl FromParameters for Listed {
    fn read(reader: &mut ParameterReader) -> Self {
        let prefix = reader.text("prefix");
        if prefix.as_ref().is_some_and(|prefix| prefix.len() > MAX_BYTES) {
            reader.refuse("prefix", "size", format!("prefix has at most {MAX_BYTES} bytes, as names have"));
        }
        Self { prefix }
    }
}

/// `GET /api/{collection}/{id}/artifacts`
pub async fn list(
    parameters: Parameters<Listed>,
    service: web::Data<Service>,
    caller: Caller,
    path: DocumentPath,
) -> HandlerResult {
    let place = DocumentRef { collection: &path.0, document: &path.1 };
    service.admit(&caller.claims, &path.0, Verb::Read)?;
    let Listed { prefix } = parameters.accept()?;
    let list = get::list(&service, &caller.claims, place, prefix.as_deref().unwrap_or_default()).await?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, UNCACHED)).json(list))
}

/// `PUT /api/{collection}/{id}/artifacts/{name}`
pub async fn put(
    parameters: Parameters<UploadParameters>,
    service: web::Data<Service>,
    caller: Caller,
    path: ArtifactPath,
    request: HttpRequest,
    payload: web::Payload,
) -> HandlerResult {
    service.admit(&caller.claims, &path.0, Verb::Write)?;
    coding::plain(&request)?;
    let upload = upload_of(&request, parameters.accept()?.sha256, named(&caller, &path))?;
    let stored = put::put(&service, upload, Box::pin(pieces(payload))).await?;
    let mut answer = if stored.created { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.insert_header((ETAG, entity_tag(&stored.artifact))).json(stored.artifact))
}

/// `GET /api/{collection}/{id}/artifacts/{name}`
pub async fn get(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: ArtifactPath,
    request: HttpRequest,
) -> HandlerResult {
    let precondition = Precondition::of(&request)?;
    let permit = service.admit(&caller.claims, &path.0, Verb::Read)?;
    let admission = service.admission(&caller.claims, &permit);
    let file = get::find(&service, named(&caller, &path)).await?;
    let (size, tag) = (file.about.size, entity_tag(&file.about));
    let mut answer = HttpResponse::Ok();
    answer.insert_header((ETAG, tag.clone())).insert_header((CACHE_CONTROL, UNCACHED));
    let range = match asked(&request, &precondition, &file) {
        Selected::Other => {
            let detail = format!("The artifact was replaced; its entity tag is {tag}");
            return Err(Problem::new(ProblemCode::RevisionMismatch, detail));
        }
        Selected::Fresh => return Ok(answer.status(StatusCode::NOT_MODIFIED).finish()),
        Selected::Nothing => return Err(headers::unsatisfiable(size)),
        Selected::All => 0..size,
        Selected::Part(range) => {
            answer.status(StatusCode::PARTIAL_CONTENT);
            let part = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
            answer.insert_header((CONTENT_RANGE, part));
            range
        }
    };
    answer
        .insert_header((CONTENT_TYPE, file.served_as.as_str()))
        .insert_header((CONTENT_DISPOSITION, disposition(&file.about.name)))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("repr-digest", digest::written(&file.about.sha256)));
    let length = range.end - range.start;
    // The chunk that is being sent, and the next one.
    let held = usize::try_from(length).unwrap_or(usize::MAX).min(2 * CHUNK_BYTES as usize);
    let lease = service.budget.take(&caller.claims.sub, held).await?;
    answer.extensions_mut().insert(lease);
    Ok(if request.method() == Method::HEAD {
        answer.body(SizedStream::new(length, stream::empty::<Result<Bytes, std::io::Error>>()))
    } else {
        answer.body(SizedStream::new(length, bytes_of(&service, admission, file, range)))
    })
}

/// `DELETE /api/{collection}/{id}/artifacts/{name}`
pub async fn delete(
    _: NoParameters,
    service: web::Data<Service>,
    caller: Caller,
    path: ArtifactPath,
    request: HttpRequest,
) -> HandlerResult {
    service.admit(&caller.claims, &path.0, Verb::Write)?;
    let precondition = Precondition::of(&request)?;
    remove::remove(&service, named(&caller, &path), &precondition).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn named<'n>(caller: &'n Caller, path: &'n (String, String, String)) -> Named<'n> {
    Named { claims: &caller.claims, collection: &path.0, id: &path.1, name: &path.2 }
}

/// A file's entity tag is the SHA-256 of its bytes.
fn entity_tag(artifact: &Artifact) -> String {
    format!("\"{}\"", artifact.sha256)
}

/// The bytes as the client reads them, while it may. Should they fail to come the connection is cut, so that nobody takes the
/// beginning of a file for the whole.
fn bytes_of(
    service: &Service,
    admission: Admission,
    file: File,
    range: std::ops::Range<u64>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    let bytes = get::read(service.store.clone(), file, range);
    let permitted = move |bytes: Vec<u8>| {
        let good = admission.still_good().map_err(ResourceError::from);
        std::future::ready(good.map(|()| Bytes::from(bytes)))
    };
    bytes.map_err(ResourceError::from).and_then(permitted).map_err(|error| {
        tracing::warn!(%error, "a download was cut short");
        std::io::Error::other(error)
    })
}

/// The pieces of a body as they come, as long as they do.
fn pieces(payload: web::Payload) -> impl Stream<Item = Result<Bytes, String>> {
    stream::unfold(Some(payload), |payload| async {
        let mut payload = payload?;
        match tokio::time::timeout(PATIENCE, payload.next()).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(payload))),
            Ok(Some(Err(fault))) => Some((Err(fault.to_string()), None)),
            Err(_) => Some((Err(format!("nothing arrived for {} s", PATIENCE.as_secs())), None)),
        }
    })
}
