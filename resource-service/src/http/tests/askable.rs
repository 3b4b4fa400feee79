//! What a query may name, and definitions that are refused because nobody could meet or ask them.

use serde_json::{Value, json};

use super::{Api, Response, request};

const SCOPE: &str = "collections:write open:read open:write open:admin calculations:read";

impl Api {
    async fn ask_open(&self, method: &str, path: &str) -> Response {
        self.send(request(method, path, "root", SCOPE)).await
    }

    async fn put_open(&self, schema: Value) -> Response {
        let definition = json!({"name": "open", "schema": schema});
        self.send(request("PUT", "/api/collections/open", "root", SCOPE).set_json(definition)).await
    }

    async fn open_with(&self, schema: Value, documents: &[Value]) {
        let made = self.put_open(schema).await;
        assert_eq!(made.status, 201, "{}", made.body);
        for document in documents {
            let added = self.send(request("POST", "/api/open", "root", SCOPE).set_json(document)).await;
            assert_eq!(added.status, 201, "{}", added.body);
        }
    }

    async fn count_open(&self, query: &str) -> usize {
        let answer = self.ask_open("GET", &format!("/api/open?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.body["items"].as_array().unwrap().len()
    }
}

#[actix_web::test]
async fn in_an_open_schema_only_filter_reaches_what_it_does_not_name() {
    let api = Api::start().await;
    let schema =
        json!({"type": "object", "properties": {"a": {"type": "integer"}, "free": {"type": "object"}}});
    api.open_with(schema, &[json!({"a": 1, "foo": "bar", "free": {"cutoff": 4}})]).await;
    for path in [
        "/api/open?foo=bar",
        "/api/open?expand=x",
        "/api/open?or=(a=1,foo=bar)",
        "/api/open?foo[gt]=1&count=exact",
        "/api/open/aggregate?stat=count&foo=bar",
        "/api/open/changes?foo=bar",
        "/api/open?sort=-foo",
        "/api/open/aggregate?group=foo",
        "/api/open/aggregate?stat=count:foo",
        "/api/open?fields=a,foo",
        "/api/open?fields=foo.*",
        "/api/open/changes?fields=foo",
    ] {
        let refused = api.ask_open("GET", path).await;
        let text = refused.body.to_string();
        assert!(refused.status == 422 && text.contains("only filter= reaches"), "{path}: {text}");
    }
    let refused = api.ask_open("GET", "/api/open?fre.cutoff=3").await;
    assert!(refused.body.to_string().contains("did you mean"), "{}", refused.body);
    for path in [
        "/api/open?sort=free.x,-_id&fields=free.x,free.*,_owner",
        "/api/open/aggregate?group=free.x&stat=sum:a",
    ] {
        assert_eq!(api.ask_open("GET", path).await.status, 200, "{path}");
    }
    assert_eq!(api.count_open("filter=%7B%22foo%22:%22bar%22%7D").await, 1);
    assert_eq!(api.count_open("free.cutoff[gt]=3").await, 1);
    assert_eq!(api.count_open("free.other=3").await, 0);
}

#[actix_web::test]
async fn a_view_of_what_an_open_schema_does_not_name_is_refused_and_one_that_is_there_is_served() {
    let schema = json!({"type": "object", "properties": {"a": {}, "free": {"type": "object"}}});
    let of = |fields: Value| json!({"name": "open", "schema": schema, "views": {"v": fields}});
    let api = Api::start_with(&[of(json!(["foo"]))]).await;
    let (foo, whole) = (json!({"a": 1, "foo": 2}), "/api/open?fields=a");
    let id = api.send(request("POST", "/api/open", "root", SCOPE).set_json(&foo)).await.id().to_owned();
    let one = api.ask_open("GET", &format!("/api/open/{id}?view=v")).await;
    assert_eq!((one.status, &one.body["foo"]), (200, &json!(2)), "{}", one.body);
    let one = api.ask_open("GET", &format!("/api/open/{id}?fields=foo")).await;
    assert_eq!(one.faults(), [("fields".to_owned(), "field".to_owned())], "{}", one.body);
    assert!(one.body.to_string().contains("leave out fields to get whole documents"), "{}", one.body);
    let put = async |fields: Value| {
        api.send(request("PUT", "/api/collections/open", "root", SCOPE).set_json(of(fields))).await
    };
    let refused = put(json!(["a", "foo.x"])).await;
    assert_eq!(refused.faults(), [("/views/v/1".to_owned(), "definition".to_owned())], "{}", refused.body);
    assert!(
        refused.body.to_string().contains("declare it in the schema to use it in views"),
        "{}",
        refused.body
    );
    assert_eq!(put(json!(["a", "free.*", "_owner"])).await.status, 200);
    assert_eq!(api.ask_open("GET", whole).await.body["items"][0]["a"], 1);
}

#[actix_web::test]
async fn a_value_that_an_enumeration_lacks_is_refused_with_those_it_has() {
    let api = Api::start().await;
    for query in
        ["status=finshed", "status[in]=planned,done", "filter=%7B%22status%22:%7B%22$ne%22:%22done%22%7D%7D"]
    {
        let refused = api.ask_open("GET", &format!("/api/calculations?{query}")).await;
        let text = refused.body.to_string();
        assert!(
            refused.status == 422 && text.contains("planned") && text.contains("finished"),
            "{query}: {text}"
        );
    }
    for query in ["status=finished", "status[prefix]=fin", "status[gt]=a"] {
        assert_eq!(api.ask_open("GET", &format!("/api/calculations?{query}")).await.status, 200, "{query}");
    }
}

#[actix_web::test]
async fn fields_with_the_names_of_parameters_are_asked_for_with_their_operator() {
    let api = Api::start().await;
    let field = json!({"type": "integer"});
    let schema = json!({"type": "object", "properties": {"count": field, "sort": field, "limit": field, "filter": field}});
    api.open_with(schema, &[json!({"count": 3, "sort": 5, "limit": 7, "filter": 9}), json!({"count": 4})])
        .await;
    assert_eq!(api.count_open("count[eq]=3&sort[eq]=5&limit[eq]=7&filter[eq]=9").await, 1);
    assert_eq!(api.count_open("filter=%7B%22count%22:3%7D").await, 1);
    let refused = api.ask_open("GET", "/api/open?count=3").await;
    assert!(refused.status == 422 && refused.body.to_string().contains("count[eq]"), "{}", refused.body);
}

#[actix_web::test]
async fn numbers_without_a_fraction_are_integers_to_documents_and_queries() {
    let api = Api::start().await;
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    api.open_with(schema, &[json!({"n": 3.0}), json!({"n": 3})]).await;
    for query in ["n=3", "n=3.0", "filter=%7B%22n%22:3.0%7D", "n[in]=3e0"] {
        assert_eq!(api.count_open(query).await, 2, "{query}");
    }
    let refused = api.send(request("POST", "/api/open", "root", SCOPE).set_json(json!({"n": 1e20}))).await;
    assert_eq!(refused.faults(), [("/n".to_owned(), "integer".to_owned())]);
}

#[actix_web::test]
async fn a_definition_that_nobody_can_meet_or_ask_is_refused_where_it_is() {
    let api = Api::start().await;
    for (schema, place) in [
        (json!({"type": "object", "properties": {"a.b": {}}, "required": ["a.b"]}), "/schema/properties/a.b"),
        (json!({"type": "object", "properties": {"a[b]": {}}}), "/schema/properties/a[b]"),
        (json!({"type": "object", "required": ["a"], "additionalProperties": false}), "/schema/required"),
        (json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}), "/schema/$schema"),
    ] {
        let refused = api.put_open(schema).await;
        assert_eq!(refused.faults(), [(place.to_owned(), "definition".to_owned())], "{}", refused.body);
    }
    let system = json!({"name": "system", "schema": {"type": "object"}});
    let refused = api.send(request("PUT", "/api/collections/system", "root", SCOPE).set_json(system)).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}
