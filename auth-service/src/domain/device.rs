//! The mark of a device from which a user has logged in before: signed, and valid only for that user, until the
//! password changes and for some months at most.
//!
//! OWASP's device cookies: guesses from one device do not lock out another. Each mark names one of a few slots of the
//! user, and all marks of one slot share its attempts. So many marks allow no more guesses than few, and nothing has to
//! be stored.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use service_kit::random::{self, Random};
use time::OffsetDateTime;

/// Version of the form, and the mark's first part.
const VERSION: &str = "d2";
/// Devices of one user.
pub const DEVICES: u8 = 5;
/// How long a mark is valid.
pub const LIFETIME: Duration = Duration::from_secs(90 * 24 * 3600);

/// The service's key from which the names of buckets are derived, so that they do not reveal accounts and devices.
pub struct Pepper(hmac::Key);

/// The user of a device.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The user's id.
    pub user_id: &'a str,
    /// Raised when their password changes.
    pub token_version: i64,
}

impl Pepper {
    /// Made from the secret that all replicas share.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The name of a bucket, which does not reveal whose it is.
    pub fn name(&self, kind: &str, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, format!("{kind}\0{value}").as_bytes()))
    }

    /// The name of the bucket of a user's device.
    pub fn device_bucket(&self, user_id: &str, device: u8) -> String {
        self.name("device", &format!("{device}\0{user_id}"))
    }

    /// A mark for a device of the user.
    pub fn mark(&self, owner: Owner<'_>, now: OffsetDateTime, random: &dyn Random) -> String {
        let [byte] = random::bytes::<1>(random);
        let (device, issued) = (byte % DEVICES, now.unix_timestamp());
        let signature = hmac::sign(&self.0, signed(owner, device, issued).as_bytes());
        format!("{VERSION}.{device}.{issued}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The device that a mark names, if the mark was made here for this user and is still valid.
    pub fn device(&self, mark: &str, owner: Owner<'_>, now: OffsetDateTime) -> Option<u8> {
        let mut parts = mark.split('.');
        let (version, device, issued, signature) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (device, issued): (u8, i64) = (device.parse().ok()?, issued.parse().ok()?);
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let genuine = version == VERSION
            && parts.next().is_none()
            && hmac::verify(&self.0, signed(owner, device, issued).as_bytes(), &signature).is_ok();
        // A time in the future, from a clock that was ahead, counts as now.
        let age = Duration::try_from(time::Duration::seconds(now.unix_timestamp().saturating_sub(issued)));
        (genuine && age.unwrap_or_default() < LIFETIME).then_some(device)
    }
}

fn signed(owner: Owner<'_>, device: u8, issued: i64) -> String {
    format!("mark\0{device}\0{issued}\0{}\0{}", owner.token_version, owner.user_id)
}

#[cfg(test)]
mod tests {
    use service_kit::random::OsRandom;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-01 0:00 UTC);
    const ADA: Owner<'_> = Owner { user_id: "ada", token_version: 3 };

    #[test]
    fn a_mark_is_good_for_its_user_and_where_it_was_made_until_the_password_changes() {
        let (here, elsewhere) = (Pepper::new(&[1; 32]), Pepper::new(&[2; 32]));
        let mark = here.mark(ADA, NOW, &OsRandom);
        assert!(here.device(&mark, ADA, NOW).is_some_and(|device| device < DEVICES));
        assert_eq!(here.device(&mark, Owner { user_id: "eve", ..ADA }, NOW), None);
        assert_eq!(here.device(&mark, Owner { token_version: 4, ..ADA }, NOW), None);
        assert_eq!(elsewhere.device(&mark, ADA, NOW), None);
        let last = mark.chars().last().unwrap();
        for bad in [
            "",
            "d2",
            "d2.0.0.x",
            &mark.replacen("d2", "d1", 1),
            &format!("{mark}A"),
            &format!("{mark}.x"),
            &mark.replacen(&NOW.unix_timestamp().to_string(), "1", 1),
            &mark.replace(last, ""),
        ] {
            assert_eq!(here.device(bad, ADA, NOW), None, "{bad}");
        }
    }

    #[test]
    fn a_mark_is_good_for_three_months_and_at_once_after_a_clock_that_was_ahead() {
        let pepper = Pepper::new(&[1; 32]);
        let mark = pepper.mark(ADA, NOW, &OsRandom);
        assert!(pepper.device(&mark, ADA, NOW + LIFETIME - Duration::from_secs(1)).is_some());
        assert_eq!(pepper.device(&mark, ADA, NOW + LIFETIME), None);
        assert!(pepper.device(&mark, ADA, NOW - Duration::from_secs(3600)).is_some());
    }

    #[test]
    fn however_many_marks_a_user_has_they_name_few_devices() {
        let pepper = Pepper::new(&[1; 32]);
        let device = || pepper.device(&pepper.mark(ADA, NOW, &OsRandom), ADA, NOW).unwrap();
        let devices: std::collections::BTreeSet<u8> = (0..200).map(|_| device()).collect();
        assert_eq!(devices.len(), usize::from(DEVICES));
        assert_ne!(pepper.device_bucket("ada", 0), pepper.device_bucket("ada", 1));
        assert_ne!(pepper.device_bucket("ada", 0), pepper.device_bucket("eve", 0));
    }
}
