//! What a JSON parser would lose, choke on or take for something else, found in the text itself: nesting, numbers that
//! cannot be kept, members that are given more than once, and names that the parser uses for itself.

use std::{borrow::Cow, collections::HashSet};

use shared_models::problem::FieldError;

use super::pointer;
use service_kit::wording::short;

/// The deepest that objects and arrays may be nested, the document itself included.
pub const MAX_NESTING: usize = 100;

/// The code of a member that is given more than once.
pub const DUPLICATE: &str = "duplicate";
/// How the names begin that `serde_json` uses for itself. It replaces an object whose first member is so named by the
/// JSON in that member's text, which nothing here has looked through.
const PRIVATE: &str = "$serde_json::private";
/// Up to how many names are compared one by one.
const FEW: usize = 8;

/// A step from the document down to the current value.
enum Frame<'t> {
    Index(usize),
    Member(Option<&'t str>, MemberNames<'t>),
}

/// The names of an object's members so far.
#[derive(Default)]
struct MemberNames<'t> {
    few: Vec<Cow<'t, str>>,
    many: HashSet<Cow<'t, str>>,
}

impl<'t> MemberNames<'t> {
    /// Adds a name; `false` where it is there already.
    fn add(&mut self, name: Cow<'t, str>) -> bool {
        if self.many.is_empty() && self.few.len() < FEW {
            let new = !self.few.contains(&name);
            self.few.push(name);
            return new;
        }
        self.many.extend(self.few.drain(..));
        self.many.insert(name)
    }
}

/// The name that is written so, quotes included; nothing where it cannot be read, which is left to the parser.
fn name_in(written: &str) -> Option<Cow<'_, str>> {
    match written.get(1..written.len().saturating_sub(1)) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        _ => serde_json::from_str(written).ok().map(Cow::Owned),
    }
}

/// What is wrong with the name of a member, beside those of the same object.
fn fault_of_name<'t>(written: &'t str, names: &mut MemberNames<'t>) -> Option<(&'static str, String)> {
    let name = name_in(written)?;
    if name.starts_with(PRIVATE) {
        return Some(("name", format!("{}: a name may not begin with {PRIVATE}", short(written))));
    }
    let new = names.add(name);
    (!new).then(|| (DUPLICATE, format!("the member {} is given more than once", short(written))))
}

/// Looks through JSON text; what is not JSON is left to the parser. Returns the first fault of each value.
pub fn scan(text: &str) -> Vec<FieldError> {
    let (mut at, mut steps, mut faults) = (0, Vec::new(), Vec::new());
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' => steps.push(Frame::Member(None, MemberNames::default())),
            b'[' => steps.push(Frame::Index(0)),
            b'}' | b']' => {
                steps.pop();
            }
            b',' => match steps.last_mut() {
                Some(Frame::Index(index)) => *index += 1,
                Some(Frame::Member(name, _)) => *name = None,
                None => {}
            },
            b'"' => {
                at = end_of_string(bytes, at);
                if let Some(Frame::Member(name @ None, names)) = steps.last_mut() {
                    *name = text.get(start..at);
                    if let Some((code, fault)) = name.and_then(|name| fault_of_name(name, names)) {
                        return vec![FieldError::at(place(&steps), code, fault)];
                    }
                }
            }
            b'-' | b'0'..=b'9' => {
                at += bytes[at..]
                    .iter()
                    .take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
                    .count();
                if let Some((code, fault)) = fault_of(&text[start..at]) {
                    faults.push(FieldError::at(place(&steps), code, fault));
                }
            }
            _ => {}
        }
        if steps.len() > MAX_NESTING {
            let message = format!("the document is nested deeper than {MAX_NESTING} levels");
            steps.truncate(MAX_NESTING);
            return vec![FieldError::at(place(&steps), "nesting", message)];
        }
    }
    faults
}

/// The index behind the closing quote.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => at += 1,
            _ => {}
        }
    }
    at.min(bytes.len())
}

/// What no stored number can be: an integer beyond 64 bits, or beyond every double.
fn fault_of(number: &str) -> Option<(&'static str, String)> {
    let digits = number.strip_prefix('-').unwrap_or(number);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let beyond = digits.len() > 18 && number.parse::<i64>().is_err();
        let message = || format!("{} is beyond 64 bits; integers go up to {}", short(number), i64::MAX);
        return beyond.then(|| ("integer", message()));
    }
    // The parser says what it thinks of -Infinity.
    let numeric = digits.starts_with(|first: char| first.is_ascii_digit());
    let beyond = numeric && number.parse::<f64>().is_ok_and(f64::is_infinite);
    let message = || format!("{} is beyond every double; the largest is {:e}", short(number), f64::MAX);
    beyond.then(|| ("number", message()))
}

fn place(steps: &[Frame<'_>]) -> String {
    steps.iter().fold(String::new(), |parent, step| match step {
        Frame::Index(index) => pointer(&parent, &index.to_string()),
        Frame::Member(Some(name), _) => {
            pointer(&parent, &serde_json::from_str::<String>(name).unwrap_or_default())
        }
        Frame::Member(None, _) => parent,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pointers(text: &str) -> Vec<String> {
        scan(text).into_iter().filter_map(|fault| fault.pointer).collect()
    }

    #[test]
    fn an_integer_beyond_64_bits_is_found_where_it_stands() {
        let text =
            r#"{"a":[1,{"b/\"c":9223372036854775808}],"d":-9223372036854775809,"e":"99999999999999999999"}"#;
        assert_eq!(pointers(text), ["/a/1/b~1\"c", "/d"]);
    }

    #[test]
    fn a_number_that_no_double_holds_is_found_where_it_is() {
        let faults = scan(r#"{"results":{"E":{"value":1e400}},"b":[-1.5e999,1e308,1e-400]}"#);
        let places: Vec<_> = faults.iter().filter_map(|fault| fault.pointer.as_deref()).collect();
        assert_eq!(places, ["/results/E/value", "/b/0"]);
        assert!(faults[0].message.contains("1e400"), "{}", faults[0].message);
    }

    #[test]
    fn the_largest_integers_and_large_doubles_pass() {
        assert!(
            pointers("[9223372036854775807,-9223372036854775808,1e300,100000000000000000000.0]").is_empty()
        );
    }

    #[test]
    fn a_member_that_is_given_twice_is_found_however_it_is_written() {
        assert_eq!(pointers(r#"{"a":{"b":1,"c":[{"b":1}],"b":2}}"#), ["/a/b"]);
        assert_eq!(pointers(r#"{"a":1,"\u0061":2}"#), ["/a"]);
        let many = |last: &str| {
            let members: Vec<String> = (0..30).map(|n| format!("\"m{n}\":{{\"m\":0}}")).collect();
            format!("{{{},\"{last}\":1}}", members.join(","))
        };
        assert_eq!(pointers(&many("m3")), ["/m3"]);
        assert!(pointers(&many("m30")).is_empty());
        assert!(pointers(r#"[{"a":1},{"a":"a"},"a","a"]"#).is_empty());
    }

    #[test]
    fn a_name_that_the_parser_uses_for_itself_is_found_however_it_is_written() {
        for name in ["RawValue", "Number", ""] {
            for prefix in [PRIVATE, "\\u0024serde_json::private", "$serde_json:\\u003aprivate"] {
                let text = format!(r#"{{"a":[1,{{"{prefix}::{name}":"[[]]"}}]}}"#);
                let faults = scan(&text);
                assert_eq!(faults.len(), 1, "{text}");
                assert_eq!(faults[0].code, "name");
                assert!(faults[0].pointer.as_deref().is_some_and(|at| at.starts_with("/a/1/$serde_json")));
            }
        }
        assert!(pointers(r#"{"a":"$serde_json::private::RawValue","serde_json::private":1}"#).is_empty());
    }

    #[test]
    fn a_hundred_levels_pass_and_one_more_does_not() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(pointers(&nested(100)).is_empty());
        assert_eq!(pointers(&nested(101)), ["/0".repeat(100)]);
        assert_eq!(pointers(&nested(100_000)).len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_scanned_without_a_panic(text in "[\\[\\]{}\",:0-9eE\\\\a-zé.+-]{0,80}") {
            scan(&text);
        }
    }
}
