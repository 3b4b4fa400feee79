//! Streams of changes and tickets, as a client sees them.

use std::{future::poll_fn, pin::Pin, time::Duration};

use actix_web::body::{BoxBody, MessageBody as _};
use tokio::time::timeout;

use super::*;

/// An open stream of Server-Sent Events.
pub(super) struct Stream {
    body: BoxBody,
    text: String,
    last_id: String,
}

#[derive(Debug)]
pub(super) struct Event {
    pub name: String,
    pub id: String,
    pub data: Value,
}

impl Api {
    pub(super) async fn open(&self, request: TestRequest) -> Stream {
        let app = init_service(App::new().configure(|config| (self.part.configure)(config))).await;
        let response = call_service(&app, request.to_request()).await;
        let status = response.status();
        let media_type = response.headers().get("content-type").cloned();
        let body = response.map_into_boxed_body().into_body();
        let mut stream = Stream { body, text: String::new(), last_id: String::new() };
        if status != 200 {
            while stream.more().await {}
            panic!("{status}: {}", stream.text);
        }
        assert_eq!(media_type.unwrap(), "text/event-stream");
        // From the greeting on, everything is sent.
        assert!(stream.more().await);
        assert!(stream.text.starts_with("retry: 3000\nid: "), "{}", stream.text);
        stream
    }

    async fn follow(&self, query: &str) -> Stream {
        self.open(request("GET", &format!("/api/calculations/changes{query}"), "ada", ALL)).await
    }
}

impl Stream {
    /// Waits for another part; whether there was one.
    async fn more(&mut self) -> bool {
        let part = poll_fn(|context| Pin::new(&mut self.body).poll_next(context));
        match timeout(Duration::from_secs(20), part).await.expect("in time") {
            Some(part) => {
                self.text.push_str(std::str::from_utf8(&part.unwrap()).unwrap());
                true
            }
            None => false,
        }
    }

    /// The next event with data; nothing where the stream ends.
    async fn event(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned))
                };
                let (id, name, data) = (field("id"), field("event"), field("data"));
                self.text = rest.to_owned();
                if let Some(id) = id {
                    self.last_id = id;
                }
                if let (Some(name), Some(data)) = (name, data) {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some(Event { name, id: self.last_id.clone(), data });
                }
            }
            if !self.more().await {
                return None;
            }
        }
    }

    pub(super) async fn next(&mut self) -> Event {
        self.event().await.expect("the stream continues")
    }
}

#[actix_web::test]
async fn a_change_is_told_with_the_document_as_the_reader_may_see_it() {
    let api = Api::start().await;
    let mut whole = api.follow("").await;
    let mut part = api.follow("?fields=status&status=running").await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    let path = format!("/api/calculations/{}", made.id());
    let event = whole.next().await;
    assert_eq!(event.name, "insert");
    let expected = json!({"_id": made.id(), "_revision": 1, "type": "insert", "at": "2026-01-31T12:00:00.000Z", "document": made.body});
    assert_eq!(event.data, expected);
    let event = part.next().await;
    assert_eq!(event.data["document"], json!({"_id": made.id(), "_revision": 1, "status": "running"}));

    let replaced =
        api.with("PUT", &path, &json!({"name": "H2", "code": {"name": "psi4"}, "status": "finished"})).await;
    let event = whole.next().await;
    assert_eq!((event.name.as_str(), &event.data["document"]), ("replace", &replaced.body));
    let event = part.next().await;
    let expected =
        json!({"_id": made.id(), "_revision": 2, "type": "leave", "at": "2026-01-31T12:00:00.000Z"});
    assert_eq!((event.name.as_str(), event.data), ("leave", expected));

    assert_eq!(api.call("DELETE", &path).await.status, 204);
    let event = whole.next().await;
    let expected =
        json!({"_id": made.id(), "_revision": 2, "type": "delete", "at": "2026-01-31T12:00:00.000Z"});
    assert_eq!((event.name.as_str(), event.data), ("delete", expected));
    let again = api.with("POST", "/api/calculations", &calculation()).await;
    let event = part.next().await;
    assert_eq!(
        (event.name.as_str(), event.data["_id"].as_str()),
        ("insert", Some(again.id())),
        "nothing was sent in between"
    );
}

#[actix_web::test]
async fn the_changes_of_others_are_not_told_where_only_owners_look() {
    let api = Api::start().await;
    let scope = "notes:read notes:write";
    let mut eve = api.open(request("GET", "/api/notes/changes", "eve", scope)).await;
    let mut admin = api.open(request("GET", "/api/notes/changes", "root", "notes:read notes:admin")).await;
    let mine = api.with("POST", "/api/notes", &json!({"title": "mine"})).await;
    assert_eq!(api.call("DELETE", &format!("/api/notes/{}", mine.id())).await.status, 204);
    let theirs = request("POST", "/api/notes", "eve", scope).set_json(json!({"title": "theirs"}));
    let theirs = api.send(theirs).await;
    let removed = request("DELETE", &format!("/api/notes/{}", theirs.id()), "eve", scope);
    assert_eq!(api.send(removed).await.status, 204);
    for expected in ["insert", "delete"] {
        let event = eve.next().await;
        assert_eq!((event.name.as_str(), event.data["_id"].as_str()), (expected, Some(theirs.id())));
    }
    for (expected, id) in [("insert", mine.id()), ("delete", mine.id()), ("insert", theirs.id())] {
        let event = admin.next().await;
        assert_eq!((event.name.as_str(), event.data["_id"].as_str()), (expected, Some(id)));
    }
}

#[actix_web::test]
async fn a_hidden_field_is_told_to_nobody_who_may_not_see_it_and_selects_no_changes() {
    let api = Api::start().await;
    let (open, full) = ("specimens:read specimens:write", "specimens:read specimens:write specimens:price");
    let mut part = api.open(request("GET", "/api/specimens/changes", "eve", open)).await;
    let mut whole = api.open(request("GET", "/api/specimens/changes?price%5Bgt%5D=1", "ada", full)).await;
    let sample = json!({"name": "s1", "price": 12.5});
    let made = api.send(request("POST", "/api/specimens", "ada", full).set_json(sample)).await;
    let patch = request("PATCH", &format!("/api/specimens/{}", made.id()), "ada", full);
    assert_eq!(api.send(patch.set_json(json!({"price": 20.25}))).await.status, 200);
    for price in [12.5, 20.25] {
        let event = part.next().await;
        assert_eq!(
            (&event.data["document"]["name"], event.data.to_string().contains("price")),
            (&json!("s1"), false)
        );
        assert_eq!(whole.next().await.data["document"]["price"], price);
    }
    let refused = api.send(request("GET", "/api/specimens/changes?price%5Bgt%5D=1", "eve", open)).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
}

#[actix_web::test]
async fn a_reader_goes_on_behind_the_last_event() {
    let api = Api::start().await;
    let mut stream = api.follow("?since=now").await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let made = api.with("POST", "/api/calculations", &calculation()).await;
        ids.push((made.id().to_owned(), stream.next().await.id));
    }
    let mut by_parameter = api.follow(&format!("?last_event_id={}", ids[0].1)).await;
    assert_eq!(by_parameter.next().await.data["_id"], ids[1].0.as_str());
    // The browser's own header is the newer one.
    let path = format!("/api/calculations/changes?since=now&last_event_id={}", ids[0].1);
    let request = request("GET", &path, "ada", ALL).insert_header(("last-event-id", ids[2].1.as_str()));
    let mut by_header = api.open(request).await;
    let event = by_header.next().await;
    assert_eq!((event.data["_id"].as_str(), &event.id), (Some(ids[3].0.as_str()), &ids[3].1));
}

#[actix_web::test]
async fn a_place_that_is_not_kept_is_gone_and_other_parameters_are_refused_by_name() {
    let api = Api::start().await;
    let path = |query: &str| format!("/api/calculations/changes?{query}");
    for id in ["nonsense", "ffffffff", "1.2.3", "-1", "%27%3B--"] {
        let gone = api.call("GET", &path(&format!("last_event_id={id}"))).await;
        assert_eq!(gone.code(), (410, "gone"), "{id}");
        assert!(gone.body["detail"].as_str().unwrap().contains("list again"), "{}", gone.body);
    }
    let refused =
        api.call("GET", &path("sort=name&limit=5&after=x&count=exact&since=yesterday&since=now")).await;
    let expected = [
        ("sort", "parameter"),
        ("limit", "parameter"),
        ("after", "parameter"),
        ("count", "parameter"),
        ("since", "type"),
        ("since", "duplicate"),
    ];
    assert_eq!(refused.faults(), expected.map(|(name, code)| (name.to_owned(), code.to_owned())));
    let refused = api.call("GET", &path("stauts=running&fields=nmae")).await;
    assert_eq!(refused.faults(), [("stauts".into(), "field".into()), ("fields".into(), "field".into())]);
    let refused = api.send(request("GET", "/api/calculations/changes", "eve", "calculations:write")).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    assert_eq!(api.call("GET", "/api/nothing/changes").await.code(), (404, "not_found"));
    assert_eq!(api.call("DELETE", "/api/calculations/changes").await.status, 405);
    assert_eq!(api.call("HEAD", "/api/calculations/changes").await.status, 200);
}

#[actix_web::test]
async fn the_stream_of_a_token_that_has_expired_ends_before_anything_more_is_told() {
    let api = Api::start().await;
    let mut stream = api.follow("").await;
    api.with("POST", "/api/calculations", &calculation()).await;
    assert_eq!(stream.next().await.name, "insert");
    // Before the token has expired, and five seconds of leeway after.
    api.with("POST", "/api/calculations", &calculation()).await;
    api.clock.advance(Duration::from_secs(306));
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), event.data["code"].as_str()), ("end", Some("invalid_token")));
    assert!(event.data["detail"].as_str().unwrap().contains("expired"), "{event:?}");
    assert!(stream.event().await.is_none());
}

#[actix_web::test]
async fn a_ticket_opens_the_changes_of_its_collection_once_without_a_token() {
    let api = Api::start().await;
    let given = api.call("POST", "/api/calculations/changes/ticket").await;
    assert_eq!((given.status, given.body["expires_in"].as_i64()), (200, Some(30)));
    assert_eq!(given.headers.get("cache-control").unwrap(), "no-store");
    let path = |collection: &str| {
        format!("/api/{collection}/changes?ticket={}", given.body["ticket"].as_str().unwrap())
    };
    let anonymous = |path: &str| TestRequest::get().uri(path);
    assert_eq!(
        api.send(anonymous(&path("notes"))).await.code(),
        (401, "invalid_token"),
        "another collection"
    );
    let mut stream = api.open(anonymous(&path("calculations"))).await;
    let made = api.with("POST", "/api/calculations", &calculation()).await;
    assert_eq!(stream.next().await.data["_id"], made.id());
    let used = api.send(anonymous(&path("calculations"))).await;
    assert_eq!(used.code(), (401, "invalid_token"), "used");
    assert!(used.headers.get(WWW_AUTHENTICATE).unwrap().to_str().unwrap().starts_with("Bearer"));
    for wrong in ["", "x", "tkt_x"] {
        let path = format!("/api/calculations/changes?ticket={wrong}");
        assert_eq!(api.send(anonymous(&path)).await.code(), (401, "invalid_token"), "{wrong:?}");
    }
    assert_eq!(api.send(anonymous("/api/calculations/changes")).await.code(), (401, "invalid_token"));
    // It opens nothing else.
    let given = api.call("POST", "/api/calculations/changes/ticket").await;
    let list = format!("/api/calculations?ticket={}", given.body["ticket"].as_str().unwrap());
    assert_eq!(api.send(anonymous(&list)).await.code(), (401, "invalid_token"));
}

#[actix_web::test]
async fn a_ticket_lasts_half_a_minute_and_no_longer_than_its_token() {
    let api = Api::start().await;
    let ticket = async || {
        let given = api.call("POST", "/api/calculations/changes/ticket").await;
        format!("/api/calculations/changes?ticket={}", given.body["ticket"].as_str().unwrap())
    };
    let refused =
        api.send(request("POST", "/api/calculations/changes/ticket", "eve", "calculations:write")).await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    let late = ticket().await;
    api.clock.advance(Duration::from_secs(30));
    assert_eq!(api.send(TestRequest::get().uri(&late)).await.code(), (401, "invalid_token"));
    // The token of these tests lasts 300 s.
    api.clock.advance(Duration::from_secs(265));
    let last = ticket().await;
    api.clock.advance(Duration::from_secs(10));
    let refused = api.send(TestRequest::get().uri(&last)).await;
    assert_eq!(refused.code(), (401, "invalid_token"));
    assert!(refused.body["detail"].as_str().unwrap().contains("has expired"), "{}", refused.body);
}

#[actix_web::test]
async fn a_stream_ends_when_a_field_is_hidden_under_it() {
    let ledger = |hidden: Value| {
        let text = json!({"type": "object", "properties": {"iban": {"type": "string"}}});
        json!({"name": "ledger", "schema": text, "access": {"hidden": hidden}})
    };
    let api = Api::start_with(&[ledger(json!({}))]).await;
    let all = "ledger:read ledger:write ledger:admin collections:write";
    let post = || request("POST", "/api/ledger", "ada", all).set_json(json!({"iban": "DE-NEW"}));
    let mut stream = api.open(request("GET", "/api/ledger/changes", "eve", "ledger:read")).await;
    assert_eq!(api.send(post()).await.status, 201);
    while !stream.text.contains("DE-NEW") {
        assert!(stream.more().await);
    }
    let last = stream.text.lines().rev().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
    stream.text.clear();
    let hidden = ledger(json!({"iban": "ledger:secret"}));
    let put = request("PUT", "/api/collections/ledger?force=true", "ada", all).set_json(hidden);
    assert_eq!(api.send(put).await.status, 200);
    assert_eq!(api.send(post()).await.status, 403, "who writes must see it");
    let seeing = format!("{all} ledger:secret");
    let secret = request("POST", "/api/ledger", "ada", &seeing).set_json(json!({"iban": "DE-NEW"}));
    assert_eq!(api.send(secret).await.status, 201);
    while stream.more().await {}
    assert!(stream.text.contains("event: end\ndata: {\"code\":\"definition_changed\""), "{}", stream.text);
    assert!(!stream.text.contains("DE-NEW"), "{}", stream.text);
    let resumed = request("GET", "/api/ledger/changes", "eve", "ledger:read");
    let mut resumed = api.open(resumed.insert_header(("last-event-id", last))).await;
    while !resumed.text.contains("event: insert") {
        assert!(resumed.more().await);
    }
    assert!(!resumed.text.contains("DE-NEW"), "{}", resumed.text);
}

#[actix_web::test]
async fn the_changes_of_a_collection_that_was_removed_are_gone_for_the_next_of_its_name() {
    let api = Api::start().await;
    let all = "things:read things:write things:admin collections:write";
    let call = async |method: &str, path: &str, body: Value| {
        api.send(request(method, path, "ada", all).set_json(body)).await
    };
    let behind = |id: &str| {
        let request = request("GET", "/api/things/changes", "ada", all);
        request.insert_header(("last-event-id", id.to_owned()))
    };
    let (path, things) = ("/api/collections/things", json!({"name": "things", "schema": {"type": "object"}}));
    assert_eq!(call("PUT", path, things.clone()).await.status, 201);
    let mut first = api.open(request("GET", "/api/things/changes", "ada", all)).await;
    let mut places = Vec::new();
    for n in 0..2 {
        assert_eq!(call("POST", "/api/things", json!({"old": n})).await.status, 201);
        places.push(first.next().await.id);
    }
    assert_eq!(call("DELETE", &format!("{path}?force=true"), json!({})).await.status, 204);
    assert_eq!(first.next().await.name, "end");
    assert_eq!(call("PUT", path, things.clone()).await.status, 201);
    let mut second = api.open(request("GET", "/api/things/changes", "ada", all)).await;
    for n in 0..2 {
        assert_eq!(call("POST", "/api/things", json!({"new": n})).await.status, 201);
    }
    let made = second.next().await.id;
    // Also the place of the very last change, behind which only the removal lies.
    for place in &places {
        let gone = api.send(behind(place)).await;
        assert_eq!(gone.code(), (410, "gone"), "{place}");
        let gone = call("GET", &format!("/api/things/changes?last_event_id={place}"), json!({})).await;
        assert_eq!(gone.code(), (410, "gone"), "{place}");
    }
    // A change of the definition makes nothing of the collection's own past unreachable.
    assert_eq!(
        call("PUT", path, json!({"name": "things", "schema": {"type": "object"}, "max_age": 60}))
            .await
            .status,
        200
    );
    let event = api.open(behind(&made)).await.next().await;
    assert_eq!(event.data["document"]["new"], 1);
}

#[actix_web::test]
async fn a_download_ends_with_its_token_and_with_its_definition() {
    let fat = json!({"name": "fat", "schema": {"type": "object", "properties": {"n": {}}}});
    let scope = "fat:read fat:write fat:admin collections:write";
    for redefined in [false, true] {
        let api = Api::start_with(std::slice::from_ref(&fat)).await;
        let many: Vec<Value> = (0..40).map(|n| json!({"n": n, "s": "x".repeat(10_000)})).collect();
        assert_eq!(api.send(request("POST", "/api/fat", "ada", scope).set_json(many)).await.status, 200);
        let app = init_service(App::new().configure(|config| (api.part.configure)(config))).await;
        let get = request("GET", "/api/fat", "ada", scope).insert_header(("accept", "application/x-ndjson"));
        let response = call_service(&app, get.to_request()).await;
        assert_eq!(response.status(), 200);
        let mut body = response.map_into_boxed_body().into_body();
        let mut part = async || poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
        assert!(part().await.unwrap().is_ok());
        if redefined {
            let mut changed = fat.clone();
            changed["views"] = json!({"short": ["n"]});
            let put = request("PUT", "/api/collections/fat", "ada", scope).set_json(changed);
            assert_eq!(api.send(put).await.status, 200);
        } else {
            api.clock.advance(Duration::from_secs(306));
        }
        assert!(part().await.unwrap().is_err(), "the connection is cut, so that nobody takes this for all");
    }
}

/// A stream of several collections.
fn several(query: &str, subject: &str, scope: &str) -> TestRequest {
    request("GET", &format!("/api/changes?{query}"), subject, scope)
}

#[actix_web::test]
async fn the_changes_of_several_collections_are_one_stream_with_one_id() {
    let api = Api::start().await;
    let mut all = api.open(several("collections=notes,calculations", "ada", ALL)).await;
    let mut ids = Vec::new();
    let note = api.with("POST", "/api/notes", &json!({"title": "a"})).await;
    let run = api.with("POST", "/api/calculations", &calculation()).await;
    assert_eq!(api.call("DELETE", &format!("/api/notes/{}", note.id())).await.status, 204);
    for (collection, id, name) in
        [("notes", note.id(), "insert"), ("calculations", run.id(), "insert"), ("notes", note.id(), "delete")]
    {
        let event = all.next().await;
        assert_eq!((event.name.as_str(), &event.data["type"]), (name, &json!(name)));
        assert_eq!(
            (event.data["collection"].as_str(), event.data["_id"].as_str()),
            (Some(collection), Some(id))
        );
        assert_eq!(event.data["document"].is_object(), name == "insert", "{event:?}");
        ids.push(event.id);
    }
    let query = format!("collections=calculations,notes&documents=false&last_event_id={}", ids[0]);
    let mut later = api.open(several(&query, "ada", ALL)).await;
    let event = later.next().await;
    let expected = json!({"_id": run.id(), "_revision": 1, "type": "insert", "at": "2026-01-31T12:00:00.000Z", "collection": "calculations"});
    assert_eq!((event.data, &event.id), (expected, &ids[1]));
    let by_header = several(&format!("collections=notes&since=now&last_event_id={}", ids[2]), "ada", ALL);
    let mut by_header = api.open(by_header.insert_header(("last-event-id", ids[0].as_str()))).await;
    assert_eq!(by_header.next().await.name, "delete");
}

#[actix_web::test]
async fn each_collection_of_a_stream_keeps_its_own_policy() {
    let api = Api::start().await;
    let scope = "notes:read specimens:read";
    let mut eve = api.open(several("collections=notes,specimens", "eve", scope)).await;
    api.with("POST", "/api/notes", &json!({"title": "mine"})).await;
    let full = "specimens:read specimens:write specimens:price";
    let sample = json!({"name": "s1", "price": 12.5});
    let made = api.send(request("POST", "/api/specimens", "ada", full).set_json(sample)).await;
    let event = eve.next().await;
    assert_eq!(event.data["_id"], made.id(), "nobody else's note");
    assert_eq!(event.data["document"]["name"], "s1");
    assert!(!event.data.to_string().contains("price"), "{event:?}");
}

#[actix_web::test]
async fn a_stream_of_several_collections_is_refused_as_a_whole() {
    let api = Api::start().await;
    let ask = async |query: &str, scope: &str| api.send(several(query, "ada", scope)).await;
    let refused = ask("collections=calculations,notes", "calculations:read").await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    let challenge = refused.headers.get(WWW_AUTHENTICATE).unwrap().to_str().unwrap();
    assert!(challenge.contains("scope=\"notes:read\""), "{challenge}");
    let refused = ask("", "something:else").await;
    assert_eq!(refused.code(), (403, "insufficient_scope"));
    let unknown = ask("collections=calculations,nothing", ALL).await;
    assert_eq!(unknown.code(), (404, "not_found"));
    assert!(unknown.detail().contains("nothing"), "{}", unknown.detail());
    let many = vec!["calculations"; 21].join(",");
    for (query, fault) in [
        ("", ("collections", "required")),
        ("collections=", ("collections", "required")),
        ("collections=notes,notes", ("collections", "duplicate")),
        (&format!("collections={many}"), ("collections", "size")),
        ("collections=notes&documents=no", ("documents", "type")),
        ("collections=notes&since=yesterday", ("since", "type")),
        ("collections=notes&status=x", ("status", "parameter")),
        ("collections=notes&fields=x", ("fields", "parameter")),
        ("collections=notes&ticket=x", ("ticket", "parameter")),
    ] {
        let refused = ask(query, ALL).await;
        let (name, code) = fault;
        assert_eq!(refused.status, 422, "{query}: {}", refused.text);
        assert!(refused.faults().contains(&(name.to_owned(), code.to_owned())), "{query}: {}", refused.text);
    }
    for id in ["nonsense", "ffffffff", "1~notes", "1~notes.x"] {
        let gone = ask(&format!("collections=notes&last_event_id={id}"), ALL).await;
        assert_eq!(gone.code(), (410, "gone"), "{id}");
    }
    let head = request("HEAD", "/api/changes?collections=notes", "ada", ALL);
    assert_eq!(api.send(head).await.status, 200);
}

#[actix_web::test]
async fn a_stream_of_several_collections_ends_with_the_definition_of_one() {
    let things = json!({"name": "things", "schema": {"type": "object"}});
    let api = Api::start().await;
    let all = "things:read things:write things:admin collections:write notes:read notes:write";
    let call = async |method: &str, path: &str, body: &Value| {
        api.send(request(method, path, "ada", all).set_json(body)).await
    };
    let path = "/api/collections/things";
    assert_eq!(call("PUT", path, &things).await.status, 201);
    let mut stream = api.open(several("collections=notes,things", "ada", all)).await;
    assert_eq!(call("POST", "/api/things", &json!({"old": 1})).await.status, 201);
    let place = stream.next().await.id;
    assert_eq!(call("DELETE", &format!("{path}?force=true"), &json!({})).await.status, 204);
    let end = stream.next().await;
    assert_eq!((end.name.as_str(), &end.data["code"]), ("end", &json!("definition_changed")));
    assert_eq!(end.data["collection"], "things");
    assert!(stream.event().await.is_none());
    let query = format!("collections=notes,things&last_event_id={place}");
    assert_eq!(api.send(several(&query, "ada", all)).await.code(), (404, "not_found"));
    assert_eq!(call("PUT", path, &things).await.status, 201);
    let gone = api.send(several(&query, "ada", all)).await;
    assert_eq!(gone.code(), (410, "gone"));
    assert!(gone.detail().contains("\"things\" was removed"), "{}", gone.detail());
    // The other one continues.
    let mut notes = api.open(several(&format!("collections=notes&last_event_id={place}"), "ada", all)).await;
    assert_eq!(call("POST", "/api/notes", &json!({"title": "a"})).await.status, 201);
    assert_eq!(notes.next().await.data["collection"], "notes");
}

#[actix_web::test]
async fn a_stream_of_several_collections_ends_with_its_token() {
    let api = Api::start().await;
    let mut stream = api.open(several("collections=calculations,notes", "ada", ALL)).await;
    api.with("POST", "/api/notes", &json!({"title": "a"})).await;
    assert_eq!(stream.next().await.name, "insert");
    api.with("POST", "/api/notes", &json!({"title": "b"})).await;
    api.clock.advance(Duration::from_secs(306));
    let end = stream.next().await;
    assert_eq!((end.name.as_str(), &end.data["code"]), ("end", &json!("invalid_token")));
    assert!(end.data.get("collection").is_none(), "{end:?}");
}
