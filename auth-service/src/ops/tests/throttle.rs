//! Throttling, on a clock that the tests move.

use std::time::Instant;

use futures_util::future::join_all;
use tokio::time::sleep;

use super::{super::testing::World, *};

async fn guess(world: &World, times: usize) -> Vec<AuthError> {
    let mut refusals = Vec::new();
    for _ in 0..times {
        let guess = world.try_login("ada@example.org", "a wrong long password", None).await;
        refusals.push(guess.unwrap_err());
    }
    refusals
}

#[tokio::test]
async fn after_ten_failures_even_the_right_password_waits_and_then_logs_in() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
    assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 1 }]);
    let right = world.try_login("ada@example.org", World::PASSWORD, None).await;
    assert_eq!(right.unwrap_err(), AuthError::Throttled { retry_after: 1 });
    world.advance(1);
    assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
    assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_throttled_alike() {
    let world = World::new().await;
    assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
    assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 1 }]);
}

#[tokio::test]
async fn an_attacker_does_not_lock_the_owners_device_out_and_that_device_has_its_own_limit() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    world.user("eve@example.org").await;
    let mark = world.login("ada@example.org").await.device.unwrap();
    guess(&world, 100).await;
    let again = world.login_from(&mark, "ada@example.org", World::PASSWORD).await.unwrap();
    assert_eq!(again.device, None);
    for _ in 0..10 {
        let wrong = world.login_from(&mark, "ada@example.org", "a wrong long password").await;
        assert_eq!(wrong.unwrap_err(), AuthError::InvalidCredentials);
    }
    let wrong = world.login_from(&mark, "ada@example.org", World::PASSWORD).await;
    assert!(matches!(wrong, Err(AuthError::Throttled { .. })));
    // On another account the mark is worth nothing, and a mark of that one's own is given.
    let elsewhere = world.login_from(&mark, "eve@example.org", World::PASSWORD).await.unwrap();
    assert!(elsewhere.device.is_some());
}

#[tokio::test]
async fn a_new_password_makes_every_mark_of_a_device_worthless() {
    let world = World::new().await;
    let user = world.user("ada@example.org").await;
    let mark = world.login("ada@example.org").await.device.unwrap();
    let new = "a quite different long sentence";
    let change = crate::ops::PasswordChange {
        current: crate::domain::password::Password::new(World::PASSWORD),
        new: crate::domain::password::Password::new(new),
    };
    world.auth.change_password(&World::acting(&user.id, ""), change).await.unwrap();
    guess(&world, 10).await;
    let refusal = world.login_from(&mark, "ada@example.org", new).await.unwrap_err();
    assert!(matches!(refusal, AuthError::Throttled { .. }), "{refusal:?}");
    let newer = world.auth.device_mark_of(&user.id).await.unwrap();
    assert!(world.login_from(&newer, "ada@example.org", new).await.is_ok());
    world.advance(60);
    assert!(world.login_from(&mark, "ada@example.org", new).await.unwrap().device.is_some());
}

#[tokio::test]
async fn many_marks_of_one_account_allow_no_more_guesses_than_few() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let mut marks = Vec::new();
    for _ in 0..30 {
        marks.push(world.login("ada@example.org").await.device.unwrap());
    }
    let mut looked_at = 0;
    for mark in &marks {
        for _ in 0..10 {
            let guess = world.login_from(mark, "ada@example.org", "a wrong long password").await;
            looked_at += usize::from(guess.unwrap_err() == AuthError::InvalidCredentials);
        }
    }
    assert!(looked_at <= 10 * usize::from(crate::domain::device::DEVICES), "{looked_at} guesses");
}

#[tokio::test]
async fn the_failures_of_a_known_device_count_for_its_address() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let mark = world.login("ada@example.org").await.device.unwrap();
    let address = "192.0.2.1".parse().unwrap();
    for _ in 0..10 {
        let guess =
            world.login_from_device_at(&mark, address, "ada@example.org", "a wrong long password").await;
        assert_eq!(guess.unwrap_err(), AuthError::InvalidCredentials);
    }
    for number in 0..90 {
        let name = format!("nobody{number}@example.org");
        let guess = world.login_at(address, name, "not this one".into()).await;
        assert_eq!(guess.unwrap_err(), AuthError::InvalidCredentials);
    }
    let another = world.login_at(address, "nobody@example.org".into(), "not this one".into()).await;
    assert_eq!(another.unwrap_err(), AuthError::Throttled { retry_after: 1 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn right_logins_that_come_together_are_never_throttled() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let logins = join_all((0..30).map(|_| world.try_login("ada@example.org", World::PASSWORD, None))).await;
    assert!(logins.iter().all(Result::is_ok), "{:?}", logins.iter().find_map(|login| login.as_ref().err()));
    assert!(world.auth.pending_attempts.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_that_come_together_get_the_free_ones_and_no_more() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let guesses =
        join_all((0..30).map(|_| world.try_login("ada@example.org", "a wrong password", None))).await;
    let count =
        |refusal: &AuthError| guesses.iter().filter(|guess| guess.as_ref().err() == Some(refusal)).count();
    assert_eq!(count(&AuthError::InvalidCredentials), 10);
    assert_eq!(count(&AuthError::Throttled { retry_after: 1 }), 20);
    assert!(world.auth.pending_attempts.is_empty());
}

#[tokio::test]
async fn failures_that_another_replica_counts_for_an_address_are_felt_a_moment_later() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let address = "192.0.2.1".parse().unwrap();
    let login = || world.login_at(address, "ada@example.org".into(), World::PASSWORD.into());
    assert!(login().await.is_ok());
    let bucket = world.auth.pepper().await.unwrap().name("address", &client_network(address).to_string());
    let limit = world.auth.policy.throttle.address;
    for _ in 0..limit.free {
        world.auth.store.take_attempt(&bucket, limit, world.auth.now()).await.unwrap();
    }
    sleep(2 * A_MOMENT).await;
    assert_eq!(login().await.unwrap_err(), AuthError::Throttled { retry_after: 1 });
}

/// Takes all free attempts on Ada's account, as another replica does with logins that it has not settled yet.
async fn taken_elsewhere(world: &World) -> String {
    let bucket = world.auth.account_bucket("ada@example.org").await.unwrap();
    for _ in 0..10 {
        let limit = world.auth.policy.throttle.account;
        let attempt = world.auth.store.take_attempt(&bucket, limit, world.auth.now()).await.unwrap();
        assert_eq!(attempt.wait(), None);
    }
    bucket
}

#[tokio::test]
async fn a_right_login_waits_for_those_of_another_replica() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let bucket = taken_elsewhere(&world).await;
    let settled = async {
        sleep(Duration::from_millis(300)).await;
        world.auth.store.forget_attempts(&bucket).await.unwrap();
    };
    let right = world.try_login("ada@example.org", World::PASSWORD, None);
    let (right, ()) = tokio::join!(right, settled);
    assert!(right.is_ok(), "{right:?}");
    assert!(world.auth.pending_attempts.is_empty());
}

#[tokio::test]
async fn what_another_replica_never_settles_is_waited_for_a_limited_time_by_all_together() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    taken_elsewhere(&world).await;
    let started = Instant::now();
    let logins = (0..20).map(|_| world.try_login("ada@example.org", World::PASSWORD, None));
    for login in join_all(logins).await {
        assert_eq!(login.unwrap_err(), AuthError::Throttled { retry_after: 1 });
    }
    let elapsed = started.elapsed();
    assert!(elapsed > Duration::from_secs(2) && elapsed < Duration::from_secs(4), "{elapsed:?}");
    // Five seconds later it is known that nobody will settle them. The pause after the free failures is over too.
    world.advance(5);
    assert_eq!(guess(&world, 1).await, [AuthError::InvalidCredentials]);
    let started = Instant::now();
    assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 2 }]);
    let bucket = world.auth.account_bucket("ada@example.org").await.unwrap();
    let known = world.auth.store.attempts(&bucket).await.unwrap().unwrap();
    assert_eq!((known.failures, known.pending), (11, 10), "after {:?}", started.elapsed());
}

#[tokio::test]
async fn guesses_that_failed_at_another_replica_are_not_waited_for() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let bucket = taken_elsewhere(&world).await;
    for _ in 0..10 {
        world.auth.store.fail_attempt(&bucket).await.unwrap();
    }
    let started = Instant::now();
    assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 1 }]);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
}

#[tokio::test]
async fn nobody_waits_for_an_attempt_whose_caller_has_left() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let bucket = world.auth.account_bucket("ada@example.org").await.unwrap();
    for _ in 0..10 {
        drop(world.auth.take_attempt(bucket.clone(), None).await.unwrap());
    }
    let pending = async || world.auth.store.attempts(&bucket).await.unwrap().map(|known| known.pending);
    let started = Instant::now();
    while pending().await != Some(0) {
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", pending().await);
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(guess(&world, 1).await, [AuthError::Throttled { retry_after: 1 }]);
}

#[tokio::test]
async fn sign_ups_of_one_address_are_counted_whatever_comes_of_them() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let sign_up = async |email: &str, address: &str| {
        let input = shared_models::auth::SignUp {
            email: email.into(),
            password: World::PASSWORD.into(),
            full_name: None,
        };
        let origin = Origin { address: Some(address.parse().unwrap()), ..Origin::default() };
        world.auth.sign_up(&input, origin).await.map(|_| ())
    };
    for _ in 0..60 {
        let taken = sign_up("ada@example.org", "192.0.2.1").await;
        assert_eq!(taken, Err(AuthError::Taken { field: "email" }));
        assert!(matches!(sign_up("no address", "192.0.2.1").await, Err(AuthError::Invalid(_))));
    }
    world.advance(600);
    let refusal = sign_up("ada@example.org", "192.0.2.1").await;
    assert_eq!(refusal, Err(AuthError::Throttled { retry_after: 300 }));
    assert_eq!(sign_up("eve@example.org", "192.0.2.2").await, Ok(()));
    world.advance(300);
    assert_eq!(sign_up("grace@example.org", "192.0.2.1").await, Ok(()));
}

#[tokio::test]
async fn a_clock_that_was_ahead_locks_nobody_out() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    world.advance(3600);
    guess(&world, 9).await;
    world.set_back(3600);
    assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
    world.advance(3600);
    assert_eq!(guess(&world, 10).await, vec![AuthError::InvalidCredentials; 10]);
    world.set_back(3600);
    let right = world.try_login("ada@example.org", World::PASSWORD, None).await;
    assert_eq!(right.unwrap_err(), AuthError::Throttled { retry_after: 1 });
    world.advance(1);
    assert!(world.try_login("ada@example.org", World::PASSWORD, None).await.is_ok());
}

#[tokio::test]
async fn too_many_failures_from_one_address_throttle_that_address_and_no_other() {
    let world = World::new().await;
    world.user("ada@example.org").await;
    let from = |name: String, password: &str, address: &str| {
        world.login_at(address.parse().unwrap(), name, password.to_owned())
    };
    for number in 0..100 {
        let guess = from(format!("nobody{number}@example.org"), "not this one", "192.0.2.1").await;
        assert_eq!(guess.unwrap_err(), AuthError::InvalidCredentials);
    }
    let right = from("ada@example.org".into(), World::PASSWORD, "192.0.2.1").await;
    assert_eq!(right.unwrap_err(), AuthError::Throttled { retry_after: 1 });
    assert!(from("ada@example.org".into(), World::PASSWORD, "192.0.2.2").await.is_ok());
    // What was right costs the address nothing: the next one waits no longer.
    for _ in 0..3 {
        world.advance(1);
        assert!(from("ada@example.org".into(), World::PASSWORD, "192.0.2.1").await.is_ok());
    }
}
