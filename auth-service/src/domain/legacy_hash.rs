//! Password hashes of other systems: checked at a login, which then replaces them with one of ours.
//!
//! The formats are those of the modular crypt format as passlib writes it. Parsing checks every parameter, so a parsed
//! hash can be verified, at a bounded cost. Knows nothing of argon2.

use std::{fmt, num::NonZeroU32};

use aws_lc_rs::{constant_time::verify_slices_are_equal, pbkdf2};
use base64::{
    Engine as _, alphabet,
    engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD_NO_PAD},
};

/// Most rounds of bcrypt, as a power of two.
const MAX_BCRYPT_COST: u32 = 12;
/// Most rounds of PBKDF2, over all blocks of its output.
const MAX_PBKDF2_ROUNDS: u64 = 1_000_000;
/// Bytes of one block of PBKDF2's output.
const PBKDF2_BLOCK: u64 = 32;
/// Most memory of scrypt, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 64 * 1024 * 1024;
/// Most work of scrypt: N * r * p. 1.5 times that of passlib's default.
const MAX_SCRYPT_WORK: u64 = 786_432;
/// Bytes of a password that bcrypt reads, its terminating NUL included.
const BCRYPT_LOOKS_AT: usize = 72;

/// A hash or a cost that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a usable password hash: {0}")]
pub struct BadHash(String);

impl BadHash {
    pub(super) fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// A hash of another algorithm than ours.
pub(super) enum LegacyHash {
    /// `$2a$`, `$2b$` or `$2y$`.
    Bcrypt(bcrypt::HashParts),
    /// `$pbkdf2-sha256$`.
    Pbkdf2 { rounds: NonZeroU32, salt: Vec<u8>, hash: Vec<u8> },
    /// `$scrypt$`.
    Scrypt { params: scrypt::Params, salt: Vec<u8>, hash: Vec<u8> },
}

impl LegacyHash {
    /// Parses a hash; `None` if it has none of these formats.
    pub(super) fn parse(text: &str) -> Option<Result<Self, BadHash>> {
        let (kind, rest) = text.strip_prefix('$')?.split_once('$')?;
        match kind {
            "2a" | "2b" | "2y" => Some(bcrypt_of(text, rest)),
            "pbkdf2-sha256" => Some(pbkdf2_of(rest)),
            "scrypt" => Some(scrypt_of(rest)),
            _ => None,
        }
    }

    /// Whether the hash matches `password`.
    pub(super) fn matches(&self, password: &[u8]) -> Result<bool, BadHash> {
        match self {
            Self::Bcrypt(parts) => {
                let salt = parts.get_salt_raw();
                let computed =
                    bcrypt::hash_with_salt(password, parts.get_cost(), salt).map_err(BadHash::new)?;
                let (computed, expected) = (computed.to_string(), parts.to_string());
                Ok(verify_slices_are_equal(computed.as_bytes(), expected.as_bytes()).is_ok())
            }
            Self::Pbkdf2 { rounds, salt, hash } => {
                let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
                Ok(pbkdf2::verify(algorithm, *rounds, salt, password, hash).is_ok())
            }
            Self::Scrypt { params, salt, hash } => {
                let mut computed = vec![0; hash.len()];
                scrypt::scrypt(password, salt, params, &mut computed).map_err(BadHash::new)?;
                Ok(verify_slices_are_equal(&computed, hash).is_ok())
            }
        }
    }

    /// Whether `password`, which matches, is the only text that does. bcrypt reads only the first 72 bytes, and some
    /// implementations stop at a NUL.
    pub(super) fn is_of_one_text(&self, password: &[u8]) -> bool {
        let whole = !matches!(self, Self::Bcrypt(_)) || password.len() < BCRYPT_LOOKS_AT;
        whole && !password.contains(&0)
    }
}

fn bcrypt_of(text: &str, rest: &str) -> Result<LegacyHash, BadHash> {
    let cost: Option<u32> = rest.get(..2).and_then(|cost| cost.parse().ok());
    if let Some(cost) = cost.filter(|cost| !(4..=MAX_BCRYPT_COST).contains(cost)) {
        return Err(BadHash::new(format!("bcrypt cost {cost} is not from 4 to {MAX_BCRYPT_COST}")));
    }
    let parts: bcrypt::HashParts =
        text.parse().map_err(|_| BadHash::new("a bcrypt hash has 60 characters of its alphabet"))?;
    Ok(LegacyHash::Bcrypt(parts))
}

fn pbkdf2_of(rest: &str) -> Result<LegacyHash, BadHash> {
    let [rounds, salt, hash] = parts(rest)?;
    // passlib writes `.` for `+`.
    let decode = |text: &str| bytes(&text.replace('.', "+"));
    let (salt, hash) = (salt_bytes(decode(salt)?)?, hash_bytes(decode(hash)?)?);
    let most = MAX_PBKDF2_ROUNDS / (hash.len() as u64).div_ceil(PBKDF2_BLOCK);
    let rounds = rounds.parse().ok().filter(|rounds: &NonZeroU32| u64::from(rounds.get()) <= most);
    let rounds = rounds.ok_or_else(|| {
        BadHash::new(format!("rounds of PBKDF2 are not from 1 to {most} for an output of {}", hash.len()))
    })?;
    Ok(LegacyHash::Pbkdf2 { rounds, salt, hash })
}

fn scrypt_of(rest: &str) -> Result<LegacyHash, BadHash> {
    let [parameters, salt, hash] = parts(rest)?;
    let mut given = parameters.split(',').map(|pair| pair.split_once('='));
    let mut number = |name: &str| -> Result<u32, BadHash> {
        let value = given.next().flatten().filter(|(known, _)| *known == name).map(|(_, value)| value);
        let value = value.and_then(|value| value.parse().ok());
        value.ok_or_else(|| BadHash::new(format!("scrypt needs ln, r and p, in this order: no {name}")))
    };
    let (log_n, r, p) = (number("ln")?, number("r")?, number("p")?);
    if given.next().is_some() {
        return Err(BadHash::new("scrypt has other parameters than ln, r and p"));
    }
    // Checked before they are multiplied: the product may overflow.
    let block = 1_u64.checked_shl(log_n).and_then(|n| n.checked_mul(u64::from(r)));
    let memory = block.and_then(|block| block.checked_mul(128));
    let work = block.and_then(|block| block.checked_mul(u64::from(p)));
    if memory.is_none_or(|memory| memory > MAX_SCRYPT_MEMORY) {
        return Err(BadHash::new("scrypt that needs more than 64 MiB"));
    }
    if work.is_none_or(|work| work > MAX_SCRYPT_WORK) {
        return Err(BadHash::new(format!("scrypt whose N * r * p is more than {MAX_SCRYPT_WORK}")));
    }
    let log_n = u8::try_from(log_n).map_err(BadHash::new)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(BadHash::new)?;
    Ok(LegacyHash::Scrypt { params, salt: salt_bytes(bytes(salt)?)?, hash: hash_bytes(bytes(hash)?)? })
}

fn parts(rest: &str) -> Result<[&str; 3], BadHash> {
    rest.split('$').collect::<Vec<_>>().try_into().map_err(|_| BadHash::new("not three parts"))
}

fn bytes(text: &str) -> Result<Vec<u8>, BadHash> {
    // The last character may have unused bits; passlib does not always clear them.
    const LENIENT: GeneralPurpose =
        GeneralPurpose::new(&alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));
    STANDARD_NO_PAD.decode(text).or_else(|_| LENIENT.decode(text)).map_err(|_| BadHash::new("not base64"))
}

fn salt_bytes(salt: Vec<u8>) -> Result<Vec<u8>, BadHash> {
    if (1..=64).contains(&salt.len()) { Ok(salt) } else { Err(BadHash::new("a salt of odd length")) }
}

fn hash_bytes(hash: Vec<u8>) -> Result<Vec<u8>, BadHash> {
    if (16..=64).contains(&hash.len()) { Ok(hash) } else { Err(BadHash::new("an output of odd length")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<LegacyHash, BadHash> {
        LegacyHash::parse(text).expect("a legacy hash")
    }

    #[test]
    fn the_product_of_the_costs_is_bounded() {
        let salt_and_hash = "c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA";
        for (good, bad) in [
            ("$scrypt$ln=16,r=8,p=1", "$scrypt$ln=16,r=8,p=2"),
            ("$scrypt$ln=14,r=8,p=5", "$scrypt$ln=14,r=8,p=7"),
            ("$scrypt$ln=10,r=8,p=1", "$scrypt$ln=1,r=4294967295,p=4294967295"),
            ("$scrypt$ln=10,r=8,p=1", "$scrypt$ln=63,r=8,p=1"),
            ("$scrypt$ln=10,r=8,p=1", "$scrypt$ln=10,r=8,p=1,x=1"),
            ("$scrypt$ln=10,r=8,p=1", "$scrypt$ln=10,r=8,p=0"),
            ("$pbkdf2-sha256$1000000", "$pbkdf2-sha256$1000001"),
            ("$pbkdf2-sha256$1", "$pbkdf2-sha256$0"),
        ] {
            assert!(parse(&format!("{good}${salt_and_hash}")).is_ok(), "{good}");
            assert!(parse(&format!("{bad}${salt_and_hash}")).is_err(), "{bad}");
        }
        let two_blocks = STANDARD_NO_PAD.encode([7; 64]);
        assert!(parse(&format!("$pbkdf2-sha256$500000$c2FsdA${two_blocks}")).is_ok());
        assert!(parse(&format!("$pbkdf2-sha256$500001$c2FsdA${two_blocks}")).is_err());
        let bcrypt = "KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe";
        assert!(parse(&format!("$2b$12${bcrypt}")).is_ok());
        assert!(parse(&format!("$2b$13${bcrypt}")).is_err());
    }

    #[test]
    fn what_was_read_can_be_checked_and_the_rest_is_refused() {
        for bad in [
            "$2b$04$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$$",
            "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQ",
            "$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQé",
            "$2b$xx$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe",
            "$pbkdf2-sha256$1000$$aGFzaGhhc2hoYXNoaGFzaA",
            "$pbkdf2-sha256$1000$c2FsdA$",
            "$pbkdf2-sha256$1000$c2FsdA",
            "$scrypt$ln=4,r=8,p=1$c2FsdA",
            "$scrypt$ln=4,r=8,p=1$c2FsdA$*",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_that_is_not_looked_at_to_its_end_is_one_of_many() {
        let bcrypt = parse("$2b$04$KT1/BM1FfKywVHeeWcAMauA085BZGW1yHrcC7EC2BVKGDR27EhEQe").unwrap();
        assert!(bcrypt.is_of_one_text(&[b'x'; 71]));
        // A user whose password has more than 72 bytes must still be able to log in with it.
        assert!(!bcrypt.is_of_one_text(&[b'x'; 72]));
        assert!(!bcrypt.is_of_one_text(b"owner\0owner"));
        let pbkdf2 = parse("$pbkdf2-sha256$1$c2FsdA$aGFzaGhhc2hoYXNoaGFzaA").unwrap();
        assert!(pbkdf2.is_of_one_text(&[b'x'; 100]));
        assert!(!pbkdf2.is_of_one_text(b"owner\0"));
    }
}
