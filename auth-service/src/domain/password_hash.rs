//! A stored password hash: argon2id in PHC string form. Knows nothing of threads: callers decide where it runs.

use std::fmt;

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use service_kit::random::{self, Random};

use super::{legacy_hash::LegacyHash, password::Password};

/// Bytes of salt (RFC 9106 section 3.1).
const SALT: usize = 16;
/// Bytes of output.
const OUTPUT: usize = 32;

/// Most memory of a hash that was made elsewhere, in KiB.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// Most passes of a hash that was made elsewhere.
const MAX_ITERATIONS: u32 = 16;

/// What one hash costs.
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

/// A stored hash, or a cost, that argon2 cannot work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a usable password hash: {0}")]
pub struct BadHash(String);

impl BadHash {
    pub(super) fn new(reason: impl fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// Memory that hashing works in; handing the same to the next hash saves its allocation.
#[derive(Default)]
pub struct Scratch(Vec<Block>);

impl Cost {
    /// Refuses costs outside RFC 9106.
    pub fn check(self) -> Result<(), BadHash> {
        self.params().map(|_| ())
    }

    fn params(self) -> Result<Params, BadHash> {
        Params::new(self.memory_kib, self.iterations, self.parallelism, Some(OUTPUT)).map_err(BadHash::new)
    }

    fn covers(self, params: &Params) -> bool {
        params.m_cost() >= self.memory_kib
            && params.t_cost() >= self.iterations
            && params.p_cost() >= self.parallelism
    }
}

impl PasswordHash {
    /// Takes a hash from the store; whether it is one shows when it is verified.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Reads a hash that was made elsewhere: argon2, or one that is checked once and then made anew. Refused where it
    /// is none, or would cost too much to check.
    pub fn parse(text: &str) -> Result<Self, BadHash> {
        let hash = Self(text.to_owned());
        if let Some(legacy) = LegacyHash::parse(text) {
            return legacy.map(|_| hash);
        }
        let params = Params::try_from(&hash.read()?.1).map_err(BadHash::new)?;
        if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_ITERATIONS {
            return Err(BadHash::new("argon2 that needs more than 256 MiB or 16 passes"));
        }
        Ok(hash)
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
            compute(password, &salt, (Algorithm::Argon2id, Version::V0x13, params.clone()), scratch)?;
        Self::write(&params, &salt, &output)
    }

    /// A hash no password matches, which costs to verify what a real one costs.
    pub fn unmatchable(cost: Cost, random: &dyn Random) -> Result<Self, BadHash> {
        Self::write(&cost.params()?, &random::bytes::<SALT>(random), &random::bytes::<OUTPUT>(random))
    }

    /// Whether `password` is the one that was hashed.
    pub fn matches(&self, password: &Password, scratch: &mut Scratch) -> Result<bool, BadHash> {
        if let Some(legacy) = LegacyHash::parse(&self.0) {
            return legacy?.matches(password);
        }
        let (algorithm, phc) = self.read()?;
        let (Some(salt), Some(expected)) = (&phc.salt, &phc.hash) else {
            return Err(BadHash::new("salt or output is missing"));
        };
        let params = Params::try_from(&phc).map_err(BadHash::new)?;
        let version = phc.version.unwrap_or(0x10);
        let version = Version::try_from(version).map_err(BadHash::new)?;
        let output = compute(password, salt, (algorithm, version, params), scratch)?;
        Ok(verify_slices_are_equal(&output, expected.as_bytes()).is_ok())
    }

    /// Whether the hash is weaker than `cost` demands and should be made anew at the next login.
    pub fn is_below(&self, cost: Cost) -> bool {
        self.read()
            .and_then(|(algorithm, phc)| Ok((algorithm, Params::try_from(&phc).map_err(BadHash::new)?)))
            .map_or(true, |(algorithm, params)| algorithm != Algorithm::Argon2id || !cost.covers(&params))
    }

    fn read(&self) -> Result<(Algorithm, Phc), BadHash> {
        let phc = Phc::new(&self.0).map_err(BadHash::new)?;
        let algorithm = match phc.algorithm.as_str() {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            other => return Err(BadHash(format!("algorithm {other}"))),
        };
        Ok((algorithm, phc))
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

fn compute(
    password: &Password,
    salt: &[u8],
    (algorithm, version, params): (Algorithm, Version, Params),
    scratch: &mut Scratch,
) -> Result<Vec<u8>, BadHash> {
    let mut output = vec![0; params.output_len().unwrap_or(OUTPUT)];
    if scratch.0.len() < params.block_count() {
        scratch.0.resize(params.block_count(), Block::new());
    }
    Argon2::new(algorithm, version, params)
        .hash_password_into_with_memory(password.bytes(), salt, &mut output, &mut scratch.0[..])
        .map_err(BadHash::new)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;

    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, iterations: 1, parallelism: 1 };

    fn hash_of(text: &str) -> PasswordHash {
        PasswordHash::make(&Password::new(text), CHEAP, &OsRandom, &mut Scratch::default()).unwrap()
    }

    fn matches(hash: &PasswordHash, text: &str) -> bool {
        hash.matches(&Password::new(text), &mut Scratch::default()).unwrap()
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
        assert!(hash_of("second").matches(&Password::new("second"), &mut scratch).unwrap());
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
}
