//! What the audit log follows of the key ring: which keys there are, and which of them signs. Knows no key.

use std::collections::BTreeMap;

use super::{
    audit::{Action, Entry},
    id,
};

/// The keys of a ring by `kid`, and whether each of them signs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RingState(BTreeMap<String, bool>);

impl FromIterator<(String, bool)> for RingState {
    fn from_iter<I: IntoIterator<Item = (String, bool)>>(keys: I) -> Self {
        Self(keys.into_iter().collect())
    }
}

impl RingState {
    /// Every key by `kid`, and whether it signs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, bool)> {
        self.0.iter().map(|(kid, signs)| (kid.as_str(), *signs))
    }

    /// The entries, made of `template`, of what made this state of the one `before`. Their ids are the same whoever makes
    /// them of the same template.
    pub fn entries(&self, before: &Self, template: &Entry) -> Vec<Entry> {
        let entry = |(action, kid): (Action, &str)| {
            let id = id::of(&format!("{} {kid}", action.name()), template.at);
            Entry { id, action, ..template.on("key", kid) }
        };
        self.steps(before).into_iter().map(entry).collect()
    }

    /// Each step, and the `kid` of its key.
    fn steps<'r>(&'r self, before: &'r Self) -> Vec<(Action, &'r str)> {
        let mut steps = Vec::new();
        for (kid, signs) in self.iter() {
            let known = before.0.get(kid);
            if known.is_none() {
                steps.push((Action::SigningKeyAdded, kid));
            }
            match (known.is_some_and(|signed| *signed), signs) {
                (false, true) => steps.push((Action::SigningKeyPromoted, kid)),
                (true, false) => steps.push((Action::SigningKeyRetired, kid)),
                _ => {}
            }
        }
        let gone = before.0.keys().filter(|kid| !self.0.contains_key(*kid));
        steps.extend(gone.map(|kid| (Action::SigningKeyRemoved, kid.as_str())));
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::{Action::*, *};

    fn state(keys: &[(&str, bool)]) -> RingState {
        keys.iter().map(|(kid, signs)| ((*kid).to_owned(), *signs)).collect()
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
}
