//! Saved views: everybody has their own, and sees those that others share.

use reqwest::{
    Method,
    header::{ACCEPT, IF_NONE_MATCH},
};
use serde_json::{Value, json};

use crate::support::{Caller, Stack, caller::send, events::Events, on_both_stores};

on_both_stores! {
    everybody_sees_their_own_views_and_shared_ones_and_changes_their_own,
    a_view_that_is_no_longer_shared_leaves_for_others,
}

const SCOPE: &str = "views:read views:write";

fn view(name: &str, shared: Option<bool>) -> Value {
    let mut view =
        json!({"name": name, "page": "calculations", "state": "status=finished&sort=-_created_at"});
    if let Some(shared) = shared {
        view["shared"] = shared.into();
    }
    view
}

fn path(view: &Value) -> String {
    format!("/api/views/{}", view["_id"].as_str().expect("an id"))
}

async fn names(caller: &Caller<'_>, query: &str) -> String {
    let page = caller.get(&format!("/api/views?sort=name&{query}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let items = page.json()["items"].clone();
    items.as_array().expect("items").iter().map(|view| view["name"].as_str().expect("a name")).collect()
}

async fn everybody_sees_their_own_views_and_shared_ones_and_changes_their_own(stack: Stack) {
    let (ada, eve) = (stack.bearer_of("ada", SCOPE), stack.bearer_of("eve", SCOPE));
    let root = stack.bearer_of("root", "views:read views:write views:admin");
    for (name, shared) in [("a", None), ("b", Some(false))] {
        ada.insert("views", &view(name, shared)).await;
    }
    let open = ada.insert("views", &view("c", Some(true))).await;
    let mine = eve.insert("views", &view("d", None)).await;
    let secret = ada.insert("views", &view("e", None)).await;
    assert_eq!((names(&ada, "").await, names(&eve, "").await), ("abce".into(), "cd".into()));
    assert_eq!((names(&root, "").await, names(&eve, "shared=true").await), ("abcde".into(), "c".into()));
    assert_eq!(names(&eve, "or=(name=a,name=c,_owner=ada)").await, "c");
    assert_eq!(eve.get("/api/views?count=exact").await.json()["total"], 2);
    let counts = eve.get("/api/views/aggregate?group=page&stat=count").await;
    assert_eq!(counts.json()["groups"][0]["count"], 2, "{counts:?}");
    let rows = send(eve.request(Method::GET, "/api/views").header(ACCEPT, "application/x-ndjson")).await;
    assert_eq!(rows.text.lines().count(), 2, "{rows:?}");

    let seen = eve.get(&path(&open)).await;
    assert_eq!((seen.status, &seen.json()["state"]), (200, &open["state"]));
    let tag = seen.header("etag").to_owned();
    let same = send(eve.request(Method::GET, &path(&open)).header(IF_NONE_MATCH, tag)).await;
    assert_eq!(same.status, 304);
    assert_eq!(eve.get(&path(&secret)).await.code(), "not_found");

    // What eve sees is no secret, so she learns why she may not change it; of the rest she learns nothing.
    for (view, status) in [(&open, 403), (&secret, 404)] {
        let path = path(view);
        for refused in [
            eve.patch(&path, &json!({"name": "x"})).await,
            eve.put(&path, &view_of_eve()).await,
            eve.delete(&path).await,
        ] {
            assert_eq!(refused.status, status, "{refused:?}");
            let scope = refused.header("www-authenticate").contains("views:admin");
            assert_eq!(scope, status == 403, "{refused:?}");
        }
    }
    assert_eq!(eve.patch(&path(&mine), &json!({"shared": true})).await.status, 200);
    assert_eq!(names(&ada, "").await, "abcde");
    assert_eq!(root.patch(&path(&open), &json!({"name": "cc"})).await.status, 200);
    let blind = stack.bearer_of("joe", "views:write");
    assert_eq!(blind.patch(&path(&open), &json!({"name": "x"})).await.code(), "not_found");
    assert_eq!(blind.get(&path(&open)).await.code(), "insufficient_scope");

    let asked = |view: &Value| format!("{}/access?subject=eve&scope=views:read+views:write", path(view));
    let report = root.get(&asked(&open)).await.json();
    assert_eq!((&report["read"]["allowed"], &report["write"]["allowed"]), (&json!(true), &json!(false)));
    assert!(report["read"]["reasons"].to_string().contains("is shared"), "{report}");
    assert_eq!(root.get(&asked(&secret)).await.json()["read"]["allowed"], false);
}

fn view_of_eve() -> Value {
    view("x", Some(true))
}

async fn a_view_that_is_no_longer_shared_leaves_for_others(stack: Stack) {
    let (ada, eve) = (stack.bearer_of("ada", SCOPE), stack.bearer_of("eve", SCOPE));
    let mut events = Events::open(eve.request(Method::GET, "/api/views/changes")).await;
    ada.insert("views", &view("secret", None)).await;
    let open = ada.insert("views", &view("open", Some(true))).await;
    let event = events.event().await;
    assert_eq!((event.name.as_str(), &event.data["document"]), ("insert", &open));
    for (shared, name) in [(false, "leave"), (true, "patch")] {
        assert_eq!(ada.patch(&path(&open), &json!({"shared": shared})).await.status, 200);
        let event = events.event().await;
        assert_eq!((event.name.as_str(), &event.data["_id"]), (name, &open["_id"]));
        assert_eq!(event.data.get("document").is_some(), shared, "{event:?}");
        assert_eq!(eve.get(&path(&open)).await.status, if shared { 200 } else { 404 });
    }
    assert_eq!(ada.delete(&path(&open)).await.status, 204);
    assert_eq!(events.event().await.name, "delete");
}
