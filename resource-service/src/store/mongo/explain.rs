//! How MongoDB finds a selection: the server's `explain`, boiled down.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};
use shared_models::documents::Explanation;

use super::{
    find::{projection, stages},
    order::Sort,
};
use crate::store::Selection;

/// The command that runs a selection and reports how it went.
pub fn command(name: &str, filter: Document, selection: &Selection, longest: Duration) -> Document {
    let sort = Sort::new(&selection.order);
    let limit = i64::try_from(selection.limit + 1).unwrap_or(i64::MAX);
    let shown = selection.projection.as_ref().map(projection);
    let command = if sort.computed.is_empty() {
        let mut find = doc! { "find": name, "filter": filter, "sort": sort.keys, "limit": limit };
        find.extend(shown.map(|shown| ("projection".to_owned(), shown.into())));
        find
    } else {
        doc! { "aggregate": name, "pipeline": stages(filter, sort, Some(limit), shown), "cursor": {} }
    };
    let longest = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
    doc! { "explain": command, "verbosity": "executionStats", "maxTimeMS": longest }
}

/// What the server's answer says.
pub fn read(answer: &Document, limit: usize) -> Explanation {
    let mut statistics = Vec::new();
    find(answer, "executionStats", &mut statistics);
    // Several shards each have their own.
    let sum = |name: &str| statistics.iter().filter_map(|part| number(part.get(name))).sum();
    let mut plan = Vec::new();
    for winner in winners(answer) {
        stages_of(winner, &mut plan);
    }
    let used = plan.iter().filter_map(|stage| match stage.split_once(' ') {
        Some((_, index)) => Some(index.to_owned()),
        None => ["IDHACK", "EXPRESS_IXSCAN"].contains(&stage.as_str()).then(|| "_id".to_owned()),
    });
    let returned: u64 = sum("nReturned");
    Explanation {
        index: Explanation::names(used.map(|name| if name == "_id_" { "_id".to_owned() } else { name })),
        documents_examined: Some(statistics.iter().copied().map(examined).sum()),
        keys_examined: Some(sum("totalKeysExamined")),
        returned: returned.min(limit as u64),
        plan,
    }
}

/// How many documents were looked at. A stage above another one that has read documents looks at the same ones, and the
/// server's total counts them again.
fn examined(statistics: &Document) -> u64 {
    fn read(stage: &Document) -> u64 {
        let one = stage.get_document("inputStage").ok();
        let many = stage.get_array("inputStages").into_iter().flatten().filter_map(Bson::as_document);
        let below: u64 = one.into_iter().chain(many).map(read).sum();
        if below > 0 { below } else { number(stage.get("docsExamined")).unwrap_or_default() }
    }
    let total = number(statistics.get("totalDocsExamined")).unwrap_or_default();
    let read = statistics.get_document("executionStages").map(read).unwrap_or_default();
    if read > 0 { read.min(total) } else { total }
}

fn number(value: Option<&Bson>) -> Option<u64> {
    match value? {
        Bson::Int32(number) => u64::try_from(*number).ok(),
        Bson::Int64(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

/// The documents under this name, none of them inside another.
fn find<'d>(document: &'d Document, name: &str, found: &mut Vec<&'d Document>) {
    for (member, value) in document {
        match value {
            Bson::Document(inner) if member == name => found.push(inner),
            Bson::Document(inner) => find(inner, name, found),
            Bson::Array(items) => {
                for inner in items.iter().filter_map(Bson::as_document) {
                    find(inner, name, found);
                }
            }
            _ => {}
        }
    }
}

fn winners(answer: &Document) -> Vec<&Document> {
    let mut planners = Vec::new();
    find(answer, "queryPlanner", &mut planners);
    planners.into_iter().filter_map(|planner| planner.get_document("winningPlan").ok()).collect()
}

/// The names of the plan's stages, each with its index where it has one.
fn stages_of(stage: &Document, plan: &mut Vec<String>) {
    if let Ok(name) = stage.get_str("stage") {
        plan.push(match stage.get_str("indexName") {
            Ok(index) => format!("{name} {index}"),
            Err(_) => name.to_owned(),
        });
    }
    for (member, value) in stage {
        match value {
            // The slot-based engine says it all a second time, in another language.
            Bson::Document(_) if member == "slotBasedPlan" => {}
            Bson::Document(inner) if member != "filter" => stages_of(inner, plan),
            Bson::Array(items) if member != "rejectedPlans" => {
                items.iter().filter_map(Bson::as_document).for_each(|inner| stages_of(inner, plan));
            }
            _ => {}
        }
    }
}
