//! The limits of the service as one table of the guide, made of the constants that the code goes by.

use crate::{
    domain::{
        aggregate::MAX_GROUPS,
        artifacts::{self, MAX_FILES, name},
        collection::MAX_NAME,
        document::MAX_BYTES,
        fields::MAX_FIELDS as MAX_LISTED,
        history::MAX_DAYS,
        index::{MAX_INDEXES, MAX_KEYS},
        patch::MAX_OPERATIONS,
        scan::MAX_NESTING as MAX_LEVELS,
        specials,
        table::DEFAULT_COLUMNS,
        ticket::TICKET_TTL,
        validate::MAX_FAULTS,
    },
    http::{
        changes::MAX_FOLLOWED,
        insert::{BULK_LIMIT, MAX_BLANK, MAX_KEY},
        series,
    },
    ops::{
        artifacts::LEASE,
        bulk::MAX_TOGETHER,
        compare::MAX_IDS,
        feed::BEAT,
        fields::SAMPLE,
        repeat::KEPT,
        search,
        series::append::{MAX_POINTS, MAX_SERIES},
        versions,
    },
    query::{
        condition::{MAX_CONDITIONS, MAX_NESTING, MAX_VALUES},
        cursor::MAX_LENGTH,
        grouping::{MAX_GROUPED, MAX_STATS},
        parse::{DEFAULT_LIMIT, MAX_FIELDS, MAX_LIMIT, MAX_SORT_KEYS},
        path::MAX_DEPTH,
    },
    store::{LOG_KEPT_BYTES, LOG_KEPT_FOR, MAX_BATCH_BYTES, QUERY_TIMEOUT},
};

/// The most bytes of an address that the HTTP library reads.
const MAX_ADDRESS: usize = 65_534;

/// The section of the guide.
pub fn table() -> String {
    let rows = [writing(), reading(), points(), keeping(), defining(), anywhere()].concat();
    let rows: Vec<String> =
        rows.iter().map(|[what, limit, beyond]| format!("| {what} | {limit} | {beyond} |\n")).collect();
    format!("## Limits\n\n| what | limit | beyond it |\n|---|---|---|\n{}", rows.concat())
}

type Row = [String; 3];

fn row(what: &str, limit: String, beyond: &str) -> Row {
    [what.to_owned(), limit, beyond.to_owned()]
}

fn writing() -> Vec<Row> {
    vec![
        row("A document, its body too", bytes(MAX_BYTES), "413"),
        row("Objects and arrays inside one another", number(MAX_LEVELS), "422"),
        row("A body with an array of documents, or with lines and `atomic=true`", bytes(BULK_LIMIT), "413"),
        row("Documents in such a body", number(MAX_TOGETHER), "413"),
        row("A stream of lines", "none".to_owned(), ""),
        row("A line of it", bytes(MAX_BYTES), "413 for this line"),
        row("Blank lines of it in a row", bytes(MAX_BLANK), "400 for the rest"),
        row("Operations of a JSON Patch", number(MAX_OPERATIONS), "422"),
        row("Characters of an Idempotency-Key", number(MAX_KEY), "400"),
        row("Faults of a document that are reported", number(MAX_FAULTS), "the others are left out"),
        row("Artifacts of a document", number(MAX_FILES), "422"),
        row("Bytes of an artifact's name", number(name::MAX_BYTES), "422"),
        row("Segments of an artifact's name", number(name::MAX_SEGMENTS), "422"),
        row("Bytes of a segment", number(name::MAX_SEGMENT), "422"),
    ]
}

fn reading() -> Vec<Row> {
    vec![
        row("`limit` of a list", pages(MAX_LIMIT, DEFAULT_LIMIT), "422"),
        row("Bytes of a page", bytes(MAX_BATCH_BYTES), "the page ends; `next` continues it"),
        row("Characters of `next`", number(MAX_LENGTH), ""),
        row("Fields that are listed", number(MAX_LISTED), "`truncated` is true"),
        row("Documents that are looked at for fields", number(SAMPLE), "the latest ones"),
        row("`limit` of a search", pages(search::MAX_LIMIT, search::DEFAULT_LIMIT), "422"),
        row(
            "Documents of a collection that a search looks at",
            number(search::LOOKED_AT),
            "`complete` is false",
        ),
        row("Time of a search", format!("{} s", search::PATIENCE.as_secs()), "`complete` is false"),
        row("`limit` of versions", pages(versions::MAX_LIMIT, versions::DEFAULT_LIMIT), "422"),
        row("Conditions of a query", number(MAX_CONDITIONS), "422"),
        row("Values of all `in` and `nin` of a query", number(MAX_VALUES), "422"),
        row("Names of a dotted path", number(MAX_DEPTH), "422"),
        row("Groups of conditions inside one another", number(MAX_NESTING), "422"),
        row("Fields of `sort`", number(MAX_SORT_KEYS), "422"),
        row("Fields of `fields`", number(MAX_FIELDS), "422"),
        row("Groups of an aggregate", number(MAX_GROUPS), "422"),
        row("Values of `group`", number(MAX_GROUPED), "422"),
        row("Values of `stat`", number(MAX_STATS), "422"),
        row(
            "Time of a query: list, count, aggregate, comparison, read of a document, its versions or series, each batch of an export",
            format!("{} s, or as the operator sets it", QUERY_TIMEOUT.as_secs()),
            "503 `query_timeout`",
        ),
        row(
            "Columns of a CSV or Parquet file",
            format!("{}, or as the operator sets it", number(DEFAULT_COLUMNS)),
            "they are in `_rest`",
        ),
    ]
}

fn points() -> Vec<Row> {
    vec![
        row("A body of points", bytes(series::BODY_LIMIT), "413"),
        row("Points of one request", number(MAX_POINTS), "422"),
        row("Series of one request", number(MAX_SERIES), "422"),
        row("`limit` of points", pages(series::MAX_LIMIT, series::DEFAULT_LIMIT), "422"),
        row("`points` of a sample", number(series::MAX_SAMPLE), "422"),
        row("Special values that a sample lists", number(specials::LISTED), "`specials.complete` is false"),
        row("`limit` of metrics", pages(series::MAX_METRICS, series::DEFAULT_METRICS), "422"),
        row("Calculations of a comparison", number(MAX_IDS), "422"),
    ]
}

fn keeping() -> Vec<Row> {
    let log = format!(
        "{} h; on SQLite {} of documents at most, on MongoDB as long as its oplog reaches",
        LOG_KEPT_FOR.whole_hours(),
        bytes(usize::try_from(LOG_KEPT_BYTES).unwrap_or(usize::MAX)),
    );
    vec![
        row(
            "The answer kept for an Idempotency-Key",
            format!("{} h", KEPT.whole_hours()),
            "the request is carried out again",
        ),
        row("Collections of one stream of changes", number(MAX_FOLLOWED), "422"),
        row("Changes that a stream can be resumed behind", log, "410"),
        row("Silence of a stream of changes", format!("{} s", BEAT.as_secs()), "a comment is sent"),
        row("A ticket for a stream", format!("{TICKET_TTL} s, one use"), "401"),
        row(
            "An interrupted upload",
            format!("{} h", LEASE.whole_hours()),
            "it starts again from the beginning",
        ),
    ]
}

fn defining() -> Vec<Row> {
    let largest = usize::try_from(artifacts::MAX_BYTES).unwrap_or(usize::MAX);
    vec![
        row("Characters of a collection's name", number(MAX_NAME), "422"),
        row("Indexes of a collection", number(MAX_INDEXES), "422"),
        row("Fields of an index", number(MAX_KEYS), "422"),
        row("`keep.days`", number(usize::try_from(MAX_DAYS).unwrap_or(usize::MAX)), "422"),
        row("An artifact", format!("`max_bytes` of the definition, {} at most", bytes(largest)), "413"),
    ]
}

fn anywhere() -> Vec<Row> {
    vec![
        row("An address", bytes(MAX_ADDRESS), "400 without a problem"),
        row(
            "Memory that requests take together",
            "as the operator sets it".to_owned(),
            "503 with Retry-After; 413 for what never fits",
        ),
    ]
}

fn pages(most: usize, default: usize) -> String {
    format!("{}; {} if absent", number(most), number(default))
}

/// Bytes in the largest unit that leaves a whole number.
fn bytes(count: usize) -> String {
    match count {
        _ if count.is_multiple_of(1 << 40) => format!("{} TiB", number(count >> 40)),
        _ if count.is_multiple_of(1 << 20) => format!("{} MiB", number(count >> 20)),
        _ if count.is_multiple_of(1 << 10) => format!("{} KiB", number(count >> 10)),
        _ => format!("{} bytes", number(count)),
    }
}

/// A number with commas between thousands.
fn number(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [1 << 40, 8 << 20, 512 << 10, 1_500].map(bytes),
            ["1 TiB", "8 MiB", "512 KiB", "1,500 bytes"]
        );
    }
}
