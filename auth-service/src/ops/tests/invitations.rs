//! Invitations: for one other person, once, while their maker may.

use shared_models::{
    auth::UserChange,
    projects::{MemberRole, ProjectChange},
};

use super::{
    super::{
        super::testing::World,
        tests::{SCIENTIST, Scene, any, own, role},
    },
    *,
};

#[tokio::test]
async fn an_invitation_is_for_one_other_person_once_while_its_maker_may() {
    let scene = Scene::new().await;
    let none = || Err(AuthError::NoInvitation);
    let token = scene.invite(&scene.ada(), ProjectRole::Contributor).await.unwrap();
    let refusal = scene.accept(&scene.ada(), &token).await;
    assert!(matches!(refusal, Err(AuthError::Conflict(_))), "{refusal:?}");
    let joined = scene.accept(&scene.bob(), &token).await.unwrap();
    assert_eq!(
        (joined.id.as_str(), joined.role),
        (scene.project.id.as_str(), Some(ProjectRole::Contributor))
    );
    assert_eq!(scene.accept(&scene.bob(), &token).await, none());
    for text in ["", "tsi_none", "x"] {
        assert_eq!(scene.accept(&scene.bob(), text).await, none());
    }
    let lesser = scene.invite(&scene.ada(), ProjectRole::Viewer).await.unwrap();
    assert!(matches!(scene.accept(&scene.bob(), &lesser).await, Err(AuthError::Conflict(_))));
    scene.world.advance(7 * 24 * 3600);
    let eve = scene.world.user("eve@example.org").await;
    let eve = World::acting(&eve.id, SCIENTIST);
    assert_eq!(scene.accept(&eve, &lesser).await, none(), "it has expired");
    assert!(scene.auth().invitations(&scene.ada(), &scene.project.id).await.unwrap().is_empty());

    // A maintainer's invitation ends with their role.
    scene.set(&scene.bob, ProjectRole::Maintainer).await.unwrap();
    let token = scene.invite(&scene.bob(), ProjectRole::Viewer).await.unwrap();
    scene.set(&scene.bob, ProjectRole::Contributor).await.unwrap();
    assert_eq!(scene.accept(&eve, &token).await, none());
    let until = scene.auth().now() + Duration::from_secs(3600);
    let ends = MemberRole { expires_at: Some(until), ..role(ProjectRole::Maintainer) };
    scene.auth().set_member(&scene.ada(), &own(&scene.project, &scene.bob), &ends, &any()).await.unwrap();
    assert_eq!(scene.accept(&eve, &token).await, none(), "what was void stays so");
    let token = scene.invite(&scene.bob(), ProjectRole::Viewer).await.unwrap();
    let joined = scene.accept(&eve, &token).await.unwrap();
    assert_eq!(joined.through[0].expires_at, Some(until), "nobody gives a role for longer than they have it");
    // What had an end keeps it.
    let owners = scene.invite(&scene.ada(), ProjectRole::Contributor).await.unwrap();
    assert_eq!(scene.accept(&eve, &owners).await.unwrap().through[0].expires_at, Some(until));

    // Nor does a role that ends replace one that does not.
    let for_good = scene.world.user("for-good@example.org").await;
    scene.set(&for_good, ProjectRole::Viewer).await.unwrap();
    let more = scene.invite(&scene.bob(), ProjectRole::Contributor).await.unwrap();
    let refusal = scene.accept(&World::acting(&for_good.id, SCIENTIST), &more).await;
    assert!(matches!(refusal, Err(AuthError::Conflict(_))), "{refusal:?}");

    let archive = ProjectChange { state: Some(ProjectState::Archived), ..ProjectChange::default() };
    let token = scene.invite(&scene.ada(), ProjectRole::Maintainer).await.unwrap();
    scene.auth().change_project(&scene.ada(), &scene.project.id, &archive, &any()).await.unwrap();
    assert!(matches!(scene.accept(&eve, &token).await, Err(AuthError::Conflict(_))));
    assert!(matches!(scene.invite(&scene.ada(), ProjectRole::Viewer).await, Err(AuthError::Conflict(_))));
    let other = scene.world.user("late@example.org").await;
    assert!(matches!(scene.set(&other, ProjectRole::Viewer).await, Err(AuthError::Conflict(_))));
}

#[tokio::test]
async fn an_invitation_is_void_once_its_maker_is_disabled_or_withdraws_it() {
    let scene = Scene::new().await;
    scene.set(&scene.bob, ProjectRole::Maintainer).await.unwrap();
    let eve = scene.world.user("eve@example.org").await;
    let eve = World::acting(&eve.id, SCIENTIST);
    let token = scene.invite(&scene.bob(), ProjectRole::Viewer).await.unwrap();
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    let admin = scene.world.admin().await;
    scene.auth().change_user(&admin, &scene.bob.id, &disable).await.unwrap();
    assert_eq!(scene.accept(&eve, &token).await, Err(AuthError::NoInvitation));
    let token = scene.invite(&scene.ada(), ProjectRole::Viewer).await.unwrap();
    let (auth, id) = (scene.auth(), scene.project.id.as_str());
    for invitation in auth.invitations(&scene.ada(), id).await.unwrap() {
        auth.withdraw(&scene.ada(), id, &invitation.id).await.unwrap();
        let again = auth.withdraw(&scene.ada(), id, &invitation.id).await;
        assert_eq!(again, Err(AuthError::NotFound("invitation")));
    }
    assert_eq!(scene.accept(&eve, &token).await, Err(AuthError::NoInvitation));
}
