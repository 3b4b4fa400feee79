//! How the log names the subject of a token. By default it shows a hash, so that a reader of the log cannot see which user acted.

use std::{
    borrow::Cow,
    fmt::Write as _,
    sync::atomic::{AtomicBool, Ordering},
};

use aws_lc_rs::digest::{SHA256, digest};

use crate::settings::Subjects;

/// How many bytes of the hash are shown: enough to tell the subjects of an installation apart.
const SHOWN: usize = 8;

static PLAIN: AtomicBool = AtomicBool::new(false);

pub(super) fn show(subjects: Subjects) {
    PLAIN.store(subjects == Subjects::Plain, Ordering::Relaxed);
}

/// The subject as the log names it. Both services name it alike.
pub(crate) fn subject(subject: &str) -> Cow<'_, str> {
    if PLAIN.load(Ordering::Relaxed) { Cow::Borrowed(subject) } else { Cow::Owned(hashed(subject)) }
}

fn hashed(subject: &str) -> String {
    let hash = digest(&SHA256, subject.as_bytes());
    hash.as_ref()[..SHOWN].iter().fold(String::with_capacity(2 * SHOWN), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_named_by_the_beginning_of_its_hash() {
        // `printf 0192b1a4-subject | sha256sum`
        assert_eq!(hashed("0192b1a4-subject").len(), 16);
        assert_eq!(hashed("abc"), "ba7816bf8f01cfea");
    }
}
