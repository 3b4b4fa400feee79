//! What is removed for good, and that it is removed even if the removal is interrupted.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use service_kit::{clock::ManualClock, random::OsRandom};
use shared_models::{artifacts::Artifact, documents::CollectionDefinition};

use super::Sweeper;
use crate::{
    domain::{
        artifacts::File,
        catalog::Catalog,
        collection::Collection,
        document::{Document, Meta},
        history::Removal,
        ids::Ids,
    },
    ops::{artifacts, catalog::LiveCatalog},
    query::{
        expr::{Comparison, Expr},
        literal::Literal,
    },
    store::{
        Fate, Head, Store, Update,
        artifacts::{Blob, DocumentRef},
        contract::{Fixture, NOW, on_both_stores},
        ends::Course,
        purges::{Purge, Remains},
    },
};

on_both_stores! {
    a_purge_that_broke_off_at_any_step_is_finished
    a_purge_is_noted_for_a_minute
    a_lower_limit_takes_effect_on_what_was_kept
    a_document_with_more_revisions_than_a_sweep_looks_at_is_thinned
    series_and_reviews_follow_a_calculation_that_turned
    a_removal_of_a_collection_that_broke_off_is_finished
    what_is_too_old_goes_with_all_that_belongs_to_it
    the_past_of_a_document_goes_with_it_once_nothing_is_kept
    files_from_before_a_definition_without_artifacts_go_with_their_document
}

struct World {
    store: Arc<dyn Store>,
    clock: Arc<ManualClock>,
    catalog: Arc<LiveCatalog>,
    ids: Ids,
}

impl World {
    async fn new(f: &Fixture) -> Self {
        let catalog = Arc::new(LiveCatalog::new(Catalog::built_in().expect("ok")));
        catalog.refresh(&*f.store).await.expect("ok");
        let (clock, ids) = (Arc::new(ManualClock::new(NOW)), Ids::new(Arc::new(OsRandom)));
        Self { store: Arc::clone(&f.store), clock, catalog, ids }
    }

    fn collection(&self, name: &str) -> Arc<Collection> {
        self.catalog.get(name).expect("a collection")
    }

    fn document(&self, collection: &str, members: Value) -> Document {
        let Value::Object(members) = members else { panic!("no object") };
        let members = self.collection(collection).check(members).expect("valid");
        Document { meta: Meta::first("ada", &self.ids, NOW), members }
    }

    async fn insert(&self, collection: &str, members: Vec<Value>) -> Vec<Document> {
        let documents: Vec<Document> =
            members.into_iter().map(|members| self.document(collection, members)).collect();
        let fates = self.store.insert_each(&self.collection(collection), documents.clone()).await;
        assert!(fates.expect("ok").iter().all(|fate| *fate == Fate::Inserted));
        documents
    }

    /// The next revision of a calculation, with the members of `current`.
    async fn changed(&self, current: &Document) -> Document {
        let after = Document { meta: current.meta.next(NOW), members: current.members.clone() };
        let update = Update {
            after: after.clone(),
            expected: current.meta.revision,
            before: None,
            by: "ada".into(),
            course: Course::Unchanged,
        };
        assert!(self.store.update(&self.collection("calculations"), update).await.expect("ok"));
        after
    }

    /// A calculation of three revisions with a file, series of many documents and reviews; its id.
    async fn calculation(&self) -> String {
        let members =
            |host: &str| json!({"name": "H2", "code": {"name": "c"}, "status": "running", "host": host});
        let mut current = self.insert("calculations", vec![members("one")]).await.remove(0);
        for host in ["two", "three"] {
            let Value::Object(members) = members(host) else { unreachable!() };
            current = self.changed(&Document { members, ..current }).await;
        }
        let id = current.meta.id;
        let point = |n: i64| json!({"calculation": id, "metric": "m", "points": [{"step": n, "value": 1.5}]});
        self.insert("series", (0..450).map(point).collect()).await;
        let review = json!({"calculation": id, "revision": 1, "verdict": "approve"});
        self.insert("reviews", vec![review.clone(), review]).await;
        self.attach(&id).await;
        id
    }

    async fn attach(&self, id: &str) {
        let (collection, document, name) = ("calculations".to_owned(), id.to_owned(), "a.txt".to_owned());
        let blob = Blob { id: format!("blob-{id}"), collection, document, name, sha256: None, owner: None };
        let later = NOW + time::Duration::hours(1);
        self.store.begin(&blob, NOW, later).await.expect("ok");
        self.store.append(&blob.id, 0, b"text".to_vec()).await.expect("ok");
        let about = Artifact {
            name: "a.txt".into(),
            size: 4,
            sha256: "0".repeat(64),
            content_type: "text/plain".into(),
            created_at: "2026-01-31T12:00:00.000Z".into(),
            by: "ada".into(),
        };
        let file = File { about, served_as: "text/plain".into(), blob: blob.id, chunk_bytes: 512 };
        let place = DocumentRef { collection: "calculations", document: id };
        assert!(self.store.save_folder(place, &[file], None, "t").await.expect("ok"));
    }

    /// How many series, reviews, revisions, files and chunks of files belong to a calculation.
    async fn left(&self, id: &str) -> [usize; 5] {
        let of_it = |name: &str| {
            let collection = self.collection(name);
            let field = collection.schema.field(&"calculation".parse().expect("ok")).expect("a field");
            let literal = Literal::Text(id.to_owned());
            (Arc::clone(&collection), Expr::compare(&field, Comparison::Eq, literal))
        };
        let mut counts = Vec::new();
        for name in ["series", "reviews"] {
            let (collection, filter) = of_it(name);
            let count = self.store.count(&collection, filter, NOW).await.expect("ok");
            counts.push(usize::try_from(count).expect("ok"));
        }
        let versions = self.store.versions(&self.collection("calculations"), id, None, 10).await.expect("ok");
        let folder =
            self.store.folder(DocumentRef { collection: "calculations", document: id }).await.expect("ok");
        let chunk = self.store.chunk(&format!("blob-{id}"), 0).await.expect("ok");
        [counts[0], counts[1], versions.len(), folder.files.len(), usize::from(chunk.is_some())]
    }

    /// What another replica does, so many seconds later.
    async fn sweep_after(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        let clock = Arc::clone(&self.clock) as Arc<_>;
        let mut sweeper = Sweeper::new(Arc::clone(&self.store), clock, Arc::clone(&self.catalog));
        sweeper.sweep().await.expect("ok");
    }
}

async fn a_purge_that_broke_off_at_any_step_is_finished(f: &Fixture) {
    let world = World::new(f).await;
    let calculations = world.collection("calculations");
    let other = world.calculation().await;
    for steps in 0..4 {
        let id = world.calculation().await;
        assert_eq!(world.left(&id).await, [450, 2, 3, 1, 1]);
        assert!(world.store.purge(&calculations, &id, 3, NOW).await.expect("ok"));
        assert_eq!(world.left(&id).await, [450, 2, 0, 1, 1], "nobody reads a revision");
        let purge = Purge { collection: "calculations".into(), document: id.clone() };
        let served = world.catalog.served();
        super::finish::hide(&*world.store, &*world.clock, &served, &purge).await.expect("ok");
        assert_eq!(world.left(&id).await, [0, 0, 0, 1, 1], "nobody reads what belongs to it");
        let kept = world.store.belonging(&world.collection("series"), &id, 1000).await.expect("ok");
        assert_eq!(kept.len(), 450, "though it is there");
        if steps > 0 {
            world.store.discard(&format!("blob-{id}")).await.expect("ok");
        }
        if steps > 1 {
            assert_eq!(world.store.erase("calculations", std::slice::from_ref(&id)).await, Ok(true));
        }
        if steps > 2 {
            let review = json!({"calculation": id, "revision": 1, "verdict": "reject"});
            world.insert("reviews", vec![review]).await;
        }
        world.sweep_after(61).await;
        assert_eq!(world.left(&id).await, [0, 0, 0, 0, 0], "after {steps} steps");
        assert_eq!(world.store.purges(NOW + time::Duration::days(1), 10).await, Ok(Vec::new()));
    }
    assert_eq!(world.left(&other).await, [450, 2, 3, 1, 1], "another calculation keeps everything");
    assert_eq!(world.store.usage("calculations").await.expect("ok").versions.count, 2);
}

async fn a_purge_is_noted_for_a_minute(f: &Fixture) {
    let world = World::new(f).await;
    let id = world.calculation().await;
    assert!(world.store.purge(&world.collection("calculations"), &id, 3, NOW).await.expect("ok"));
    world.sweep_after(60).await;
    assert_eq!(world.left(&id).await, [450, 2, 0, 1, 1]);
    // What was being written when the calculation went.
    let late = json!({"calculation": id, "metric": "late", "points": []});
    world.insert("series", vec![late]).await;
    world.sweep_after(1).await;
    assert_eq!(world.left(&id).await, [0, 0, 0, 0, 0]);
}

/// The calculations of a world that keep less.
async fn keeping(world: &World, f: &Fixture, keep: Value) -> Arc<Collection> {
    let keep = Some(serde_json::from_value(keep).expect("ok"));
    redefined(world, f, |definition| definition.keep = keep).await
}

/// The calculations of a world under a changed definition.
async fn redefined(
    world: &World,
    f: &Fixture,
    change: impl FnOnce(&mut CollectionDefinition),
) -> Arc<Collection> {
    let mut definition = world.collection("calculations").definition.clone();
    change(&mut definition);
    let text = serde_json::to_string(&definition).expect("ok");
    let revision = f.store.definition_revisions().await.expect("ok").get("calculations").copied();
    assert!(f.store.define("calculations", Some(text), revision.unwrap_or_default()).await.expect("ok"));
    world.catalog.refresh(&*f.store).await.expect("ok");
    world.collection("calculations")
}

async fn numbers(world: &World, id: &str) -> Vec<i64> {
    let found = world.store.versions(&world.collection("calculations"), id, None, 5000).await.expect("ok");
    found.iter().map(|version| version.revision).collect()
}

async fn remove(world: &World, id: &str, expected: i64) {
    let calculations = world.collection("calculations");
    let current = world.store.get(&calculations, id, NOW).await.expect("ok").expect("a document");
    let end = Document::parse(&current.json).expect("ok").meta.next(NOW);
    let removal = Removal { expected, end, by: "ada".into() };
    assert!(world.store.remove(&calculations, id, removal).await.expect("ok"));
}

async fn a_lower_limit_takes_effect_on_what_was_kept(f: &Fixture) {
    let world = World::new(f).await;
    let (live, gone) = (world.calculation().await, world.calculation().await);
    remove(&world, &gone, 3).await;
    keeping(&world, f, json!({"versions": 2})).await;
    world.sweep_after(1).await;
    assert_eq!((numbers(&world, &live).await, numbers(&world, &gone).await), (vec![3, 2], vec![4, 3, 2]));
    keeping(&world, f, json!({"versions": 1})).await;
    world.sweep_after(1).await;
    assert_eq!((numbers(&world, &live).await, numbers(&world, &gone).await), (vec![3], vec![4, 3]));
    assert_eq!(world.left(&live).await, [450, 2, 1, 1, 1], "nothing else goes");
}

async fn a_document_with_more_revisions_than_a_sweep_looks_at_is_thinned(f: &Fixture) {
    let world = World::new(f).await;
    let (one, many) = (world.calculation().await, world.calculation().await);
    let calculations = world.collection("calculations");
    let current = world.store.get(&calculations, &many, NOW).await.expect("ok").expect("a document");
    let mut current = Document::parse(&current.json).expect("ok");
    for _ in 0..2_100 {
        current = world.changed(&current).await;
    }
    keeping(&world, f, json!({"versions": 2})).await;
    let mut sweeper = Sweeper::new(
        Arc::clone(&world.store),
        Arc::clone(&world.clock) as Arc<_>,
        Arc::clone(&world.catalog),
    );
    for _ in 0..4 {
        sweeper.sweep().await.expect("ok");
    }
    assert_eq!((numbers(&world, &one).await, numbers(&world, &many).await), (vec![3, 2], vec![2103, 2102]));
}

async fn what_is_too_old_goes_with_all_that_belongs_to_it(f: &Fixture) {
    const DAY: u64 = 24 * 60 * 60;
    let world = World::new(f).await;
    keeping(&world, f, json!({"days": 2})).await;
    let (live, gone) = (world.calculation().await, world.calculation().await);
    remove(&world, &gone, 3).await;
    world.sweep_after(2 * DAY).await;
    assert_eq!(
        (numbers(&world, &live).await, numbers(&world, &gone).await),
        (vec![3, 2, 1], vec![4, 3, 2, 1])
    );
    world.sweep_after(1).await;
    assert_eq!((numbers(&world, &live).await, numbers(&world, &gone).await), (vec![3], vec![]));
    world.sweep_after(61).await;
    assert_eq!(world.left(&gone).await, [0, 0, 0, 0, 0]);
    assert_eq!(world.left(&live).await, [450, 2, 1, 1, 1]);
}

async fn series_and_reviews_follow_a_calculation_that_turned(f: &Fixture) {
    let world = World::new(f).await;
    let (one, other) = (world.calculation().await, world.calculation().await);
    remove(&world, &one, 3).await;
    world.sweep_after(60).await;
    assert_eq!(world.left(&one).await[..2], [450, 2], "a minute after the request at the earliest");
    // What was being written when the calculation went.
    world.insert("reviews", vec![json!({"calculation": one, "revision": 1, "verdict": "reject"})]).await;
    world.sweep_after(1).await;
    assert_eq!(world.left(&one).await[..2], [0, 0]);
    assert_eq!(world.left(&other).await[..2], [450, 2]);
    let calculations = world.collection("calculations");
    let kept = world.store.versions(&calculations, &one, None, 2).await.expect("ok").remove(1);
    let mut back = Document::parse(&kept.json.expect("members")).expect("ok");
    back.meta.revision = 5;
    assert!(world.store.restore(&calculations, back, "ada").await.expect("ok"));
    world.sweep_after(0).await;
    assert_eq!(world.left(&one).await[..2], [450, 3]);
    assert_eq!(world.store.turned("2027", 10).await, Ok(Vec::new()));
    remove(&world, &one, 5).await;
    world.sweep_after(0).await;
    assert!(world.store.purge(&calculations, &one, 6, NOW).await.expect("ok"));
    world.sweep_after(0).await;
    assert_eq!(
        world.store.belonging(&world.collection("series"), &one, 1).await,
        Ok(Vec::new()),
        "hidden ones go too"
    );
}

async fn a_removal_of_a_collection_that_broke_off_is_finished(f: &Fixture) {
    let world = World::new(f).await;
    assert!(f.store.define("things", Some("{}".into()), 0).await.expect("ok"));
    f.insert("a", json!({})).await;
    let place = DocumentRef { collection: "things", document: "a" };
    assert!(f.store.define("things", None, 1).await.expect("ok"));
    let clock = Arc::clone(&world.clock) as Arc<_>;
    let mut sweeper = Sweeper::new(Arc::clone(&world.store), clock, Arc::clone(&world.catalog));
    let left = async || f.store.count(&f.collection, Expr::everything(), NOW).await.expect("ok");
    let stored = async || f.store.index_plan(&f.collection).await.expect("ok").stored;
    sweeper.sweep().await.expect("ok");
    assert_eq!(left().await, 1, "the removal may still be running");
    sweeper.sweep().await.expect("ok");
    assert_eq!((stored().await, f.store.folder(place).await.expect("ok").tag), (false, None));
    assert!(!f.store.define("things", Some("{}".into()), 2).await.expect("ok"), "this was refused meanwhile");
    assert!(f.store.define("things", Some("{}".into()), 3).await.expect("ok"));
    // Defined again: nothing of it goes.
    f.store.prepare(&[Arc::clone(&f.collection)]).await.expect("ok");
    f.insert("b", json!({})).await;
    for _ in 0..2 {
        sweeper.sweep().await.expect("ok");
    }
    assert_eq!(left().await, 1);
}

async fn the_past_of_a_document_goes_with_it_once_nothing_is_kept(f: &Fixture) {
    let world = World::new(f).await;
    let ids = [world.calculation().await, world.calculation().await, world.calculation().await];
    let [live, removed, deleted] = &ids;
    remove(&world, removed, 3).await;
    let versions = async || f.store.usage("calculations").await.expect("ok").versions.count;
    let calculations = redefined(&world, f, |definition| definition.versioned = false).await;
    remove(&world, deleted, 3).await;
    assert_eq!(versions().await, 2 + 4 + 2);
    world.sweep_after(1).await;
    assert_eq!(versions().await, 2 + 4, "of a document that is there, and of one that can come back");
    assert_eq!(f.store.remains(&calculations, live).await, Ok(None));
    let newest = Head { revision: 4, owner: "ada".into() };
    let kept = Remains { newest, restorable: true };
    assert_eq!(f.store.remains(&calculations, removed).await, Ok(Some(kept)));
    assert_eq!(f.store.remains(&calculations, deleted).await, Ok(None));
    assert!(f.store.purge(&calculations, removed, 4, NOW).await.expect("ok"));
    assert_eq!(f.store.remains(&calculations, removed).await, Ok(None), "it was removed for good");
    world.sweep_after(61).await;
    assert_eq!(versions().await, 2);
    redefined(&world, f, |definition| definition.versioned = true).await;
    assert_eq!(numbers(&world, live).await, [3, 2, 1], "nothing of it was lost");
}

async fn files_from_before_a_definition_without_artifacts_go_with_their_document(f: &Fixture) {
    let world = World::new(f).await;
    let (live, gone) = (world.calculation().await, world.calculation().await);
    let change = |definition: &mut CollectionDefinition| {
        (definition.versioned, definition.artifacts) = (false, None);
    };
    redefined(&world, f, change).await;
    remove(&world, &gone, 3).await;
    world.sweep_after(1).await;
    let clock = Arc::clone(&world.clock) as Arc<_>;
    let mut sweeper =
        artifacts::sweep::Sweeper::new(Arc::clone(&world.store), clock, Arc::clone(&world.catalog));
    sweeper.sweep().await.expect("ok");
    let folders = f.store.folders("calculations", "", 10).await;
    assert_eq!(folders, Ok(vec![live]));
}
