//! What a bulk insert through the service reaches of what the driver alone does, in one run on one MongoDB.
//!
//! `cargo build --release --workspace && cargo bench -p tests --bench bulk`, with `TESSERA_TEST_MONGO` naming a
//! replica set. Machines are shared: compare what one run printed.

#![allow(clippy::expect_used, clippy::panic, reason = "a benchmark that cannot be set up has nothing to say")]
#![allow(clippy::print_stdout, reason = "it is there to print")]
#![allow(
    clippy::disallowed_methods,
    reason = "it measures the machine's own time, and the environment says where MongoDB is"
)]

#[allow(dead_code, unused_macros, unused_imports, reason = "the tests use more of it")]
#[path = "../../it/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use mongodb::{
    Database, IndexModel,
    bson::{Document, doc},
    options::{Acknowledgment, WriteConcern},
};
use serde_json::json;
use support::{Stack, upload::Upload};

const DOCUMENTS: u32 = 100_000;
const ROUNDS: usize = 5;
/// Lines that are sent at a time.
const PIECE: usize = 100;

fn energy(n: u32) -> f64 {
    -1.1 - f64::from(n) * 1e-6
}

fn line(n: u32) -> String {
    let document = json!({
        "name": format!("H2 {n}"), "code": {"name": "psi4", "version": "1.9"}, "status": "finished",
        "method": "scf", "results": {"energy": {"value": energy(n), "unit": "Ha"}}, "tags": ["a", "b"],
    });
    document.to_string() + "\n"
}

/// The same document as the service stores it.
fn stored(n: u32) -> Document {
    let now = "2026-01-31T12:00:00.000Z";
    doc! {
        "_id": uuid::Uuid::now_v7().to_string(), "_revision": 1_i64, "_created_at": now, "_updated_at": now, "_owner": "ada",
        "name": format!("H2 {n}"), "code": { "name": "psi4", "version": "1.9" }, "status": "finished",
        "method": "scf", "results": { "energy": { "value": energy(n), "unit": "Ha" } }, "tags": ["a", "b"],
    }
}

/// What the service's own collection has.
async fn index(database: &Database) {
    let keys = [
        doc! { "_created_at": -1, "_id": 1 },
        doc! { "status": 1, "_created_at": -1, "_id": 1 },
        doc! { "code.name": 1, "_created_at": -1, "_id": 1 },
        doc! { "name": 1, "_id": 1 },
    ];
    let models = keys.map(|keys| IndexModel::builder().keys(keys).build());
    database.collection::<Document>("calculations").create_indexes(models).await.expect("indexes");
}

async fn by_the_driver(database: &Database, documents: &[Document]) -> Duration {
    let fresh: Vec<Document> = documents
        .iter()
        .map(|document| {
            let mut document = document.clone();
            document.insert("_id", uuid::Uuid::now_v7().to_string());
            document
        })
        .collect();
    let begun = Instant::now();
    let done = database.collection::<Document>("calculations").insert_many(fresh).ordered(false).await;
    assert_eq!(done.expect("a bulk insert").inserted_ids.len(), DOCUMENTS as usize);
    begun.elapsed()
}

async fn by_the_service(stack: &Stack, token: &str, pieces: &[String]) -> Duration {
    let begun = Instant::now();
    let mut upload = Upload::begin(&stack.resource[0].base, "/api/calculations", token).await;
    for piece in pieces {
        assert!(upload.send(piece).await, "the service stopped reading");
    }
    let outcome = upload.finish().await;
    assert_eq!((outcome.stored, outcome.whole), (DOCUMENTS as usize, true), "{:?}", outcome.refused.first());
    begun.elapsed()
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

#[tokio::main]
async fn main() {
    let lines: Vec<String> = (0..DOCUMENTS).map(line).collect();
    let pieces: Vec<String> = lines.chunks(PIECE).map(<[String]>::concat).collect();
    let documents: Vec<Document> = (0..DOCUMENTS).map(stored).collect();
    let url = std::env::var("TESSERA_TEST_MONGO").expect("TESSERA_TEST_MONGO names a replica set");
    let mut options = mongodb::options::ClientOptions::parse(&url).await.expect("a URL");
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
    let client = mongodb::Client::with_options(options).expect("a client");
    let bare = client.database(&format!("tessera_bench_{}", uuid::Uuid::new_v4().simple()));
    index(&bare).await;

    for (name, stack) in [("MongoDB", Stack::replicated().await), ("SQLite", Stack::embedded().await)] {
        let idle = stack.resource[0].peak() / 1024;
        let (mut driver, mut service) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let first = (name == "MongoDB").then_some(by_the_driver(&bare, &documents));
            let first = match first {
                Some(running) => running.await,
                None => Duration::ZERO,
            };
            // The tokens of tests are short-lived.
            let token = stack.bearer_of("ada", "calculations:write").token.expect("a token");
            let second = by_the_service(&stack, &token, &pieces).await;
            // The first round warms up.
            if round > 0 {
                println!("{name} round {round}: driver {first:.2?}, service {second:.2?}");
                driver.push(first);
                service.push(second);
            }
        }
        let documents = f64::from(DOCUMENTS);
        let (driver, service) = (median(&mut driver), median(&mut service));
        let peak = stack.resource[0].peak() / 1024;
        println!(
            "{name}: {:.0} documents/s through the service; {:.2}x of the driver alone ({:.0}/s); memory {} -> {} MiB at most",
            documents / service,
            driver / service,
            documents / driver,
            idle / 1024,
            peak / 1024,
        );
    }
    bare.drop().await.expect("the database can be dropped");
}
