//! The reference as text: tables in Markdown, or a file of settings in TOML.

use std::{
    fmt::{self, Write as _},
    str::FromStr,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{ANY, Form, Reference, Setting, lookup};
use crate::settings::schema;

/// How the reference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Tables for people.
    Markdown,
    /// A file for `--config` that means the defaults.
    Toml,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "markdown" => Ok(Self::Markdown),
            "toml" => Ok(Self::Toml),
            _ => Err(format!("{name:?} is not one of markdown, toml")),
        }
    }
}

impl Reference {
    /// The reference of the settings `T`, of which `defaults` are the default values.
    pub fn print<T: DeserializeOwned + Serialize>(&self, defaults: &T, format: Format) -> String {
        let defaults = serde_json::to_value(defaults).unwrap_or_default();
        let mut text = String::new();
        // A string takes all that is written to it.
        let _: fmt::Result = match format {
            Format::Markdown => self.markdown::<T>(&mut text, &defaults),
            Format::Toml => self.toml::<T>(&mut text, &defaults),
        };
        text
    }

    /// The settings by their tables, those without a table first, as TOML demands.
    fn tables(&self) -> Vec<(&'static str, Vec<&'static Setting>)> {
        let mut tables: Vec<(&str, Vec<&Setting>)> = vec![("", Vec::new())];
        for setting in self.all() {
            let table = setting.key.rsplit_once('.').map_or("", |(table, _)| table);
            match tables.iter_mut().find(|(known, _)| *known == table) {
                Some((_, settings)) => settings.push(setting),
                None => tables.push((table, vec![setting])),
            }
        }
        tables.retain(|(_, settings)| !settings.is_empty());
        tables
    }

    fn markdown<T: DeserializeOwned>(&self, text: &mut String, defaults: &Value) -> fmt::Result {
        let Self { service, prefix, .. } = self;
        writeln!(text, "# Settings of {service}\n")?;
        writeln!(
            text,
            "Printed by `{service} settings`. A variable of the environment takes precedence over the TOML file of `--config`, \
             and that over the default. An empty variable counts as unset. A secret may be given as a file, whose name is the \
             value of `…_FILE` (TOML: `…_file`). `RUST_LOG` filters what is logged (`info` where it is unset)."
        )?;
        for (table, settings) in self.tables() {
            let table = if table.is_empty() { "without a table" } else { table };
            writeln!(text, "\n## {service}: {table}\n")?;
            writeln!(
                text,
                "| variable | TOML | value | default | range | meaning |\n|---|---|---|---|---|---|"
            )?;
            for setting in settings {
                let variable = variable(prefix, setting.key);
                let or_file = match setting.form {
                    Form::Secret(_) => format!(" or `{variable}_FILE`"),
                    _ => String::new(),
                };
                writeln!(
                    text,
                    "| `{variable}`{or_file} | `{}` | {} | {} | {} | {} |",
                    setting.key,
                    setting.value_of::<T>(", "),
                    setting.default_of(defaults),
                    setting.range(),
                    setting.meaning
                )?;
            }
        }
        Ok(())
    }

    fn toml<T: DeserializeOwned>(&self, text: &mut String, defaults: &Value) -> fmt::Result {
        let Self { service, prefix, .. } = self;
        writeln!(text, "# Settings of {service}, for `{service} --config FILE`. Each value is the default.")?;
        for (table, settings) in self.tables() {
            if !table.is_empty() {
                writeln!(text, "\n[{table}]")?;
            }
            for setting in settings {
                writeln!(text, "\n# {}", setting.meaning)?;
                let range = setting.range();
                let bounds = if range.is_empty() { range } else { format!(", {range}") };
                let variable = variable(prefix, setting.key);
                let value = setting.value_of::<T>(", ");
                writeln!(text, "# {}{}; {variable}", plain(&value), plain(&bounds))?;
                let name = setting.key.rsplit('.').next().unwrap_or(setting.key);
                if let Form::Secret(_) = setting.form {
                    writeln!(
                        text,
                        "# Secret. A file that holds it: {name}_file = \"PATH\" or {variable}_FILE"
                    )?;
                }
                match lookup(defaults, setting.key) {
                    // JSON's texts, numbers, words and lists of texts are TOML's too.
                    Some(value) => writeln!(text, "{name} = {value}")?,
                    None => writeln!(text, "# Not set: {}.\n# {name} =", plain(setting.absent))?,
                }
            }
        }
        Ok(())
    }
}

impl Setting {
    /// What its value is, with the unit or the words that it may be.
    fn value_of<T: DeserializeOwned>(&self, between: &str) -> String {
        match self.form {
            Form::Number { unit, .. } => unit.to_owned(),
            Form::Flag => "`true` or `false`".to_owned(),
            Form::Word => {
                let words = schema::choices::<T>(self.key).unwrap_or_default();
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(between)
            }
            Form::Text(form) => form.to_owned(),
            Form::List(form) => format!("list: {form}"),
            Form::Secret(form) => format!("secret: {form}"),
        }
    }

    fn default_of(&self, defaults: &Value) -> String {
        match (lookup(defaults, self.key), &self.form) {
            (None, _) => format!("not set: {}", self.absent),
            (Some(Value::Number(number)), Form::Number { unit, .. }) => {
                let handy = number.as_u64().and_then(|number| handy(number, unit));
                handy.map_or_else(|| format!("`{number}`"), |handy| format!("`{number}` ({handy})"))
            }
            (Some(Value::Array(items)), _) if items.is_empty() => "empty".to_owned(),
            (Some(Value::String(text)), _) => format!("`{text}`"),
            (Some(value), _) => format!("`{value}`"),
        }
    }

    fn range(&self) -> String {
        let own = match self.form {
            Form::Number { least, most, .. } => range(least, most),
            _ => String::new(),
        };
        match (own.is_empty(), self.also.is_empty()) {
            (false, false) => format!("{own}; {}", self.also),
            (_, true) => own,
            (true, false) => self.also.to_owned(),
        }
    }
}

fn variable(prefix: &str, key: &str) -> String {
    format!("{prefix}__{}", key.replace('.', "__").to_uppercase())
}

/// The bounds of a number, in words.
pub(super) fn range(least: u64, most: u64) -> String {
    match (least, most) {
        (0, ANY) => String::new(),
        (least, ANY) => format!("at least {least}"),
        (least, most) => format!("{least} to {most}"),
    }
}

/// A number of bytes or seconds in larger units, where it is a whole number of them.
fn handy(number: u64, unit: &str) -> Option<String> {
    let units: &[(u64, &str)] = match unit {
        "bytes" => &[(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")],
        "seconds" => &[(86_400, "days"), (3600, "hours"), (60, "minutes")],
        _ => &[],
    };
    let (size, name) = units.iter().find(|(size, _)| number >= 2 * size && number.is_multiple_of(*size))?;
    Some(format!("{} {name}", number / size))
}

/// The text without the marks of Markdown.
fn plain(text: &str) -> String {
    text.replace('`', "")
}
