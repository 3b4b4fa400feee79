//! Exports the whole result of a query, in constant memory: batch after batch, read when the reader wants more and not
//! before. No document comes twice; one that is written meanwhile shows as it was or as it is.
//!
//! Where a table has columns that only its documents show, they are read twice: first for the columns, then for the rows. What
//! a document that is written in between has besides is in the column of the rest.

use std::sync::Arc;

use bytes::Bytes;
use service_kit::budget::Lease;
use shared_models::{claims::AccessClaims, problem::FieldError};
use time::OffsetDateTime;

use super::{Service, admission::Admission, error::ResourceError, paging::Paging, policy::Verb};
use crate::{
    domain::{
        collection::Collection,
        hidden::Hidden,
        table::{ExportFormat, Plan, TableWriter, Unwritable},
    },
    metrics,
    query::{
        order::Start,
        parse::{MAX_LIMIT, Query, QueryContext},
        projection::Projection,
    },
    store::{Batch, Scan, Selection, Store},
};

/// The most bytes handed out at once.
const CHUNK: usize = 64 * 1024;
/// The documents of the first batch, and the bytes that a later one has, about.
const FIRST: usize = 8;
const BATCH_BYTES: usize = 512 * 1024;
/// What a list takes and an export has no use for.
const LIST_ONLY: [&str; 2] = ["count", "expand"];

/// The bytes of memory that an export takes: a batch, what is written of it, and what a format keeps until a row group is
/// full.
const fn memory(format: ExportFormat) -> usize {
    match format {
        ExportFormat::Ndjson | ExportFormat::Csv => 4 * BATCH_BYTES,
        ExportFormat::Parquet => 20 * 1024 * 1024,
    }
}

/// An export under way. Dropped, it reads no more.
pub struct Export {
    admission: Admission,
    source: Source,
    /// The writer, until the file is whole.
    writer: Option<Box<dyn TableWriter>>,
    ready: Bytes,
    format: ExportFormat,
    _lease: Lease,
}

/// The documents that are asked for.
struct ExportQuery {
    store: Arc<dyn Store>,
    collection: Arc<Collection>,
    selection: Selection,
    start: Option<Start>,
    now: OffsetDateTime,
    hidden: Hidden,
}

/// The documents that are still to come.
struct Source {
    scan: Box<dyn Scan>,
    /// How many the next batch has at most.
    limit: usize,
    more: bool,
    hidden: Hidden,
}

impl Export {
    /// Reads the decoded `parameters`, finds the columns and reads the first batch, so that what can be refused is refused
    /// before anything is sent.
    pub async fn start(
        service: &Service,
        claims: &AccessClaims,
        collection: &str,
        parameters: &[(String, String)],
        format: ExportFormat,
    ) -> Result<Self, ResourceError> {
        // Before anything else, so that nothing is read under an older definition than this one.
        let admission = service.admission(claims, &service.admit(claims, collection, Verb::Read)?);
        let (wanted, plan) = prepared(service, claims, collection, parameters, format).await?;
        let lease = service.budget.take(&claims.sub, memory(format)).await?;
        let shown = wanted.selection.projection.clone();
        let writer = look(service, &wanted, plan).await?.writer()?;
        let source = service.within_limit(wanted.open(shown)).await?;
        metrics::EXPORTS.get().increment(1);
        let ready = Bytes::new();
        let mut new = Self { admission, source, writer: Some(writer), ready, format, _lease: lease };
        service.within_limit(new.advance()).await?;
        Ok(new)
    }

    /// Refuses what [`Export::start`] refuses, without reading a document.
    pub async fn check(
        service: &Service,
        claims: &AccessClaims,
        collection: &str,
        parameters: &[(String, String)],
        format: ExportFormat,
    ) -> Result<(), ResourceError> {
        prepared(service, claims, collection, parameters, format).await.map(|_| ())
    }

    /// The next bytes, [`CHUNK`] of them at most; `None` behind the last. An error where the caller's leave has ended.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ResourceError> {
        while self.ready.is_empty() {
            if self.writer.is_none() {
                return Ok(None);
            }
            self.advance().await?;
        }
        self.admission.still_good()?;
        Ok(Some(self.ready.split_to(self.ready.len().min(CHUNK))))
    }

    /// Reads a batch and writes it, off the async threads.
    async fn advance(&mut self) -> Result<(), ResourceError> {
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let documents = self.source.batch().await?;
        metrics::EXPORTED.with([self.format.extension()]).increment(documents.len() as u64);
        let more = self.source.more;
        let written = off_the_async_threads(move || {
            documents.iter().try_for_each(|document| writer.add(document))?;
            if more {
                let ready = writer.take()?;
                Ok((Some(writer), ready))
            } else {
                Ok((None, writer.finish()?))
            }
        });
        let (writer, ready) = written.await?;
        (self.writer, self.ready) = (writer, ready.into());
        Ok(())
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        metrics::EXPORTS.get().decrement(1);
    }
}

/// Where the documents come from, and what is known of the columns before any of them is read.
async fn prepared(
    service: &Service,
    claims: &AccessClaims,
    collection: &str,
    parameters: &[(String, String)],
    format: ExportFormat,
) -> Result<(ExportQuery, Plan), ResourceError> {
    let permit = service.admit(claims, collection, Verb::Read)?;
    let target = permit.target();
    let (query, limit) = read(&target, parameters).map_err(ResourceError::Invalid)?;
    let start = service.within_limit(Paging { service, permit: &permit, query: &query }.start()).await?;
    let plan = Plan::new(format, target.schema, query.projection.clone(), service.export_columns);
    let selection = Selection {
        filter: permit.condition()?.and(query.filter),
        order: query.order,
        projection: query.projection,
        limit: limit.unwrap_or(usize::MAX),
    };
    let (store, collection) = (Arc::clone(&service.store), Arc::clone(&permit.collection));
    let hidden = permit.hidden.clone();
    Ok((ExportQuery { store, collection, selection, start, now: service.clock.now(), hidden }, plan))
}

/// The first pass: looks at the documents for columns, where the schema does not name them all.
async fn look(service: &Service, wanted: &ExportQuery, mut plan: Plan) -> Result<Plan, ResourceError> {
    if !plan.needs_look() {
        return Ok(plan);
    }
    let mut first = service.within_limit(wanted.open(plan.looks_at())).await?;
    while first.more {
        let documents = service.within_limit(first.batch()).await?;
        plan = off_the_async_threads(move || {
            documents.iter().try_for_each(|document| plan.look(document))?;
            Ok(plan)
        })
        .await?;
    }
    Ok(plan)
}

async fn off_the_async_threads<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unwritable> + Send + 'static,
) -> Result<T, ResourceError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|fault| ResourceError::Internal(fault.to_string()))??)
}

impl ExportQuery {
    /// Opens a scan of these documents: of each what `shown` leaves and the fields of the order; all of it where absent.
    async fn open(&self, shown: Option<Projection>) -> Result<Source, ResourceError> {
        let keys = || self.selection.order.keys().iter().map(|key| key.field.path.clone());
        let projection = shown.map(|shown| shown.with(keys()));
        let selection = Selection { projection, ..self.selection.clone() };
        let scan = self.store.scan(&self.collection, selection, self.start.clone(), self.now).await?;
        Ok(Source { scan, limit: FIRST, more: true, hidden: self.hidden.clone() })
    }
}

impl Source {
    /// The next documents in order, as many as make up about [`BATCH_BYTES`] if they are like the last ones.
    async fn batch(&mut self) -> Result<Vec<String>, ResourceError> {
        let Batch { documents, more } = self.scan.next(self.limit).await?;
        let bytes: usize = documents.iter().map(String::len).sum();
        self.limit = (BATCH_BYTES * documents.len() / bytes.max(1)).clamp(1, MAX_LIMIT);
        self.more = more;
        documents.into_iter().map(|document| Ok(self.hidden.shown(document)?)).collect()
    }
}

/// The query, and the most documents where `limit` says so: any number of them.
fn read(
    target: &QueryContext<'_>,
    parameters: &[(String, String)],
) -> Result<(Query, Option<usize>), Vec<FieldError>> {
    let is_limit = |pair: &&(String, String)| pair.0 == "limit";
    let limits: Vec<&(String, String)> = parameters.iter().filter(is_limit).collect();
    let mut errors = Vec::new();
    for (name, _) in parameters.iter().filter(|(name, _)| LIST_ONLY.contains(&name.as_str())) {
        let message = format!("an export does not support {name}; request application/json to use it");
        errors.push(FieldError::in_parameter(name, "parameter", message));
    }
    let limit = match limits.as_slice() {
        [] => None,
        [(_, text)] => {
            let limit = text.parse().ok().filter(|limit| *limit > 0);
            if limit.is_none() {
                let message = format!("limit expects an integer of at least 1, got {text:?}");
                errors.push(FieldError::in_parameter("limit", "type", message));
            }
            limit
        }
        _ => {
            errors.push(FieldError::in_parameter(
                "limit",
                "duplicate",
                "parameter \"limit\" is given more than once",
            ));
            None
        }
    };
    let listed = |pair: &&(String, String)| !is_limit(pair) && !LIST_ONLY.contains(&pair.0.as_str());
    let rest: Vec<(String, String)> = parameters.iter().filter(listed).cloned().collect();
    match Query::parse(target, &rest) {
        Ok(query) if errors.is_empty() => Ok((query, limit)),
        Ok(_) => Err(errors),
        Err(faults) => Err(errors.into_iter().chain(faults).collect()),
    }
}

impl From<Unwritable> for ResourceError {
    fn from(fault: Unwritable) -> Self {
        Self::Internal(fault.to_string())
    }
}
