//! What is sent of a change of a chunk: the points that are new in it, not all that it holds. Pure.
//!
//! Points of a full open chunk that move are new in the chunk before it, so they are sent once more: a viewer keeps points
//! by their step.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::series::LOWER;

const POINTS: &str = "points";

/// The texts of a chunk before and after a change, with the points that the change brought alone; nothing where the
/// document is no chunk.
pub fn news(before: &str, after: &str) -> Option<(String, String)> {
    let parse = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let (mut before, mut after) = (parse(before)?, parse(after)?);
    if !after.contains_key(LOWER) {
        return None;
    }
    let (Value::Array(old), Value::Array(new)) = (take(&mut before)?, take(&mut after)?) else { return None };
    let step = |point: &Value| point.get("step").and_then(Value::as_i64);
    let had: HashMap<Option<i64>, &Value> = old.iter().map(|point| (step(point), point)).collect();
    let news = new.into_iter().filter(|point| had.get(&step(point)) != Some(&point)).collect();
    after.insert(POINTS.into(), Value::Array(news));
    before.insert(POINTS.into(), Value::Array(Vec::new()));
    Some((Value::Object(before).to_string(), Value::Object(after).to_string()))
}

/// The points, which leave their place for others.
fn take(members: &mut Map<String, Value>) -> Option<Value> {
    members.shift_remove(POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_chunk_has_its_new_points_and_what_else_there_is() {
        let before = r#"{"_id":"i","chunk":0,"last":2,"points":[{"step":1,"value":1},{"step":2,"value":2}]}"#;
        let after = r#"{"_id":"i","chunk":0,"last":3,"points":[{"step":1,"value":1},{"step":2,"value":5.5},{"step":3,"value":"NaN"}]}"#;
        let (old, new) = news(before, after).unwrap();
        assert_eq!(old, r#"{"_id":"i","chunk":0,"last":2,"points":[]}"#);
        assert_eq!(
            new,
            r#"{"_id":"i","chunk":0,"last":3,"points":[{"step":2,"value":5.5},{"step":3,"value":"NaN"}]}"#
        );
    }

    #[test]
    fn a_document_that_a_client_cut_is_told_whole() {
        assert_eq!(news(r#"{"points":[]}"#, r#"{"points":[{"step":1,"value":1}]}"#), None);
    }
}
