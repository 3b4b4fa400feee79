//! Chooses among the stored encodings of a file by `Accept-Encoding` (RFC 9110 section 12.5.3). Knows no file.

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};

/// How a file is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    Brotli,
    Gzip,
    Identity,
}

/// A weight, in thousandths.
type Weight = u16;

const WHOLE: Weight = 1000;
/// The weight of what the client accepts without naming it: below each weight that can be named.
const UNNAMED: Weight = 0;

impl Coding {
    /// The server's order of preference: the shortest first.
    pub(super) const PREFERRED: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Identity];

    /// The name in `Content-Encoding`; none for the file as it is.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What is appended to the name of a file that is stored so.
    pub(super) const fn ending(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some(".br"),
            Self::Gzip => Some(".gz"),
            Self::Identity => None,
        }
    }

    fn is_named(self, name: &str) -> bool {
        name.eq_ignore_ascii_case(self.name().unwrap_or("identity"))
            || self == Self::Gzip && name.eq_ignore_ascii_case("x-gzip")
    }
}

/// The one of `stored` that the client prefers. `Identity` where it accepts none of them: a file that can be read is of more
/// use than a refusal.
pub(super) fn chosen(headers: &HeaderMap, stored: impl Fn(Coding) -> bool) -> Coding {
    let lines = headers.get_all(ACCEPT_ENCODING).filter_map(|line| line.to_str().ok());
    let ranges: Vec<(&str, Weight)> = lines.flat_map(|line| line.split(',')).filter_map(range).collect();
    let mut best: Option<(Weight, Coding)> = None;
    for coding in Coding::PREFERRED.into_iter().filter(|coding| stored(*coding)) {
        if let Some(weight) = weight(&ranges, coding)
            && best.is_none_or(|(so_far, _)| weight > so_far)
        {
            best = Some((weight, coding));
        }
    }
    best.map_or(Coding::Identity, |(_, coding)| coding)
}

/// What the ranges say of a coding; none where it is not accepted.
fn weight(ranges: &[(&str, Weight)], coding: Coding) -> Option<Weight> {
    let named = ranges.iter().find(|(name, _)| coding.is_named(name));
    let any = || ranges.iter().find(|(name, _)| *name == "*");
    match named.or_else(any) {
        Some((_, 0)) => None,
        Some((_, weight)) => Some(*weight),
        None => (coding == Coding::Identity).then_some(UNNAMED),
    }
}

/// A name and its weight; none where the weight cannot be read.
fn range(text: &str) -> Option<(&str, Weight)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let given = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = match given {
        Some(given) => thousandths(given)?,
        None => WHOLE,
    };
    Some((name, weight))
}

/// `0`, `1`, or `0.` and at most three digits.
fn thousandths(text: &str) -> Option<Weight> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction: Weight = if digits { format!("{fraction:0<3}").parse().ok()? } else { return None };
    match (whole, fraction) {
        ("0", fraction) => Some(fraction),
        ("1", 0) => Some(WHOLE),
        _ => None,
    }
}
