//! Every row of the route table refuses query parameters that it does not know, and those given more than once. The OAuth
//! endpoints ignore what they do not know (RFC 6749 section 3.2).

use super::*;

/// A path of the table with something in place of each name.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn ask(method: &str, uri: &str, token: &str) -> TestRequest {
    let request = TestRequest::default().method(method.parse().unwrap()).uri(uri);
    let request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
    if method == "GET" { request } else { same_origin(request.set_json(json!({}))) }
}

/// Parameter and code of every fault of a problem.
fn faults(problem: &Value) -> Vec<(&str, &str)> {
    let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().filter_map(|fault| Some((fault["parameter"].as_str()?, fault["code"].as_str()?))).collect()
}

#[actix_web::test]
async fn every_route_refuses_a_parameter_that_it_does_not_know() {
    let world = World::new().await;
    world.admin().await;
    let token = world.login("root@example.org").await.access_token;
    for sign_up in [Public, Scope("users:write")] {
        let app = service!(world, sign_up);
        let mut oauth = Vec::new();
        for row in endpoints(sign_up) {
            if !row.declares_parameters() {
                oauth.push(row.path());
                continue;
            }
            let (method, path) = (row.method().as_str(), filled(row.path()));
            let response = send!(app, ask(method, &format!("{path}?nosuch=1"), &token));
            let status = response.status().as_u16();
            let refused = body(response).await;
            assert_eq!(status, 422, "{method} {path}: {refused}");
            assert_eq!(faults(&refused), [("nosuch", "parameter")], "{method} {path}");
        }
        assert_eq!(oauth, ["/auth/token", "/auth/revoke", "/auth/introspect"]);
    }
}

#[actix_web::test]
async fn every_operation_says_that_it_refuses_and_does_so_if_a_parameter_is_given_twice() {
    let world = World::new().await;
    world.admin().await;
    let token = world.login("root@example.org").await.access_token;
    let app = service!(world);
    let document = body(send!(app, TestRequest::get().uri(OPENAPI))).await;
    let mut asked = BTreeSet::new();
    for row in endpoints(Public) {
        let verb = row.method().as_str();
        let operation = &document["paths"][row.path().replace(":.*}", "}")][verb.to_lowercase()];
        let described =
            operation["responses"]["422"].is_object() && operation["responses"]["400"].is_object();
        assert!(described || !row.declares_parameters(), "{verb} {}", row.path());
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "query" {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            let uri = format!("{}?{name}=1&{name}=1", filled(row.path()));
            let refused = body(send!(app, ask(verb, &uri, &token))).await;
            assert!(faults(&refused).contains(&(name, "duplicate")), "{verb} {uri}: {refused}");
            asked.insert(name.to_owned());
        }
    }
    let expected = [
        "action", "actor", "after", "all", "archived", "disabled", "email", "id", "limit", "name", "q",
        "role", "slug", "target", "wait",
    ];
    assert_eq!(asked.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[actix_web::test]
async fn a_malformed_parameter_is_refused_with_what_is_expected() {
    let world = World::new().await;
    world.admin().await;
    let token = world.login("root@example.org").await.access_token;
    let app = service!(world);
    for (uri, expected) in [
        ("/auth/users?limit=0", "limit expects an integer from 1 to 1000, got \"0\""),
        ("/auth/users?limit=x", "limit expects an integer from 1 to 1000, got \"x\""),
        ("/auth/users?id=,", "id expects from 1 to 100 ids, separated by commas, got \",\""),
        ("/auth/users?email=a+b@example.org", "write + as %2B in a query"),
        ("/auth/users?disabled=yes", "disabled expects true or false, got \"yes\""),
        ("/auth/users?limt=5", "did you mean \"limit\"?"),
        ("/auth/audit?action=nothing", "action expects one of "),
        ("/auth/revocations?wait=31", "wait expects an integer from 0 to 30, got \"31\""),
        ("/auth/revocations?after=-1", "after expects an integer from 0 to "),
    ] {
        let refused = body(send!(app, ask("GET", uri, &token))).await;
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.contains(expected), "{uri}: {message}");
    }
}
