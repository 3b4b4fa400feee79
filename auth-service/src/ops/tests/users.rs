//! Administrators and users.

use super::{
    super::{Confirmed, testing::World},
    *,
};

fn disable() -> UserChange {
    UserChange { disabled: Some(true), ..UserChange::default() }
}

fn roles_of(names: &[&str]) -> UserChange {
    UserChange { roles: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..UserChange::default() }
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_back_when_enabled() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let grant = world.login("ada@example.org").await;
    let claims = world.auth.verifier().verify(&grant.access_token).unwrap();
    world.auth.change_user(&admin, &user.id, &disable()).await.unwrap();
    assert!(world.auth.actor(&claims, admin.origin.clone()).await.is_err());
    assert!(world.renew(&grant.refresh_token).await.is_err());
    assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_err());

    let enable = UserChange { disabled: Some(false), ..UserChange::default() };
    world.auth.change_user(&admin, &user.id, &enable).await.unwrap();
    let again = world.login("ada@example.org").await;
    let again = world.auth.verifier().verify(&again.access_token).unwrap();
    assert!(world.auth.actor(&again, admin.origin.clone()).await.is_ok());
    assert!(world.auth.actor(&claims, admin.origin.clone()).await.is_err());
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::new().await;
    let admin = world.admin().await;
    for change in [disable(), roles_of(&["viewer"])] {
        let refusal = world.auth.change_user(&admin, &admin.subject, &change).await;
        assert!(matches!(refusal, Err(AuthError::Conflict(_))), "{refusal:?}");
    }
    assert!(matches!(world.auth.remove_user(&admin, &admin.subject).await, Err(AuthError::Conflict(_))));
    assert!(matches!(
        world.auth.delete_user(&Confirmed::by(admin.clone())).await,
        Err(AuthError::Conflict(_))
    ));
    world.user_with_roles("second@example.org", vec!["admin".into()]).await;
    assert!(world.auth.change_user(&admin, &admin.subject, &roles_of(&["viewer"])).await.is_ok());
}

#[tokio::test]
async fn nobody_acts_on_one_who_may_do_more_nor_gives_more_than_they_have() {
    let world = World::new().await;
    let admin = world.admin().await;
    let helper = world.actor_with("users:read users:write calculations:read reviews:read series:read").await;
    let ada = world.user_with_roles("ada@example.org", vec!["viewer".into()]).await;
    assert!(matches!(
        world.auth.change_user(&helper, &admin.subject, &disable()).await,
        Err(AuthError::BeyondScope(_))
    ));
    assert!(matches!(world.auth.remove_user(&helper, &admin.subject).await, Err(AuthError::BeyondScope(_))));
    assert!(matches!(
        world.auth.end_sessions_of(&helper, &admin.subject).await,
        Err(AuthError::BeyondScope(_))
    ));
    let raised = world.auth.change_user(&helper, &ada.id, &roles_of(&["admin"])).await;
    assert!(matches!(raised, Err(AuthError::BeyondScope(_))));
    assert!(world.auth.change_user(&helper, &ada.id, &disable()).await.is_ok());
}

#[tokio::test]
async fn a_forced_change_leaves_nothing_to_do_but_to_choose_a_password() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let reset = UserChange { password: Some("a provisional long sentence".into()), ..UserChange::default() };
    world.auth.change_user(&admin, &user.id, &reset).await.unwrap();
    assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_err());
    let grant = world.try_login("ada@example.org", "a provisional long sentence", None).await.unwrap();
    assert!(grant.must_change_password && grant.scope.is_empty());
    let claims = world.auth.verifier().verify(&grant.access_token).unwrap();
    let actor = world.auth.actor(&claims, admin.origin.clone()).await.unwrap();
    let change = super::super::PasswordChange {
        current: Password::new("a provisional long sentence"),
        new: Password::new("one that only I can know of"),
    };
    world.auth.change_password(&actor, change).await.unwrap();
    let renewed = world.renew(&grant.refresh_token).await.unwrap();
    assert!(!renewed.must_change_password && renewed.scope.covers("calculations:write"));
}

#[tokio::test]
async fn every_fault_of_a_change_is_told_at_once_and_nothing_is_done() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let change = UserChange {
        roles: Some(vec!["viewer".into(), "king".into()]),
        full_name: Some(Some(String::new())),
        password: Some("short".into()),
        ..UserChange::default()
    };
    let Err(AuthError::Invalid(faults)) = world.auth.change_user(&admin, &user.id, &change).await else {
        panic!("taken")
    };
    let pointers: Vec<_> = faults.iter().filter_map(|fault| fault.pointer.as_deref()).collect();
    assert_eq!(pointers, ["/roles/1", "/full_name", "/password"]);
    assert_eq!(world.auth.user(&user.id).await.unwrap(), user);
}

#[tokio::test]
async fn the_log_says_who_did_what_to_whom_and_what_was_refused() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    world.advance(1);
    world.auth.change_user(&admin, &user.id, &disable()).await.unwrap();
    world.advance(1);
    let _ = world.auth.remove_user(&admin, &admin.subject).await;
    let filter = crate::store::AuditFilter { limit: 2, ..Default::default() };
    let entries = world.auth.audit(&filter).await.unwrap();
    let told: Vec<_> = entries.iter().map(|entry| (entry.action.name(), entry.succeeded)).collect();
    assert_eq!(told, [("user_removed", false), ("user_changed", true)]);
    let changed = &entries[1];
    assert_eq!(changed.actor.as_deref(), Some(admin.subject.as_str()));
    assert_eq!(changed.target.as_ref().map(|target| target.id.as_str()), Some(user.id.as_str()));
    assert_eq!(changed.detail.as_deref(), Some("disabled=true"));
}
