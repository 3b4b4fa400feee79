//! Which documents of a bulk run into unique values: asked for all of them at once, after the first one did.
//!
//! A conflict ends a transaction, so that a bulk with twenty of them would be tried twenty times. The indexes are
//! those that the server has, whatever definition they are of.

use std::collections::HashSet;

use futures_util::StreamExt as _;
use mongodb::{
    Collection as Handle, IndexModel,
    bson::{Bson, Document as Doc, RawBsonRef, RawDocument, RawDocumentBuf, doc},
};
use service_kit::store::mongo::in_time;

use super::failed;
use crate::{
    query::number::integral,
    store::{MAX_CONFLICTS, StoreError},
};

/// Values that one query asks for.
const AT_ONCE: usize = 200;
/// The index of ids, which the server makes by itself.
const IDS: &str = "_id_";

/// A unique index: its name, the paths of its keys, and which documents it holds.
struct Unique {
    name: String,
    paths: Vec<String>,
    holds: Doc,
}

/// A value as a unique index compares it: numbers by what they are, whatever their type.
#[derive(Clone, PartialEq, Eq, Hash)]
enum IndexValue {
    Integer(i64),
    Double(u64),
    Text(String),
    Boolean(bool),
}

/// The values of a document in a unique index; nothing where the index does not hold it.
type Values = Option<Vec<IndexValue>>;

/// A unique index by its name, the values of each document of the bulk, and the values that are taken.
type Taken = (String, Vec<Values>, HashSet<Vec<IndexValue>>);

/// The documents, by their place, that have the same values as a stored one or as one before them, each with the name
/// of the index; in order, the first [`MAX_CONFLICTS`] of them. Values that are no scalars are left to the server.
pub(super) async fn find(
    handle: &Handle<RawDocumentBuf>,
    documents: &[&RawDocumentBuf],
) -> Result<Vec<(usize, String)>, StoreError> {
    let mut taken = Vec::new();
    for unique in uniques(handle).await? {
        let values: Vec<Values> = documents.iter().map(|document| keys(document, &unique.paths)).collect();
        let wanted: Vec<&RawDocumentBuf> = documents
            .iter()
            .zip(&values)
            .filter_map(|(document, key)| key.as_ref().map(|_| *document))
            .collect();
        let stored = stored(handle, &unique, &wanted).await?;
        taken.push((unique.name, values, stored));
    }
    Ok(judge(documents.len(), taken))
}

/// Goes through the documents in order. One that is refused takes no value away from those behind it.
fn judge(count: usize, mut taken: Vec<Taken>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in 0..count {
        let hit = |(_, values, taken): &&Taken| values[at].as_ref().is_some_and(|key| taken.contains(key));
        if let Some((name, ..)) = taken.iter().find(hit) {
            found.push((at, name.clone()));
            if found.len() == MAX_CONFLICTS {
                break;
            }
            continue;
        }
        for (_, values, taken) in &mut taken {
            taken.extend(values[at].take());
        }
    }
    found
}

/// The unique indexes of the collection, that of ids first.
async fn uniques(handle: &Handle<RawDocumentBuf>) -> Result<Vec<Unique>, StoreError> {
    let mut indexes = in_time(handle.list_indexes()).await.map_err(|error| failed(&error))?;
    let mut uniques = vec![Unique { name: IDS.into(), paths: vec!["_id".into()], holds: Doc::new() }];
    while let Some(index) = indexes.next().await.transpose().map_err(|error| failed(&error))? {
        let IndexModel { keys, options: Some(options), .. } = index else { continue };
        if options.unique != Some(true) {
            continue;
        }
        uniques.push(Unique {
            name: options.name.unwrap_or_default(),
            paths: keys.keys().cloned().collect(),
            holds: options.partial_filter_expression.unwrap_or_default(),
        });
    }
    Ok(uniques)
}

/// Those values of the documents that stored ones have.
async fn stored(
    handle: &Handle<RawDocumentBuf>,
    unique: &Unique,
    documents: &[&RawDocumentBuf],
) -> Result<HashSet<Vec<IndexValue>>, StoreError> {
    let mut found = HashSet::new();
    let mut shown = doc! { "_id": 1 };
    shown.extend(unique.paths.iter().map(|path| (path.clone(), Bson::from(1))));
    for some in documents.chunks(AT_ONCE) {
        let same = |document: &&RawDocumentBuf| -> Option<Doc> {
            let equal = |path: &String| Some((path.clone(), Bson::try_from(at(document, path)?).ok()?));
            unique.paths.iter().map(equal).collect()
        };
        let ways: Vec<Doc> = some.iter().filter_map(same).collect();
        let filter = doc! { "$and": [unique.holds.clone(), { "$or": ways }] };
        let cursor = in_time(handle.find(filter).projection(shown.clone())).await;
        let mut cursor = cursor.map_err(|error| failed(&error))?;
        while in_time(cursor.advance()).await.map_err(|error| failed(&error))? {
            found.extend(keys(cursor.current(), &unique.paths));
        }
    }
    Ok(found)
}

fn keys(document: &RawDocument, paths: &[String]) -> Option<Vec<IndexValue>> {
    paths.iter().map(|path| key(at(document, path)?)).collect()
}

/// The value at a path; nothing where there is none, or an array on the way.
fn at<'d>(document: &'d RawDocument, path: &str) -> Option<RawBsonRef<'d>> {
    match path.split_once('.') {
        None => document.get(path).ok().flatten(),
        Some((name, rest)) => match document.get(name).ok().flatten()? {
            RawBsonRef::Document(inner) => at(inner, rest),
            _ => None,
        },
    }
}

fn key(value: RawBsonRef<'_>) -> Option<IndexValue> {
    Some(match value {
        RawBsonRef::Int32(integer) => IndexValue::Integer(integer.into()),
        RawBsonRef::Int64(integer) => IndexValue::Integer(integer),
        RawBsonRef::Double(double) => match integral(double) {
            Some(integer) => IndexValue::Integer(integer),
            None => IndexValue::Double(if double.is_nan() { f64::NAN } else { double }.to_bits()),
        },
        RawBsonRef::String(text) => IndexValue::Text(text.to_owned()),
        RawBsonRef::Boolean(value) => IndexValue::Boolean(value),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    #[test]
    fn values_are_the_same_where_the_server_takes_them_for_the_same() {
        let one = |document: RawDocumentBuf| keys(&document, &["a".into(), "b.c".into()]);
        let first = one(rawdoc! { "a": 5.0, "b": { "c": "x" } });
        assert!(first.is_some() && first == one(rawdoc! { "a": 5_i64, "b": { "c": "x" } }));
        assert!(first != one(rawdoc! { "a": 5.5, "b": { "c": "x" } }));
        for other in [
            rawdoc! { "a": 5.0 },
            rawdoc! { "a": 5.0, "b": [{ "c": "x" }] },
            rawdoc! { "a": [5], "b": { "c": "x" } },
        ] {
            assert!(one(other).is_none());
        }
    }

    #[test]
    fn a_document_that_is_refused_takes_no_value_away() {
        let texts = |values: [&str; 4]| values.map(|text| Some(vec![IndexValue::Text(text.into())])).to_vec();
        let stored = HashSet::from([vec![IndexValue::Text("old".into())]]);
        let taken = vec![
            ("ids".to_owned(), texts(["1", "2", "3", "3"]), HashSet::new()),
            ("names".to_owned(), texts(["old", "b", "b", "c"]), stored),
        ];
        assert_eq!(judge(4, taken), [(0, "names".to_owned()), (2, "names".to_owned())]);
    }
}
