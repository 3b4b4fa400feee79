//! The suite that each adapter must pass: every function is a test on SQLite and on MongoDB.

mod aggregates;
mod artifacts;
mod bulk;
mod changes;
mod cursors;
mod definitions;
mod differential;
mod ends;
mod heartbeats;
mod hiding;
mod indexes;
mod instants;
mod labels;
mod layout;
mod limits;
mod lists;
mod numbers;
mod older;
mod purges;
mod retention;
mod scans;
mod series;
mod shared;
mod tickets;
mod usage;
mod versions;
mod writes;

use std::{sync::Arc, time::Duration};

use mongodb::{
    bson::{Document as Doc, doc},
    options::ReadConcern,
};
use serde_json::{Value, json};
use service_kit::store::{layout::Layout, mongo::layout as kept, owner::Owner};
use time::{OffsetDateTime, macros::datetime};

use cursors::{cursor, start};

use super::{QUERY_TIMEOUT, Store, Update, ends::Course, mongo::MongoStore, sqlite::SqliteStore};
use crate::{
    domain::{
        collection::Collection,
        document::{Document, Meta},
        history::Removal,
    },
    query::timestamp,
};

pub const NOW: OffsetDateTime = datetime!(2026-01-31 12:00:00 UTC);

/// A store of its own for one test.
pub struct Fixture {
    pub store: Arc<dyn Store>,
    pub collection: Arc<Collection>,
    /// One that keeps every revision.
    kept: Arc<Collection>,
    /// One that keeps what is removed.
    bin: Arc<Collection>,
    leftover: Leftover,
}

enum Leftover {
    Directory(tempfile::TempDir),
    Database(mongodb::Database),
}

fn definition() -> Value {
    json!({
        "name": "things",
        "schema": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "key": {"type": "string"},
                "part": {"type": "integer"},
                "s": {"type": ["string", "null"]},
                "i": {"type": ["integer", "null"]},
                "n": {"type": ["number", "null"]},
                "x": {"type": ["number", "string", "null"], "format": "ieee754"},
                "b": {"type": "boolean"},
                "at": {"type": "string", "format": "date-time"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "marks": {"type": "array", "items": {"type": ["number", "string"], "format": "ieee754"}},
                "mixed": {"type": "array"},
                "inner": {"type": "object", "properties": {"s": {"type": "string"}}},
                "free": {"type": "object"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "results": {"type": "object", "additionalProperties": {
                    "type": "object",
                    "properties": {"value": {"type": ["number", "string"], "format": "ieee754"}},
                }},
            },
        },
        "indexes": [
            {"keys": {"key": 1, "part": 1}, "unique": true},
            {"keys": {"s": 1}},
            {"keys": {"x": 1}},
            {"keys": {"i": -1, "s": 1}},
            {"keys": {"free.a": 1}},
            {"keys": {"results.e.value": 1}},
            {"keys": {"labels.*": 1}},
            {"keys": {"at": 1}, "expire_after": 60},
        ],
    })
}

pub fn collection() -> Arc<Collection> {
    Arc::new(Collection::new(serde_json::from_value(definition()).expect("ok")).expect("ok"))
}

/// A collection like [`collection`] that keeps the past, and so lets nothing expire.
fn keeping(name: &str, member: &str) -> Arc<Collection> {
    let mut definition = definition();
    definition["name"] = name.into();
    definition[member] = true.into();
    let indexes = definition["indexes"].as_array_mut().expect("an array");
    indexes.retain(|index| index.get("expire_after").is_none());
    Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
}

impl Fixture {
    pub async fn sqlite() -> Self {
        Self::sqlite_within(QUERY_TIMEOUT).await
    }

    pub async fn mongo() -> Self {
        Self::mongo_within(QUERY_TIMEOUT).await
    }

    /// With a time limit for queries.
    pub async fn sqlite_within(limit: Duration) -> Self {
        let directory = tempfile::tempdir().expect("ok");
        let store = SqliteStore::open(&directory.path().join("t.db")).expect("ok");
        Self::prepared(Arc::new(store.with_query_timeout(limit)), Leftover::Directory(directory)).await
    }

    #[expect(clippy::disallowed_methods, reason = "the test's own setting")]
    pub async fn mongo_within(limit: Duration) -> Self {
        let url = std::env::var("TESSERA_TEST_MONGO")
            .expect("TESSERA_TEST_MONGO must hold the URL of a replica set");
        let name = format!("test_resource_{}", uuid::Uuid::new_v4().simple());
        let server = service_kit::store::mongo::connect_strictly(&url.into(), &name).await.expect("ok");
        // What a test itself looks at is no part of the store.
        let database = server.outside_stable_api.clone();
        Self::prepared(
            Arc::new(MongoStore::new(server).with_query_timeout(limit)),
            Leftover::Database(database),
        )
        .await
    }

    async fn prepared(store: Arc<dyn Store>, leftover: Leftover) -> Self {
        let (collection, kept, bin) =
            (collection(), keeping("kept", "versioned"), keeping("bin", "soft_delete"));
        let collections = [&collection, &kept, &bin].map(Arc::clone);
        store.prepare(&collections).await.expect("ok");
        Self { store, collection, kept, bin, leftover }
    }

    /// Its collections.
    pub fn all(&self) -> [Arc<Collection>; 3] {
        [&self.collection, &self.kept, &self.bin].map(Arc::clone)
    }

    pub async fn end(self) {
        if let Leftover::Database(database) = self.leftover {
            database.drop().await.expect("ok");
        }
    }

    /// The database of a store of MongoDB.
    pub fn database(&self) -> &mongodb::Database {
        let Leftover::Database(database) = &self.leftover else { panic!("not a store of MongoDB") };
        database
    }

    /// Writes one document into each of these collections of MongoDB in one transaction, twice.
    pub async fn write_at_once(&self, names: &[Arc<str>]) {
        let mut session = self.database().client().start_session().await.expect("ok");
        session.start_transaction().await.expect("ok");
        for n in 0..2 {
            for name in names {
                let members = doc! { "_id": format!("{name}{n}"), "_revision": 1_i64, "_owner": "ada" };
                let collection = self.database().collection::<Doc>(name);
                collection.insert_one(members).session(&mut session).await.expect("ok");
            }
        }
        session.commit_transaction().await.expect("ok");
    }

    /// Takes from the revisions that a collection keeps when others took their places, as an older program kept them.
    async fn without_dates(&self, collection: &str) {
        match &self.leftover {
            Leftover::Directory(directory) => {
                let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
                let sql = format!("UPDATE \"ver_{collection}\" SET until = NULL");
                file.execute(&sql, []).expect("ok");
            }
            Leftover::Database(database) => {
                let past = database.collection::<Doc>(&format!("{collection}.versions"));
                past.update_many(doc! {}, doc! { "$unset": { "until": 1 } }).await.expect("ok");
            }
        }
    }

    /// Lets the store say that it is of this version, or of none.
    async fn set_layout(&self, layout: Option<Layout>) {
        match &self.leftover {
            Leftover::Directory(directory) => {
                let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
                let version = layout.map_or(0, |layout| layout.version);
                file.pragma_update(None, "user_version", version).expect("ok");
            }
            Leftover::Database(database) => {
                let layouts = database.collection::<Doc>(kept::COLLECTION);
                layouts.delete_one(doc! { "_id": kept::ID }).await.expect("ok");
                if let Some(Layout { version, oldest_reader }) = layout {
                    let said = doc! { "_id": kept::ID, "version": version, "oldest_reader": oldest_reader };
                    layouts.insert_one(said).await.expect("ok");
                }
            }
        }
    }

    /// The version that the store says it has.
    async fn version(&self) -> i64 {
        match &self.leftover {
            Leftover::Directory(directory) => {
                let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
                file.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("ok")
            }
            Leftover::Database(database) => {
                let layouts = database.collection::<Doc>(kept::COLLECTION);
                let found = layouts.find_one(doc! { "_id": kept::ID });
                found.await.expect("ok").expect("a layout").get_i64("version").expect("ok")
            }
        }
    }

    /// Marks the store as one of this service, or of none.
    async fn set_owner(&self, owner: Option<Owner>) {
        match &self.leftover {
            Leftover::Directory(directory) => {
                let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
                let id = owner.map_or(0, Owner::application_id);
                file.pragma_update(None, "application_id", id).expect("ok");
            }
            Leftover::Database(database) => {
                let unmarked = doc! { "$unset": { kept::SERVICE: "" } };
                let change = owner.map_or(unmarked, |owner| doc! { "$set": { kept::SERVICE: owner.name() } });
                let layouts = database.collection::<Doc>(kept::COLLECTION);
                layouts.update_one(doc! { "_id": kept::ID }, change).await.expect("ok");
            }
        }
    }

    /// Whether the store is marked as one of this service.
    async fn is_of(&self, owner: Owner) -> bool {
        match &self.leftover {
            Leftover::Directory(directory) => {
                let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
                let found: i32 = file.query_row("PRAGMA application_id", [], |row| row.get(0)).expect("ok");
                found == owner.application_id()
            }
            Leftover::Database(database) => {
                let layouts = database.collection::<Doc>(kept::COLLECTION);
                let found = layouts.find_one(doc! { "_id": kept::ID });
                let found = found.await.expect("ok").expect("a layout");
                found.get_str(kept::SERVICE).is_ok_and(|service| service == owner.name())
            }
        }
    }

    /// Makes what auth-service makes.
    async fn make_users(&self) {
        match &self.leftover {
            Leftover::Directory(directory) => {
                let file = rusqlite::Connection::open(directory.path().join("t.db")).expect("ok");
                file.execute_batch("CREATE TABLE users (id TEXT)").expect("ok");
            }
            Leftover::Database(database) => {
                for name in ["users", "cutoffs", "attempts"] {
                    database.create_collection(name).await.expect("ok");
                }
            }
        }
    }

    /// Inserts a document made of these members, at revision 1.
    pub async fn insert(&self, id: &str, members: Value) {
        self.store.insert(&self.collection, document(id, 1, members)).await.expect("ok");
    }
}

/// The step from a document at a revision to another one, by eve.
pub fn update(before: &Document, members: Value) -> Update {
    let mut after = document(&before.meta.id, before.meta.revision + 1, members);
    after.meta.owner.clone_from(&before.meta.owner);
    let (expected, by) = (before.meta.revision, "eve".to_owned());
    Update { after, expected, before: Some(before.members.clone()), by, course: Course::Unchanged }
}

/// The removal of a document at a revision, by eve.
pub fn removal(id: &str, expected: i64) -> Removal {
    Removal { expected, end: document(id, expected + 1, json!({})).meta, by: "eve".into() }
}

pub fn document(id: &str, revision: i64, members: Value) -> Document {
    let Value::Object(members) = members else { panic!("{members} is no object") };
    let now = timestamp(NOW);
    let meta =
        Meta { id: id.into(), revision, created_at: now.clone(), updated_at: now, owner: "ada".into() };
    let members = collection().check(members).expect("ok");
    Document { meta, members }
}

/// Runs each function as a test on each store.
macro_rules! on_both_stores {
    ($($test:ident)*) => {
        mod sqlite { $(
            #[tokio::test]
            async fn $test() {
                let fixture = crate::store::contract::Fixture::sqlite().await;
                super::$test(&fixture).await;
                fixture.end().await;
            }
        )* }
        mod mongo { $(
            #[tokio::test]
            async fn $test() {
                let fixture = crate::store::contract::Fixture::mongo().await;
                super::$test(&fixture).await;
                fixture.end().await;
            }
        )* }
    };
}
pub(crate) use on_both_stores;

#[tokio::test]
async fn mongodb_has_the_declared_indexes_and_one_for_expiry() {
    let fixture = Fixture::mongo().await;
    let Leftover::Database(database) = &fixture.leftover else { unreachable!() };
    let mut names =
        database.collection::<mongodb::bson::Document>("things").list_index_names().await.expect("ok");
    names.sort();
    let mut expected: Vec<&str> =
        fixture.collection.indexes.iter().map(|index| index.name.as_str()).collect();
    expected.extend(["_expires_at", "_id_"]);
    expected.sort_unstable();
    assert_eq!(names, expected);
    fixture.end().await;
}

/// What the server works on in the collection of the tests; with `idle`, also the cursors that wait to be read.
async fn operations(database: &mongodb::Database, idle: bool) -> Vec<Doc> {
    let stages = [
        doc! { "$currentOp": { "idleCursors": idle } },
        doc! { "$match": { "ns": format!("{}.things", database.name()) } },
    ];
    let admin = database.client().database("admin");
    let mut found = admin.aggregate(stages).read_concern(ReadConcern::local()).await.expect("ok");
    let mut operations = Vec::new();
    while found.advance().await.expect("ok") {
        operations.push(found.deserialize_current().expect("ok"));
    }
    operations
}
