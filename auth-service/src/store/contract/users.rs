//! What every store must do with users.

use std::time::Duration;

use futures_util::future::join_all;
use shared_models::revocations::RevocationKind;

use super::*;
use crate::store::{EmailFilter, UserFilter, UserOutcome};

pub(crate) async fn two_users_cannot_share_an_address(store: &dyn Store) {
    store.insert_user(&user("ada@example.org"), &[], &some_entry()).await.expect("ok");
    let refused = store.insert_user(&user("ADA@Example.org"), &[], &some_entry()).await;
    assert_eq!(refused, Err(StoreError::Conflict { field: "email" }));
}

pub(crate) async fn two_spellings_of_a_domain_are_one_address(store: &dyn Store) {
    let (letters, ascii) = ("ada@b\u{fc}cher.example", "ADA@xn--bcher-kva.example");
    let ada = user(letters);
    store.insert_user(&ada, &[], &some_entry()).await.expect("ok");
    for spelling in [letters, ascii] {
        let conflict = Err(StoreError::Conflict { field: "email" });
        assert_eq!(store.insert_user(&user(spelling), &[], &some_entry()).await, conflict, "{spelling}");
        assert_eq!(insert_users(store, &[user(spelling)]).await, Ok(Some(vec![false])), "{spelling}");
        let email = Email::parse(spelling).expect("ok");
        assert_eq!(store.user_by_email(&email).await.expect("ok").as_ref(), Some(&ada), "{spelling}");
        let filter = UserFilter { email: Some(EmailFilter::Is(email)), limit: 10, ..UserFilter::default() };
        assert_eq!(store.list_users(&filter).await, Ok(vec![ada.clone()]), "{spelling}");
    }
}

pub(crate) async fn an_account_of_an_earlier_version_is_found_and_keeps_its_address(store: &dyn Store) {
    let old = |address: &str, key: &str| User {
        email: Email::from_stored(address.into(), key.into()),
        full_name: Some(FullName::from_stored("A\u{200b}da".into())),
        ..user("old@example.org")
    };
    let ascii = old("Ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example");
    let hidden = old("e\u{200b}ve@example.org", "e\u{200b}ve@example.org");
    for user in [&ascii, &hidden] {
        store.insert_user(user, &[], &some_entry()).await.expect("ok");
        assert_eq!(store.user(&user.id).await.expect("ok").as_ref(), Some(user));
    }
    for spelling in ["ada@xn--bcher-kva.example", "ada@b\u{fc}cher.example"] {
        let email = Email::known(spelling).expect("an address");
        assert_eq!(store.user_by_email(&email).await.expect("ok").as_ref(), Some(&ascii), "{spelling}");
        let conflict = Err(StoreError::Conflict { field: "email" });
        assert_eq!(store.insert_user(&user(spelling), &[], &some_entry()).await, conflict, "{spelling}");
        assert_eq!(store.insert_first_admin(&admin(spelling), &some_entry()).await, conflict, "{spelling}");
        let users = [user("a@example.org"), user(spelling), user("b@example.org"), user("a@example.org")];
        let added = insert_users(store, &users).await.expect("ok").expect("roles as they were");
        assert_eq!((added[1], added[3]), (false, false), "{spelling}");
        store.delete_user(&users[0].id, &Change::default(), &clock(), &some_entry()).await.expect("ok");
        store.delete_user(&users[2].id, &Change::default(), &clock(), &some_entry()).await.expect("ok");
        assert_eq!((added[0], added[2]), (true, true), "{spelling}");
    }
    let email = Email::known("E\u{200b}VE@example.org").expect("an address");
    assert_eq!(store.user_by_email(&email).await, Ok(Some(hidden)));
}

pub(crate) async fn of_twenty_simultaneous_sign_ups_one_succeeds(store: &dyn Store) {
    let users: Vec<User> = (0..20).map(|_| user("ada@example.org")).collect();
    let entry = some_entry();
    let outcomes = join_all(users.iter().map(|user| store.insert_user(user, &[], &entry))).await;
    let conflicts = outcomes.iter().filter(|o| **o == Err(StoreError::Conflict { field: "email" })).count();
    assert_eq!((outcomes.iter().filter(|o| o.is_ok()).count(), conflicts), (1, 19));
}

pub(crate) async fn of_many_users_those_with_a_free_address_are_added(store: &dyn Store) {
    store.insert_user(&user("b@example.org"), &[], &some_entry()).await.expect("ok");
    let users: Vec<User> =
        ["a@example.org", "B@example.org", "c@example.org", "A@example.org"].map(user).into();
    let imported = entry(Action::UsersImported, "file");
    let added = Ok(Some(vec![true, false, true, false]));
    assert_eq!(store.insert_users(&users, &[], &imported).await, added);
    assert_eq!(store.insert_users(&[], &[], &imported).await, Ok(Some(Vec::new())));
    assert_eq!(store.insert_users(&users, &[], &imported).await, Ok(Some(vec![false; 4])));
    assert_eq!(store.user(&users[2].id).await, Ok(Some(users[2].clone())));
    assert_eq!(recorded(store, "file").await, [imported.saying("2 added")]);
}

/// Four import the same users: each user is added once, and the log counts each once.
pub(crate) async fn of_many_imports_at_once_each_user_is_added_by_one(store: &dyn Store) {
    let imports: Vec<Vec<User>> =
        (0..4).map(|_| (0..20).map(|n| user(&format!("u{n}@example.org"))).collect()).collect();
    let entries: Vec<_> = imports.iter().map(|_| entry(Action::UsersImported, "file")).collect();
    let importing = imports.iter().zip(&entries).map(|(users, entry)| store.insert_users(users, &[], entry));
    let added = join_all(importing).await;
    let added = added.into_iter().map(|added| added.expect("ok").expect("roles as they were"));
    let added: Vec<usize> = added.map(|added| added.into_iter().filter(|added| *added).count()).collect();
    assert_eq!(added.iter().sum::<usize>(), 20, "{added:?}");
    let mut counted: Vec<String> = added.iter().filter(|n| **n > 0).map(|n| format!("{n} added")).collect();
    let recorded = recorded(store, "file").await;
    let mut details: Vec<String> = recorded.into_iter().filter_map(|entry| entry.detail).collect();
    counted.sort();
    details.sort();
    assert_eq!(details, counted);
}

async fn insert_users(store: &dyn Store, users: &[User]) -> Result<Option<Vec<bool>>, StoreError> {
    store.insert_users(users, &[], &some_entry()).await
}

pub(crate) async fn of_two_first_admins_one_is_made(store: &dyn Store) {
    let (first, second) = (admin("first@example.org"), admin("second@example.org"));
    let entry = some_entry();
    let made = join_all([&first, &second, &first].map(|user| store.insert_first_admin(user, &entry))).await;
    assert_eq!(made.into_iter().filter(|made| *made == Ok(true)).count(), 1);
    assert_eq!(store.count_admins().await, Ok(1));
    assert_eq!(store.insert_first_admin(&second, &entry).await, Ok(false));
}

pub(crate) async fn an_ordinary_user_with_the_address_keeps_the_first_admin_from_being_made(
    store: &dyn Store,
) {
    store.insert_user(&user("ada@example.org"), &[], &some_entry()).await.expect("ok");
    let refused = store.insert_first_admin(&admin("ada@example.org"), &some_entry()).await;
    assert_eq!(refused, Err(StoreError::Conflict { field: "email" }));
    assert_eq!(store.count_admins().await, Ok(0));
}

pub(crate) async fn a_user_is_read_back_as_written(store: &dyn Store) {
    let written = User {
        full_name: None,
        disabled: true,
        token_version: 7,
        must_change_password: true,
        not_before: 1_700_000_000,
        ..user("Ada@example.org")
    };
    store.insert_user(&written, &[], &some_entry()).await.expect("ok");
    assert_eq!(store.user(&written.id).await.expect("ok").as_ref(), Some(&written));
    let by_email = store.user_by_email(&Email::parse("ada@EXAMPLE.org").expect("ok")).await.expect("ok");
    assert_eq!(by_email, Some(written));
    assert_eq!(store.user("nobody").await, Ok(None));
    assert_eq!(store.user_by_email(&Email::parse("eve@example.org").expect("ok")).await, Ok(None));
}

pub(crate) async fn a_name_is_set_and_removed(store: &dyn Store) {
    let before = user("ada@example.org");
    store.insert_user(&before, &[], &some_entry()).await.expect("ok");
    let (name, later) = (FullName::parse("Augusta").expect("ok"), before.updated_at + Duration::from_secs(1));
    let renamed =
        store.set_full_name(&before.id, Some(&name), later, &some_entry()).await.expect("ok").expect("ok");
    assert_eq!(renamed, User { full_name: Some(name), updated_at: later, ..before.clone() });
    let nameless =
        store.set_full_name(&before.id, None, later, &some_entry()).await.expect("ok").expect("ok");
    assert_eq!(nameless.full_name, None);
    assert_eq!(store.set_full_name("nobody", None, later, &some_entry()).await, Ok(None));
}

pub(crate) async fn a_hash_is_replaced_unless_it_changed_meanwhile(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let (new, late) = (PasswordHash::from_stored("new".into()), PasswordHash::from_stored("late".into()));
    store.replace_hash(&user.id, &user.password_hash, &new).await.expect("ok");
    store.replace_hash(&user.id, &user.password_hash, &late).await.expect("ok");
    let stored = store.user(&user.id).await.expect("ok").expect("ok");
    assert_eq!((stored.password_hash, stored.token_version), (new, 0));
}

fn new_password(user: &User, keep_session: Option<&Session>) -> PasswordUpdate {
    PasswordUpdate {
        user_id: user.id.clone(),
        token_version: user.token_version,
        hash: PasswordHash::from_stored("new".into()),
        keep_session: keep_session.map(|session| session.id.clone()),
        at: now(),
    }
}

pub(crate) async fn a_password_change_ends_the_other_sessions_and_keeps_its_own(store: &dyn Store) {
    let user = User { must_change_password: true, ..user("ada@example.org") };
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let (mine, _) = open(store, &user.id).await;
    let (other, token) = open(store, &user.id).await;
    let (foreign, _) = open(store, "somebody else").await;
    let changed = entry(Action::PasswordChanged, &user.id);
    assert_eq!(store.change_password(&new_password(&user, Some(&mine)), &clock(), &changed).await, Ok(true));
    assert_eq!(recorded(store, &user.id).await, [changed]);

    let changed = store.user(&user.id).await.expect("ok").expect("ok");
    assert_eq!((changed.password_hash.as_str(), changed.token_version), ("new", 1));
    assert!(!changed.must_change_password);
    let mine = store.session(&mine.id).await.expect("ok").expect("ok");
    assert_eq!((mine.ended, mine.token_version), (None, 1));
    let other = store.session(&other.id).await.expect("ok").expect("ok");
    assert_eq!(other.ended, Some(EndReason::PasswordChange));
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    let revoked = store.revocations_after(0, 10, now()).await.expect("ok").entries;
    assert_eq!(revoked.iter().map(|entry| entry.value.as_str()).collect::<Vec<_>>(), [other.id.as_str()]);
    assert_eq!(store.session(&foreign.id).await.expect("ok").expect("ok").ended, None);
}

pub(crate) async fn of_two_password_changes_at_once_one_wins(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let update = new_password(&user, None);
    let (clock, entries) = (clock(), [some_entry(), some_entry()]);
    let changes = entries.iter().map(|entry| store.change_password(&update, &clock, entry));
    let outcomes = join_all(changes).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(true)).count(), 1);
    assert_eq!(store.user(&user.id).await.expect("ok").expect("ok").token_version, 1);
}

pub(crate) async fn a_removed_user_leaves_no_session(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user, &[], &some_entry()).await.expect("ok");
    let (session, token) = open(store, &user.id).await;
    assert_eq!(
        store.delete_user(&user.id, &Change::default(), &clock(), &some_entry()).await,
        Ok(UserOutcome::Done)
    );
    assert!(store.session(&session.id).await.expect("ok").is_some(), "removed later");
    finish_endings(store).await;
    assert_eq!(store.session(&session.id).await, Ok(None));
    assert_eq!(store.revocations_of(RevocationKind::Subject, &user.id).await.expect("ok").len(), 1);
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(
        store.delete_user(&user.id, &Change::default(), &clock(), &some_entry()).await,
        Ok(UserOutcome::Missing)
    );
    store.insert_user(&super::user("ada@example.org"), &[], &some_entry()).await.expect("ok");
}
