//! Cursors: written, read back, and refused where they are not what was written.

use proptest::prelude::*;
use serde_json::json;
use shared_models::documents::Direction;

use super::{Schema, fault, key, parse, schema};
use crate::query::{
    cursor::{Binding, Cursor, CursorKey, InvalidCursor, MAX_LENGTH, Named},
    expr::{Expr, ValueKind},
    literal::Literal,
    order::{Order, SortKey, SortValue},
};

fn text(text: &str) -> SortValue {
    SortValue::Scalar(Literal::Text(text.to_owned()))
}

#[test]
fn a_cursor_serves_its_own_query_only() {
    let query = parse("name=x&sort=-steps").unwrap();
    let places = vec![SortValue::Scalar(Literal::Integer(3)), text("id")];
    let cursor = query.binding.write(&key(), &places).unwrap();
    for same in ["", "&limit=7&fields=name"] {
        let again = parse(&format!("name=x&sort=-steps{same}&after={cursor}")).unwrap();
        assert_eq!(again.cursor(&key()), Ok(Some(Cursor::Behind(places.clone()))));
        assert!(again.cursor(&CursorKey::new([8; 32])).is_err(), "signed with another key");
    }
    let longer = format!("{cursor}A");
    for text in [
        format!("name=y&sort=-steps&after={cursor}"),
        format!("name=x&sort=steps&after={cursor}"),
        format!("sort=-steps&after={cursor}"),
        format!("name=x&sort=-steps&after={longer}"),
        "after=".into(),
        "after=%00".into(),
        "after=bm9uc2Vuc2U".into(),
    ] {
        assert_eq!((fault(&text).0.as_str(), fault(&text).1.as_str()), ("after", "cursor"), "{text}");
    }
}

#[test]
fn a_cursor_serves_no_other_type_of_what_it_sorts_by() {
    let of = |width: &str, steps: &str| {
        Schema::new(
            json!({"type": "object", "properties": {"width": {"type": width}, "steps": {"type": steps}}}),
        )
    };
    let binding = |schema: &Schema| {
        let field = |path: &str| schema.field(&path.parse().unwrap()).unwrap();
        let key = SortKey { field: field("width"), direction: Direction::Ascending };
        let order = Order::new(vec![key], field("_id"));
        (Binding::new("runs", &Expr::everything(), &order), order)
    };
    let places = [SortValue::Scalar(Literal::Null), text("id")];
    let cursor = binding(&of("number", "integer")).0.write(&key(), &places).unwrap();
    let read = |width: &str, steps: &str| {
        let (binding, order) = binding(&of(width, steps));
        binding.read(&key(), &order, &cursor)
    };
    assert_eq!(read("number", "string"), Ok(Cursor::Behind(places.to_vec())));
    assert_eq!(read("string", "integer"), Err(InvalidCursor));
}

#[test]
fn a_cursor_is_good_as_it_was_given_and_not_otherwise() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let query = parse("sort=steps").unwrap();
    let places = [SortValue::Scalar(Literal::Null), text("id")];
    let (last, next) =
        (query.binding.mark(&key(), "id", &places), query.binding.mark(&key(), "other", &places));
    let named = query.binding.write_named(&key(), &Named { last, next: Some(next) });
    let refused = |cursor: &[u8]| {
        let cursor = URL_SAFE_NO_PAD.encode(cursor);
        assert_eq!(fault(&format!("sort=steps&after={cursor}")).1, "cursor", "{cursor}");
    };
    for honest in [query.binding.write(&key(), &places).unwrap(), named] {
        assert!(parse(&format!("sort=steps&after={honest}")).unwrap().cursor(&key()).is_ok());
        let honest = URL_SAFE_NO_PAD.decode(honest).unwrap();
        for at in 0..honest.len() {
            let mut turned = honest.clone();
            turned[at] ^= 1;
            refused(&turned);
            refused(&honest[..at]);
        }
    }
}

#[test]
fn a_signed_cursor_with_a_value_of_another_kind_is_refused() {
    let query = parse("sort=steps").unwrap();
    for places in [
        vec![SortValue::Scalar(Literal::Integer(1)), SortValue::Scalar(Literal::Integer(2))],
        vec![SortValue::Scalar(Literal::Integer(1)), SortValue::Among(ValueKind::Array)],
        vec![SortValue::Scalar(Literal::Integer(1)), SortValue::Scalar(Literal::Null)],
        vec![SortValue::Scalar(Literal::Integer(1))],
    ] {
        let cursor = query.binding.write(&key(), &places).unwrap();
        assert_eq!(fault(&format!("sort=steps&after={cursor}")).1, "cursor", "{places:?}");
    }
}

#[test]
fn places_of_every_kind_survive_the_cursor() {
    let (schema, paths) = (schema(), ["parameters.a", "energy", "name", "done", "_id"]);
    let keys = paths[..4].iter().map(|path| SortKey {
        field: schema.field(&path.parse().unwrap()).unwrap(),
        direction: Direction::Descending,
    });
    let order = Order::new(keys.collect(), schema.field(&"_id".parse().unwrap()).unwrap());
    let binding = Binding::new("runs", &Expr::everything(), &order);
    for document in [
        json!({"_id": "i", "parameters": {"a": [1]}, "energy": "NaN", "done": true}),
        json!({"_id": "i", "parameters": {"a": {"b": 1}}, "energy": "-Infinity", "name": "é"}),
        json!({"_id": "i", "parameters": {"a": "NaN"}, "energy": 0.1, "name": ""}),
        json!({"_id": "i", "parameters": {"a": i64::MIN}, "energy": 1}),
        json!({"_id": "i", "energy": [1], "name": {"first": "é"}, "done": "no"}),
        json!({"_id": "i"}),
    ] {
        let places = order.place(&document);
        let read = binding.read(&key(), &order, &binding.write(&key(), &places).unwrap()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", Cursor::Behind(places)));
    }
}

#[test]
fn a_cursor_of_documents_names_them_and_tells_nothing_of_their_places() {
    let query = parse("sort=name").unwrap();
    let mark = |id: &str, name: &str| query.binding.mark(&key(), id, &[text(name), text(id)]);
    let named = Named { last: mark("a", "secret"), next: Some(mark("b", "secret")) };
    for named in [Named { next: None, ..named.clone() }, named.clone()] {
        let cursor = query.binding.write_named(&key(), &named);
        assert!(cursor.len() <= 256, "{cursor}");
        let read = parse(&format!("sort=name&after={cursor}")).unwrap().cursor(&key());
        assert_eq!(read, Ok(Some(Cursor::Named(named))));
    }
    assert_ne!(mark("a", "secret"), mark("a", "other"));
    let other = query.binding.mark(&CursorKey::new([8; 32]), "a", &[text("secret"), text("a")]);
    assert_ne!(named.last, other, "nobody else can make the digest of a guess");
}

proptest! {
    #[test]
    fn no_cursor_is_longer_than_it_may_be(name in "(\\PC|\"){0,900}") {
        let query = parse("sort=name").unwrap();
        let places = vec![text(&name), text("0198c4f2-0000-7000-8000-000000000000")];
        match query.binding.write(&key(), &places) {
            Some(cursor) => {
                prop_assert!(cursor.len() <= MAX_LENGTH);
                let read = parse(&format!("sort=name&after={cursor}")).unwrap().cursor(&key());
                prop_assert_eq!(read, Ok(Some(Cursor::Behind(places))));
            }
            None => prop_assert!(name.len() > 300),
        }
    }
}
