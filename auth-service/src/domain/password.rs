//! What a password must be before it is hashed (NIST SP 800-63B-4 section 3.1.1.2). Knows no hash.

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;

/// Longest password, in code points after NFC.
pub const MAX_LENGTH: usize = 128;
/// Fewer guesses than this and a password is as weak as an entry of a list of common passwords.
const MIN_GUESSES: f64 = 1e5;
/// Code points whose strength is estimated: the cost of the estimate grows with the square of the length.
const JUDGED: usize = 48;
/// Most ways to read a password's digits and symbols as letters: each costs as much as estimating another password.
const MAX_READINGS: u32 = 32;
/// The letters as which the estimate reads digits and symbols.
const LOOKALIKES: [(char, &str); 12] = [
    ('a', "4@"),
    ('b', "8"),
    ('c', "({[<"),
    ('e', "3"),
    ('g', "69"),
    ('i', "1!|"),
    ('l', "1|7"),
    ('o', "0"),
    ('s', "$5"),
    ('t', "+7"),
    ('x', "%"),
    ('z', "2"),
];

/// A password in Unicode NFC and, if that differs, as it was typed. Its `Debug` does not show it.
#[derive(Clone, Debug)]
pub struct Password {
    nfc: SecretString,
    typed: Option<SecretString>,
}

/// Why a password is refused.
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
    /// A password as it was typed; its strength is not checked here.
    pub fn new(text: &str) -> Self {
        let nfc: SecretString = text.nfc().collect::<String>().into();
        let typed = (nfc.expose_secret() != text).then(|| text.into());
        Self { nfc, typed }
    }

    /// The bytes to hash: those of NFC.
    pub fn bytes(&self) -> &[u8] {
        self.nfc.expose_secret().as_bytes()
    }

    /// The bytes as they were typed, if they differ from NFC.
    pub fn typed(&self) -> Option<&[u8]> {
        self.typed.as_ref().map(|typed| typed.expose_secret().as_bytes())
    }

    /// Refuses a length outside `min..=128` code points.
    pub fn check_length(&self, min: usize) -> Result<(), WeakPassword> {
        let length = self.nfc.expose_secret().chars().count();
        if (min..=MAX_LENGTH).contains(&length) { Ok(()) } else { Err(WeakPassword::Length { min }) }
    }

    /// Refuses passwords that are easy to guess; `about` is what is publicly known of the user.
    ///
    /// Only the beginning of a long password is estimated, so that the cost is bounded. It takes milliseconds of
    /// processor time: do not call it on async threads.
    pub fn check_strength(&self, about: &[String]) -> Result<(), WeakPassword> {
        let judged: SecretString = judged(self.nfc.expose_secret()).into();
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        let guesses = zxcvbn::zxcvbn(judged.expose_secret(), &about).guesses_log10();
        if guesses < MIN_GUESSES.log10() { Err(WeakPassword::Guessable) } else { Ok(()) }
    }
}

/// The part of a password whose strength is estimated. If its symbols can be read as letters in too many ways, only one
/// is tried.
fn judged(password: &str) -> String {
    let judged: String = password.chars().take(JUDGED).collect();
    if readings(&judged) <= MAX_READINGS {
        return judged;
    }
    let letter = |symbol: char| {
        let of_it = LOOKALIKES.iter().find(|(_, forms)| !symbol.is_ascii_digit() && forms.contains(symbol));
        of_it.map_or(symbol, |(letter, _)| *letter)
    };
    judged.chars().map(letter).collect()
}

/// An upper bound for the number of ways in which the estimate reads a text: it chooses one form for each letter, and
/// for a form of two letters whether to take it for the second.
fn readings(text: &str) -> u32 {
    let forms = |(_, forms): &(char, &str)| forms.chars().filter(|form| text.contains(*form)).count().max(1);
    let of_two = |form: &char| text.contains(*form) && ['1', '|', '7'].contains(form);
    let doubled = ['1', '|', '7'].iter().filter(|form| of_two(form)).count();
    let chosen = LOOKALIKES
        .iter()
        .map(forms)
        .fold(1_u32, |ways, forms| ways.saturating_mul(u32::try_from(forms).unwrap_or(u32::MAX)));
    chosen << doubled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nearly each of its characters may stand for several letters.
    const COSTLY: &str = "7({1{(||4<|[6|5[0+(|4<6(|@(|(1(|{9@+6|[41{<|4<!77!79<|$@|4@@!019";

    proptest::proptest! {
        #[test]
        fn what_is_judged_is_bounded_whatever_is_typed(text in "[-0-9@({\\[<!|$+%a-z]{0,128}") {
            let judged = judged(&text);
            proptest::prop_assert!(judged.chars().count() <= JUDGED);
            proptest::prop_assert!(readings(&judged) <= MAX_READINGS, "{}", readings(&judged));
        }
    }

    #[test]
    fn a_password_of_many_symbols_is_judged_once_for_each_of_few_readings() {
        assert!(readings(COSTLY) > 500);
        assert!(readings(&judged(COSTLY)) <= 16, "{}", readings(&judged(COSTLY)));
        assert_eq!(Password::new(COSTLY).check_strength(&[]), Ok(()));
    }

    #[test]
    fn what_few_symbols_stand_for_is_judged_as_ever() {
        for text in ["p@$$w0rdp@$$w0rd", "!@#$%^&*()_+", "p4$$w0rd1234", "l3tm31nl3tm31n"] {
            assert_eq!(judged(text), text);
            assert_eq!(Password::new(text).check_strength(&[]), Err(WeakPassword::Guessable), "{text}");
        }
        let disguised = "p@$$w0rd{[(<|!1p4$$w0rd5";
        assert!(judged(disguised).starts_with("passw0rd"), "{}", judged(disguised));
    }

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
