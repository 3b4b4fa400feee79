//! What a change of a definition would meet in the store. Changes nothing, and holds up no writer.
//!
//! For up to five seconds after a change another replica may store a document that only the old definition allows. It
//! stays, is checked when it is next written, and is listed by a dry run of the same definition. Unique values stay
//! unique: the index is made before the definition is served.

use std::sync::Arc;

use shared_models::definitions::{DefinitionReport, IndexConflict, IndexReport, Violation};
use time::OffsetDateTime;

use super::{error::ResourceError, policy::Permit};
use crate::{
    domain::{
        collection::{Collection, Index},
        difference::changes,
        document::Document,
        hidden::Hidden,
        sight::Sight,
    },
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
        order::Order,
    },
    store::{Selection, Store, definitions::Duplicate},
};

/// How many documents are read at a time.
const BATCH: usize = 500;
/// The most violations, and the most conflicts of an index, that are reported one by one.
const REPORTED: usize = 100;

/// Who a report goes to: it shows them values that they may read, and of all others where they are.
#[derive(Clone, Debug)]
pub enum Audience {
    /// The operator of the service, who sees everything.
    Operator,
    /// Somebody who may not read the collection.
    Stranger,
    /// Somebody who may read it.
    Caller {
        /// All but these fields.
        hidden: Hidden,
        /// Only the documents of this owner, where it is not all of them.
        own: Option<String>,
    },
}

impl Audience {
    /// A caller with leave to read, or without it.
    pub fn of(permit: Option<&Permit<'_>>) -> Self {
        match permit {
            None => Self::Stranger,
            Some(permit) => Self::Caller {
                hidden: permit.hidden.clone(),
                own: (!permit.sees_all()).then(|| permit.subject.to_owned()),
            },
        }
    }

    /// What they may see of a document of this owner.
    fn sight(&self, owner: &str) -> Sight<'_> {
        match self {
            Self::Operator => Sight::Whole,
            Self::Caller { own: Some(own), .. } if own != owner => Sight::Nothing,
            Self::Caller { hidden, .. } if hidden.is_empty() => Sight::Whole,
            Self::Caller { hidden, .. } => Sight::Without(hidden),
            Self::Stranger => Sight::Nothing,
        }
    }

    /// Whether they may see what any documents have in the fields of this index.
    fn sees(&self, index: &Index) -> bool {
        match self {
            Self::Operator => true,
            Self::Caller { hidden, own: None } => index.keys.iter().all(|(field, _)| {
                !hidden.fields().keys().any(|path| path.contains(&field.path) || field.path.contains(path))
            }),
            Self::Caller { own: Some(_), .. } | Self::Stranger => false,
        }
    }
}

/// A change of a definition.
pub struct DefinitionChange<'c> {
    /// What is served now, where something is.
    pub before: Option<&'c Collection>,
    /// What is to be served.
    pub after: &'c Arc<Collection>,
    /// Whether documents are checked even where the schema stays as it is.
    pub thorough: bool,
    /// Who the report goes to.
    pub reader: Audience,
}

impl DefinitionChange<'_> {
    /// Compares the definitions, the documents and the indexes.
    pub async fn assess(
        &self,
        store: &dyn Store,
        now: OffsetDateTime,
    ) -> Result<DefinitionReport, ResourceError> {
        let shown = |collection: &Collection| serde_json::to_value(&collection.definition);
        let before = self.before.map(shown).transpose()?;
        let after = shown(self.after)?;
        let plan = store.index_plan(self.after).await?;
        let mut report = DefinitionReport {
            changes: changes(before.as_ref(), &after),
            indexes: IndexReport { build: plan.build, drop: plan.drop, conflicts: Vec::new() },
            ..DefinitionReport::default()
        };
        let schema_changes = before.is_none_or(|before| before.get("schema") != after.get("schema"));
        if plan.stored {
            self.conflicts(store, &mut report.indexes).await?;
            if schema_changes || self.thorough {
                self.check_documents(store, now, &mut report).await?;
            }
        }
        // Documents that broke the schema already are not this change's.
        let documents_fit = report.violations_total == 0 || !schema_changes;
        let breaks = report.changes.iter().any(|change| change.breaks.is_some());
        report.compatible = documents_fit && !breaks && report.indexes.conflicts.is_empty();
        Ok(report)
    }

    async fn conflicts(&self, store: &dyn Store, indexes: &mut IndexReport) -> Result<(), ResourceError> {
        for index in
            self.after.indexes.iter().filter(|index| index.unique && indexes.build.contains(&index.name))
        {
            let found = store.duplicates(self.after, index, REPORTED).await?;
            let seen = self.reader.sees(index);
            let conflict = |Duplicate { values, ids, documents }| IndexConflict {
                index: index.name.clone(),
                values: values.into_iter().filter(|_| seen).collect(),
                ids,
                documents,
            };
            indexes.conflicts.extend(found.into_iter().map(conflict));
        }
        Ok(())
    }

    /// Walks through the documents by `_id`, a batch at a time.
    async fn check_documents(
        &self,
        store: &dyn Store,
        now: OffsetDateTime,
        report: &mut DefinitionReport,
    ) -> Result<(), ResourceError> {
        let id = self.after.id_field()?;
        let mut filter = Expr::everything();
        loop {
            let selection = Selection {
                filter,
                order: Order::new(Vec::new(), Arc::clone(&id)),
                projection: None,
                limit: BATCH,
            };
            let batch = store.list(self.after, selection, now).await?;
            let (more, collection, reader) = (batch.more, Arc::clone(self.after), self.reader.clone());
            // A large batch would keep other requests of this thread waiting.
            let checked =
                tokio::task::spawn_blocking(move || check(&collection, &batch.documents, &reader)).await;
            let Checked { examined, last, violations } =
                checked.map_err(|fault| ResourceError::Internal(fault.to_string()))??;
            report.examined += examined;
            report.violations_total += u64::try_from(violations.len()).unwrap_or_default();
            let room = REPORTED - report.violations.len();
            report.violations.extend(violations.into_iter().take(room));
            match last.filter(|_| more) {
                Some(last) => filter = Expr::compare(&id, Comparison::Gt, Literal::Text(last)),
                None => return Ok(()),
            }
        }
    }
}

struct Checked {
    examined: u64,
    last: Option<String>,
    violations: Vec<Violation>,
}

fn check(collection: &Collection, documents: &[String], reader: &Audience) -> Result<Checked, ResourceError> {
    let mut checked = Checked { examined: 0, last: None, violations: Vec::new() };
    for text in documents {
        let document = Document::parse(text)?;
        checked.examined += 1;
        if let Err(errors) = collection.check_for(document.members, reader.sight(&document.meta.owner)) {
            checked.violations.push(Violation { id: document.meta.id.clone(), errors });
        }
        checked.last = Some(document.meta.id);
    }
    Ok(checked)
}

/// A definition as it is kept, compared and written to files.
pub fn text_of(collection: &Collection) -> Result<String, ResourceError> {
    Ok(serde_json::to_string(&collection.definition)?)
}
