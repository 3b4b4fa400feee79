//! Hashes of passwords: made here, made elsewhere, and those that are refused.

use service_kit::random::OsRandom;

use super::*;

const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, parallelism: 1 };

fn hash_of(text: &str) -> PasswordHash {
    PasswordHash::make(&Password::new(text), CHEAP, &OsRandom, &mut Scratch::default()).unwrap()
}

fn verdict(hash: &PasswordHash, text: &str) -> Verdict {
    hash.matches(&Password::new(text), &mut Scratch::default()).unwrap()
}

fn matches(hash: &PasswordHash, text: &str) -> bool {
    verdict(hash, text) == Verdict::Right
}

#[test]
fn a_hash_matches_its_password_alone() {
    let hash = hash_of("correct horse");
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", hash.as_str());
    assert!(matches(&hash, "correct horse"));
    assert!(!matches(&hash, "battery staple"));
    assert_ne!(hash, hash_of("correct horse"));
}

#[test]
fn a_hash_made_elsewhere_is_verified() {
    // Printed by the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1`.
    let hash = PasswordHash::from_stored(
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc".into(),
    );
    assert!(matches(&hash, "password"));
    assert!(!matches(&hash, "passwort"));
}

#[test]
fn memory_left_by_one_hash_does_not_change_the_next() {
    let mut scratch = Scratch::default();
    let large = Cost { memory_kib: 256, ..CHEAP };
    PasswordHash::make(&Password::new("first"), large, &OsRandom, &mut scratch).unwrap();
    let verdict = hash_of("second").matches(&Password::new("second"), &mut scratch);
    assert_eq!(verdict, Ok(Verdict::Right));
}

#[test]
fn a_hash_below_todays_cost_is_to_be_made_anew() {
    let hash = hash_of("correct horse");
    assert!(!hash.is_below(CHEAP));
    assert!(hash.is_below(Cost { iterations: 2, ..CHEAP }));
    assert!(hash.is_below(Cost { memory_kib: 128, ..CHEAP }));
    assert!(PasswordHash::from_stored("plain".into()).is_below(CHEAP));
}

#[test]
fn a_hash_that_cannot_be_checked_is_refused_where_it_is_read() {
    let salt_and_output = "c29tZXNhbHRzb21lc2FsdA$eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg";
    for costs in ["m=65536,t=3,p=4", "m=65536,t=4,p=1", "m=102400,t=2,p=8", "m=19456,t=2,p=1", "m=64,t=1,p=1"]
    {
        assert!(PasswordHash::parse(&format!("$argon2id$v=19${costs}${salt_and_output}")).is_ok(), "{costs}");
    }
    for bad in [
        "$argon2id$v=19$m=262144,t=16,p=1",
        "$argon2id$v=19$m=65536,t=5,p=1",
        "$argon2id$v=19$m=102401,t=1,p=1",
        "$argon2id$v=19$m=64,t=4294967295,p=1",
        "$argon2id$v=17$m=64,t=1,p=1",
        "$argon2id$v=19$m=64,t=1,p=1,keyid=a2V5",
        "$argon2id$v=19$m=64,t=0,p=1",
        "$argon2id$v=19$m=64,t=1,p=100",
        "$argon2x$v=19$m=64,t=1,p=1",
    ] {
        assert!(PasswordHash::parse(&format!("{bad}${salt_and_output}")).is_err(), "{bad}");
    }
    for bad in
        ["$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=64,t=1,p=1", "$argon2id", "", "x"]
    {
        assert!(PasswordHash::parse(bad).is_err(), "{bad}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_read_can_be_checked(
        kind in "\\$(argon2id|argon2i|argon2d|scrypt|pbkdf2-sha256|2b)(\\$v=(16|17|19))?",
        costs in "\\$(m=(8|64|x),t=[012],p=[012]|ln=[0-4],r=[0-8],p=[0-2]|[0-9]{1,2}|04)",
        salt in "\\$?[A-Za-z0-9./+]{0,30}",
        output in "\\$?[A-Za-z0-9./+]{0,90}",
    ) {
        if let Ok(hash) = PasswordHash::parse(&format!("{kind}{costs}{salt}{output}")) {
            let verdict = hash.matches(&Password::new("some password"), &mut Scratch::default());
            proptest::prop_assert_eq!(verdict, Ok(Verdict::Wrong));
        }
    }
}

#[test]
fn hashes_without_a_version_are_of_the_one_before_it_was_written() {
    // Of the reference implementation's own tests (phc-winner-argon2, src/test.c).
    let hash = PasswordHash::parse(
        "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
    );
    assert!(matches(&hash.unwrap(), "password"));
}

#[test]
fn a_text_is_tried_in_nfc_and_as_it_was_typed() {
    let (typed, composed) = ("Mo\u{308}wen am Hafen", "M\u{f6}wen am Hafen");
    let hash = hash_of(composed);
    assert_eq!((verdict(&hash, composed), verdict(&hash, typed)), (Verdict::Right, Verdict::Right));
    // Printed by the bcrypt package of Python for the decomposed text.
    let hash = PasswordHash::parse("$2b$04$CgxeryBhseCl3CdRwF6DSuHn3w7qz3NLv58bIZPlOGIMZSVAk9Jgi").unwrap();
    let typed = "Mo\u{308}wen u\u{308}ber dem Hafen am Dienstag";
    assert_eq!(verdict(&hash, typed), Verdict::AsTyped);
    assert_eq!(verdict(&hash, "M\u{f6}wen \u{fc}ber dem Hafen am Dienstag"), Verdict::Wrong);
}

#[test]
fn a_password_that_bcrypt_cuts_off_is_one_of_many() {
    // Printed by the bcrypt package of Python for these 72 bytes.
    let hash = PasswordHash::parse("$2b$04$A4Tn7fNUJR0ILaqGhXMVZuBqBb8J3MOwHNjBeFgMVCZ8rwLa10MSy").unwrap();
    let seen = "measured twice and cut once, says the joiner to the apprentice at noon; ";
    for tail in ["", "then he sands", "and so what"] {
        assert_eq!(verdict(&hash, &format!("{seen}{tail}")), Verdict::OneOfMany, "{tail}");
    }
    assert_eq!(verdict(&hash, &seen[..71]), Verdict::Wrong);
}

#[test]
fn nothing_matches_the_unmatchable_hash_and_it_costs_the_same() {
    let hash = PasswordHash::unmatchable(CHEAP, &OsRandom).unwrap();
    assert!(!matches(&hash, ""));
    assert!(!hash.is_below(CHEAP));
    assert_eq!(hash.as_str().len(), hash_of("").as_str().len());
}

#[test]
fn an_unusable_hash_or_cost_is_an_error_not_a_mismatch() {
    let stored = PasswordHash::from_stored("$2b$12$abc".into());
    assert!(stored.matches(&Password::new("x"), &mut Scratch::default()).is_err());
    assert!(Cost { memory_kib: 1, ..CHEAP }.check().is_err());
}
