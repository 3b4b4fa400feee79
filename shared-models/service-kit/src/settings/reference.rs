//! The reference of a service's settings: one table, from which the documentation is printed, the secrets and lists of the
//! loader are taken, and the bounds of numbers are checked. Knows no setting of a service.

mod print;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Loader, SettingsError, schema};

pub use self::print::Format;

/// The bound of a number that has none.
pub const ANY: u64 = u64::MAX;

/// One setting.
pub struct Setting {
    /// The dotted key, as in a TOML file.
    pub key: &'static str,
    /// What its value is.
    pub form: Form,
    /// What holds where it is not set and has no default value.
    pub absent: &'static str,
    /// Bounds that depend on other settings.
    pub also: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
}

/// What the value of a setting is.
pub enum Form {
    /// A whole number of this unit, from `least` to `most`.
    Number {
        /// Seconds, bytes, …
        unit: &'static str,
        /// The smallest value.
        least: u64,
        /// The largest value, or [`ANY`].
        most: u64,
    },
    /// `true` or `false`.
    Flag,
    /// One of the words that its type accepts.
    Word,
    /// A text of this form.
    Text(&'static str),
    /// Texts of this form; a variable separates them by commas.
    List(&'static str),
    /// A text of this form that must not be shown. It may be given as `KEY_file`, a path.
    Secret(&'static str),
}

impl Setting {
    const fn new(key: &'static str, form: Form, meaning: &'static str) -> Self {
        Self { key, form, absent: "", also: "", meaning }
    }

    /// A whole number.
    pub const fn number(
        key: &'static str,
        unit: &'static str,
        (least, most): (u64, u64),
        meaning: &'static str,
    ) -> Self {
        Self::new(key, Form::Number { unit, least, most }, meaning)
    }

    /// `true` or `false`.
    pub const fn flag(key: &'static str, meaning: &'static str) -> Self {
        Self::new(key, Form::Flag, meaning)
    }

    /// One of the words of an enum.
    pub const fn word(key: &'static str, meaning: &'static str) -> Self {
        Self::new(key, Form::Word, meaning)
    }

    /// A text.
    pub const fn text(key: &'static str, form: &'static str, meaning: &'static str) -> Self {
        Self::new(key, Form::Text(form), meaning)
    }

    /// Several texts.
    pub const fn list(key: &'static str, form: &'static str, meaning: &'static str) -> Self {
        Self::new(key, Form::List(form), meaning)
    }

    /// A text that must not be shown.
    pub const fn secret(key: &'static str, form: &'static str, meaning: &'static str) -> Self {
        Self::new(key, Form::Secret(form), meaning)
    }

    /// The same, with what holds where it is not set.
    pub const fn absent(self, absent: &'static str) -> Self {
        Self { absent, ..self }
    }

    /// The same, with bounds that depend on other settings.
    pub const fn also(self, also: &'static str) -> Self {
        Self { also, ..self }
    }
}

/// All settings of a service.
pub struct Reference {
    /// The program.
    pub service: &'static str,
    /// What its variables begin with, less the two underscores.
    pub prefix: &'static str,
    /// The settings, those of a table together.
    pub settings: &'static [&'static [Setting]],
}

impl Reference {
    fn all(&self) -> impl Iterator<Item = &'static Setting> + use<> {
        self.settings.iter().copied().flatten()
    }

    /// A loader with this service's variables, secrets and lists, without its defaults.
    pub fn loader(&self) -> Loader {
        let keys = |chosen: fn(&Form) -> bool| {
            self.all().filter(move |setting| chosen(&setting.form)).map(|setting| setting.key)
        };
        Loader::new(self.prefix, keys(|form| matches!(form, Form::Secret(_))))
            .lists(keys(|form| matches!(form, Form::List(_))))
    }

    /// Refuses a number that is out of its bounds.
    pub fn check(&self, settings: &impl Serialize) -> Result<(), SettingsError> {
        let values = serde_json::to_value(settings).map_err(|error| SettingsError(error.to_string()))?;
        for setting in self.all() {
            let Form::Number { unit, least, most } = setting.form else { continue };
            let Some(given) = lookup(&values, setting.key).and_then(Value::as_u64) else { continue };
            if !(least..=most).contains(&given) {
                let range = print::range(least, most);
                return Err(SettingsError::at(
                    setting.key,
                    format!("expected {range} ({unit}), got {given}"),
                ));
            }
        }
        Ok(())
    }

    /// The keys that the table lacks, and those that are not settings of `T`: none, which a test of each service says.
    pub fn gaps<T: DeserializeOwned>(&self) -> Vec<String> {
        let keys = schema::keys::<T>();
        let lacks = keys.iter().filter(|key| self.all().all(|setting| setting.key != **key));
        let lacks = lacks.map(|key| format!("{key} is not in the reference"));
        let unknown = self.all().filter(|setting| !keys.iter().any(|key| key == setting.key));
        lacks.chain(unknown.map(|setting| format!("{} is not a setting", setting.key))).collect()
    }
}

fn lookup<'v>(values: &'v Value, key: &str) -> Option<&'v Value> {
    let found = key.split('.').try_fold(values, |table, name| table.get(name))?;
    (!found.is_null()).then_some(found)
}

#[cfg(test)]
#[path = "tests/reference.rs"]
mod tests;
