//! The command line makes a project and puts the users of an installation into it.

use serde_json::{Value, json};

use crate::support::{
    Stack, on_both_stores,
    process::{run, run_with},
    stack::ADMIN,
};

on_both_stores!(
    a_project_is_made_for_a_user_who_is_there,
    an_archived_project_takes_nobody_and_no_project_takes_a_disabled_user,
    an_installation_is_put_into_projects_from_a_file,
    a_thousand_users_are_put_into_a_project_once,
);

/// What a command of auth-service says and its status, while the embedded store is free.
fn command(stack: &Stack, arguments: &[&str], input: Option<String>) -> (Option<i32>, String, String) {
    let output = match input {
        Some(text) => run_with("auth-service", arguments, &stack.auth_environment, Some(text)),
        None => run("auth-service", arguments, &stack.auth_environment),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Stops the services; how many there were.
fn stop(stack: &mut Stack) -> usize {
    let replicas = stack.auth.len();
    stack.auth.clear();
    replicas
}

async fn start(stack: &mut Stack, replicas: usize) {
    for _ in 0..replicas {
        stack.auth.push(stack.another("auth-service").await);
    }
}

/// Makes a project for the administrator; its id.
fn made(stack: &Stack, slug: &str) -> String {
    let arguments = ["create-project", "--title", "Battery cathodes", "--slug", slug, "--owner", ADMIN.0];
    let (code, said, complaints) = command(stack, &arguments, None);
    assert_eq!(code, Some(0), "{complaints}");
    let (id, rest) = said.split_once('\n').expect("two lines");
    assert_eq!(rest, format!("slug={slug}\n"));
    id.strip_prefix("project_id=").expect("an id").to_owned()
}

/// The members of a project by the order of their ids, without the administrator who owns it: name and role.
async fn members(stack: &Stack, project: &str) -> Vec<(String, String)> {
    let page = stack.admin().await.get(&format!("/auth/projects/{project}/members?limit=1000")).await.json();
    let text = |member: &Value, name: &str| member[name].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = page["items"]
        .as_array()
        .expect("members")
        .iter()
        .filter(|member| member["managed_by"] == "upstream")
        .map(|member| (text(member, "name"), text(member, "role")))
        .collect();
    found.sort();
    found
}

fn lines(lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}

fn line(email: &str, hash: Option<&str>, project: &str, role: &str) -> Value {
    let mut line = json!({"email": email, "full_name": email, "project": project, "role": role});
    if let Some(hash) = hash {
        line["password_hash"] = hash.into();
    }
    line
}

/// Printed by bcrypt 5 for `the engine weaves algebraic patterns`.
const HASH: &str = "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe";

async fn a_project_is_made_for_a_user_who_is_there(mut stack: Stack) {
    let bob = {
        let bob = stack.scientist().await;
        bob.get("/auth/users/me").await.json()
    };
    let change = json!({"disabled": true});
    let path = format!("/auth/users/{}", bob["id"].as_str().expect("an id"));
    assert_eq!(stack.admin().await.patch(&path, &change).await.status, 200);
    let bob = bob["email"].as_str().expect("an address");

    let replicas = stop(&mut stack);
    let id = made(&stack, "battery");
    let owner = ["--owner", ADMIN.0];
    let title = "title: must be one line of 1 to 200 characters";
    for (arguments, said) in [
        (
            [["--title", "Another"], ["--slug", "battery"], owner],
            "the project battery exists already; nothing was changed",
        ),
        (
            [["--title", "Another"], ["--slug", "another"], ["--owner", "nobody@example.org"]],
            "no user has the address nobody@example.org; nothing was changed",
        ),
        (
            [["--title", "Another"], ["--slug", "another"], ["--owner", bob]],
            &format!("{bob} belongs to a user who is disabled; nothing was changed"),
        ),
        (
            [["--title", "Another"], ["--slug", "An other"], owner],
            "slug: must be 1 to 63 lower-case letters, digits and single - between them",
        ),
        ([["--title", ""], ["--slug", "another"], owner], title),
    ] {
        let arguments: Vec<&str> = ["create-project"].into_iter().chain(arguments.concat()).collect();
        let (code, printed, complaints) = command(&stack, &arguments, None);
        assert_eq!(complaints, format!("auth-service: {said}\n"));
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{arguments:?}");
    }
    start(&mut stack, replicas).await;

    let admin = stack.admin().await;
    let project = admin.get(&format!("/auth/projects/{id}")).await.json();
    assert_eq!(
        (&project["slug"], &project["title"], &project["role"]),
        (&json!("battery"), &json!("Battery cathodes"), &json!("owner"))
    );
    assert_eq!(
        admin.get("/auth/projects?slug=battery").await.json()["items"].as_array().map(Vec::len),
        Some(1)
    );
    let log = admin.get("/auth/audit?action=project_created").await.json();
    let [refused, entry] = log["items"].as_array().expect("entries").as_slice() else {
        panic!("{log}");
    };
    assert_eq!(
        (&entry["actor"], &entry["target"], &entry["succeeded"]),
        (&json!("operator"), &json!(id), &json!(true))
    );
    assert_eq!((&refused["detail"], &refused["succeeded"]), (&json!("slug is taken"), &json!(false)));
}

/// Five good lines, one of a user who is not there, and seven bad ones.
fn good_and_bad(old: &str) -> String {
    lines(&[
        line("new@example.org", Some(HASH), "battery", "maintainer"),
        line(old, None, "battery", "contributor"),
        line(old, None, "other", "viewer"),
        line(ADMIN.0, None, "battery", "viewer"),
        json!({"email": "plain@example.org", "password_hash": HASH}),
        line("nobody@example.org", None, "battery", "viewer"),
        line("a@example.org", Some(HASH), "missing", "viewer"),
        line("b@example.org", Some(HASH), "battery", "king"),
        json!({"email": "c@example.org", "password_hash": HASH, "project": "battery"}),
        json!({"email": "d@example.org", "password_hash": HASH, "role": "viewer"}),
        line("e@example.org", Some("plain-s3cret"), "battery", "viewer"),
        json!({"email": "f@example.org", "project": 7, "role": "viewer"}),
        json!({"email": "g@example.org"}),
    ])
}

async fn an_installation_is_put_into_projects_from_a_file(mut stack: Stack) {
    let old = {
        let old = stack.scientist().await;
        old.get("/auth/users/me").await.json()["email"].as_str().expect("an address").to_owned()
    };
    let replicas = stop(&mut stack);
    let (battery, other) = (made(&stack, "battery"), made(&stack, "other"));
    let text = good_and_bad(&old);
    let roles = "viewer, contributor, maintainer, owner";
    let refused = [
        (6, "missing field `password_hash`, and no user has this address yet".to_owned()),
        (7, "there is no project \"missing\"".into()),
        (8, format!("there is no role \"king\" in a project, only {roles}")),
        (9, format!("project is given without role, which is one of {roles}")),
        (10, "role is given without project; the roles of a user in the installation are \"roles\"".into()),
        (11, "password_hash: ".into()),
        (12, "a member has the wrong type".into()),
        (13, "missing field `password_hash`".into()),
    ];
    let complained = |complaints: &str| {
        assert_eq!(complaints.lines().count(), refused.len(), "{complaints}");
        for (said, (number, why)) in complaints.lines().zip(&refused) {
            assert!(said.starts_with(&format!("line {number}: {why}")), "{said}");
        }
        assert!(!complaints.contains("s3cret") && !complaints.contains("$2b"), "{complaints}");
    };
    let (code, said, complaints) = command(&stack, &["import-users", "--dry-run", "-"], Some(text.clone()));
    complained(&complaints);
    let counts = "13 read: 2 added, 3 already there, 8 refused; 3 put into projects";
    assert_eq!((code, said), (Some(2), format!("nothing was written: {counts}\n")));
    let (code, said, complaints) = command(&stack, &["import-users", "-"], Some(text.clone()));
    complained(&complaints);
    assert_eq!((code, said), (Some(2), format!("{counts}\n")));
    // Run again, as after an import that stopped.
    let (_, said, _) = command(&stack, &["import-users", "-"], Some(text));
    assert_eq!(said, "13 read: 0 added, 5 already there, 8 refused; 0 put into projects\n");
    // A table needs no column of hashes where it names projects.
    let table = format!("email,project,role\r\n{old},battery,owner\r\nplain@example.org,other,owner\r\n");
    let (code, said, _) = command(&stack, &["import-users", "-"], Some(table));
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "2 read: 0 added, 2 already there, 0 refused; 1 put into projects\n")
    );
    let plain = lines(&[json!({"email": "plain@example.org", "password_hash": HASH})]);
    let (_, said, _) = command(&stack, &["import-users", "-"], Some(plain));
    assert_eq!(said, "1 read: 0 added, 1 already there, 0 refused\n");
    start(&mut stack, replicas).await;

    let pair = |name: &str, role: &str| (name.to_owned(), role.to_owned());
    let named = "Ada Lovelace";
    assert_eq!(
        members(&stack, &battery).await,
        [pair(named, "contributor"), pair("new@example.org", "maintainer")]
    );
    assert_eq!(members(&stack, &other).await, [pair("", "owner"), pair(named, "viewer")]);
    let admin = stack.admin().await;
    // The administrator owned it before and still does.
    let project = admin.get(&format!("/auth/projects/{battery}")).await.json();
    assert_eq!(project["role"], "owner");
    let log = admin.get(&format!("/auth/audit?action=project_member_set&target={battery}")).await.json();
    let [entry] = log["items"].as_array().expect("entries").as_slice() else {
        panic!("{log}");
    };
    let detail = entry["detail"].as_str().expect("a detail");
    assert_eq!((entry["actor"].as_str(), detail.matches("user ").count()), (Some("operator"), 2), "{detail}");
    let new = stack.login("new@example.org", "the engine weaves algebraic patterns").await;
    let mine = new.get("/auth/projects").await.json();
    assert_eq!((&mine["items"][0]["id"], &mine["items"][0]["role"]), (&json!(battery), &json!("maintainer")));
}

async fn an_archived_project_takes_nobody_and_no_project_takes_a_disabled_user(mut stack: Stack) {
    let (id, email) = {
        let me = stack.scientist().await.get("/auth/users/me").await.json();
        let text = |name: &str| me[name].as_str().expect("text").to_owned();
        (text("id"), text("email"))
    };
    let replicas = stop(&mut stack);
    let (battery, other) = (made(&stack, "battery"), made(&stack, "other"));
    start(&mut stack, replicas).await;
    let admin = stack.admin().await;
    let archived = admin.patch(&format!("/auth/projects/{battery}"), &json!({"state": "archived"})).await;
    let disabled = admin.patch(&format!("/auth/users/{id}"), &json!({"disabled": true})).await;
    assert_eq!((archived.status, disabled.status), (200, 200), "{archived:?} {disabled:?}");
    let replicas = stop(&mut stack);
    let text =
        lines(&[line(ADMIN.0, None, "battery", "viewer"), line(&email, Some(HASH), "other", "viewer")]);
    for mode in [&["import-users", "--dry-run", "-"][..], &["import-users", "-"]] {
        let (code, said, complaints) = command(&stack, mode, Some(text.clone()));
        assert_eq!(code, Some(2));
        assert!(
            said.ends_with("2 read: 0 added, 0 already there, 2 refused; 0 put into projects\n"),
            "{said}"
        );
        assert_eq!(
            complaints,
            "line 1: the project \"battery\" is archived\n\
             line 2: this user is disabled, and was not put into the project\n"
        );
    }
    start(&mut stack, replicas).await;
    assert_eq!(members(&stack, &other).await, []);
}

async fn a_thousand_users_are_put_into_a_project_once(mut stack: Stack) {
    const USERS: usize = 1200;
    let replicas = stop(&mut stack);
    let battery = made(&stack, "battery");
    let all: Vec<Value> = (0..USERS)
        .map(|number| line(&format!("u{number}@example.org"), Some(HASH), "battery", "contributor"))
        .collect();
    let (code, said, complaints) = command(&stack, &["import-users", "-"], Some(lines(&all[..700])));
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "700 read: 700 added, 0 already there, 0 refused; 700 put into projects\n"),
        "{complaints}"
    );
    let (code, said, complaints) = command(&stack, &["import-users", "-"], Some(lines(&all)));
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "1200 read: 500 added, 700 already there, 0 refused; 500 put into projects\n"),
        "{complaints}"
    );
    start(&mut stack, replicas).await;
    let log = stack.admin().await;
    let log =
        log.get(&format!("/auth/audit?action=project_member_set&target={battery}&limit=100")).await.json();
    let details: Vec<&str> = log["items"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|entry| entry["detail"].as_str())
        .collect();
    assert_eq!(details.len(), USERS / 100);
    assert_eq!(details.iter().map(|detail| detail.matches(" contributor").count()).sum::<usize>(), USERS);
}
