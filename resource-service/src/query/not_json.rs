//! Explains why a text is not JSON where it is what another language would have written. Knows no HTTP.

/// `message`, with a hint where the word at the fault has another name in JSON.
pub fn explained(text: &str, fault: &serde_json::Error, message: String) -> String {
    let line = text.lines().nth(fault.line().saturating_sub(1)).unwrap_or_default().as_bytes();
    let at = fault.column().saturating_sub(1).min(line.len());
    let in_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-';
    let begin = at - line[..at].iter().rev().take_while(in_word).count();
    let word: Vec<u8> = line[begin..].iter().take_while(in_word).copied().collect();
    let hint = match String::from_utf8_lossy(&word).trim_start_matches('-').to_ascii_lowercase().as_str() {
        "nan" => "JSON has no NaN; a field of format ieee754 accepts the string \"NaN\"",
        "inf" | "infinity" => {
            "JSON has no Infinity; a field of format ieee754 accepts the strings \"Infinity\" and \"-Infinity\""
        }
        "none" | "nil" | "undefined" => "JSON writes null",
        "true" | "false" => "JSON writes true and false in lower case",
        _ => return message,
    };
    format!("{message}; {hint}")
}
