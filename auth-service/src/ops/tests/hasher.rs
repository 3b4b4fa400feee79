//! The pool of hashes: its permits, its queue, and what it refuses.

use futures_util::future::join_all;
use service_kit::random::OsRandom;

use super::*;

const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, parallelism: 1 };

fn hasher(permits: usize, queue: usize) -> Hasher {
    Hasher::new(CHEAP, Limits { permits, queue }, Arc::new(OsRandom)).unwrap()
}

async fn guess(hasher: &Hasher) -> Result<Verdict, HashError> {
    hasher.place()?.matches(Password::new("x"), None).await
}

/// Takes a permit until the sender is dropped.
async fn occupy(hasher: &Arc<Hasher>) -> std::sync::mpsc::Sender<()> {
    occupy_lane(hasher, false).await
}

async fn occupy_lane(hasher: &Arc<Hasher>, strangers: bool) -> std::sync::mpsc::Sender<()> {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let (started, running) = tokio::sync::oneshot::channel();
    let hasher = Arc::clone(hasher);
    tokio::spawn(async move {
        let place = if strangers { hasher.strangers_place() } else { hasher.place() };
        place
            .unwrap()
            .run(move |_| {
                let _ = started.send(());
                let _ = released.recv();
                Ok(())
            })
            .await
    });
    running.await.unwrap();
    release
}

#[tokio::test]
async fn an_enrolled_password_matches_and_an_unknown_users_never_does() {
    let hasher = hasher(1, 1);
    let matches = async |password, hash| hasher.place()?.matches(password, hash).await;
    let password = Password::new("the engine weaves algebraic patterns");
    let hash = hasher.place().unwrap().enroll(password.clone(), Vec::new()).await.unwrap();
    assert_eq!(matches(password.clone(), Some(hash)).await, Ok(Verdict::Right));
    let broken = PasswordHash::from_stored("$2b$04$none".into());
    assert_eq!(matches(password.clone(), Some(broken)).await, Ok(Verdict::Wrong));
    assert_eq!(matches(password, None).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn a_guessable_password_is_not_enrolled() {
    let hasher = hasher(1, 1);
    let place = hasher.strangers_place().unwrap();
    let refusal = place.enroll(Password::new("passwordpassword"), Vec::new()).await;
    assert_eq!(refusal, Err(HashError::Weak(WeakPassword::Guessable)));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_a_long_wait_gives_up() {
    let hasher = Arc::new(hasher(1, 2));
    let _busy = occupy(&hasher).await;
    let outcomes = join_all((0..3).map(|_| guess(&hasher))).await;
    assert_eq!(outcomes, [Err(HashError::Busy), Err(HashError::Busy), Err(HashError::Busy)]);
    assert_eq!(hasher.logins.places.available_permits(), 2);
}

#[tokio::test]
async fn strangers_keep_nobody_from_logging_in() {
    let hasher = Arc::new(hasher(1, 2));
    let _busy = occupy_lane(&hasher, true).await;
    let _waiting = [hasher.strangers_place().unwrap(), hasher.strangers_place().unwrap()];
    assert!(matches!(hasher.strangers_place(), Err(HashError::Busy)));
    assert_eq!(guess(&hasher).await, Ok(Verdict::Wrong));
}

#[tokio::test]
async fn hashes_that_cost_more_than_ours_are_checked_one_at_a_time_beside_the_others() {
    let hasher = hasher(2, 8);
    let _another = Arc::clone(&hasher.costly).acquire_owned().await.unwrap();
    for costly in [
        "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe",
        "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg",
    ] {
        let hash = PasswordHash::parse(costly).unwrap();
        let refusal = hasher.place().unwrap().matches(Password::new("x"), Some(hash)).await;
        assert_eq!(refusal, Err(HashError::Busy), "{costly}");
    }
    assert_eq!(guess(&hasher).await, Ok(Verdict::Wrong));
    assert_eq!(hasher.logins.places.available_permits(), 10);
}

#[tokio::test]
async fn those_who_wait_are_served_when_a_permit_is_free_again() {
    let hasher = Arc::new(hasher(1, 8));
    let busy = occupy(&hasher).await;
    let waiting = (0..8).map(|_| guess(&hasher));
    let release = async {
        tokio::task::yield_now().await;
        drop(busy);
    };
    let (outcomes, ()) = tokio::join!(join_all(waiting), release);
    assert_eq!(outcomes, vec![Ok(Verdict::Wrong); 8]);
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_free_the_permit() {
    let hasher = Arc::new(hasher(1, 0));
    let (release, released) = std::sync::mpsc::channel::<()>();
    let call = hasher.place().unwrap().run(move |_| {
        let _ = released.recv();
        Ok(())
    });
    assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err());
    assert_eq!(guess(&hasher).await, Err(HashError::Busy));
    drop(release);
}

#[tokio::test]
async fn no_memory_is_kept_once_nobody_waits() {
    let hasher = hasher(2, 8);
    join_all((0..8).map(|_| guess(&hasher))).await;
    guess(&hasher).await.unwrap();
    assert!(hasher.logins.memory.spare.lock().unwrap().is_empty());
}
