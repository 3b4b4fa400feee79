//! The reference of settings: the page in deploy is what the programs print.

use std::path::Path;

use crate::support::process::run;

#[test]
fn the_page_of_settings_is_what_the_programs_print() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/settings.md");
    let page = std::fs::read_to_string(page).expect("the page can be read");
    let mut printed = String::new();
    for (service, prefix) in [("auth-service", "AUTH"), ("resource-service", "RESOURCE")] {
        // What is set now, right or wrong, changes nothing.
        let environment = vec![(format!("{prefix}__STORE__URL"), "postgres://x".to_owned())];
        let output = run(service, &["settings"], &environment);
        assert!(output.status.success(), "{output:?}");
        printed += &String::from_utf8(output.stdout).expect("text");
    }
    let hint = "run: (auth-service settings; resource-service settings) > deploy/settings.md";
    assert!(page == printed, "deploy/settings.md is not what the programs print; {hint}");
}

#[test]
fn the_printed_file_of_defaults_can_be_given_back() {
    for service in ["auth-service", "resource-service"] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let printed = run(service, &["settings", "--format", "toml"], &Vec::new());
        assert!(printed.status.success(), "{printed:?}");
        let file = directory.path().join("settings.toml");
        std::fs::write(&file, printed.stdout).expect("a file can be written");
        // The default store and keys lie below the working directory, where there are none.
        let output = run(service, &["--config", &file.display().to_string(), "check"], &Vec::new());
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("key ring: data/keys.json"), "{text}");
        let refused = run(service, &["settings", "--format", "yaml"], &Vec::new());
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && text.contains("markdown, toml"), "{text}");
    }
}
