//! The reference page of metrics, made from their lists.

use std::fmt::Write as _;

use super::declared::{Declared, List, Values};

/// A page with a table for each of these parts.
pub fn page(parts: &[(&str, &[List])]) -> String {
    let mut text = String::from(HEAD);
    for (title, lists) in parts {
        let _ = write!(
            text,
            "\n## {title}\n\n| metric | kind | unit | labels | what it says |\n|---|---|---|---|---|\n"
        );
        let mut rows: Vec<String> =
            lists.iter().copied().flatten().map(|metric| row(metric.declared())).collect();
        rows.sort();
        text.extend(rows);
    }
    text
}

const HEAD: &str = "# Metrics\n
`/metrics` of the management listener shows these, in the text format of Prometheus. This page is made from the lists in the code;
`tests/it/metrics.rs` fails where it differs, and writes the page as it should be.\n
Every series of a metric whose labels have a closed set of values is there from the start, with the value 0. No label says
anything that a client made. Each histogram has `_bucket`, `_sum` and `_count`.\n";

fn row(metric: &Declared) -> String {
    let labels: Vec<String> = metric
        .labels
        .iter()
        .map(|label| match label.values {
            Values::Closed(values) => format!("`{}`: {}", label.name, values.join(", ")),
            Values::Bounded(what) => format!("`{}`: {what}", label.name),
        })
        .collect();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        metric.name,
        metric.kind.name(),
        metric.unit(),
        labels.join("; "),
        metric.help()
    )
}
