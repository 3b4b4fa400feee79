//! Tokens for programs.

mod jobs;

use service_kit::random::OsRandom;
use shared_models::{
    claims::{AccessClaims, AuthorizationDetail},
    clients::{ClientChange, NewApiKey, NewClient},
    revocations::RevocationKind,
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
const EXCHANGING: &[GrantType] = &[GrantType::ClientCredentials, GrantType::TokenExchange];

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
async fn a_session_of_a_client_is_refreshed_by_that_client_alone() {
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
async fn a_revoked_token_is_worth_nothing_and_anothers_stays() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let origin = Origin::default();
    let every = [ALL, EXCHANGING].concat();
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
async fn a_refresh_token_is_active_only_while_it_can_be_used() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let login = world.login("ada@example.org").await.access_token;
    let (acting, _) = client(&world, "calculations:read", EXCHANGING).await;
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

#[tokio::test]
async fn a_key_that_is_removed_while_its_user_was_just_changed_leaves_no_token_that_works() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let (key, _) = world.key(&user.id, "calculations:read").await;
    let (auth, clock) = (&world.auth, &world.auth.revocation_clock);
    auth.store.revoke(RevocationKind::Subject, &user.id, clock).await.unwrap();
    // The key is read before its removal, which is in the same second as the change of its user.
    let asking = auth.client_token(&key, auth.now(), None);
    let removing = async {
        let ada = World::acting(&user.id, "calculations:read");
        auth.remove_api_key(&ada, &key.id).await.unwrap();
    };
    let (issued, ()) = tokio::join!(asking, removing);
    let feed = auth.revocations(0, std::time::Duration::ZERO).await.unwrap().entries;
    if let Ok(issued) = issued {
        let claims = auth.verifier().verify(&issued.access_token).unwrap();
        assert!(feed.iter().any(|entry| entry.refuses(&claims)), "{claims:?} {feed:?}");
    }
    assert!(feed.iter().any(|entry| entry.kind == RevocationKind::Key), "{feed:?}");
}

#[tokio::test]
async fn a_key_whose_user_was_just_changed_gets_a_token_once_that_takes_effect() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let (key, _) = world.key(&user.id, "calculations:read").await;
    let clock = &world.auth.revocation_clock;
    world.auth.store.revoke(RevocationKind::Subject, &user.id, clock).await.unwrap();
    let asked_at = world.auth.now();
    let moving = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        world.advance(3);
    };
    let asking = async { (world.auth.client_token(&key, asked_at, None).await, world.auth.now()) };
    let ((issued, now), ()) = tokio::join!(asking, moving);
    let claims = world.auth.verifier().verify(&issued.unwrap().access_token).unwrap();
    assert_eq!(claims.iat, asked_at.unix_timestamp() + 3);
    assert!(claims.iat <= now.unix_timestamp(), "no token is issued ahead of the clock");
}
