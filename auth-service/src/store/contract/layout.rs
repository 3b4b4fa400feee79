//! The version of the layout: who may use a store of which one.

use service_kit::store::cause::Kind;

use super::{Fixture, entry, user};
use crate::{domain::audit::Action, store::StoreError};

pub(crate) async fn a_store_of_a_later_version_is_refused_and_left_alone(fixture: &impl Fixture) {
    fixture.set_version(1000).await;
    let cause = fixture.store().ping().await.expect_err("a cause");
    assert_eq!(cause.kind, Kind::Layout);
    assert!(cause.to_string().contains("its layout is version 1000"), "{cause}");
    assert_eq!(fixture.store().prepare().await, Err(StoreError::Unusable(cause)));
    assert_eq!(fixture.version().await, 1000);
}

pub(crate) async fn a_store_has_a_version_once_it_is_prepared(fixture: &impl Fixture) {
    let store = fixture.store();
    let ada = user("ada@example.org");
    store.prepare().await.expect("ok");
    store.ping().await.expect("ok");
    store.insert_user(&ada, &[], &entry(Action::UserCreated, &ada.id)).await.expect("ok");
    assert!(fixture.version().await > 0);
}
