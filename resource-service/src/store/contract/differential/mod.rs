//! Thousands of documents and queries, made by a seeded generator: both stores and a plain evaluator must give the same
//! documents in the same order, page by page.

mod generate;
mod older;
mod oracle;
mod sample;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use serde_json::Value;
use tokio::task::JoinSet;

use self::{
    generate::{Asked, Random},
    older::Older,
    oracle::OracleOrder,
};
use super::{Fixture, NOW, cursor, start};
use crate::{
    domain::{
        collection::Collection,
        document::{Document, Meta},
    },
    query::{parse::Query, timestamp},
    store::{Batch, Selection, Store, keyset},
};

/// Collections, each with documents and queries of its own.
const ROUNDS: u64 = 18;
/// Those with documents that are older than the definition.
const OLDER: u64 = 6;
const DOCUMENTS: usize = 180;
const QUERIES: usize = 270;
/// Pages of a query that are looked at; of some queries all are.
const PAGES: usize = 3;

#[derive(Default)]
struct Counts {
    documents: AtomicUsize,
    queries: AtomicUsize,
    as_json: AtomicUsize,
    pages: AtomicUsize,
    found: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(clippy::print_stdout, reason = "the counts are what the test shows")]
async fn both_stores_and_a_plain_evaluator_give_the_same_answers_in_the_same_order() {
    let (sqlite, mongo) = (Fixture::sqlite().await, Fixture::mongo().await);
    let collections: Vec<Arc<Collection>> = (0..ROUNDS).map(sample::collection).collect();
    let counts = Arc::new(Counts::default());
    let mut rounds = JoinSet::new();
    for fixture in [&sqlite, &mongo] {
        fixture.store.prepare(&collections).await.expect("ok");
    }
    for (seed, collection) in (0..).zip(collections) {
        let stores = [("SQLite", Arc::clone(&sqlite.store)), ("MongoDB", Arc::clone(&mongo.store))];
        let counts = Arc::clone(&counts);
        rounds.spawn(async move { Round { seed, collection, stores, counts }.run().await });
    }
    let mut operators: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(asked) = rounds.join_next().await {
        for (operator, count) in asked.expect("a round fails") {
            *operators.entry(operator).or_default() += count;
        }
    }
    println!(
        "{} queries ({} as JSON) over {} documents, {} pages with {} documents on both stores together; \
         conditions: {operators:?}",
        counts.queries.load(Relaxed),
        counts.as_json.load(Relaxed),
        counts.documents.load(Relaxed),
        counts.pages.load(Relaxed),
        counts.found.load(Relaxed),
    );
    assert!(counts.queries.load(Relaxed) >= 3000 && counts.documents.load(Relaxed) >= 2000);
    assert_eq!(operators.len(), 2 * generate::OPERATORS.len(), "{operators:?}");
    sqlite.end().await;
    mongo.end().await;
}

struct Round {
    seed: u64,
    collection: Arc<Collection>,
    stores: [(&'static str, Arc<dyn Store>); 2],
    counts: Arc<Counts>,
}

impl Round {
    async fn run(&self) -> BTreeMap<String, usize> {
        let mut random = Random::new(self.seed);
        let older = if self.is_older() { Older::some(&mut random) } else { Older::default() };
        let written_under = self.written_under(&mut random);
        let documents = (0..DOCUMENTS).map(|at| self.document(at, &older, &mut random));
        let documents: Vec<Document> = documents.collect();
        for (_, store) in &self.stores {
            let mut documents = documents.iter().zip(&written_under).peekable();
            while let Some((_, collection)) = documents.peek().copied() {
                store.prepare(std::slice::from_ref(collection)).await.expect("ok");
                let mut inserts = JoinSet::new();
                while let Some((document, _)) = documents.next_if(|(_, one)| Arc::ptr_eq(one, collection)) {
                    let (store, collection) = (Arc::clone(store), Arc::clone(collection));
                    let document = document.clone();
                    inserts.spawn(async move { store.insert(&collection, document).await });
                }
                while let Some(inserted) = inserts.join_next().await {
                    inserted.expect("ok").expect("ok");
                }
            }
            store.prepare(std::slice::from_ref(&self.collection)).await.expect("ok");
        }
        self.counts.documents.fetch_add(documents.len(), Relaxed);
        let texts = documents.iter().map(Document::to_json);
        let documents: Vec<(Value, String)> =
            texts.map(|text| (serde_json::from_str(&text).expect("JSON"), text)).collect();
        let mut operators: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..QUERIES {
            let asked = Asked::random(&mut random);
            self.compare(&asked, &documents).await;
            for name in asked.operators() {
                *operators.entry(name).or_default() += 1;
            }
            self.counts.queries.fetch_add(1, Relaxed);
            self.counts.as_json.fetch_add(usize::from(asked.as_json), Relaxed);
        }
        operators
    }

    /// Whether it has documents that are older than the definition.
    fn is_older(&self) -> bool {
        self.seed >= ROUNDS - OLDER
    }

    /// The definition that each document is written under: one after the other.
    fn written_under(&self, random: &mut Random) -> Vec<Arc<Collection>> {
        if !self.is_older() {
            return vec![Arc::clone(&self.collection); DOCUMENTS];
        }
        let [open, special] = Older::definitions(&self.collection);
        let mut definitions = [open, special, Arc::clone(&self.collection)];
        definitions.rotate_left(random.below(3));
        (0..DOCUMENTS).map(|at| Arc::clone(&definitions[at * 3 / DOCUMENTS])).collect()
    }

    /// A document whose members are random, checked against the schema but for those from before it.
    fn document(&self, at: usize, older: &Older, random: &mut Random) -> Document {
        let now = timestamp(NOW);
        let meta = Meta {
            id: format!("{:04}", (at * 7919) % 10_000),
            revision: 1,
            created_at: now.clone(),
            updated_at: now,
            owner: "ada".into(),
        };
        let mut members = self.collection.check(generate::members(random)).expect("a valid document");
        older.spoil(random, &mut members);
        Document { meta, members }
    }

    async fn compare(&self, asked: &Asked, documents: &[(Value, String)]) {
        self.compare_in_memory(asked, documents);
        let (sort, meant) = (OracleOrder(&asked.sort), asked.meant());
        let matching = documents.iter().filter(|(document, _)| meant.holds(document));
        let mut expected: Vec<_> =
            matching.map(|(document, text)| (sort.key(document), text.as_str())).collect();
        expected.sort_by(|(one, _), (other, _)| sort.compare(one, other));
        let expected: Vec<&str> = expected.into_iter().map(|(_, text)| text).collect();
        for (name, store) in &self.stores {
            let mut after = None;
            let none = expected.is_empty().then_some(&[][..]);
            let all = asked.limit == 7 && self.is_older();
            let pages = if all { usize::MAX } else { PAGES };
            for (number, page) in expected.chunks(asked.limit).chain(none).take(pages).enumerate() {
                let pairs = asked.pairs(after.as_deref());
                let context = || format!("{name}, seed {}, page {number} of {pairs:?}", self.seed);
                let query = Query::parse(&self.collection.target(), &pairs)
                    .unwrap_or_else(|faults| panic!("{}: {faults:?}", context()));
                let batch = self.page(&**store, &query).await;
                let ids = |texts: &[&str]| texts.iter().map(|text| id(text).to_owned()).collect::<Vec<_>>();
                let found: Vec<&str> = batch.documents.iter().map(String::as_str).collect();
                assert_eq!(ids(&found), ids(page), "{}", context());
                assert_eq!(found, page, "{}", context());
                assert_eq!(batch.more, (number + 1) * asked.limit < expected.len(), "{}", context());
                if number == 0 && asked.limit < 10 {
                    let total = store.count(&self.collection, query.filter.clone(), NOW).await.expect("ok");
                    assert_eq!(usize::try_from(total).expect("ok"), expected.len(), "{}", context());
                }
                let last = found.last().map(|last| serde_json::from_str(last).expect("JSON"));
                after = last.map(|last| cursor(&query, &query.order.place(&last)));
                self.counts.pages.fetch_add(1, Relaxed);
                self.counts.found.fetch_add(found.len(), Relaxed);
            }
        }
    }

    /// The streams of changes ask documents in memory.
    fn compare_in_memory(&self, asked: &Asked, documents: &[(Value, String)]) {
        let pairs = asked.pairs(None);
        let query = Query::parse(&self.collection.target(), &pairs).expect("a query");
        let meant = asked.meant();
        for (document, text) in documents {
            let expected = meant.holds(document);
            assert_eq!(query.filter.holds(document), expected, "seed {}, {pairs:?}, {text}", self.seed);
        }
    }

    async fn page(&self, store: &dyn Store, query: &Query) -> Batch {
        let selection = Selection {
            filter: query.filter.clone(),
            order: query.order.clone(),
            projection: None,
            limit: query.limit,
        };
        let page = keyset::list(store, &self.collection, &selection, start(query).as_ref(), NOW).await;
        page.unwrap_or_else(|error| panic!("{}: {error}", query.filter))
    }
}

/// The id of a document, which is what its text begins with.
fn id(text: &str) -> &str {
    text.split('"').nth(3).expect("an id")
}
