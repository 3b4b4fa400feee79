//! How MongoDB makes the indexes of a definition. Knows no documents.

use std::{sync::Arc, time::Duration};

use mongodb::{
    IndexModel,
    bson::{Document as Doc, doc},
    options::IndexOptions,
};

use super::{filter, instants::path_of, json::EXPIRES_AT, order};
use crate::{
    domain::collection::Index,
    query::{
        expr::ValueKind,
        schema::{Field, FieldType},
    },
};

/// The index of a definition. A document without one of a unique index's fields is no part of it. A plain index ends in
/// `_id`, which ends every order.
pub fn model(index: &Index) -> IndexModel {
    let mut keys: Doc = index
        .keys
        .iter()
        .map(|(field, direction)| {
            let key = match &index.members_of {
                Some(object) => format!("{object}.$**"),
                None => path_of(field),
            };
            (key, order::direction(*direction).into())
        })
        .collect();
    if let Some(direction) = index.tie_breaker() {
        keys.entry("_id".to_owned()).or_insert_with(|| order::direction(direction).into());
    }
    let present: Option<Doc> = index.unique.then(|| {
        let typed = |(field, _): &(Arc<Field>, _)| (path_of(field), doc! { "$type": type_of(field) }.into());
        index.keys.iter().map(typed).collect()
    });
    let options = IndexOptions::builder()
        .name(index.name.clone())
        .unique(index.unique.then_some(true))
        .partial_filter_expression(present)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

fn type_of(field: &Field) -> &'static str {
    filter::type_name(match field.kind {
        FieldType::Text(_) => ValueKind::Text,
        FieldType::Boolean => ValueKind::Boolean,
        FieldType::Array(_) => ValueKind::Array,
        FieldType::Object => ValueKind::Object,
        FieldType::Integer | FieldType::Number { .. } | FieldType::Untyped => ValueKind::Number,
    })
}

/// Over the documents that expire alone: it removes them, and no list takes it for an index that finds anything.
pub fn of_expiry() -> IndexModel {
    let options = IndexOptions::builder()
        .name(EXPIRES_AT.to_owned())
        .expire_after(Duration::ZERO)
        .partial_filter_expression(doc! { EXPIRES_AT: { "$type": "date" } })
        .build();
    IndexModel::builder().keys(doc! { EXPIRES_AT: 1 }).options(options).build()
}
