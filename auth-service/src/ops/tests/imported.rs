use shared_models::projects::{MemberRole, NewProject, ProjectChange};

use super::{super::super::testing::World, *};
use crate::{domain::audit::Target, ops::ImportedUser, store::AuditFilter};
use service_kit::precondition::Precondition;

async fn project(world: &World, admin: &Actor, slug: &str) -> String {
    let input = NewProject { title: slug.into(), slug: Some(slug.into()), owner: None };
    world.auth.create_project(admin, &input).await.unwrap().id
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn place(email: &str, project: &str, role: ProjectRole) -> Placement {
    Placement { email: Email::parse(email).unwrap(), project: project.into(), role }
}

async fn members(world: &World, project: &str) -> Vec<Membership> {
    world.auth.store.members(project, None, 1000).await.unwrap()
}

/// The entries of users who were put into a project. Those of the same millisecond are in no order.
async fn entries(world: &World) -> Vec<Entry> {
    let filter = AuditFilter { action: Some(Action::ProjectMemberSet), limit: 99, ..AuditFilter::default() };
    world.auth.audit(&filter).await.unwrap()
}

#[tokio::test]
async fn who_is_no_member_joins_and_who_is_one_keeps_their_role() {
    use Placed::{Disabled, Joined, Member, NoUser};
    let world = World::new().await;
    let admin = world.admin().await;
    let (a, b) = (project(&world, &admin, "a").await, project(&world, &admin, "b").await);
    let (ada, bob) = (world.user("ada@example.org").await, world.user("bob@example.org").await);
    let eve = world.disabled_user("eve@example.org").await;
    let contributor = MemberRole { role: ProjectRole::Contributor, expires_at: None };
    let key = MemberKey::of_user(&a, &ada.id);
    world.auth.set_member(&admin, &key, &contributor, &Precondition::default()).await.unwrap();
    let wanted = [
        place("ada@example.org", &a, ProjectRole::Viewer),
        place("ADA@example.org", &b, ProjectRole::Maintainer),
        place("bob@example.org", &a, ProjectRole::Owner),
        place("bob@example.org", &a, ProjectRole::Viewer),
        place("eve@example.org", &a, ProjectRole::Viewer),
        place("nobody@example.org", &a, ProjectRole::Viewer),
    ];
    let before = (members(&world, &a).await, entries(&world).await);
    let rehearsed = world.auth.put_into_projects(&wanted, true).await.unwrap();
    assert_eq!(rehearsed, [Member, Joined, Joined, Joined, Disabled, NoUser]);
    assert_eq!((members(&world, &a).await, entries(&world).await), before, "a dry run writes nothing");

    let placed = world.auth.put_into_projects(&wanted, false).await.unwrap();
    assert_eq!(placed, [Member, Joined, Joined, Member, Disabled, NoUser]);
    let role = |members: &[Membership], user: &User| {
        members.iter().find(|one| one.key.member == user.id).map(|one| (one.role, one.managed_by))
    };
    let in_a = members(&world, &a).await;
    assert_eq!(role(&in_a, &ada), Some((ProjectRole::Contributor, ManagedBy::Manual)));
    assert_eq!(role(&in_a, &bob), Some((ProjectRole::Owner, ManagedBy::Upstream)));
    assert_eq!(role(&in_a, &eve), None);
    let in_b = members(&world, &b).await;
    let joined = in_b.iter().find(|one| one.key.member == ada.id).unwrap();
    assert_eq!(
        (joined.role, joined.added_by.as_str(), joined.expires_at),
        (ProjectRole::Maintainer, "operator", None)
    );

    let mut new = entries(&world).await;
    new.retain(|entry| !before.1.contains(entry));
    let on = |id: &str| Some(Target { kind: "project".into(), id: id.to_owned() });
    new.sort_by_key(|entry| entry.detail.as_ref().is_some_and(|detail| detail.contains(&ada.id)));
    let said: Vec<_> =
        new.iter().map(|entry| (entry.target.clone(), entry.detail.clone().unwrap())).collect();
    let of = |user: &User, role| format!("user {} {role}", user.id);
    assert_eq!(said, [(on(&a), of(&bob, "owner")), (on(&b), of(&ada, "maintainer"))]);
    assert!(new.iter().all(|entry| entry.actor.as_deref() == Some("operator")
        && entry.client_id.as_deref() == Some("command-line")));

    // Run again, it changes nothing and says nothing.
    let again = world.auth.put_into_projects(&wanted, false).await.unwrap();
    assert_eq!(again, [Member, Member, Member, Member, Disabled, NoUser]);
    assert_eq!(entries(&world).await.len(), before.1.len() + new.len());
    assert_eq!(members(&world, &a).await, in_a);
}

#[tokio::test]
async fn a_membership_whose_time_is_over_is_replaced() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = project(&world, &admin, "a").await;
    let ada = world.user("ada@example.org").await;
    let key = MemberKey::of_user(&a, &ada.id);
    let end = world.auth.now() + std::time::Duration::from_secs(60);
    let until = MemberRole { role: ProjectRole::Maintainer, expires_at: Some(end) };
    world.auth.set_member(&admin, &key, &until, &Precondition::default()).await.unwrap();
    let wanted = [place("ada@example.org", &a, ProjectRole::Viewer)];
    assert_eq!(world.auth.put_into_projects(&wanted, false).await, Ok(vec![Placed::Member]));
    world.advance(60);
    assert_eq!(world.auth.put_into_projects(&wanted, false).await, Ok(vec![Placed::Joined]));
    let now = world.auth.store.membership(&key).await.unwrap().unwrap();
    assert_eq!((now.role, now.expires_at), (ProjectRole::Viewer, None));
}

#[tokio::test]
async fn many_join_in_few_transactions_whatever_others_change_meanwhile() {
    const USERS: usize = 250;
    let world = World::new().await;
    let admin = world.admin().await;
    let a = project(&world, &admin, "a").await;
    let roles = world.auth.roles().await.unwrap();
    let hash = "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe";
    let email = |number| format!("u{number}@example.org");
    let read = |number| {
        let password_hash = Some(hash.to_owned());
        let input = ImportedUser { email: email(number), password_hash, ..ImportedUser::default() };
        world.auth.read_import(&roles, input).unwrap().user.unwrap()
    };
    let users: Vec<User> = (0..USERS).map(read).collect();
    world.auth.import_users(&roles, &users).await.unwrap();
    let wanted: Vec<_> =
        (0..USERS).map(|number| place(&email(number), &a, ProjectRole::Contributor)).collect();
    // Each of these raises the version that the import is based on.
    let others = async {
        for number in 0..20 {
            let change = ProjectChange { title: Some(format!("Title {number}")), ..ProjectChange::default() };
            world.auth.change_project(&admin, &a, &change, &Precondition::default()).await.unwrap();
        }
    };
    let (placed, ()) = tokio::join!(world.auth.put_into_projects(&wanted, false), others);
    assert_eq!(placed, Ok(vec![Placed::Joined; USERS]));
    assert_eq!(members(&world, &a).await.len(), USERS + 1);
    let mut counts: Vec<usize> = entries(&world)
        .await
        .iter()
        .map(|entry| entry.detail.as_deref().unwrap().matches(" contributor").count())
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [USERS - 2 * TOGETHER, TOGETHER, TOGETHER]);
    let project = world.auth.project(&admin, &a).await.unwrap();
    assert_eq!(project.version, 1 + 20 + 3);
}

#[tokio::test]
async fn nobody_is_put_into_a_project_that_is_unknown_or_archived() {
    let world = World::new().await;
    let admin = world.admin().await;
    let a = project(&world, &admin, "a").await;
    world.user("ada@example.org").await;
    assert_eq!(world.auth.project_of_import(&slug("a")).await, Ok(Ok(a.clone())));
    let state = |state| ProjectChange { state: Some(state), ..ProjectChange::default() };
    let set = async |to| {
        world.auth.change_project(&admin, &a, &state(to), &Precondition::default()).await.unwrap();
    };
    set(ProjectState::Frozen).await;
    assert_eq!(world.auth.project_of_import(&slug("a")).await, Ok(Ok(a.clone())));
    set(ProjectState::Archived).await;
    let refusals = [("a", "the project \"a\" is archived"), ("unknown", "there is no project \"unknown\"")];
    for (text, said) in refusals {
        assert_eq!(world.auth.project_of_import(&slug(text)).await, Ok(Err(said.to_owned())));
    }
    // Archived after the slug was looked up.
    let wanted = [place("ada@example.org", &a, ProjectRole::Viewer)];
    let refusal = world.auth.put_into_projects(&wanted, false).await;
    assert_eq!(refusal, Err(AuthError::Conflict("this project is archived".into())));
    assert_eq!(members(&world, &a).await.len(), 1);
    let said = entries(&world).await;
    let said: Vec<_> = said.iter().map(|entry| (entry.succeeded, entry.detail.as_deref())).collect();
    assert_eq!(said, [(false, Some("this project is archived"))]);
}
