//! The mark of a device that a user has logged in from before: signed, and good for that account alone.
//!
//! OWASP's device cookies: whoever has one is not held up by what others do to the account.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::random::{self, Random};

/// Version of the form, and the mark's first part.
const VERSION: &str = "d1";
/// Bytes of a device's id.
const ID: usize = 16;

/// What the service knows accounts and devices by without naming them: a key of its own.
pub struct Pepper(hmac::Key);

impl Pepper {
    /// From the secret that all replicas share.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The name of a bucket, from which nobody reads what it is for.
    pub fn name(&self, kind: &str, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, format!("{kind}\0{value}").as_bytes()))
    }

    /// A mark for another device of the account.
    pub fn mark(&self, account: &str, random: &dyn Random) -> String {
        let id = URL_SAFE_NO_PAD.encode(random::bytes::<ID>(random));
        format!("{VERSION}.{id}.{}", self.name("mark", &format!("{id}\0{account}")))
    }

    /// The device that a mark names, if the mark was made here for this account.
    pub fn device<'m>(&self, mark: &'m str, account: &str) -> Option<&'m str> {
        let (version, rest) = mark.split_once('.')?;
        let (id, signature) = rest.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let signed = format!("mark\0{id}\0{account}");
        let genuine = version == VERSION && hmac::verify(&self.0, signed.as_bytes(), &signature).is_ok();
        genuine.then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;

    use super::*;

    #[test]
    fn a_mark_is_good_for_its_account_and_where_it_was_made() {
        let (here, elsewhere) = (Pepper::new(&[1; 32]), Pepper::new(&[2; 32]));
        let mark = here.mark("ada@example.org", &OsRandom);
        assert!(here.device(&mark, "ada@example.org").is_some());
        assert_eq!(here.device(&mark, "eve@example.org"), None);
        assert_eq!(elsewhere.device(&mark, "ada@example.org"), None);
        for bad in ["", "d1", "d1.x.y", &mark.replacen("d1", "d2", 1), &format!("{mark}A")] {
            assert_eq!(here.device(bad, "ada@example.org"), None, "{bad}");
        }
        assert_ne!(mark, here.mark("ada@example.org", &OsRandom));
    }
}
