//! A collection: its definition, checked and made ready for use.

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};

use serde_json::{Map, Value};
use shared_models::{
    documents::{AccessDefinition, CollectionDefinition},
    problem::FieldError,
    scope::ScopeSet,
};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

pub use super::index::Index;
use super::{
    artifacts, conform,
    fault::DefinitionFault,
    history,
    index::{self, resolve},
    pointer, review, series,
    sight::Sight,
    validate,
};
use crate::query::{
    instants::Instants,
    parse::{QueryContext, shown_at},
    path::Path,
    schema::{Field, FieldType, Schema},
    shape::Kinds,
};

/// The most characters of a collection's name.
pub const MAX_NAME: usize = 63;

/// Names that the paths of the service take.
const RESERVED: [&str; 5] = ["changes", "collections", "docs", "openapi.json", "search"];

/// A collection whose definition holds together.
pub struct Collection {
    /// The definition as it was written, its scopes filled in.
    pub definition: CollectionDefinition,
    /// The schema, for questions about fields.
    pub schema: Schema,
    /// The scopes that open it.
    pub access: Access,
    /// The indexes it wants.
    pub indexes: Vec<Index>,
    /// Where its documents hold points in time.
    pub instants: Instants,
    /// Whether its documents are reviews, with the members for requests.
    pub keeps_reviews: bool,
    expiries: Vec<(Arc<Field>, Duration)>,
    pub(super) rules: validate::SchemaRules,
}

/// The scopes that open a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Reads.
    pub read: String,
    /// Writes.
    pub write: String,
    /// Sees and changes the documents of others where `owner_only` holds.
    pub admin: String,
    /// Whether a document is seen and changed by its owner alone.
    pub owner_only: bool,
    /// The boolean field that opens a document for reading to all who may read the collection, although `owner_only` holds.
    pub shared: Option<Arc<Field>>,
    /// The scope that shows each field that not every reader sees.
    pub hidden: BTreeMap<Path, String>,
}

impl Access {
    /// Whether a document, as its JSON text, is open for reading to others than its owner.
    pub fn shares(&self, document: &str) -> bool {
        let Some(field) = &self.shared else { return false };
        let document: Value = serde_json::from_str(document).unwrap_or_default();
        field.path.find(&document) == Some(&Value::Bool(true))
    }
}

impl Collection {
    /// Checks a definition; the error names the fault.
    pub fn new(mut definition: CollectionDefinition) -> Result<Self, DefinitionFault> {
        check_name(&definition.name).map_err(|fault| DefinitionFault::at("/name", fault))?;
        history::check(&definition)?;
        let rules = validate::compile(&definition.schema).map_err(|fault| {
            DefinitionFault::at(format!("/schema{}", fault.pointer), format!("schema: {fault}"))
        })?;
        let schema = Schema::new(definition.schema.clone());
        let documents = schema.shape(&[]);
        if documents.kinds != Kinds::OBJECT {
            let fault = "schema: a document is an object; say \"type\": \"object\"";
            return Err(DefinitionFault::at("/schema/type", fault));
        }
        if let Some(name) = documents.declared.iter().find(|name| name.starts_with('_')) {
            let fault = format!("schema: {name:?} begins with _, as only members of the service do");
            return Err(DefinitionFault::at(pointer("/schema/properties", name), fault));
        }
        check_views(&schema, &definition.views, "view")?;
        if definition.list_requires_view && definition.views.is_empty() {
            return Err("list_requires_view: there is no view; declare one in views".into());
        }
        if let Some(limits) = &definition.artifacts {
            artifacts::check(limits).map_err(|fault| format!("artifacts: {fault}"))?;
        }
        let access = access(&mut definition, &schema)?;
        let (mut indexes, mut expiries) = (Vec::new(), Vec::new());
        for (at, declared) in definition.indexes.iter().enumerate() {
            let (index, expiry) = index::index(&schema, declared, access.owner_only).map_err(|fault| {
                DefinitionFault::at(format!("/indexes/{at}"), format!("index {at}: {fault}"))
            })?;
            indexes.push(index);
            expiries.extend(expiry);
        }
        if let Some(field) = disclosed(&access, &indexes) {
            let fault =
                format!("access.hidden: {field} is part of a unique index, which would reveal its values");
            return Err(DefinitionFault::at("/access/hidden", fault));
        }
        index::check(&indexes).map_err(|fault| DefinitionFault::at("/indexes", fault))?;
        let instants = Instants::of(&schema);
        let keeps_reviews = review::are_kept(&definition.name, &schema);
        Ok(Self { definition, schema, access, indexes, instants, keeps_reviews, expiries, rules })
    }

    /// Reads a definition from its JSON text.
    pub fn read(text: &str) -> Result<Self, DefinitionFault> {
        let definition: CollectionDefinition =
            serde_json::from_str(text).map_err(|fault| fault.to_string())?;
        Self::new(definition)
    }

    /// The collection's name.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The field that identifies a document.
    pub fn id_field(&self) -> Result<Arc<Field>, DefinitionFault> {
        resolve(&self.schema, "_id").map_err(DefinitionFault::from)
    }

    /// What queries are read against.
    pub fn target(&self) -> QueryContext<'_> {
        QueryContext { collection: self.name(), schema: &self.schema, views: &self.definition.views }
    }

    /// The faults of a document's members, at most [`validate::MAX_FAULTS`]; without any, the members.
    pub fn check(&self, members: Map<String, Value>) -> Result<Map<String, Value>, Vec<FieldError>> {
        self.check_for(members, Sight::Whole)
    }

    /// The same, where the faults go to somebody who may see this much of the document.
    pub fn check_for(
        &self,
        members: Map<String, Value>,
        sight: Sight<'_>,
    ) -> Result<Map<String, Value>, Vec<FieldError>> {
        let mut faults = Vec::new();
        validate::name_faults(&members, "", &mut faults);
        faults = sight.of(faults);
        let document = Value::Object(members);
        if faults.is_empty() {
            faults = validate::faults(&self.rules, &document, sight);
        }
        if faults.is_empty() {
            faults = conform::bounds(&self.rules, &self.schema, &document, sight);
        }
        faults.truncate(validate::MAX_FAULTS);
        match document {
            Value::Object(mut members) if faults.is_empty() => {
                let mut faults = conform::integers(&self.schema, &mut members, sight);
                faults.truncate(validate::MAX_FAULTS);
                if !faults.is_empty() {
                    return Err(faults);
                }
                if self.keeps_points() {
                    series::frame(&mut members, self.sums_points()).map_err(|fault| vec![fault])?;
                }
                Ok(members)
            }
            _ => Err(faults),
        }
    }

    /// Whether a revision is kept when another takes its place.
    pub fn keeps_revisions(&self) -> bool {
        self.definition.versioned
    }

    /// Whether a document is kept when it is removed.
    pub fn keeps_removed(&self) -> bool {
        self.definition.versioned || self.definition.soft_delete
    }

    /// How many revisions of a document are kept, the current one included, where that is limited.
    pub fn most_revisions(&self) -> Option<i64> {
        self.definition.keep?.versions.map(i64::from)
    }

    /// The revisions of a document that are too many once it has come to the revision `newest`: the last few of them,
    /// because each write removes what it makes too many, also where a removal came between.
    pub fn surplus(&self, newest: i64) -> Option<RangeInclusive<i64>> {
        let last = newest - self.most_revisions()?;
        Some(last - 3..=last)
    }

    /// How long a revision is kept after another took its place, and a document after its removal, where that is limited.
    pub fn longest_past(&self) -> Option<Duration> {
        self.definition.keep?.days.map(|days| Duration::days(days.into()))
    }

    /// Whether documents of this collection can expire.
    pub fn expires(&self) -> bool {
        !self.expiries.is_empty()
    }

    /// When a document with these members expires: the earliest that any index says.
    pub fn expiry(&self, members: &Map<String, Value>) -> Option<OffsetDateTime> {
        let expiry = |(field, after): &(Arc<Field>, Duration)| {
            let (first, rest) = field.path.segments().split_first()?;
            let value = rest.iter().try_fold(members.get(first)?, |at, name| at.get(name))?;
            OffsetDateTime::parse(value.as_str()?, &Rfc3339).ok()?.checked_add(*after)
        };
        self.expiries.iter().filter_map(expiry).min()
    }
}

/// Checks that each view shows fields, read as those of this parameter.
pub(super) fn check_views(
    schema: &Schema,
    views: &BTreeMap<String, Vec<String>>,
    parameter: &str,
) -> Result<(), DefinitionFault> {
    for (view, fields) in views {
        for (at, field) in fields.iter().enumerate() {
            shown_at(schema, parameter, field).map_err(|fault| {
                let place = pointer(&pointer("/views", view), &at.to_string());
                DefinitionFault::at(place, format!("view {view:?}: {}", fault.message))
            })?;
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), String> {
    if RESERVED.contains(&name) {
        return Err(format!("name: {name:?} is reserved"));
    }
    let mut letters = name.bytes();
    let valid = name.len() <= MAX_NAME
        && letters.next().is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
    if !valid {
        return Err(format!(
            "name: {name:?} must be a lower-case letter, then lower-case letters, digits, _ or -, at most {MAX_NAME} in all"
        ));
    }
    Ok(())
}

/// Fills in the scopes that the definition leaves out.
fn access(definition: &mut CollectionDefinition, schema: &Schema) -> Result<Access, DefinitionFault> {
    let name = definition.name.clone();
    let scope = |declared: &mut Option<String>, verb: &str| {
        let scope = declared.get_or_insert_with(|| format!("{name}:{verb}"));
        ScopeSet::from_names([scope.as_str()]).map_err(|fault| {
            DefinitionFault::at(format!("/access/{verb}"), format!("access.{verb}: {fault}"))
        })?;
        Ok::<String, DefinitionFault>(scope.clone())
    };
    let declared = &mut definition.access;
    Ok(Access {
        read: scope(&mut declared.read, "read")?,
        write: scope(&mut declared.write, "write")?,
        admin: scope(&mut declared.admin, "admin")?,
        owner_only: declared.owner_only,
        shared: declared
            .shared
            .as_deref()
            .map(|field| shared(schema, field, declared))
            .transpose()
            .map_err(|fault| DefinitionFault::at("/access/shared", format!("access.shared: {fault}")))?,
        hidden: declared
            .hidden
            .iter()
            .map(|(field, scope)| {
                hidden(schema, field, scope).map_err(|fault| format!("access.hidden: {fault}"))
            })
            .collect::<Result<_, _>>()?,
    })
}

/// The field that opens documents to other readers than their owners. All of these see it.
fn shared(schema: &Schema, field: &str, access: &AccessDefinition) -> Result<Arc<Field>, String> {
    if !access.owner_only {
        return Err("it opens documents of an owner-only collection; add \"owner_only\": true".into());
    }
    let found = resolve(schema, field)?;
    let declared = found.path.ancestors().chain([found.path.clone()]).all(|path| {
        let (name, above) = path.segments().split_last().unzip();
        let shape = schema.shape(above.unwrap_or_default());
        name.is_some_and(|name| shape.declared.contains(name))
    });
    if found.kind != FieldType::Boolean || !found.crossings.is_empty() || !declared {
        return Err(format!("{field:?} is not a field that the schema declares as boolean"));
    }
    let hides = |hidden: &String| hidden.parse().is_ok_and(|hidden: Path| hidden.contains(&found.path));
    if access.hidden.keys().any(hides) {
        return Err(format!("{field:?} is hidden from some readers; those whom it lets in see it"));
    }
    Ok(found)
}

/// A field that not every reader sees. It has one place in a document, so that a write can leave it where it is.
fn hidden(schema: &Schema, field: &str, scope: &str) -> Result<(Path, String), String> {
    ScopeSet::from_names([scope]).map_err(|fault| format!("{field:?}: {fault}"))?;
    let found = resolve(schema, field)?;
    if found.path.first().starts_with('_') {
        return Err(format!("{field:?} is set by the service, which shows it to every reader"));
    }
    if let Some(array) = found.crossings.first() {
        return Err(format!("{field:?} may lie within the array {array}; hide {array} itself"));
    }
    Ok((found.path.clone(), scope.to_owned()))
}

/// A hidden field whose values a unique index would reveal.
fn disclosed<'i>(access: &Access, indexes: &'i [Index]) -> Option<&'i Path> {
    let keys = indexes.iter().filter(|index| index.unique).flat_map(|index| &index.keys);
    let hidden = |path: &Path| access.hidden.keys().any(|hidden| hidden.contains(path));
    keys.map(|(field, _)| &field.path).find(|path| hidden(path))
}

#[cfg(test)]
#[path = "tests/collection.rs"]
mod tests;
