//! The OpenAPI documents describe what is served.

use serde_json::{Value, json};

use crate::support::Stack;

#[tokio::test]
async fn both_documents_are_openapi_3_1_with_a_login_that_works() {
    let stack = Stack::embedded().await;
    for path in ["/auth/openapi.json", "/api/openapi.json"] {
        let document = stack.anonymous().get(path).await.json();
        assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{path}");
        let schemes = document["components"]["securitySchemes"].as_object().expect("security schemes");
        let token_url = schemes.values().find_map(|scheme| scheme["flows"]["password"]["tokenUrl"].as_str());
        assert!(token_url.is_some_and(|url| url.ends_with("/auth/login")), "{path}: {schemes:?}");
        resolve(&document, &document);
    }
}

/// Follows every local reference.
fn resolve(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) =
                members.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'))
            {
                assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
            }
            members.values().for_each(|member| resolve(document, member));
        }
        Value::Array(items) => items.iter().for_each(|item| resolve(document, item)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_follows_the_definitions() {
    let mut stack = Stack::embedded().await;
    let described = async |stack: &Stack| {
        let document = stack.anonymous().get("/api/openapi.json").await.json();
        document["paths"].get("/api/molecules").is_some() && document.to_string().contains("\"formula\"")
    };
    assert!(!described(&stack).await);
    let definitions = stack.directory.path().join("definitions");
    std::fs::create_dir(&definitions).expect("a directory can be made");
    let definition = json!({"name": "molecules", "schema": {"type": "object", "properties": {"formula": {"type": "string"}}}});
    std::fs::write(definitions.join("molecules.json"), definition.to_string())
        .expect("a definition can be written");
    stack.resource_environment.push(("RESOURCE__COLLECTIONS__DIR".into(), definitions.display().to_string()));
    stack.resource.clear();
    stack.resource.push(stack.another("resource-service").await);
    assert!(described(&stack).await);
}

#[tokio::test]
async fn the_documentation_page_is_served_from_inside_the_binary() {
    let stack = Stack::embedded().await;
    for (path, title, document) in [
        ("/auth/docs", "Users and tokens", "/auth/openapi.json"),
        ("/api/docs", "Documents", "/api/openapi.json"),
    ] {
        let moved = stack.anonymous().get(path).await;
        assert_eq!((moved.status, moved.header("location")), (308, format!("{path}/").as_str()));
        let page = stack.anonymous().get(&format!("{path}/")).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text.contains(&format!("<title>{title} · Tessera</title>")), "{page:?}");
        assert!(page.text.contains(&format!("data-document=\"{document}\"")), "{page:?}");
        let script = stack.anonymous().get(&format!("{path}/page.js")).await;
        assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
        assert!(stack.anonymous().get(&format!("{path}/swagger-ui-bundle.js")).await.text.len() > 100_000);
        assert_eq!(stack.anonymous().get(&format!("{path}/nothing.js")).await.code(), "not_found");
    }
}
