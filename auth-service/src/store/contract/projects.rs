//! What every store must do with projects, teams and who is in them.

use futures_util::future::join_all;
use shared_models::projects::{
    ManagedBy, MemberKind, MembershipEntry, MembershipFact, ProjectRole, ProjectState,
};

use super::*;
use crate::{
    domain::project::{Invitation, MemberKey, Membership, Project, Slug, Team, TeamMember},
    store::{ProjectFilter, TeamFilter, UserOutcome, UserWrite},
};

fn project(slug: &str) -> Project {
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

fn team() -> Team {
    let name = FullName::parse("Electrochemistry").expect("a name");
    Team { id: id::new(now(), &OsRandom), name, created_at: now(), version: 1 }
}

fn membership(project: &Project, kind: MemberKind, member: &str, role: ProjectRole) -> Membership {
    Membership {
        key: MemberKey { project: project.id.clone(), kind, member: member.into() },
        role,
        managed_by: ManagedBy::Manual,
        expires_at: None,
        added_by: "ada".into(),
        added_at: now(),
    }
}

fn in_team(team: &Team, user: &str) -> TeamMember {
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

async fn change(store: &dyn Store, change: &Change) -> bool {
    let entry = entry(Action::ProjectChanged, "p");
    let done = store.change_projects(change, &entry).await.expect("ok");
    assert_eq!(recorded(store, "p").await.contains(&entry), done, "the entry is there where it was done");
    done
}

async fn add(store: &dyn Store, project: &Project, members: Vec<Membership>) {
    let new = Change { projects: vec![project.clone()], members, ..Change::default() };
    assert!(change(store, &new).await);
}

async fn log(store: &dyn Store) -> Vec<MembershipEntry> {
    store.memberships_after(0, 1000).await.expect("ok").expect("the log begins at 1").entries
}

async fn added(store: &dyn Store, email: &str) -> User {
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
        let found = store.owners(&project.id).await.expect("ok");
        found.into_iter().map(|owner| (owner.key.kind, owner.user)).collect::<Vec<_>>()
    };
    let both = [(MemberKind::Team, bob.id.clone()), (MemberKind::User, ada.id.clone())];
    let mut found = owners().await;
    found.sort_by_key(|(kind, _)| kind.name());
    assert_eq!(found, both);
    let next = User { disabled: true, ..bob.clone() };
    let disabling = UserWrite {
        before: bob,
        next,
        given: Vec::new(),
        end_sessions: None,
        revokes_tokens: false,
        projects: Change::default(),
    };
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

pub(crate) async fn members_and_teams_are_listed_by_page(store: &dyn Store) {
    let (first, second, team) = (project("first"), project("second"), team());
    let archived = Project { state: ProjectState::Archived, ..project("archived") };
    let of = |project: &Project| {
        let member = |kind, member| membership(project, kind, member, ProjectRole::Viewer);
        vec![
            member(MemberKind::Service, "a"),
            member(MemberKind::Team, "a"),
            member(MemberKind::User, "a"),
            member(MemberKind::User, "b"),
        ]
    };
    add(store, &first, of(&first)).await;
    add(store, &second, of(&second)).await;
    add(store, &archived, Vec::new()).await;
    let users = vec![in_team(&team, "ada"), in_team(&team, "bob")];
    assert!(
        change(
            store,
            &Change { teams: vec![team.clone()], team_members: users.clone(), ..Change::default() }
        )
        .await
    );

    let mut found = Vec::new();
    loop {
        let after = found.last().map(|last: &Membership| (last.key.kind, last.key.member.clone()));
        let page = store.members(&first.id, after.as_ref(), 3).await.expect("ok");
        if page.is_empty() {
            break;
        }
        found.extend(page);
    }
    assert_eq!(found, of_same_time(&found, of(&first)));

    let mut everybody: Vec<MemberKey> = Vec::new();
    loop {
        let page = store.all_members(everybody.last(), 3).await.expect("ok");
        if page.is_empty() {
            break;
        }
        everybody.extend(page.into_iter().map(|member| member.key));
    }
    let mut expected: Vec<MemberKey> =
        [of(&first), of(&second)].concat().into_iter().map(|one| one.key).collect();
    expected.sort_by_key(|key| (key.member.clone(), key.kind.name(), key.project.clone()));
    assert_eq!(everybody, expected);

    let one = store.team_members(&team.id, None, 1).await.expect("ok");
    let rest = store.team_members(&team.id, Some("ada"), 10).await.expect("ok");
    let names = |found: &[TeamMember]| found.iter().map(|one| one.user.clone()).collect::<Vec<_>>();
    assert_eq!((names(&one), names(&rest)), (vec!["ada".to_owned()], vec!["bob".to_owned()]));
    let all = store.all_team_members(None, 10).await.expect("ok");
    assert_eq!(names(&all), ["ada", "bob"]);
    let after = (team.id.clone(), "ada".to_owned());
    assert_eq!(names(&store.all_team_members(Some(&after), 10).await.expect("ok")), ["bob"]);

    let ids = async |filter: ProjectFilter| {
        let found = store.list_projects(&ProjectFilter { limit: 10, ..filter }).await.expect("ok");
        found.into_iter().map(|project| project.id).collect::<Vec<_>>()
    };
    let mut all = [first.id.clone(), second.id.clone(), archived.id.clone()];
    all.sort();
    assert_eq!(ids(ProjectFilter { archived: true, ..ProjectFilter::default() }).await, all);
    let after = ProjectFilter { archived: true, after: Some(all[0].clone()), ..ProjectFilter::default() };
    assert_eq!(ids(after).await, all[1..]);
    assert!(!ids(ProjectFilter::default()).await.contains(&archived.id));
    let slug = ProjectFilter { slug: Some("second".into()), ..ProjectFilter::default() };
    assert_eq!(ids(slug).await, [second.id.clone()]);
    let some = ProjectFilter { ids: Some(vec![first.id.clone(), "none".into()]), ..ProjectFilter::default() };
    assert_eq!(ids(some).await, [first.id.clone()]);
    let none = ProjectFilter { ids: Some(Vec::new()), ..ProjectFilter::default() };
    assert!(ids(none).await.is_empty());
    let teams =
        store.list_teams(&TeamFilter { ids: Some(vec![team.id.clone()]), after: None, limit: 10 }).await;
    assert_eq!(teams, Ok(vec![team.clone()]));
    let after = TeamFilter { ids: None, after: Some(team.id), limit: 10 };
    assert_eq!(store.list_teams(&after).await, Ok(Vec::new()));
}

/// The same as they were added when these were.
fn of_same_time(found: &[Membership], wanted: Vec<Membership>) -> Vec<Membership> {
    wanted.into_iter().zip(found).map(|(one, found)| Membership { added_at: found.added_at, ..one }).collect()
}

pub(crate) async fn the_log_has_every_fact_once_and_in_order(store: &dyn Store) {
    let (project, team) = (project("battery"), team());
    assert_eq!(store.newest_membership().await, Ok(0));
    assert!(log(store).await.is_empty());
    let ada = membership(&project, MemberKind::User, "ada", ProjectRole::Owner);
    add(store, &project, vec![ada.clone()]).await;
    let ends = Membership { expires_at: Some(now() + Duration::from_secs(60)), ..ada.clone() };
    let second = Change {
        guards: vec![(project.id.clone(), 1)],
        members: vec![ends.clone()],
        teams: vec![team.clone()],
        team_members: vec![in_team(&team, "bob")],
        ..Change::default()
    };
    assert!(change(store, &second).await);
    let third = Change {
        leaving: vec![ada.key.clone()],
        leaving_teams: vec![(team.id.clone(), "bob".into())],
        removed_teams: vec![(team.id.clone(), 1)],
        ..Change::default()
    };
    assert!(change(store, &third).await);
    let facts: Vec<MembershipFact> = log(store).await.into_iter().map(|entry| entry.fact).collect();
    let gone = MembershipFact::Member {
        project: project.id.clone(),
        kind: MemberKind::User,
        id: "ada".into(),
        role: None,
        expires_at: None,
    };
    let left = MembershipFact::TeamMember { team: team.id.clone(), user: "bob".into(), member: false };
    let expected =
        [project.fact(), ada.fact(), ends.fact(), in_team(&team, "bob").fact(), gone, left.clone()];
    assert_eq!(facts, expected);
    assert_eq!(store.newest_membership().await, Ok(6));
    let page = store.memberships_after(4, 1).await.expect("ok").expect("the log goes on");
    assert_eq!((page.next, page.entries.len()), (5, 1));
    let page = store.memberships_after(page.next, 10).await.expect("ok").expect("the log goes on");
    assert_eq!(page.entries, [MembershipEntry { seq: 6, fact: left }]);
    let page = store.memberships_after(6, 10).await.expect("ok").expect("the log goes on");
    assert_eq!((page.next, page.entries.len()), (6, 0));
}

pub(crate) async fn a_follower_that_is_behind_the_log_is_told_so(store: &dyn Store) {
    add(store, &project("battery"), Vec::new()).await;
    assert_eq!(store.memberships_after(2, 10).await, Ok(None), "nothing is there yet");
    assert_eq!(store.memberships_after(i64::MAX, 10).await, Ok(None));
}
