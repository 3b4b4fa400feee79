//! What can be found: the fields of a collection, documents of all collections, users and what is theirs.

use serde_json::json;

use crate::support::{Stack, on_both_stores};

on_both_stores! {
    fields_and_documents_are_found_by_what_was_written,
    an_administrator_looks_up_a_user_and_what_is_theirs,
}

async fn fields_and_documents_are_found_by_what_was_written(stack: Stack) {
    let user = stack.scientist().await;
    let body = json!({"name": "Zinc Blende", "code": {"name": "vasp"}, "status": "finished",
        "parameters": {"cutoff": 300}, "results": {"gap": {"value": 1.5, "unit": "eV"}}});
    let made = user.insert("calculations", &body).await;
    let id = made["_id"].as_str().expect("an id");
    let fields = user.get("/api/calculations/fields").await;
    assert_eq!(fields.status, 200, "{fields:?}");
    let fields = fields.json();
    let listed = fields["fields"].as_array().expect("a list");
    let gap = listed.iter().find(|field| field["path"] == "results.gap.value").expect("the gap");
    assert_eq!((&gap["unit"], &gap["types"], &gap["count"]), (&json!("eV"), &json!(["number"]), &json!(1)));
    for q in [id, &id[..20], "zinc", "BLENDE%20vasp"] {
        let found = user.get(&format!("/api/search?q={q}")).await;
        assert_eq!(found.status, 200, "{found:?}");
        let found = found.json();
        assert_eq!(found["items"][0]["_id"], made["_id"], "{q}: {found}");
        assert_eq!((&found["items"][0]["title"], &found["complete"]), (&json!("Zinc Blende"), &json!(true)));
    }
    let nothing = user.get("/api/search?q=zinc%20oxide").await.json();
    assert_eq!(nothing["items"], json!([]));
}

async fn an_administrator_looks_up_a_user_and_what_is_theirs(stack: Stack) {
    let (admin, user) = (stack.admin().await, stack.scientist().await);
    let me = user.get("/auth/users/me").await.json();
    let (id, email) = (me["id"].as_str().expect("an id"), me["email"].as_str().expect("an address"));
    let session =
        user.get("/auth/sessions").await.json()["items"][0]["id"].as_str().expect("an id").to_owned();
    let kinds = async |q: &str| {
        let found = admin.get(&format!("/auth/search?q={q}")).await;
        assert_eq!(found.status, 200, "{found:?}");
        let found = found.json();
        let items = found["items"].as_array().expect("a list").clone();
        items.iter().map(|item| (item["kind"].clone(), item["id"].clone())).collect::<Vec<_>>()
    };
    assert!(kinds(&email[..email.len() - 3].to_uppercase()).await.contains(&(json!("user"), json!(id))));
    assert!(kinds(id).await.contains(&(json!("user"), json!(id))));
    assert!(kinds(&session).await.contains(&(json!("session"), json!(session))));
    // What the audit log says of the login has the user as its target.
    assert!(kinds(id).await.iter().any(|(kind, _)| kind == "audit"), "{:?}", kinds(id).await);
    let refused = user.get(&format!("/auth/search?q={id}")).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "insufficient_scope"));
}
