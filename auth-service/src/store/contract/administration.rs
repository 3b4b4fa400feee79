//! What every store must do with administrators' acts, roles and the audit log.

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::*;
use crate::{
    domain::audit::Target,
    store::{EmailFilter, UserFilter, UserOutcome, UserWrite},
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
        store.insert_user(user).await.expect("ok");
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

fn write(before: &User, next: User) -> UserWrite {
    UserWrite { before: before.clone(), next, end_sessions: None, cut_subject: false, cut: cut() }
}

pub(crate) async fn a_user_is_changed_where_they_are_what_was_read(store: &dyn Store) {
    let before = user("ada@example.org");
    store.insert_user(&before).await.expect("ok");
    let (session, _) = open(store, &before.id).await;
    let next = User {
        disabled: true,
        roles: vec!["viewer".into()],
        token_version: 1,
        not_before: 9,
        must_change_password: true,
        ..before.clone()
    };
    let change = UserWrite {
        end_sessions: Some(EndReason::EndedByAdmin),
        cut_subject: true,
        ..write(&before, next.clone())
    };
    assert_eq!(store.write_user(&change).await, Ok(UserOutcome::Done));
    assert_eq!(store.user(&before.id).await, Ok(Some(next)));
    let session = store.session(&session.id).await.expect("ok").expect("ok");
    assert_eq!(session.ended, Some(EndReason::EndedByAdmin));
    assert_eq!(store.revocations_of(RevocationKind::Subject, &before.id).await.expect("ok").len(), 1);
    assert_eq!(store.write_user(&change).await, Ok(UserOutcome::Missing));
}

pub(crate) async fn a_change_leaves_alone_what_it_does_not_touch(store: &dyn Store) {
    let before = user("ada@example.org");
    store.insert_user(&before).await.expect("ok");
    let name = FullName::parse("Augusta").expect("ok");
    store.set_full_name(&before.id, Some(&name), now()).await.expect("ok");
    let stronger = PasswordHash::from_stored("stronger".into());
    store.replace_hash(&before.id, &before.password_hash, &stronger).await.expect("ok");
    let next = User { roles: vec!["viewer".into()], ..before.clone() };
    assert_eq!(store.write_user(&write(&before, next)).await, Ok(UserOutcome::Done));
    let found = store.user(&before.id).await.expect("ok").expect("ok");
    assert_eq!((found.full_name, found.password_hash), (Some(name), stronger));
}

/// Four administrators all take each other away at once, by every means: one is left.
pub(crate) async fn one_administrator_is_left_however_many_leave_at_once(store: &dyn Store) {
    let admins: Vec<User> = (0..4).map(|n| admin(&format!("a{n}@example.org"))).collect();
    for admin in &admins {
        store.insert_user(admin).await.expect("ok");
    }
    let leaving = admins.iter().enumerate().map(|(n, admin)| async move {
        match n % 3 {
            0 => store.delete_user(&admin.id, cut()).await,
            1 => store.write_user(&write(admin, User { disabled: true, ..admin.clone() })).await,
            _ => store.write_user(&write(admin, User { roles: vec![], ..admin.clone() })).await,
        }
    });
    let outcomes = join_all(leaving).await;
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == Ok(wanted)).count();
    assert_eq!((count(UserOutcome::Done), count(UserOutcome::LastAdmin)), (3, 1), "{outcomes:?}");
    let left = UserFilter { role: Some("admin".into()), disabled: Some(false), ..all() };
    assert_eq!(store.list_users(&left).await.expect("ok").len(), 1);
}

pub(crate) async fn a_role_is_stored_replaced_and_removed(store: &dyn Store) {
    assert_eq!(store.roles().await, Ok(Vec::new()));
    for scopes in ["a:read", "a:read b:read"] {
        let set = entry(Action::RoleSet, "lab");
        store.set_role("lab", &scopes.parse().expect("ok"), &set).await.expect("ok");
        assert_eq!(recorded(store, "lab").await[0], set);
        assert_eq!(store.roles().await, Ok(vec![("lab".into(), scopes.parse().expect("ok"))]));
    }
    store.insert_user(&User { roles: vec!["lab".into()], ..user("ada@example.org") }).await.expect("ok");
    assert_eq!((store.count_users_with("lab").await, store.count_users_with("la").await), (Ok(1), Ok(0)));
    let (removed, again) = (entry(Action::RoleRemoved, "lab"), entry(Action::RoleRemoved, "lab"));
    assert_eq!(store.remove_role("lab", &removed).await, Ok(true));
    assert_eq!(store.remove_role("lab", &again).await, Ok(false));
    let recorded = recorded(store, "lab").await;
    assert_eq!((recorded.len(), &recorded[0]), (3, &removed));
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
