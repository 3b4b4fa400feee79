//! Replays the corpus of the fuzz targets, through the same functions.

use std::{fs, path::Path};

#[path = "../../../tests/fuzz/entries.rs"]
mod entries;

/// Hands every file of a target's corpus to its entry.
fn replay(target: &str, entry: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/corpus").join(target);
    let files: Vec<_> = fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 3, "{target} has {} seeds", files.len());
    for file in files {
        entry(&fs::read(file).unwrap());
    }
}

#[test]
fn bodies_of_the_corpus_are_read_within_bounds() {
    replay("body", entries::body);
}

#[test]
fn patches_of_the_corpus_are_applied_within_bounds() {
    replay("patch", entries::patch);
}

#[test]
fn filters_of_the_corpus_are_read_within_bounds() {
    replay("filter", entries::filter);
}

#[test]
fn query_strings_of_the_corpus_are_read_within_bounds() {
    replay("query", entries::query);
}

#[test]
fn definitions_of_the_corpus_check_documents_within_bounds() {
    replay("definition", entries::definition);
}

#[test]
fn tokens_of_the_corpus_are_refused() {
    replay("token", entries::token);
}
