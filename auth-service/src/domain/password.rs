//! What a password must be before it is hashed (NIST SP 800-63B-4 section 3.1.1.2). Knows no hash.

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

/// Longest password, in code points after NFC.
pub const MAX_LENGTH: usize = 128;
/// Fewer guesses than this and a password is as weak as an entry of a list of common passwords.
const MIN_GUESSES: f64 = 1e5;
/// Code points whose strength is judged: the estimate's cost grows with the square of the length.
const JUDGED: usize = 64;

/// A password as it was presented, in Unicode NFC. Its `Debug` shows nothing of it.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// It has too few or too many code points.
    #[error("must have {min} to {MAX_LENGTH} characters")]
    Length {
        /// The smallest length, in code points.
        min: usize,
    },
    /// It is common, or made of the user's own e-mail address or name.
    #[error("is too easy to guess: common, repetitive, or made of your e-mail address or name")]
    Guessable,
}

impl Password {
    /// Takes a password as it was typed; whether it is a good one is not asked here.
    pub fn new(text: &str) -> Self {
        Self(text.nfc().collect::<String>().into())
    }

    /// The bytes to hash.
    pub fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// Refuses a length outside `min..=128` code points.
    pub fn check_length(&self, min: usize) -> Result<(), WeakPassword> {
        let length = self.0.expose_secret().chars().count();
        if (min..=MAX_LENGTH).contains(&length) { Ok(()) } else { Err(WeakPassword::Length { min }) }
    }

    /// Refuses what a guesser tries first, `about` being what is publicly known of the user.
    ///
    /// Takes milliseconds of processor time: not for async threads.
    pub fn check_strength(&self, about: &[String]) -> Result<(), WeakPassword> {
        let judged: SecretString = self.0.expose_secret().chars().take(JUDGED).collect::<String>().into();
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        let guesses = zxcvbn::zxcvbn(judged.expose_secret(), &about).guesses_log10();
        if guesses < MIN_GUESSES.log10() { Err(WeakPassword::Guessable) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_code_points_after_normalisation() {
        let twelve = Password::new(&"e\u{301}".repeat(12));
        assert_eq!(twelve.check_length(12), Ok(()));
        assert_eq!(Password::new("elevenchars").check_length(12), Err(WeakPassword::Length { min: 12 }));
        assert_eq!(Password::new(&"x".repeat(129)).check_length(12), Err(WeakPassword::Length { min: 12 }));
        assert_eq!(Password::new(&"x".repeat(128)).check_length(12), Ok(()));
    }

    #[test]
    fn common_and_personal_passwords_are_refused() {
        let about = ["ada.lovelace@example.org".to_owned(), "Ada Lovelace".to_owned()];
        for text in [
            "passwordpassword",
            "aaaaaaaaaaaaaaaa",
            "123456789012",
            "ada.lovelace@example.org",
            "Ada Lovelace",
        ] {
            assert_eq!(Password::new(text).check_strength(&about), Err(WeakPassword::Guessable), "{text}");
        }
    }

    #[test]
    fn a_sentence_is_good_enough() {
        assert_eq!(Password::new("the engine weaves algebraic patterns").check_strength(&[]), Ok(()));
    }

    #[test]
    fn two_spellings_of_one_password_are_one_password() {
        assert_eq!(Password::new("caf\u{e9}").bytes(), Password::new("cafe\u{301}").bytes());
    }

    #[test]
    fn debug_shows_nothing_of_a_password() {
        assert!(!format!("{:?}", Password::new("hunter2hunter2")).contains("hunter2"));
    }
}
