//! What leads from one JSON object to another, as a JSON patch (RFC 6902) of bounded size. Pure.

use json_patch::{
    AddOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation, jsonptr::PointerBuf,
};
use serde_json::{Map, Value};

use super::{diff::same, patch::weight};

/// The bytes that the operations within one member may always have.
const SMALL: usize = 4096;
/// About the bytes of an operation without its path and its value.
const OPERATION: usize = 32;

/// The difference from `before` to `after`. Each operation repeats the whole path to its place, so a member is replaced
/// as a whole where single operations would be more than twice as long as it.
pub fn delta(before: &Map<String, Value>, after: &Map<String, Value>) -> Patch {
    let mut walk = Walk { path: PointerBuf::new(), found: Vec::new(), room: 0 };
    for (name, value) in after {
        walk.path.push_back(name);
        match before.get(name) {
            None => walk.found.push(walk.add(value)),
            Some(old) => {
                let so_far = walk.found.len();
                walk.room = SMALL.max(2 * weight(value));
                if walk.value(old, value).is_none() {
                    walk.found.truncate(so_far);
                    walk.found.push(walk.replace(value));
                }
            }
        }
        walk.path.pop_back();
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        walk.path.push_back(name);
        walk.found.push(walk.remove());
        walk.path.pop_back();
    }
    Patch(walk.found)
}

struct Walk {
    path: PointerBuf,
    found: Vec<PatchOperation>,
    /// The bytes that further operations within the member may have.
    room: usize,
}

impl Walk {
    fn add(&self, value: &Value) -> PatchOperation {
        PatchOperation::Add(AddOperation { path: self.path.clone(), value: value.clone() })
    }

    fn replace(&self, value: &Value) -> PatchOperation {
        PatchOperation::Replace(ReplaceOperation { path: self.path.clone(), value: value.clone() })
    }

    fn remove(&self) -> PatchOperation {
        PatchOperation::Remove(RemoveOperation { path: self.path.clone() })
    }

    /// Makes room for an operation here; `None` where there is too little.
    fn take_room(&mut self, value: Option<&Value>) -> Option<()> {
        let bytes = OPERATION + self.path.as_str().len() + value.map_or(0, weight);
        self.room = self.room.checked_sub(bytes)?;
        Some(())
    }

    /// The steps from one value to another; `None` where they are too long.
    fn value(&mut self, before: &Value, after: &Value) -> Option<()> {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.members(before, after),
            (Value::Array(before), Value::Array(after)) => self.items(before, after),
            (before, after) if same(before, after) => Some(()),
            (_, after) => {
                self.take_room(Some(after))?;
                self.found.push(self.replace(after));
                Some(())
            }
        }
    }

    fn members(&mut self, before: &Map<String, Value>, after: &Map<String, Value>) -> Option<()> {
        for (name, value) in after {
            self.path.push_back(name);
            let done = match before.get(name) {
                Some(old) => self.value(old, value),
                None => self.take_room(Some(value)).map(|()| self.found.push(self.add(value))),
            };
            self.path.pop_back();
            done?;
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            self.path.push_back(name);
            let done = self.take_room(None).map(|()| self.found.push(self.remove()));
            self.path.pop_back();
            done?;
        }
        Some(())
    }

    /// Items are compared place by place. What is beyond the shorter array comes or goes at its end.
    fn items(&mut self, before: &[Value], after: &[Value]) -> Option<()> {
        for at in 0..before.len().max(after.len()) {
            self.path.push_back(at.min(after.len()));
            let done = match (before.get(at), after.get(at)) {
                (Some(old), Some(new)) => self.value(old, new),
                (_, Some(new)) => self.take_room(Some(new)).map(|()| self.found.push(self.add(new))),
                (_, None) => self.take_room(None).map(|()| self.found.push(self.remove())),
            };
            self.path.pop_back();
            done?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::patch::apply;

    fn between(before: &Value, after: &Value) -> Value {
        let patch = delta(before.as_object().unwrap(), after.as_object().unwrap());
        let mut patched = before.clone();
        apply(&mut patched, &patch).unwrap();
        assert!(same(&patched, after), "{patch:?} makes {patched} of {before}");
        serde_json::to_value(patch).unwrap()
    }

    #[test]
    fn the_patch_leads_from_one_to_the_other_by_small_steps() {
        for (before, after, expected) in [
            (json!({"a": 1}), json!({"a": 1}), json!([])),
            (
                json!({"a": 1}),
                json!({"b": 1}),
                json!([
                {"op": "add", "path": "/b", "value": 1}, {"op": "remove", "path": "/a"}]),
            ),
            (
                json!({"a": {"b": 1, "c/d~": 2}}),
                json!({"a": {"b": 1, "c/d~": 3}}),
                json!([
                {"op": "replace", "path": "/a/c~1d~0", "value": 3}]),
            ),
            (
                json!({"a": [1, 2, 3]}),
                json!({"a": [0]}),
                json!([
                {"op": "replace", "path": "/a/0", "value": 0}, {"op": "remove", "path": "/a/1"},
                {"op": "remove", "path": "/a/1"}]),
            ),
            (
                json!({"a": [1]}),
                json!({"a": [1, {"b": 2}]}),
                json!([
                {"op": "add", "path": "/a/1", "value": {"b": 2}}]),
            ),
            (
                json!({"a": [1]}),
                json!({"a": {"b": 1}}),
                json!([
                {"op": "replace", "path": "/a", "value": {"b": 1}}]),
            ),
            (json!({"a": 0.0}), json!({"a": -0.0}), json!([{"op": "replace", "path": "/a", "value": -0.0}])),
            (json!({"a": null}), json!({}), json!([{"op": "remove", "path": "/a"}])),
        ] {
            assert_eq!(between(&before, &after), expected, "{before} -> {after}");
        }
    }

    #[test]
    fn a_member_of_which_most_has_changed_is_replaced_as_a_whole() {
        let name = "n".repeat(10_000);
        let before = json!({"a": {&name: vec![0; 1000]}, "b": vec![0; 5000], "c": [1]});
        let after = json!({"a": {&name: vec![1; 1000]}, "b": vec![1; 10], "c": [2]});
        let patch = between(&before, &after);
        let places: Vec<_> = patch.as_array().unwrap().iter().map(|step| &step["path"]).collect();
        assert_eq!(places, ["/a", "/b", "/c/0"]);
        assert!(patch.to_string().len() < 2 * after.to_string().len() + SMALL);
    }
}
