//! Password hashes that other systems made: checked once at a login, which then makes one of our own.
//!
//! The forms are those of the modular crypt format as passlib writes it. What would cost too much to check is refused
//! where it is read, so that no imported hash can be used against the service.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::{
    Engine as _, alphabet,
    engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD_NO_PAD},
};

use super::{password::Password, password_hash::BadHash};

/// Most rounds of bcrypt, as a power of two.
const MAX_BCRYPT_COST: u32 = 16;
/// Most rounds of PBKDF2.
const MAX_PBKDF2_ROUNDS: u32 = 5_000_000;
/// Most memory of scrypt, in bytes.
const MAX_SCRYPT_MEMORY: u64 = 64 * 1024 * 1024;
/// Most lanes of scrypt.
const MAX_SCRYPT_LANES: u32 = 4;

/// A hash of another kind than ours.
pub(super) enum LegacyHash<'t> {
    /// `$2a$`, `$2b$` or `$2y$`.
    Bcrypt(&'t str),
    /// `$pbkdf2-sha256$`.
    Pbkdf2 { rounds: NonZeroU32, salt: Vec<u8>, hash: Vec<u8> },
    /// `$scrypt$`.
    Scrypt { params: scrypt::Params, salt: Vec<u8>, hash: Vec<u8> },
}

impl<'t> LegacyHash<'t> {
    /// Reads a hash; nothing where it is of none of these kinds.
    pub(super) fn parse(text: &'t str) -> Option<Result<Self, BadHash>> {
        let (kind, rest) = text.strip_prefix('$')?.split_once('$')?;
        match kind {
            "2a" | "2b" | "2y" => Some(bcrypt_of(text, rest)),
            "pbkdf2-sha256" => Some(pbkdf2_of(rest)),
            "scrypt" => Some(scrypt_of(rest)),
            _ => None,
        }
    }

    /// Whether `password` is the one that was hashed.
    pub(super) fn matches(&self, password: &Password) -> Result<bool, BadHash> {
        match self {
            Self::Bcrypt(text) => bcrypt::verify(password.bytes(), text).map_err(BadHash::new),
            Self::Pbkdf2 { rounds, salt, hash } => {
                let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
                Ok(pbkdf2::verify(algorithm, *rounds, salt, password.bytes(), hash).is_ok())
            }
            Self::Scrypt { params, salt, hash } => {
                let mut computed = vec![0; hash.len()];
                scrypt::scrypt(password.bytes(), salt, params, &mut computed).map_err(BadHash::new)?;
                Ok(aws_lc_rs::constant_time::verify_slices_are_equal(&computed, hash).is_ok())
            }
        }
    }
}

fn bcrypt_of<'t>(text: &'t str, rest: &str) -> Result<LegacyHash<'t>, BadHash> {
    let cost: u32 =
        rest.get(..2).and_then(|cost| cost.parse().ok()).ok_or_else(|| BadHash::new("no cost"))?;
    if !(4..=MAX_BCRYPT_COST).contains(&cost) {
        return Err(BadHash::new(format!("bcrypt cost {cost} is not from 4 to {MAX_BCRYPT_COST}")));
    }
    if text.len() != 60 || !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'$' | b'.' | b'/'))
    {
        return Err(BadHash::new("a bcrypt hash has 60 characters"));
    }
    Ok(LegacyHash::Bcrypt(text))
}

fn pbkdf2_of(rest: &str) -> Result<LegacyHash<'static>, BadHash> {
    let [rounds, salt, hash] = parts(rest)?;
    let rounds = rounds.parse().ok().filter(|rounds: &NonZeroU32| rounds.get() <= MAX_PBKDF2_ROUNDS);
    let rounds =
        rounds.ok_or_else(|| BadHash::new(format!("rounds are not from 1 to {MAX_PBKDF2_ROUNDS}")))?;
    // passlib writes `.` for `+`.
    let decode = |text: &str| bytes(&text.replace('.', "+"));
    Ok(LegacyHash::Pbkdf2 { rounds, salt: decode(salt)?, hash: hash_bytes(decode(hash)?)? })
}

fn scrypt_of(rest: &str) -> Result<LegacyHash<'static>, BadHash> {
    let [parameters, salt, hash] = parts(rest)?;
    let number = |name: &str| -> Result<u32, BadHash> {
        let values = parameters.split(',').filter_map(|pair| pair.split_once('='));
        let value = values.into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        let value = value.and_then(|value| value.parse().ok());
        value.ok_or_else(|| BadHash::new(format!("{name} is missing")))
    };
    let (log_n, r, p) = (number("ln")?, number("r")?, number("p")?);
    let memory = 1_u64.checked_shl(log_n).and_then(|n| n.checked_mul(128 * u64::from(r)));
    if memory.is_none_or(|memory| memory > MAX_SCRYPT_MEMORY) || p > MAX_SCRYPT_LANES {
        return Err(BadHash::new("scrypt that needs more than 64 MiB or 4 lanes"));
    }
    let log_n = u8::try_from(log_n).map_err(BadHash::new)?;
    let params = scrypt::Params::new(log_n, r, p).map_err(BadHash::new)?;
    Ok(LegacyHash::Scrypt { params, salt: bytes(salt)?, hash: hash_bytes(bytes(hash)?)? })
}

fn parts(rest: &str) -> Result<[&str; 3], BadHash> {
    rest.split('$').collect::<Vec<_>>().try_into().map_err(|_| BadHash::new("not three parts"))
}

fn bytes(text: &str) -> Result<Vec<u8>, BadHash> {
    // The last character may carry bits that are not used; passlib does not clear them everywhere.
    const LENIENT: GeneralPurpose =
        GeneralPurpose::new(&alphabet::STANDARD, NO_PAD.with_decode_allow_trailing_bits(true));
    STANDARD_NO_PAD.decode(text).or_else(|_| LENIENT.decode(text)).map_err(|_| BadHash::new("not base64"))
}

fn hash_bytes(hash: Vec<u8>) -> Result<Vec<u8>, BadHash> {
    if (16..=64).contains(&hash.len()) { Ok(hash) } else { Err(BadHash::new("an output of odd length")) }
}
