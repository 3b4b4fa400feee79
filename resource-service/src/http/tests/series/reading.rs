//! Series as they are read: pages, samples, files and metrics.

use super::*;

#[actix_web::test]
async fn a_long_series_is_drawn_with_few_points_and_keeps_its_peaks() {
    let (api, id) = started().await;
    for start in (0..30_000).step_by(10_000) {
        let values = (start..start + 10_000)
            .map(|step| (i64::from(step), if step == 12_345 { 1e6 } else { f64::from(step % 100) }));
        assert_eq!(post(&api, "/api/series/points", &batch(&id, values)).await.status, 200);
    }
    let path = format!("/api/series/points?calculation={id}&metric=loss&points=100");
    let sample = call(&api, &path).await;
    let points = sample.body["points"].as_array().unwrap();
    assert!((90..=100).contains(&points.len()), "{}", points.len());
    assert_eq!(
        (&sample.body["count"], &sample.body["max"]),
        (&json!(30_000), &json!({"step": 12_345, "value": 1e6}))
    );
    assert!(points.iter().any(|point| point["step"] == 12_345));
    assert_eq!((&points[0]["step"], &points.last().unwrap()["step"]), (&json!(0), &json!(29_999)));
    assert!(points.iter().all(|point| point["min"].is_number() && point["max"].is_number()));
    let table = api.send(request("GET", &path, "ada", SCOPE).insert_header(("accept", "text/csv"))).await;
    assert!(table.text.starts_with("step,value,time,min,max\r\n0,"), "{}", &table.text[..80]);
    let few = call(&api, &format!("{path}&from=10&to=12")).await;
    assert_eq!(few.body["points"].as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn a_sample_counts_and_lists_the_special_values_of_its_range() {
    let (api, id) = started().await;
    let mut body = batch(&id, squares(0..5000));
    for (step, value) in [(1234, "NaN"), (1235, "-Infinity"), (4000, "Infinity"), (4001, "NaN")] {
        body["points"][step]["value"] = value.into();
    }
    assert_eq!(post(&api, "/api/series/points", &body).await.status, 200);
    let path = format!("/api/series/points?calculation={id}&metric=loss&points=20");
    let sample = call(&api, &path).await.body;
    let listed = json!([{"step": 1234, "value": "NaN"}, {"step": 1235, "value": "-Infinity"},
        {"step": 4000, "value": "Infinity"}, {"step": 4001, "value": "NaN"}]);
    let all = json!({"nan": 2, "infinity": 1, "negative_infinity": 1, "points": listed, "complete": true});
    assert_eq!(sample["specials"], all);
    assert!(sample["points"].as_array().unwrap().iter().all(|point| point["max"] != "Infinity"), "{sample}");
    let part = call(&api, &format!("{path}&from=1235&to=3999")).await.body;
    let of_part =
        json!({"nan": 0, "infinity": 0, "negative_infinity": 1, "points": [listed[1]], "complete": true});
    assert_eq!(part["specials"], of_part);
    let none = call(&api, &format!("{path}&from=5000")).await.body;
    assert_eq!((&none["count"], &none["specials"]["points"]), (&json!(0), &json!([])));
    let page = call(&api, &path.replace("&points=20", "&limit=20")).await.body;
    assert!(page.get("specials").is_none(), "a page shows all of its points");

    let mut many = batch(&id, squares(0..3000));
    many["metric"] = "broken".into();
    for point in many["points"].as_array_mut().unwrap() {
        point["value"] = "NaN".into();
    }
    assert_eq!(post(&api, "/api/series/points", &many).await.status, 200);
    let broken = call(&api, &path.replace("metric=loss", "metric=broken")).await.body;
    let specials = &broken["specials"];
    assert_eq!((&specials["nan"], &specials["complete"]), (&json!(3000), &json!(false)));
    assert_eq!(specials["points"].as_array().unwrap().len(), 1000);
    assert_eq!(specials["points"][999], json!({"step": 999, "value": "NaN"}));
}

#[actix_web::test]
async fn the_whole_series_streams_as_lines_and_as_a_table() {
    let (api, id) = started().await;
    post(&api, "/api/series/points", &batch(&id, squares(0..3000))).await;
    let mut odd = batch(&id, []);
    odd["points"] = json!([{"step": 3000, "value": "NaN", "time": "2026-01-31T12:00:00Z"},
        {"step": 3001, "value": 9_007_199_254_740_993_i64}]);
    assert_eq!(post(&api, "/api/series/points", &odd).await.status, 200);
    let read = async |accept: &str, more: &str| {
        let path = format!("/api/series/points?calculation={id}&metric=loss{more}");
        api.send(request("GET", &path, "ada", SCOPE).insert_header(("accept", accept))).await
    };
    let lines = read("application/x-ndjson", "").await;
    assert_eq!(lines.headers.get("content-type").unwrap(), "application/x-ndjson");
    assert_eq!(lines.text.lines().count(), 3002);
    assert!(lines.text.ends_with(
        "{\"step\":3000,\"value\":\"NaN\",\"time\":\"2026-01-31T12:00:00Z\"}\n{\"step\":3001,\"value\":9007199254740993}\n"
    ));
    let table = read("text/csv", "&limit=2&from=2999").await;
    assert_eq!(table.text, "step,value,time\r\n2999,8994001.0,\r\n3000,NaN,2026-01-31T12:00:00Z\r\n");
    let empty = read("text/csv", "&from=5000").await;
    assert_eq!((empty.status, empty.text.as_str()), (200, "step,value,time\r\n"));
    assert_eq!(read("application/x-ndjson", "&from=5000").await.text, "");
}

#[actix_web::test]
async fn documents_that_a_client_cut_itself_are_read_with_the_rest() {
    let (api, id) = started().await;
    for (first, value) in [(5, 1.0), (0, 2.0), (3, 3.0)] {
        let body = batch(&id, (first..first + 4).map(|step| (step, value)));
        assert_eq!(post(&api, "/api/series", &body).await.status, 201);
    }
    post(&api, "/api/series/points", &batch(&id, [(4, 4.0), (20, 4.0)])).await;
    let page = call(&api, &format!("/api/series/points?calculation={id}&metric=loss")).await;
    let points = page.body["points"].as_array().unwrap();
    let steps: Vec<i64> = points.iter().map(|point| point["step"].as_i64().unwrap()).collect();
    assert_eq!(steps, [0, 1, 2, 3, 4, 5, 6, 7, 8, 20]);
    // Where two of the documents were made in the same millisecond either is right; the chunk always is.
    assert_eq!(
        (&points[2]["value"], &points[4]["value"], &points[7]["value"]),
        (&json!(2.0), &json!(4.0), &json!(1.0))
    );
    let chunk = call(&api, &format!("/api/series?calculation={id}&chunk[exists]=true")).await;
    let path = format!("/api/series/{}", chunk.body["items"][0]["_id"].as_str().unwrap());
    let patched = api.send(request("PATCH", &path, "ada", SCOPE).set_json(json!({"unit": "eV"}))).await;
    assert_eq!((patched.status, patched.faults()), (422, vec![("/chunk".into(), "readOnly".into())]));
    assert_eq!(api.send(request("DELETE", &path, "ada", SCOPE)).await.status, 204);
    assert_eq!(outcome(&post(&api, "/api/series/points", &batch(&id, [(20, 5.0)])).await), (1, 0, 0));
}

#[actix_web::test]
async fn metrics_are_listed_with_what_can_be_said_of_them() {
    let (api, id) = started().await;
    post(&api, "/api/series/points", &batch(&id, squares(0..1500))).await;
    let other = json!({"calculation": id, "metric": "energy", "unit": "eV", "points": [
        {"step": -3, "value": -1}, {"step": 9, "value": "NaN"}]});
    post(&api, "/api/series/points", &other).await;
    let all = call(&api, &format!("/api/series/metrics?calculation={id}")).await;
    assert_eq!(
        all.body["items"],
        json!([
            {"metric": "energy", "unit": "eV", "count": 2, "first_step": -3, "last_step": 9, "min": -1, "max": -1, "last_value": "NaN"},
            {"metric": "loss", "count": 1500, "first_step": 0, "last_step": 1499, "min": 0.0, "max": 2_247_001.0, "last_value": 2_247_001.0},
        ])
    );
    let page = call(&api, &format!("/api/series/metrics?calculation={id}&limit=1")).await;
    assert_eq!((page.body["items"].as_array().unwrap().len(), &page.body["next"]), (1, &json!("energy")));
    let page = call(&api, &format!("/api/series/metrics?calculation={id}&limit=1&after=energy")).await;
    assert_eq!((&page.body["items"][0]["metric"], &page.body["next"]), (&json!("loss"), &Value::Null));
}
