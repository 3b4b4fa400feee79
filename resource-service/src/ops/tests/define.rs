//! Collections whose documents keep their definition from being served, and how they are served again.

use std::sync::Arc;

use serde_json::{Value, json};
use service_kit::{budget::Budget, clock::ManualClock, once::Once, random::OsRandom};

use super::*;
use crate::{
    domain::{artifacts::UploadQuota, catalog::Catalog, document::Document, ids::Ids},
    ops::{
        catalog::LiveCatalog, describe, feed::Feed, heartbeat::Heartbeats, hot::Hot, names::Names,
        notices::Notices,
    },
    store::{
        QUERY_TIMEOUT,
        contract::{Fixture, NOW, document, on_both_stores, removal},
    },
};

on_both_stores! {
    a_collection_with_equal_times_in_a_unique_index_says_so_and_can_be_served_again
}

async fn service(f: &Fixture) -> Service {
    let catalog = Arc::new(LiveCatalog::new(Catalog::default()));
    catalog.refresh(&*f.store).await.expect("ok");
    let (store, random) = (Arc::clone(&f.store), Arc::new(OsRandom));
    let hot = Arc::new(Hot::new(0));
    Service {
        heartbeats: Heartbeats::kept_in(Arc::clone(&store), Arc::clone(&catalog), Arc::clone(&hot)),
        catalog,
        budget: Budget::new(96 << 20),
        feed: Feed::new(Arc::clone(&store), &Budget::new(96 << 20)),
        hot,
        store,
        clock: Arc::new(ManualClock::new(NOW)),
        random: random.clone(),
        ids: Ids::new(random),
        revocations: None,
        notices: Notices::default(),
        names: Names::default(),
        export_columns: 1_000,
        upload_quota: UploadQuota { owner: 1, collection: 1 },
        cursor_key: Once::default(),
        query_timeout: QUERY_TIMEOUT,
    }
}

fn collection(indexes: &Value) -> Arc<Collection> {
    let time = json!({"type": "string", "format": "date-time"});
    let schema = json!({"type": "object", "properties": {"at": time}});
    let definition = json!({"name": "runs", "schema": schema, "indexes": indexes});
    Arc::new(Collection::new(serde_json::from_value(definition).expect("ok")).expect("ok"))
}

async fn put(
    service: &Service,
    collection: &Arc<Collection>,
    dry_run: bool,
) -> Result<Defined, ResourceError> {
    let (collection, precondition) = (Arc::clone(collection), Precondition::default());
    define(service, &DefinitionRequest { by: None, collection, precondition, force: false, dry_run }).await
}

async fn a_collection_with_equal_times_in_a_unique_index_says_so_and_can_be_served_again(f: &Fixture) {
    let (plain, unique) = (collection(&json!([])), collection(&json!([{"keys": {"at": 1}, "unique": true}])));
    f.store.prepare(std::slice::from_ref(&plain)).await.expect("ok");
    for (id, at) in [("a", "12:00:00Z"), ("b", "13:00:00+01:00"), ("c", "14:00:00Z")] {
        let Value::Object(members) = json!({"at": format!("2026-01-31T{at}")}) else { unreachable!() };
        let document = Document { members, ..document(id, 1, json!({})) };
        f.store.insert(&plain, document).await.expect("ok");
    }
    // As a version of the service stored it that compared times by their text.
    let text = text_of(&unique).expect("ok");
    assert_eq!(f.store.define("runs", Some(text), 0).await, Ok(true));
    let service = service(f).await;

    let refused = service.catalog.find("runs").err().expect("not served").to_string();
    assert!(refused.contains("its documents agree in at, which must be unique"), "{refused}");
    let (shown, revision) = describe::one(&service, "runs").expect("a definition");
    assert_eq!((&shown.definition.indexes, revision), (&unique.definition.indexes, 1));
    let Ok(Defined::Assessed(report)) = put(&service, &unique, true).await else { panic!("no report") };
    assert_eq!(report.indexes.conflicts.iter().map(|one| one.ids.join(" ")).collect::<Vec<_>>(), ["a b"]);
    let again = put(&service, &unique, false).await;
    assert!(matches!(again, Err(ResourceError::Incompatible(_))), "{again:?}");

    let served = put(&service, &plain, false).await;
    assert!(matches!(served, Ok(Defined::Served { revision: 2, new: false })), "{served:?}");
    let served = service.catalog.find("runs").expect("served");
    f.store.remove(&served, "b", removal("b", 1)).await.expect("ok");
    let unique_again = put(&service, &unique, false).await;
    assert!(matches!(unique_again, Ok(Defined::Served { revision: 3, new: false })), "{unique_again:?}");
    assert_eq!(service.catalog.find("runs").expect("served").indexes.len(), 1);
}
