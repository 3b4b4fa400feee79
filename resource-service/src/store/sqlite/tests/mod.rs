//! What SQLite does by itself: removing what has expired.

use serde_json::json;
use time::Duration;

use super::*;
use crate::store::{
    Writes as _,
    contract::{NOW, collection, document},
};

#[tokio::test]
async fn maintenance_removes_what_has_expired_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("t.db")).unwrap();
    let collections = [collection()];
    store.prepare(&collections).await.unwrap();
    for (id, members) in [("a", json!({"at": "2026-01-31T12:00:00Z"})), ("b", json!({}))] {
        store.insert(&collections[0], document(id, 1, members)).await.unwrap();
    }
    let late = NOW + Duration::seconds(60);
    assert_eq!(store.maintain(&collections, late - Duration::milliseconds(1)).await, Ok(0));
    assert_eq!(store.maintain(&collections, late).await, Ok(1));
    assert_eq!(store.count(&collections[0], Expr::everything(), NOW).await, Ok(1));
}
