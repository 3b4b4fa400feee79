//! Series by the point.

mod reading;

use futures_util::future::join_all;

use super::*;

const SCOPE: &str = "calculations:read calculations:write series:read series:write";

async fn started() -> (Api, String) {
    let api = Api::shipped().await;
    let made = api.send(request("POST", "/api/calculations", "ada", SCOPE).set_json(calculation())).await;
    let id = made.id().to_owned();
    (api, id)
}

async fn call(api: &Api, path: &str) -> Response {
    api.send(request("GET", path, "ada", SCOPE)).await
}

async fn post(api: &Api, path: &str, body: &Value) -> Response {
    api.send(request("POST", path, "ada", SCOPE).set_json(body)).await
}

fn batch(calculation: &str, points: impl IntoIterator<Item = (i64, f64)>) -> Value {
    let points: Vec<Value> =
        points.into_iter().map(|(step, value)| json!({"step": step, "value": value})).collect();
    json!({"calculation": calculation, "metric": "loss", "points": points})
}

fn squares(steps: std::ops::Range<i32>) -> impl Iterator<Item = (i64, f64)> {
    steps.map(|step| (step.into(), f64::from(step) * f64::from(step)))
}

fn outcome(answer: &Response) -> (u64, u64, u64) {
    let count = |name: &str| answer.body[name].as_u64().unwrap_or_else(|| panic!("{}", answer.text));
    (count("accepted"), count("repeated"), count("replaced"))
}

/// Every step of the series, read page by page.
async fn steps(api: &Api, calculation: &str) -> Vec<i64> {
    let (mut steps, mut from) = (Vec::new(), i64::MIN);
    loop {
        let path = format!("/api/series/points?calculation={calculation}&metric=loss&limit=700&from={from}");
        let page = call(api, &path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        steps.extend(
            page.body["points"].as_array().unwrap().iter().map(|point| point["step"].as_i64().unwrap()),
        );
        match page.body["next"].as_i64() {
            Some(next) => from = next,
            None => return steps,
        }
    }
}

#[actix_web::test]
async fn points_are_stored_once_however_often_they_are_sent() {
    let (api, id) = started().await;
    let first = post(&api, "/api/series/points", &batch(&id, squares(0..2500))).await;
    assert_eq!((first.status, outcome(&first)), (200, (2500, 0, 0)), "{}", first.text);
    let again = post(&api, "/api/series/points", &batch(&id, squares(2000..3000))).await;
    assert_eq!(outcome(&again), (500, 500, 0));
    assert_eq!(steps(&api, &id).await, (0..3000).collect::<Vec<i64>>());
    let documents =
        call(&api, &format!("/api/series?calculation={id}&sort=first&fields=chunk,first,last")).await;
    let ends: Vec<_> = documents.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["first"].as_i64(), d["last"].as_i64()))
        .collect();
    assert_eq!(ends, [(Some(0), Some(999)), (Some(1000), Some(1999)), (Some(2000), Some(2999))]);
}

#[actix_web::test]
async fn a_step_with_another_value_is_a_conflict_unless_it_is_to_be_replaced() {
    let (api, id) = started().await;
    post(&api, "/api/series/points", &batch(&id, squares(0..10))).await;
    let body = batch(&id, [(3, 9.0), (4, -1.0), (5, -2.0), (77, 7.0)]);
    let refused = post(&api, "/api/series/points", &body).await;
    assert_eq!(refused.code(), (409, "conflict"));
    let conflict = "conflict".to_owned();
    assert_eq!(refused.faults(), [("/points/1".into(), conflict.clone()), ("/points/2".into(), conflict)]);
    assert!(refused.text.contains("step 4 has the value 16.0 already, got -1.0"), "{}", refused.text);
    let page = call(&api, &format!("/api/series/points?calculation={id}&metric=loss&from=4")).await;
    assert_eq!(
        (&page.body["points"][0]["value"], &page.body["points"][6]["step"]),
        (&json!(16.0), &json!(77))
    );
    let replaced = post(&api, "/api/series/points?replace=true", &body).await;
    assert_eq!((replaced.status, outcome(&replaced)), (200, (0, 2, 2)));
    let page = call(&api, &format!("/api/series/points?calculation={id}&metric=loss&from=4&to=4")).await;
    assert_eq!(
        (&page.body["points"], &page.body["next"]),
        (&json!([{"step": 4, "value": -1.0}]), &Value::Null)
    );
}

#[actix_web::test]
async fn points_may_come_in_any_order_and_from_the_ends_of_64_bits() {
    let (api, id) = started().await;
    let shuffled: Vec<i64> = (0..4000).map(|n| (n * 1777) % 4001).collect();
    for piece in shuffled.chunks(333) {
        let points = piece.iter().map(|step| (*step, 0.5));
        let stored = post(&api, "/api/series/points", &batch(&id, points)).await;
        assert_eq!(stored.status, 200, "{}", stored.text);
    }
    let ends = batch(&id, [(i64::MAX, 1.0), (i64::MIN, 2.0)]);
    assert_eq!(outcome(&post(&api, "/api/series/points", &ends).await), (2, 0, 0));
    let mut expected: Vec<i64> = shuffled;
    expected.extend([i64::MIN, i64::MAX]);
    expected.sort_unstable();
    assert_eq!(steps(&api, &id).await, expected);
}

#[actix_web::test]
async fn appenders_at_the_same_time_lose_nothing_and_double_nothing() {
    let (api, id) = started().await;
    let batches: Vec<Value> = (0..8).map(|n| batch(&id, squares(n * 500..n * 500 + 1000))).collect();
    let sent = join_all(batches.iter().map(|body| post(&api, "/api/series/points", body))).await;
    let accepted: u64 = sent.iter().map(|answer| outcome(answer).0).sum();
    assert_eq!(accepted, 4500);
    assert_eq!(steps(&api, &id).await, (0..4500).collect::<Vec<i64>>());
}

#[actix_web::test]
async fn many_who_append_single_points_to_one_series_are_all_served() {
    let (api, id) = started().await;
    let append = async |client: i32| {
        for n in 0..25 {
            let step = client + n * 12;
            let stored = post(&api, "/api/series/points", &batch(&id, squares(step..step + 1))).await;
            assert_eq!((stored.status, outcome(&stored)), (200, (1, 0, 0)), "{}", stored.text);
        }
    };
    join_all((0..12).map(append)).await;
    assert_eq!(steps(&api, &id).await, (0..300).collect::<Vec<i64>>());
}

#[actix_web::test]
async fn bad_points_are_told_where_they_are_and_nothing_is_stored() {
    let (api, id) = started().await;
    let refused = async |body: Value| {
        let answer = post(&api, "/api/series/points", &body).await;
        assert_eq!(answer.code(), (422, "validation_error"), "{body}");
        answer.faults()
    };
    let fault = |place: &str, code: &str| vec![(place.to_owned(), code.to_owned())];
    let mut late = batch(&id, squares(0..1500));
    late["points"][1200]["value"] = json!("high");
    assert_eq!(refused(late).await, fault("/points/1200/value", "format"));
    let mut odd = batch(&id, [(1, 1.0)]);
    odd["points"][0]["step"] = json!(1.5);
    assert_eq!(refused(json!([batch(&id, []), odd])).await, fault("/1/points/0/step", "type"));
    let mut timed = batch(&id, [(1, 1.0)]);
    timed["points"][0]["time"] = json!("yesterday");
    assert_eq!(refused(timed).await, fault("/points/0/time", "format"));
    let mut chunk = batch(&id, []);
    chunk["chunk"] = json!(1);
    assert_eq!(refused(chunk).await, fault("/chunk", "readOnly"));
    assert_eq!(refused(batch("nobody", [(1, 1.0)])).await, fault("/calculation", "reference"));
    assert_eq!(refused(json!([5])).await, fault("/0", "type"));
    assert_eq!(refused(batch(&id, squares(0..10_001))).await, fault("/points", "maxItems"));
    assert_eq!(refused(json!({"calculation": id, "metric": "loss"})).await, fault("/points", "required"));
    assert_eq!(steps(&api, &id).await, Vec::<i64>::new());
    let huge = request("POST", "/api/series/points", "ada", SCOPE)
        .insert_header(("content-type", "application/json"))
        .set_payload("[".to_owned() + &" ".repeat(5 * 1024 * 1024));
    assert_eq!(api.send(huge).await.status, 413);
}

#[actix_web::test]
async fn a_series_keeps_its_unit() {
    let (api, id) = started().await;
    let mut body = batch(&id, [(1, 1.0)]);
    body["unit"] = json!("eV");
    post(&api, "/api/series/points", &body).await;
    assert_eq!(outcome(&post(&api, "/api/series/points", &batch(&id, [(2, 1.0)])).await), (1, 0, 0));
    body["unit"] = json!("Ha");
    let refused = post(&api, "/api/series/points", &json!([body])).await;
    assert_eq!((refused.status, refused.faults()), (409, vec![("/0/unit".into(), "conflict".into())]));
    assert_eq!(
        refused.detail(),
        "Nothing of 1 series was stored, because it is measured in another unit; everything else is stored"
    );
    let message = refused.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("nothing of this series was stored: it is measured in \"eV\""), "{message}");
    let alone = post(&api, "/api/series/points", &body).await;
    assert!(alone.detail().starts_with("Nothing of this series was stored"), "{}", alone.text);
    let both = json!([body, batch(&id, [(1, 5.0), (2, 1.0)])]);
    let refused = post(&api, "/api/series/points", &both).await;
    let message = "1 value contradicts what is stored and was left out; nothing of 1 series was stored";
    assert!(refused.detail().starts_with(message), "{}", refused.text);
    let page = call(&api, &format!("/api/series/points?calculation={id}&metric=loss")).await;
    assert_eq!((&page.body["unit"], page.body["points"].as_array().unwrap().len()), (&json!("eV"), 2));
}

/// Documents of the series, as `first,last,count,open`.
async fn documents(api: &Api, calculation: &str) -> Vec<(i64, i64, i64, bool)> {
    let path = format!("/api/series?calculation={calculation}&sort=first");
    let found = call(api, &path).await;
    let items = found.body["items"].as_array().unwrap();
    let whole = |item: &Value| {
        let (number, points) =
            (|name: &str| item[name].as_i64().unwrap(), item["points"].as_array().unwrap());
        assert_eq!(number("count"), i64::try_from(points.len()).unwrap());
        (number("first"), number("last"), number("count"), item["open"] == json!(true))
    };
    items.iter().map(whole).collect()
}

#[actix_web::test]
async fn a_series_that_is_sent_point_by_point_is_few_documents_with_summaries() {
    let (api, id) = started().await;
    post(&api, "/api/series/points", &batch(&id, squares(0..980))).await;
    for step in 980..1100_i32 {
        let sent = post(&api, "/api/series/points", &batch(&id, squares(step..step + 1))).await;
        assert_eq!((sent.status, outcome(&sent)), (200, (1, 0, 0)), "{}", sent.text);
    }
    let found = documents(&api, &id).await;
    assert_eq!((found.len(), found[0], found[2].3), (3, (0, 999, 1000, false), true), "{found:?}");
    assert_eq!(steps(&api, &id).await, (0..1100).collect::<Vec<i64>>());
    let again = post(&api, "/api/series/points", &batch(&id, squares(1090..1101))).await;
    assert_eq!(outcome(&again), (1, 10, 0));
    let all = call(&api, &format!("/api/series/metrics?calculation={id}")).await;
    assert_eq!(
        all.body["items"],
        json!([{"metric": "loss", "count": 1101, "first_step": 0, "last_step": 1100, "min": 0.0, "max": 1_210_000.0, "last_value": 1_210_000.0}])
    );
    let late = post(&api, "/api/series/points", &batch(&id, [(-5, -1.0), (2000, 2.0)])).await;
    assert_eq!(outcome(&late), (2, 0, 0));
    let mut expected: Vec<i64> = vec![-5];
    expected.extend((0..1101).chain([2000]));
    assert_eq!(steps(&api, &id).await, expected);
}

#[actix_web::test]
async fn appenders_of_single_points_at_the_same_time_lose_nothing_and_double_nothing() {
    let (api, id) = started().await;
    let bodies: Vec<Value> = (0..200).map(|step| batch(&id, squares(step..step + 1))).collect();
    for bodies in bodies.chunks(8) {
        let sent = join_all(bodies.iter().map(|body| post(&api, "/api/series/points", body))).await;
        let accepted: u64 = sent.iter().map(|answer| outcome(answer).0).sum();
        assert_eq!(accepted, 8);
    }
    assert_eq!(steps(&api, &id).await, (0..200).collect::<Vec<i64>>());
    documents(&api, &id).await;
}

#[actix_web::test]
async fn a_request_with_a_point_for_each_of_many_series_stores_them_all() {
    let (api, id) = started().await;
    let metrics: Vec<String> = (0..40).map(|n| format!("m{n:02}")).collect();
    let step = |step: i64| {
        let one = |metric: &String| json!({"calculation": id, "metric": metric, "points": [{"step": step, "value": step}]});
        Value::from(metrics.iter().map(one).collect::<Vec<Value>>())
    };
    for number in 0..40 {
        let sent = post(&api, "/api/series/points", &step(number)).await;
        let all = sent.body.as_array().unwrap_or_else(|| panic!("{}", sent.text));
        assert!(all.len() == 40 && all.iter().all(|one| one["accepted"] == 1), "{}", sent.text);
    }
    let mut mixed = step(39);
    mixed[7]["points"][0]["step"] = json!(40);
    mixed[8]["points"][0]["value"] = json!(-1);
    let refused = post(&api, "/api/series/points", &mixed).await;
    assert_eq!(refused.faults(), [("/8/points/0".into(), "conflict".into())]);
    let all = call(&api, &format!("/api/series/metrics?calculation={id}&limit=50")).await;
    let counts: Vec<u64> =
        all.body["items"].as_array().unwrap().iter().map(|item| item["count"].as_u64().unwrap()).collect();
    assert_eq!((counts.len(), counts[7], counts.iter().sum::<u64>()), (40, 41, 40 * 40 + 1));
    let mut twice = json!([step(50)[0], step(50)[0]]);
    twice[1]["points"][0]["value"] = json!(-1);
    let refused = post(&api, "/api/series/points", &twice).await;
    assert_eq!(
        refused.faults(),
        [("/1/points/0".into(), "conflict".into())],
        "the first part is stored first"
    );
}

#[actix_web::test]
async fn replacing_a_point_replaces_its_time_too() {
    let (api, id) = started().await;
    let body = |time: &str| {
        let mut body = batch(&id, []);
        body["points"] = json!([{"step": 1, "value": -1.5, "time": format!("2027-01-{time}T00:00:00Z")}]);
        body
    };
    assert_eq!(outcome(&post(&api, "/api/series/points", &body("01")).await), (1, 0, 0));
    assert_eq!(outcome(&post(&api, "/api/series/points", &body("01")).await), (0, 1, 0));
    let refused = post(&api, "/api/series/points", &body("02")).await;
    assert_eq!(refused.code(), (409, "conflict"));
    let words = "step 1 has the time 2027-01-01T00:00:00Z already, got the time 2027-01-02T00:00:00Z";
    assert!(refused.text.contains(words), "{}", refused.text);
    assert_eq!(outcome(&post(&api, "/api/series/points?replace=true", &body("02")).await), (0, 0, 1));
    let page = call(&api, &format!("/api/series/points?calculation={id}&metric=loss")).await;
    assert_eq!(page.body["points"], json!([{"step": 1, "value": -1.5, "time": "2027-01-02T00:00:00Z"}]));
}

#[actix_web::test]
async fn a_token_for_one_calculation_writes_to_it_alone_and_until_it_ends() {
    let (api, id) = started().await;
    let other = post(&api, "/api/calculations", &calculation()).await;
    let append = async |calculation: &str| {
        let details = vec![AuthorizationDetail { kind: "calculation".into(), identifier: id.clone() }];
        let request = signed("POST", "/api/series/points", "job", "series:write", details);
        api.send(request.set_json(batch(calculation, [(1, 1.0)]))).await.status
    };
    assert_eq!((append(&id).await, append(other.id()).await), (200, 403));
    let end = request("PATCH", &format!("/api/calculations/{id}"), "ada", SCOPE);
    assert_eq!(api.send(end.set_json(json!({"status": "finished"}))).await.status, 200);
    assert_eq!(append(&id).await, 403);
}

#[actix_web::test]
async fn scopes_and_owners_are_kept_to() {
    let owned = |text: &str| {
        let mut definition: Value = serde_json::from_str(text).unwrap();
        definition["access"] = json!({"owner_only": true});
        definition.to_string()
    };
    let api = Api::with_collections(&[
        ("calculations", owned(include_str!("../../../collections/calculations.json"))),
        ("series", owned(include_str!("../../../collections/series.json"))),
    ])
    .await;
    let made = post(&api, "/api/calculations", &calculation()).await;
    let body = batch(made.id(), [(1, 1.0)]);
    assert_eq!(post(&api, "/api/series/points", &body).await.status, 200);
    let foreign = api.send(request("POST", "/api/series/points", "eve", SCOPE).set_json(&body)).await;
    assert_eq!(foreign.faults(), [("/calculation".into(), "reference".into())]);
    let path = format!("/api/series/points?calculation={}&metric=loss", made.id());
    let seen = async |subject: &str| {
        let points = api.send(request("GET", &path, subject, SCOPE)).await;
        let metrics = api
            .send(request("GET", &format!("/api/series/metrics?calculation={}", made.id()), subject, SCOPE))
            .await;
        (points.body["points"].as_array().unwrap().len(), metrics.body["items"].as_array().unwrap().len())
    };
    assert_eq!((seen("ada").await, seen("eve").await), ((1, 1), (0, 0)));
    let readers = request("POST", "/api/series/points", "ada", "series:read").set_json(&body);
    assert_eq!(api.send(readers).await.code(), (403, "insufficient_scope"));
    assert_eq!(
        api.send(request("GET", &path, "ada", "series:write")).await.code(),
        (403, "insufficient_scope")
    );
}

#[actix_web::test]
async fn what_is_asked_wrongly_is_refused_by_name() {
    let (api, id) = started().await;
    let faults = async |query: &str| call(&api, &format!("/api/series/{query}")).await.faults();
    let fault = |name: &str, code: &str| (name.to_owned(), code.to_owned());
    assert_eq!(
        faults("points?metric=&from=x&limit=0&points=3&color=red&to=1&to=2").await,
        [
            fault("calculation", "required"),
            fault("metric", "required"),
            fault("from", "type"),
            fault("to", "duplicate"),
            fault("limit", "type"),
            fault("points", "type"),
            fault("color", "parameter"),
        ]
    );
    assert_eq!(
        faults(&format!("points?calculation={id}&metric=m&limit=5&points=9")).await,
        [fault("limit", "duplicate")]
    );
    assert_eq!(
        faults("metrics?limit=1001").await,
        [fault("calculation", "required"), fault("limit", "type")]
    );
    let mut plain: Value = serde_json::from_str(include_str!("../../../collections/series.json")).unwrap();
    plain.as_object_mut().unwrap().remove("indexes");
    let without = Api::with_collections(&[("series", plain.to_string())]).await;
    let scope = "series:read series:write";
    assert_eq!(
        without.send(request("GET", "/api/series/points", "ada", scope)).await.code(),
        (404, "not_found")
    );
    let openapi = without.send(TestRequest::get().uri("/api/openapi.json")).await;
    assert!(openapi.body["paths"].get("/api/series/points").is_none());
    assert!(openapi.body["paths"].get("/api/calculations/compare").is_some());
}
