//! The state of the key ring in the audit log: the keys by id, and which of them signs. Knows no key.

use std::collections::BTreeMap;

use super::{
    audit::{Action, Entry},
    id,
};

/// What is followed of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// Whether it signs.
    pub signs: bool,
    /// Distinguishes it from another key of the same `kid`; absent where an earlier version recorded it.
    pub fingerprint: Option<String>,
}

impl KeyState {
    /// Whether both can be of one key.
    fn is_of_same_key(&self, other: &Self) -> bool {
        match (&self.fingerprint, &other.fingerprint) {
            (Some(one), Some(another)) => one == another,
            _ => true,
        }
    }
}

/// The keys of a ring by `kid`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RingState(BTreeMap<String, KeyState>);

impl FromIterator<(String, KeyState)> for RingState {
    fn from_iter<I: IntoIterator<Item = (String, KeyState)>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl RingState {
    /// Every key by `kid`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &KeyState)> {
        self.0.iter().map(|(kid, key)| (kid.as_str(), key))
    }

    /// The key of this `kid`, if it is `key`.
    fn same(&self, kid: &str, key: &KeyState) -> Option<&KeyState> {
        self.0.get(kid).filter(|found| found.is_of_same_key(key))
    }

    /// The entries, made from `template`, of the changes from the state `before` to this one. Their ids are the same on
    /// every replica that uses the same template.
    pub fn entries(&self, before: &Self, template: &Entry) -> Vec<Entry> {
        let entry = |(action, kid): (Action, &str)| {
            let id = id::of(&format!("{} {kid}", action.name()), template.at);
            Entry { id, action, ..template.on("key", kid) }
        };
        self.steps(before).into_iter().map(entry).collect()
    }

    /// Each step, and the `kid` of its key. Another key of the same `kid` is an addition and a removal.
    fn steps<'r>(&'r self, before: &'r Self) -> Vec<(Action, &'r str)> {
        let mut steps = Vec::new();
        for (kid, key) in self.iter() {
            let known = before.same(kid, key);
            if known.is_none() {
                steps.push((Action::SigningKeyAdded, kid));
            }
            match (known.is_some_and(|known| known.signs), key.signs) {
                (false, true) => steps.push((Action::SigningKeyPromoted, kid)),
                (true, false) => steps.push((Action::SigningKeyRetired, kid)),
                _ => {}
            }
        }
        let gone = before.iter().filter(|(kid, key)| self.same(kid, key).is_none());
        steps.extend(gone.map(|(kid, _)| (Action::SigningKeyRemoved, kid)));
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::{Action::*, *};

    fn state(keys: &[(&str, bool)]) -> RingState {
        let key = |signs| KeyState { signs, fingerprint: Some("f".into()) };
        keys.iter().map(|(kid, signs)| ((*kid).to_owned(), key(*signs))).collect()
    }

    #[test]
    fn a_rotation_is_an_addition_a_change_of_the_key_that_signs_and_a_removal() {
        let (none, old) = (RingState::default(), state(&[("a", true)]));
        let (both, turned, new) =
            (state(&[("a", true), ("b", false)]), state(&[("a", false), ("b", true)]), state(&[("b", true)]));
        assert_eq!(old.steps(&none), [(SigningKeyAdded, "a"), (SigningKeyPromoted, "a")]);
        assert_eq!(old.steps(&old), []);
        assert_eq!(both.steps(&old), [(SigningKeyAdded, "b")]);
        assert_eq!(turned.steps(&both), [(SigningKeyRetired, "a"), (SigningKeyPromoted, "b")]);
        assert_eq!(new.steps(&turned), [(SigningKeyRemoved, "a")]);
        assert_eq!(both.steps(&turned), [(SigningKeyPromoted, "a"), (SigningKeyRetired, "b")]);
    }

    #[test]
    fn another_key_of_the_same_kid_is_an_addition_and_a_removal() {
        let of = |fingerprint: Option<&str>, signs| -> RingState {
            let key = KeyState { signs, fingerprint: fingerprint.map(str::to_owned) };
            [("a".to_owned(), key)].into_iter().collect()
        };
        let (one, another) = (of(Some("1"), true), of(Some("2"), true));
        let replaced = [(SigningKeyAdded, "a"), (SigningKeyPromoted, "a"), (SigningKeyRemoved, "a")];
        assert_eq!(another.steps(&one), replaced);
        assert_eq!(of(Some("2"), false).steps(&one), [replaced[0].clone(), replaced[2].clone()]);
        assert_eq!(one.steps(&of(None, true)), [], "an earlier version did not record which key it was");
        assert_eq!(of(None, false).steps(&one), [(SigningKeyRetired, "a")]);
    }
}
