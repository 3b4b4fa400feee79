//! What is different between two definitions of a collection, member by member, whatever the members are.

use serde_json::Value;
use shared_models::definitions::DefinitionChange;

use super::pointer;

/// The most differences that are reported.
pub const MAX_CHANGES: usize = 100;
/// Members that keep something beside the documents. Who turns one off loses what was kept.
const KEEPS: [&str; 3] = ["/versioned", "/soft_delete", "/artifacts"];
/// Limits of what is kept. Who lowers one loses what is beyond it.
const LIMITS: [&str; 2] = ["/keep/versions", "/keep/days"];

/// The differences between two definitions, at most [`MAX_CHANGES`], those that lose something first; the definition itself
/// where there was none.
pub fn changes(before: Option<&Value>, after: &Value) -> Vec<DefinitionChange> {
    let mut found = Vec::new();
    compare(before, Some(after), "", &mut found);
    // Stable: otherwise they stay in the order of the definition. None is cut off before all have been looked at.
    found.sort_by_key(|change| change.breaks.is_none());
    found.truncate(MAX_CHANGES);
    found
}

/// Objects are compared member by member, everything else as a whole.
fn compare(before: Option<&Value>, after: Option<&Value>, place: &str, found: &mut Vec<DefinitionChange>) {
    if before == after {
        return;
    }
    if let (Some(Value::Object(old)), Some(Value::Object(new))) = (before, after) {
        for (name, value) in old {
            compare(Some(value), new.get(name), &pointer(place, name), found);
        }
        for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
            compare(None, Some(value), &pointer(place, name), found);
        }
        return;
    }
    let turned_off = KEEPS.contains(&place) && is_on(before) && !is_on(after);
    let breaks = if turned_off {
        Some(format!("what {} has kept could no longer be read", &place[1..]))
    } else if place == "/keep" && is_on(after) || LIMITS.contains(&place) && is_tighter(before, after) {
        Some("what is kept beyond this limit is removed for good".to_owned())
    } else {
        None
    };
    found.push(DefinitionChange {
        pointer: place.to_owned(),
        before: before.cloned(),
        after: after.cloned(),
        breaks,
    });
}

/// Whether a limit becomes lower, or comes to be.
fn is_tighter(before: Option<&Value>, after: Option<&Value>) -> bool {
    let number = |limit: Option<&Value>| limit.and_then(Value::as_u64);
    number(after).is_some_and(|after| number(before).is_none_or(|before| after < before))
}

fn is_on(member: Option<&Value>) -> bool {
    !matches!(member, None | Some(Value::Null | Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(before: &Value, after: &Value) -> Vec<(String, bool)> {
        let found = changes(Some(before), after).into_iter();
        found.map(|change| (change.pointer, change.breaks.is_some())).collect()
    }

    #[test]
    fn members_are_compared_whatever_they_are_called() {
        let before = json!({"name": "a", "schema": {"x/y": 1, "z": [1]}, "max_age": 5});
        let after = json!({"name": "a", "schema": {"x/y": 2, "z": [1]}, "new": {"member": true}});
        let expected = [("/schema/x~1y", false), ("/max_age", false), ("/new", false)];
        assert_eq!(places(&before, &after), expected.map(|(place, breaks)| (place.to_owned(), breaks)));
        assert_eq!(places(&before, &before), []);
        let whole = changes(None, &after);
        assert_eq!((whole.len(), whole[0].pointer.as_str(), &whole[0].before), (1, "", &None));
    }

    #[test]
    fn a_lower_limit_of_what_is_kept_loses_something() {
        let keep = |keep: Value| json!({"versioned": true, "keep": keep});
        let none = json!({"versioned": true});
        assert_eq!(places(&none, &keep(json!({"days": 5}))), [("/keep".into(), true)]);
        assert_eq!(places(&keep(json!({"days": 5})), &none), [("/keep".into(), false)]);
        for (before, after, place, breaks) in [
            (json!({"days": 5}), json!({"days": 4}), "/keep/days", true),
            (json!({"days": 5}), json!({"days": 6}), "/keep/days", false),
            (json!({"days": 5}), json!({"days": 5, "versions": 9}), "/keep/versions", true),
            (json!({"days": 5, "versions": 9}), json!({"days": 5}), "/keep/versions", false),
        ] {
            assert_eq!(places(&keep(before), &keep(after)), [(place.into(), breaks)], "{place}");
        }
    }

    #[test]
    fn no_number_of_differences_hides_one_that_loses_something() {
        let with = |text: &str, versioned: bool| {
            let described = (0..2 * MAX_CHANGES).map(|n| (format!("a{n}"), json!({"description": text})));
            let described: serde_json::Map<String, Value> = described.collect();
            json!({"name": "things", "schema": {"properties": described}, "versioned": versioned})
        };
        let found = places(&with("old", true), &with("new", false));
        assert_eq!((found.len(), &found[0]), (MAX_CHANGES, &("/versioned".into(), true)));
    }

    #[test]
    fn the_order_of_members_is_no_difference() {
        assert_eq!(places(&json!({"a": 1, "b": 2}), &json!({"b": 2, "a": 1})), []);
    }

    #[test]
    fn turning_off_what_keeps_something_breaks_and_turning_it_on_does_not() {
        let kept = json!({"versioned": true, "artifacts": {"max_bytes": 1}});
        let bare = json!({"versioned": false});
        assert_eq!(places(&kept, &bare), [("/versioned".into(), true), ("/artifacts".into(), true)]);
        assert_eq!(places(&bare, &kept), [("/versioned".into(), false), ("/artifacts".into(), false)]);
        let less = json!({"versioned": true, "artifacts": {"max_bytes": 0}});
        assert_eq!(places(&kept, &less), [("/artifacts/max_bytes".into(), false)]);
    }

    #[test]
    fn no_more_than_a_hundred_are_told() {
        let many: Value =
            (0..500).map(|n| (n.to_string(), n.into())).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(changes(Some(&json!({})), &many).len(), MAX_CHANGES);
    }
}
