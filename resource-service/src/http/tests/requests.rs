//! Reviews that are requested, given and taken back, and the queue that they make.

use super::*;

const SCOPE: &str = "calculations:read calculations:write reviews:read reviews:write";

async fn send(api: &Api, who: &str, method: &str, path: &str, body: &Value) -> Response {
    let scope = if who == "root" { "*" } else { SCOPE };
    api.send(request(method, path, who, scope).set_json(body)).await
}

async fn queue(api: &Api, who: &str, query: &str) -> Value {
    let answer = api.send(request("GET", &format!("/api/reviews/queue{query}"), who, SCOPE)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

/// Reason and calculation of each item.
fn told(queue: &Value) -> Vec<(String, String)> {
    let items = queue["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    items.map(|item| (text(&item["reason"]), text(&item["calculation"]["_id"]))).collect()
}

/// A calculation of root's, which asks for so many verdicts.
async fn calculated(api: &Api, quorum: Option<i64>) -> String {
    let mut body = calculation();
    if let Some(quorum) = quorum {
        body["quorum"] = quorum.into();
    }
    let made = send(api, "root", "POST", "/api/calculations", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    // Each has a time of its own.
    api.clock.advance(std::time::Duration::from_millis(10));
    made.id().to_owned()
}

async fn reviewed(api: &Api, who: &str, body: &Value) -> String {
    let made = send(api, who, "POST", "/api/reviews", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    api.clock.advance(std::time::Duration::from_millis(10));
    made.id().to_owned()
}

async fn changed(api: &Api, calculation: &str, host: &str) {
    let path = format!("/api/calculations/{calculation}");
    assert_eq!(send(api, "root", "PATCH", &path, &json!({"host": host})).await.status, 200);
}

#[actix_web::test]
async fn a_request_is_made_given_and_taken_back() {
    let api = Api::shipped().await;
    let id = calculated(&api, None).await;
    changed(&api, &id, "n1").await;
    let sent = json!({"calculation": id, "assignee": "ben", "comment": "please"});
    let made = send(&api, "ada", "POST", "/api/reviews", &sent).await;
    assert_eq!((made.status, &made.body["revision"]), (201, &json!(2)), "{}", made.text);
    assert_eq!((&made.body["state"], &made.body["requested_by"]), (&json!("requested"), &json!("ada")));
    let path = format!("/api/reviews/{}", made.id());
    changed(&api, &id, "n2").await;
    let verdict = json!({"verdict": "approve", "revision": 3, "comment": "fine"});
    for other in ["ada", "eve"] {
        let refused = send(&api, other, "PATCH", &path, &verdict).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{}", refused.text);
        assert!(refused.headers.get(WWW_AUTHENTICATE).unwrap().to_str().unwrap().contains("reviews:admin"));
        assert!(refused.detail().contains("assignee"), "{}", refused.text);
    }
    let given = send(&api, "ben", "PATCH", &path, &verdict).await;
    assert_eq!((given.status, &given.body["state"]), (200, &json!("given")), "{}", given.text);
    assert_eq!((&given.body["given_by"], &given.body["revision"]), (&json!("ben"), &json!(3)));
    assert_eq!(given.body["requested_by"], "ada");
    let mine = json!([{"op": "replace", "path": "/verdict", "value": "reject"}]);
    let by_patch = |who: &'static str, operations: &Value| {
        let patch = request("PATCH", &path, who, SCOPE).set_json(operations);
        patch.insert_header(("content-type", "application/json-patch+json"))
    };
    assert_eq!(api.send(by_patch("ada", &mine)).await.code(), (403, "insufficient_scope"));
    let whole = json!({"calculation": id, "revision": 3, "verdict": "reject"});
    assert_eq!(send(&api, "ada", "PUT", &path, &whole).await.code(), (403, "insufficient_scope"));
    assert_eq!(send(&api, "ada", "DELETE", &path, &json!(null)).await.code(), (403, "insufficient_scope"));
    assert_eq!(api.send(by_patch("ben", &mine)).await.body["verdict"], "reject");
    let forged = json!([{"op": "replace", "path": "/given_by", "value": "eve"}]);
    assert_eq!(api.send(by_patch("ben", &forged)).await.faults(), [("/given_by".into(), "readOnly".into())]);
    let replaced = send(&api, "ben", "PUT", &path, &whole).await;
    assert_eq!((replaced.status, &replaced.body["requested_by"]), (200, &json!("ada")), "{}", replaced.text);
    let undone = send(&api, "ben", "PATCH", &path, &json!({"verdict": null, "state": "requested"})).await;
    assert_eq!((undone.status, &undone.body["state"]), (200, &json!("requested")), "{}", undone.text);
    assert!(
        undone.body.get("given_by").is_none() && undone.body.get("given_at").is_none(),
        "{}",
        undone.text
    );
    let by_root = send(&api, "root", "PATCH", &path, &json!({"verdict": "rerun"})).await;
    assert_eq!((by_root.status, &by_root.body["given_by"]), (200, &json!("root")), "{}", by_root.text);
    assert_eq!(send(&api, "root", "DELETE", &path, &json!(null)).await.status, 204);
}

#[actix_web::test]
async fn every_way_of_adding_reviews_obeys_the_same_rules() {
    let api = Api::shipped().await;
    let id = calculated(&api, None).await;
    let request_of = json!({"calculation": id});
    let odd = json!({"calculation": id, "state": "given", "revision": 1});
    let theirs = json!({"calculation": id, "revision": 1, "verdict": "reject", "assignee": "ben"});
    let forged = json!({"calculation": id, "revision": 1, "verdict": "reject", "given_by": "ben"});
    let unbound = json!({"calculation": id, "verdict": "reject"});
    let nowhere = json!({"calculation": "nowhere"});
    let all = json!([request_of, odd, theirs, forged, unbound, nowhere]);
    let statuses = [201, 422, 403, 422, 422, 422];
    let many = send(&api, "ada", "POST", "/api/reviews", &all).await;
    let got: Vec<_> =
        many.body["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(got, statuses, "{}", many.text);
    for (one, status) in all.as_array().unwrap().iter().zip(statuses) {
        let answer = send(&api, "ada", "POST", "/api/reviews", one).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    let lines = all.as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let stream = request("POST", "/api/reviews", "ada", SCOPE).set_payload(lines);
    let stream = api.send(stream.insert_header(("content-type", "application/x-ndjson"))).await;
    let got: Vec<_> = stream
        .text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).unwrap().get("status").cloned())
        .collect();
    assert_eq!(got, statuses, "{}", stream.text);
    let none = send(&api, "ada", "POST", "/api/reviews?atomic=true", &json!([request_of, odd])).await;
    assert_eq!((none.status, none.faults()), (422, vec![("/1/verdict".into(), "required".into())]));
    let both = send(&api, "ada", "POST", "/api/reviews?atomic=true", &json!([request_of, request_of])).await;
    assert_eq!(both.status, 201, "{}", both.text);
    let stored =
        send(&api, "ada", "GET", "/api/reviews?state=requested&revision=1&requested_by=ada", &json!(null))
            .await;
    assert_eq!(stored.body["items"].as_array().map(Vec::len), Some(5), "{}", stored.text);
}

#[actix_web::test]
async fn a_queue_has_each_calculation_once_what_is_stale_first_and_then_the_oldest() {
    let api = Api::shipped().await;
    let (first, second) = (calculated(&api, Some(2)).await, calculated(&api, None).await);
    let (third, fourth) = (calculated(&api, None).await, calculated(&api, Some(1)).await);
    reviewed(&api, "ada", &json!({"calculation": third, "revision": 1, "verdict": "approve"})).await;
    let asked = reviewed(&api, "eve", &json!({"calculation": second, "comment": "look"})).await;
    reviewed(&api, "eve", &json!({"calculation": second, "assignee": "ada"})).await;
    reviewed(&api, "eve", &json!({"calculation": third, "assignee": "ada"})).await;
    reviewed(&api, "ada", &json!({"calculation": fourth})).await;
    let pairs = |all: &[(&str, &String)]| -> Vec<(String, String)> {
        all.iter().map(|(reason, id)| ((*reason).to_owned(), (*id).clone())).collect()
    };
    let before =
        pairs(&[("quorum", &first), ("quorum", &fourth), ("requested", &second), ("requested", &third)]);
    assert_eq!(told(&queue(&api, "ada", "").await), before, "her own request is none for her");
    changed(&api, &third, "n1").await;
    let whole = queue(&api, "ada", "").await;
    let after = pairs(&[("stale", &third), ("quorum", &first), ("quorum", &fourth), ("requested", &second)]);
    assert_eq!((told(&whole), &whole["next"]), (after.clone(), &Value::Null));
    let items = &whole["items"];
    assert_eq!(
        (&items[0]["review"]["verdict"], &items[0]["review"]["revision"]),
        (&json!("approve"), &json!(1))
    );
    assert_eq!(items[0]["since"], items[0]["review"]["given_at"]);
    assert_eq!(
        items[0]["verdicts"],
        json!({"given": 0, "quorum": null, "approve": 0, "reject": 0, "rerun": 0})
    );
    assert_eq!((&items[1]["review"], &items[1]["verdicts"]["quorum"]), (&Value::Null, &json!(2)));
    assert_eq!((&items[3]["review"]["_id"], &items[3]["review"]["comment"]), (&json!(asked), &json!("look")));
    assert_eq!(
        (&items[0]["calculation"]["_revision"], &items[0]["calculation"]["status"]),
        (&json!(2), &json!("running"))
    );
    let (mut paged, mut after_that) = (Vec::new(), String::new());
    loop {
        let page = queue(&api, "ada", &format!("?limit=1{after_that}")).await;
        paged.extend(told(&page));
        let Some(next) = page["next"].as_str() else { break };
        after_that = format!("&after={next}");
    }
    assert_eq!(paged, after);
    let others =
        api.send(request("GET", &format!("/api/reviews/queue?{}", &after_that[1..]), "ben", SCOPE)).await;
    assert_eq!((others.status, others.faults()), (422, vec![("after".into(), "cursor".into())]));
    // Who made a calculation is not asked by its quorum, and each gives a verdict once.
    assert_eq!(
        told(&queue(&api, "root", "").await),
        pairs(&[("requested", &second), ("requested", &fourth)])
    );
    reviewed(&api, "ben", &json!({"calculation": fourth, "revision": 1, "verdict": "reject"})).await;
    reviewed(&api, "ada", &json!({"calculation": first, "revision": 1, "verdict": "approve"})).await;
    assert_eq!(told(&queue(&api, "ada", "").await), pairs(&[("stale", &third), ("requested", &second)]));
    let again = json!({"calculation": third, "revision": 2, "verdict": "rerun"});
    reviewed(&api, "ada", &again).await;
    let answered = pairs(&[("requested", &second)]);
    assert_eq!(
        told(&queue(&api, "ada", "").await),
        answered,
        "her verdict answers eve's request of the third"
    );
    let gone = send(&api, "root", "DELETE", &format!("/api/calculations/{second}"), &json!(null)).await;
    assert_eq!(gone.status, 204);
    assert_eq!(told(&queue(&api, "ada", "").await), pairs(&[]));
    for (scope, path) in [
        ("reviews:read", "/api/reviews/queue".to_owned()),
        ("calculations:read", "/api/reviews/queue".to_owned()),
        ("calculations:read", format!("/api/calculations/{first}/verdicts")),
    ] {
        let refused = api.send(request("GET", &path, "ada", scope)).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{scope} {path}");
    }
}

#[actix_web::test]
async fn the_verdicts_on_a_calculation_are_the_latest_of_each_person() {
    let api = Api::shipped().await;
    let id = calculated(&api, Some(2)).await;
    reviewed(&api, "ada", &json!({"calculation": id, "revision": 1, "verdict": "reject"})).await;
    reviewed(&api, "eve", &json!({"calculation": id, "revision": 1, "verdict": "approve"})).await;
    reviewed(&api, "eve", &json!({"calculation": id})).await;
    changed(&api, &id, "n1").await;
    let path = format!("/api/calculations/{id}/verdicts");
    let read = async || send(&api, "ben", "GET", &path, &json!(null)).await.body;
    let review = json!({"calculation": id, "revision": 2, "verdict": "approve", "comment": "better"});
    let better = reviewed(&api, "ada", &review).await;
    let found = read().await;
    assert_eq!(
        (&found["current"], &found["quorum"]),
        (&json!({"approve": 1, "reject": 0, "rerun": 0}), &json!(2))
    );
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{found}");
    assert_eq!((&items[0]["review"], &items[0]["comment"]), (&json!(better), &json!("better")));
    assert_eq!(
        (&items[0]["stale"], &items[1]["stale"], &items[1]["by"]),
        (&json!(false), &json!(true), &json!("eve"))
    );
    assert_eq!(found["reached"], false);
    reviewed(&api, "ben", &json!({"calculation": id, "revision": 2, "verdict": "rerun"})).await;
    let found = read().await;
    assert_eq!((&found["reached"], &found["current"]["rerun"]), (&json!(true), &json!(1)));
    let none = send(&api, "ben", "GET", "/api/calculations/nowhere/verdicts", &json!(null)).await;
    assert_eq!(none.code(), (404, "not_found"));
}

/// The definition of reviews from before requests.
fn older() -> Value {
    json!({
        "name": "reviews",
        "schema": {
            "type": "object", "required": ["calculation", "revision", "verdict"], "additionalProperties": false,
            "properties": {
                "calculation": {"type": "string"}, "revision": {"type": "integer"}, "comment": {"type": "string"},
                "verdict": {"type": "string", "enum": ["approve", "reject", "rerun"]},
            },
        },
        "indexes": [{"keys": {"calculation": 1, "_created_at": -1}}],
    })
}

#[actix_web::test]
async fn reviews_from_before_requests_count_as_given_by_their_owners() {
    let new = include_str!("../../../collections/reviews.json");
    let api =
        Api::with_collections(&[("calculations", CALCULATIONS.to_owned()), ("reviews", older().to_string())])
            .await;
    let (first, second) = (calculated(&api, None).await, calculated(&api, None).await);
    let old =
        reviewed(&api, "ada", &json!({"calculation": first, "revision": 1, "verdict": "approve"})).await;
    let plain = send(&api, "ada", "GET", &format!("/api/reviews/{old}"), &json!(null)).await;
    assert!(plain.body.get("state").is_none(), "{}", plain.text);
    let without = send(&api, "ada", "GET", "/api/reviews/queue", &json!(null)).await;
    assert_eq!(without.code(), (404, "not_found"), "{}", without.text);
    let definition: Value = serde_json::from_str(new).unwrap();
    let put = send(&api, "root", "PUT", "/api/collections/reviews?force=true", &definition).await;
    assert!(put.status < 300, "{}", put.text);
    reviewed(&api, "ada", &json!({"calculation": second, "revision": 1, "verdict": "approve"})).await;
    assert_eq!(queue(&api, "ada", "").await["items"], json!([]));
    changed(&api, &second, "n1").await;
    changed(&api, &first, "n1").await;
    let expected = [("stale".to_owned(), first.clone()), ("stale".to_owned(), second.clone())];
    assert_eq!(told(&queue(&api, "ada", "").await), expected);
    let page = queue(&api, "ada", "?limit=1").await;
    let rest = queue(&api, "ada", &format!("?limit=1&after={}", page["next"].as_str().unwrap())).await;
    assert_eq!([told(&page), told(&rest)].concat(), expected);
    let path = format!("/api/reviews/{old}");
    let renewed = json!({"verdict": "reject", "revision": 2});
    assert_eq!(send(&api, "eve", "PATCH", &path, &renewed).await.code(), (403, "insufficient_scope"));
    let renewed = send(&api, "ada", "PATCH", &path, &renewed).await;
    assert_eq!((&renewed.body["state"], &renewed.body["given_by"]), (&json!("given"), &json!("ada")));
    assert_eq!(told(&queue(&api, "ada", "").await), expected[1..]);
}

#[actix_web::test]
async fn a_request_of_others_is_rewritten_by_no_kind_of_write() {
    let api = Api::shipped().await;
    let (id, other) = (calculated(&api, None).await, calculated(&api, None).await);
    let review = reviewed(&api, "ada", &json!({"calculation": id, "assignee": "ben"})).await;
    let path = format!("/api/reviews/{review}");
    let whole = json!({"calculation": other, "revision": 1, "assignee": "ben"});
    let operations = json!([{"op": "replace", "path": "/calculation", "value": other}]);
    let patch = request("PATCH", &path, "eve", SCOPE).set_json(&operations);
    let patch = api.send(patch.insert_header(("content-type", "application/json-patch+json"))).await;
    for refused in [
        patch,
        send(&api, "eve", "PUT", &path, &whole).await,
        send(&api, "eve", "PATCH", &path, &json!({"comment": "mine"})).await,
        send(&api, "ben", "PUT", &path, &whole).await,
    ] {
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{}", refused.text);
    }
    let given = send(&api, "ben", "PATCH", &path, &json!({"verdict": "approve"})).await;
    assert_eq!(given.status, 200, "{}", given.text);
    let moved = send(&api, "ben", "PATCH", &path, &json!({"calculation": other})).await;
    assert_eq!(moved.code(), (403, "insufficient_scope"), "{}", moved.text);
}

#[actix_web::test]
async fn a_withdrawn_request_is_brought_back_by_those_who_could_withdraw_it() {
    let mut reviews: Value = serde_json::from_str(include_str!("../../../collections/reviews.json")).unwrap();
    reviews["versioned"] = true.into();
    let shipped = [("calculations", CALCULATIONS.to_owned()), ("reviews", reviews.to_string())];
    let api = Api::with_collections(&shipped).await;
    let id = calculated(&api, None).await;
    let review = reviewed(&api, "ada", &json!({"calculation": id, "assignee": "ben"})).await;
    let path = format!("/api/reviews/{review}");
    assert_eq!(send(&api, "ada", "DELETE", &path, &json!(null)).await.status, 204);
    for back in ["restore", "versions/1/restore"] {
        let refused = send(&api, "eve", "POST", &format!("{path}/{back}"), &json!({})).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{back}: {}", refused.text);
    }
    let back = send(&api, "ada", "POST", &format!("{path}/restore"), &json!({})).await;
    assert_eq!((back.status, &back.body["state"]), (200, &json!("requested")), "{}", back.text);
}

#[actix_web::test]
async fn a_verdict_is_given_by_a_person() {
    let api = Api::shipped().await;
    let id = calculated(&api, None).await;
    let verdict = json!({"calculation": id, "revision": 1, "verdict": "approve"});
    // The tokens of these tests are of the client "test": one that is its own subject is a service.
    let refused = send(&api, "test", "POST", "/api/reviews", &verdict).await;
    assert_eq!(refused.code(), (403, "login_required"), "{}", refused.text);
    let limit = AuthorizationDetail { kind: CALCULATION.into(), identifier: id.clone() };
    let by_job = || signed("POST", "/api/reviews", "ada", SCOPE, vec![limit.clone()]);
    let job = api.send(by_job().set_json(&verdict)).await;
    assert_eq!(job.code(), (403, "login_required"), "{}", job.text);
    let review = reviewed(&api, "test", &json!({"calculation": id})).await;
    let path = format!("/api/reviews/{review}");
    let refused = send(&api, "test", "PATCH", &path, &json!({"verdict": "approve"})).await;
    assert_eq!(refused.code(), (403, "login_required"), "{}", refused.text);
    let job = api.send(by_job().set_json(json!({"calculation": id}))).await;
    assert_eq!(job.status, 201, "{}", job.text);
    let key = send(&api, "ada", "PATCH", &path, &json!({"verdict": "approve"})).await;
    assert_eq!((key.status, &key.body["given_by"]), (200, &json!("ada")), "{}", key.text);
}

#[actix_web::test]
async fn the_verdict_of_the_owner_does_not_count_for_the_quorum() {
    let api = Api::shipped().await;
    let id = calculated(&api, Some(1)).await;
    reviewed(&api, "root", &json!({"calculation": id, "revision": 1, "verdict": "approve"})).await;
    let path = format!("/api/calculations/{id}/verdicts");
    let found = send(&api, "ada", "GET", &path, &json!(null)).await.body;
    assert_eq!((&found["reached"], &found["current"]["approve"]), (&json!(false), &json!(1)), "{found}");
    let waiting = queue(&api, "ada", "").await;
    assert_eq!(told(&waiting), [("quorum".to_owned(), id.clone())]);
    assert_eq!(waiting["items"][0]["verdicts"]["given"], 0);
    reviewed(&api, "ada", &json!({"calculation": id, "revision": 1, "verdict": "reject"})).await;
    assert_eq!(send(&api, "ada", "GET", &path, &json!(null)).await.body["reached"], true);
    assert_eq!(told(&queue(&api, "eve", "").await), []);
}
