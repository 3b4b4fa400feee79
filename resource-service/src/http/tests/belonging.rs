//! Series and reviews, and the calculations that they belong to.

use super::*;

const SCOPE: &str = "calculations:read calculations:write calculations:admin series:read series:write \
    reviews:read reviews:write";

async fn send(api: &Api, method: &str, path: &str, body: &Value) -> Response {
    api.send(request(method, path, "ada", SCOPE).set_json(body)).await
}

fn document(collection: &str, calculation: &str) -> Value {
    if collection == "series" {
        json!({"calculation": calculation, "metric": "m", "points": [{"step": 1, "value": 0.5}]})
    } else {
        json!({"calculation": calculation, "revision": 1, "verdict": "approve"})
    }
}

/// A calculation that is there, one that was removed, one that was removed for good, and an id that none has.
async fn calculations(api: &Api) -> [String; 4] {
    let mut made = Vec::new();
    for query in [None, Some(""), Some("?purge=true")] {
        let one = send(api, "POST", "/api/calculations", &calculation()).await;
        if let Some(query) = query {
            let path = format!("/api/calculations/{}{query}", one.id());
            assert_eq!(send(api, "DELETE", &path, &json!(null)).await.status, 204);
        }
        made.push(one.id().to_owned());
    }
    let [there, removed, purged] = <[String; 3]>::try_from(made).unwrap();
    [there, removed, purged, "nobody".to_owned()]
}

#[actix_web::test]
async fn what_belongs_to_a_calculation_that_is_not_there_is_stored_in_no_way() {
    let api = Api::shipped().await;
    let [there, gone @ ..] = calculations(&api).await;
    for collection in ["series", "reviews"] {
        let path = format!("/api/{collection}");
        let stored = send(&api, "POST", &path, &document(collection, &there)).await;
        assert_eq!(stored.status, 201, "{}", stored.text);
        let one = format!("{path}/{}", stored.id());
        for id in &gone {
            let body = document(collection, id);
            for (method, path, body) in [
                ("POST", path.as_str(), body.clone()),
                ("PUT", &one, body.clone()),
                ("PATCH", &one, json!({"calculation": id})),
            ] {
                let refused = send(&api, method, path, &body).await;
                let fault = ("/calculation".to_owned(), "reference".to_owned());
                assert_eq!((refused.status, refused.faults()), (422, vec![fault]), "{method} {id}");
                let message = refused.body["errors"][0]["message"].as_str().unwrap();
                assert_eq!(message, format!("there is no calculation {id:?}"));
            }
            let keyed = request("POST", &path, "ada", SCOPE).insert_header(("idempotency-key", "k"));
            assert_eq!(api.send(keyed.set_json(&body)).await.status, 422, "{id}");
            for query in ["", "?atomic=true"] {
                let many = send(&api, "POST", &format!("{path}{query}"), &json!([body])).await;
                assert!(many.text.contains("there is no calculation"), "{query} {}", many.text);
            }
            let lines = request("POST", &path, "ada", SCOPE)
                .insert_header(("content-type", "application/x-ndjson"))
                .set_payload(format!("{body}\n"));
            let lines = api.send(lines).await;
            assert!(lines.text.contains("there is no calculation"), "{}", lines.text);
        }
        let left = send(&api, "GET", &format!("{path}?count=exact"), &json!(null)).await;
        assert_eq!((&left.body["total"], &left.body["items"][0]["calculation"]), (&json!(1), &json!(there)));
        let change = if collection == "series" { json!({"unit": "eV"}) } else { json!({"comment": "x"}) };
        assert_eq!(send(&api, "PATCH", &one, &change).await.status, 200, "it keeps its place");
    }
}

#[actix_web::test]
async fn a_removed_review_does_not_come_back_without_its_calculation() {
    let mut reviews: Value = serde_json::from_str(include_str!("../../../collections/reviews.json")).unwrap();
    reviews["versioned"] = true.into();
    let api = Api::with_collections(&[
        ("calculations".to_owned(), CALCULATIONS.to_owned()),
        ("reviews".to_owned(), reviews.to_string()),
    ])
    .await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let calculation = format!("/api/calculations/{}", made.id());
    let review = send(&api, "POST", "/api/reviews", &document("reviews", made.id())).await;
    let one = format!("/api/reviews/{}", review.id());
    assert_eq!(send(&api, "DELETE", &one, &json!(null)).await.status, 204);
    assert_eq!(send(&api, "DELETE", &calculation, &json!(null)).await.status, 204);
    for way in ["restore", "versions/1/restore"] {
        let refused = send(&api, "POST", &format!("{one}/{way}"), &json!(null)).await;
        assert_eq!((refused.status, refused.faults()[0].0.as_str()), (422, "/calculation"), "{way}");
    }
    assert_eq!(send(&api, "POST", &format!("{calculation}/restore"), &json!(null)).await.status, 200);
    assert_eq!(send(&api, "POST", &format!("{one}/restore"), &json!(null)).await.status, 200);
}

#[actix_web::test]
async fn however_many_reviews_a_purged_calculation_has_nobody_reads_one() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let many = Value::Array(vec![document("reviews", made.id()); 10_000]);
    for _ in 0..2 {
        let stored = send(&api, "POST", "/api/reviews", &many).await;
        assert_eq!(stored.status, 200, "{}", stored.text);
    }
    let path = format!("/api/calculations/{}?purge=true", made.id());
    assert_eq!(send(&api, "DELETE", &path, &json!(null)).await.status, 204);
    let left = send(&api, "GET", "/api/reviews?count=exact", &json!(null)).await;
    assert_eq!((&left.body["total"], &left.body["items"]), (&json!(0), &json!([])));
}

#[actix_web::test]
async fn a_stream_that_continues_tells_nothing_that_is_hidden_by_now() {
    let api = Api::shipped().await;
    let made = send(&api, "POST", "/api/calculations", &calculation()).await;
    let other = send(&api, "POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let follow = async |last: &str| {
        let request = request("GET", "/api/reviews/changes", "ada", SCOPE);
        api.open(request.insert_header(("last-event-id", last))).await
    };
    let mut stream = follow("").await;
    let first = send(&api, "POST", "/api/reviews", &document("reviews", other.id())).await;
    let begin = stream.next().await.id;
    for calculation in [made.id(), other.id()] {
        send(&api, "POST", "/api/reviews", &document("reviews", calculation)).await;
    }
    assert_eq!(stream.next().await.data["document"]["calculation"], made.id(), "it was shown at the time");
    assert_eq!(send(&api, "DELETE", &path, &json!(null)).await.status, 204);
    let event = follow(&begin).await.next().await;
    assert_eq!(event.data["document"]["calculation"], other.id());
    assert_eq!(send(&api, "POST", &format!("{path}/restore"), &json!(null)).await.status, 200);
    let event = follow(&begin).await.next().await;
    assert_eq!(event.data["document"]["calculation"], made.id());
    assert_eq!(send(&api, "DELETE", &format!("{path}?purge=true"), &json!(null)).await.status, 204);
    let mut stream = follow(&begin).await;
    let events = [stream.next().await, stream.next().await];
    assert_eq!((events[0].name.as_str(), events[1].name.as_str()), ("insert", "delete"));
    assert_eq!(events[0].data["document"]["calculation"], other.id());
    assert_ne!(events[1].data["_id"], first.id());
}
