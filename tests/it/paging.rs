//! Pages behind cursors: short whatever a list is sorted by, and right whatever becomes of the documents that they name.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Caller, Stack, on_both_stores};

on_both_stores!(
    pages_of_long_texts_follow_each_other_without_gap_or_repetition,
    a_page_follows_a_document_that_has_changed_and_begins_again_where_nothing_is_left,
    an_export_and_an_explanation_continue_behind_a_long_text,
    pages_show_each_document_from_before_the_definition_once,
);

/// The most characters of a cursor.
const LONGEST: usize = 1024;
const SCOPE: &str = "collections:write texts:read texts:write texts:admin";

/// A text that is too long for a cursor and differs from others only at its end.
fn long(end: &str) -> String {
    format!("{}{end}", "w".repeat(20_000))
}

/// Numbers that look random and are the same each time (a linear congruential generator).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % end
    }
}

/// Somebody who uses a collection of texts, which all replicas serve.
async fn writer(stack: &Stack) -> Caller<'_> {
    let caller = stack.bearer_of("ada", SCOPE);
    let fields = json!({"text": {"type": "string"}, "kind": {"type": "string"}, "free": {"type": "object"}});
    let definition = json!({"name": "texts", "schema": {"type": "object", "properties": fields},
        "indexes": [{"keys": {"kind": 1, "text": 1}}]});
    let defined = caller.put("/api/collections/texts", &definition).await;
    assert_eq!(defined.status, 201, "{defined:?}");
    until(&caller, "/api/texts", 200).await;
    caller
}

/// Waits until every replica answers so: each request goes to the next one.
async fn until(caller: &Caller<'_>, path: &str, status: u16) {
    let mut answered = 0;
    while answered < 2 {
        answered = if caller.get(path).await.status == status { answered + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn insert(caller: &Caller<'_>, text: Option<&str>) -> String {
    let mut body = json!({"kind": "x"});
    if let Some(text) = text {
        body["text"] = text.into();
        body["free"] = json!({"text": text});
    }
    caller.insert("texts", &body).await["_id"].as_str().expect("an id").to_owned()
}

/// The ids of a page, and its cursor.
async fn page(
    caller: &Caller<'_>,
    sort: &str,
    limit: usize,
    after: Option<&str>,
) -> (Vec<String>, Option<String>) {
    let after = after.map_or_else(String::new, |after| format!("&after={after}"));
    let reply = caller.get(&format!("/api/texts?fields=_id&sort={sort}&limit={limit}{after}")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let page = reply.json();
    let ids =
        page["items"].as_array().expect("items").iter().map(|item| item["_id"].as_str().expect("an id"));
    let next = page["next"].as_str().map(str::to_owned);
    assert!(next.as_ref().is_none_or(|next| next.len() <= LONGEST), "{next:?}");
    (ids.map(str::to_owned).collect(), next)
}

async fn pages_of_long_texts_follow_each_other_without_gap_or_repetition(stack: Stack) {
    let caller = writer(&stack).await;
    let mut random = Random(7);
    let mut stored: Vec<(Option<String>, String)> = Vec::new();
    for _ in 0..40 {
        let text = match random.below(6) {
            0 => None,
            1 => Some("short".to_owned()),
            end => Some(long(["a", "b", "\u{1F600}", "\u{ffff}"][end - 2])),
        };
        stored.push((text.clone(), insert(&caller, text.as_deref()).await));
    }
    stored.sort();
    let mut expected: Vec<String> = stored.into_iter().map(|(_, id)| id).collect();
    for sort in ["text", "-text", "kind,text", "-text,kind", "free.text"] {
        for _ in 0..3 {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let (ids, next) = page(&caller, sort, 1 + random.below(12), after.as_deref()).await;
                seen.extend(ids);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            let (whole, _) = page(&caller, sort, 1000, None).await;
            assert_eq!(seen, whole, "{sort}");
        }
    }
    let (whole, _) = page(&caller, "text", 1000, None).await;
    assert_eq!(whole, expected);
    expected.reverse();
    assert_eq!(page(&caller, "-text", 1000, None).await.0, expected);
}

async fn a_page_follows_a_document_that_has_changed_and_begins_again_where_nothing_is_left(stack: Stack) {
    let caller = writer(&stack).await;
    let mut ids = Vec::new();
    for end in ["a", "b", "c", "d"] {
        ids.push(insert(&caller, Some(&long(end))).await);
    }
    let path = |at: usize| format!("/api/texts/{}", ids[at]);
    let moved = |end: &str| json!({"text": long(end)});
    let (first, next) = page(&caller, "text", 2, None).await;
    let next = next.expect("there is more");
    assert_eq!(first, ids[..2]);
    assert_eq!(page(&caller, "text", 9, Some(&next)).await.0, ids[2..]);

    // What has moved within what was seen, or changed in another field, takes nothing away.
    assert_eq!(caller.patch(&path(1), &json!({"kind": "y"})).await.status, 200);
    assert_eq!(page(&caller, "text", 9, Some(&next)).await.0, ids[2..]);
    // Where the last one has moved, even behind others, the page begins with the first one that was not shown.
    assert_eq!(caller.patch(&path(1), &moved("z")).await.status, 200);
    assert_eq!(page(&caller, "text", 9, Some(&next)).await.0, [&ids[2..], &ids[1..2]].concat());
    assert_eq!(caller.delete(&path(1)).await.status, 204);
    assert_eq!(page(&caller, "text", 9, Some(&next)).await.0, ids[2..]);
    // Where that has changed too, nobody knows any more where the page would begin.
    assert_eq!(caller.patch(&path(2), &moved("e")).await.status, 200);
    let refused = caller.get(&format!("/api/texts?fields=_id&sort=text&after={next}")).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "validation_error"), "{refused:?}");
    assert_eq!(refused.faults(), ["after"]);
    assert!(refused.text.contains("start again"), "{refused:?}");
}

async fn an_export_and_an_explanation_continue_behind_a_long_text(stack: Stack) {
    let caller = writer(&stack).await;
    for end in ["a", "b", "c"] {
        insert(&caller, Some(&long(end))).await;
    }
    let (first, next) = page(&caller, "text", 1, None).await;
    let path = |parameters: &str| {
        let next = next.as_deref().expect("there is more");
        format!("/api/texts?sort=text&after={next}&{parameters}")
    };
    let exported = caller.request(reqwest::Method::GET, &path("fields=text"));
    let exported = crate::support::caller::send(exported.header("accept", "application/x-ndjson")).await;
    let ends: Vec<String> = exported
        .text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["text"].to_string())
        .map(|text| text.trim_matches('"').trim_start_matches('w').to_owned())
        .collect();
    assert_eq!(ends, ["b", "c"], "{}", exported.status);
    let explained = caller.get(&path("explain=true")).await;
    assert_eq!((explained.status, &explained.json()["returned"]), (200, &json!(2)), "{explained:?}");
    assert_eq!(caller.delete(&format!("/api/texts/{}", first[0])).await.status, 204);
    assert_eq!(caller.get(&path("explain=true")).await.json()["returned"], 2, "it begins with the next one");
}

async fn pages_show_each_document_from_before_the_definition_once(stack: Stack) {
    const PATH: &str = "/api/collections/texts";
    let caller = stack.bearer_of("ada", SCOPE);
    let of =
        |properties: Value| json!({"name": "texts", "schema": {"type": "object", "properties": properties}});
    assert_eq!(caller.put(PATH, &of(json!({}))).await.status, 201);
    until(&caller, "/api/texts", 200).await;
    let values = [
        json!([1, 9]),
        json!({"k": 1}),
        json!("NaN"),
        json!(5),
        json!(null),
        json!([0]),
        json!(true),
        json!("-Infinity"),
        json!([{"k": 0}]),
        json!(-1.5),
    ];
    let mut ids = Vec::new();
    for (at, value) in values.iter().cycle().take(20).enumerate() {
        let text = if at % 3 == 0 { value.clone() } else { long(&at.to_string()).into() };
        let stored = caller.insert("texts", &json!({"text": text, "value": value, "in": value})).await;
        ids.push(stored["_id"].as_str().expect("an id").to_owned());
    }
    ids.sort();
    let ieee754 = json!({"type": ["number", "string"], "format": "ieee754"});
    // A definition that asks whether NaN can be asked for, so that it is seen whether a replica serves it.
    for (value, asked) in [(ieee754, 200), (json!({"type": "number"}), 422)] {
        let within = json!({"type": "object", "properties": {"k": value}});
        let definition = of(json!({"text": {"type": "string"}, "value": value, "in": within}));
        let forced = caller.put(&format!("{PATH}?force=true"), &definition).await;
        assert_eq!(forced.status, 200, "{forced:?}");
        until(&caller, "/api/texts?value=NaN", asked).await;
        for sort in ["value,text", "-value,-text", "-text", "in.k,text", "-in.k"] {
            let (whole, _) = page(&caller, sort, 1000, None).await;
            for limit in [1, 3] {
                let (mut seen, mut after) = (Vec::new(), None);
                while seen.len() <= ids.len() {
                    let (found, next) = page(&caller, sort, limit, after.as_deref()).await;
                    seen.extend(found);
                    after = next;
                    if after.is_none() {
                        break;
                    }
                }
                assert_eq!(seen, whole, "{sort} by {limit}");
                seen.sort();
                assert_eq!(seen, ids, "{sort} by {limit}");
            }
        }
    }
}
