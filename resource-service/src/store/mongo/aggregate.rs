//! Reads the fields that an aggregate is made of, document by document.

use std::time::Duration;

use mongodb::{
    Collection as Handle,
    bson::{Document, RawBsonRef, RawDocument, RawDocumentBuf},
    error::Error,
};

use crate::{
    domain::aggregate::Groups,
    query::{literal::Literal, path::Path, projection::Projection},
};

/// Documents that come from the server at once.
const BATCH: u32 = 10_000;

/// Adds every document that `filter` finds to `groups`, until there are too many of these. The server works on it for
/// `longest` at most.
pub async fn aggregate(
    handle: &Handle<RawDocumentBuf>,
    filter: Document,
    mut groups: Groups,
    longest: Duration,
) -> Result<Groups, Error> {
    let shown = Projection::new(groups.fields().iter().map(|field| field.path.clone()));
    let found =
        handle.find(filter).projection(super::find::projection(&shown)).batch_size(BATCH).max_time(longest);
    let mut cursor = found.await?;
    while !groups.overflow() && cursor.advance().await? {
        let document = cursor.current();
        let values = groups.fields().iter().map(|field| {
            let value = value(document, &field.path)?;
            Ok::<_, Error>(value.map(|value| value.keyed(field)))
        });
        let values = values.collect::<Result<_, _>>()?;
        groups.add(values);
    }
    Ok(groups)
}

/// The scalar at a path, which leads through documents only.
fn value(document: &RawDocument, path: &Path) -> Result<Option<Literal>, Error> {
    let mut at = RawBsonRef::Document(document);
    for name in path.segments() {
        let RawBsonRef::Document(within) = at else { return Ok(None) };
        let Some(next) = within.get(name)? else { return Ok(None) };
        at = next;
    }
    Ok(match at {
        RawBsonRef::Boolean(value) => Some(Literal::Boolean(value)),
        RawBsonRef::Int32(value) => Some(Literal::Integer(value.into())),
        RawBsonRef::Int64(value) => Some(Literal::Integer(value)),
        RawBsonRef::Double(value) => Some(Literal::Double(value)),
        RawBsonRef::String(text) => Some(Literal::Text(text.to_owned())),
        _ => None,
    })
}
