//! What a look-up finds, and for whom.

use super::{super::testing::World, *};

async fn found(world: &World, scope: &str, text: &str) -> Vec<(AccountKind, String)> {
    let hits = world.auth.search(&World::acting("root", scope), text, 20).await.unwrap();
    hits.into_iter().map(|hit| (hit.kind, hit.id)).collect()
}

#[tokio::test]
async fn each_kind_is_for_its_own_scope() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let grant = world.login("ada@example.org").await;
    let session = world.auth.verifier().verify(&grant.access_token).unwrap().sid.clone().unwrap();
    let (key, _) = world.key(&user.id, "calculations:read").await;
    let all = "users:read clients:read audit:read";
    let of = |kind, id: &str| (kind, id.to_owned());

    assert_eq!(found(&world, "users:read", "ADA@ex").await, [of(AccountKind::User, &user.id)]);
    assert_eq!(found(&world, "users:read", &user.id).await, [of(AccountKind::User, &user.id)]);
    assert_eq!(found(&world, "users:read", &session).await, [of(AccountKind::Session, &session)]);
    assert_eq!(found(&world, "users:read", &key.id).await, [of(AccountKind::ApiKey, &key.id)]);
    for text in ["ada@example.org", &user.id, &session, &key.id] {
        assert_eq!(found(&world, "clients:read", text).await, [], "{text}");
        assert!(found(&world, "audit:read", text).await.iter().all(|(kind, _)| *kind == AccountKind::Audit));
        assert!(!found(&world, all, text).await.is_empty(), "{text}");
    }
    let entries = found(&world, "audit:read", &user.id).await;
    assert!(
        !entries.is_empty() && entries.iter().all(|(kind, _)| *kind == AccountKind::Audit),
        "{entries:?}"
    );
    assert_eq!(found(&world, all, "nothing like it").await, []);
}

#[tokio::test]
async fn a_caller_who_would_find_nothing_is_refused() {
    let world = World::new().await;
    for scope in ["roles:read", "users:write"] {
        let refused = world.auth.search(&World::acting("eve", scope), "ada", 20).await;
        assert!(matches!(refused, Err(AuthError::BeyondScope(scopes)) if scopes == SCOPES), "{scope}");
    }
}

#[tokio::test]
async fn no_more_is_found_than_is_asked_for() {
    let world = World::new().await;
    for n in 0..4 {
        world.user(&format!("ada{n}@example.org")).await;
    }
    let actor = World::acting("root", "users:read");
    let emails = async |limit| {
        let hits = world.auth.search(&actor, "ada", limit).await.unwrap();
        hits.into_iter().map(|hit| hit.title).collect::<Vec<_>>()
    };
    assert_eq!(emails(2).await, ["ada0@example.org", "ada1@example.org"]);
    assert_eq!(emails(20).await.len(), 4);
}
