//! What every store must do, as tests over `&dyn Store`; each adapter runs them all.

pub(crate) mod administration;
pub(crate) mod clients;
pub(crate) mod endings;
pub(crate) mod ends;
pub(crate) mod layout;
pub(crate) mod lookup;
pub(crate) mod members;
pub(crate) mod projects;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod surplus;
pub(crate) mod throttle;
pub(crate) mod users;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use service_kit::{
    clock::{Clock as _, ManualClock, SystemClock},
    random::OsRandom,
    store::owner::Owner,
};
use time::OffsetDateTime;

use super::{AuditFilter, PasswordUpdate, Store, StoreError};
use crate::domain::{
    audit::{Action, Entry},
    email::Email,
    id,
    name::FullName,
    password_hash::PasswordHash,
    project::Change,
    refresh_token::{RefreshToken, Secret},
    revocation::RevocationClock,
    session::{Delegation, EndReason, Lifetimes, Login, Previous, Session},
    step::{Presented, Rotation},
    user::User,
};

/// A store that one test has to itself.
pub(crate) trait Fixture: Sized {
    async fn new() -> Self;
    fn store(&self) -> &dyn Store;
    /// Writes that the store is of this version, and only for programs of it.
    async fn set_version(&self, version: i64);
    /// The version that the store says it has.
    async fn version(&self) -> i64;
    /// Marks the store as one of this service, or of none.
    async fn set_owner(&self, owner: Option<Owner>);
    /// Whether the store is marked as one of this service.
    async fn is_of(&self, owner: Owner) -> bool;
    async fn drop(self);
}

/// Makes one test of every function of the contract, on `$fixture`: a module for each subject.
macro_rules! suite {
    ($fixture:ty) => {
        $crate::store::contract::suite!($fixture, users:
            two_users_cannot_share_an_address
            two_spellings_of_a_domain_are_one_address
            an_account_of_an_earlier_version_is_found_and_keeps_its_address
            of_twenty_simultaneous_sign_ups_one_succeeds
            of_many_users_those_with_a_free_address_are_added
            of_many_imports_at_once_each_user_is_added_by_one
            of_two_first_admins_one_is_made
            an_ordinary_user_with_the_address_keeps_the_first_admin_from_being_made
            a_user_is_read_back_as_written
            a_name_is_set_and_removed
            a_hash_is_replaced_unless_it_changed_meanwhile
            a_password_change_ends_the_other_sessions_and_keeps_its_own
            of_two_password_changes_at_once_one_wins
            a_removed_user_leaves_no_session
        );
        $crate::store::contract::suite!($fixture, sessions:
            a_session_is_read_back_as_written
            only_live_sessions_are_listed_newest_first
            a_current_token_rotates
            fifty_concurrent_refreshes_share_one_successor
            a_lost_response_is_repeated
            a_replay_after_the_grace_ends_the_session
            a_late_repeat_writes_nothing
            a_repeat_is_judged_by_when_it_arrived
            a_refresh_does_what_step_decides_in_every_state
            a_session_that_expired_while_the_request_waited_continues
            another_client_or_a_wrong_session_secret_changes_nothing
            an_expired_session_is_refused
            after_a_logout_that_races_refreshes_every_token_is_refused
            a_session_is_ended_once_and_by_its_user_alone
            ending_a_session_cuts_off_its_tokens_and_nothing_else
            the_job_grants_of_a_calculation_end_together
            sessions_are_listed_by_page
            the_entry_of_a_login_stays_whatever_becomes_of_its_session
            a_theft_is_recorded_with_its_user_and_client
        );
        $crate::store::contract::suite!($fixture, surplus:
            beyond_the_limit_the_least_recently_used_session_ends
            two_sessions_opened_at_the_same_time_do_not_end_one_another
            many_sessions_opened_at_once_stay_near_the_limit
        );
        $crate::store::contract::suite!($fixture, endings:
            ending_all_sessions_raises_the_token_version_and_revokes_each
            disabling_a_user_revokes_once_however_many_sessions_there_are
            what_an_act_left_is_ended_in_steps_by_the_next_process
            three_hundred_endings_at_once_all_succeed
        );
        $crate::store::contract::suite!($fixture, ends:
            concurrent_ends_of_a_session_end_it_once
            concurrent_ends_end_nothing_of_other_users
            an_end_that_fails_fails_no_other
        );
        $crate::store::contract::suite!($fixture, administration:
            users_are_listed_by_what_they_are
            a_user_is_changed_where_they_are_what_was_read
            a_change_leaves_alone_what_it_does_not_touch
            a_change_that_read_before_a_forced_password_change_does_not_undo_it
            one_administrator_is_left_however_many_leave_at_once
            a_role_is_stored_replaced_and_removed
            a_role_that_a_user_has_is_neither_removed_nor_made_anew
            a_role_is_given_as_it_was_read_or_not_at_all
            a_role_is_not_given_while_it_is_removed
            a_new_user_has_a_role_as_it_was_read_or_is_not_made
            an_import_gives_a_role_as_it_was_read_or_not_at_all
            of_many_that_record_a_key_ring_one_adds_its_steps
            the_audit_log_is_read_newest_first_and_by_what_is_asked
        );
        $crate::store::contract::suite!($fixture, clients:
            a_client_is_read_back_as_written
            a_client_changes_from_the_version_that_was_read
            a_removed_client_is_cut_off
            a_job_grant_ends_with_the_client_it_was_made_through_and_with_the_one_that_acts
            where_a_user_is_disabled_the_grants_of_others_in_which_their_keys_act_end
            where_a_user_is_removed_the_grants_of_others_in_which_their_keys_act_end
            the_keys_of_a_user_go_with_them
            the_last_use_is_noted_now_and_then
            of_two_services_of_one_name_made_at_once_one_is_made
        );
        $crate::store::contract::suite!($fixture, projects:
            what_a_change_puts_is_read_back_as_written
            a_change_is_done_as_a_whole_or_not_at_all
            of_many_changes_at_once_each_is_based_on_the_one_before
            two_projects_cannot_share_a_slug
            who_owns_a_project_is_there_and_enabled
            an_invitation_is_accepted_once
            a_decision_on_a_user_holds_while_they_are_as_it_found_them
            what_is_refused_of_a_user_changes_no_project
        );
        $crate::store::contract::suite!($fixture, members:
            members_and_teams_are_listed_by_page
            everybody_is_read_once_page_by_page
            the_log_has_every_fact_once_and_in_order
            a_cursor_that_the_log_does_not_have_is_refused
            a_team_is_guarded_counted_and_removed_with_its_users
            what_somebody_made_is_counted_unless_it_is_archived
        );
        $crate::store::contract::suite!($fixture, lookup:
            users_are_found_by_how_their_address_or_name_begins
            a_name_is_found_by_its_letters_whatever_their_case
            services_are_found_by_how_their_name_begins
            entries_are_found_by_either_id_of_their_request
        );
        $crate::store::contract::suite!($fixture, throttle:
            of_many_attempts_at_once_only_the_free_ones_are_taken
            each_wait_is_twice_the_one_before_it_up_to_a_minute_and_all_is_forgotten_in_time
            a_bucket_becomes_what_the_rule_makes_of_it
            free_attempts_never_wait_for_a_clock_that_was_ahead
            attempts_are_given_back_and_forgotten
            an_attempt_is_pending_until_it_is_settled
            a_secret_is_made_once
        );
        $crate::store::contract::suite!($fixture, revocations:
            revocations_are_told_in_order_behind_a_cursor
            writers_at_once_leave_no_gap_behind_any_cursor
            an_expired_revocation_is_not_told
            a_cursor_of_another_feed_starts_again
            the_revocations_of_one_value_are_found
            a_revocation_whose_commit_took_long_refuses_what_was_made_meanwhile
            revocations_of_one_user_are_each_later_than_the_one_before
            revocations_of_roles_are_each_later_than_the_one_before_whatever_the_role
            a_narrowed_role_whose_commit_took_long_is_revoked_again
            a_moment_that_a_wrong_clock_wrote_is_corrected_to_now
            a_token_without_a_session_is_revoked_with_its_entry
        );
        $crate::store::contract::suite!($fixture, on layout:
            a_store_of_a_later_version_is_refused_and_left_alone
            a_store_has_a_version_once_it_is_prepared
            the_store_of_the_other_service_is_refused_and_left_alone
            a_store_from_before_the_mark_is_marked
        );
    };
    ($fixture:ty, $subject:ident: $($test:ident)*) => {
        mod $subject {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    let fixture = <$fixture as $crate::store::contract::Fixture>::new().await;
                    let store = $crate::store::contract::Fixture::store(&fixture);
                    $crate::store::contract::$subject::$test(store).await;
                    $crate::store::contract::Fixture::drop(fixture).await;
                }
            )*
        }
    };
    ($fixture:ty, on $subject:ident: $($test:ident)*) => {
        mod $subject {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $test() {
                    let fixture = <$fixture as $crate::store::contract::Fixture>::new().await;
                    $crate::store::contract::$subject::$test(&fixture).await;
                    $crate::store::contract::Fixture::drop(fixture).await;
                }
            )*
        }
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

/// Takes the moments of revocations from a clock that stands still: to it every commit is quick.
pub(crate) fn clock() -> RevocationClock {
    RevocationClock::new(Arc::new(ManualClock::new(now())), Duration::from_secs(300))
}

/// An entry of the audit log about what is done to `target`.
pub(crate) fn entry(action: Action, target: &str) -> Entry {
    Entry::new(action, now(), &OsRandom).by("root", "tessera").on("user", target)
}

/// An entry that nobody looks for.
fn some_entry() -> Entry {
    entry(Action::UserChanged, "anything")
}

/// Adds a session where there may be many.
async fn add_session(store: &dyn Store, session: &Session) {
    store.insert_session(session, 1000, &clock(), &some_entry()).await.expect("ok");
}

/// Ends what acts have left to be ended, a few at a time.
async fn finish_endings(store: &dyn Store) {
    for ending in store.pending_endings(now() + Duration::from_secs(60), 100).await.expect("ok") {
        while !store.end_some(&ending, 2, &clock()).await.expect("ok") {}
    }
}

/// What the audit log has about `target`, newest first.
async fn recorded(store: &dyn Store, target: &str) -> Vec<Entry> {
    let filter = AuditFilter { target: Some(target.into()), limit: 100, ..AuditFilter::default() };
    store.audit(&filter).await.expect("ok")
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
        keys_version: 0,
        must_change_password: false,
        not_before: 0,
        created_at: now(),
        updated_at: now(),
    }
}

fn admin(email: &str) -> User {
    User { roles: vec!["admin".into()], ..user(email) }
}

pub(crate) fn opened(user_id: &str, at: OffsetDateTime) -> (Session, RefreshToken) {
    let login = Login {
        user_id: user_id.into(),
        token_version: 0,
        client_id: "tessera".into(),
        scope: Some("calculations:read".parse().expect("ok")),
        delegation: None,
        device: Some("curl/8".into()),
        address: Some("127.0.0.1".into()),
    };
    Session::open(login, LIFETIMES, at, &OsRandom)
}

async fn open(store: &dyn Store, user_id: &str) -> (Session, RefreshToken) {
    let (session, token) = opened(user_id, now());
    add_session(store, &session).await;
    (session, token)
}

fn presented(token: &RefreshToken) -> Presented {
    Presented {
        token: token.clone(),
        client_id: "tessera".into(),
        successor: Secret::new(&OsRandom),
        idle_ttl: LIFETIMES.idle,
        arrived: Instant::now(),
    }
}

async fn rotate(store: &dyn Store, token: &RefreshToken) -> Rotation {
    store.rotate(&presented(token), now(), &clock(), &some_entry()).await.expect("ok")
}

fn secret_of(rotation: Rotation) -> Secret {
    match rotation {
        Rotation::Refreshed(_, secret) => secret,
        other => panic!("not refreshed: {other:?}"),
    }
}
