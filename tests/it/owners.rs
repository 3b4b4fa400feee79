//! A store of the other service is refused, wherever an operator meets it.

use std::path::Path;

use crate::support::{Process, Stack, on_both_stores, process::run, stack::Environment};

on_both_stores!(the_store_of_the_other_service_is_refused_and_left_alone);

/// `environment` with another store.
fn with_store(environment: &Environment, prefix: &str, url: &str) -> Environment {
    let name = format!("{prefix}__STORE__URL");
    let mut changed: Environment = environment.iter().filter(|(known, _)| *known != name).cloned().collect();
    changed.push((name, url.to_owned()));
    changed
}

fn store_of(environment: &Environment) -> String {
    let found = environment.iter().find(|(name, _)| name.ends_with("STORE__URL"));
    found.expect("a store").1.clone()
}

fn refused(service: &str, arguments: &[&str], environment: &Environment, owner: &str) {
    let output = run(service, arguments, environment);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected =
        format!("this is the store of {owner}, and {service} needs one of its own; correct store.url");
    assert!(!output.status.success() && said.contains(&expected), "{service} {arguments:?}: {output:?}");
    // A service that starts logs its settings first.
    assert!(arguments == ["serve"] || said.lines().count() == 1, "{said}");
}

/// It ends with status 1 where the store is a file, and is alive and not ready where it is a database.
async fn does_not_start(service: &str, directory: &Path, environment: &Environment, owner: &str) {
    if store_of(environment).starts_with("sqlite:") {
        return refused(service, &["serve"], environment, owner);
    }
    let process = Process::listening(service, directory, environment).await;
    let expected = format!("this is the store of {owner}");
    process.until_logged(&expected).await;
    let (status, said) = process.readiness().await;
    assert!(status == 503 && said.contains(&expected), "{said}");
}

async fn the_store_of_the_other_service_is_refused_and_left_alone(mut stack: Stack) {
    // An embedded store is opened by one process at a time.
    stack.auth.clear();
    stack.resource.clear();
    let auth = with_store(&stack.auth_environment, "AUTH", &store_of(&stack.resource_environment));
    let resource = with_store(&stack.resource_environment, "RESOURCE", &store_of(&stack.auth_environment));
    let definitions = stack.directory.path().display().to_string();
    for arguments in [
        &["check"][..],
        &["create-admin", "--email", "second@example.org"],
        &["create-client", "--name", "robot", "--scope", "users:read"],
    ] {
        refused("auth-service", arguments, &auth, "resource-service");
    }
    for arguments in [&["check"][..], &["collections", "import", &definitions]] {
        refused("resource-service", arguments, &resource, "auth-service");
    }
    does_not_start("auth-service", stack.directory.path(), &auth, "resource-service").await;
    does_not_start("resource-service", stack.directory.path(), &resource, "auth-service").await;
    // Both are as they were.
    for (service, environment) in
        [("auth-service", &stack.auth_environment), ("resource-service", &stack.resource_environment)]
    {
        let output = run(service, &["check"], environment);
        assert!(output.status.success(), "{output:?}");
    }
    stack.auth.push(stack.another("auth-service").await);
    stack.resource.push(stack.another("resource-service").await);
    stack.admin().await;
}
