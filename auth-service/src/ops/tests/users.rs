//! Administrators and users.

use std::time::Instant;

use shared_models::claims::{AuthorizationDetail, Principal};

use super::{
    super::{
        Confirmed, Origin,
        testing::World,
        token::{Exchange, Introspection, RefreshGrant},
    },
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
    assert!(world.refresh(&grant.refresh_token).await.is_err());
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
    let viewer = "calculations:read reviews:read series:read views:read views:write";
    let helper = world.actor_with(&format!("users:read users:write {viewer}")).await;
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
    let refreshed = world.refresh(&grant.refresh_token).await.unwrap();
    assert!(!refreshed.must_change_password && refreshed.scope.covers("calculations:write"));
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
    let outcomes: Vec<_> = entries.iter().map(|entry| (entry.action.name(), entry.succeeded)).collect();
    assert_eq!(outcomes, [("user_removed", false), ("user_changed", true)]);
    let changed = &entries[1];
    assert_eq!(changed.actor.as_deref(), Some(admin.subject.as_str()));
    assert_eq!(changed.target.as_ref().map(|target| target.id.as_str()), Some(user.id.as_str()));
    assert_eq!(changed.detail.as_deref(), Some("disabled=true"));
}

#[tokio::test]
async fn a_disabled_user_and_one_whose_password_was_reset_lose_their_keys_for_good() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let reset = UserChange {
        password: Some("a provisional long sentence".into()),
        must_change_password: Some(false),
        ..UserChange::default()
    };
    let enable = UserChange { disabled: Some(false), ..UserChange::default() };
    for change in [disable(), reset] {
        let (key, secret) = world.key(&user.id, "calculations:read").await;
        let own = world.auth.authenticate_client(&key.id, &secret, &Origin::default()).await.unwrap();
        let token = world.auth.client_token(&own, world.auth.now(), None).await.unwrap().access_token;
        let job = world.auth.exchange_token(Some(&own), job(&token)).await.unwrap();
        world.auth.change_user(&admin, &user.id, &change).await.unwrap();
        world.auth.change_user(&admin, &user.id, &enable).await.unwrap();
        world.advance(10);
        assert!(world.auth.authenticate_client(&key.id, &secret, &Origin::default()).await.is_err());
        assert!(world.auth.client_token(&own, world.auth.now(), None).await.is_err());
        let refresh = RefreshGrant {
            refresh_token: job.refresh_token.unwrap(),
            scope: None,
            origin: admin.origin.clone(),
            arrived: Instant::now(),
        };
        assert!(world.auth.refresh_token(None, refresh).await.is_err());
        let listed = world.auth.keys_of(&user.id, None, 10).await.unwrap();
        assert!(listed.iter().any(|view| view.client_id == key.id && view.suspended));
        let (new, secret) = world.key(&user.id, "calculations:read").await;
        assert!(world.auth.authenticate_client(&new.id, &secret, &Origin::default()).await.is_ok());
        world.auth.remove_key_of(&admin, &user.id, &new.id).await.unwrap();
    }
}

fn job(token: &str) -> Exchange {
    Exchange {
        subject_token: token.into(),
        scope: Some("calculations:read".parse().unwrap()),
        details: vec![AuthorizationDetail { kind: "calculation".into(), identifier: "c-1".into() }],
        device: None,
        origin: Origin::default(),
    }
}

#[tokio::test]
async fn an_administrator_lists_and_removes_what_lets_another_user_in() {
    let world = World::new().await;
    let admin = world.admin().await;
    let helper = world.actor_with("users:read users:write").await;
    let (ada, bob) = (world.user("ada@example.org").await, world.user("bob@example.org").await);
    let (first, secret) = world.key(&ada.id, "calculations:read").await;
    world.advance(1);
    let (second, _) = world.key(&ada.id, "calculations:read").await;
    let page = world.auth.keys_of(&ada.id, None, 1).await.unwrap();
    assert_eq!(page.len(), 2, "one more than a page has, where there is another");
    let rest = world.auth.keys_of(&ada.id, Some(first.id.clone()), 1).await.unwrap();
    assert_eq!(rest.iter().map(|key| &key.client_id).collect::<Vec<_>>(), [&second.id]);
    assert_eq!(world.auth.keys_of("nobody", None, 1).await, Err(AuthError::NotFound("user")));

    let beyond = world.auth.remove_key_of(&helper, &ada.id, &first.id).await;
    assert!(matches!(beyond, Err(AuthError::BeyondScope(_))));
    let not_theirs = Err(AuthError::NotFound("API key"));
    assert_eq!(world.auth.remove_key_of(&admin, &bob.id, &first.id).await, not_theirs);
    assert_eq!(world.auth.remove_key_of(&admin, &ada.id, &first.id).await, Ok(()));
    assert!(world.auth.authenticate_client(&first.id, &secret, &Origin::default()).await.is_err());

    let login = world.login("ada@example.org").await;
    let granted = world.auth.exchange_token(None, job(&login.access_token)).await.unwrap();
    let grants = world.auth.sessions_of(&ada.id, None, 10).await.unwrap();
    let grant = grants.iter().find(|session| session.delegation.is_some()).unwrap();
    let beyond = world.auth.end_session_of(&helper, &ada.id, &grant.id).await;
    assert!(matches!(beyond, Err(AuthError::BeyondScope(_))));
    let not_theirs = Err(AuthError::NotFound("session"));
    assert_eq!(world.auth.end_session_of(&admin, &bob.id, &grant.id).await, not_theirs);
    assert_eq!(world.auth.end_session_of(&admin, &ada.id, &grant.id).await, Ok(()));
    let token = granted.refresh_token.unwrap();
    let refresh = RefreshGrant {
        refresh_token: token,
        scope: None,
        origin: admin.origin.clone(),
        arrived: Instant::now(),
    };
    assert!(world.auth.refresh_token(None, refresh).await.is_err());
    assert!(world.refresh(&login.refresh_token).await.is_ok());
}

#[tokio::test]
async fn with_a_user_the_grants_of_others_lose_their_tokens_in_which_a_key_of_theirs_acts() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await.access_token;
    let reset = UserChange { password: Some("a provisional long sentence".into()), ..UserChange::default() };
    for (name, change) in [("bob", Some(disable())), ("cid", Some(reset)), ("dan", None)] {
        let owner = world.user(&format!("{name}@example.org")).await;
        let (key, _) = world.key(&owner.id, "calculations:read").await;
        let granted = world.auth.exchange_token(Some(&key), job(&login)).await.unwrap();
        let tokens = [granted.access_token.clone(), granted.refresh_token.unwrap()];
        for token in &tokens {
            assert_ne!(world.auth.introspect_token(None, token).await, Ok(Introspection::Inactive));
        }
        match change {
            Some(change) => world.auth.change_user(&admin, &owner.id, &change).await.map(drop).unwrap(),
            None => world.auth.remove_user(&admin, &owner.id).await.unwrap(),
        }
        for token in &tokens {
            assert_eq!(world.auth.introspect_token(None, token).await, Ok(Introspection::Inactive));
        }
        let claims = world.auth.verifier().verify(&granted.access_token).unwrap();
        let feed = world.auth.revocations(0, std::time::Duration::ZERO).await.unwrap().entries;
        assert!(feed.iter().any(|entry| entry.refuses(&claims)), "resource-service refuses it too");
    }
}

#[tokio::test]
async fn a_key_acts_on_nothing_of_its_own_user_and_nobody_resets_their_own_password() {
    let world = World::new().await;
    let admin = world.admin().await;
    let key = Actor { principal: Principal::ApiKey, client_id: "k".into(), ..admin.clone() };
    let reset = UserChange { password: Some("a provisional long sentence".into()), ..UserChange::default() };
    for change in [&reset, &disable(), &roles_of(&["viewer"])] {
        let refusal = world.auth.change_user(&key, &admin.subject, change).await;
        assert_eq!(refusal, Err(AuthError::LoginNeeded));
    }
    assert_eq!(world.auth.remove_user(&key, &admin.subject).await, Err(AuthError::LoginNeeded));
    assert_eq!(world.auth.end_sessions_of(&key, &admin.subject).await, Err(AuthError::LoginNeeded));
    assert_eq!(world.auth.end_session_of(&key, &admin.subject, "s").await, Err(AuthError::LoginNeeded));
    assert_eq!(world.auth.remove_key_of(&key, &admin.subject, "k").await, Err(AuthError::LoginNeeded));
    let refusal = world.auth.change_user(&admin, &admin.subject, &reset).await.unwrap_err();
    assert!(matches!(&refusal, AuthError::Conflict(why) if why.contains("/auth/users/me/password")));
    assert!(world.try_login("root@example.org", World::PASSWORD, None).await.is_ok());
    let other = world.user("ada@example.org").await;
    assert!(world.auth.change_user(&key, &other.id, &reset).await.is_ok());
}
