//! Series by the point, comparing calculations, and reviews that go stale.

use serde_json::{Value, json};

use crate::support::{Stack, caller::send, on_both_stores};

on_both_stores!(
    appenders_at_the_same_time_lose_nothing_and_double_nothing,
    many_who_append_single_points_to_one_series_are_all_served,
    a_series_is_appended_drawn_and_listed,
    calculations_are_compared_and_reviews_go_stale,
);

fn calculation(revocation: i32, energy: f64) -> Value {
    json!({"name": "Si", "code": {"name": "siesta"}, "status": "running", "parameters": {"revocation": revocation},
        "results": {"energy": {"value": energy, "unit": "eV"}}})
}

fn batch(calculation: &Value, steps: impl IntoIterator<Item = i32>) -> Value {
    let points: Vec<Value> =
        steps.into_iter().map(|step| json!({"step": step, "value": f64::from(step) / 8.0})).collect();
    json!({"calculation": calculation, "metric": "energy", "unit": "eV", "points": points})
}

async fn appenders_at_the_same_time_lose_nothing_and_double_nothing(stack: Stack) {
    let scientist = stack.scientist().await;
    let id = scientist.insert("calculations", &calculation(1, 0.0)).await["_id"].clone();
    // Two appenders send the same 6,000 points, one upwards and one downwards, each batch to the next replica.
    let batches: Vec<Vec<i32>> = (0..20).map(|n| (n * 300..(n + 1) * 300).collect()).collect();
    let upwards = batches.clone();
    let downwards: Vec<Vec<i32>> = batches.into_iter().rev().collect();
    let append = async |batches: Vec<Vec<i32>>| {
        let (mut accepted, mut repeated) = (0, 0);
        for steps in batches {
            let reply = scientist.post("/api/series/points", &batch(&id, steps)).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            accepted += reply.json()["accepted"].as_u64().expect("a count");
            repeated += reply.json()["repeated"].as_u64().expect("a count");
        }
        (accepted, repeated)
    };
    let (one, other) = tokio::join!(append(upwards), append(downwards));
    assert_eq!((one.0 + other.0, one.1 + other.1), (6000, 6000), "{one:?} {other:?}");
    let path = format!("/api/series/points?calculation={}&metric=energy", id.as_str().expect("an id"));
    let request = scientist.request(reqwest::Method::GET, &path).header("Accept", "text/csv");
    let table = send(request).await.text;
    let steps: Vec<i32> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').next().expect("a step").parse().expect("one"))
        .collect();
    assert_eq!(steps, (0..6000).collect::<Vec<_>>());
}

/// Through every replica, in no order.
async fn many_who_append_single_points_to_one_series_are_all_served(stack: Stack) {
    let scientist = stack.scientist().await;
    let id = scientist.insert("calculations", &calculation(1, 0.0)).await["_id"].clone();
    let append = async |client: i32| {
        for n in 0..25 {
            let reply = scientist.post("/api/series/points", &batch(&id, [client + n * 12])).await;
            assert_eq!((reply.status, &reply.json()["accepted"]), (200, &json!(1)), "{reply:?}");
        }
    };
    futures_util::future::join_all((0..12).map(append)).await;
    let id = id.as_str().expect("an id");
    let listed = scientist.get(&format!("/api/series/metrics?calculation={id}")).await.json();
    let (count, last) = (&listed["items"][0]["count"], &listed["items"][0]["last_step"]);
    assert_eq!((count, last), (&json!(300), &json!(299)), "{listed}");
}

async fn a_series_is_appended_drawn_and_listed(stack: Stack) {
    let scientist = stack.scientist().await;
    let id = scientist.insert("calculations", &calculation(1, 0.0)).await["_id"].clone();
    for start in (0..20_000).step_by(5000) {
        let reply = scientist.post("/api/series/points", &batch(&id, start..start + 5000)).await;
        assert_eq!(reply.json()["accepted"], 5000, "{reply:?}");
    }
    let mut other = batch(&id, [5]);
    other["points"][0]["value"] = json!("NaN");
    let conflict = scientist.post("/api/series/points", &other).await;
    assert_eq!((conflict.code().as_str(), conflict.faults()), ("conflict", vec!["/points/0".to_owned()]));
    let replaced = scientist.post("/api/series/points?replace=true", &other).await;
    assert_eq!(replaced.json()["replaced"], 1, "{replaced:?}");
    let id = id.as_str().expect("an id");
    let page =
        scientist.get(&format!("/api/series/points?calculation={id}&metric=energy&from=4&limit=2")).await;
    assert_eq!(page.json()["points"], json!([{"step": 4, "value": 0.5}, {"step": 5, "value": "NaN"}]));
    assert_eq!((&page.json()["next"], &page.json()["unit"]), (&json!(6), &json!("eV")));
    let drawn =
        scientist.get(&format!("/api/series/points?calculation={id}&metric=energy&points=50")).await.json();
    assert!(drawn["points"].as_array().is_some_and(|points| (40..=50).contains(&points.len())), "{drawn}");
    let specials = json!({"nan": 1, "infinity": 0, "negative_infinity": 0, "points": [{"step": 5, "value": "NaN"}], "complete": true});
    assert_eq!(drawn["specials"], specials, "beside finite values of its bucket");
    let listed = scientist.get(&format!("/api/series/metrics?calculation={id}")).await.json();
    let expected = json!([{"metric": "energy", "unit": "eV", "count": 20_000, "first_step": 0, "last_step": 19_999,
        "min": 0.0, "max": 2499.875, "last_value": 2499.875}]);
    assert_eq!(listed["items"], expected);
    let documents = scientist.get(&format!("/api/series?calculation={id}&count=exact&limit=1")).await.json();
    assert_eq!(documents["total"], 20);
}

async fn calculations_are_compared_and_reviews_go_stale(stack: Stack) {
    let scientist = stack.scientist().await;
    let mut ids = Vec::new();
    for (revocation, energy) in [(300, -1.0), (400, -1.000_000_000_1)] {
        let made = scientist.insert("calculations", &calculation(revocation, energy)).await;
        let id = made["_id"].as_str().expect("an id").to_owned();
        let steps = if revocation == 300 { 0..2000 } else { 1000..3000 };
        assert_eq!(scientist.post("/api/series/points", &batch(&made["_id"], steps)).await.status, 200);
        ids.push(id);
    }
    let [a, b] = &ids[..] else { unreachable!("two were made") };
    let compared = scientist.get(&format!("/api/calculations/compare?ids={a},{b}")).await.json();
    assert_eq!(compared["parameters"][0]["values"], json!({a: 300, b: 400}), "{compared}");
    assert_eq!(compared["results"][0]["name"], "energy");
    let series = &compared["series"][0];
    assert_eq!((&series["common_steps"], &series["first_beyond"]), (&json!(1000), &Value::Null), "{series}");
    let tolerant = scientist.get(&format!("/api/calculations/compare?ids={a},{b}&abs=1e-9")).await.json();
    assert_eq!(tolerant["results"], json!([]));

    let review = json!({"calculation": a, "revision": 1, "verdict": "approve"});
    scientist.insert("reviews", &review).await;
    let stale = async || {
        let found = scientist.get(&format!("/api/reviews?calculation={a}&expand=_stale")).await.json();
        found["items"][0]["stale"].clone()
    };
    assert_eq!(stale().await, false);
    assert_eq!(scientist.patch(&format!("/api/calculations/{a}"), &json!({"host": "n1"})).await.status, 200);
    assert_eq!(stale().await, true);
    let future = json!({"calculation": a, "revision": 3, "verdict": "approve"});
    assert_eq!(scientist.post("/api/reviews", &future).await.faults(), ["/revision"]);
}
