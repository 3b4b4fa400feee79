//! The fields of a collection, and the search over all of them, as a client sees them.

use super::*;
use crate::ops::search::LOOKED_AT;

fn field<'r>(listed: &'r Response, path: &str) -> &'r Value {
    let fields = listed.body["fields"].as_array().unwrap();
    let found = fields.iter().find(|field| field["path"] == path);
    found.unwrap_or_else(|| panic!("no {path}: {}", listed.text))
}

#[actix_web::test]
async fn fields_are_those_of_the_schema_and_of_the_documents() {
    let api = Api::start().await;
    for (name, energy) in [("a", json!(-1.5)), ("b", json!("NaN"))] {
        let body = json!({"name": name, "code": {"name": "psi4"}, "status": "running",
            "parameters": {"cutoff": 300, "grid": {"k": [1, 2]}},
            "results": {"energy": {"value": energy, "unit": "eV"}}});
        assert_eq!(api.with("POST", "/api/calculations", &body).await.status, 201);
    }
    let listed = api.call("GET", "/api/calculations/fields").await;
    assert_eq!(
        (listed.status, &listed.body["sampled"], &listed.body["truncated"]),
        (200, &json!(2), &json!(false))
    );
    let energy = json!({"path": "results.energy.value", "types": ["number"], "format": "ieee754", "unit": "eV",
        "count": 2, "declared": false, "indexed": false});
    assert_eq!(field(&listed, "results.energy.value"), &energy);
    assert_eq!(field(&listed, "parameters.cutoff")["types"], json!(["integer"]));
    assert_eq!(field(&listed, "parameters.grid.k")["types"], json!(["array"]));
    assert_eq!(
        (&field(&listed, "status")["indexed"], &field(&listed, "status")["declared"]),
        (&json!(true), &json!(true))
    );
    assert!(
        !listed.text.contains("-1.5") && !listed.text.contains("psi4"),
        "no value is shown: {}",
        listed.text
    );
    let refused = api.send(request("GET", "/api/calculations/fields", "eve", "calculations:write")).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("GET", "/api/nothing/fields").await.code(), (404, "not_found"));
}

#[actix_web::test]
async fn fields_are_those_that_the_caller_may_see() {
    let api = Api::start().await;
    let (open, full) = ("specimens:read", "specimens:read specimens:write specimens:price");
    let sample = json!({"name": "s1", "price": 12.5});
    assert_eq!(api.send(request("POST", "/api/specimens", "ada", full).set_json(sample)).await.status, 201);
    let part = api.send(request("GET", "/api/specimens/fields", "eve", open)).await;
    assert!(part.status == 200 && !part.text.contains("price"), "{}", part.text);
    let whole = api.send(request("GET", "/api/specimens/fields", "ada", full)).await;
    assert_eq!(field(&whole, "price")["declared"], true);
    // A count leaves out the documents that the caller may not read.
    let draft = json!({"mine": 1});
    assert_eq!(api.with("POST", "/api/notes", &draft).await.status, 201);
    let others = api.send(request("GET", "/api/notes/fields", "eve", "notes:read")).await;
    assert!(others.body["sampled"] == 0 && !others.text.contains("mine"), "{}", others.text);
    let own = api.call("GET", "/api/notes/fields").await;
    assert_eq!(field(&own, "mine")["count"], 1);
}

fn hits(found: &Response) -> Vec<(&str, &str, &str)> {
    let items = found.body["items"].as_array().unwrap_or_else(|| panic!("{}", found.text)).iter();
    let text = |item: &'_ Value, name: &str| -> &str { item[name].as_str().unwrap().to_owned().leak() };
    items.map(|item| (text(item, "collection"), text(item, "title"), text(item, "field"))).collect()
}

#[actix_web::test]
async fn a_document_is_found_by_its_id_by_its_beginning_and_by_words() {
    let api = Api::shipped().await;
    let scope = "calculations:read calculations:write reviews:read reviews:write notes:read notes:write";
    let post =
        async |path: &str, body: Value| api.send(request("POST", path, "ada", scope).set_json(body)).await;
    let run = post(
        "/api/calculations",
        json!({"name": "Water dimer", "code": {"name": "VASP"}, "status": "finished", "tags": ["Benchmark"]}),
    )
    .await;
    let note = post("/api/notes", json!({"title": "about the DIMER"})).await;
    let review = json!({"calculation": run.id(), "revision": 1, "verdict": "approve", "comment": "fine"});
    assert_eq!(post("/api/reviews", review).await.status, 201);
    let search = async |q: &str| api.send(request("GET", &format!("/api/search?q={q}"), "ada", scope)).await;

    let found = search(run.id()).await;
    assert_eq!((&found.body["items"][0]["_id"], &found.body["complete"]), (&json!(run.id()), &json!(true)));
    assert_eq!(hits(&found)[0], ("calculations", "Water dimer", "_id"));
    let upper = search(&run.id()[..30].to_uppercase()).await;
    assert!(hits(&upper).contains(&("calculations", "Water dimer", "_id")), "{}", upper.text);

    let found = search("dimer").await;
    assert_eq!(hits(&found).len(), 2, "{}", found.text);
    assert!(hits(&found).contains(&("notes", "about the DIMER", "title")), "{}", found.text);
    assert_eq!(hits(&search("benchmark%20vasp").await), [("calculations", "Water dimer", "code.name")]);
    assert!(hits(&search("dimer%20ethanol").await).is_empty());
    let review = search("APPROVE").await;
    assert_eq!((review.body["items"][0]["text"].as_str(), hits(&review)[0].0), (Some("approve"), "reviews"));
    assert!(hits(&search("fine").await).is_empty(), "a comment may be long");

    // Eve sees neither ada's note nor, without the scope, the reviews.
    let eve = "calculations:read notes:read";
    let found = api.send(request("GET", "/api/search?q=dimer", "eve", eve)).await;
    assert_eq!(hits(&found), [("calculations", "Water dimer", "name")]);
    for q in ["approve", note.id()] {
        let found = api.send(request("GET", &format!("/api/search?q={q}"), "eve", eve)).await;
        assert!(hits(&found).is_empty(), "{}", found.text);
    }
}

#[actix_web::test]
async fn the_latest_come_first_and_a_limit_is_told() {
    let api = Api::start().await;
    for n in 0..3 {
        let body = json!({"name": format!("run {n}"), "code": {"name": "x"}, "status": "planned"});
        assert_eq!(api.with("POST", "/api/calculations", &body).await.status, 201);
        api.clock.advance(std::time::Duration::from_secs(1));
    }
    let found = api.call("GET", "/api/search?q=run&limit=2").await;
    let titles: Vec<&str> = hits(&found).iter().map(|hit| hit.1).collect();
    assert_eq!((titles, &found.body["complete"]), (vec!["run 2", "run 1"], &json!(false)));
    assert_eq!(found.body["limited"], json!([]), "all were looked through");
    let all = api.call("GET", "/api/search?q=run").await;
    assert_eq!((hits(&all).len(), &all.body["complete"]), (3, &json!(true)));
}

#[actix_web::test]
async fn a_collection_with_more_documents_than_a_search_looks_through_is_named() {
    let api = Api::start().await;
    let note =
        |n: usize| json!({"title": if n == 0 { "the first one" } else { "another" }}).to_string() + "\n";
    let post = |body: String| {
        request("POST", "/api/notes", "ada", ALL)
            .insert_header(("content-type", "application/x-ndjson"))
            .insert_header(("prefer", "return=minimal"))
            .set_payload(body)
    };
    let search =
        async |q: &str| api.send(request("GET", &format!("/api/search?q={q}"), "ada", ALL)).await.body;
    assert_eq!(api.send(post((0..LOOKED_AT).map(note).collect())).await.status, 200);
    let whole = search("first").await;
    assert_eq!((whole["items"].as_array().unwrap().len(), &whole["complete"]), (1, &json!(true)), "{whole}");
    assert_eq!(whole["limited"], json!([]));
    api.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(api.send(post(note(1))).await.status, 200);
    let part = search("first").await;
    assert_eq!((&part["items"], &part["complete"]), (&json!([]), &json!(false)));
    assert_eq!(part["limited"], json!([{"collection": "notes", "documents": LOOKED_AT}]));
}

#[actix_web::test]
async fn what_is_hidden_is_not_found() {
    let secrets = json!({"name": "secrets",
        "schema": {"type": "object", "properties": {"name": {"type": "string"}, "iban": {"type": "string"}}},
        "access": {"hidden": {"iban": "secrets:iban"}}});
    let api = Api::start_with(&[secrets]).await;
    let full = "secrets:read secrets:write secrets:iban";
    let body = json!({"name": "account", "iban": "DE77"});
    assert_eq!(api.send(request("POST", "/api/secrets", "ada", full).set_json(body)).await.status, 201);
    let search = async |q: &str, scope: &str| {
        api.send(request("GET", &format!("/api/search?q={q}"), "eve", scope)).await
    };
    assert_eq!(hits(&search("de77", full).await), [("secrets", "account", "iban")]);
    assert!(hits(&search("de77", "secrets:read").await).is_empty());
    assert_eq!(hits(&search("account", "secrets:read").await), [("secrets", "account", "name")]);
}

#[actix_web::test]
async fn a_search_that_cannot_be_made_is_refused() {
    let api = Api::start().await;
    let long = "a".repeat(201);
    for (query, code) in [
        ("", "required"),
        ("q=", "required"),
        ("q=%20", "size"),
        (&format!("q={long}"), "size"),
        ("q=1%202%203%204%205%206%207%208%209%2010%2011", "size"),
    ] {
        let refused = api.call("GET", &format!("/api/search?{query}")).await;
        assert_eq!(refused.status, 422, "{query}: {}", refused.text);
        assert_eq!(refused.faults(), [("q".to_owned(), code.to_owned())], "{query}");
    }
    let refused = api.call("GET", "/api/search?q=a&limit=101").await;
    assert_eq!(refused.faults(), [("limit".to_owned(), "type".to_owned())]);
    let refused = api.send(request("GET", "/api/search", "eve", "something:else")).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
}
