//! What every store must do, as tests over `&dyn Store`; each adapter runs them all.

use std::time::Duration;

use futures_util::future::join_all;
use service_kit::{
    clock::{Clock as _, SystemClock},
    random::OsRandom,
};
use time::OffsetDateTime;

use super::{PasswordUpdate, Store, StoreError};
use crate::domain::{
    email::Email,
    id,
    name::FullName,
    password_hash::PasswordHash,
    refresh_token::{RefreshToken, Secret},
    session::{EndReason, Lifetimes, Login, Session},
    step::{Presented, Rotation, step},
    user::User,
};

/// A store that one test has to itself.
pub(crate) trait Fixture: Sized {
    async fn new() -> Self;
    fn store(&self) -> &dyn Store;
    async fn drop(self);
}

/// Makes one test of every function of the contract, on `$fixture`.
macro_rules! suite {
    ($fixture:ty) => {
        $crate::store::contract::suite!($fixture:
            two_users_cannot_share_an_address
            of_twenty_simultaneous_sign_ups_one_succeeds
            of_two_first_admins_one_is_made
            an_ordinary_user_with_the_address_keeps_the_first_admin_from_being_made
            a_user_is_read_back_as_written
            a_name_is_set_and_removed
            a_hash_is_replaced_unless_it_changed_meanwhile
            a_password_change_ends_the_other_sessions_and_keeps_its_own
            of_two_password_changes_at_once_one_wins
            a_removed_user_leaves_no_session
            a_session_is_read_back_as_written
            only_live_sessions_are_listed_newest_first
            a_current_token_rotates
            fifty_concurrent_refreshes_share_one_successor
            a_lost_response_is_repeated
            a_replay_after_the_grace_ends_the_session
            a_late_repeat_is_counted
            another_client_or_a_wrong_session_secret_changes_nothing
            an_expired_session_is_refused
            after_a_logout_that_races_refreshes_every_token_is_refused
            a_session_is_ended_once_and_by_its_user_alone
        );
    };
    ($fixture:ty: $($test:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                let fixture = <$fixture as $crate::store::contract::Fixture>::new().await;
                let store = $crate::store::contract::Fixture::store(&fixture);
                $crate::store::contract::$test(store).await;
                $crate::store::contract::Fixture::drop(fixture).await;
            }
        )*
    };
}
pub(crate) use suite;

const LIFETIMES: Lifetimes =
    Lifetimes { idle: Duration::from_secs(3600), absolute: Duration::from_secs(43200) };

fn now() -> OffsetDateTime {
    let now = SystemClock.now();
    now.replace_millisecond(now.millisecond()).expect("ok")
}

fn ago(seconds: i64) -> OffsetDateTime {
    now() - time::Duration::seconds(seconds)
}

/// A user with that address.
pub(crate) fn user(email: &str) -> User {
    User {
        id: id::new(now(), &OsRandom),
        email: Email::parse(email).expect("ok"),
        full_name: Some(FullName::parse("Ada Lovelace").expect("ok")),
        roles: vec!["scientist".into()],
        disabled: false,
        password_hash: PasswordHash::from_stored("$argon2id$old".into()),
        token_version: 0,
        created_at: now(),
        updated_at: now(),
    }
}

fn admin(email: &str) -> User {
    User { roles: vec!["admin".into()], ..user(email) }
}

fn opened(user_id: &str, at: OffsetDateTime) -> (Session, RefreshToken) {
    let login = Login {
        user_id: user_id.into(),
        token_version: 0,
        client_id: "tessera".into(),
        scope: Some("calculations:read".parse().expect("ok")),
        device: Some("curl/8".into()),
        address: Some("127.0.0.1".into()),
    };
    Session::open(login, LIFETIMES, at, &OsRandom)
}

async fn open(store: &dyn Store, user_id: &str) -> (Session, RefreshToken) {
    let (session, token) = opened(user_id, now());
    store.insert_session(&session).await.expect("ok");
    (session, token)
}

fn presented(token: &RefreshToken) -> Presented {
    Presented {
        token: token.clone(),
        client_id: "tessera".into(),
        successor: Secret::new(&OsRandom),
        idle_ttl: LIFETIMES.idle,
    }
}

async fn rotate(store: &dyn Store, token: &RefreshToken) -> Rotation {
    store.rotate(&presented(token), now()).await.expect("ok")
}

fn secret_of(rotation: Rotation) -> Secret {
    match rotation {
        Rotation::Renewed(_, secret) => secret,
        other => panic!("not renewed: {other:?}"),
    }
}

/// A stored session that was rotated `seconds` ago, and the token that was used then.
async fn rotated_ago(store: &dyn Store, seconds: i64) -> (Session, RefreshToken, Secret) {
    let (session, token) = opened("u", ago(seconds + 1));
    let presented = presented(&token);
    let session = step(&session, &presented, ago(seconds)).write.expect("ok");
    store.insert_session(&session).await.expect("ok");
    (session, token, presented.successor)
}

pub(crate) async fn two_users_cannot_share_an_address(store: &dyn Store) {
    store.insert_user(&user("ada@example.org")).await.expect("ok");
    let refused = store.insert_user(&user("ADA@Example.org")).await;
    assert_eq!(refused, Err(StoreError::Conflict { field: "email" }));
}

pub(crate) async fn of_twenty_simultaneous_sign_ups_one_succeeds(store: &dyn Store) {
    let users: Vec<User> = (0..20).map(|_| user("ada@example.org")).collect();
    let outcomes = join_all(users.iter().map(|user| store.insert_user(user))).await;
    let conflicts = outcomes.iter().filter(|o| **o == Err(StoreError::Conflict { field: "email" })).count();
    assert_eq!((outcomes.iter().filter(|o| o.is_ok()).count(), conflicts), (1, 19));
}

pub(crate) async fn of_two_first_admins_one_is_made(store: &dyn Store) {
    let (first, second) = (admin("first@example.org"), admin("second@example.org"));
    let made = join_all([&first, &second, &first].map(|user| store.insert_first_admin(user))).await;
    assert_eq!(made.into_iter().filter(|made| *made == Ok(true)).count(), 1);
    assert_eq!(store.count_admins().await, Ok(1));
    assert_eq!(store.insert_first_admin(&second).await, Ok(false));
}

pub(crate) async fn an_ordinary_user_with_the_address_keeps_the_first_admin_from_being_made(
    store: &dyn Store,
) {
    store.insert_user(&user("ada@example.org")).await.expect("ok");
    let refused = store.insert_first_admin(&admin("ada@example.org")).await;
    assert_eq!(refused, Err(StoreError::Conflict { field: "email" }));
    assert_eq!(store.count_admins().await, Ok(0));
}

pub(crate) async fn a_user_is_read_back_as_written(store: &dyn Store) {
    let written = User { full_name: None, disabled: true, token_version: 7, ..user("Ada@example.org") };
    store.insert_user(&written).await.expect("ok");
    assert_eq!(store.user(&written.id).await.expect("ok").as_ref(), Some(&written));
    let by_email = store.user_by_email(&Email::parse("ada@EXAMPLE.org").expect("ok")).await.expect("ok");
    assert_eq!(by_email, Some(written));
    assert_eq!(store.user("nobody").await, Ok(None));
    assert_eq!(store.user_by_email(&Email::parse("eve@example.org").expect("ok")).await, Ok(None));
}

pub(crate) async fn a_name_is_set_and_removed(store: &dyn Store) {
    let before = user("ada@example.org");
    store.insert_user(&before).await.expect("ok");
    let (name, later) = (FullName::parse("Augusta").expect("ok"), before.updated_at + Duration::from_secs(1));
    let renamed = store.set_full_name(&before.id, Some(&name), later).await.expect("ok").expect("ok");
    assert_eq!(renamed, User { full_name: Some(name), updated_at: later, ..before.clone() });
    let nameless = store.set_full_name(&before.id, None, later).await.expect("ok").expect("ok");
    assert_eq!(nameless.full_name, None);
    assert_eq!(store.set_full_name("nobody", None, later).await, Ok(None));
}

pub(crate) async fn a_hash_is_replaced_unless_it_changed_meanwhile(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user).await.expect("ok");
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
    let user = user("ada@example.org");
    store.insert_user(&user).await.expect("ok");
    let (mine, _) = open(store, &user.id).await;
    let (other, token) = open(store, &user.id).await;
    let (foreign, _) = open(store, "somebody else").await;
    assert_eq!(store.change_password(&new_password(&user, Some(&mine))).await, Ok(true));

    let changed = store.user(&user.id).await.expect("ok").expect("ok");
    assert_eq!((changed.password_hash.as_str(), changed.token_version), ("new", 1));
    let mine = store.session(&mine.id).await.expect("ok").expect("ok");
    assert_eq!((mine.ended, mine.token_version), (None, 1));
    let other = store.session(&other.id).await.expect("ok").expect("ok");
    assert_eq!(other.ended, Some(EndReason::PasswordChange));
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(store.session(&foreign.id).await.expect("ok").expect("ok").ended, None);
}

pub(crate) async fn of_two_password_changes_at_once_one_wins(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user).await.expect("ok");
    let update = new_password(&user, None);
    let outcomes = join_all([&update, &update].map(|update| store.change_password(update))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Ok(true)).count(), 1);
    assert_eq!(store.user(&user.id).await.expect("ok").expect("ok").token_version, 1);
}

pub(crate) async fn a_removed_user_leaves_no_session(store: &dyn Store) {
    let user = user("ada@example.org");
    store.insert_user(&user).await.expect("ok");
    let (session, token) = open(store, &user.id).await;
    assert_eq!(store.delete_user(&user.id).await, Ok(true));
    assert_eq!(store.session(&session.id).await, Ok(None));
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(store.delete_user(&user.id).await, Ok(false));
    store.insert_user(&super::contract::user("ada@example.org")).await.expect("ok");
}

pub(crate) async fn a_session_is_read_back_as_written(store: &dyn Store) {
    let (fresh, _) = open(store, "u").await;
    assert_eq!(store.session(&fresh.id).await, Ok(Some(fresh)));
    let (rotated, _, _) = rotated_ago(store, 10).await;
    assert_eq!(store.session(&rotated.id).await, Ok(Some(rotated)));
    let ended =
        Session { scope: None, device: None, address: None, ..opened("u", now()).0 }.end(EndReason::Theft);
    store.insert_session(&ended).await.expect("ok");
    assert_eq!(store.session(&ended.id).await, Ok(Some(ended)));
    assert_eq!(store.session("none").await, Ok(None));
}

pub(crate) async fn only_live_sessions_are_listed_newest_first(store: &dyn Store) {
    let (older, _) = opened("u", ago(60));
    let (newer, _) = opened("u", now());
    let (idle, _) = opened("u", ago(3600));
    let ended = opened("u", now()).0.end(EndReason::Logout);
    let (foreign, _) = opened("v", now());
    for session in [&older, &newer, &idle, &ended, &foreign] {
        store.insert_session(session).await.expect("ok");
    }
    assert_eq!(store.live_sessions("u", now()).await, Ok(vec![newer, older]));
}

pub(crate) async fn a_current_token_rotates(store: &dyn Store) {
    let (before, token) = open(store, "u").await;
    let presented = presented(&token);
    let Rotation::Renewed(after, secret) = store.rotate(&presented, now()).await.expect("ok") else {
        panic!("not renewed")
    };
    assert_eq!(secret, presented.successor);
    assert_eq!(store.session(&after.id).await.expect("ok").as_ref(), Some(&after));
    assert_eq!((after.generation, after.version), (1, 1));
    assert_eq!(after.idle_expires_at, after.last_used_at + LIFETIMES.idle);
    assert!(after.last_used_at >= before.last_used_at);
    let previous = after.previous.expect("ok");
    assert_eq!((previous.digest, previous.reuses, previous.at), (before.current, 0, after.last_used_at));
    assert_eq!(token.secret.unseal(&before.id, previous.sealed), secret);
}

pub(crate) async fn fifty_concurrent_refreshes_share_one_successor(store: &dyn Store) {
    let (session, token) = open(store, "u").await;
    let rotations = join_all((0..50).map(|_| rotate(store, &token))).await;
    let secrets: Vec<Secret> = rotations.into_iter().map(secret_of).collect();
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
    assert_eq!(store.session(&session.id).await.expect("ok").expect("ok").generation, 1);
    secret_of(rotate(store, &token.followed_by(secrets[0].clone())).await);
}

pub(crate) async fn a_lost_response_is_repeated(store: &dyn Store) {
    let (_, token) = open(store, "u").await;
    let presented = presented(&token);
    for _ in 0..2 {
        let renewed = store.rotate(&presented, now()).await.expect("ok");
        assert_eq!(secret_of(renewed), presented.successor);
    }
}

pub(crate) async fn a_replay_after_the_grace_ends_the_session(store: &dyn Store) {
    let (session, token, successor) = rotated_ago(store, 31).await;
    assert!(matches!(rotate(store, &token).await, Rotation::Stolen(_)));
    assert_eq!(store.session(&session.id).await.expect("ok").expect("ok").ended, Some(EndReason::Theft));
    assert_eq!(rotate(store, &token.followed_by(successor)).await, Rotation::Refused);
}

pub(crate) async fn a_late_repeat_is_counted(store: &dyn Store) {
    let (session, token, successor) = rotated_ago(store, 10).await;
    assert_eq!(secret_of(rotate(store, &token).await), successor);
    let stored = store.session(&session.id).await.expect("ok").expect("ok");
    assert_eq!((stored.previous.expect("ok").reuses, stored.version), (1, session.version + 1));
}

pub(crate) async fn another_client_or_a_wrong_session_secret_changes_nothing(store: &dyn Store) {
    let (session, token) = open(store, "u").await;
    let stranger = Presented { client_id: "another".into(), ..presented(&token) };
    assert_eq!(store.rotate(&stranger, now()).await, Ok(Rotation::Refused));
    let guess = RefreshToken { session_secret: Secret::new(&OsRandom), ..token.clone() };
    assert_eq!(rotate(store, &guess).await, Rotation::Refused);
    assert_eq!(store.session(&session.id).await, Ok(Some(session)));
    secret_of(rotate(store, &token).await);
}

pub(crate) async fn an_expired_session_is_refused(store: &dyn Store) {
    let (idle, token) = opened("u", ago(3601));
    store.insert_session(&idle).await.expect("ok");
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    assert_eq!(store.session(&idle.id).await, Ok(Some(idle)));

    let (old, token) = opened("u", ago(43201));
    let old = Session { idle_expires_at: now() + Duration::from_secs(60), ..old };
    store.insert_session(&old).await.expect("ok");
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
}

pub(crate) async fn after_a_logout_that_races_refreshes_every_token_is_refused(store: &dyn Store) {
    for _ in 0..10 {
        let (session, token) = open(store, "u").await;
        let refreshes = join_all((0..4).map(|_| rotate(store, &token)));
        let (renewed, ended) =
            tokio::join!(refreshes, store.end_session("u", &session.id, EndReason::Logout));
        assert_eq!(ended, Ok(true));
        assert_eq!(rotate(store, &token).await, Rotation::Refused);
        for rotation in renewed {
            if let Rotation::Renewed(_, secret) = rotation {
                assert_eq!(rotate(store, &token.followed_by(secret)).await, Rotation::Refused);
            }
        }
    }
}

pub(crate) async fn a_session_is_ended_once_and_by_its_user_alone(store: &dyn Store) {
    let (first, token) = open(store, "u").await;
    let (second, _) = open(store, "u").await;
    assert_eq!(store.end_session("v", &first.id, EndReason::EndedByUser).await, Ok(false));
    assert_eq!(store.end_session("u", &first.id, EndReason::EndedByUser).await, Ok(true));
    assert_eq!(store.end_session("u", &first.id, EndReason::Logout).await, Ok(false));
    assert_eq!(rotate(store, &token).await, Rotation::Refused);
    store.end_sessions("u", EndReason::EndedByUser).await.expect("ok");
    let ended = |id: String| async move { store.session(&id).await.expect("ok").expect("ok").ended };
    assert_eq!(ended(first.id).await, Some(EndReason::EndedByUser));
    assert_eq!(ended(second.id).await, Some(EndReason::EndedByUser));
}
