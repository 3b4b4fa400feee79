//! What every store must do with lists of projects, teams and members, and with the log of them.

use shared_models::projects::{MemberKind, MembershipEntry, MembershipFact, ProjectRole, ProjectState};

use super::{
    projects::{add, added, change, in_team, log, membership, project, team},
    *,
};
use crate::{
    domain::project::{Membership, Project, TeamMember},
    store::{ProjectFilter, Rows, TeamFilter, TeamSize},
};

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

    let one = store.team_members(&team.id, None, 1).await.expect("ok");
    let rest = store.team_members(&team.id, Some("ada"), 10).await.expect("ok");
    let names = |found: &[TeamMember]| found.iter().map(|one| one.user.clone()).collect::<Vec<_>>();
    assert_eq!((names(&one), names(&rest)), (vec!["ada".to_owned()], vec!["bob".to_owned()]));

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
    assert_eq!(ids(slug).await, std::slice::from_ref(&second.id));
    let some = ProjectFilter { ids: Some(vec![first.id.clone(), "none".into()]), ..ProjectFilter::default() };
    assert_eq!(ids(some).await, std::slice::from_ref(&first.id));
    let none = ProjectFilter { ids: Some(Vec::new()), ..ProjectFilter::default() };
    assert!(ids(none).await.is_empty());
    let teams =
        store.list_teams(&TeamFilter { ids: Some(vec![team.id.clone()]), after: None, limit: 10 }).await;
    assert_eq!(teams, Ok(vec![team.clone()]));
    let after = TeamFilter { ids: None, after: Some(team.id), limit: 10 };
    assert_eq!(store.list_teams(&after).await, Ok(Vec::new()));
}

pub(crate) async fn everybody_is_read_once_page_by_page(store: &dyn Store) {
    let (first, second, team) = (project("first"), project("second"), team());
    let member = |project, kind, member| membership(project, kind, member, ProjectRole::Viewer);
    let ends = Membership {
        expires_at: Some(now() + Duration::from_millis(60_999)),
        ..member(&second, MemberKind::User, "ends")
    };
    let expected = [
        member(&first, MemberKind::User, "a"),
        member(&first, MemberKind::Team, "a"),
        member(&first, MemberKind::Service, "a"),
        member(&second, MemberKind::User, "a"),
        ends,
    ];
    let projects = vec![first, second];
    let users = vec![in_team(&team, "ada"), in_team(&team, "bob")];
    let everything = Change {
        projects,
        members: expected.to_vec(),
        teams: vec![team.clone()],
        team_members: users.clone(),
        ..Change::default()
    };
    assert!(change(store, &everything).await);
    let (mut everybody, mut after) = (Vec::new(), None);
    loop {
        let Rows { rows, last } = store.all_members(after.as_ref(), 2).await.expect("ok");
        assert_eq!((rows.is_empty(), rows.len() <= 2), (last.is_none(), true));
        if last.is_none() {
            break;
        }
        (everybody, after) = ([everybody, rows].concat(), last);
    }
    assert_eq!(everybody.len(), expected.len());
    for one in &expected {
        assert!(everybody.contains(&one.fact()), "{one:?}: {everybody:?}");
    }

    let first_one = store.all_team_members(None, 1).await.expect("ok");
    let others = store.all_team_members(first_one.last.as_ref(), 10).await.expect("ok");
    let everybody = [first_one.rows, others.rows].concat();
    assert_eq!(everybody.len(), 2);
    for user in &users {
        assert!(everybody.contains(&user.fact()), "{user:?}: {everybody:?}");
    }
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
    let removed = MembershipFact::TeamRemoved { team: team.id.clone() };
    let expected =
        [project.fact(), ada.fact(), ends.fact(), in_team(&team, "bob").fact(), gone, left, removed.clone()];
    assert_eq!(facts, expected);
    assert_eq!(store.newest_membership().await, Ok(7));
    let page =
        async |after, limit| store.memberships_after(after, limit).await.expect("ok").expect("it continues");
    assert_eq!(page(4, 1).await.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [5]);
    assert_eq!(page(6, 10).await, [MembershipEntry { seq: 7, fact: removed }]);
    assert_eq!(page(7, 10).await, []);
}

pub(crate) async fn a_cursor_that_the_log_does_not_have_is_refused(store: &dyn Store) {
    add(store, &project("battery"), Vec::new()).await;
    assert_eq!(store.memberships_after(2, 10).await, Ok(None), "nothing is there yet");
    assert_eq!(store.memberships_after(i64::MAX, 10).await, Ok(None));
}

pub(crate) async fn a_team_is_guarded_counted_and_removed_with_its_users(store: &dyn Store) {
    let (project, team, ada) = (project("battery"), team(), added(store, "ada@example.org").await);
    let new = Change {
        projects: vec![project.clone()],
        teams: vec![team.clone()],
        team_members: vec![
            TeamMember { manages: true, ..in_team(&team, &ada.id) },
            in_team(&team, "bob"),
            TeamMember { manages: true, ..in_team(&team, "gone") },
        ],
        ..Change::default()
    };
    assert!(change(store, &new).await);
    let size = async |team: &str, user: &str| {
        let TeamSize { users, other_managers } = store.team_size(team, user).await.expect("ok");
        (users, other_managers)
    };
    assert_eq!([size(&team.id, &ada.id).await, size(&team.id, "bob").await], [(3, 0), (3, 1)]);
    assert_eq!(size("none", "bob").await, (0, 0));
    let guarded = Change {
        team_guards: vec![(team.id.clone(), 1)],
        raised: vec![project.id.clone(), "none".into()],
        members: vec![membership(&project, MemberKind::Team, &team.id, ProjectRole::Viewer)],
        ..Change::default()
    };
    assert!(change(store, &guarded).await);
    assert!(!change(store, &guarded).await, "a guard raises the version");
    assert_eq!(store.project(&project.id).await, Ok(Some(project.changed())));
    let outdated = Change { removed_teams: vec![(team.id.clone(), 1)], ..Change::default() };
    assert!(!change(store, &outdated).await);
    let removed = Change { removed_teams: vec![(team.id.clone(), 2)], ..Change::default() };
    assert!(change(store, &removed).await);
    assert_eq!(store.team_members(&team.id, None, 10).await, Ok(Vec::new()));
    assert_eq!(store.teams_of(&ada.id).await, Ok(Vec::new()));
}

pub(crate) async fn what_somebody_made_is_counted_unless_it_is_archived(store: &dyn Store) {
    let states = [ProjectState::Active, ProjectState::Frozen, ProjectState::Archived];
    for (slug, state) in ["one", "two", "three"].into_iter().zip(states) {
        add(store, &Project { state, ..project(slug) }, Vec::new()).await;
    }
    add(store, &Project { created_by: "bob".into(), ..project("four") }, Vec::new()).await;
    assert_eq!((store.count_made("ada").await, store.count_made("eve").await), (Ok(2), Ok(0)));
}
