//! A stored password hash: argon2id in PHC string format, or one of another system. Knows nothing of threads: callers
//! decide where it runs.

use std::fmt;

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use service_kit::random::{self, Random};

pub use super::legacy_hash::BadHash;
use super::{legacy_hash::LegacyHash, password::Password};

/// Bytes of salt (RFC 9106 section 3.1).
const SALT: usize = 16;
/// Bytes of output.
const OUTPUT: usize = 32;

/// Most memory of a hash, in KiB: that of Django's default.
const MAX_MEMORY_KIB: u32 = 100 * 1024;
/// Most memory times passes of a hash, in KiB: that of PHP's default, the costliest that is in wide use.
const MAX_WORK_KIB: u64 = 4 * 64 * 1024;

/// The cost parameters of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

/// A hash as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The result of checking a password against a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does not match.
    Wrong,
    /// It matches.
    Right,
    /// It matches as it was typed and not in NFC: a new hash is to be made.
    AsTyped,
    /// It matches, as other texts do too: no new hash may be made from it.
    OneOfMany,
}

/// The working memory of hashing; reusing it for the next hash saves an allocation.
#[derive(Default)]
pub struct Scratch(Vec<Block>);

impl Cost {
    /// Refuses parameters outside RFC 9106, and those too expensive for a login.
    pub fn check(self) -> Result<(), BadHash> {
        if self.memory_kib > MAX_MEMORY_KIB || self.work() > MAX_WORK_KIB {
            return Err(BadHash::new(format!(
                "argon2 that needs more than {MAX_MEMORY_KIB} KiB, or more than {MAX_WORK_KIB} KiB times passes"
            )));
        }
        self.params().map(|_| ())
    }

    fn params(self) -> Result<Params, BadHash> {
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(OUTPUT)).map_err(BadHash::new)
    }

    /// Memory times passes, in KiB.
    fn work(self) -> u64 {
        u64::from(self.memory_kib) * u64::from(self.iterations)
    }

    fn covers(self, params: &Params) -> bool {
        params.m_cost() >= self.memory_kib
            && params.t_cost() >= self.iterations
            && params.p_cost() >= self.parallelism
    }
}

impl PasswordHash {
    /// A hash from the store; it is parsed when it is verified.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Parses a hash of another system: argon2, or one that is checked once and then replaced. Refused if it cannot be
    /// parsed or would cost too much to check.
    pub fn parse(text: &str) -> Result<Self, BadHash> {
        let hash = Self(text.to_owned());
        hash.check().map(|()| hash)
    }

    /// Whether a password can be checked against the hash, at a bounded cost.
    pub fn check(&self) -> Result<(), BadHash> {
        self.read().map(|_| ())
    }

    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Hashes a password with a fresh salt.
    pub fn make(
        password: &Password,
        cost: Cost,
        random: &dyn Random,
        scratch: &mut Scratch,
    ) -> Result<Self, BadHash> {
        let params = cost.params()?;
        let salt = random::bytes::<SALT>(random);
        let output =
            compute(password.bytes(), &salt, (Algorithm::Argon2id, Version::V0x13, params.clone()), scratch)?;
        Self::write(&params, &salt, &output)
    }

    /// A hash that no password matches; verifying it costs as much as a real one.
    pub fn unmatchable(cost: Cost, random: &dyn Random) -> Result<Self, BadHash> {
        Self::write(&cost.params()?, &random::bytes::<SALT>(random), &random::bytes::<OUTPUT>(random))
    }

    /// Checks `password` against the hash. A text that is not in NFC is also tried as it was typed, because other
    /// systems hash it so. Never fails for a hash that passes [`PasswordHash::check`].
    pub fn matches(&self, password: &Password, scratch: &mut Scratch) -> Result<Verdict, BadHash> {
        let readable = self.read()?;
        for (text, right) in [(Some(password.bytes()), Verdict::Right), (password.typed(), Verdict::AsTyped)]
        {
            let Some(text) = text else { continue };
            if readable.matches(text, scratch)? {
                return Ok(if readable.is_of_one_text(text) { right } else { Verdict::OneOfMany });
            }
        }
        Ok(Verdict::Wrong)
    }

    /// Whether the hash is weaker than `cost` demands and should be replaced at the next login.
    pub fn is_below(&self, cost: Cost) -> bool {
        match self.read() {
            Ok(Readable::Argon2(hash)) => hash.algorithm != Algorithm::Argon2id || !cost.covers(&hash.params),
            _ => true,
        }
    }

    /// Whether checking the hash may cost more than checking one of `cost`.
    pub fn is_costlier_than(&self, cost: Cost) -> bool {
        match self.read() {
            Ok(Readable::Argon2(hash)) => {
                hash.params.m_cost() > cost.memory_kib || hash.cost().work() > cost.work()
            }
            Ok(Readable::Legacy(_)) => true,
            Err(_) => false,
        }
    }

    fn read(&self) -> Result<Readable, BadHash> {
        match LegacyHash::parse(&self.0) {
            Some(legacy) => legacy.map(Readable::Legacy),
            None => Argon2Hash::parse(&self.0).map(Readable::Argon2),
        }
    }

    fn write(params: &Params, salt: &[u8], output: &[u8]) -> Result<Self, BadHash> {
        let phc = Phc {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(params).map_err(BadHash::new)?,
            salt: Some(Salt::new(salt).map_err(BadHash::new)?),
            hash: Some(Output::new(output).map_err(BadHash::new)?),
        };
        Ok(Self(phc.to_string()))
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A parsed hash.
enum Readable {
    Argon2(Argon2Hash),
    Legacy(LegacyHash),
}

impl Readable {
    fn matches(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, BadHash> {
        match self {
            Self::Argon2(hash) => hash.matches(password, scratch),
            Self::Legacy(hash) => hash.matches(password),
        }
    }

    fn is_of_one_text(&self, password: &[u8]) -> bool {
        match self {
            Self::Argon2(_) => true,
            Self::Legacy(hash) => hash.is_of_one_text(password),
        }
    }
}

/// The parts of an argon2 hash.
struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Salt,
    output: Output,
}

impl Argon2Hash {
    fn parse(text: &str) -> Result<Self, BadHash> {
        let phc = Phc::new(text).map_err(BadHash::new)?;
        let algorithm = match phc.algorithm.as_str() {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            other => return Err(BadHash::new(format!("algorithm {other}"))),
        };
        // Before version 0x13 there was none in the text.
        let version = phc.version.unwrap_or_else(|| Version::V0x10.into());
        let version = Version::try_from(version)
            .map_err(|_| BadHash::new(format!("argon2 version {version} is neither 16 nor 19")))?;
        let params = Params::try_from(&phc).map_err(BadHash::new)?;
        if !params.keyid().is_empty() {
            return Err(BadHash::new("argon2 with a key that is not in the hash"));
        }
        let salt = phc.salt.ok_or_else(|| BadHash::new("argon2 without a salt"))?;
        let output = phc.hash.ok_or_else(|| BadHash::new("argon2 without an output"))?;
        let hash = Self { algorithm, version, params, salt, output };
        hash.cost().check()?;
        Ok(hash)
    }

    fn cost(&self) -> Cost {
        let params = &self.params;
        Cost { memory_kib: params.m_cost(), iterations: params.t_cost(), parallelism: params.p_cost() }
    }

    fn matches(&self, password: &[u8], scratch: &mut Scratch) -> Result<bool, BadHash> {
        let how = (self.algorithm, self.version, self.params.clone());
        let computed = compute(password, &self.salt, how, scratch)?;
        Ok(verify_slices_are_equal(&computed, self.output.as_bytes()).is_ok())
    }
}

fn compute(
    password: &[u8],
    salt: &[u8],
    (algorithm, version, params): (Algorithm, Version, Params),
    scratch: &mut Scratch,
) -> Result<Vec<u8>, BadHash> {
    let mut output = vec![0; params.output_len().unwrap_or(OUTPUT)];
    if scratch.0.len() < params.block_count() {
        scratch.0.resize(params.block_count(), Block::new());
    }
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password, salt, &mut output, &mut scratch.0[..])
        .map_err(BadHash::new)?;
    Ok(output)
}

#[cfg(test)]
#[path = "tests/password_hash.rs"]
mod tests;
