//! The version of the layout: who may use a store of which one.

use service_kit::store::{cause::Kind, owner::Owner};

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

pub(crate) async fn the_store_of_the_other_service_is_refused_and_left_alone(fixture: &impl Fixture) {
    fixture.set_owner(Some(Owner::Resource)).await;
    let cause = fixture.store().ping().await.expect_err("a cause");
    assert!(cause.to_string().contains("this is the store of resource-service"), "{cause}");
    assert_eq!(fixture.store().prepare().await, Err(StoreError::Unusable(cause)));
    assert!(!fixture.is_of(Owner::Auth).await);
}

pub(crate) async fn a_store_from_before_the_mark_is_marked(fixture: &impl Fixture) {
    fixture.set_owner(None).await;
    assert!(!fixture.is_of(Owner::Auth).await);
    fixture.store().ping().await.expect("ok");
    fixture.store().prepare().await.expect("ok");
    fixture.store().ping().await.expect("ok");
    assert!(fixture.is_of(Owner::Auth).await);
}
