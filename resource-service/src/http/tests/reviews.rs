//! Reviews and the calculations they are of.

use super::*;

const SCOPE: &str = "calculations:read calculations:write reviews:read reviews:write";

async fn send(api: &Api, method: &str, path: &str, body: &Value) -> Response {
    api.send(request(method, path, "ada", SCOPE).set_json(body)).await
}

async fn read(api: &Api, path: &str, scope: &str) -> Value {
    let answer = api.send(request("GET", path, "ada", scope)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

#[actix_web::test]
async fn a_review_is_stale_once_its_calculation_has_changed() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let review = json!({"calculation": made.id(), "revision": 1, "verdict": "approve"});
    let review = send(&api, "POST", "/api/reviews", &review).await;
    assert_eq!(review.status, 201, "{}", review.text);
    let one = format!("/api/reviews/{}?expand=_stale", review.id());
    assert_eq!(read(&api, &one, SCOPE).await["stale"], false);
    send(&api, "PATCH", &path, &json!({"host": "n1"})).await;
    assert_eq!(read(&api, &one, SCOPE).await["stale"], true);
    let list = read(&api, "/api/reviews?expand=_stale&fields=verdict&sort=-_created_at", SCOPE).await;
    let mut expected = json!({"_id": review.id(), "_revision": 1, "verdict": "approve", "stale": true});
    assert_eq!(list["items"], json!([expected]));
    expected.as_object_mut().unwrap().remove("stale");
    assert_eq!(read(&api, "/api/reviews?fields=verdict", SCOPE).await["items"], json!([expected]));
    let unseen = read(&api, &one, "reviews:read").await;
    assert!(unseen.get("stale").is_none(), "{unseen}");
    assert_eq!(api.send(request("DELETE", &path, "ada", SCOPE)).await.status, 204);
    assert_eq!(api.send(request("GET", &one, "ada", SCOPE)).await.code(), (404, "not_found"));
    assert_eq!(api.send(request("POST", &format!("{path}/restore"), "ada", SCOPE)).await.status, 200);
    assert_eq!(read(&api, &one, SCOPE).await["stale"], true);
    let refused = api.send(request("GET", "/api/calculations?expand=_stale", "ada", SCOPE)).await;
    assert_eq!(refused.faults()[0].0, "expand");
}

#[actix_web::test]
async fn a_removal_is_nothing_to_review() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let other = send(&api, "POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    assert_eq!(api.send(request("DELETE", &path, "ada", SCOPE)).await.status, 204);
    assert_eq!(send(&api, "POST", &format!("{path}/restore"), &json!({})).await.etag(), "\"3\"");
    let review =
        |revision: i64| json!({"calculation": made.id(), "revision": revision, "verdict": "approve"});
    let refused = send(&api, "POST", "/api/reviews", &review(2)).await;
    assert_eq!((refused.status, refused.faults()), (422, vec![("/revision".into(), "reference".into())]));
    assert!(refused.detail().contains("revision 2 is the removal"), "{}", refused.text);
    for revision in [1, 3] {
        assert_eq!(send(&api, "POST", "/api/reviews", &review(revision)).await.status, 201, "{revision}");
    }
    let of_other = json!({"calculation": other.id(), "revision": 1, "verdict": "approve"});
    let many = send(&api, "POST", "/api/reviews", &json!([review(2), review(1), of_other, review(3)])).await;
    let statuses: Vec<&Value> =
        many.body["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, [422, 201, 201, 201], "{}", many.text);
}

#[actix_web::test]
async fn a_claimed_request_is_released_or_given_by_its_assignee_and_rewritten_by_nobody_but_its_author() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let asked = json!({"calculation": made.id(), "comment": "converged?"});
    let asked = send(&api, "POST", "/api/reviews", &asked).await;
    let path = format!("/api/reviews/{}", asked.id());
    let ben =
        async |method: &str, body: Value| api.send(request(method, &path, "ben", SCOPE).set_json(body)).await;
    assert_eq!(ben("PATCH", json!({"assignee": "ben"})).await.status, 200);
    for body in [json!({"comment": "never mind"}), json!({"assignee": "eve"})] {
        let refused = ben("PATCH", body).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{}", refused.text);
        assert!(refused.detail().contains("its assignee gives the verdict"), "{}", refused.text);
    }
    assert_eq!(ben("DELETE", json!({})).await.status, 403);
    let released = ben("PATCH", json!({"assignee": null})).await;
    assert_eq!((released.status, released.body.get("assignee")), (200, None), "{}", released.text);
    assert_eq!(ben("PATCH", json!({"assignee": "ben"})).await.status, 200);
    let given = ben("PATCH", json!({"verdict": "approve", "comment": "yes"})).await;
    assert_eq!((given.status, &given.body["given_by"]), (200, &json!("ben")), "{}", given.text);
    assert_eq!(ben("DELETE", json!({})).await.status, 403, "the request is not theirs");
    assert_eq!(ben("PATCH", json!({"verdict": null, "comment": "converged?"})).await.status, 200);
    assert_eq!(send(&api, "PATCH", &path, &json!({"comment": "is it?"})).await.status, 200);
    assert_eq!(send(&api, "DELETE", &path, &json!({})).await.status, 204);
}

#[actix_web::test]
async fn a_verdict_answers_the_requests_that_were_made_before_it() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let request_of_ben = json!({"calculation": made.id(), "assignee": "ben"});
    let waiting = async || {
        let queue = api.send(request("GET", "/api/reviews/queue", "ben", SCOPE)).await;
        queue.body["items"].as_array().unwrap().len()
    };
    for _ in 0..2 {
        assert_eq!(send(&api, "POST", "/api/reviews", &request_of_ben).await.status, 201);
    }
    assert_eq!(waiting().await, 1, "a calculation is there once");
    api.clock.advance(std::time::Duration::from_secs(1));
    let verdict = json!({"calculation": made.id(), "revision": 1, "verdict": "approve"});
    let given = api.send(request("POST", "/api/reviews", "ben", SCOPE).set_json(&verdict)).await;
    assert_eq!((given.status, waiting().await), (201, 0), "{}", given.text);
    api.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(send(&api, "POST", "/api/reviews", &request_of_ben).await.status, 201);
    assert_eq!(waiting().await, 1, "it is asked for again");
}

#[actix_web::test]
async fn a_queue_is_read_by_reasons_that_there_are() {
    let api = Api::shipped().await;
    for (query, fault) in [
        ("reason=old", "enum"),
        ("reason=stale,", "enum"),
        ("reason=", "enum"),
        ("reason=stale&reason=quorum", "duplicate"),
    ] {
        let refused = api.send(request("GET", &format!("/api/reviews/queue?{query}"), "ada", SCOPE)).await;
        assert_eq!(
            (refused.status, refused.faults()),
            (422, vec![("reason".into(), fault.into())]),
            "{query}"
        );
    }
    let refused = api.send(request("GET", "/api/reviews/queue?reason=old", "ada", SCOPE)).await;
    let expected = "reason expects one or more of stale, requested, quorum, separated by commas, got \"old\"";
    assert!(refused.text.contains(&expected.replace('"', "\\\"")), "{}", refused.text);
    assert_eq!(read(&api, "/api/reviews/queue?reason=quorum,stale", SCOPE).await["items"], json!([]));
}

#[actix_web::test]
async fn a_list_is_explained_whatever_it_would_show() {
    let api = Api::shipped().await;
    let scope = "reviews:read collections:write reviews:admin";
    for query in
        ["expand=_stale", "expand=_owner&expand=_stale", "count=exact&fields=verdict&limit=1&sort=-_id"]
    {
        let path = format!("/api/reviews?explain=true&{query}");
        let plan = read(&api, &path, scope).await;
        assert!(plan.get("index").is_some(), "{query}: {plan}");
    }
    let refused = api.send(request("GET", "/api/reviews?explain=true&expand=_x", "ada", scope)).await;
    assert_eq!(refused.faults()[0].0, "expand");
}

#[actix_web::test]
async fn a_review_is_of_a_calculation_in_sight_and_of_a_revision_that_it_had() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let review = |calculation: &str, revision: i64| json!({"calculation": calculation, "revision": revision, "verdict": "rerun"});
    let future = send(&api, "POST", "/api/reviews", &review(made.id(), 2)).await;
    assert_eq!((future.status, future.faults()), (422, vec![("/revision".into(), "maximum".into())]));
    let nowhere = send(&api, "POST", "/api/reviews", &review("nobody", 1)).await;
    assert_eq!((nowhere.status, nowhere.faults()), (422, vec![("/calculation".into(), "reference".into())]));
    let blind = request("POST", "/api/reviews", "eve", "reviews:write").set_json(review(made.id(), 1));
    assert_eq!(api.send(blind).await.code(), (403, "insufficient_scope"));
    let kept = send(&api, "POST", "/api/reviews", &review(made.id(), 1)).await;
    let path = format!("/api/reviews/{}", kept.id());
    let moved = send(&api, "PATCH", &path, &json!({"revision": 9})).await;
    assert_eq!((moved.status, moved.faults()), (422, vec![("/revision".into(), "maximum".into())]));
    assert_eq!(
        api.send(request("DELETE", &format!("/api/calculations/{}", made.id()), "ada", SCOPE)).await.status,
        204
    );
    let hidden = send(&api, "PATCH", &path, &json!({"comment": "gone"})).await;
    assert_eq!(hidden.code(), (404, "not_found"), "with its calculation");
}
