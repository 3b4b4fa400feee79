//! Points in time as RFC 3339 writes them, and the text under which they are compared: the same for every way of
//! writing one instant, and in the order of time. Knows no schema.

use std::fmt;

use time::{Date, Duration, Month, PrimitiveDateTime, Time};

/// Why a text is no point in time that can be stored. Says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInstant {
    /// It is not written as RFC 3339 writes date-times.
    Syntax,
    /// Only the date is there.
    DateAlone,
    /// Date and time are not joined by `T`.
    Joint,
    /// Nobody knows which instant it is.
    NoOffset,
    /// Its second is 60.
    LeapSecond,
    /// The calendar has no such day, or the day no such time.
    Impossible,
    /// In UTC its year has not four digits.
    Year,
}

impl fmt::Display for NoInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "is not a date-time of RFC 3339, such as 2026-01-31T12:00:00Z",
            Self::DateAlone => "is a date alone; add a time and an offset, such as T00:00:00Z",
            Self::Joint => "needs a T between date and time, as in 2026-01-31T12:00:00Z",
            Self::NoOffset => "has no offset from UTC; add Z or an offset such as +01:00",
            Self::LeapSecond => "is a leap second; seconds go from 00 to 59",
            Self::Impossible => "is a date or time that does not exist",
            Self::Year => "is outside the years 0000 to 9999 in UTC",
        })
    }
}

/// The text under which an instant is compared: in UTC, its second's fraction without trailing zeros, no `Z` at the end.
/// By code point such texts are in the order of time, and equal for equal instants. Every digit counts.
///
/// ```text
/// 2026-01-31T13:00:00.250+01:00  ->  2026-01-31T12:00:00.25
/// ```
pub fn key(text: &str) -> Result<String, NoInstant> {
    let (date, rest) = text.split_at_checked(10).ok_or(NoInstant::Syntax)?;
    let [year, month, day] = numbers(date, [4, 2, 2], '-').ok_or(NoInstant::Syntax)?;
    let joint = rest.chars().next().ok_or(NoInstant::DateAlone)?;
    if joint == ' ' {
        return Err(NoInstant::Joint);
    }
    let (time, rest) = rest.get(1..).and_then(|rest| rest.split_at_checked(8)).ok_or(NoInstant::Syntax)?;
    let time = numbers(time, [2, 2, 2], ':').filter(|_| joint.eq_ignore_ascii_case(&'t'));
    let [hour, minute, second] = time.ok_or(NoInstant::Syntax)?;
    let (fraction, offset) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().take_while(u8::is_ascii_digit).count()),
        None => ("", rest),
    };
    if rest.starts_with('.') && fraction.is_empty() {
        return Err(NoInstant::Syntax);
    }
    let offset = minutes(offset)?;
    if second == 60 {
        return Err(NoInstant::LeapSecond);
    }
    let at = local(year, [month, day, hour, minute, second]).ok_or(NoInstant::Impossible)?;
    let at = at.checked_sub(Duration::minutes(offset)).filter(|at| (0..=9999).contains(&at.year()));
    let at = at.ok_or(NoInstant::Year)?;
    let (month, [hour, minute, second]) = (u8::from(at.month()), [at.hour(), at.minute(), at.second()]);
    let mut key = format!("{:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}", at.year(), at.day());
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        key.push('.');
        key.push_str(fraction);
    }
    Ok(key)
}

/// The text under which a stored text of a date-time field is compared: its key, or itself where it is no instant,
/// which only a document from before the field's declaration can hold.
pub fn key_or_text(text: &str) -> String {
    key(text).unwrap_or_else(|_| text.to_owned())
}

/// The date-time in UTC that a key stands for; a text that is no key stays as it is.
pub fn shown(key_or_text: &str) -> String {
    let utc = format!("{key_or_text}Z");
    if key(&utc).as_deref() == Ok(key_or_text) { utc } else { key_or_text.to_owned() }
}

/// Numbers of so many digits each, separated.
fn numbers(text: &str, lengths: [usize; 3], separator: char) -> Option<[u16; 3]> {
    let mut parts = text.split(separator);
    let mut found = [0; 3];
    for (number, length) in found.iter_mut().zip(lengths) {
        let digits = parts.next()?;
        let valid = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
        *number = digits.parse().ok().filter(|_| valid)?;
    }
    parts.next().is_none().then_some(found)
}

/// The minutes that local time is ahead of UTC.
fn minutes(offset: &str) -> Result<i64, NoInstant> {
    if offset.is_empty() {
        return Err(NoInstant::NoOffset);
    }
    if offset.eq_ignore_ascii_case("z") {
        return Ok(0);
    }
    let sign = match offset.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(NoInstant::Syntax),
    };
    let [hours, minutes, _] =
        numbers(&format!("{}:00", &offset[1..]), [2, 2, 2], ':').ok_or(NoInstant::Syntax)?;
    if hours > 23 || minutes > 59 {
        return Err(NoInstant::Impossible);
    }
    Ok(sign * i64::from(hours * 60 + minutes))
}

fn local(year: u16, parts: [u16; 5]) -> Option<PrimitiveDateTime> {
    let [month, day, hour, minute, second] = parts.map(|part| u8::try_from(part).unwrap_or(u8::MAX));
    let date = Date::from_calendar_date(year.into(), Month::try_from(month).ok()?, day).ok()?;
    Some(PrimitiveDateTime::new(date, Time::from_hms(hour, minute, second).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_instant_has_one_key_however_it_is_written() {
        for text in [
            "2026-01-31T12:00:00.25Z",
            "2026-01-31t12:00:00.250000000000z",
            "2026-01-31T13:00:00.250+01:00",
            "2026-01-31T06:30:00.25-05:30",
            "2026-02-01T11:59:00.25+23:59",
        ] {
            assert_eq!(key(text).as_deref(), Ok("2026-01-31T12:00:00.25"), "{text}");
        }
        assert_eq!(key("2024-02-29T00:00:00-00:00").as_deref(), Ok("2024-02-29T00:00:00"));
    }

    #[test]
    fn keys_are_in_the_order_of_time_to_the_last_digit() {
        let times = [
            "0000-01-01T00:00:00Z",
            "2026-01-31T11:59:59.999999999999Z",
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.000000001Z",
            "2026-01-31T12:00:00.0000000011Z",
            "2026-01-31T13:00:00.25+01:00",
            "2026-01-31T12:00:00.3Z",
            "2026-01-31T12:00:01Z",
            "9999-12-31T23:59:59Z",
        ];
        assert!(times.map(|time| key(time).unwrap()).is_sorted());
    }

    #[test]
    fn what_is_no_instant_is_refused_with_what_to_do() {
        for (text, why) in [
            ("2027-03-04T08:00:00", NoInstant::NoOffset),
            ("2027-03-04T08:00:00.5", NoInstant::NoOffset),
            ("2027-03-04", NoInstant::DateAlone),
            ("2027-03-04 08:00:00Z", NoInstant::Joint),
            ("2016-12-31T23:59:60Z", NoInstant::LeapSecond),
            ("2027-02-29T08:00:00Z", NoInstant::Impossible),
            ("2027-03-04T24:00:00Z", NoInstant::Impossible),
            ("2027-03-04T08:00:00+24:00", NoInstant::Impossible),
            ("0000-01-01T00:00:00+00:01", NoInstant::Year),
            ("9999-12-31T23:59:59-00:01", NoInstant::Year),
            ("yesterday", NoInstant::Syntax),
            ("2027-3-4T08:00:00Z", NoInstant::Syntax),
            ("2027-03-04T08:00:00.Z", NoInstant::Syntax),
            ("2027-03-04T08:00:00+0100", NoInstant::Syntax),
            ("2027-03-04T08:00:00Z ", NoInstant::Syntax),
            ("２027-03-04T08:00:00Z", NoInstant::Syntax),
        ] {
            assert_eq!(key(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_key_is_its_own_key_and_shows_as_a_date_time() {
        let found = key("2026-01-31T13:00:00.250+01:00").unwrap();
        assert_eq!(key_or_text(&found), found);
        assert_eq!(shown(&found), "2026-01-31T12:00:00.25Z");
        assert_eq!(shown("2016-12-31T23:59:60Z"), "2016-12-31T23:59:60Z");
    }

    proptest! {
        #[test]
        fn any_text_has_a_key_or_a_reason(text in "[0-9TtZz:.+ é-]{0,32}") {
            let found = key_or_text(&text);
            prop_assert_eq!(key_or_text(&found), found);
        }
    }
}
