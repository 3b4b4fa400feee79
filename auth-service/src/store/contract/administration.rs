//! What every store must do with administrators' acts, roles and the audit log.

use futures_util::future::join_all;
use shared_models::{revocations::RevocationKind, scope::ScopeSet};

use super::*;
use crate::{
    domain::{
        audit::Target,
        key_ring::{KeyState, RingState},
        roles::StoredScopes,
    },
    store::{EmailFilter, RoleOutcome, RoleWrite, StoredRoles, UserFilter, UserOutcome, UserWrite},
};

fn all() -> UserFilter {
    UserFilter { limit: 100, ..UserFilter::default() }
}

async fn addresses(store: &dyn Store, filter: UserFilter) -> Vec<String> {
    let users = store.list_users(&filter).await.expect("ok");
    users.iter().map(|user| user.email.to_string()).collect()
}

pub(crate) async fn users_are_listed_by_what_they_are(store: &dyn Store) {
    let disabled = User { disabled: true, ..user("bea@example.org") };
    let users = [user("Ada@example.org"), disabled, admin("adam@example.org"), user("50%_a@example.org")];
    for user in &users {
        store.insert_user(user, &[], &some_entry()).await.expect("ok");
    }
    let mut ids: Vec<_> = users.iter().map(|user| user.id.clone()).collect();
    ids.sort();
    assert_eq!(store.list_users(&all()).await.expect("ok").len(), 4);
    let is =
        UserFilter { email: Some(EmailFilter::Is(Email::parse("ADA@example.org").expect("ok"))), ..all() };
    assert_eq!(addresses(store, is).await, ["Ada@example.org"]);
    let begins = |start: &str| UserFilter { email: Some(EmailFilter::BeginsWith(start.into())), ..all() };
    assert_eq!(addresses(store, begins("ada")).await.len(), 2);
    assert_eq!(addresses(store, begins("50%_")).await, ["50%_a@example.org"]);
    assert_eq!(addresses(store, begins("_da")).await.len(), 0);
    let admins = UserFilter { role: Some("admin".into()), ..all() };
    assert_eq!(addresses(store, admins).await, ["adam@example.org"]);
    assert_eq!(addresses(store, UserFilter { disabled: Some(true), ..all() }).await, ["bea@example.org"]);
    let named = UserFilter { ids: vec![ids[2].clone(), "nobody".into()], ..all() };
    assert_eq!(store.list_users(&named).await.expect("ok").len(), 1);
    let first = store.list_users(&UserFilter { limit: 2, ..all() }).await.expect("ok");
    let rest = UserFilter { after: Some(first[1].id.clone()), ..all() };
    let rest = store.list_users(&rest).await.expect("ok");
    let paged: Vec<_> = first.iter().chain(&rest).map(|user| user.id.clone()).collect();
    assert_eq!(paged, ids);
}

/// A change of a user that ends nothing and concerns no project.
pub(super) fn write(before: &User, next: User) -> UserWrite {
    let (before, projects) = (before.clone(), Change::default());
    UserWrite { before, next, given: Vec::new(), end_sessions: None, revokes_tokens: false, projects }
}

pub(crate) async fn a_change_that_read_before_a_forced_password_change_does_not_undo_it(store: &dyn Store) {
    let before = user("ada@example.org");
    store.insert_user(&before, &[], &some_entry()).await.expect("ok");
    let forced = write(&before, User { must_change_password: true, ..before.clone() });
    let renamed = write(&before, User { full_name: None, ..before.clone() });
    assert_eq!(store.write_user(&forced, &clock(), &some_entry()).await, Ok(UserOutcome::Done));
    assert_eq!(store.write_user(&renamed, &clock(), &some_entry()).await, Ok(UserOutcome::Missing));
    assert!(store.user(&before.id).await.expect("ok").expect("ok").must_change_password);
}

pub(crate) async fn a_user_is_changed_where_they_are_what_was_read(store: &dyn Store) {
    let begun = now().unix_timestamp();
    let before = user("ada@example.org");
    store.insert_user(&before, &[], &some_entry()).await.expect("ok");
    let (session, _) = open(store, &before.id).await;
    let next = User {
        disabled: true,
        roles: vec!["viewer".into()],
        token_version: 1,
        keys_version: 4,
        must_change_password: true,
        ..before.clone()
    };
    let change = UserWrite {
        end_sessions: Some(EndReason::EndedByAdmin),
        revokes_tokens: true,
        ..write(&before, next.clone())
    };
    assert_eq!(store.write_user(&change, &clock(), &some_entry()).await, Ok(UserOutcome::Done));
    let found = store.user(&before.id).await.expect("ok").expect("ok");
    assert!(found.not_before > begun);
    assert_eq!(found, User { not_before: found.not_before, ..next });
    finish_endings(store).await;
    let session = store.session(&session.id).await.expect("ok").expect("ok");
    assert_eq!(session.ended, Some(EndReason::EndedByAdmin));
    let revoked = store.revocations_of(RevocationKind::Subject, &before.id).await.expect("ok");
    assert_eq!(revoked.iter().map(|entry| entry.not_before).collect::<Vec<_>>(), [found.not_before]);
    assert_eq!(store.write_user(&change, &clock(), &some_entry()).await, Ok(UserOutcome::Missing));
}

pub(crate) async fn a_change_leaves_alone_what_it_does_not_touch(store: &dyn Store) {
    let before = user("ada@example.org");
    store.insert_user(&before, &[], &some_entry()).await.expect("ok");
    let name = FullName::parse("Augusta").expect("ok");
    store.set_full_name(&before.id, Some(&name), now(), &some_entry()).await.expect("ok");
    let stronger = PasswordHash::from_stored("stronger".into());
    store.replace_hash(&before.id, &before.password_hash, &stronger).await.expect("ok");
    let next = User { roles: vec!["viewer".into()], ..before.clone() };
    assert_eq!(store.write_user(&write(&before, next), &clock(), &some_entry()).await, Ok(UserOutcome::Done));
    let found = store.user(&before.id).await.expect("ok").expect("ok");
    assert_eq!((found.full_name, found.password_hash), (Some(name), stronger));
}

/// Four administrators remove each other at the same time, in every way: one is left.
pub(crate) async fn one_administrator_is_left_however_many_leave_at_once(store: &dyn Store) {
    let admins: Vec<User> = (0..4).map(|n| admin(&format!("a{n}@example.org"))).collect();
    for admin in &admins {
        store.insert_user(admin, &[], &some_entry()).await.expect("ok");
    }
    let leaving = admins.iter().enumerate().map(|(n, admin)| async move {
        match n % 3 {
            0 => store.delete_user(&admin.id, &Change::default(), &clock(), &some_entry()).await,
            1 => {
                store
                    .write_user(
                        &write(admin, User { disabled: true, ..admin.clone() }),
                        &clock(),
                        &some_entry(),
                    )
                    .await
            }
            _ => {
                store
                    .write_user(
                        &write(admin, User { roles: vec![], ..admin.clone() }),
                        &clock(),
                        &some_entry(),
                    )
                    .await
            }
        }
    });
    let outcomes = join_all(leaving).await;
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == Ok(wanted)).count();
    assert_eq!((count(UserOutcome::Done), count(UserOutcome::LastAdmin)), (3, 1), "{outcomes:?}");
    let left = UserFilter { role: Some("admin".into()), disabled: Some(false), ..all() };
    assert_eq!(store.list_users(&left).await.expect("ok").len(), 1);
}

fn scopes(text: &str) -> ScopeSet {
    text.parse().expect("scopes")
}

fn role(before: Option<&str>, next: &str) -> RoleWrite {
    RoleWrite {
        name: "lab".into(),
        before: before.map(StoredScopes::read),
        next: scopes(next),
        unheld: before.is_none(),
        narrower: false,
    }
}

async fn stored(store: &dyn Store) -> Vec<(String, StoredScopes)> {
    store.roles().await.expect("ok").scopes
}

async fn set_role(store: &dyn Store, write: &RoleWrite) -> Result<RoleOutcome, StoreError> {
    store.set_role(write, &clock(), &entry(Action::RoleSet, "lab")).await
}

async fn remove_role(store: &dyn Store, name: &str) -> Result<RoleOutcome, StoreError> {
    store.remove_role(name, &entry(Action::RoleRemoved, "lab")).await
}

/// Gives a user the role `lab`, as it was when it allowed `read`.
fn giving(user: &User, read: &str) -> UserWrite {
    let roles = [user.roles.clone(), vec!["lab".into()]].concat();
    let given = vec![("lab".into(), StoredScopes::read(read))];
    UserWrite { given, ..write(user, User { roles, ..user.clone() }) }
}

pub(crate) async fn a_role_is_stored_replaced_and_removed(store: &dyn Store) {
    assert_eq!(store.roles().await, Ok(StoredRoles::default()));
    let narrowing = RoleWrite { narrower: true, ..role(Some("a:read b:read"), "b:read") };
    for change in [role(None, "a:read"), role(Some("a:read"), "a:read b:read"), narrowing] {
        let set = entry(Action::RoleSet, "lab");
        assert_eq!(store.set_role(&change, &clock(), &set).await, Ok(RoleOutcome::Done));
        assert!(recorded(store, "lab").await.contains(&set));
        assert_eq!(stored(store).await, [("lab".into(), change.next.clone().into())]);
        assert_eq!(set_role(store, &change).await, Ok(RoleOutcome::Changed));
    }
    let revoked = store.revocations_of(RevocationKind::Role, "lab").await.expect("ok");
    let moments: Vec<i64> = revoked.into_iter().map(|entry| entry.not_before).collect();
    assert_eq!(moments, [store.roles().await.expect("ok").not_before], "only the narrower one revokes");
    assert_eq!(remove_role(store, "la").await, Ok(RoleOutcome::Changed));
    let removed = entry(Action::RoleRemoved, "lab");
    assert_eq!(store.remove_role("lab", &removed).await, Ok(RoleOutcome::Done));
    assert_eq!(remove_role(store, "lab").await, Ok(RoleOutcome::Changed));
    let recorded = recorded(store, "lab").await;
    assert_eq!(recorded.len(), 4, "an entry for each act that was done");
    assert!(recorded.contains(&removed));
}

pub(crate) async fn a_role_that_a_user_has_is_neither_removed_nor_made_anew(store: &dyn Store) {
    let ada = User { roles: vec!["lab".into(), "viewer".into()], ..user("ada@example.org") };
    let bob = User { roles: vec!["viewer".into()], ..user("bob@example.org") };
    for user in [&ada, &bob] {
        store.insert_user(user, &[], &some_entry()).await.expect("ok");
    }
    assert_eq!(set_role(store, &role(None, "a:read")).await, Ok(RoleOutcome::Held(1)));
    let kept = RoleWrite { unheld: false, ..role(None, "a:read") };
    assert_eq!(set_role(store, &kept).await, Ok(RoleOutcome::Done));
    assert_eq!(remove_role(store, "lab").await, Ok(RoleOutcome::Held(1)));
    assert_eq!(store.role_sets_with("lab", 10).await, Ok(vec![ada.roles.clone()]));
    assert_eq!(store.role_sets_with("la", 10).await, Ok(Vec::new()));
    assert_eq!(store.role_sets_with("viewer", 1).await.expect("ok").len(), 1);
    store.delete_user(&ada.id, &Change::default(), &clock(), &some_entry()).await.expect("ok");
    assert_eq!(remove_role(store, "lab").await, Ok(RoleOutcome::Done));
}

pub(crate) async fn a_role_is_given_as_it_was_read_or_not_at_all(store: &dyn Store) {
    let ada = user("ada@example.org");
    store.insert_user(&ada, &[], &some_entry()).await.expect("ok");
    assert_eq!(
        store.write_user(&giving(&ada, "a:read"), &clock(), &some_entry()).await,
        Ok(UserOutcome::RoleChanged)
    );
    set_role(store, &role(None, "a:read b:read")).await.expect("ok");
    assert_eq!(
        store.write_user(&giving(&ada, "a:read"), &clock(), &some_entry()).await,
        Ok(UserOutcome::RoleChanged)
    );
    assert_eq!(store.user(&ada.id).await, Ok(Some(ada.clone())));
    assert_eq!(
        store.write_user(&giving(&ada, "a:read b:read"), &clock(), &some_entry()).await,
        Ok(UserOutcome::Done)
    );
}

/// Twenty give a role while it is removed: afterwards nobody has a role that is not there.
pub(crate) async fn a_role_is_not_given_while_it_is_removed(store: &dyn Store) {
    set_role(store, &role(None, "a:read")).await.expect("ok");
    let users: Vec<User> = (0..20).map(|n| user(&format!("u{n}@example.org"))).collect();
    for user in &users {
        store.insert_user(user, &[], &some_entry()).await.expect("ok");
    }
    let given = join_all(
        users
            .iter()
            .map(|user| async { store.write_user(&giving(user, "a:read"), &clock(), &some_entry()).await }),
    );
    let (given, removed) = futures_util::join!(given, remove_role(store, "lab"));
    let holders = given.iter().filter(|outcome| **outcome == Ok(UserOutcome::Done)).count();
    let refused = given.iter().filter(|outcome| **outcome == Ok(UserOutcome::RoleChanged)).count();
    assert_eq!(holders + refused, 20, "{given:?}");
    let there = !stored(store).await.is_empty();
    let having = UserFilter { role: Some("lab".into()), ..all() };
    assert_eq!(store.list_users(&having).await.expect("ok").len(), holders);
    match removed.expect("an outcome") {
        RoleOutcome::Done => assert!(!there && holders == 0, "{holders} users have a role that was removed"),
        RoleOutcome::Held(count) => assert!(there && count >= 1 && holders >= 1),
        RoleOutcome::Changed => panic!("the role was there"),
    }
}

/// `odd` is the role `lab` as a later version stored it. It is given, changed and removed as any other.
pub(crate) async fn a_role_of_a_later_version_is_used_as_far_as_it_can_be_read(
    store: &dyn Store,
    odd: StoredScopes,
) {
    assert!(!odd.unreadable.is_empty());
    assert_eq!(stored(store).await, [("lab".into(), odd.clone())]);
    let ada = user("ada@example.org");
    store.insert_user(&ada, &[], &some_entry()).await.expect("ok");
    let giving = |scopes: &StoredScopes| UserWrite {
        given: vec![("lab".into(), scopes.clone())],
        ..write(&ada, User { roles: vec!["lab".into()], ..ada.clone() })
    };
    let less = StoredScopes::from(odd.granted.clone());
    let given = store.write_user(&giving(&less), &clock(), &some_entry()).await;
    assert_eq!(given, Ok(UserOutcome::RoleChanged), "what cannot be read was read as well");
    assert_eq!(store.write_user(&giving(&odd), &clock(), &some_entry()).await, Ok(UserOutcome::Done));
    let change = |before: &StoredScopes| RoleWrite {
        before: Some(before.clone()),
        unheld: false,
        ..role(None, "c:read")
    };
    assert_eq!(set_role(store, &change(&less)).await, Ok(RoleOutcome::Changed));
    assert_eq!(set_role(store, &change(&odd)).await, Ok(RoleOutcome::Done));
    assert_eq!(stored(store).await, [("lab".into(), StoredScopes::read("c:read"))]);
}

pub(crate) async fn a_new_user_has_a_role_as_it_was_read_or_is_not_made(store: &dyn Store) {
    let ada = User { roles: vec!["lab".into(), "viewer".into()], ..user("ada@example.org") };
    let given = [("lab".to_owned(), StoredScopes::read("a:read"))];
    let created = entry(Action::UserCreated, &ada.id);
    assert_eq!(store.insert_user(&ada, &given, &created).await, Ok(false), "there is no such role");
    set_role(store, &role(None, "a:read b:read")).await.expect("ok");
    assert_eq!(store.insert_user(&ada, &given, &created).await, Ok(false), "it allows more");
    assert_eq!(store.user(&ada.id).await, Ok(None));
    assert_eq!(recorded(store, &ada.id).await, []);
    set_role(store, &role(Some("a:read b:read"), "a:read")).await.expect("ok");
    let (added, removed) =
        futures_util::join!(store.insert_user(&ada, &given, &created), remove_role(store, "lab"));
    let expected = match removed.expect("an outcome") {
        RoleOutcome::Done => false,
        RoleOutcome::Held(1) => true,
        other => panic!("{other:?}"),
    };
    assert_eq!(added, Ok(expected));
    assert_eq!(store.user(&ada.id).await, Ok(expected.then(|| ada.clone())));
}

pub(crate) async fn an_import_gives_a_role_as_it_was_read_or_not_at_all(store: &dyn Store) {
    let users = [User { roles: vec!["lab".into()], ..user("ada@example.org") }];
    let given = [("lab".to_owned(), StoredScopes::read("a:read"))];
    let imported = entry(Action::UsersImported, "file");
    assert_eq!(store.insert_users(&users, &given, &imported).await, Ok(None), "there is no such role");
    set_role(store, &role(None, "a:read b:read")).await.expect("ok");
    assert_eq!(store.insert_users(&users, &given, &imported).await, Ok(None), "it allows more");
    assert_eq!(store.user(&users[0].id).await, Ok(None));
    assert_eq!(recorded(store, "file").await, []);
    set_role(store, &role(Some("a:read b:read"), "a:read")).await.expect("ok");
    let (added, removed) =
        futures_util::join!(store.insert_users(&users, &given, &imported), remove_role(store, "lab"));
    let expected = match removed.expect("an outcome") {
        RoleOutcome::Done => None,
        RoleOutcome::Held(1) => Some(vec![true]),
        other => panic!("{other:?}"),
    };
    assert_eq!(added, Ok(expected));
}

pub(crate) async fn of_many_that_record_a_key_ring_one_adds_its_steps(store: &dyn Store) {
    let ring = |keys: &[(&str, bool, Option<&str>)]| -> RingState {
        let state =
            |signs, fingerprint: Option<&str>| KeyState { signs, fingerprint: fingerprint.map(Into::into) };
        keys.iter().map(|(kid, signs, print)| ((*kid).to_owned(), state(*signs, *print))).collect()
    };
    let (one, another) = (Some("1"), Some("2"));
    let rings = [
        // As an earlier version records it.
        ring(&[("a", true, None)]),
        ring(&[("a", true, one)]),
        ring(&[("a", false, one), ("b.2", true, one)]),
        ring(&[("b.2", true, one)]),
        ring(&[("b.2", true, another)]),
    ];
    for (seconds, ring) in (0..).zip(&rings) {
        let template = Entry::new(Action::SigningKeyAdded, ago(10 - seconds), &OsRandom);
        let recorded = join_all((0..4).map(|_| store.record_ring(ring, &template))).await;
        assert_eq!(recorded, [const { Ok(()) }; 4]);
        assert_eq!(store.record_ring(ring, &some_entry()).await, Ok(()));
    }
    let actions_of = async |kid: &str| {
        let entries = recorded(store, kid).await;
        let mut actions: Vec<_> = entries.iter().map(|entry| entry.action.name().to_owned()).collect();
        actions.sort();
        actions
    };
    let first = ["signing_key_added", "signing_key_promoted", "signing_key_removed", "signing_key_retired"];
    assert_eq!(actions_of("a").await, first);
    // Another key of the same kid.
    let second = [first[0], first[0], first[1], first[1], first[2]];
    assert_eq!(actions_of("b.2").await, second);
}

pub(crate) async fn the_audit_log_is_read_newest_first_and_by_what_is_asked(store: &dyn Store) {
    let entry = |seconds: i64, action, actor: &str, target: &str| Entry {
        actor: Some(actor.into()),
        target: Some(Target { kind: "user".into(), id: target.into() }),
        request_id: Some("ours".into()),
        client_request_id: Some("theirs".into()),
        detail: Some("roles=viewer".into()),
        succeeded: seconds % 2 == 0,
        purge_at: Some(now() + time::Duration::days(1)),
        ..Entry::new(action, ago(seconds), &OsRandom)
    };
    let old = entry(3, Action::UserChanged, "root", "ada");
    let mid = Entry { purge_at: None, ..entry(2, Action::Login, "ada", "ada") };
    // A later version does what this one does not know, to what it does not know.
    let moon = Some(Target { kind: "moon".into(), id: "luna".into() });
    let new = Entry { target: moon, ..entry(1, Action::Other("moon_phase_set".into()), "root", "luna") };
    for entry in [&old, &mid, &new] {
        store.append_audit(entry).await.expect("ok");
    }
    let filter = AuditFilter { limit: 10, ..AuditFilter::default() };
    assert_eq!(store.audit(&filter).await, Ok(vec![new.clone(), mid.clone(), old.clone()]));
    let by = AuditFilter { actor: Some("root".into()), ..filter.clone() };
    assert_eq!(store.audit(&by).await, Ok(vec![new.clone(), old.clone()]));
    let of = AuditFilter { action: Some(Action::Login), ..filter.clone() };
    assert_eq!(store.audit(&of).await, Ok(vec![mid.clone()]));
    let to = AuditFilter { target: Some("ada".into()), limit: 1, ..filter.clone() };
    assert_eq!(store.audit(&to).await, Ok(vec![mid.clone()]));
    let next = AuditFilter { before: Some(mid.id), ..filter };
    assert_eq!(store.audit(&next).await, Ok(vec![old]));
}
