//! A stream of changes while MongoDB loses its primary: nothing acknowledged is missing, nothing comes twice.

use std::{collections::BTreeSet, time::Duration};

use serde_json::json;
use tokio::{sync::watch, time::sleep};

use crate::support::{Stack, events::Events, http, stack::KID, store::ReplicaSet};

/// How many changes a reader takes from one replica before it continues at the other.
const TURN: usize = 25;
/// How many documents are stored before the primary is lost, and how many before it is back.
const STRIDE: usize = 30;
/// The number of the last document.
const END: i64 = -1;

/// Stores documents, numbered on, through one replica after the other, until it is stopped; a document whose
/// answer was lost may have been stored or not. Prints how many were acknowledged, and returns their numbers.
async fn write(
    bases: Vec<String>,
    token: String,
    stored: watch::Sender<usize>,
    stop: watch::Receiver<bool>,
) -> BTreeSet<i64> {
    let http = http();
    let mut acknowledged = BTreeSet::new();
    for n in 0.. {
        let last = *stop.borrow();
        let number = if last { END } else { n };
        let base = &bases[usize::try_from(n).expect("positive") % bases.len()];
        let document =
            json!({"name": "n", "code": {"name": "vasp"}, "status": "planned", "parameters": {"n": number}});
        let request = http.post(format!("{base}/api/calculations")).bearer_auth(&token).json(&document);
        match request.send().await {
            Ok(answer) if answer.status() == 201 => {
                acknowledged.insert(number);
                stored.send_replace(acknowledged.len());
                if last {
                    break;
                }
            }
            Ok(answer) => assert_eq!(answer.status(), 503, "{:?}", answer.text().await),
            Err(error) => panic!("a replica is gone: {error}"),
        }
        sleep(Duration::from_millis(5)).await;
    }
    acknowledged
}

/// Follows the changes to the last document, now at one replica, now at the other. Returns the numbers in order.
async fn read(bases: Vec<String>, token: String, mut last_id: String) -> Vec<i64> {
    let http = http();
    let mut numbers = Vec::new();
    for turn in 0.. {
        let request = http.get(format!("{}/api/calculations/changes", bases[turn % bases.len()]));
        let request = request.bearer_auth(&token).header("Last-Event-ID", &last_id);
        let answer = request.send().await.expect("an answer");
        if answer.status() == 503 {
            sleep(Duration::from_millis(100)).await;
            continue;
        }
        assert_eq!(answer.status(), 200, "{:?}", answer.text().await);
        let Some(mut events) = Events::greeted(answer).await else { continue };
        for _ in 0..TURN {
            let Some(event) = events.next().await.filter(|event| event.name != "end") else { break };
            assert_eq!(event.name, "insert", "{event:?}");
            let number = event.data["document"]["parameters"]["n"].as_i64().expect("a number");
            numbers.push(number);
            if number == END {
                return numbers;
            }
        }
        last_id = events.last_id;
    }
    numbers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_change_is_told_once_while_the_primary_is_lost_again_and_again() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut set = ReplicaSet::start(directory.path()).await;
    let stack = Stack::replicated_on(&set.url(), &[]).await;
    let mut claims = Stack::claims("ada", "calculations:read calculations:write");
    claims["exp"] = json!(claims["iat"].as_i64().expect("a time") + 600);
    let token = stack.forge(&json!({"alg": "HS256", "kid": KID, "typ": "at+jwt"}), &claims);
    let bases: Vec<String> = stack.resource.iter().map(|process| process.base.clone()).collect();
    let first = http().get(format!("{}/api/calculations/changes", bases[0])).bearer_auth(&token);
    let start = Events::open(first).await.last_id;

    let (stop, stopped) = watch::channel(false);
    let (stored, mut progress) = watch::channel(0);
    let writer = tokio::spawn(write(bases.clone(), token.clone(), stored, stopped));
    // One goes back and forth between the replicas, one stays, one begins when all is over.
    let wanderer = tokio::spawn(read(bases.clone(), token.clone(), start.clone()));
    let stayer = tokio::spawn(read(bases[..1].to_vec(), token.clone(), start.clone()));
    for round in 0..3 {
        progress.wait_for(|stored| *stored >= (2 * round + 1) * STRIDE).await.expect("the writer continues");
        let lost = set.kill_primary().await;
        progress.wait_for(|stored| *stored >= (2 * round + 2) * STRIDE).await.expect("the writer continues");
        set.resume(lost);
    }
    stop.send_replace(true);
    let acknowledged = writer.await.expect("the writer ends");
    let (wanderer, stayer) = (wanderer.await.expect("an end"), stayer.await.expect("an end"));
    let late = read(bases, token, start).await;

    let received: BTreeSet<i64> = wanderer.iter().copied().collect();
    assert_eq!(received.len(), wanderer.len(), "nothing comes twice");
    let missing: Vec<_> = acknowledged.difference(&received).collect();
    assert!(missing.is_empty(), "missing of {}: {missing:?}", acknowledged.len());
    assert_eq!(wanderer, stayer, "all receive the same in the same order");
    assert_eq!(wanderer, late, "now and later");
}
