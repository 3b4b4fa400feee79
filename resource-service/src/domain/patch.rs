//! JSON Patch (RFC 6902), within bounds that keep a small patch from making a huge document.

pub use json_patch::Patch;
use json_patch::{AddOperation, PatchErrorKind, PatchOperation};
use serde_json::Value;

use super::{scalar::equal, scan::MAX_NESTING};

/// The most operations of a patch.
pub const MAX_OPERATIONS: usize = 1_000;
/// The most that all `copy` operations of a patch may copy, in values and bytes of text.
const MAX_COPIED: usize = 4 * 1024 * 1024;
/// The most values that a patch may measure, or shift within arrays and objects. A thousand insertions at the front of
/// an array of 30,000 items are within it.
const MAX_WORK: usize = 32 * 1024 * 1024;

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
    /// The document would be nested too deeply.
    #[error(
        "operation {at}: the document would be nested {levels} levels deep; at most {MAX_NESTING} are allowed"
    )]
    TooDeep {
        /// The operation.
        at: usize,
        /// How deep it would be.
        levels: usize,
    },
    /// The document would grow too large.
    #[error("operation {at}: the copies of a patch may have at most {MAX_COPIED} bytes in all")]
    TooLarge {
        /// The operation.
        at: usize,
    },
    /// The patch would take too long.
    #[error(
        "operation {at}: the patch moves more than {MAX_WORK} values; send the new document with PUT instead"
    )]
    TooCostly {
        /// The operation.
        at: usize,
    },
}

/// What the operations of a patch have cost so far.
#[derive(Default)]
struct Spent {
    copied: usize,
    work: usize,
}

/// Whether an operation compares or copies what the document holds already, so that its outcome reveals what that is.
pub fn reads(operations: &Patch) -> bool {
    let reading = |operation: &PatchOperation| {
        matches!(operation, PatchOperation::Test(_) | PatchOperation::Copy(_) | PatchOperation::Move(_))
    };
    operations.iter().any(reading)
}

/// Applies every operation, in order. After an error `document` is half changed: discard it.
///
/// Each operation is measured before it is done, so that the document is never deeper than [`MAX_NESTING`].
pub fn apply(document: &mut Value, operations: &Patch) -> Result<(), Unpatchable> {
    let mut spent = Spent::default();
    for (at, operation) in operations.iter().enumerate() {
        let path = operation.path().as_str();
        let misplaced = |reason| Unpatchable::Place { at, path: path.to_owned(), reason };
        spent.admit(document, at, operation)?;
        step(document, operation).map_err(|kind| match kind {
            PatchErrorKind::TestFailed => Unpatchable::Test { at, path: path.to_owned() },
            PatchErrorKind::InvalidFromPointer => misplaced("there is nothing at \"from\""),
            PatchErrorKind::CannotMoveInsideItself => misplaced("a value cannot move into itself"),
            _ => misplaced("there is no such place in the document"),
        })?;
    }
    Ok(())
}

impl Spent {
    /// Refuses an operation whose result would be too deep or too large, or that would cost too much.
    fn admit(&mut self, document: &Value, at: usize, operation: &PatchOperation) -> Result<(), Unpatchable> {
        let path = operation.path().as_str();
        let nested = |below: usize| match levels(path) + below {
            levels if levels > MAX_NESTING => Err(Unpatchable::TooDeep { at, levels }),
            _ => Ok(()),
        };
        let found = |from: &str| document.pointer(from);
        match operation {
            PatchOperation::Add(add) => nested(depth(&add.value))?,
            PatchOperation::Replace(replace) => nested(depth(&replace.value))?,
            PatchOperation::Copy(copy) => {
                let from = found(copy.from.as_str());
                self.copied += from.map_or(0, weight);
                if self.copied > MAX_COPIED {
                    return Err(Unpatchable::TooLarge { at });
                }
                nested(from.map_or(0, depth))?;
            }
            PatchOperation::Move(step) => {
                // What does not go deeper than it was need not be measured.
                if levels(path) > levels(step.from.as_str())
                    && let Some(from) = found(step.from.as_str())
                {
                    self.work += weight(from);
                    nested(depth(from))?;
                }
                self.work += beside(document, step.from.as_str());
            }
            PatchOperation::Test(_) | PatchOperation::Remove(_) => nested(0)?,
        }
        if !matches!(operation, PatchOperation::Test(_)) {
            self.work += beside(document, path);
        }
        if self.work > MAX_WORK { Err(Unpatchable::TooCostly { at }) } else { Ok(()) }
    }
}

/// How many objects and arrays a pointer leads through.
fn levels(pointer: &str) -> usize {
    pointer.matches('/').count()
}

/// How many values lie in the container that a pointer leads into: as many may be shifted when one comes or goes.
fn beside(document: &Value, pointer: &str) -> usize {
    match pointer.rsplit_once('/').and_then(|(parent, _)| document.pointer(parent)) {
        Some(Value::Array(items)) => items.len(),
        Some(Value::Object(members)) => members.len(),
        _ => 0,
    }
}

/// Applies one operation. What takes a member away is done here, so that the others keep their order; and so is a test, in
/// which numbers are equal by value (RFC 6902 section 4.6).
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
        PatchOperation::Test(test) => match document.pointer(test.path.as_str()) {
            Some(found) if equal(found, &test.value) => Ok(()),
            Some(_) => Err(PatchErrorKind::TestFailed),
            None => Err(PatchErrorKind::InvalidPointer),
        },
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
pub fn weight(value: &Value) -> usize {
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
    fn a_test_compares_numbers_by_their_exact_value() {
        let big: Value = serde_json::from_str("9007199254740993").unwrap();
        let document = json!({"a": 1, "b": [1.0, {"c": -0.0}], "big": big, "t": "1"});
        for (path, value, holds) in [
            ("/a", json!(1.0), true),
            ("/b", json!([1, {"c": 0}]), true),
            ("", json!({"t": "1", "big": big, "b": [1, {"c": 0.0}], "a": 1e0}), true),
            ("/a", json!(1.5), false),
            ("/big", json!(9_007_199_254_740_992.0), false),
            ("/b", json!([1]), false),
            ("/b/1", json!({"c": 0, "d": 0}), false),
            ("/t", json!(1), false),
            ("/a", json!(true), false),
        ] {
            let tested = patched(&document, &json!([{"op": "test", "path": path, "value": value}]));
            assert_eq!(tested.is_ok(), holds, "{path} {value}: {tested:?}");
        }
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
            json!({"op": "test", "path": "/b", "value": null}),
        ] {
            let fault = patched(&document, &json!([{"op": "test", "path": "/a", "value": 1}, patch]));
            assert!(matches!(fault, Err(Unpatchable::Place { at: 1, .. })), "{patch}: {fault:?}");
        }
    }

    #[test]
    fn a_patch_that_doubles_the_document_again_and_again_is_refused() {
        let double = |n| json!({"op": "copy", "from": "", "path": format!("/a{n}")});
        let bomb = (0..60).map(double).collect();
        assert!(matches!(patched(&json!({"x": "y"}), &bomb), Err(Unpatchable::TooLarge { .. })));
    }

    /// An object within an object, so many levels deep.
    fn nested(levels: usize) -> Value {
        (1..levels).fold(json!({}), |inner, _| json!({"q": inner}))
    }

    #[test]
    fn no_operation_makes_a_document_deeper_than_a_hundred_levels() {
        let document = json!({"a": nested(60), "b": {}, "list": [nested(50)]});
        let bottom = format!("/a{}", "/q".repeat(59));
        let fits = format!("/a{}", "/q".repeat(38));
        for (operation, deepest) in [
            (json!({"op": "copy", "from": "/a", "path": format!("{bottom}/again")}), 121),
            (json!({"op": "move", "from": "/list/0", "path": format!("{bottom}/again")}), 111),
            (json!({"op": "add", "path": format!("{bottom}/q"), "value": nested(40)}), 101),
            (json!({"op": "replace", "path": format!("{bottom}"), "value": nested(41)}), 101),
            (json!({"op": "add", "path": "/a".repeat(101), "value": 1}), 101),
            (json!({"op": "test", "path": "/a".repeat(101), "value": 1}), 101),
            (json!({"op": "remove", "path": "/a".repeat(101)}), 101),
        ] {
            let refusal = patched(&document, &json!([operation]));
            assert_eq!(refusal, Err(Unpatchable::TooDeep { at: 0, levels: deepest }), "{operation}");
        }
        for operation in [
            json!({"op": "copy", "from": "/a", "path": format!("{fits}/again")}),
            json!({"op": "add", "path": format!("{bottom}/q"), "value": nested(39)}),
            json!({"op": "move", "from": bottom, "path": "/b/c"}),
        ] {
            let document = patched(&document, &json!([operation])).unwrap();
            assert!(depth(&document) <= MAX_NESTING, "{operation}");
        }
    }

    #[test]
    fn a_tree_copied_into_itself_sixty_times_ends_in_a_refusal() {
        let path = |n: usize| format!("/a{}", "/q".repeat(n * 10));
        let copies = (1..=60).map(|n| json!({"op": "copy", "from": "/a", "path": path(n)})).collect();
        let refusal = patched(&json!({"a": nested(10)}), &copies);
        assert!(matches!(refusal, Err(Unpatchable::TooDeep { .. })), "{refusal:?}");
    }

    #[test]
    fn operations_that_shift_many_values_are_refused_before_they_take_seconds() {
        let document = json!({"list": vec![0; 100_000], "empty": {}});
        let front = vec![json!({"op": "add", "path": "/list/0", "value": 1}); MAX_OPERATIONS];
        assert!(matches!(patched(&document, &front.into()), Err(Unpatchable::TooCostly { .. })));
        let back = vec![json!({"op": "add", "path": "/empty/a", "value": 1}); MAX_OPERATIONS];
        assert!(patched(&document, &back.into()).is_ok());
        let beyond = json!([{"op": "add", "path": "/list/100001", "value": 1}]);
        assert!(matches!(patched(&document, &beyond), Err(Unpatchable::Place { at: 0, .. })));
    }
}
