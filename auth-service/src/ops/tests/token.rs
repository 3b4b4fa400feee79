//! Tokens for programs.

use service_kit::random::OsRandom;
use shared_models::{
    claims::{AccessClaims, AuthorizationDetail},
    clients::{ClientChange, NewApiKey, NewClient},
};

use super::{super::testing::World, *};
use crate::{
    domain::{
        audit::{Action, Entry},
        password::Password,
    },
    ops::Origin,
    store::AuditFilter,
};

fn set(text: &str) -> ScopeSet {
    text.parse().unwrap()
}

async fn client(world: &World, scopes: &str, grants: &[GrantType]) -> (Client, String) {
    let admin = World::acting("root", "*");
    let scopes = scopes.split(' ').map(str::to_owned).collect();
    let input = NewClient { name: "loader".into(), scopes, grants: Some(grants.to_vec()) };
    world.auth.create_client(&admin, &input).await.unwrap()
}

const OWN: &[GrantType] = &[GrantType::ClientCredentials];
const ALL: &[GrantType] = &[GrantType::ClientCredentials, GrantType::RefreshToken, GrantType::Password];
const HANDING_ON: &[GrantType] = &[GrantType::ClientCredentials, GrantType::TokenExchange];

fn detail(kind: &str, identifier: &str) -> AuthorizationDetail {
    AuthorizationDetail { kind: kind.into(), identifier: identifier.into() }
}

fn with_password(scope: Option<&str>) -> PasswordGrant {
    PasswordGrant {
        username: "ada@example.org".into(),
        password: Password::new(World::PASSWORD),
        scope: scope.map(set),
        device: None,
        origin: Origin::default(),
    }
}

fn refreshed(token: &str, scope: Option<&str>) -> RefreshGrant {
    RefreshGrant {
        refresh_token: token.to_owned(),
        scope: scope.map(set),
        origin: Origin::default(),
        arrived: std::time::Instant::now(),
    }
}

fn job(token: &str, scope: &str) -> Exchange {
    Exchange {
        subject_token: token.to_owned(),
        scope: Some(set(scope)),
        details: vec![detail("calculation", "c-1")],
        device: None,
        origin: Origin::default(),
    }
}

#[tokio::test]
async fn a_service_gets_its_own_token_and_no_more_than_it_may() {
    let world = World::new().await;
    let (client, secret) = client(&world, "calculations:read series:read", OWN).await;
    let known = world.auth.authenticate_client(&client.id, &secret, &Origin::default()).await.unwrap();
    for (id, secret) in [(client.id.as_str(), "tsk_wrong"), ("nobody", secret.as_str())] {
        let refusal = world.auth.authenticate_client(id, secret, &Origin::default()).await;
        assert_eq!(refusal.unwrap_err(), OAuthError::InvalidClient);
    }
    let wanted =
        AuditFilter { action: Some(Action::ClientAuthenticated), limit: 9, ..AuditFilter::default() };
    let failed = world.auth.audit(&wanted).await.unwrap();
    assert_eq!(failed.len(), 1, "the client that exists, and no stranger's text");
    let target = failed[0].target.as_ref().unwrap();
    assert_eq!((target.id.as_str(), failed[0].succeeded), (client.id.as_str(), false));
    let issued = world.auth.client_token(&known, world.auth.now(), Some(&set("series:read"))).await.unwrap();
    let claims = AccessClaims::clone(&world.auth.verifier().verify(&issued.access_token).unwrap());
    assert_eq!((claims.sub.as_str(), claims.client_id.as_str()), (client.id.as_str(), client.id.as_str()));
    assert_eq!((claims.scope, claims.sid, claims.auth_time), (set("series:read"), None, None));
    assert!(issued.refresh_token.is_none());
    let wide = world.auth.client_token(&known, world.auth.now(), Some(&set("users:write"))).await;
    assert!(matches!(wide, Err(OAuthError::InvalidScope(_))));
    let refusal = world.auth.password_token(&known, with_password(None)).await.unwrap_err();
    assert_eq!(refusal, OAuthError::UnauthorizedClient);
}

#[tokio::test]
async fn a_key_is_worth_what_its_user_is_worth() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let ada = World::confirmed(&user.id, "calculations:read");
    let input = NewApiKey {
        name: "laptop".into(),
        scopes: vec!["calculations:read".into()],
        expires_in: Some(1000),
        current_password: None,
    };
    let (key, secret) = world.auth.create_api_key(&ada, &input).await.unwrap();
    let issued = world.auth.client_token(&key, world.auth.now(), None).await.unwrap();
    let claims = world.auth.verifier().verify(&issued.access_token).unwrap();
    assert_eq!((claims.sub.as_str(), claims.client_id.as_str()), (user.id.as_str(), key.id.as_str()));
    assert!(claims.roles.is_empty());
    let actor = world.auth.actor(&claims, Origin::default()).await.unwrap();
    assert_eq!(actor.scope, set("calculations:read"));

    let disable = shared_models::auth::UserChange {
        disabled: Some(true),
        ..shared_models::auth::UserChange::default()
    };
    world.auth.change_user(&admin, &user.id, &disable).await.unwrap();
    assert!(matches!(
        world.auth.client_token(&key, world.auth.now(), None).await,
        Err(OAuthError::InvalidGrant(_))
    ));
    assert!(world.auth.actor(&claims, Origin::default()).await.is_err());
    world.advance(1000);
    assert!(world.auth.authenticate_client(&key.id, &secret, &Origin::default()).await.is_err());
}

#[tokio::test]
async fn a_session_of_a_client_is_renewed_by_that_client_alone() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let (mine, _) = client(&world, "calculations:read series:read users:write", ALL).await;
    let (other, _) = client(&world, "calculations:read", ALL).await;
    let first = world.auth.password_token(&mine, with_password(None)).await.unwrap();
    assert_eq!(first.scope, set("calculations:read series:read"));
    let token = first.refresh_token.unwrap();
    let theft = world.auth.refresh_token(Some(&other), refreshed(&token, None)).await;
    assert!(matches!(theft, Err(OAuthError::InvalidGrant(_))));
    let theft = world.auth.refresh_token(None, refreshed(&token, None)).await;
    assert!(matches!(theft, Err(OAuthError::InvalidGrant(_))));
    // A scope that the session never had is refused before anything rotates.
    let wide = world.auth.refresh_token(Some(&mine), refreshed(&token, Some("users:write"))).await;
    assert!(wide.is_ok_and(|issued| issued.scope.is_empty()));
    let wide = world.auth.refresh_token(Some(&mine), refreshed(&token, Some("reviews:read"))).await;
    assert!(matches!(wide, Err(OAuthError::InvalidScope(_))));
    let narrow = world.auth.refresh_token(Some(&mine), refreshed(&token, Some("series:read"))).await.unwrap();
    assert_eq!(narrow.scope, set("series:read"));
    let next = narrow.refresh_token.unwrap();
    let whole = world.auth.refresh_token(Some(&mine), refreshed(&next, None)).await.unwrap();
    assert_eq!(whole.scope, set("calculations:read series:read"));
    let wide = world.auth.password_token(&mine, with_password(Some("reviews:read"))).await;
    assert!(matches!(wide, Err(OAuthError::InvalidScope(_))));
}

#[tokio::test]
async fn a_job_has_what_it_was_given_for_one_calculation_until_that_is_finished() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await;
    let scope = "calculations:read calculations:write";
    let granted = world.auth.exchange_token(None, job(&login.access_token, scope)).await.unwrap();
    let claims = world.auth.verifier().verify(&granted.access_token).unwrap();
    assert_eq!((claims.sub.as_str(), claims.client_id.as_str()), (user.id.as_str(), JOB_CLIENT));
    assert_eq!((claims.scope.clone(), claims.roles.len()), (set(scope), 0));
    assert_eq!(claims.act.clone().unwrap().sub, JOB_CLIENT);
    assert_eq!(claims.authorization_details[0].identifier, "c-1");
    assert_eq!(granted.calculation.as_deref(), Some("c-1"));

    let next =
        world.auth.refresh_token(None, refreshed(&granted.refresh_token.unwrap(), None)).await.unwrap();
    assert_eq!(next.calculation.as_deref(), Some("c-1"));
    let again = world.auth.exchange_token(None, job(&next.access_token, "calculations:read")).await;
    assert!(matches!(again, Err(OAuthError::InvalidGrant(_))));
    let resource = World::acting("resource-service", "revocations:write");
    assert_eq!(world.auth.end_job_grants(&resource, "c-1").await, Ok(1));
    assert!(world.auth.actor(&claims, Origin::default()).await.is_err());
    let dead = world.auth.refresh_token(None, refreshed(&next.refresh_token.unwrap(), None)).await;
    assert!(matches!(dead, Err(OAuthError::InvalidGrant(_))));
}

#[tokio::test]
async fn a_job_outlives_the_login_it_came_from_and_not_the_user() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await;
    let granted =
        world.auth.exchange_token(None, job(&login.access_token, "calculations:read")).await.unwrap();
    world.auth.logout(&login.refresh_token.expose(), Origin::default()).await.unwrap();
    let mut token = granted.refresh_token.unwrap();
    for _ in 0..14 {
        world.advance(3500);
        let next = world.auth.refresh_token(None, refreshed(&token, None)).await.unwrap();
        token = next.refresh_token.unwrap();
    }
    world.auth.remove_user(&admin, &user.id).await.unwrap();
    assert!(world.auth.refresh_token(None, refreshed(&token, None)).await.is_err());
}

#[tokio::test]
async fn a_service_hands_on_its_own_scopes_and_takes_them_back_by_being_disabled() {
    let world = World::new().await;
    let (client, _) = client(&world, "calculations:write", HANDING_ON).await;
    let own = world.auth.client_token(&client, world.auth.now(), None).await.unwrap();
    let granted =
        world.auth.exchange_token(Some(&client), job(&own.access_token, "calculations:write")).await.unwrap();
    let claims = AccessClaims::clone(&world.auth.verifier().verify(&granted.access_token).unwrap());
    assert_eq!((claims.sub, claims.act.unwrap().sub), (client.id.clone(), client.id.clone()));
    let off = shared_models::clients::ClientChange { disabled: Some(true), ..Default::default() };
    world.auth.change_client(&World::acting("root", "*"), &client.id, &off).await.unwrap();
    assert!(world.auth.refresh_token(None, refreshed(&granted.refresh_token.unwrap(), None)).await.is_err());
}

#[tokio::test]
async fn a_job_is_given_named_scopes_that_are_held_and_one_calculation() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let token = world.login("ada@example.org").await.access_token;
    let good = job(&token, "calculations:read");
    let wide = world.auth.exchange_token(None, job(&token, "users:write")).await;
    assert!(matches!(wide, Err(OAuthError::InvalidScope(_))));
    let unnamed = world.auth.exchange_token(None, Exchange { scope: None, ..good.clone() }).await;
    assert!(matches!(unnamed, Err(OAuthError::InvalidScope(_))));
    let two = vec![detail("calculation", "a"), detail("calculation", "b")];
    for details in [vec![], two, vec![detail("account", "a")], vec![detail("calculation", "")]] {
        let refusal = world.auth.exchange_token(None, Exchange { details, ..good.clone() }).await;
        assert!(matches!(refusal, Err(OAuthError::InvalidDetails(_))));
    }
    let garbage = Exchange { subject_token: "x".into(), ..good };
    assert!(matches!(world.auth.exchange_token(None, garbage).await, Err(OAuthError::InvalidGrant(_))));
}

#[tokio::test]
async fn a_token_that_was_given_back_is_worth_nothing_and_anothers_stays() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let origin = Origin::default();
    let every = [ALL, HANDING_ON].concat();
    let (mine, _) = client(&world, "calculations:read", &every).await;
    let (other, _) = client(&world, "calculations:read", ALL).await;
    let active = |token: String| {
        let (auth, mine) = (world.auth.clone(), mine.clone());
        async move { auth.introspect_token(Some(&mine), &token).await.unwrap() != Introspection::Inactive }
    };
    let own = world.auth.client_token(&mine, world.auth.now(), None).await.unwrap().access_token;
    let session = world.auth.password_token(&mine, with_password(None)).await.unwrap();
    let refresh = session.refresh_token.clone().unwrap();
    assert!(
        active(own.clone()).await
            && active(refresh.clone()).await
            && active(session.access_token.clone()).await
    );
    assert_eq!(world.auth.introspect_token(Some(&other), &refresh).await, Ok(Introspection::Inactive));
    for token in [own.as_str(), &refresh, "garbage", ""] {
        world.auth.revoke_token(Some(&other), token, &origin).await.unwrap();
        world.auth.revoke_token(None, token, &origin).await.unwrap();
    }
    assert!(active(own.clone()).await && active(refresh.clone()).await);
    world.auth.revoke_token(Some(&mine), &own, &origin).await.unwrap();
    assert!(!active(own.clone()).await);
    let exchange = world.auth.exchange_token(Some(&mine), job(&own, "calculations:read")).await;
    assert!(matches!(exchange, Err(OAuthError::InvalidGrant(_))), "{exchange:?}");
    world.auth.revoke_token(Some(&mine), &refresh, &origin).await.unwrap();
    assert!(!active(refresh).await && !active(session.access_token).await);
    assert!(!active("garbage".into()).await);
}

#[tokio::test]
async fn a_job_goes_on_when_the_key_it_was_started_with_expires_and_ends_when_that_is_removed() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let ada = World::confirmed(&user.id, "calculations:write");
    let input = NewApiKey {
        name: "cluster".into(),
        scopes: vec!["calculations:write".into()],
        expires_in: Some(60),
        current_password: None,
    };
    let (key, _) = world.auth.create_api_key(&ada, &input).await.unwrap();
    let own = world.auth.client_token(&key, world.auth.now(), None).await.unwrap();
    let granted =
        world.auth.exchange_token(Some(&key), job(&own.access_token, "calculations:write")).await.unwrap();
    world.advance(120);
    let token = granted.refresh_token.unwrap();
    let next = world.auth.refresh_token(None, refreshed(&token, None)).await.unwrap();
    world.auth.remove_api_key(&ada, &key.id).await.unwrap();
    let token = next.refresh_token.unwrap();
    assert!(world.auth.refresh_token(None, refreshed(&token, None)).await.is_err());
}

#[tokio::test]
async fn a_users_token_exchanges_are_counted_and_nobody_elses() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    world.user("bob@example.org").await;
    let (ada, bob) = (world.login("ada@example.org").await, world.login("bob@example.org").await);
    let exchange = |token: &str| world.auth.exchange_token(None, job(token, "calculations:read"));
    for _ in 0..20 {
        exchange(&ada.access_token).await.unwrap();
    }
    let refused = exchange(&ada.access_token).await;
    assert!(
        matches!(refused, Err(OAuthError::Auth(AuthError::Throttled { retry_after })) if retry_after <= 900),
        "{refused:?}"
    );
    assert!(exchange(&bob.access_token).await.is_ok());
}

#[tokio::test]
async fn a_token_is_exchanged_by_those_who_were_given_that_and_prove_who_they_are() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await.access_token;
    let exchange = async |client: Option<&Client>, token: &str| {
        world.auth.exchange_token(client, job(token, "calculations:read")).await
    };
    let (without, _) = client(&world, "calculations:read", ALL).await;
    let refusal = exchange(Some(&without), &login).await.unwrap_err();
    assert_eq!(refusal, OAuthError::UnauthorizedClient, "a client that was not given the grant");

    let (service, _) = client(&world, "calculations:read", HANDING_ON).await;
    let (key, other) =
        (world.key(&user.id, "calculations:read").await.0, world.key(&user.id, "calculations:read").await.0);
    let of_service = world.auth.client_token(&service, world.auth.now(), None).await.unwrap().access_token;
    let of_key = world.auth.client_token(&key, world.auth.now(), None).await.unwrap().access_token;
    let of_password = world.auth.password_token(&without, with_password(None)).await.unwrap().access_token;
    for token in [&of_service, &of_key, &of_password] {
        let refusal = exchange(None, token).await.unwrap_err();
        assert_eq!(refusal, OAuthError::InvalidClient, "the token of a client with a secret, without proof");
        let refusal = exchange(Some(&other), token).await.unwrap_err();
        assert_eq!(refusal, OAuthError::UnauthorizedClient, "another's key proves nothing about this token");
        assert!(exchange(Some(&service), token).await.is_ok());
    }
    assert!(exchange(Some(&key), &of_key).await.is_ok());
    assert!(exchange(None, &login).await.is_ok(), "the job client needs no secret for a login's token");
}

#[tokio::test]
async fn the_next_token_allows_no_more_than_its_client_does_today() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.user("ada@example.org").await;
    let both = "calculations:read calculations:write";
    for (widest, today) in [(both, "calculations:read"), ("*", "calculations:read"), (both, "users:read")] {
        let (mine, secret) = client(&world, widest, ALL).await;
        let first = world.auth.password_token(&mine, with_password(None)).await.unwrap();
        let scopes = Some(vec![today.to_owned()]);
        let narrow = ClientChange { scopes, ..ClientChange::default() };
        world.auth.change_client(&admin, &mine.id, &narrow).await.unwrap();
        let mine = world.auth.authenticate_client(&mine.id, &secret, &Origin::default()).await.unwrap();
        let token = first.refresh_token.unwrap();
        let next = world.auth.refresh_token(Some(&mine), refreshed(&token, None)).await.unwrap();
        let held = if today == "users:read" { "" } else { today };
        assert_eq!(next.scope, set(held), "{widest} narrowed to {today}");
        let claims = world.auth.verifier().verify(&next.access_token).unwrap();
        assert!(claims.iat >= mine.not_before, "the token is not refused by the revocation before it");

        let grants = Some(vec![GrantType::Password]);
        let no_refresh = ClientChange { grants, ..ClientChange::default() };
        world.auth.change_client(&admin, &mine.id, &no_refresh).await.unwrap();
        let mine = world.auth.authenticate_client(&mine.id, &secret, &Origin::default()).await.unwrap();
        let token = next.refresh_token.unwrap();
        assert!(world.auth.refresh_token(Some(&mine), refreshed(&token, None)).await.is_err());
    }
}

#[tokio::test]
async fn a_job_has_no_more_than_its_user_its_key_and_the_acting_client_allow_today() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let both = "calculations:read calculations:write";
    let (key, _) = world.key(&user.id, both).await;
    let (acting, _) = client(&world, both, HANDING_ON).await;
    let own = world.auth.client_token(&key, world.auth.now(), None).await.unwrap();
    let claims = world.auth.verifier().verify(&own.access_token).unwrap();
    assert_eq!((claims.roles.len(), claims.from_roles.as_slice()), (0, &["scientist".to_owned()][..]));
    let granted = world.auth.exchange_token(Some(&acting), job(&own.access_token, both)).await.unwrap();
    assert_eq!(granted.scope, set(both));

    let narrower = Client { scopes: set("calculations:read").into(), version: key.version + 1, ..key };
    let entry = Entry::new(Action::ClientChanged, world.auth.now(), &OsRandom);
    assert!(world.auth.store.replace_client(&narrower, None, &entry).await.unwrap());
    let token = granted.refresh_token.unwrap();
    let next = world.auth.refresh_token(None, refreshed(&token, None)).await.unwrap();
    assert_eq!(next.scope, set("calculations:read"));
    let claims = world.auth.verifier().verify(&next.access_token).unwrap();
    assert_eq!((claims.roles.len(), claims.from_roles.as_slice()), (0, &["scientist".to_owned()][..]));
    world.auth.remove_client(&admin, &acting.id).await.unwrap();
    let token = next.refresh_token.unwrap();
    assert!(world.auth.refresh_token(None, refreshed(&token, None)).await.is_err());
}

#[tokio::test]
async fn a_job_goes_on_with_what_a_narrowed_role_of_its_user_still_allows() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await;
    let both = "calculations:read calculations:write";
    let granted = world.auth.exchange_token(None, job(&login.access_token, both)).await.unwrap();
    world.auth.set_role(&admin, "scientist", &["calculations:read".into()]).await.unwrap();
    let entries = world.auth.revocations(0, std::time::Duration::ZERO).await.unwrap().entries;
    let is_revoked = |token: &str| {
        let claims = world.auth.verifier().verify(token).unwrap();
        assert_eq!(claims.from_roles, ["scientist"]);
        entries.iter().any(|entry| entry.refuses(&claims))
    };
    assert!(is_revoked(&granted.access_token));
    let token = granted.refresh_token.unwrap();
    let next = world.auth.refresh_token(None, refreshed(&token, None)).await.unwrap();
    assert_eq!(next.scope, set("calculations:read"));
    assert!(!is_revoked(&next.access_token));
}

#[tokio::test]
async fn with_the_client_that_acts_a_job_loses_its_tokens_at_once() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await.access_token;
    for disabled in [true, false] {
        let (acting, _) = client(&world, "calculations:read", HANDING_ON).await;
        let granted =
            world.auth.exchange_token(Some(&acting), job(&login, "calculations:read")).await.unwrap();
        let tokens = [granted.access_token.clone(), granted.refresh_token.unwrap()];
        for token in &tokens {
            assert_ne!(world.auth.introspect_token(None, token).await, Ok(Introspection::Inactive));
        }
        if disabled {
            let off = ClientChange { disabled: Some(true), ..ClientChange::default() };
            world.auth.change_client(&admin, &acting.id, &off).await.unwrap();
        } else {
            world.auth.remove_client(&admin, &acting.id).await.unwrap();
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
async fn a_refresh_token_is_active_only_while_it_can_be_used() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await.access_token;
    let (acting, _) = client(&world, "calculations:read", HANDING_ON).await;
    let granted = world.auth.exchange_token(Some(&acting), job(&login, "calculations:read")).await.unwrap();
    let token = granted.refresh_token.unwrap();
    assert!(matches!(world.auth.introspect_token(None, &token).await, Ok(Introspection::Refresh(_))));
    // Disabled a moment ago: its sessions are still to be ended.
    let off = Client { disabled: true, version: acting.version + 1, ..acting };
    let entry = Entry::new(Action::ClientChanged, world.auth.now(), &OsRandom);
    assert!(world.auth.store.replace_client(&off, None, &entry).await.unwrap());
    assert_eq!(world.auth.introspect_token(None, &token).await, Ok(Introspection::Inactive));
    assert!(world.auth.refresh_token(None, refreshed(&token, None)).await.is_err());
}

#[tokio::test]
async fn a_job_waits_in_its_queue_for_as_long_as_it_may_live() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await;
    let granted =
        world.auth.exchange_token(None, job(&login.access_token, "calculations:read")).await.unwrap();
    assert_eq!(granted.refresh_expires_in, Some(86_400));
    world.advance(80_000);
    let token = granted.refresh_token.unwrap();
    let next = world.auth.refresh_token(None, refreshed(&token, None)).await.unwrap();
    assert_eq!(next.refresh_expires_in, Some(6_400), "the whole life of a grant is bounded");
    world.advance(6_401);
    let token = next.refresh_token.unwrap();
    assert!(world.auth.refresh_token(None, refreshed(&token, None)).await.is_err());
}

#[tokio::test]
async fn an_expired_access_token_still_revokes_its_session() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let (mine, _) = client(&world, "calculations:read", ALL).await;
    let (other, _) = client(&world, "calculations:read", ALL).await;
    let session = world.auth.password_token(&mine, with_password(None)).await.unwrap();
    world.advance(1000);
    let refresh = session.refresh_token.unwrap();
    world.auth.revoke_token(Some(&other), &session.access_token, &Origin::default()).await.unwrap();
    let next = world.auth.refresh_token(Some(&mine), refreshed(&refresh, None)).await.unwrap();
    world.auth.revoke_token(Some(&mine), &session.access_token, &Origin::default()).await.unwrap();
    let token = next.refresh_token.unwrap();
    assert!(world.auth.refresh_token(Some(&mine), refreshed(&token, None)).await.is_err());
}
