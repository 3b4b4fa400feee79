//! The contract on MongoDB, and what it does when no server is there.

use futures_util::future::join_all;
use mongodb::bson::Bson;
use service_kit::{
    random::{self, OsRandom},
    store::{mongo::layout as kept, owner::Owner},
};

use super::*;
use crate::{
    domain::{
        audit::Action, client::Client, name::FullName, roles::StoredScopes, session::EndReason, user::User,
    },
    store::{AuditLog as _, Clients as _, Lookup as _, Sessions as _, Users as _, contract},
};

/// A database of its own for each test, dropped at the end.
pub(super) struct Fixture {
    pub store: MongoStore,
}

impl contract::Fixture for Fixture {
    #[expect(clippy::disallowed_methods, reason = "the test run says where MongoDB is")]
    async fn new() -> Self {
        let url = std::env::var("TESSERA_TEST_MONGO").expect("TESSERA_TEST_MONGO must hold a mongodb:// URL");
        let name = format!("tessera_test_{:032x}", u128::from_be_bytes(random::bytes(&OsRandom)));
        let server = service_kit::store::mongo::connect_strictly(&url.into(), &name).await.unwrap();
        Self { store: MongoStore::new(server.with_database(&name)) }
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn set_version(&self, version: i64) {
        let set = doc! { "$set": { "version": version, "oldest_reader": version } };
        let layouts = self.store.database.collection::<Document>(kept::COLLECTION);
        layouts.update_one(doc! { "_id": kept::ID }, set).upsert(true).await.unwrap();
    }

    async fn version(&self) -> i64 {
        let layouts = self.store.database.collection::<Document>(kept::COLLECTION);
        let found = layouts.find_one(doc! { "_id": kept::ID }).await.unwrap();
        found.unwrap().get_i64("version").unwrap()
    }

    async fn set_owner(&self, owner: Option<Owner>) {
        let layouts = self.store.database.collection::<Document>(kept::COLLECTION);
        let unmarked = doc! { "$unset": { kept::SERVICE: "" } };
        let mut set = owner.map_or(unmarked, |owner| doc! { "$set": { kept::SERVICE: owner.name() } });
        set.insert("$setOnInsert", doc! { "version": 1_i64, "oldest_reader": 1_i64 });
        layouts.update_one(doc! { "_id": kept::ID }, set).upsert(true).await.unwrap();
    }

    async fn is_of(&self, owner: Owner) -> bool {
        let layouts = self.store.database.collection::<Document>(kept::COLLECTION);
        let found = layouts.find_one(doc! { "_id": kept::ID }).await.unwrap();
        found.unwrap().get_str(kept::SERVICE).is_ok_and(|service| service == owner.name())
    }

    async fn drop(self) {
        self.store.database.drop().await.unwrap();
    }
}

contract::suite!(Fixture);

#[tokio::test]
async fn entries_that_a_replica_had_half_moved_to_the_log_are_there_once() {
    let fixture = <Fixture as contract::Fixture>::new().await;
    let store = &fixture.store;
    let mut entries = Vec::new();
    for _ in 0..3 {
        let entry = contract::entry(Action::Login, "u");
        let session = contract::opened("u", entry.at).0;
        store.insert_session(&session, 1000, &contract::clock(), &entry).await.unwrap();
        entries.push(entry);
    }
    store.append_audit(&entries[1]).await.unwrap();
    for gathered in join_all((0..4).map(|_| store.gather_audit())).await {
        gathered.unwrap();
    }
    let log = store.database.collection::<Document>(documents::AUDIT);
    assert_eq!(log.count_documents(doc! {}).await.unwrap(), 3);
    let sessions = store.database.collection::<Document>(SESSIONS);
    assert_eq!(sessions.count_documents(doc! { "opened": { "$exists": true } }).await.unwrap(), 0);
    contract::Fixture::drop(fixture).await;
}

/// How many transactions wrote sessions of this database: the oplog has an entry for each.
async fn transactions(store: &MongoStore) -> u64 {
    let written = format!("{}.{SESSIONS}", store.database.name());
    let oplog = store.database.client().database("local").collection::<Document>("oplog.rs");
    oplog.count_documents(doc! { "o.applyOps.ns": written }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_ends_share_transactions_and_two_replicas_end_each_session_once() {
    let (fixture, many) = (<Fixture as contract::Fixture>::new().await, 60);
    let store = &fixture.store;
    let other = MongoStore::new(store.server.clone());
    other.prepare().await.unwrap();
    let sessions: Vec<_> =
        (0..many).map(|_| contract::opened("u", contract::entry(Action::Login, "u").at).0).collect();
    let clock = contract::clock();
    for session in &sessions {
        let entry = contract::entry(Action::Login, "u");
        store.insert_session(session, 1000, &clock, &entry).await.unwrap();
    }
    let before = transactions(store).await;
    let entries: Vec<_> = (0..2 * many).map(|_| contract::entry(Action::SessionEnded, "u")).collect();
    let replicas = [store, &other];
    let ends = entries.iter().enumerate().map(|(at, entry)| {
        let (replica, session) = (replicas[at % 2], &sessions[at / 2]);
        replica.end_session("u", &session.id, EndReason::Logout, &clock, entry)
    });
    let ended = join_all(ends).await.into_iter().filter(|ended| *ended.as_ref().unwrap()).count();
    assert_eq!(ended, many, "each session is ended once");
    let used = transactions(store).await - before;
    assert!((1..=20).contains(&used), "{used} transactions for {many} sessions");
    contract::Fixture::drop(fixture).await;
}

#[tokio::test]
async fn names_from_before_they_had_keys_are_found_after_the_next_start() {
    let fixture = <Fixture as contract::Fixture>::new().await;
    let store = &fixture.store;
    let user = User {
        full_name: Some(FullName::parse("\u{c9}mile").unwrap()),
        ..contract::user("emile@example.org")
    };
    store.insert_user(&user, &[], &contract::entry(Action::UserCreated, &user.id)).await.unwrap();
    let client = contract::clients::add_one(store).await;
    for collection in ["users", "clients"] {
        let documents = store.database.collection::<Document>(collection);
        documents.update_many(doc! {}, doc! { "$unset": { "name_key": "" } }).await.unwrap();
    }
    assert_eq!(store.users_beginning("\u{e9}m", 10).await, Ok(vec![]));
    names::fill_keys(&store.database).await.unwrap();
    assert_eq!(store.users_beginning("\u{e9}m", 10).await, Ok(vec![user]));
    assert_eq!(store.services_beginning(&client.name, 10).await, Ok(vec![client]));
    contract::Fixture::drop(fixture).await;
}

#[tokio::test]
async fn the_grants_of_clients_end_also_where_the_act_was_broken_off() {
    let fixture = <Fixture as contract::Fixture>::new().await;
    let notes = contract::endings::notes();
    fixture.store.note_endings(&notes).await;
    contract::endings::the_grants_of_clients_end_also_where_the_act_was_broken_off(&fixture.store, notes)
        .await;
    contract::Fixture::drop(fixture).await;
}

#[tokio::test]
async fn a_role_with_scopes_or_fields_of_a_later_version_is_used() {
    let object = Bson::Document(doc! { "a:read": { "own": true } });
    let unreadable = StoredScopes { unreadable: vec![object.to_string()], ..StoredScopes::default() };
    let text = "a:read b:read[own=\"x\"]";
    for (scopes, odd) in [(text.into(), StoredScopes::read(text)), (object, unreadable)] {
        let fixture = <Fixture as contract::Fixture>::new().await;
        let roles = fixture.store.database.collection::<Document>("roles");
        roles.insert_one(doc! { "_id": "lab", "scopes": scopes, "later": true }).await.unwrap();
        contract::administration::a_role_of_a_later_version_is_used_as_far_as_it_can_be_read(
            &fixture.store,
            odd,
        )
        .await;
        contract::Fixture::drop(fixture).await;
    }
}

#[tokio::test]
async fn a_client_with_scopes_of_a_later_version_is_used_and_keeps_them() {
    let object = Bson::Document(doc! { "a:read": { "own": true } });
    let unreadable = StoredScopes { unreadable: vec![object.to_string()], ..StoredScopes::default() };
    let text = "b:read[own=\"x\"] a:read";
    for (stored, scopes) in [(text.into(), StoredScopes::read(text)), (object, unreadable)] {
        let fixture = <Fixture as contract::Fixture>::new().await;
        let client = contract::clients::add_one(&fixture.store).await;
        let clients = fixture.store.database.collection::<Document>("clients");
        let (id, set) = (doc! { "_id": &client.id }, doc! { "$set": { "scopes": &stored } });
        clients.update_one(id.clone(), set).await.unwrap();
        let odd = Client { scopes, ..client };
        let renamed = Client { name: "mine".into(), version: odd.version + 1, ..odd.clone() };
        let entry = contract::entry(Action::ClientChanged, &odd.id);
        assert_eq!(fixture.store.replace_client(&renamed, None, &entry).await, Ok(true));
        assert_eq!(clients.find_one(id).await.unwrap().unwrap().get("scopes"), Some(&stored));
        contract::clients::a_client_of_a_later_version_is_used_as_far_as_it_can_be_read(
            &fixture.store,
            &renamed,
        )
        .await;
        contract::Fixture::drop(fixture).await;
    }
}

#[tokio::test]
async fn without_a_server_every_verb_says_unavailable_and_none_hangs() {
    let url = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200".to_owned();
    let server = service_kit::store::mongo::connect(&url.into(), "nowhere").await.unwrap();
    let store = MongoStore::new(server);
    let why = store.ping().await.unwrap_err();
    assert_eq!(why.kind, service_kit::store::cause::Kind::Unreachable);
    assert!(why.to_string().contains("127.0.0.1:1"), "{why}");
    assert_eq!(store.user("x").await, Err(StoreError::Unusable(why.clone())));
    assert_eq!(store.count_admins().await, Err(StoreError::Unusable(why)));
}
