use serde_json::json;

use super::*;

fn schema() -> Schema {
    Schema::new(json!({"type": "object", "properties": {
        "code": {"type": "object", "properties": {"name": {"type": "string"}, "build": {"type": "integer"}}},
        "at": {"type": "string", "format": "date-time"},
        "note": {"type": "string", "maxLength": 100_000},
        "tags": {"type": "array", "items": {"type": "string"}},
        "name": {"type": "string", "maxLength": 200},
        "secret": {"type": "string"},
        "self": {"$ref": "#"},
        "free": {"type": "object"},
    }}))
}

fn found(q: &str, document: &Value) -> Option<(String, String)> {
    Sought::read(q).unwrap().find_in(&Texts::declared(&schema()), document.as_object().unwrap())
}

fn hit(field: &str, text: &str) -> (String, String) {
    (field.to_owned(), text.to_owned())
}

#[test]
fn short_declared_texts_are_looked_at_and_titles_come_first() {
    let paths =
        |schema: &Schema| Texts::declared(schema).paths().map(|path| path.to_string()).collect::<Vec<_>>();
    assert_eq!(paths(&schema()), ["name", "code.name", "tags", "secret"]);
    let secret = ("secret".parse().unwrap(), "see".to_owned());
    assert_eq!(paths(&schema().hiding(&[secret].into())), ["name", "code.name", "tags"]);
}

#[test]
fn a_document_must_have_every_word_in_whatever_letters() {
    let document = json!({"name": "Water Dimer", "code": {"name": "VASP"}, "tags": ["ÜBER", "x"], "note": "deep", "free": {"a": "deep"}});
    assert_eq!(found("dimer", &document), Some(hit("name", "Water Dimer")));
    assert_eq!(found("WAT", &document), Some(hit("name", "Water Dimer")));
    assert_eq!(found("über", &document), Some(hit("tags", "ÜBER")));
    assert_eq!(found("vasp  water", &document), Some(hit("name", "Water Dimer")));
    assert_eq!(found("vasp ethanol", &document), None);
    assert_eq!(found("deep", &document), None);
    assert_eq!(Texts::declared(&schema()).title(document.as_object().unwrap()), Some("Water Dimer".into()));
    assert_eq!(Texts::declared(&schema()).title(&Map::new()), None);
}

#[test]
fn of_a_long_text_the_part_that_was_found_is_shown() {
    let text = format!("{}Needle{}", "ä".repeat(300), "b".repeat(5000));
    let (_, shown) = found("needle", &json!({"name": text})).unwrap();
    assert_eq!(shown.chars().count(), SHOWN);
    assert_eq!(shown.chars().position(|c| c == 'N'), Some(BEFORE));
    let late = format!("{}needle", "a".repeat(SHORT));
    assert_eq!(found("needle", &json!({"name": late})), None, "too far behind");
}

#[test]
fn a_letter_and_its_accent_are_found_as_one_character_and_as_two() {
    let decomposed = json!({"name": "E\u{301}mile"});
    assert_eq!(found("\u{c9}MILE", &decomposed), Some(hit("name", "E\u{301}mile")));
    assert_eq!(found("e\u{301}mile", &json!({"name": "\u{c9}mile"})), Some(hit("name", "\u{c9}mile")));
    assert_eq!(found("emile", &decomposed), None);
}

#[test]
fn ids_are_looked_for_by_what_can_be_one() {
    let id = |q: &str| Sought::read(q).unwrap().id;
    let whole = "01890000-0000-7000-8000-00000000000A";
    assert_eq!(id(whole), Some(whole.to_lowercase()));
    assert!(Sought::read(whole).unwrap().names_one());
    assert_eq!(id(" 018900 "), Some("018900".into()));
    for no in ["01890", "018900x", "vasp", "0189 0000", &format!("{whole}0")] {
        assert_eq!(id(no), None, "{no}");
    }
}

#[test]
fn what_cannot_be_searched_for_is_refused() {
    assert!(Sought::read("").is_err() && Sought::read(" \t").is_err());
    assert!(Sought::read(&"é".repeat(MAX_CHARACTERS)).is_ok());
    assert!(Sought::read(&"é".repeat(MAX_CHARACTERS + 1)).is_err());
    assert!(Sought::read("a b c d e f g h i j k").unwrap_err().contains("11"));
    assert!(Sought::read("a a a a a a a a a a a").is_ok());
}
