//! How much memory a JSON text takes once it is parsed. Pure.

/// Bytes of a value in a list that has grown by doubling: `serde_json::Value` has 72.
const VALUE: usize = 100;
/// Bytes of a member of an object beside its value: hash, name, the name's own allocation, a place in the table.
const MEMBER: usize = 72;
/// Bytes of an object that is not empty, its members apart.
const OBJECT: usize = 192;

/// About the bytes that a JSON text takes as a tree of values, strings included. Found by counting; nothing is parsed,
/// and a text that is not JSON has a weight too.
pub fn weight(text: &[u8]) -> usize {
    let (mut values, mut members, mut objects, mut at) = (1, 0, 0, 0);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = end_of_string(text, at),
            b',' | b'[' => values += 1,
            b':' => members += 1,
            b'{' => (values, objects) = (values + 1, objects + 1),
            _ => {}
        }
    }
    text.len() + values * VALUE + members * MEMBER + objects * OBJECT
}

/// The index behind the closing quote.
fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => break,
            b'\\' => at += 1,
            _ => {}
        }
    }
    at.min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_weighs_what_it_is_and_numbers_weigh_many_times_more() {
        let text = format!("\"{}\"", "a,b:[{\\\"".repeat(1000));
        assert!(weight(text.as_bytes()) < text.len() + 200);
        let numbers = format!("[{}7]", "7,".repeat(999));
        assert!(weight(numbers.as_bytes()) > 72 * 1000 && weight(numbers.as_bytes()) < 110 * 1000);
        let objects = format!("[{}{{}}]", "{\"a\":1},".repeat(999));
        assert!(weight(objects.as_bytes()) > 300 * 1000);
    }

    #[test]
    fn any_text_has_a_weight() {
        for text in ["", "\"", "\"\\", "[[[[", "}}}", "\u{fffd}\"\\\""] {
            assert!(weight(text.as_bytes()) >= text.len());
        }
    }
}
