use shared_models::projects::{NewProject, ProjectRole};

use super::*;
use crate::{
    ops::{Actor, ImportedUser, testing::World},
    store::AuditFilter,
};

const HASH: &str = "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe";

/// A line: an address, whether it has a hash, and a project.
type Given<'l> = (&'l str, bool, Option<&'l str>);

/// Done and refused, of lines from 1 on.
async fn done(
    world: &World,
    given: &[Given<'_>],
    rehearsal: Option<&mut Rehearsal>,
) -> (Done, Vec<(u64, String)>) {
    let roles = world.auth.roles().await.unwrap();
    let mut batch = Batch::default();
    for (number, (email, has_hash, project)) in (1..).zip(given) {
        let input = ImportedUser {
            email: (*email).into(),
            password_hash: has_hash.then(|| HASH.into()),
            project: project.map(str::to_owned),
            role: project.map(|_| ProjectRole::Viewer.name().into()),
            ..ImportedUser::default()
        };
        match world.auth.read_import(&roles, input) {
            Ok(user) => batch.take(&world.auth, number, user).await.unwrap(),
            Err(why) => batch.refuse(number, why),
        }
    }
    assert_eq!(batch.len(), given.len());
    let done = match rehearsal {
        Some(rehearsal) => batch.rehearse(&world.auth, rehearsal).await,
        None => batch.store(&world.auth, &roles).await,
    };
    (done.unwrap(), batch.refused())
}

#[tokio::test]
async fn a_dry_run_says_what_the_import_then_does() {
    let world = World::new().await;
    let ada = world.user("ada@example.org").await;
    world.disabled_user("eve@example.org").await;
    for slug in ["a", "b"] {
        let input = NewProject { title: slug.into(), slug: Some(slug.into()), owner: Some(ada.id.clone()) };
        world.auth.create_project(&Actor::operator(), &input).await.unwrap();
    }
    world.user("old@example.org").await;
    let given: &[Given<'_>] = &[
        ("new@example.org", true, None),
        ("NEW@example.org", false, Some("a")),
        ("new@example.org", true, Some("b")),
        ("new@example.org", true, Some("b")),
        ("other@example.org", true, Some("a")),
        ("ada@example.org", false, Some("a")),
        ("old@example.org", false, Some("a")),
        ("old@example.org", false, Some("a")),
        ("nobody@example.org", false, Some("a")),
        ("eve@example.org", true, Some("a")),
        ("third@example.org", true, Some("c")),
        ("fourth@example.org", false, None),
    ];
    let refused: Vec<(u64, String)> = [
        (9, "missing field `password_hash`, and no user has this address yet"),
        (10, "this user is disabled, and was not put into the project"),
        (11, "there is no project \"c\""),
        (12, "missing field `password_hash`"),
    ]
    .map(|(line, why)| (line, why.to_owned()))
    .into();
    let expected = (Done { added: 2, known: 6, joined: 4 }, refused.clone());
    let users = async || {
        let filter = crate::store::UserFilter { limit: 99, ..Default::default() };
        world.auth.list_users(&filter).await.unwrap().len()
    };
    let log =
        async || world.auth.audit(&AuditFilter { limit: 99, ..AuditFilter::default() }).await.unwrap().len();
    let before = (users().await, log().await);
    // Of two batches, the second knows what the first would have stored.
    let mut rehearsal = Rehearsal::default();
    assert_eq!(done(&world, given, Some(&mut rehearsal)).await, expected);
    let known = &[("new@example.org", false, Some("a")), ("other@example.org", true, Some("b"))];
    let second = done(&world, known, Some(&mut rehearsal)).await;
    assert_eq!(second, (Done { added: 0, known: 2, joined: 1 }, Vec::new()));
    assert_eq!((users().await, log().await), before, "a dry run writes nothing");

    assert_eq!(done(&world, given, None).await, expected);
    assert_eq!(users().await, before.0 + 2);
    assert_eq!(done(&world, known, None).await, second);
    let again = (Done { added: 0, known: 8, joined: 0 }, refused);
    assert_eq!(done(&world, given, None).await, again);
}
