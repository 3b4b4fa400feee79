//! MongoDB under the contract that every store must pass.

use service_kit::random::{self, OsRandom};

use super::*;
use crate::store::contract;

/// A database of its own for each test, dropped at the end.
struct Fixture {
    store: MongoStore,
}

impl contract::Fixture for Fixture {
    #[expect(clippy::disallowed_methods, reason = "the test run says where MongoDB is")]
    async fn new() -> Self {
        let url = std::env::var("TESSERA_TEST_MONGO").expect("TESSERA_TEST_MONGO must hold a mongodb:// URL");
        let name = format!("tessera_test_{:032x}", u128::from_be_bytes(random::bytes(&OsRandom)));
        let database = service_kit::store::mongo::connect(&url.into(), &name).await.unwrap();
        let database = database.client().database(&name);
        Self { store: MongoStore::new(&database) }
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn drop(self) {
        self.store.database.drop().await.unwrap();
    }
}

contract::suite!(Fixture);

#[tokio::test]
async fn without_a_server_every_verb_says_unavailable_and_none_hangs() {
    let url = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200".to_owned();
    let database = service_kit::store::mongo::connect(&url.into(), "nowhere").await.unwrap();
    let store = MongoStore::new(&database);
    assert_eq!(store.ping().await, Err(StoreError::Unavailable));
    assert_eq!(store.user("x").await, Err(StoreError::Unavailable));
    assert_eq!(store.count_admins().await, Err(StoreError::Unavailable));
}
