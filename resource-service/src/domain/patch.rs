//! JSON Patch (RFC 6902), within bounds that keep a small patch from making a huge document.

pub use json_patch::Patch;
use json_patch::{AddOperation, PatchErrorKind, PatchOperation};
use serde_json::Value;

use super::scan::MAX_NESTING;

/// The most operations of a patch.
pub const MAX_OPERATIONS: usize = 1_000;
/// The most that all `copy` operations of a patch may copy, in values and bytes of text.
const MAX_COPIED: usize = 4 * 1024 * 1024;

/// Why a patch does not apply. Each names the operation by its index.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpatchable {
    /// A `test` found something else.
    #[error("operation {at}: the test of {path:?} failed")]
    Test {
        /// The operation.
        at: usize,
        /// Where it looked.
        path: String,
    },
    /// The operation has no place in the document.
    #[error("operation {at} at {path:?}: {reason}")]
    Place {
        /// The operation.
        at: usize,
        /// Where it wanted to go.
        path: String,
        /// What is wrong there.
        reason: &'static str,
    },
    /// The document would grow too large.
    #[error("operation {at}: too much is copied")]
    TooLarge {
        /// The operation.
        at: usize,
    },
}

/// Applies every operation, in order. After an error `document` is in between: throw it away.
pub fn apply(document: &mut Value, operations: &Patch) -> Result<(), Unpatchable> {
    let mut copied = 0;
    for (at, operation) in operations.iter().enumerate() {
        let path = operation.path().as_str();
        let misplaced = |reason| Unpatchable::Place { at, path: path.to_owned(), reason };
        if path.matches('/').count() > MAX_NESTING {
            return Err(misplaced("the path is deeper than a document can be"));
        }
        if let PatchOperation::Copy(copy) = operation {
            copied += document.pointer(copy.from.as_str()).map_or(0, weight);
            if copied > MAX_COPIED {
                return Err(Unpatchable::TooLarge { at });
            }
        }
        step(document, operation).map_err(|kind| match kind {
            PatchErrorKind::TestFailed => Unpatchable::Test { at, path: path.to_owned() },
            PatchErrorKind::InvalidFromPointer => misplaced("there is nothing at \"from\""),
            PatchErrorKind::CannotMoveInsideItself => misplaced("a value cannot move into itself"),
            _ => misplaced("there is no such place in the document"),
        })?;
    }
    Ok(())
}

/// Applies one operation. What takes a member away is done here, so that the others keep their order.
fn step(document: &mut Value, operation: &PatchOperation) -> Result<(), PatchErrorKind> {
    match operation {
        PatchOperation::Remove(remove) => take(document, remove.path.as_str()).map(|_| ()),
        PatchOperation::Move(step) => {
            let (from, path) = (step.from.as_str(), step.path.as_str());
            if path.strip_prefix(from).is_some_and(|rest| rest.starts_with('/')) {
                return Err(PatchErrorKind::CannotMoveInsideItself);
            }
            let value = take(document, from).map_err(|_| PatchErrorKind::InvalidFromPointer)?;
            apply_one(document, &PatchOperation::Add(AddOperation { path: step.path.clone(), value }))
        }
        other => apply_one(document, other),
    }
}

/// Takes the value at a pointer out of the document.
fn take(document: &mut Value, pointer: &str) -> Result<Value, PatchErrorKind> {
    let (parent, name) = pointer.rsplit_once('/').ok_or(PatchErrorKind::InvalidPointer)?;
    let taken = match document.pointer_mut(parent) {
        Some(Value::Object(members)) => members.shift_remove(&name.replace("~1", "/").replace("~0", "~")),
        Some(Value::Array(items)) => {
            let at = name.parse::<usize>().ok().filter(|at| *at < items.len() && at.to_string() == name);
            at.map(|at| items.remove(at))
        }
        _ => None,
    };
    taken.ok_or(PatchErrorKind::InvalidPointer)
}

fn apply_one(document: &mut Value, operation: &PatchOperation) -> Result<(), PatchErrorKind> {
    json_patch::patch_unsafe(document, std::slice::from_ref(operation)).map_err(|fault| fault.kind)
}

/// Roughly the bytes of a value's text.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(items) => 2 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            2 + members.iter().map(|(name, value)| name.len() + weight(value)).sum::<usize>()
        }
        Value::String(text) => text.len() + 2,
        _ => 8,
    }
}

/// How deep objects and arrays are nested.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(document: &Value, patch: &Value) -> Result<Value, Unpatchable> {
        let (mut document, patch) = (document.clone(), serde_json::from_value(patch.clone()).unwrap());
        apply(&mut document, &patch).map(|()| document)
    }

    /// Examples of RFC 6902 appendix A.
    #[test]
    fn the_examples_of_the_rfc_hold() {
        for (document, patch, expected) in [
            (
                json!({"foo": "bar"}),
                json!([{"op": "add", "path": "/baz", "value": "qux"}]),
                json!({"baz": "qux", "foo": "bar"}),
            ),
            (
                json!({"foo": ["bar", "baz"]}),
                json!([{"op": "add", "path": "/foo/1", "value": "qux"}]),
                json!({"foo": ["bar", "qux", "baz"]}),
            ),
            (
                json!({"baz": "qux", "foo": "bar"}),
                json!([{"op": "remove", "path": "/baz"}]),
                json!({"foo": "bar"}),
            ),
            (
                json!({"foo": ["bar", "qux", "baz"]}),
                json!([{"op": "remove", "path": "/foo/1"}]),
                json!({"foo": ["bar", "baz"]}),
            ),
            (
                json!({"baz": "qux"}),
                json!([{"op": "replace", "path": "/baz", "value": "boo"}]),
                json!({"baz": "boo"}),
            ),
            (
                json!({"foo": {"waldo": "fred"}, "qux": {}}),
                json!([{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}]),
                json!({"foo": {}, "qux": {"thud": "fred"}}),
            ),
            (
                json!({"/": 9, "~1": 10}),
                json!([{"op": "test", "path": "/~01", "value": 10}]),
                json!({"/": 9, "~1": 10}),
            ),
            (
                json!({"foo": ["bar"]}),
                json!([{"op": "add", "path": "/foo/-", "value": ["abc"]}]),
                json!({"foo": ["bar", ["abc"]]}),
            ),
        ] {
            assert_eq!(patched(&document, &patch), Ok(expected), "{patch}");
        }
    }

    #[test]
    fn what_stays_keeps_its_order() {
        let patch = json!([{"op": "remove", "path": "/b"}, {"op": "move", "from": "/a", "path": "/e"}]);
        let patched = patched(&json!({"a": 1, "b": 2, "c": [3, 4], "d": 5}), &patch).unwrap();
        assert_eq!(patched.to_string(), r#"{"c":[3,4],"d":5,"e":1}"#);
        let patch = json!([{"op": "move", "from": "/c/1", "path": "/c/0"}, {"op": "remove", "path": "/c/1"}]);
        assert_eq!(self::patched(&patched, &patch).unwrap()["c"], json!([4]));
    }

    #[test]
    fn what_does_not_apply_names_its_operation() {
        let document = json!({"a": 1});
        let test = patched(&document, &json!([{"op": "test", "path": "/a", "value": 2}]));
        assert_eq!(test, Err(Unpatchable::Test { at: 0, path: "/a".into() }));
        for patch in [
            json!({"op": "remove", "path": "/b"}),
            json!({"op": "add", "path": "/b/c", "value": 1}),
            json!({"op": "replace", "path": "/b", "value": 1}),
            json!({"op": "copy", "from": "/b", "path": "/c"}),
            json!({"op": "move", "from": "/b", "path": "/c"}),
            json!({"op": "move", "from": "/a", "path": "/a/b"}),
            json!({"op": "remove", "path": ""}),
            json!({"op": "add", "path": "/a".repeat(101), "value": 1}),
        ] {
            let fault = patched(&document, &json!([{"op": "test", "path": "/a", "value": 1}, patch]));
            assert!(matches!(fault, Err(Unpatchable::Place { at: 1, .. })), "{patch}: {fault:?}");
        }
    }

    #[test]
    fn a_patch_that_doubles_the_document_again_and_again_is_stopped() {
        let double = |n| json!({"op": "copy", "from": "", "path": format!("/a{n}")});
        let bomb = (0..60).map(double).collect();
        assert!(matches!(patched(&json!({"x": "y"}), &bomb), Err(Unpatchable::TooLarge { .. })));
    }
}
