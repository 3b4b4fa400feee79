//! Documents of a collection with `max_age` are served from memory: without the store, never too old, never to the wrong.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    http,
    store::Mongod,
};

/// Seconds that a notice may be kept: ten times what a stalled machine may take for what must happen before.
const MAX_AGE: u64 = 15;

const READER: &str = "notices:read";
const WRITER: &str = "notices:read notices:write";

/// Two replicas on a MongoDB of the test's own, with one collection.
struct Office {
    mongod: Mongod,
    stack: Stack,
    _directory: tempfile::TempDir,
}

impl Office {
    async fn open() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let collections = directory.path().join("collections");
        std::fs::create_dir(&collections).expect("a directory can be made");
        let definition = json!({
            "name": "notices",
            "schema": {"type": "object", "properties": {"n": {"type": "integer"}, "text": {"type": "string"}, "source": {"type": "string"}}},
            "access": {"hidden": {"source": "notices:source"}},
            "max_age": MAX_AGE,
        });
        std::fs::write(collections.join("notices.json"), definition.to_string()).expect("written");
        let mongod = Mongod::start(directory.path()).await;
        let settings = [("RESOURCE__COLLECTIONS__DIR", collections.to_str().expect("UTF-8"))];
        let stack = Stack::replicated_on(&mongod.url(), &settings).await;
        Self { mongod, stack, _directory: directory }
    }

    async fn insert(&self) -> String {
        let writer = self.stack.bearer_of("ada", &format!("{WRITER} notices:source"));
        let made = writer.insert("notices", &json!({"n": 0, "text": "open", "source": "S-9"})).await;
        format!("/api/notices/{}", made["_id"].as_str().expect("an id"))
    }

    /// A request to one replica.
    fn request(&self, replica: usize, method: Method, path: &str, caller: &Caller<'_>) -> RequestBuilder {
        let url = format!("{}{path}", self.stack.resource[replica].base);
        http().request(method, url).bearer_auth(caller.token.as_deref().expect("a token"))
    }

    /// Returns once the first replica receives what is written on the other: the document has changed by then.
    async fn until_followed(&self, path: &str, reader: &Caller<'_>) {
        let writer = self.stack.bearer_of("ada", WRITER);
        for round in 1..60 {
            let copy = self.get(0, path, reader).await;
            let written =
                send(self.request(1, Method::PATCH, path, &writer).json(&json!({"n": round}))).await;
            assert_eq!(written.status, 200, "{written:?}");
            let since = Instant::now();
            while since.elapsed() < Duration::from_secs(1) {
                let read = self.get(0, path, reader).await;
                // The copy was too young to have been dropped for its age.
                if n(&read) == round && age(&copy) < MAX_AGE / 2 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        panic!("changes are not followed");
    }

    async fn get(&self, replica: usize, path: &str, caller: &Caller<'_>) -> Reply {
        send(self.request(replica, Method::GET, path, caller)).await
    }
}

fn n(reply: &Reply) -> i64 {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["n"].as_i64().expect("n")
}

/// The seconds since a document was read from the store.
fn age(reply: &Reply) -> u64 {
    match reply.header("age") {
        "" => 0,
        seconds => seconds.parse().expect("seconds"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hot_document_needs_no_store_and_is_no_older_than_its_collection_allows() {
    let office = Office::open().await;
    let path = office.insert().await;
    let reader = office.stack.bearer_of("eve", READER);
    office.until_followed(&path, &reader).await;
    let asked = Instant::now();
    let first = office.get(0, &path, &reader).await;
    assert_eq!(first.header("cache-control"), format!("private, max-age={MAX_AGE}"));
    let (answered, written) = (Instant::now(), n(&first));
    // The copy was read between these two; `Age` is rounded up to whole seconds.
    let before = |at: Instant, seconds| {
        at.checked_sub(Duration::from_secs(seconds)).expect("a machine that runs longer")
    };
    let (oldest, youngest) = (before(asked, age(&first)), before(answered, age(&first).saturating_sub(1)));
    office.mongod.signal("STOP");
    for _ in 0..5 {
        // An answer is proof: the store gives none.
        let hot = office.get(0, &path, &reader).await;
        assert_eq!(n(&hot), written);
        assert!(age(&hot) <= oldest.elapsed().as_secs() + 1, "{hot:?} after {:?}", oldest.elapsed());
        // What each caller may see is decided with every answer.
        assert_eq!(hot.json().get("source"), None);
        let trusted = office.stack.bearer_of("max", "notices:read notices:source");
        assert_eq!(office.get(0, &path, &trusted).await.json()["source"], "S-9");
        let stranger = office.stack.bearer_of("mallory", "calculations:read");
        assert_eq!(office.get(0, &path, &stranger).await.status, 403);
        let fresh =
            office.request(0, Method::GET, &path, &reader).header("If-None-Match", first.header("etag"));
        assert_eq!(send(fresh).await.status, 304);
    }
    loop {
        let asked = youngest.elapsed();
        let reply = office.get(0, &path, &reader).await;
        if reply.status == 503 {
            assert!(oldest.elapsed() >= Duration::from_secs(MAX_AGE), "a copy is kept as long as it may be");
            break;
        }
        assert_eq!(n(&reply), written);
        assert!(asked < Duration::from_secs(MAX_AGE), "a copy that is too old is shown after {asked:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    office.mongod.signal("CONT");
    office.stack.resource[0].until_readiness(200).await;
    assert_eq!(n(&office.get(0, &path, &reader).await), written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_reads_what_they_wrote_on_every_replica_and_others_soon_do() {
    let office = Office::open().await;
    let path = office.insert().await;
    let (reader, writer) = (office.stack.bearer_of("eve", READER), office.stack.bearer_of("ada", WRITER));
    for round in 1..=20 {
        for replica in [0, 1] {
            assert_eq!(office.get(replica, &path, &reader).await.status, 200);
        }
        let (one, other) = (round % 2, (round + 1) % 2);
        let change: Value = json!({"n": round});
        let written = office.request(one, Method::PATCH, &path, &writer).json(&change);
        assert_eq!(send(written).await.status, 200);
        let round = i64::try_from(round).expect("small");
        assert_eq!(n(&office.get(other, &path, &writer).await), round, "the writer, elsewhere");
        assert_eq!(n(&office.get(one, &path, &reader).await), round, "anybody, where it was written");
        let asked = office.request(other, Method::GET, &path, &reader).header("Cache-Control", "no-cache");
        assert_eq!(n(&send(asked).await), round, "a caller who accepts no copy");
    }
    let removed = office.request(0, Method::DELETE, &path, &writer);
    assert_eq!(send(removed).await.status, 204);
    assert_eq!(office.get(0, &path, &reader).await.status, 404);
    let since = Instant::now();
    loop {
        let asked = since.elapsed();
        if office.get(1, &path, &reader).await.status == 404 {
            break;
        }
        assert!(asked < Duration::from_secs(MAX_AGE), "a removed document is shown for {asked:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
