//! Read, hot read, list and insert, each beside the same done by actix-web and the driver alone, in one run on one MongoDB;
//! lists also where no two callers ask for the same. Then read, list and insert with MongoDB at a distance, of one caller and
//! of eight.
//!
//! `cargo build --release --workspace && cargo bench --workspace --bench requests`, with `TESSERA_TEST_MONGO` naming a
//! replica set. Machines are shared: compare what one run printed.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot be set up has nothing to say")]
#![allow(clippy::print_stdout, reason = "it is there to print")]
#![allow(
    clippy::disallowed_methods,
    reason = "it measures the machine's own time, and the environment says where MongoDB is"
)]

mod bare;
mod distance;
#[allow(dead_code, reason = "identity uses more of it")]
#[path = "../identity/load.rs"]
mod load;
#[allow(dead_code, unused_macros, unused_imports, reason = "the tests use more of it")]
#[path = "../../it/support/mod.rs"]
mod support;

use std::{sync::Arc, time::Duration};

use hyper::{
    Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use mongodb::bson::{Document, serialize_to_document};
use serde_json::{Value, json};

use load::{Connection, Figures, Worker, closed, median};
use support::{Stack, store};

const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 5;
const CONNECTIONS: usize = 32;

/// The documents that a list is taken from.
const STORED: i32 = 1000;

/// A calculation as programs send it: some 600 bytes.
fn calculation(n: i32) -> Value {
    json!({
        "name": format!("run {n}"),
        "code": {"name": "vasp", "version": "6.4.2"},
        "status": if n % 10 == 0 { "failed" } else { "finished" },
        "method": "PBE",
        "parameters": {"n": n, "cutoff_eV": 520, "kpoints": [6, 6, 6], "smearing": {"kind": "gaussian", "width": 0.05}},
        "results": {"energy": {"value": -10.0 - f64::from(n) * 1e-6, "unit": "eV"}, "gap": {"value": 1.1, "unit": "eV"}},
        "started_at": "2026-01-31T12:00:00Z",
        "host": format!("node{:03}", n % 100),
        "tags": ["bulk", "pbe"],
    })
}

/// Sends the same request again and again, to one path after the other.
struct Same {
    connection: Connection,
    method: &'static str,
    paths: Arc<[String]>,
    sent: usize,
    token: Option<String>,
    body: String,
}

impl Worker for Same {
    async fn work(&mut self) -> bool {
        let path = &self.paths[self.sent % self.paths.len()];
        self.sent += 1;
        let mut request = Request::builder().method(self.method).uri(path);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if !self.body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let answer = self.connection.send(request, self.body.clone()).await;
        answer.is_some_and(|answer| answer.status().is_success())
    }
}

async fn load(
    base: &str,
    method: &'static str,
    paths: &[String],
    token: Option<&String>,
    body: &str,
    connections: usize,
) -> Figures {
    let opened = Connection::several(base, connections).await;
    let paths: Arc<[String]> = paths.into();
    let same = |(at, connection)| Same {
        connection,
        method,
        paths: Arc::clone(&paths),
        // No two connections ask for the same document at a time.
        sent: at * paths.len() / connections,
        token: token.cloned(),
        body: body.to_owned(),
    };
    closed(opened.into_iter().enumerate().map(same).collect(), ROUND).await
}

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let definition = include_str!("../../../resource-service/collections/calculations.json");
    let mut hot: Value = serde_json::from_str(definition).expect("JSON");
    hot["name"] = json!("hot");
    hot["max_age"] = json!(60);
    for (file, text) in [("calculations.json", definition.to_owned()), ("hot.json", hot.to_string())] {
        std::fs::write(directory.path().join(file), text).expect("a file can be written");
    }
    let settings = [("RESOURCE__COLLECTIONS__DIR", directory.path().to_str().expect("UTF-8"))];
    let stack = Stack::replicated_with(&settings).await;
    let ours = stack.resource[0].base.clone();
    let scientist = stack.scientist().await;
    let writer = scientist.token.clone().expect("a token");
    // Long-lived, as one measure takes minutes: a reader of the hot collection, and one who fills it.
    let filler = stack.bearer_of("bench", "hot:write hot:read");
    let kept = filler.insert("hot", &calculation(0)).await;

    let database = store::client(&store::shared()).await.database("tessera_it_bench_documents");
    database.drop().await.expect("an empty database");
    let mut ids = Vec::new();
    for n in 0..STORED {
        let made = scientist.insert("calculations", &calculation(n)).await;
        let same = serialize_to_document(&made).expect("BSON");
        ids.push(same.get_str("_id").expect("an id").to_owned());
        database.collection::<Document>("calculations").insert_one(same).await.expect("stored");
    }
    let paths = |place: &str| -> Vec<String> { ids.iter().map(|id| format!("{place}/{id}")).collect() };
    let theirs = bare::serve(&database);
    let body = calculation(7).to_string();
    let token = Some(&writer);
    let kept = [format!("/api/hot/{}", kept["_id"].as_str().expect("an id"))];
    let (bare_documents, documents) = (["/documents".to_owned()], ["/api/calculations".to_owned()]);
    let list_path = ["/api/calculations?limit=20".to_owned()];
    // The same page, and never the same question.
    let different: Vec<String> =
        (0..STORED).map(|n| format!("/api/calculations?limit=20&_id[gte]=00{n:04}")).collect();
    let mut ratios: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        let read = load(&theirs, "GET", &paths("/documents"), None, "", CONNECTIONS).await;
        let our_read = load(&ours, "GET", &paths("/api/calculations"), token, "", CONNECTIONS).await;
        let reader = stack.bearer_of("eve", "hot:read").token;
        let hot = load(&ours, "GET", &kept, reader.as_ref(), "", CONNECTIONS).await;
        let list = load(&theirs, "GET", &bare_documents, None, "", CONNECTIONS).await;
        let our_list = load(&ours, "GET", &list_path, token, "", CONNECTIONS).await;
        let our_lists = load(&ours, "GET", &different, token, "", CONNECTIONS).await;
        let insert = load(&theirs, "POST", &bare_documents, None, &body, CONNECTIONS).await;
        let our_insert = load(&ours, "POST", &documents, token, &body, CONNECTIONS).await;
        for (name, figures) in [
            ("bare read", &read),
            ("read", &our_read),
            ("hot read", &hot),
            ("bare list of 20", &list),
            ("list of 20", &our_list),
            ("different lists", &our_lists),
            ("bare insert", &insert),
            ("insert", &our_insert),
        ] {
            println!("{name:16} {figures}");
        }
        for (ratios, (our, bare)) in ratios.iter_mut().zip([
            (&our_read, &read),
            (&hot, &read),
            (&our_list, &list),
            (&our_lists, &list),
            (&our_insert, &insert),
        ]) {
            ratios.push(our.rate() / bare.rate());
        }
    }
    for (name, (mut ratios, asked)) in ["read", "hot read", "list of 20", "different lists", "insert"]
        .into_iter()
        .zip(ratios.into_iter().zip([2.0, 5.0, 1.5, 1.3, 1.6]))
    {
        println!("{name} is {:.2} of bare (median of {ROUNDS}; asked: {asked})", median(&mut ratios));
    }
    distance::measure(&calculation(7)).await;
}
