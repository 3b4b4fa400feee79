//! Job grants: tokens of one calculation, made by token exchange (RFC 8693).

use super::*;

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
async fn a_service_exchanges_its_token_for_its_own_scopes_and_ends_that_by_being_disabled() {
    let world = World::new().await;
    let (client, _) = client(&world, "calculations:write", EXCHANGING).await;
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
async fn a_job_continues_when_the_key_it_was_started_with_expires_and_ends_when_that_is_removed() {
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

    let (service, _) = client(&world, "calculations:read", EXCHANGING).await;
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
async fn a_job_has_no_more_than_its_user_its_key_and_the_acting_client_allow_today() {
    let world = World::new().await;
    let admin = world.admin().await;
    let user = world.user("ada@example.org").await;
    let both = "calculations:read calculations:write";
    let (key, _) = world.key(&user.id, both).await;
    let (acting, _) = client(&world, both, EXCHANGING).await;
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
async fn a_job_continues_with_what_a_narrowed_role_of_its_user_still_allows() {
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
        let (acting, _) = client(&world, "calculations:read", EXCHANGING).await;
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
    // The store counts the time that a write waits, so a slow disk leaves less.
    let left = next.refresh_expires_in.unwrap();
    assert!((6_390..=6_400).contains(&left), "the whole life of a grant is bounded, {left} s are left");
    world.advance(6_401);
    let token = next.refresh_token.unwrap();
    assert!(world.auth.refresh_token(None, refreshed(&token, None)).await.is_err());
}
