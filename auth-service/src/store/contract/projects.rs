//! What every store must do with projects, teams and who is in them.

use futures_util::future::join_all;
use shared_models::projects::{ManagedBy, MemberKind, MembershipEntry, ProjectRole, ProjectState};

use super::{administration::write, *};
use crate::{
    domain::project::{Invitation, MemberKey, Membership, Project, Slug, Team, TeamMember, UserGuard},
    store::{UserOutcome, UserWrite},
};

pub(super) fn project(slug: &str) -> Project {
    Project {
        id: id::new(now(), &OsRandom),
        slug: Slug::parse(slug).expect("a slug"),
        title: FullName::parse("Battery cathodes").expect("a title"),
        state: ProjectState::Active,
        created_by: "ada".into(),
        created_at: now(),
        version: 1,
    }
}

pub(super) fn team() -> Team {
    let name = FullName::parse("Electrochemistry").expect("a name");
    Team { id: id::new(now(), &OsRandom), name, created_at: now(), version: 1 }
}

pub(super) fn membership(project: &Project, kind: MemberKind, member: &str, role: ProjectRole) -> Membership {
    Membership {
        key: MemberKey { project: project.id.clone(), kind, member: member.into() },
        role,
        managed_by: ManagedBy::Manual,
        expires_at: None,
        added_by: "ada".into(),
        added_at: now(),
    }
}

pub(super) fn in_team(team: &Team, user: &str) -> TeamMember {
    TeamMember {
        team: team.id.clone(),
        user: user.into(),
        manages: user == "ada",
        added_by: "ada".into(),
        added_at: now(),
    }
}

fn invitation(project: &Project) -> (Invitation, String) {
    let (token, digest) = Invitation::token(&OsRandom);
    let invitation = Invitation {
        id: id::new(now(), &OsRandom),
        digest,
        project: project.id.clone(),
        role: ProjectRole::Viewer,
        made_by: "ada".into(),
        made_at: now(),
        expires_at: now() + Duration::from_secs(60),
    };
    (invitation, token)
}

pub(super) async fn change(store: &dyn Store, change: &Change) -> bool {
    let entry = entry(Action::ProjectChanged, "p");
    let done = store.change_projects(change, &entry).await.expect("ok");
    assert_eq!(recorded(store, "p").await.contains(&entry), done, "the entry is there where it was done");
    done
}

pub(super) async fn add(store: &dyn Store, project: &Project, members: Vec<Membership>) {
    let new = Change { projects: vec![project.clone()], members, ..Change::default() };
    assert!(change(store, &new).await);
}

pub(super) async fn log(store: &dyn Store) -> Vec<MembershipEntry> {
    store.memberships_after(0, 1000).await.expect("ok").expect("the log begins at 1")
}

pub(super) async fn added(store: &dyn Store, email: &str) -> User {
    let user = user(email);
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    user
}

pub(crate) async fn what_a_change_puts_is_read_back_as_written(store: &dyn Store) {
    let (project, team) = (project("battery"), team());
    let temporary = Membership {
        managed_by: ManagedBy::Invite,
        expires_at: Some(now() + Duration::from_secs(60)),
        ..membership(&project, MemberKind::Service, "robot", ProjectRole::Contributor)
    };
    let members = vec![temporary, membership(&project, MemberKind::User, "ada", ProjectRole::Owner)];
    let (made, token) = invitation(&project);
    let service = super::clients::service();
    let new = Change {
        projects: vec![project.clone()],
        teams: vec![team.clone()],
        members: members.clone(),
        team_members: vec![in_team(&team, "ada")],
        invitations: vec![made.clone()],
        service: Some(service.clone()),
        ..Change::default()
    };
    assert!(change(store, &new).await);
    assert_eq!(store.project(&project.id).await, Ok(Some(project.clone())));
    assert_eq!(store.team(&team.id).await, Ok(Some(team.clone())));
    assert_eq!(store.members(&project.id, None, 10).await, Ok(members.clone()));
    assert_eq!(store.membership(&members[0].key).await, Ok(Some(members[0].clone())));
    let who = [(MemberKind::User, "ada".to_owned()), (MemberKind::Team, "ada".to_owned())];
    for within in [None, Some(project.id.as_str())] {
        assert_eq!(store.memberships_of(&who, within).await, Ok(vec![members[1].clone()]));
    }
    assert_eq!(store.memberships_of(&who, Some("another")).await, Ok(Vec::new()));
    assert_eq!(store.memberships_of(&[], None).await, Ok(Vec::new()));
    assert_eq!(store.teams_of("ada").await, Ok(vec![in_team_at(&team, "ada", store).await]));
    assert_eq!(store.invitations(&project.id).await, Ok(vec![made.clone()]));
    let digest = Invitation::digest_of(&token).expect("a token");
    assert_eq!(store.invitation(&digest).await, Ok(Some(made.clone())));
    assert_eq!(store.client(&service.id).await, Ok(Some(service)));

    let next = Project {
        title: FullName::parse("Anodes").expect("a title"),
        state: ProjectState::Frozen,
        ..project.changed()
    };
    let role = Membership { role: ProjectRole::Viewer, expires_at: None, ..members[0].clone() };
    let second = Change {
        projects: vec![next.clone()],
        teams: vec![Team { version: 2, ..team.clone() }],
        members: vec![role.clone()],
        leaving: vec![members[1].key.clone()],
        leaving_teams: vec![(team.id.clone(), "ada".into())],
        withdrawn: vec![made.id, "of nobody".into()],
        ..Change::default()
    };
    assert!(change(store, &second).await);
    assert_eq!(store.project(&project.id).await, Ok(Some(next)));
    assert_eq!(store.members(&project.id, None, 10).await, Ok(vec![role]));
    assert_eq!(store.teams_of("ada").await, Ok(Vec::new()));
    assert_eq!(store.invitation(&digest).await, Ok(None));
    let removed = Change { removed_teams: vec![(team.id.clone(), 2)], ..Change::default() };
    assert!(change(store, &removed).await);
    assert_eq!(store.team(&team.id).await, Ok(None));
}

/// The place in a team that is stored, which differs from a new one in its time alone.
async fn in_team_at(team: &Team, user: &str, store: &dyn Store) -> TeamMember {
    let found = store.team_members(&team.id, None, 10).await.expect("ok");
    let added_at = found.iter().find(|found| found.user == user).expect("in the team").added_at;
    TeamMember { added_at, ..in_team(team, user) }
}

pub(crate) async fn a_change_is_done_as_a_whole_or_not_at_all(store: &dyn Store) {
    let (project, other, team) = (project("battery"), project("other"), team());
    add(store, &project, Vec::new()).await;
    add(store, &other, Vec::new()).await;
    assert!(change(store, &Change { teams: vec![team.clone()], ..Change::default() }).await);
    let joins = vec![membership(&project, MemberKind::User, "ada", ProjectRole::Viewer)];
    let before = log(store).await;
    for outdated in [
        Change { projects: vec![project.changed(), other.clone()], ..Change::default() },
        Change {
            projects: vec![project.changed()],
            guards: vec![(other.id.clone(), 2)],
            ..Change::default()
        },
        Change { guards: vec![(project.id.clone(), 1), ("none".into(), 1)], ..Change::default() },
        Change { projects: vec![project.changed()], teams: vec![team.clone()], ..Change::default() },
        Change {
            projects: vec![project.changed()],
            removed_teams: vec![(team.id.clone(), 2)],
            ..Change::default()
        },
        Change { projects: vec![project.changed()], accepted: Some("none".into()), ..Change::default() },
    ] {
        let outdated = Change { members: joins.clone(), ..outdated };
        assert!(!change(store, &outdated).await, "{outdated:?}");
    }
    assert_eq!(store.members(&project.id, None, 10).await, Ok(Vec::new()));
    assert_eq!(store.project(&project.id).await, Ok(Some(project.clone())));
    assert_eq!(log(store).await, before);
    let guarded = Change { members: joins, guards: vec![(project.id.clone(), 1)], ..Change::default() };
    assert!(change(store, &guarded).await);
    assert!(!change(store, &guarded).await, "a guard raises the version");
    assert_eq!(store.project(&project.id).await, Ok(Some(project.changed())));
}

pub(crate) async fn of_many_changes_at_once_each_is_based_on_the_one_before(store: &dyn Store) {
    const AT_ONCE: usize = 20;
    let project = project("battery");
    add(store, &project, Vec::new()).await;
    let join = async |number: usize| {
        let member = membership(&project, MemberKind::User, &format!("user {number}"), ProjectRole::Viewer);
        loop {
            let before = store.project(&project.id).await.expect("ok").expect("there");
            let guards = vec![(before.id, before.version)];
            let joins = Change { guards, members: vec![member.clone()], ..Change::default() };
            if change(store, &joins).await {
                return;
            }
        }
    };
    join_all((0..AT_ONCE).map(join)).await;
    let found = store.project(&project.id).await.expect("ok").expect("there");
    assert_eq!(found.version, 1 + i64::try_from(AT_ONCE).expect("few"));
    assert_eq!(store.members(&project.id, None, 100).await.expect("ok").len(), AT_ONCE);
    let places: Vec<i64> = log(store).await.iter().map(|entry| entry.seq).collect();
    let expected: Vec<i64> = (1..).take(AT_ONCE + 1).collect();
    assert_eq!(places, expected, "no place is missing");
}

pub(crate) async fn two_projects_cannot_share_a_slug(store: &dyn Store) {
    let (first, second) = (project("battery"), project("battery"));
    let new = |project: &Project| Change { projects: vec![project.clone()], ..Change::default() };
    let made = entry(Action::ProjectCreated, "p");
    let both = [new(&first), new(&second)];
    let made = join_all(both.iter().map(|new| store.change_projects(new, &made))).await;
    let taken = Err(StoreError::Conflict { field: "slug" });
    assert!(made.contains(&Ok(true)) && made.contains(&taken), "{made:?}");
    let third = project("third");
    add(store, &third, Vec::new()).await;
    let renamed = Project { slug: first.slug.clone(), ..third.changed() };
    let entry = entry(Action::ProjectChanged, &third.id);
    assert_eq!(store.change_projects(&new(&renamed), &entry).await, taken);
    assert_eq!(store.project(&third.id).await, Ok(Some(third)));
}

pub(crate) async fn who_owns_a_project_is_there_and_enabled(store: &dyn Store) {
    let (project, team) = (project("battery"), team());
    let (ada, bob, eve) = (
        added(store, "ada@example.org").await,
        added(store, "bob@example.org").await,
        added(store, "eve@example.org").await,
    );
    let ends = Membership {
        expires_at: Some(now() + Duration::from_secs(60)),
        ..membership(&project, MemberKind::User, &eve.id, ProjectRole::Owner)
    };
    let members = vec![
        membership(&project, MemberKind::User, &ada.id, ProjectRole::Owner),
        membership(&project, MemberKind::User, "nobody", ProjectRole::Owner),
        membership(&project, MemberKind::Team, &team.id, ProjectRole::Owner),
        ends,
    ];
    let new = Change {
        projects: vec![project.clone()],
        teams: vec![team.clone()],
        members,
        team_members: vec![in_team(&team, &bob.id), in_team(&team, "nobody")],
        ..Change::default()
    };
    assert!(change(store, &new).await);
    let owners = async || {
        let found = store.owners(&project.id, 10).await.expect("ok");
        found.into_iter().map(|owner| (owner.key.kind, owner.user)).collect::<Vec<_>>()
    };
    let both = [(MemberKind::Team, bob.id.clone()), (MemberKind::User, ada.id.clone())];
    let mut found = owners().await;
    found.sort_by_key(|(kind, _)| kind.name());
    assert_eq!(found, both);
    let next = User { disabled: true, ..bob.clone() };
    let disabling = write(&bob, next);
    let outcome = store.write_user(&disabling, &clock(), &entry(Action::UserChanged, "bob")).await;
    assert_eq!(outcome, Ok(UserOutcome::Done));
    assert_eq!(owners().await, both[1..]);
}

pub(crate) async fn an_invitation_is_accepted_once(store: &dyn Store) {
    let project = project("battery");
    let (made, token) = invitation(&project);
    let new =
        Change { projects: vec![project.clone()], invitations: vec![made.clone()], ..Change::default() };
    assert!(change(store, &new).await);
    let accept = async |user: &str| {
        let joins = vec![membership(&project, MemberKind::User, user, made.role)];
        change(store, &Change { accepted: Some(made.id.clone()), members: joins, ..Change::default() }).await
    };
    let accepted = join_all([accept("bob"), accept("eve")]).await;
    assert_eq!(accepted.iter().filter(|accepted| **accepted).count(), 1);
    assert_eq!(store.members(&project.id, None, 10).await.expect("ok").len(), 1);
    assert_eq!(store.invitation(&Invitation::digest_of(&token).expect("a token")).await, Ok(None));
}

pub(crate) async fn a_decision_on_a_user_holds_while_they_are_as_it_found_them(store: &dyn Store) {
    let project = project("battery");
    add(store, &project, Vec::new()).await;
    let ada = added(store, "ada@example.org").await;
    assert_eq!(store.user_guard("nobody").await, Ok(None));
    let guard = async || store.user_guard(&ada.id).await.expect("ok").expect("there");
    let first = guard().await;
    assert_eq!((first.id.as_str(), first.disabled), (ada.id.as_str(), false));
    let joins = |users: Vec<UserGuard>, role| {
        let members = vec![membership(&project, MemberKind::User, &ada.id, role)];
        Change { users, members, ..Change::default() }
    };
    assert!(change(store, &joins(vec![first.clone()], ProjectRole::Owner)).await);
    let second = guard().await;
    for outdated in [
        first.clone(),
        UserGuard { disabled: true, ..second.clone() },
        UserGuard { id: "nobody".into(), ..second.clone() },
    ] {
        assert!(!change(store, &joins(vec![outdated], ProjectRole::Viewer)).await);
    }
    let both = [ProjectRole::Viewer, ProjectRole::Contributor].map(|role| joins(vec![second.clone()], role));
    let done = join_all(both.iter().map(|one| change(store, one))).await;
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "of two at once one is based on the other");

    // Who disables or removes a user decides on the memberships that they read.
    let disabled = User { disabled: true, ..ada.clone() };
    let disabling = |projects| UserWrite { projects, ..write(&ada, disabled.clone()) };
    let entry = entry(Action::UserChanged, &ada.id);
    let disable =
        async |projects| store.write_user(&disabling(projects), &clock(), &entry).await.expect("ok");
    let with = |guard: UserGuard| Change { users: vec![guard], ..Change::default() };
    assert_eq!(disable(with(second.clone())).await, UserOutcome::ProjectChanged);
    let removed = store.delete_user(&ada.id, &with(second), &clock(), &entry).await;
    assert_eq!(removed, Ok(UserOutcome::ProjectChanged));
    let third = guard().await;
    assert_eq!(disable(with(third.clone())).await, UserOutcome::Done);
    assert!(guard().await.disabled && guard().await.version > third.version);
    let removed = store.delete_user(&ada.id, &with(guard().await), &clock(), &some_entry()).await;
    assert_eq!(removed, Ok(UserOutcome::Done));
    assert_eq!(store.user_guard(&ada.id).await, Ok(None));
}

pub(crate) async fn what_is_refused_of_a_user_changes_no_project(store: &dyn Store) {
    let project = project("battery");
    add(store, &project, vec![membership(&project, MemberKind::User, "gone", ProjectRole::Viewer)]).await;
    let gone = User { id: "gone".into(), ..user("gone@example.org") };
    let leaves = Change {
        guards: vec![(project.id.clone(), 1)],
        leaving: vec![MemberKey::of_user(&project.id, "gone")],
        ..Change::default()
    };
    let entry = entry(Action::UserRemoved, "gone");
    let removed = store.delete_user("gone", &leaves, &clock(), &entry).await;
    assert_eq!(removed, Ok(UserOutcome::Missing));
    let same = UserWrite { projects: leaves, ..write(&gone, gone.clone()) };
    assert_eq!(store.write_user(&same, &clock(), &entry).await, Ok(UserOutcome::Missing));
    assert_eq!(store.project(&project.id).await, Ok(Some(project.clone())));
    assert_eq!(store.members(&project.id, None, 10).await.expect("ok").len(), 1);
}
