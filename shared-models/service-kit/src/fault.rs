//! Reports parse errors without the parsed text: a body that cannot be read may contain a password.

/// The longest name that is shown, in bytes.
const MAX_NAME: usize = 64;

/// Serde's message without any value of the client's. Names of members are shown if they are short and plain.
pub fn without_values(message: &str) -> String {
    let message = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    for kind in ["invalid type: ", "invalid value: "] {
        if let Some((came, expected)) =
            message.strip_prefix(kind).and_then(|rest| rest.rsplit_once(", expected "))
        {
            return format!("expected {}, got {}", expectation(expected), kind_of(came));
        }
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let (name, known) = match rest.rsplit_once("`, expected ") {
            Some((name, expected)) => (name, format!("; expected {expected}")),
            None => {
                (rest.rsplit_once("`, ").map_or(rest, |(name, _)| name), "; there are no fields here".into())
            }
        };
        return match plain(name) {
            Some(name) => format!("unknown field `{name}`{known}"),
            None => format!("unknown field{known}"),
        };
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let expected = rest.rsplit_once("`, expected ").map_or("another value", |(_, expected)| expected);
        return format!("expected {expected}");
    }
    message.to_owned()
}

/// The member that serde misses, where that is what its message says.
pub fn missing(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split_once('`').map(|(name, _)| name)
}

/// What serde expects, in the words of JSON.
fn expectation(expected: &str) -> &str {
    match expected {
        "u8" => "an integer from 0 to 255",
        "u16" => "an integer from 0 to 65535",
        "u32" => "an integer from 0 to 4294967295",
        "u64" | "u128" | "usize" => "an integer that is not negative",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "bool" => "a boolean",
        "a map" => "an object",
        "a sequence" | "sequence" => "an array",
        _ if expected.starts_with("struct ") => "an object",
        _ => expected,
    }
}

/// Serde's description of an unexpected value, in the words of JSON, without the value itself, which is in quotes or
/// backticks.
fn kind_of(came: &str) -> &str {
    let end = came.find(['"', '`']).unwrap_or(came.len());
    match came[..end].trim_end() {
        "unit value" | "Option value" => "null",
        "map" => "an object",
        "sequence" => "an array",
        "string" => "a string",
        "integer" => "an integer",
        "floating point" => "a number with a fraction",
        "boolean" => "a boolean",
        kind => kind,
    }
}

/// A name, where it is short and plain.
pub fn plain(name: &str) -> Option<&str> {
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    (letters && (1..=MAX_NAME).contains(&name.len())).then_some(name)
}

/// Whether a text begins as a JSON object or array does.
pub fn looks_like_json(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    text.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|first| matches!(first, b'{' | b'['))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_what_is_ours_and_drops_what_is_the_clients() {
        for (message, expected) in [
            (
                "invalid type: integer `123456`, expected a string at line 1 column 9",
                "expected a string, got an integer",
            ),
            (
                "invalid type: string \"hunter2, expected x\", expected a map",
                "expected an object, got a string",
            ),
            ("invalid value: string \"hunter2\", expected a date", "expected a date, got a string"),
            ("invalid type: map, expected u32", "expected an integer from 0 to 4294967295, got an object"),
            (
                "invalid type: floating point `1.5`, expected u64",
                "expected an integer that is not negative, got a number with a fraction",
            ),
            ("invalid type: sequence, expected struct Keep", "expected an object, got an array"),
            ("invalid type: null, expected a string", "expected a string, got null"),
            ("unknown field `colour`, expected `a` or `b`", "unknown field `colour`; expected `a` or `b`"),
            ("unknown field `{\"p\":\"hunter2\"}`, expected `a`", "unknown field; expected `a`"),
            ("unknown field `x`, there are no fields", "unknown field `x`; there are no fields here"),
            ("unknown variant `hunter2`, expected `a` or `b`", "expected `a` or `b`"),
            ("missing field `username`", "missing field `username`"),
        ] {
            assert_eq!(without_values(message), expected, "{message}");
        }
    }

    #[test]
    fn json_is_known_by_its_first_letter() {
        for text in ["{}", " \n[1]", "\u{feff}{\"a\":1}"] {
            assert!(looks_like_json(text.as_bytes()), "{text}");
        }
        for text in ["", "a=b", "username={", "\"text\"", "5"] {
            assert!(!looks_like_json(text.as_bytes()), "{text}");
        }
    }
}
