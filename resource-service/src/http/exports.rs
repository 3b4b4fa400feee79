//! `GET /api/{collection}` as a file: which format `Accept` asks for, and the stream.
//!
//! The first batch is read before the answer begins, so that what can be refused is refused with a problem. A fault
//! later cuts the connection within the chunked body; a Parquet file then has no footer.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, VARY},
    },
    web,
};
use futures_util::stream;
use service_kit::{caller::Caller, problem::Problem};
use tracing::Instrument as _;

use super::{accept::negotiated, conditions::UNCACHED};
use crate::{
    domain::table::ExportFormat,
    http::body::JSON,
    ops::{Service, error::ResourceError, export::Export},
};

/// The format that `Accept` prefers to a page of JSON (RFC 9110 section 12.5.1), if it does; a problem where it accepts
/// neither.
pub fn asked(request: &HttpRequest) -> Result<Option<ExportFormat>, Problem> {
    let formats = ExportFormat::ALL.map(|format| (format.media_type(), Some(format)));
    let served: Vec<_> = std::iter::once((JSON, None)).chain(formats).collect();
    negotiated(request, &served)
}

/// The answer, sent as it is read. A fault in the middle cuts the connection, so that nobody takes a part for the whole.
pub async fn answer(
    service: &Service,
    caller: &Caller,
    collection: &str,
    parameters: &[(String, String)],
    request: &HttpRequest,
    format: ExportFormat,
) -> Result<HttpResponse, Problem> {
    let name = format!("attachment; filename=\"{collection}.{}\"", format.extension());
    let mut answer = HttpResponse::Ok();
    answer.content_type(media_type(format)).insert_header((CONTENT_DISPOSITION, name));
    answer.insert_header((CACHE_CONTROL, UNCACHED)).insert_header((VARY, "Accept"));
    if request.method() == Method::HEAD {
        Export::check(service, &caller.claims, collection, parameters, format).await?;
        return Ok(answer.finish());
    }
    let export = Export::start(service, &caller.claims, collection, parameters, format).await?;
    // The body is read when the request's own span is left already.
    let span = tracing::Span::current();
    Ok(answer.streaming(stream::try_unfold(export, move |export| next(export).instrument(span.clone()))))
}

async fn next(mut export: Export) -> Result<Option<(web::Bytes, Export)>, ResourceError> {
    let read = export.next().await;
    if let Err(fault) = &read {
        match fault {
            ResourceError::TokenEnded | ResourceError::Redefined => {
                tracing::info!(%fault, "an export was cut short");
            }
            _ => tracing::error!(%fault, "an export was cut short"),
        }
    }
    Ok(read?.map(|bytes| (bytes, export)))
}

const fn media_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Csv => "text/csv; charset=utf-8; header=present",
        ExportFormat::Ndjson | ExportFormat::Parquet => format.media_type(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_format_is_chosen_where_it_is_preferred_to_json() {
        for (accept, expected) in [
            ("application/x-ndjson", Some(ExportFormat::Ndjson)),
            ("text/csv", Some(ExportFormat::Csv)),
            ("Text/CSV; header=present", Some(ExportFormat::Csv)),
            ("text/*", Some(ExportFormat::Csv)),
            ("application/vnd.apache.parquet, */*;q=0.1", Some(ExportFormat::Parquet)),
            ("text/csv;q=0.5, application/x-ndjson;q=0.9", Some(ExportFormat::Ndjson)),
            ("text/csv, application/json", None),
            ("text/csv;q=0", None),
            ("*/*", None),
            ("application/*", None),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None),
            ("", None),
            ("nonsense", None),
        ] {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            assert_eq!(asked(&request).unwrap(), expected, "{accept}");
        }
        assert_eq!(asked(&TestRequest::default().to_http_request()).unwrap(), None);
        let image = TestRequest::default().insert_header(("accept", "image/png")).to_http_request();
        assert!(asked(&image).unwrap_err().detail().contains("application/vnd.apache.parquet"));
    }
}
