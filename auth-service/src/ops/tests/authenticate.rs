//! What a login makes of stored hashes.

use crate::{
    domain::{password::Password, password_hash::PasswordHash, user::User},
    ops::{AuthError, PasswordChange, testing::World},
};

/// Printed by the bcrypt package of Python for the 72 bytes of [`SEEN`].
const CUT_OFF: &str = "$2b$04$A4Tn7fNUJR0ILaqGhXMVZuBqBb8J3MOwHNjBeFgMVCZ8rwLa10MSy";
const SEEN: &str = "measured twice and cut once, says the joiner to the apprentice at noon; ";
/// Printed by it for the decomposed form of "Möwen über dem Hafen am Dienstag".
const DECOMPOSED: &str = "$2b$04$CgxeryBhseCl3CdRwF6DSuHn3w7qz3NLv58bIZPlOGIMZSVAk9Jgi";

async fn hash_of(world: &World, user: &User) -> PasswordHash {
    world.auth.user(&user.id).await.unwrap().password_hash
}

#[tokio::test]
async fn a_weak_hash_is_made_anew_at_login() {
    let world = World::new().await;
    let before = world.user_with_cheap_hash("ada@example.org").await;
    world.login("ada@example.org").await;
    let after = world.auth.user_by_email(&before.email).await.unwrap().unwrap();
    assert_ne!(after.password_hash, before.password_hash);
    assert_eq!(after.token_version, before.token_version);
    world.login("ada@example.org").await;
}

#[tokio::test]
async fn no_other_tail_takes_the_place_of_the_owners() {
    let world = World::new().await;
    let user = world.user_with_hash("joiner@example.org", CUT_OFF).await;
    for tail in ["and so what", "", "then he sands"] {
        let login = world.try_login("joiner@example.org", &format!("{SEEN}{tail}"), None).await;
        assert!(login.is_ok(), "{tail}");
        assert_eq!(hash_of(&world, &user).await.as_str(), CUT_OFF, "{tail}");
    }
    // A password that the user chooses is hashed whole.
    let change = |current: &str, new: &str| PasswordChange {
        current: Password::new(current),
        new: Password::new(new),
    };
    let (owners, tail) = (format!("{SEEN}then he sands"), format!("{SEEN}and so what"));
    world.auth.change_password(&World::acting(&user.id, ""), change(&owners, &owners)).await.unwrap();
    assert!(world.try_login("joiner@example.org", &owners, None).await.is_ok());
    let other = world.try_login("joiner@example.org", &tail, None).await;
    assert_eq!(other.unwrap_err(), AuthError::InvalidCredentials);
}

#[tokio::test]
async fn a_password_that_was_hashed_decomposed_opens_the_account_and_then_in_either_form() {
    let world = World::new().await;
    let user = world.user_with_hash("mo@example.org", DECOMPOSED).await;
    let (typed, composed) =
        ("Mo\u{308}wen u\u{308}ber dem Hafen am Dienstag", "M\u{f6}wen \u{fc}ber dem Hafen am Dienstag");
    for text in [typed, composed, typed] {
        assert!(world.try_login("mo@example.org", text, None).await.is_ok(), "{text}");
    }
    assert!(hash_of(&world, &user).await.as_str().starts_with("$argon2id$"));
}

#[tokio::test]
async fn a_hash_that_cannot_be_checked_is_a_wrong_password() {
    let world = World::new().await;
    let hashes = [
        "",
        "x",
        "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ",
        "$argon2id$v=19$m=4194304,t=100,p=1$c29tZXNhbHRzb21lc2FsdA$eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg",
        "$2b$16$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe",
        "$2b$04$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$",
        "$scrypt$ln=4,r=8,p=1$$",
    ];
    for (number, hash) in hashes.iter().enumerate() {
        let email = format!("u{number}@example.org");
        let user = world.user_with_hash(&email, hash).await;
        let refusal = world.try_login(&email, World::PASSWORD, None).await.unwrap_err();
        assert_eq!(refusal, AuthError::InvalidCredentials, "{hash}");
        let change =
            PasswordChange { current: Password::new(World::PASSWORD), new: Password::new(World::PASSWORD) };
        let refusal = world.auth.change_password(&World::acting(&user.id, ""), change).await;
        assert_eq!(refusal, Err(AuthError::InvalidCredentials), "{hash}");
    }
}
