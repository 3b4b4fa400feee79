//! Parts of messages: a value cut to a length that fits, the name that was probably meant, and the cause of an error.
//! Knows no request.

use std::error::Error;

/// The most characters of a client's value that a message repeats.
const MAX_SHOWN: usize = 80;

/// At most 80 characters of a value, for messages.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The one of `names` that is a typing error away from `name`.
pub fn nearest<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let near = names.into_iter().map(|known| (distance(name, known), known)).min()?;
    (near.0 <= 2 && near.0 < name.chars().count()).then(|| near.1.to_owned())
}

/// The innermost cause of an error, which says most: that of reqwest is why a connection failed, without the URL.
pub(crate) fn innermost(error: &dyn Error) -> &dyn Error {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause
}

/// An error and, where it has one, its innermost cause.
pub(crate) fn with_cause(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", innermost(cause)),
        None => error.to_string(),
    }
}

/// Levenshtein's distance; names are short.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().take(64).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_is_recognized_and_another_is_not() {
        let names = ["limit", "sort"];
        for (typed, meant) in
            [("limt", Some("limit")), ("srot", Some("sort")), ("colour", None), ("x", None), ("", None)]
        {
            assert_eq!(nearest(typed, names).as_deref(), meant, "{typed}");
        }
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(short("abc"), "abc");
        assert_eq!(short(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
    }
}
