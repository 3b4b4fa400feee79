//! What the table must hold, and what is printed of it.

use serde::Deserialize;

use super::*;
use crate::settings::LogFormat;

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    file: FileSettings,
    name: String,
    #[serde(default)]
    format: LogFormat,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
struct FileSettings {
    bytes: u64,
    count: Option<u32>,
    hosts: Vec<String>,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self { bytes: 2 << 20, count: None, hosts: Vec::new() }
    }
}

const SETTINGS: &[Setting] = &[
    Setting::number("file.bytes", "bytes", (1, 3 << 20), "The size of a file."),
    Setting::number("file.count", "files", (1, ANY), "The number of files.").absent("as many as `hosts`"),
    Setting::list("file.hosts", "names", "Where files are."),
    Setting::secret("name", "a word", "The name."),
    Setting::word("format", "How lines look."),
];

fn reference(settings: &'static [&'static [Setting]]) -> Reference {
    Reference { service: "test", prefix: "T", settings }
}

fn read(toml: Option<&str>) -> Result<Settings, SettingsError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), toml.unwrap_or_default()).unwrap();
    let none: [(&str, &str); 0] = [];
    let loader = reference(&[SETTINGS]).loader().environment(none).default("name", "a \"b\" c");
    let loader = loader.default("file.bytes", "2097152");
    loader.file(Some(file.path())).load()
}

#[test]
fn a_setting_without_an_entry_and_an_entry_without_a_setting_are_found() {
    const OTHERS: &[Setting] = &[Setting::flag("colour", "Unknown.")];
    const FEWER: &[Setting] = SETTINGS.split_at(1).1;
    assert_eq!(reference(&[SETTINGS]).gaps::<Settings>(), Vec::<String>::new());
    assert_eq!(
        reference(&[FEWER, OTHERS]).gaps::<Settings>(),
        ["file.bytes is not in the reference", "colour is not a setting"]
    );
}

#[test]
fn a_number_out_of_its_bounds_is_refused_by_its_key() {
    let check = |bytes, count| {
        let file = FileSettings { bytes, count, hosts: Vec::new() };
        reference(&[SETTINGS]).check(&Settings { file, name: String::new(), format: LogFormat::Json })
    };
    assert!(check(1, None).is_ok() && check(3 << 20, Some(1)).is_ok());
    assert_eq!(
        check(0, None).unwrap_err().to_string(),
        "settings: file.bytes: expected 1 to 3145728 (bytes), got 0"
    );
    assert_eq!(
        check(1, Some(0)).unwrap_err().to_string(),
        "settings: file.count: expected at least 1 (files), got 0"
    );
}

#[test]
fn the_toml_file_is_accepted_and_means_the_defaults() {
    let defaults = read(None).unwrap();
    let toml = reference(&[SETTINGS]).print(&defaults, Format::Toml);
    assert_eq!(read(Some(&toml)).unwrap(), defaults);
    let other = toml.replace("bytes = 2097152", "bytes = 5").replace("# count =", "count = 7");
    let other = read(Some(&other)).unwrap();
    assert_eq!((other.file.bytes, other.file.count), (5, Some(7)), "{toml}");
}

#[test]
fn the_tables_say_name_value_default_range_and_meaning() {
    let text = reference(&[SETTINGS]).print(&read(None).unwrap(), Format::Markdown);
    for line in [
        "| `T__NAME` or `T__NAME_FILE` | `name` | secret: a word | `a \"b\" c` |  | The name. |",
        "| `T__FORMAT` | `format` | `json`, `pretty` | `json` |  | How lines look. |",
        "| `T__FILE__BYTES` | `file.bytes` | bytes | `2097152` (2 MiB) | 1 to 3145728 | The size of a file. |",
        "| `T__FILE__COUNT` | `file.count` | files | not set: as many as `hosts` | at least 1 | The number of files. |",
        "| `T__FILE__HOSTS` | `file.hosts` | list: names | empty |  | Where files are. |",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(text.find("`T__NAME`") < text.find("## test: file"), "{text}");
}
