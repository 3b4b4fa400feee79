//! Projects, teams, members and invitations as people use them, and the log of memberships as services follow it.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Caller, Stack,
    caller::{Reply, send},
    on_both_stores,
};

on_both_stores!(
    a_project_is_shared_by_invitation_and_its_members_leave,
    bad_input_is_refused_and_changes_nothing,
    of_two_owners_who_leave_at_once_one_stays,
    an_invitation_is_accepted_once_however_many_do_at_once,
    a_new_owner_who_is_disabled_at_once_leaves_no_project_without_one,
    followers_read_everything_and_then_each_change_within_a_second
);

/// Nothing has this id.
const NOBODY: &str = "01890000-0000-7000-8000-000000000000";

async fn id(caller: &Caller<'_>) -> String {
    caller.get("/auth/users/me").await.json()["id"].as_str().expect("an id").to_owned()
}

async fn project(owner: &Caller<'_>, title: &str) -> String {
    let made = owner.post("/auth/projects", &json!({"title": title})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("/auth/projects/{}", made.json()["id"].as_str().expect("an id")));
    path
}

async fn invited(owner: &Caller<'_>, project: &str, role: &str) -> Value {
    let made = owner.post(&format!("{project}/invitations"), &json!({"role": role})).await;
    assert_eq!((made.status, made.header("cache-control")), (201, "no-store"), "{made:?}");
    made.json()["token"].clone()
}

async fn set(owner: &Caller<'_>, project: &str, user: &str, role: &str) -> Reply {
    owner.put(&format!("{project}/members/user/{user}"), &json!({"role": role})).await
}

/// The roles of the members, by id.
async fn roles(caller: &Caller<'_>, project: &str) -> Vec<(String, String)> {
    let page = caller.get(&format!("{project}/members")).await;
    assert_eq!(page.status, 200, "{page:?}");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let items = page.json()["items"].as_array().expect("items").clone();
    items.iter().map(|item| (text(&item["id"]), text(&item["role"]))).collect()
}

async fn a_project_is_shared_by_invitation_and_its_members_leave(stack: Stack) {
    let (ada, bob) = (stack.scientist().await, stack.scientist().await);
    let path = project(&ada, "Battery cathodes").await;
    let (missing, hidden) = (bob.get(&format!("/auth/projects/{NOBODY}")).await, bob.get(&path).await);
    assert_eq!((missing.status, hidden.status), (404, 404));
    assert_eq!(missing.json()["detail"], hidden.json()["detail"], "a hidden project is like none");

    let token = invited(&ada, &path, "contributor").await;
    let joined = bob.post("/auth/invitations/accept", &json!({"token": token})).await;
    assert_eq!((joined.status, &joined.json()["role"]), (200, &json!("contributor")), "{joined:?}");
    let again = bob.post("/auth/invitations/accept", &json!({"token": token})).await;
    assert_eq!((again.status, again.code().as_str()), (404, "not_found"));
    let refused = bob.patch(&path, &json!({"title": "Mine"})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "insufficient_role"));
    let detail = refused.json()["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.contains("the role owner") && detail.contains("Ada Lovelace"), "{detail}");

    // Two changes that are based on the same version.
    let seen = ada.get(&path).await;
    let etag = seen.header("etag").to_owned();
    let member = format!("{path}/members/user/{}", id(&bob).await);
    let change = |role: &str| {
        let request = ada.request(Method::PUT, &member).header("If-Match", &etag);
        send(request.json(&json!({ "role": role })))
    };
    let (first, second) = tokio::join!(change("maintainer"), change("viewer"));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{first:?} {second:?}");
    let done = if first.status == 200 { first } else { second };
    assert_ne!(done.header("etag"), etag);
    assert_eq!(ada.get(&path).await.header("etag"), done.header("etag"), "an answer has the new ETag");

    assert_eq!(set(&ada, &path, &id(&bob).await, "viewer").await.status, 200);
    let left = bob.delete(&member).await;
    assert_eq!(left.status, 204, "{left:?}");
    assert_eq!(bob.get(&path).await.status, 404);
    assert_eq!(roles(&ada, &path).await, [(id(&ada).await, "owner".to_owned())]);

    // What happened is in the audit log, under one project.
    let target = path.trim_start_matches("/auth/projects/");
    let log = stack.admin().await.get(&format!("/auth/audit?target={target}&limit=100")).await.json();
    let actions: Vec<&str> =
        log["items"].as_array().expect("items").iter().filter_map(|entry| entry["action"].as_str()).collect();
    for action in [
        "project_created",
        "invitation_created",
        "invitation_accepted",
        "project_member_set",
        "project_member_removed",
    ] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
}

async fn bad_input_is_refused_and_changes_nothing(stack: Stack) {
    let (ada, bob) = (stack.scientist().await, stack.scientist().await);
    let path = project(&ada, "Battery").await;
    let (ada_id, bob_id) = (id(&ada).await, id(&bob).await);
    for body in [
        json!({}),
        json!({"title": null}),
        json!({"title": ""}),
        json!({"title": ["a"]}),
        json!({"title": "a\nb"}),
        json!({"title": "a", "slug": "A b"}),
        json!({"title": "a", "slug": "personal"}),
        json!({"title": "a", "members": []}),
        json!([]),
    ] {
        let refused = ada.post("/auth/projects", &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "validation_error"), "{body}");
    }
    let for_another = ada.post("/auth/projects", &json!({"title": "a", "owner": bob_id})).await;
    assert_eq!((for_another.status, for_another.code().as_str()), (403, "insufficient_scope"));
    for body in
        [json!({"title": null}), json!({"state": ""}), json!({"state": "gone"}), json!({"role": "owner"})]
    {
        let refused = ada.patch(&path, &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "validation_error"), "{body}");
    }
    let member = format!("{path}/members/user/{bob_id}");
    for body in [
        json!({}),
        json!({"role": null}),
        json!({"role": ""}),
        json!({"role": ["viewer"]}),
        json!({"role": "king"}),
        json!({"role": "viewer", "expires_at": "2001-01-01T00:00:00Z"}),
        json!({"role": "viewer", "expires_at": "tomorrow"}),
    ] {
        let refused = ada.put(&member, &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "validation_error"), "{body}");
    }
    for missing in ["members/user/", "members/team/", "members/service/", "members/robot/"] {
        let refused = ada.put(&format!("{path}/{missing}{NOBODY}"), &json!({"role": "viewer"})).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "not_found"), "{missing}");
    }
    for body in [json!({"role": "viewer", "expires_in": 0}), json!({"role": "viewer", "expires_in": 604_801})]
    {
        let refused = ada.post(&format!("{path}/invitations"), &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "validation_error"), "{body}");
    }
    for user in [&ada_id, &bob_id] {
        let refused = bob.put(&format!("{path}/members/user/{user}"), &json!({"role": "owner"})).await;
        assert_eq!(refused.status, 404, "who is no member makes nobody one");
    }
    let own = format!("{path}/members/user/{ada_id}");
    for refused in [ada.delete(&own).await, ada.put(&own, &json!({"role": "viewer"})).await] {
        assert_eq!((refused.status, refused.code().as_str()), (409, "last_owner"));
    }
    let taken = bob.post("/auth/projects", &json!({"title": "x", "slug": "battery"})).await;
    assert_eq!((taken.status, taken.code().as_str()), (409, "conflict"));
    assert_eq!(roles(&ada, &path).await, [(ada_id, "owner".to_owned())]);
    assert_eq!(ada.get(&path).await.header("etag"), "\"1\"", "nothing was changed");
}

async fn of_two_owners_who_leave_at_once_one_stays(stack: Stack) {
    let (ada, bob) = (stack.scientist().await, stack.scientist().await);
    let (ada_id, bob_id) = (id(&ada).await, id(&bob).await);
    for round in 0..5 {
        let path = project(&ada, &format!("Round {round}")).await;
        assert_eq!(set(&ada, &path, &bob_id, "owner").await.status, 200);
        let (own, other) = (format!("{path}/members/user/{ada_id}"), format!("{path}/members/user/{bob_id}"));
        let (first, second) = tokio::join!(ada.delete(&own), bob.delete(&other));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{first:?} {second:?}");
        let stays = if first.status == 409 { &ada } else { &bob };
        assert_eq!(roles(stays, &path).await.len(), 1);
    }
}

async fn an_invitation_is_accepted_once_however_many_do_at_once(stack: Stack) {
    let ada = stack.scientist().await;
    let path = project(&ada, "Battery").await;
    let token = invited(&ada, &path, "viewer").await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(stack.scientist().await);
    }
    let body = json!({ "token": token });
    let answers = join_all(others.iter().map(|other| other.post("/auth/invitations/accept", &body))).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404, 404], "{answers:?}");
    assert_eq!(roles(&ada, &path).await.len(), 2);
}

/// An owner makes somebody else the owner and leaves, while an administrator disables that one.
async fn a_new_owner_who_is_disabled_at_once_leaves_no_project_without_one(stack: Stack) {
    let (admin, ada) = (stack.admin().await, stack.scientist().await);
    let ada_id = id(&ada).await;
    for round in 0..6 {
        let bob_id = id(&stack.scientist().await).await;
        let path = project(&ada, &format!("Round {round}")).await;
        let hand_over = async {
            let made = set(&ada, &path, &bob_id, "owner").await;
            assert!([200, 404].contains(&made.status), "{made:?}");
            ada.delete(&format!("{path}/members/user/{ada_id}")).await
        };
        let disable = async {
            tokio::time::sleep(Duration::from_millis(round * 3)).await;
            admin.patch(&format!("/auth/users/{bob_id}"), &json!({"disabled": true})).await
        };
        let (left, disabled) = tokio::join!(hand_over, disable);
        match (left.status, disabled.status) {
            (409, 200) => assert_eq!(left.code(), "last_owner"),
            (204, 409) => assert_eq!(disabled.code(), "last_owner"),
            _ => panic!("an owner is left, and nobody else is kept from leaving: {left:?} {disabled:?}"),
        }
    }
}

async fn followers_read_everything_and_then_each_change_within_a_second(stack: Stack) {
    let (admin, ada, bob) = (stack.admin().await, stack.scientist().await, stack.scientist().await);
    let path = project(&ada, "Battery").await;
    let (project, bob_id) = (path.trim_start_matches("/auth/projects/"), id(&bob).await);
    assert_eq!(bob.get("/auth/memberships").await.code(), "insufficient_scope");
    let snapshot = admin.get("/auth/memberships").await;
    assert_eq!((snapshot.status, snapshot.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<Value> =
        snapshot.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let (first, rest) = lines.split_first().expect("lines");
    let (last, facts) = rest.split_last().expect("lines");
    assert_eq!((&first["personal"], last), (&json!(true), &json!({"complete": true})));
    let owner =
        json!({"type": "member", "project": project, "kind": "user", "id": id(&ada).await, "role": "owner"});
    assert!(facts.contains(&owner), "{facts:?}");
    let mut next = first["next"].as_i64().expect("a cursor");
    for role in ["viewer", "owner"] {
        let waiting = format!("/auth/memberships?after={next}&wait=20");
        let follow = admin.get(&waiting);
        let change = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(set(&ada, &path, &bob_id, role).await.status, 200);
            Instant::now()
        };
        let (page, changed) = tokio::join!(follow, change);
        assert!(changed.elapsed() < Duration::from_secs(1), "{page:?}");
        let page = page.json();
        next += 1;
        let fact = json!({"type": "member", "project": project, "kind": "user", "id": bob_id, "role": role});
        let entry = json!({"seq": next, "fact": fact});
        assert_eq!((&page["entries"], &page["next"]), (&json!([entry]), &json!(next)));
    }
    let gone = admin.get(&format!("/auth/memberships?after={}", next + 1)).await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "gone"));
}
