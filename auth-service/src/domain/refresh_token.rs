//! The refresh token: its format, the hashes that are stored, and how a successor is sealed for its predecessor's
//! holder.

use std::fmt;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, hmac};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::random::{self, Random};

use super::id;

/// Version of the format, and the token's first part.
const VERSION: &str = "rt1";
/// Bytes of a secret, of its SHA-256 and of a sealed secret alike.
pub const SECRET: usize = 32;

/// SHA-256 of a secret: what the store keeps instead of it.
pub type Digest = [u8; SECRET];
/// A successor that only the holder of its predecessor can read.
pub type Sealed = [u8; SECRET];

/// 256 random bits, so a plain SHA-256 of them cannot be searched.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret([u8; SECRET]);

/// `rt1.<session id>.<session secret>.<secret>`: the session secret stays the same, the last secret is used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// The session's id.
    pub session_id: String,
    /// Proves that the holder once had a token of this session.
    pub session_secret: Secret,
    /// Proves that the holder has this token.
    pub secret: Secret,
}

impl Secret {
    /// A new secret.
    pub fn new(random: &dyn Random) -> Self {
        Self(random::bytes(random))
    }

    /// The SHA-256 that the store keeps.
    pub fn digest(&self) -> Digest {
        let mut out = [0; SECRET];
        out.copy_from_slice(digest::digest(&digest::SHA256, &self.0).as_ref());
        out
    }

    /// Whether this is the secret behind `digest`, in constant time.
    pub fn is_behind(&self, digest: &Digest) -> bool {
        verify_slices_are_equal(&self.digest(), digest).is_ok()
    }

    /// Encrypts `successor` so that only this secret can decrypt it.
    ///
    /// A one-time pad: a secret has one successor, so its HMAC is used as a pad once.
    pub fn seal(&self, session_id: &str, successor: &Self) -> Sealed {
        self.pad(session_id, successor.0)
    }

    /// Reverses [`Secret::seal`]; compare the digest of the result.
    pub fn unseal(&self, session_id: &str, sealed: Sealed) -> Self {
        Self(self.pad(session_id, sealed))
    }

    fn pad(&self, session_id: &str, mut bytes: [u8; SECRET]) -> [u8; SECRET] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(b"rt-next");
        context.update(session_id.as_bytes());
        for (byte, pad) in bytes.iter_mut().zip(context.sign().as_ref()) {
            *byte ^= pad;
        }
        bytes
    }

    /// Parses what [`Secret::expose`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// The secret as its holder keeps it: a credential.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl RefreshToken {
    /// Parses a token; `None` if it does not have the format of one.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (version, session_id) = (parts.next()?, parts.next()?);
        let (session_secret, secret) = (parts.next()?, parts.next()?);
        if version != VERSION || !id::is_id(session_id) || parts.next().is_some() {
            return None;
        }
        Some(Self {
            session_id: session_id.to_owned(),
            session_secret: Secret::parse(session_secret)?,
            secret: Secret::parse(secret)?,
        })
    }

    /// The token that follows this one in the same session.
    pub fn followed_by(&self, secret: Secret) -> Self {
        Self { secret, ..self.clone() }
    }

    /// The token as its holder keeps it: a credential.
    pub fn expose(&self) -> String {
        format!("{VERSION}.{}.{}.{}", self.session_id, self.session_secret.expose(), self.secret.expose())
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;
    use time::macros::datetime;

    use super::*;

    fn token() -> RefreshToken {
        RefreshToken {
            session_id: id::new(datetime!(2026-01-01 0:00 UTC), &OsRandom),
            session_secret: Secret::new(&OsRandom),
            secret: Secret::new(&OsRandom),
        }
    }

    #[test]
    fn a_token_is_read_back_as_it_was_written() {
        let token = token();
        assert_eq!(RefreshToken::parse(&token.expose()), Some(token));
    }

    #[test]
    fn another_spelling_of_a_token_is_none() {
        let text = token().expose();
        let spellings = [
            String::new(),
            text.replacen("rt1", "rt2", 1),
            format!("{text}."),
            format!("{text}="),
            format!("{text}.x"),
            format!(" {text}"),
            text[..text.len() - 1].to_owned(),
            text.to_uppercase(),
        ];
        for text in spellings {
            assert_eq!(RefreshToken::parse(&text), None, "{text}");
        }
    }

    #[test]
    fn only_the_predecessor_opens_a_sealed_successor() {
        let (holder, thief, successor) =
            (Secret::new(&OsRandom), Secret::new(&OsRandom), Secret::new(&OsRandom));
        let sealed = holder.seal("s", &successor);
        assert_eq!(holder.unseal("s", sealed), successor);
        assert_ne!(thief.unseal("s", sealed), successor);
        assert_ne!(holder.unseal("t", sealed), successor);
        assert!(successor.is_behind(&successor.digest()) && !thief.is_behind(&successor.digest()));
    }

    #[test]
    fn debug_shows_no_secret() {
        let token = token();
        let shown = format!("{token:?}");
        assert!(!shown.contains(&token.secret.expose()) && !shown.contains(&token.session_secret.expose()));
    }
}
