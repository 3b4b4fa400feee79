//! Look-ups by the beginning of a name, and by the id of a request.

use super::*;
use crate::domain::client::Client;

fn named(email: &str, name: &str) -> User {
    User { full_name: Some(FullName::parse(name).expect("ok")), ..user(email) }
}

pub(crate) async fn users_are_found_by_how_their_address_or_name_begins(store: &dyn Store) {
    let ada = named("Ada.L@example.org", "Ada Lovelace");
    let adam = named("first@example.org", "adam Riese");
    let emmy = named("ada@other.example", "Emmy Noether");
    let nobody = User { full_name: None, ..user("zz@example.org") };
    for user in [&ada, &adam, &emmy, &nobody] {
        assert_eq!(store.insert_user(user, &[], &some_entry()).await, Ok(true));
    }
    let found = async |start: &str, limit| {
        let users = store.users_beginning(start, limit).await.expect("ok");
        let mut ids: Vec<String> = users.into_iter().map(|user| user.id).collect();
        ids.sort();
        ids
    };
    let ids = |users: &[&User]| {
        let mut ids: Vec<String> = users.iter().map(|user| user.id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(found("ADA", 10).await, ids(&[&ada, &adam, &emmy]));
    assert_eq!(found("ada l", 10).await, ids(&[&ada]), "by name");
    assert_eq!(found("ada.l@EXAMPLE", 10).await, ids(&[&ada]), "by address, once");
    assert_eq!(found("emmy", 10).await, ids(&[&emmy]));
    assert_eq!(found("love", 10).await, ids(&[]), "the middle of a name is not its beginning");
    assert_eq!(found("a%", 10).await, ids(&[]));
    assert_eq!(found("a", 1).await, ids(&[&ada]), "the first by address and the first by name are one");
    assert_eq!(found("a", 2).await, ids(&[&ada, &adam, &emmy]));
}

pub(crate) async fn a_name_is_found_by_its_letters_whatever_their_case(store: &dyn Store) {
    for (email, name) in [
        ("u1@example.org", "\u{c9}mile Zola"),
        ("u2@example.org", "emile lower"),
        ("u3@example.org", "\u{141}ukasz"),
        ("u4@example.org", "Zo\u{308}e"),
    ] {
        assert_eq!(store.insert_user(&named(email, name), &[], &some_entry()).await, Ok(true));
    }
    for (start, expected) in [
        ("\u{e9}mi", vec!["u1@example.org"]),
        ("e\u{301}MI", vec!["u1@example.org"]),
        ("emi", vec!["u2@example.org"]),
        ("\u{142}u", vec!["u3@example.org"]),
        ("Z\u{d6}E", vec!["u4@example.org"]),
        ("\0", vec![]),
        ("\u{200b}", vec![]),
        ("%", vec![]),
    ] {
        let found = store.users_beginning(start, 10).await.expect("ok");
        let found: Vec<&str> = found.iter().map(|user| user.email.as_str()).collect();
        assert_eq!(found, expected, "{start:?}");
    }
    let lower = store.users_beginning("emi", 10).await.expect("ok").remove(0);
    let name = FullName::parse("\u{c5}sa").expect("ok");
    store.set_full_name(&lower.id, Some(&name), ago(0), &some_entry()).await.expect("ok");
    assert_eq!(store.users_beginning("emi", 10).await, Ok(vec![]));
    assert_eq!(store.users_beginning("\u{e5}S", 10).await.expect("ok").len(), 1, "by its new name");
}

pub(crate) async fn services_are_found_by_how_their_name_begins(store: &dyn Store) {
    let client = |name: &str, owner: Option<&str>| Client {
        name: name.into(),
        owner: owner.map(str::to_owned),
        ..super::clients::service()
    };
    let (nightly, night, key) =
        (client("Nightly import", None), client("night", None), client("night key", Some("ada")));
    for client in [&nightly, &night, &key] {
        store.insert_client(client, &some_entry()).await.expect("ok");
    }
    let names = async |start: &str, limit| {
        let found = store.services_beginning(start, limit).await.expect("ok");
        found.into_iter().map(|client| client.name).collect::<Vec<_>>()
    };
    assert_eq!(names("NIGHT", 10).await, ["night", "Nightly import"]);
    assert_eq!(names("nightly ", 10).await, ["Nightly import"]);
    assert_eq!(names("night", 1).await, ["night"]);
    assert!(names("import", 10).await.is_empty());
}

pub(crate) async fn entries_are_found_by_either_id_of_their_request(store: &dyn Store) {
    let entry = |seconds, ours: &str, theirs: Option<&str>| Entry {
        request_id: Some(ours.into()),
        client_request_id: theirs.map(str::to_owned),
        ..Entry::new(Action::Login, ago(seconds), &OsRandom)
    };
    let (one, two, other) = (entry(3, "r1", None), entry(2, "r2", Some("r1")), entry(1, "r3", Some("r2x")));
    for entry in [&one, &two, &other] {
        store.append_audit(entry).await.expect("ok");
    }
    assert_eq!(store.audit_of_request("r1", 10).await, Ok(vec![two.clone(), one.clone()]));
    assert_eq!(store.audit_of_request("r1", 1).await, Ok(vec![two.clone()]));
    assert_eq!(store.audit_of_request("r2", 10).await, Ok(vec![two]));
    assert_eq!(store.audit_of_request("r", 10).await, Ok(vec![]));
}
