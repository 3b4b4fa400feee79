//! Words of other services and programs, and what they are called here. For hints alone: none of them is accepted.

/// What to write instead of an operator.
pub fn operator(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "like" | "ilike" | "match" | "search" | "icontains" | "substring" => {
            "contains and prefix ask for parts of a text"
        }
        "startswith" | "starts_with" | "istartswith" | "begins" => "prefix asks for the beginning of a text",
        "not" | "neq" | "not_eq" | "!=" => "ne asks for another value",
        "ge" | "min" | "after" | "from" | "since" => {
            "gte asks for values from a limit on, gt for those above it"
        }
        "le" | "max" | "before" | "to" | "until" => {
            "lte asks for values up to a limit, lt for those below it"
        }
        "between" | "range" => "use gte and lte, a condition each",
        "null" | "isnull" | "is_null" => "use exists, or eq with null",
        "notin" | "not_in" => "nin asks for values outside of a list",
        _ => return None,
    })
}

/// The name of a statistic.
pub fn statistic(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "mean" | "average" => "avg",
        "std" | "sd" | "stdev" | "stdev_samp" | "stddev_samp" => "stddev",
        "minimum" | "first" => "min",
        "maximum" | "last" => "max",
        "total" => "sum",
        "n" | "size" | "number" => "count",
        _ => return None,
    })
}

/// What to write instead of a parameter.
pub fn parameter(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "page" | "offset" | "skip" | "start" | "cursor" | "page_token" | "next" => {
            "pages follow each other by after={next of the page before}"
        }
        "per_page" | "page_size" | "pagesize" | "size" | "top" => "limit is the size of a page",
        "order" | "order_by" | "orderby" | "ordering" | "sort_by" | "sortby" => {
            "sort=FIELD sorts ascending, sort=-FIELD descending"
        }
        "groupby" | "group_by" => "group=FIELD of /aggregate groups",
        "select" | "columns" | "include" => "fields=A,B says what is shown",
        "where" | "q" | "query" => "write FIELD=value, FIELD[operator]=value or filter={…}",
        _ => return None,
    })
}
