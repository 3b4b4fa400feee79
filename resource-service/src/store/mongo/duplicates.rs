//! Documents that are in the way of a unique index: grouped by the server, or here where their values are not stored yet as the
//! definition says, as when it is only tried.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use mongodb::{
    Collection as Handle,
    bson::{Bson, Document as Doc, RawDocumentBuf, doc},
};
use serde_json::Value;

use super::{MongoStore, failed, index::model, instants, instants::path_of, json, older};
use crate::{
    domain::{collection::Collection, index::Index},
    query::{
        evaluate::order,
        expr::ValueKind,
        instant::shown,
        literal::Literal,
        number::integral,
        schema::{Field, FieldType},
    },
    store::{
        StoreError,
        definitions::{Duplicate, MAX_IDS},
    },
};

/// The bits in which values leave their marks: 8 MiB.
const MARKS: usize = 1 << 26;
/// The most values that are compared one by one. Where more look alike, the index itself finds them.
const MAX_ALIKE: usize = 100_000;
/// Documents that come from the server at once.
const BATCH: u32 = 1_000;

/// Groups of documents that agree in the fields of the index, the first `limit` in the order of their values.
pub(super) async fn find(
    store: &MongoStore,
    collection: &Collection,
    index: &Index,
    limit: usize,
) -> Result<Vec<Duplicate>, StoreError> {
    let handle = store.handle(collection);
    let by_instant = index.keys.iter().any(|(field, _)| field.is_instant());
    if !older::is_known(&store.database, collection).await?
        || (by_instant && !instants::are_made(&store.database, collection).await?)
    {
        return compared(&handle, index, limit).await;
    }
    let groups = handle.aggregate(grouped(index, limit)).allow_disk_use(true);
    let mut cursor = groups.with_type::<RawDocumentBuf>().await.map_err(|error| failed(&error))?;
    let mut found = Vec::new();
    while cursor.advance().await.map_err(|error| failed(&error))? {
        let text = json::to_json(cursor.current()).map_err(|error| corrupt(&error))?;
        let group: Value = serde_json::from_str(&text).map_err(|error| corrupt(&error))?;
        found.push(duplicate(&group, index));
    }
    Ok(found)
}

fn corrupt(fault: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt(fault.to_string())
}

/// Groups documents by the values that the index holds.
fn grouped(index: &Index, limit: usize) -> Vec<Doc> {
    let within = model(index).options.and_then(|options| options.partial_filter_expression);
    let keys = index.keys.iter().enumerate();
    let values: Doc =
        keys.map(|(at, (field, _))| (format!("value{at}"), format!("${}", path_of(field)).into())).collect();
    let ids = doc! { "$minN": { "input": "$_id", "n": i32::try_from(MAX_IDS).unwrap_or(i32::MAX) } };
    vec![
        doc! { "$match": within.unwrap_or_default() },
        doc! { "$group": { "_id": values, "documents": { "$sum": 1_i64 }, "ids": ids } },
        doc! { "$match": { "documents": { "$gt": 1 } } },
        doc! { "$sort": { "_id": 1 } },
        doc! { "$limit": i64::try_from(limit).unwrap_or(i64::MAX) },
    ]
}

fn shown_value(field: &Field, value: Value) -> Value {
    match value {
        Value::String(key) if field.is_instant() => shown(&key).into(),
        other => other,
    }
}

fn duplicate(group: &Value, index: &Index) -> Duplicate {
    let value = |at: usize| group["_id"].get(format!("value{at}")).cloned().unwrap_or_default();
    let ids = group["ids"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Duplicate {
        values: index
            .keys
            .iter()
            .enumerate()
            .map(|(at, (field, _))| (field.path.to_string(), shown_value(field, value(at))))
            .collect(),
        ids: ids.map(str::to_owned).collect(),
        documents: group["documents"].as_u64().unwrap_or_default(),
    }
}

/// The same, compared here. Documents are read twice, in bounded memory: values that nobody else can have are passed over.
async fn compared(
    handle: &Handle<RawDocumentBuf>,
    index: &Index,
    limit: usize,
) -> Result<Vec<Duplicate>, StoreError> {
    let (mut marks, mut alike) = (vec![0_u64; MARKS / 64], HashSet::new());
    each(handle, index, |_, values| {
        let hash = hash_of(&values);
        let (at, bit) = (usize::try_from(hash % MARKS as u64).unwrap_or_default(), 1 << (hash % 64));
        let mark = &mut marks[at / 64];
        if *mark & bit != 0 && alike.len() < MAX_ALIKE {
            alike.insert(hash);
        }
        *mark |= bit;
    })
    .await?;
    drop(marks);
    let mut groups: HashMap<String, (Vec<Literal>, Duplicate)> = HashMap::new();
    each(handle, index, |id, values| {
        if !alike.contains(&hash_of(&values)) {
            return;
        }
        let shown = || {
            index
                .keys
                .iter()
                .zip(&values)
                .map(|((field, _), value)| (field.path.to_string(), value.to_json_of(field)))
        };
        let (_, group) = groups.entry(text_of(&values)).or_insert_with(|| {
            (values.clone(), Duplicate { values: shown().collect(), ids: Vec::new(), documents: 0 })
        });
        group.documents += 1;
        if group.ids.len() < MAX_IDS {
            group.ids.push(id);
        }
    })
    .await?;
    let mut groups: Vec<_> = groups.into_values().filter(|(_, group)| group.documents > 1).collect();
    groups.sort_by(|(one, _), (other, _)| {
        let orders = one.iter().zip(other).map(|(one, other)| order(one, other).unwrap_or(Ordering::Equal));
        orders.fold(Ordering::Equal, Ordering::then)
    });
    Ok(groups.into_iter().map(|(_, group)| group).take(limit).collect())
}

/// The ids of the documents that the index would hold, in order, each with its values there.
async fn each(
    handle: &Handle<RawDocumentBuf>,
    index: &Index,
    mut see: impl FnMut(String, Vec<Literal>),
) -> Result<(), StoreError> {
    let mut shown = doc! { "_id": 1 };
    shown.extend(index.keys.iter().map(|(field, _)| (field.path.to_string(), Bson::from(1))));
    let found = handle.find(doc! {}).projection(shown).sort(doc! { "_id": 1 }).batch_size(BATCH).await;
    let mut found = found.map_err(|error| failed(&error))?;
    while found.advance().await.map_err(|error| failed(&error))? {
        let text = json::to_json(found.current()).map_err(|error| corrupt(&error))?;
        let document: Value = serde_json::from_str(&text).map_err(|error| corrupt(&error))?;
        let values = index.keys.iter().map(|(field, _)| value_of(field, &document));
        if let (Some(values), Some(id)) = (values.collect(), document["_id"].as_str()) {
            see(id.to_owned(), values);
        }
    }
    Ok(())
}

/// What a unique index holds of the field; nothing where it is of another kind.
fn value_of(field: &Field, document: &Value) -> Option<Literal> {
    let kind = match field.kind {
        FieldType::Text(_) => ValueKind::Text,
        FieldType::Boolean => ValueKind::Boolean,
        _ => ValueKind::Number,
    };
    let value = Literal::of_json(field, field.path.find(document)?)?;
    let value = match value {
        Literal::Double(double) => integral(double).map_or(value, Literal::Integer),
        other => other,
    };
    (ValueKind::of(&value) == kind).then_some(value)
}

fn text_of(values: &[Literal]) -> String {
    values.iter().map(Literal::to_json).collect::<Value>().to_string()
}

fn hash_of(values: &[Literal]) -> u64 {
    let mut hasher = DefaultHasher::new();
    text_of(values).hash(&mut hasher);
    hasher.finish()
}
