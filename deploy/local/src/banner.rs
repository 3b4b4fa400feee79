//! What a person reads on standard output: where the services are, who may log in, what to paste.
//!
//! Text only: knows no service and no file.

use std::{fmt, path::Path};

/// The administrator, as far as this start knows.
pub enum Administrator {
    /// Made by this start; the password is shown this once.
    Made {
        /// The address to log in with.
        email: String,
        /// The password.
        password: String,
    },
    /// There was one before this start.
    Known,
}

/// Printed once the services are ready.
pub struct Ready<'a> {
    /// Scheme, host and port of both services.
    pub origin: &'a str,
    /// Scheme, host and port of the management listener.
    pub management: &'a str,
    /// The administrator.
    pub administrator: &'a Administrator,
    /// Where the demo users' passwords are kept.
    pub demo_users: &'a Path,
}

impl fmt::Display for Ready<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, management, administrator, demo_users } = self;
        writeln!(f, "Tessera {} is ready. Ctrl-C stops it.\n", env!("CARGO_PKG_VERSION"))?;
        writeln!(f, "  console      {origin}/")?;
        writeln!(f, "  documents    {origin}/api/docs")?;
        writeln!(f, "  users        {origin}/auth/docs")?;
        writeln!(f, "  health       {management}/readyz\n")?;
        match administrator {
            Administrator::Made { email, password } => {
                writeln!(f, "  admin        {email}")?;
                writeln!(f, "  password     {password}   (shown this once)")?;
            }
            Administrator::Known => {
                writeln!(
                    f,
                    "  admin        there is one; --new-admin EMAIL makes another if its password is lost"
                )?;
            }
        }
        writeln!(f, "  demo users   a scientist and a viewer, who log in by {}", demo_users.display())
    }
}

/// Printed once there is something to read: three lines for a POSIX shell.
pub struct Paste<'a> {
    /// Scheme, host and port of both services.
    pub origin: &'a str,
    /// A file whose content is the body of a login.
    pub login: &'a Path,
    /// The id of a calculation; if none is known, the line reads the newest one of the list.
    pub calculation: Option<&'a str>,
}

impl fmt::Display for Paste<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, login, calculation } = self;
        let body = quoted(&format!("@{}", login.display()));
        let bearer = r#"-H "Authorization: Bearer $TOKEN""#;
        writeln!(f, "\nPaste into a shell: log in, list calculations, read one.\n")?;
        writeln!(
            f,
            "TOKEN=$(curl -sS -H 'Content-Type: application/json' -d {body} {origin}/auth/login \
             | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
        )?;
        let list = format!("curl -sS {bearer} '{origin}/api/calculations?sort=-_created_at&view=summary");
        writeln!(f, "{list}'")?;
        let id = match calculation {
            Some(id) => (*id).to_owned(),
            None => format!("$({list}&limit=1' | sed -n 's/.*\"_id\":\"\\([^\"]*\\)\".*/\\1/p')"),
        };
        writeln!(f, "curl -sS {bearer} {origin}/api/calculations/{id}")
    }
}

/// One word for a POSIX shell, whatever it holds.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_to_paste_keep_the_token_list_and_read_one() {
        let login = Path::new("/tmp/it's here/scientist.json");
        for (calculation, end) in
            [(Some("0192"), "/api/calculations/0192"), (None, "/api/calculations/newest")]
        {
            let paste = Paste { origin: "http://[::1]:8080", login, calculation }.to_string();
            let lines: Vec<_> = paste.lines().filter(|line| line.contains("curl ")).collect();
            assert_eq!(lines.len(), 3);
            // Curl is replaced by a command that answers the last word it was given.
            let curl =
                r#"curl() { for url; do :; done; echo "{\"_id\":\"newest\",\"access_token\":\"t\"} $url"; }"#;
            let script = format!("{curl}\n{}\necho \"$TOKEN\"", lines.join("\n"));
            let output = std::process::Command::new("sh").args(["-euc", &script]).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let said: Vec<_> = said.lines().collect();
            assert!(said[0].ends_with("http://[::1]:8080/api/calculations?sort=-_created_at&view=summary"));
            assert!(said[1].ends_with(end), "{said:?}");
            assert_eq!(said[2], "t");
            assert!(lines[0].contains(r"-d '@/tmp/it'\''s here/scientist.json' "), "{}", lines[0]);
        }
    }

    #[test]
    fn a_password_is_shown_by_the_start_that_made_it_and_by_no_other() {
        let ready = |administrator: &Administrator| {
            let demo_users = Path::new("data/demo");
            Ready { origin: "http://h:1", management: "http://h:2", administrator, demo_users }.to_string()
        };
        let made = Administrator::Made { email: "a@example.org".into(), password: "pass-word".into() };
        assert!(ready(&made).contains("a@example.org\n  password     pass-word"));
        assert!(!ready(&Administrator::Known).contains("\n  password"));
    }
}
