//! How much memory a JSON text takes once it is parsed. Pure.

/// Bytes of a `serde_json::Value`.
const VALUE: usize = 72;
/// The fewest values that a list which is not empty has room for.
const SMALLEST: usize = 4;
/// How deeply nested lists are counted one by one. No text that is nested deeper is parsed.
const DEEPEST: usize = 256;
/// Bytes of a member of an object beside its value: hash, name, the name's own allocation, a place in the table.
const MEMBER: usize = 72;
/// Bytes of an object that is not empty, its members apart.
const OBJECT: usize = 192;

/// About the bytes that a JSON text takes at most while it is made a tree of values, strings included. Found by
/// counting; nothing is parsed, and a text that is not JSON has a weight too.
pub fn weight(text: &[u8]) -> usize {
    let (mut members, mut objects, mut at) = (0, 0, 0);
    let mut lists = Lists::default();
    // How many values the open lists have so far; objects have none.
    let mut open: Vec<usize> = Vec::new();
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = end_of_string(text, at),
            b',' => {
                if let Some(values) = open.last_mut().filter(|values| **values > 0) {
                    *values += 1;
                }
            }
            b':' => members += 1,
            b'[' | b'{' => {
                let is_list = *byte == b'[';
                objects += usize::from(!is_list);
                if open.len() < DEEPEST {
                    open.push(usize::from(is_list));
                }
            }
            b']' | b'}' => lists.add(open.pop().unwrap_or_default()),
            _ => {}
        }
    }
    for values in open {
        lists.add(values);
    }
    text.len() + lists.bytes() + members * (MEMBER + VALUE) + objects * OBJECT
}

/// The room that lists have, in values.
#[derive(Default)]
struct Lists {
    room: usize,
    largest: usize,
}

impl Lists {
    /// A list grows by doubling.
    fn add(&mut self, values: usize) {
        if values > 0 {
            let room = values.next_power_of_two().max(SMALLEST);
            self.room += room;
            self.largest = self.largest.max(room);
        }
    }

    /// While a list grows, the half that it had is there beside what it gets.
    fn bytes(&self) -> usize {
        (self.room + self.largest / 2) * VALUE
    }
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
        let numbers = format!("[{}7]", "7,".repeat(1023));
        assert_eq!(weight(numbers.as_bytes()), numbers.len() + (1024 + 512) * 72);
        let one_more = format!("[{}7]", "7,".repeat(1024));
        assert_eq!(
            weight(one_more.as_bytes()),
            one_more.len() + (2048 + 1024) * 72,
            "it has doubled once more"
        );
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
