//! Projects, teams, members and invitations.

use service_kit::precondition::{Precondition, Representation, Tags, entity_tag};
use shared_models::{
    auth::UserChange,
    projects::{
        Member, MemberKind, MemberRole, MembershipFact, NewInvitation, NewProject, Project, ProjectChange,
        ProjectRole, ProjectState, TeamPlace,
    },
};

use super::{super::testing::World, *};
use crate::{
    domain::user::User,
    store::{AuditFilter, TeamFilter},
};

/// A token's scopes. At a person's own login projects need none.
pub(super) const SCIENTIST: &str = "calculations:read calculations:write";

/// All that a scientist may do.
const HELD: &str = "calculations:read calculations:write reviews:read reviews:write series:read series:write views:read views:write";

fn titled(title: &str) -> NewProject {
    NewProject { title: title.into(), slug: None, owner: None }
}

pub(super) fn role(role: ProjectRole) -> MemberRole {
    MemberRole { role, expires_at: None }
}

pub(super) fn own(project: &Project, user: &User) -> MemberKey {
    MemberKey::of_user(&project.id, &user.id)
}

/// Two users, and a project that the first one owns.
pub(super) struct Scene {
    pub(super) world: World,
    pub(super) ada: User,
    pub(super) bob: User,
    pub(super) project: Project,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let (ada, bob) = (world.user("ada@example.org").await, world.user("bob@example.org").await);
        let project = world.auth.create_project(&World::acting(&ada.id, SCIENTIST), &titled("Battery")).await;
        Self { project: project.unwrap(), world, ada, bob }
    }

    pub(super) fn auth(&self) -> &Auth {
        &self.world.auth
    }

    pub(super) fn ada(&self) -> Actor {
        World::acting(&self.ada.id, SCIENTIST)
    }

    pub(super) fn bob(&self) -> Actor {
        World::acting(&self.bob.id, SCIENTIST)
    }

    pub(super) async fn set(&self, user: &User, to: ProjectRole) -> Result<Member, AuthError> {
        let set = self.auth().set_member(&self.ada(), &own(&self.project, user), &role(to), &any()).await;
        set.map(|(_, member)| member)
    }

    pub(super) async fn role_of(&self, actor: &Actor) -> Option<ProjectRole> {
        self.auth().project(actor, &self.project.id).await.ok().and_then(|project| project.role)
    }

    /// A team of the second user, who manages it, with the first one in it.
    pub(super) async fn team(&self) -> String {
        let team = self.auth().create_team(&self.bob(), "Electrochemistry").await.unwrap().id;
        let place = TeamPlace::default();
        self.auth().set_team_member(&self.bob(), &team, &self.ada.id, place, &any()).await.unwrap();
        team
    }

    pub(super) async fn invite(&self, actor: &Actor, to: ProjectRole) -> Result<String, AuthError> {
        let input = NewInvitation { role: to, expires_in: None };
        self.auth().invite(actor, &self.project.id, &input).await.map(|made| made.token)
    }

    pub(super) async fn accept(&self, actor: &Actor, token: &str) -> Result<Project, AuthError> {
        self.auth().accept(actor, token).await
    }
}

pub(super) fn any() -> Precondition {
    Precondition::default()
}

/// `If-Match` with the ETag of a version.
fn at(version: i64) -> Precondition {
    let tag = entity_tag(version, &Representation::WHOLE);
    Precondition { if_match: Some(Tags::parse(&tag).unwrap()), ..any() }
}

fn is_last_owner<T>(outcome: Result<T, AuthError>) -> bool {
    outcome.is_err_and(|error| matches!(error, AuthError::LastOwner { count: 1, .. }))
}

#[tokio::test]
async fn a_project_is_there_for_its_members_and_each_role_may_do_its_part() {
    let scene = Scene::new().await;
    let (auth, id) = (scene.auth(), scene.project.id.as_str());
    let gone = || Err(AuthError::NotFound("project"));
    assert_eq!(auth.project(&scene.bob(), id).await, gone());
    assert_eq!(auth.project(&scene.bob(), "none").await, gone());
    let rename = ProjectChange { title: Some("Anodes".into()), ..ProjectChange::default() };
    assert_eq!(auth.change_project(&scene.bob(), id, &rename, &any()).await, gone());
    assert_eq!(
        auth.remove_member(&scene.bob(), &own(&scene.project, &scene.ada), &any()).await.err(),
        gone().err()
    );
    for to in [ProjectRole::Viewer, ProjectRole::Contributor, ProjectRole::Maintainer] {
        scene.set(&scene.bob, to).await.unwrap();
        assert_eq!(scene.role_of(&scene.bob()).await, Some(to));
        let refusal = auth.change_project(&scene.bob(), id, &rename, &any()).await.unwrap_err();
        let needed = AuthError::RoleNeeded { needed: ProjectRole::Owner, givers: vec![scene.ada.id.clone()] };
        assert_eq!(refusal, needed);
        let invited = scene.invite(&scene.bob(), ProjectRole::Viewer).await;
        assert_eq!(invited.is_ok(), to == ProjectRole::Maintainer, "{to:?}");
        assert!(scene.invite(&scene.bob(), ProjectRole::Owner).await.is_err());
    }
    scene.set(&scene.bob, ProjectRole::Owner).await.unwrap();
    assert_eq!(auth.change_project(&scene.bob(), id, &rename, &any()).await.unwrap().title, "Anodes");
    let ids = |found: Vec<Project>| found.into_iter().map(|project| project.id).collect::<Vec<_>>();
    let filter = ProjectFilter { limit: 10, ..ProjectFilter::default() };
    let mut expected = vec![scene.bob.id.clone(), id.to_owned()];
    expected.sort();
    assert_eq!(ids(auth.list_projects(&scene.bob(), filter.clone(), false).await.unwrap()), expected);
    let admin = scene.world.admin().await;
    assert_eq!(ids(auth.list_projects(&admin, filter.clone(), true).await.unwrap()), [id]);
    let refused = auth.list_projects(&scene.bob(), filter, true).await;
    assert_eq!(refused, Err(AuthError::BeyondScope(vec![ADMIN.into()])));
}

#[tokio::test]
async fn the_greatest_role_counts_whether_of_the_user_or_of_a_team() {
    let scene = Scene::new().await;
    let team = scene.team().await;
    let key = MemberKey { project: scene.project.id.clone(), kind: MemberKind::Team, member: team.clone() };
    scene.set(&scene.bob, ProjectRole::Viewer).await.unwrap();
    let set = scene.auth().set_member(&scene.ada(), &key, &role(ProjectRole::Contributor), &any()).await;
    assert_eq!(set.unwrap().1.name.as_deref(), Some("Electrochemistry"));
    let seen = scene.auth().project(&scene.bob(), &scene.project.id).await.unwrap();
    assert_eq!(seen.role, Some(ProjectRole::Contributor));
    let through: Vec<_> = seen.through.iter().map(|one| (one.kind, one.role)).collect();
    assert_eq!(
        through,
        [(MemberKind::Team, ProjectRole::Contributor), (MemberKind::User, ProjectRole::Viewer)]
    );
    let ends = MemberRole {
        expires_at: Some(scene.auth().now() + Duration::from_secs(60)),
        ..role(ProjectRole::Maintainer)
    };
    let bob = own(&scene.project, &scene.bob);
    scene.auth().set_member(&scene.ada(), &bob, &ends, &any()).await.unwrap();
    assert_eq!(scene.role_of(&scene.bob()).await, Some(ProjectRole::Maintainer));
    scene.world.advance(61);
    assert_eq!(scene.role_of(&scene.bob()).await, Some(ProjectRole::Contributor));
    // A team that the owner is not in cannot be told from one that is not there.
    let other = scene.auth().create_team(&scene.bob(), "Another").await.unwrap().id;
    for member in [other, "none".to_owned()] {
        let key = MemberKey { member, ..key.clone() };
        let refusal = scene.auth().set_member(&scene.ada(), &key, &role(ProjectRole::Viewer), &any()).await;
        assert_eq!(refusal.err(), Some(AuthError::NotFound("team")));
    }
    scene.auth().remove_team(&scene.bob(), &team, &any()).await.unwrap();
    assert_eq!(scene.role_of(&scene.bob()).await, None, "what has expired is no membership");
    assert_eq!(scene.auth().project(&scene.ada(), &scene.project.id).await.unwrap().through.len(), 1);
}

#[tokio::test]
async fn nobody_takes_the_last_owner_from_a_project() {
    let scene = Scene::new().await;
    let (auth, ada) = (scene.auth(), own(&scene.project, &scene.ada));
    let admin = scene.world.admin().await;
    let ends =
        MemberRole { expires_at: Some(auth.now() + Duration::from_secs(60)), ..role(ProjectRole::Owner) };
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    scene.set(&scene.bob, ProjectRole::Maintainer).await.unwrap();
    let all_refused = async || {
        for actor in [&scene.ada(), &admin] {
            assert!(is_last_owner(auth.remove_member(actor, &ada, &any()).await));
            assert!(is_last_owner(auth.set_member(actor, &ada, &role(ProjectRole::Viewer), &any()).await));
            assert!(is_last_owner(auth.set_member(actor, &ada, &ends, &any()).await));
        }
        assert!(is_last_owner(auth.change_user(&admin, &scene.ada.id, &disable).await));
        assert!(is_last_owner(auth.remove_user(&admin, &scene.ada.id).await));
        assert!(is_last_owner(auth.delete_user(&World::confirmed(&scene.ada.id, "*")).await));
    };
    all_refused().await;
    let filter = AuditFilter { target: Some(scene.project.id.clone()), limit: 50, ..AuditFilter::default() };
    let log = auth.audit(&filter).await.unwrap();
    let refused = log.iter().filter(|entry| !entry.succeeded).count();
    assert_eq!(refused, 6, "each refusal on the project is in its log");
    // Who is disabled owns nothing.
    let eve = scene.world.user("eve@example.org").await;
    scene.set(&eve, ProjectRole::Owner).await.unwrap();
    auth.change_user(&admin, &eve.id, &disable).await.unwrap();
    all_refused().await;
    // A user who may change users and not see projects learns how many there are alone.
    let limited = scene.world.actor_with(&format!("users:write {HELD}")).await;
    let refusal = auth.change_user(&limited, &scene.ada.id, &disable).await.unwrap_err();
    assert_eq!(refusal, AuthError::LastOwner { titles: Vec::new(), count: 1 });
    assert!(refusal.to_string().starts_with("nobody else owns a project;"), "{refusal}");
    let refusal = auth.change_user(&admin, &scene.ada.id, &disable).await.unwrap_err();
    assert!(refusal.to_string().starts_with("nobody else owns \"Battery\";"), "{refusal}");

    scene.set(&scene.bob, ProjectRole::Owner).await.unwrap();
    auth.remove_user(&admin, &scene.ada.id).await.unwrap();
    assert_eq!(scene.role_of(&scene.bob()).await, Some(ProjectRole::Owner));
    let (_, members) = auth.members(&scene.bob(), &scene.project.id, None, 10).await.unwrap();
    assert!(members.iter().all(|member| member.id != scene.ada.id), "{members:?}");
}

#[tokio::test]
async fn a_team_that_owns_a_project_keeps_somebody_who_does() {
    let scene = Scene::new().await;
    let (auth, team) = (scene.auth(), scene.team().await);
    let key = MemberKey { project: scene.project.id.clone(), kind: MemberKind::Team, member: team.clone() };
    auth.set_member(&scene.ada(), &key, &role(ProjectRole::Owner), &any()).await.unwrap();
    auth.remove_member(&scene.ada(), &own(&scene.project, &scene.ada), &any()).await.unwrap();
    assert!(is_last_owner(auth.remove_member(&scene.bob(), &key, &any()).await));
    assert!(is_last_owner(auth.remove_team(&scene.bob(), &team, &any()).await));
    let leave = auth.remove_team_member(&scene.ada(), &team, &scene.ada.id, &any()).await;
    assert!(leave.is_ok(), "the second user owns it too");
    let refusal = auth.remove_team_member(&scene.bob(), &team, &scene.bob.id, &any()).await;
    assert!(matches!(refusal, Err(AuthError::Conflict(_))), "nobody else manages the team: {refusal:?}");
    let managing = TeamPlace { manages: true };
    auth.set_team_member(&scene.bob(), &team, &scene.ada.id, managing, &any()).await.unwrap();
    assert!(auth.remove_team_member(&scene.bob(), &team, &scene.bob.id, &any()).await.is_ok());
    let filter = TeamFilter { limit: 10, ..TeamFilter::default() };
    assert!(auth.list_teams(&scene.bob(), filter, false).await.unwrap().is_empty());
    assert_eq!(auth.team(&scene.bob(), &team).await, Err(AuthError::NotFound("team")));
    let refusal = auth.rename_team(&scene.bob(), &team, "Mine", &any()).await;
    assert_eq!(refusal, Err(AuthError::NotFound("team")));
}

#[tokio::test]
async fn of_two_changes_that_are_based_on_one_version_the_second_is_refused() {
    let scene = Scene::new().await;
    let (auth, key) = (scene.auth(), own(&scene.project, &scene.bob));
    let expected = at(scene.project.version);
    let (version, _) =
        auth.set_member(&scene.ada(), &key, &role(ProjectRole::Viewer), &expected).await.unwrap();
    let second = auth.set_member(&scene.ada(), &key, &role(ProjectRole::Owner), &expected).await;
    assert_eq!(second.err(), Some(AuthError::Outdated));
    assert_eq!(scene.role_of(&scene.bob()).await, Some(ProjectRole::Viewer));
    let freeze = ProjectChange { state: Some(ProjectState::Frozen), ..ProjectChange::default() };
    let refused = auth.change_project(&scene.ada(), &scene.project.id, &freeze, &expected).await;
    assert_eq!(refused, Err(AuthError::Outdated));
    let now = at(version);
    let frozen = auth.change_project(&scene.ada(), &scene.project.id, &freeze, &now).await.unwrap();
    assert_eq!((frozen.state, frozen.version), (ProjectState::Frozen, version + 1));
    let again = auth.change_project(&scene.ada(), &scene.project.id, &freeze, &any()).await.unwrap();
    assert_eq!(again.version, frozen.version, "a change of nothing changes nothing");
}

#[tokio::test]
async fn each_user_has_a_project_of_their_own_unless_settings_say_otherwise() {
    let scene = Scene::new().await;
    let (auth, id) = (scene.auth(), scene.bob.id.as_str());
    let personal = auth.project(&scene.bob(), id).await.unwrap();
    assert!(personal.personal && personal.role == Some(ProjectRole::Owner), "{personal:?}");
    assert_eq!(auth.project(&scene.ada(), id).await, Err(AuthError::NotFound("project")));
    let filter = ProjectFilter { slug: Some(personal.slug.clone()), limit: 10, ..ProjectFilter::default() };
    assert_eq!(
        auth.list_projects(&scene.bob(), filter, false).await.unwrap(),
        std::slice::from_ref(&personal)
    );
    let (_, members) = auth.members(&scene.bob(), id, None, 10).await.unwrap();
    assert_eq!(members.iter().map(|member| member.id.as_str()).collect::<Vec<_>>(), [id]);
    let rename = ProjectChange { title: Some("Mine".into()), ..ProjectChange::default() };
    let refusal = auth.change_project(&scene.bob(), id, &rename, &any()).await;
    assert!(matches!(refusal, Err(AuthError::Conflict(_))), "{refusal:?}");
    let ada = MemberKey::of_user(id, &scene.ada.id);
    let joins = auth.set_member(&scene.bob(), &ada, &role(ProjectRole::Viewer), &any()).await;
    assert!(matches!(joins, Err(AuthError::Conflict(_))));
    let chosen = NewProject { slug: Some(personal.slug.clone()), ..titled("x") };
    assert!(matches!(auth.create_project(&scene.bob(), &chosen).await, Err(AuthError::Invalid(_))));
    let titled_so = auth.create_project(&scene.bob(), &titled("Personal")).await.unwrap();
    assert_eq!(titled_so.slug, "personal-2");

    let without = World::with(|policy| policy.personal_projects = false).await;
    let user = without.user("ada@example.org").await;
    let actor = World::acting(&user.id, SCIENTIST);
    assert_eq!(without.auth.project(&actor, &user.id).await, Err(AuthError::NotFound("project")));
    let filter = ProjectFilter { limit: 10, ..ProjectFilter::default() };
    assert!(without.auth.list_projects(&actor, filter, false).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_slug_is_that_of_the_title_with_a_number_where_it_is_taken() {
    let scene = Scene::new().await;
    let mut slugs = Vec::new();
    for _ in 0..5 {
        slugs.push(scene.auth().create_project(&scene.bob(), &titled("Battery")).await.unwrap().slug);
    }
    assert_eq!(slugs[..2], ["battery-2", "battery-3"]);
    assert!(slugs[2..].iter().all(|slug| slug.starts_with("battery-")), "{slugs:?}");
    let chosen = NewProject { slug: Some("battery".into()), ..titled("x") };
    assert_eq!(
        scene.auth().create_project(&scene.bob(), &chosen).await,
        Err(AuthError::Taken { field: "slug" })
    );
    let bad = NewProject { slug: Some("Battery!".into()), ..titled("") };
    let Err(AuthError::Invalid(faults)) = scene.auth().create_project(&scene.bob(), &bad).await else {
        panic!("a bad title and a bad slug are refused")
    };
    assert_eq!(faults.len(), 2, "both are reported: {faults:?}");
}

#[tokio::test]
async fn an_owner_for_a_time_gives_nothing_for_longer() {
    let scene = Scene::new().await;
    let (auth, bob) = (scene.auth(), own(&scene.project, &scene.bob));
    let until = auth.now() + Duration::from_secs(60);
    let ends = |role, expires_at| MemberRole { role, expires_at };
    auth.set_member(&scene.ada(), &bob, &ends(ProjectRole::Owner, Some(until)), &any()).await.unwrap();
    let eve = own(&scene.project, &scene.world.user("eve@example.org").await);
    let later = Some(until + Duration::from_secs(1));
    for (key, expires_at) in [(&bob, None), (&bob, later), (&eve, None), (&eve, later)] {
        let refusal = auth.set_member(&scene.bob(), key, &ends(ProjectRole::Owner, expires_at), &any()).await;
        let Err(AuthError::Invalid(faults)) = refusal else { panic!("{refusal:?}") };
        assert_eq!((faults[0].pointer.as_deref(), faults[0].code.as_str()), (Some("/expires_at"), "maximum"));
    }
    let same = ends(ProjectRole::Viewer, Some(until));
    assert!(auth.set_member(&scene.bob(), &eve, &same, &any()).await.is_ok());
    scene.world.advance(61);
    assert_eq!(scene.role_of(&scene.bob()).await, None);
}

#[tokio::test]
async fn a_disabled_member_can_get_a_lesser_role_and_no_greater_one() {
    let scene = Scene::new().await;
    let auth = scene.auth();
    let admin = scene.world.admin().await;
    scene.set(&scene.bob, ProjectRole::Contributor).await.unwrap();
    let disable = UserChange { disabled: Some(true), ..UserChange::default() };
    auth.change_user(&admin, &scene.bob.id, &disable).await.unwrap();
    assert_eq!(scene.set(&scene.bob, ProjectRole::Maintainer).await.err(), Some(AuthError::NotFound("user")));
    assert!(scene.set(&scene.bob, ProjectRole::Viewer).await.is_ok());
    // A team that another owner added.
    let team = auth.create_team(&admin, "Electrochemistry").await.unwrap().id;
    let key = MemberKey { project: scene.project.id.clone(), kind: MemberKind::Team, member: team };
    auth.set_member(&admin, &key, &role(ProjectRole::Contributor), &any()).await.unwrap();
    let more = auth.set_member(&scene.ada(), &key, &role(ProjectRole::Owner), &any()).await;
    assert_eq!(more.err(), Some(AuthError::NotFound("team")));
    assert!(auth.set_member(&scene.ada(), &key, &role(ProjectRole::Viewer), &any()).await.is_ok());
}

#[tokio::test]
async fn everybody_may_leave_and_a_viewer_removes_nobody_else() {
    let scene = Scene::new().await;
    let (auth, key) = (scene.auth(), own(&scene.project, &scene.bob));
    scene.set(&scene.bob, ProjectRole::Viewer).await.unwrap();
    let other = own(&scene.project, &scene.ada);
    let refusal = auth.remove_member(&scene.bob(), &other, &any()).await;
    assert!(matches!(refusal, Err(AuthError::RoleNeeded { .. })), "{refusal:?}");
    assert!(auth.remove_member(&scene.bob(), &key, &any()).await.is_ok());
    assert_eq!(scene.role_of(&scene.bob()).await, None);
}

#[tokio::test]
async fn followers_read_everything_once_and_then_what_changes_as_it_does() {
    let scene = Scene::new().await;
    scene.world.auth.watch_logs();
    let Snapshot { next, personal, facts } = scene.world.auth.all_memberships().await.unwrap();
    let facts: Vec<MembershipFact> = futures_util::TryStreamExt::try_collect(facts).await.unwrap();
    assert!(personal);
    let owner = MembershipFact::Member {
        project: scene.project.id.clone(),
        kind: MemberKind::User,
        id: scene.ada.id.clone(),
        role: Some(ProjectRole::Owner),
        expires_at: None,
    };
    assert!(facts.len() == 2 && facts.contains(&owner), "the project and its owner: {facts:?}");
    let waiting = {
        let auth = std::sync::Arc::clone(&scene.world.auth);
        tokio::spawn(async move { auth.memberships_after(next, Duration::from_secs(20)).await })
    };
    sleep(Duration::from_millis(50)).await;
    scene.set(&scene.bob, ProjectRole::Viewer).await.unwrap();
    let page =
        tokio::time::timeout(Duration::from_secs(2), waiting).await.unwrap().unwrap().unwrap().unwrap();
    assert_eq!(page.entries.len(), 1);
    let none = scene.auth().memberships_after(page.next, Duration::ZERO).await.unwrap().unwrap();
    assert_eq!((none.next, none.entries.len(), none.personal), (page.next, 0, true));
    assert_eq!(scene.auth().memberships_after(page.next + 1, Duration::ZERO).await, Ok(None));
}
