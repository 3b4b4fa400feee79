//! What a search looks for, and whether a document has it: an id or the beginning of one, or words in its declared short
//! texts. Pure: knows no store.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use crate::query::{
    path::{MAX_DEPTH, Path},
    schema::{FieldType, Schema, TextFormat},
};

/// The most characters of a search.
pub const MAX_CHARACTERS: usize = 200;
/// The most words of it.
pub const MAX_WORDS: usize = 10;
/// The fewest characters by which the beginning of an id is looked for.
pub const SHORTEST_ID: usize = 6;
/// The characters of a whole id.
const WHOLE_ID: usize = 36;
/// The most characters that a field may have whose text counts as short, and how many of a longer text are looked at.
const SHORT: usize = 1000;
/// The most texts of a document that are looked at.
const MAX_TEXTS: usize = 64;
/// The most characters of a text that are shown, and how many of them lie before what was found.
const SHOWN: usize = 200;
const BEFORE: usize = 60;
/// What people call a document, by the names of the fields that say it.
const TITLES: [&str; 3] = ["name", "title", "label"];

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The beginning of an id, or all of it.
    pub id: Option<String>,
    /// As [`folded`] has them.
    words: Vec<String>,
}

impl Sought {
    /// Reads what somebody typed; the error says what is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.chars().count() > MAX_CHARACTERS {
            return Err(format!("q has at most {MAX_CHARACTERS} characters"));
        }
        let words: BTreeSet<String> = text.split_whitespace().map(folded).collect();
        if words.is_empty() || words.len() > MAX_WORDS {
            return Err(format!("q has 1 to {MAX_WORDS} words, got {}", words.len()));
        }
        let id = text.trim().to_ascii_lowercase();
        let is_id = (SHORTEST_ID..=WHOLE_ID).contains(&id.len())
            && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        Ok(Self { id: is_id.then_some(id), words: words.into_iter().collect() })
    }

    /// Whether the id that is looked for is a whole one.
    pub fn names_one(&self) -> bool {
        self.id.as_ref().is_some_and(|id| id.len() == WHOLE_ID)
    }

    /// The field that has one of the words, and its text, where the document has all of them.
    pub fn find_in(&self, texts: &Texts, document: &Map<String, Value>) -> Option<(String, String)> {
        let texts = texts.of(document);
        let lower: Vec<String> = texts.iter().map(|(_, text)| folded(text)).collect();
        let mut first = None;
        for word in &self.words {
            let at = lower.iter().position(|text| text.contains(word.as_str()))?;
            if first.is_none_or(|(best, _)| at < best) {
                first = Some((at, word));
            }
        }
        let (at, word) = first?;
        let (path, text) = texts.get(at)?;
        Some((path.to_string(), excerpt(text, word)))
    }
}

/// The declared short texts of a collection: titles first, then in the order of the schema.
#[derive(Clone, Debug)]
pub struct Texts(Vec<Path>);

impl Texts {
    /// Those that this schema declares: the collection's as it is for the reader.
    pub fn declared(schema: &Schema) -> Self {
        let mut found = Vec::new();
        let shape = schema.shape(&[]);
        let mut above = vec![shape.declared.clone()];
        for name in &shape.declared {
            walk(schema, std::slice::from_ref(name), &mut above, &mut found);
        }
        found.sort_by_key(rank);
        Self(found)
    }

    /// The fields, to be read of each document.
    pub fn paths(&self) -> impl Iterator<Item = Path> {
        self.0.iter().cloned()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What people call a document.
    pub fn title(&self, document: &Map<String, Value>) -> Option<String> {
        self.of(document).first().map(|(_, text)| text.chars().take(SHOWN).collect())
    }

    fn of<'d>(&self, document: &'d Map<String, Value>) -> Vec<(&Path, &'d str)> {
        let mut texts = Vec::new();
        for path in &self.0 {
            match path.find_in(document) {
                Some(Value::String(text)) => texts.push((path, beginning(text))),
                Some(Value::Array(items)) => {
                    let items = items.iter().filter_map(Value::as_str).take(MAX_TEXTS);
                    texts.extend(items.map(|text| (path, beginning(text))));
                }
                _ => {}
            }
        }
        texts
    }
}

fn rank(path: &Path) -> usize {
    let title = |name: &&str| path.segments().len() == 1 && path.first() == *name;
    TITLES.iter().position(title).unwrap_or(TITLES.len())
}

/// `above` has the declared members of each object above: a schema may refer to itself.
fn walk(schema: &Schema, names: &[String], above: &mut Vec<Vec<String>>, found: &mut Vec<Path>) {
    let Some(path) = Path::of(names) else { return };
    let Some(field) = schema.field(&path).ok().filter(|_| found.len() < MAX_TEXTS) else { return };
    let is_text = |kind: &FieldType| *kind == FieldType::Text(TextFormat::Plain);
    match &field.kind {
        kind if is_text(kind) => {
            let short = schema.shape(names).longest.is_none_or(|longest| longest <= SHORT as u64);
            found.extend(short.then_some(path));
        }
        FieldType::Array(items) if is_text(items) => found.push(path),
        FieldType::Object if names.len() < MAX_DEPTH => {
            let declared = schema.shape(names).declared;
            if above.contains(&declared) {
                return;
            }
            above.push(declared.clone());
            for name in &declared {
                walk(schema, &[names, std::slice::from_ref(name)].concat(), above, found);
            }
            above.pop();
        }
        _ => {}
    }
}

fn beginning(text: &str) -> &str {
    text.char_indices().nth(SHORT).map_or(text, |(end, _)| &text[..end])
}

/// A text as it is compared: in Unicode NFC, since a letter with its accent may be one character or two, and in lower case.
fn folded(text: &str) -> String {
    text.nfc().collect::<String>().to_lowercase()
}

/// The part of a text around a word, which is [`folded`].
fn excerpt(text: &str, word: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let found = text.char_indices().position(|(at, _)| folded(&text[at..]).starts_with(word));
    let start = found.unwrap_or_default().saturating_sub(BEFORE);
    text.chars().skip(start).take(SHOWN).collect()
}

#[cfg(test)]
#[path = "tests/search.rs"]
mod tests;
