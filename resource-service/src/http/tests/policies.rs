//! Fields that not every reader sees, at every exit; and why somebody can, or cannot, see a document.

use super::*;

const OPEN: &str = "specimens:read specimens:write";
const FULL: &str = "specimens:read specimens:write specimens:secret specimens:price";

pub fn specimens() -> String {
    json!({
        "name": "specimens",
        "schema": {
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string"},
                "origin": {"type": "object", "properties": {"site": {"type": "string"}, "donor": {"type": "string"}}},
                "price": {"type": "number"},
            },
        },
        "indexes": [{"keys": {"origin.donor": 1}}],
        "views": {"short": ["name", "price"]},
        "access": {"hidden": {"origin.donor": "specimens:secret", "price": "specimens:price"}},
        "versioned": true,
    })
    .to_string()
}

fn sample() -> Value {
    json!({"name": "s1", "origin": {"donor": "D-17", "site": "Oslo"}, "price": 12.5})
}

async fn as_reader(api: &Api, method: &str, path: &str) -> Response {
    api.send(request(method, path, "eve", OPEN)).await
}

async fn as_writer(api: &Api, method: &str, path: &str, body: Value) -> Response {
    api.send(request(method, path, "eve", OPEN).set_json(body)).await
}

/// The path of a sample made by somebody who sees all of it.
async fn made(api: &Api) -> String {
    let made = api.send(request("POST", "/api/specimens", "ada", FULL).set_json(sample())).await;
    assert_eq!((made.status, &made.body["price"]), (201, &json!(12.5)), "{}", made.body);
    format!("/api/specimens/{}", made.id())
}

#[actix_web::test]
async fn a_hidden_field_is_in_no_answer() {
    let api = Api::start().await;
    let path = made(&api).await;
    let visible = json!({"site": "Oslo"});
    let one = as_reader(&api, "GET", &path).await;
    assert_eq!((&one.body["origin"], one.body.get("price")), (&visible, None));
    let part = as_reader(&api, "GET", &format!("{path}?fields=origin")).await;
    assert_eq!(part.body["origin"], visible);
    for query in ["", "?fields=origin,name", "?filter=%7B%22name%22:%22s1%22%7D"] {
        let list = as_reader(&api, "GET", &format!("/api/specimens{query}")).await;
        let text = list.body.to_string();
        assert!(list.status != 200 || text.contains("Oslo"), "{text}");
        assert!(!text.contains("D-17") && !text.contains("12.5"), "{text}");
    }
    let view = as_reader(&api, "GET", "/api/specimens?view=short").await;
    assert_eq!((&view.body["items"][0]["name"], view.body["items"][0].get("price")), (&json!("s1"), None));
    let half = api.send(request("GET", &path, "eve", "specimens:read specimens:price")).await;
    assert_eq!((&half.body["origin"], &half.body["price"]), (&visible, &json!(12.5)));
}

#[actix_web::test]
async fn a_hidden_field_can_be_neither_filtered_nor_sorted_nor_asked_for() {
    let api = Api::start().await;
    made(&api).await;
    for (query, parameter) in [
        ("origin.donor=D-17", "origin.donor"),
        ("origin.donor%5Bexists%5D=true", "origin.donor%5Bexists%5D"),
        ("price%5Bgt%5D=1", "price%5Bgt%5D"),
        ("sort=-price", "sort"),
        ("fields=name,price", "fields"),
    ] {
        let refused = as_reader(&api, "GET", &format!("/api/specimens?{query}")).await;
        let parameter = parameter.replace("%5B", "[").replace("%5D", "]");
        assert_eq!((refused.status, refused.faults()), (422, vec![(parameter, "field".into())]), "{query}");
        assert!(refused.body.to_string().contains("the scope specimens:"), "{}", refused.body);
        let full = api.send(request("GET", &format!("/api/specimens?{query}"), "ada", FULL)).await;
        assert_eq!(full.status, 200, "{query}: {}", full.body);
    }
}

#[actix_web::test]
async fn a_hidden_field_survives_the_writes_of_those_who_do_not_see_it() {
    let api = Api::start().await;
    let path = made(&api).await;
    for (method, body) in [
        ("PUT", json!({"name": "s2"})),
        ("PATCH", json!({"origin": null})),
        ("PATCH", json!({"origin": {"site": "Bergen"}})),
    ] {
        let written = as_writer(&api, method, &path, body).await;
        let text = written.body.to_string();
        assert_eq!(written.status, 200, "{text}");
        assert!(!text.contains("D-17") && !text.contains("12.5"), "{text}");
    }
    let whole = api.send(request("GET", &path, "ada", FULL)).await.body;
    assert_eq!(
        (&whole["origin"], &whole["price"]),
        (&json!({"donor": "D-17", "site": "Bergen"}), &json!(12.5))
    );
    for (method, body) in
        [("PUT", json!({"name": "s2", "price": 1})), ("PATCH", json!({"origin": {"donor": "D-18"}}))]
    {
        let refused = as_writer(&api, method, &path, body.clone()).await;
        assert_eq!(refused.code(), (403, "insufficient_scope"), "{method} {body}");
    }
    let refused = as_writer(&api, "POST", "/api/specimens", sample()).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    assert_eq!(whole, api.send(request("GET", &path, "ada", FULL)).await.body);
}

#[actix_web::test]
async fn a_hidden_field_is_in_no_statistic_and_no_file() {
    let api = Api::start().await;
    made(&api).await;
    for query in [
        "group=price&stat=count",
        "stat=sum:price",
        "group=origin.donor&stat=count",
        "stat=count&price%5Bgt%5D=1",
    ] {
        let path = format!("/api/specimens/aggregate?{query}");
        let refused = as_reader(&api, "GET", &path).await;
        assert_eq!(refused.status, 422, "{query}: {}", refused.text);
        assert!(refused.text.contains("the scope specimens:"), "{query}: {}", refused.text);
        assert_eq!(api.send(request("GET", &path, "ada", FULL)).await.status, 200, "{query}");
    }
    for accept in ["text/csv", "application/x-ndjson", "application/vnd.apache.parquet"] {
        let file = async |scope| {
            let request = request("GET", "/api/specimens", "eve", scope).insert_header(("accept", accept));
            api.send(request).await.text
        };
        let (part, whole) = (file(OPEN).await, file(FULL).await);
        assert!(part.contains("Oslo") && whole.contains("D-17") && whole.contains("price"), "{part} {whole}");
        for secret in ["D-17", "donor", "12.5", "price"] {
            assert!(!part.contains(secret), "{accept}: {part}");
        }
    }
}

#[actix_web::test]
async fn a_hidden_field_is_in_no_version_and_stays_when_one_is_restored() {
    let api = Api::start().await;
    let path = made(&api).await;
    let raised = request("PATCH", &path, "ada", FULL).set_json(json!({"price": 20.25, "name": "s2"}));
    assert_eq!(api.send(raised).await.status, 200);
    for part in ["/versions", "/versions/1", "/versions/2"] {
        let shown = as_reader(&api, "GET", &format!("{path}{part}")).await;
        assert!(
            shown.status == 200 && (shown.text.contains("s1") || shown.text.contains("s2")),
            "{}",
            shown.text
        );
        for secret in ["D-17", "12.5", "20.25", "price"] {
            assert!(!shown.text.contains(secret), "{part}: {}", shown.text);
        }
    }
    let restored = as_writer(&api, "POST", &format!("{path}/versions/1/restore"), json!({})).await;
    assert_eq!(
        (restored.status, &restored.body["name"], restored.body.get("price")),
        (200, &json!("s1"), None)
    );
    let whole = api.send(request("GET", &path, "ada", FULL)).await.body;
    assert_eq!((&whole["price"], &whole["origin"]["donor"]), (&json!(20.25), &json!("D-17")));
    assert_eq!(api.send(request("DELETE", &path, "eve", OPEN)).await.status, 204);
    let back = as_writer(&api, "POST", &format!("{path}/versions/2/restore"), json!({})).await;
    assert_eq!((back.status, back.body.get("price")), (200, None), "{}", back.text);
    assert_eq!(api.send(request("GET", &path, "ada", FULL)).await.body["price"], json!(20.25));
}

#[actix_web::test]
async fn an_administrator_is_told_why_somebody_cannot_see_a_document() {
    let api = Api::start().await;
    let note = api.with("POST", "/api/notes", &json!({"title": "mine"})).await;
    let path = format!("/api/notes/{}/access", note.id());
    let ask = async |path: &str, subject: &str, scope: &str| {
        let path = format!("{path}?subject={subject}&scope={}", scope.replace(' ', "+"));
        api.send(request("GET", &path, "root", "*")).await.body
    };
    let verdict = |body: &Value, verb: &str| {
        (body[verb]["allowed"].as_bool().unwrap(), body[verb]["reasons"].to_string())
    };
    let owner = ask(&path, "ada", "notes:read").await;
    assert!(verdict(&owner, "read").0 && !verdict(&owner, "write").0, "{owner}");
    let other = ask(&path, "eve", "notes:read").await;
    assert_eq!(other["_owner"], "ada");
    let (allowed, reasons) = verdict(&other, "read");
    assert!(!allowed && reasons.contains("notes:admin"), "{reasons}");
    assert!(verdict(&ask(&path, "eve", "notes:read notes:admin").await, "read").0);
    let absent = ask("/api/notes/nothing/access", "ada", "notes:read").await;
    assert_eq!((&absent["exists"], verdict(&absent, "read").0), (&json!(false), false));
    let sample = ask(&format!("{}/access", made(&api).await), "eve", OPEN).await;
    assert_eq!(
        sample["hidden"],
        json!([{"field": "origin.donor", "scope": "specimens:secret"}, {"field": "price", "scope": "specimens:price"}])
    );
    assert_eq!(api.call("GET", &path).await.code(), (403, "insufficient_scope"));
    let unasked = api.send(request("GET", &format!("{path}?who=eve"), "root", "*")).await;
    let faults = [("subject", "required"), ("scope", "required"), ("who", "parameter")];
    assert_eq!(unasked.faults(), faults.map(|(name, code)| (name.to_owned(), code.to_owned())));
}

#[actix_web::test]
async fn values_are_unique_among_the_documents_of_an_owner_where_others_see_none_of_them() {
    let api = Api::start().await;
    let add = async |subject: &str| {
        let note = request("POST", "/api/notes", subject, ALL).set_json(json!({"slug": "plan"}));
        api.send(note).await
    };
    assert_eq!(
        (add("ada").await.status, add("eve").await.status),
        (201, 201),
        "nobody is shown what others have"
    );
    let twice = add("ada").await;
    assert_eq!(twice.code(), (409, "conflict"));
    assert!(twice.text.contains("of the same owner has the same slug"), "{}", twice.text);
}
