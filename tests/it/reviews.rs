//! Reviews that are requested and given, the queue they make, and the difference between the revisions reviewed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Stack,
    caller::{Caller, send},
    on_both_stores,
};

on_both_stores!(
    a_request_is_given_once_though_many_give_it_at_the_same_time,
    a_queue_is_read_page_by_page_and_a_review_begins_with_a_difference,
);

fn calculation(quorum: Option<u8>) -> Value {
    let mut body = json!({"name": "Si", "code": {"name": "siesta"}, "status": "running"});
    if let Some(quorum) = quorum {
        body["quorum"] = quorum.into();
    }
    body
}

fn id_of(document: &Value) -> String {
    document["_id"].as_str().expect("an id").to_owned()
}

async fn a_request_is_given_once_though_many_give_it_at_the_same_time(stack: Stack) {
    let (ada, ben, eve) = (stack.scientist().await, stack.scientist().await, stack.scientist().await);
    let calculation = id_of(&ada.insert("calculations", &calculation(None)).await);
    for round in 0..10 {
        let request = ada.insert("reviews", &json!({"calculation": calculation})).await;
        assert_eq!((&request["state"], &request["revision"]), (&json!("requested"), &json!(1)));
        let path = format!("/api/reviews/{}", id_of(&request));
        let give = async |caller: &Caller<'_>, verdict: &str| {
            // The revision that was read is named in every other round.
            let mut change =
                caller.request(Method::PATCH, &path).header("Content-Type", "application/merge-patch+json");
            if round % 2 == 0 {
                change = change.header("If-Match", "\"1\"");
            }
            send(change.body(json!({"verdict": verdict}).to_string())).await
        };
        let (one, other) = tokio::join!(give(&ben, "approve"), give(&eve, "reject"));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        // Without If-Match the later of the two may find the verdict that the earlier one gave: that is not theirs.
        let late = if round % 2 == 0 { &[412][..] } else { &[403, 412] };
        assert!(statuses[0] == 200 && late.contains(&statuses[1]), "{one:?} {other:?}");
        let kept = ada.get(&path).await.json();
        let expected = if one.status == 200 { one.json() } else { other.json() };
        assert_eq!((&kept["verdict"], &kept["given_by"]), (&expected["verdict"], &expected["given_by"]));
    }
    let verdicts = ada.get(&format!("/api/calculations/{calculation}/verdicts")).await.json();
    let people = verdicts["items"].as_array().expect("items").len();
    assert!((1..=2).contains(&people), "the latest of each person: {verdicts}");
}

/// The queue, read in pages of one.
async fn waiting(caller: &Caller<'_>, filter: &str) -> Vec<(Value, String)> {
    let (mut told, mut after) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("/api/reviews/queue?limit=1{filter}{after}")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        for item in page["items"].as_array().expect("items") {
            told.push((item["reason"].clone(), id_of(&item["calculation"])));
        }
        let Some(next) = page["next"].as_str() else { return told };
        after = format!("&after={next}");
    }
}

async fn a_queue_is_read_page_by_page_and_a_review_begins_with_a_difference(stack: Stack) {
    let (ada, ben) = (stack.scientist().await, stack.scientist().await);
    let me = ben.get("/auth/users/me").await.json()["id"].clone();
    let mut ids = Vec::new();
    for quorum in [Some(2), None, Some(20), None] {
        ids.push(id_of(&ada.insert("calculations", &calculation(quorum)).await));
    }
    ada.insert("reviews", &json!({"calculation": ids[1], "assignee": me})).await;
    ada.insert("reviews", &json!({"calculation": ids[3]})).await;
    ben.insert("reviews", &json!({"calculation": ids[3], "revision": 1, "verdict": "approve"})).await;
    assert_eq!(
        ada.patch(&format!("/api/calculations/{}", ids[3]), &json!({"status": "failed"})).await.status,
        200
    );
    let expected = [("stale", 3), ("quorum", 0), ("quorum", 2), ("requested", 1)];
    for chosen in ["", "stale", "requested", "quorum", "quorum,stale", "stale,requested,quorum"] {
        let filter = if chosen.is_empty() { String::new() } else { format!("&reason={chosen}") };
        let told = waiting(&ben, &filter).await;
        let expected = expected.iter().filter(|(reason, _)| chosen.is_empty() || chosen.contains(reason));
        let expected: Vec<_> = expected.map(|(reason, at)| (json!(reason), ids[*at].clone())).collect();
        assert_eq!(told, expected, "{chosen}");
    }
    let page = ben.get("/api/reviews/queue?limit=1&reason=quorum").await.json();
    let next = page["next"].as_str().expect("more");
    for other in ["", "&reason=quorum,stale"] {
        let refused = ben.get(&format!("/api/reviews/queue?limit=1{other}&after={next}")).await;
        assert_eq!((refused.status, refused.faults()), (422, vec!["after".to_owned()]), "{other}");
    }
    assert_eq!(ada.get("/api/reviews/queue").await.json()["items"], json!([]), "her own");
    let diff = ben.get(&format!("/api/calculations/{}/versions/diff?from=1", ids[3])).await.json();
    let change = json!({"op": "replace", "path": "/status", "value": "failed"});
    assert_eq!(diff, json!({"from": 1, "to": 2, "diff": [change]}));
    ben.insert("reviews", &json!({"calculation": ids[0], "revision": 1, "verdict": "rerun"})).await;
    let verdicts = ada.get(&format!("/api/calculations/{}/verdicts", ids[0])).await.json();
    assert_eq!((&verdicts["items"][0]["by"], &verdicts["reached"]), (&me, &json!(false)), "{verdicts}");
}
