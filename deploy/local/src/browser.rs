//! Opens a page in the person's browser.

use std::process::{Command, Stdio};

/// Asks the desktop to show `url`; the error says why it cannot.
pub fn open(url: &str) -> std::io::Result<()> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let quiet = Stdio::null;
    Command::new(program).arg(url).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn()?;
    Ok(())
}
