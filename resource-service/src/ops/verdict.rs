//! What the report of a definition's change means: whether the change is made, and why not, for people.

use shared_models::definitions::DefinitionReport;

/// Whether the change is made.
pub fn is_allowed(report: &DefinitionReport, force: bool) -> bool {
    report.compatible || (force && can_be_forced(report))
}

/// Whether `force` would help.
fn can_be_forced(report: &DefinitionReport) -> bool {
    report.indexes.conflicts.is_empty()
}

/// Why a change is not made, for people.
pub fn refusal_of(report: &DefinitionReport) -> String {
    let mut reasons: Vec<String> = report.changes.iter().filter_map(|change| change.breaks.clone()).collect();
    if report.violations_total > 0 {
        reasons.push(format!(
            "{} of {} stored documents break its schema",
            report.violations_total, report.examined
        ));
    }
    if !report.indexes.conflicts.is_empty() {
        reasons.push("stored documents agree in the fields of an index that is to be unique".into());
    }
    let way = match (can_be_forced(report), report.violations_total) {
        (false, _) => "change these documents first",
        (true, 0) => "force=true makes the change anyway",
        (true, _) => {
            "force=true makes the change anyway; these documents stay as they are until they are written next"
        }
    };
    format!("the definition does not fit what is stored: {}; {way}", reasons.join(", "))
}
