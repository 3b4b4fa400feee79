//! Users as rows of comma-separated text (RFC 4180), a row a line: a quoted field must end on the line where it began,
//! so one stray quote costs one row. No message repeats a value, which may be a hash.

use anyhow::{Result, bail};

use crate::ops::ImportedUser;

/// How much of a column's name is repeated in a message, in characters.
const MAX_SHOWN: usize = 40;

/// The content of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Email,
    FullName,
    Roles,
    PasswordHash,
    Project,
    Role,
}

/// The columns of a table, as its first row names them.
pub(super) struct Table(Vec<Column>);

impl Table {
    /// Reads the row that names the columns.
    pub(super) fn of(header: &[u8]) -> Result<Self> {
        let Ok(names) = fields(header) else {
            bail!("the first row does not name the columns in CSV and UTF-8")
        };
        let mut columns = Vec::new();
        for name in &names {
            let column = match name.trim().to_lowercase().as_str() {
                "email" => Column::Email,
                "full_name" | "name" => Column::FullName,
                "roles" => Column::Roles,
                "password_hash" | "hash" => Column::PasswordHash,
                "project" => Column::Project,
                "role" => Column::Role,
                _ => {
                    let shown: String = name.chars().take(MAX_SHOWN).collect();
                    bail!(
                        "unknown column \"{}\"; the columns are email, full_name, roles, password_hash, project, role",
                        shown.escape_debug()
                    )
                }
            };
            if columns.contains(&column) {
                bail!("column \"{}\" is given more than once", name.trim());
            }
            columns.push(column);
        }
        let has = |column| columns.contains(&column);
        // Users who are there already are put into a project without a hash.
        let has_users = has(Column::PasswordHash) || has(Column::Project);
        for (has_it, name) in [(has(Column::Email), "email"), (has_users, "password_hash")] {
            if !has_it {
                bail!("there is no column \"{name}\"");
            }
        }
        Ok(Self(columns))
    }

    /// Reads a row.
    pub(super) fn user(&self, row: &[u8]) -> Result<ImportedUser, String> {
        let fields = fields(row)?;
        if fields.len() != self.0.len() {
            return Err(format!("the row has {} columns, expected {}", fields.len(), self.0.len()));
        }
        let mut user = ImportedUser::default();
        for (column, value) in self.0.iter().zip(fields) {
            match column {
                Column::Email => user.email = value,
                Column::FullName => user.full_name = Some(value),
                Column::Roles => {
                    let roles = value.split([' ', ';']).filter(|role| !role.is_empty()).map(str::to_owned);
                    user.roles = Some(roles.collect()).filter(|roles: &Vec<_>| !roles.is_empty());
                }
                Column::PasswordHash => user.password_hash = given(value),
                Column::Project => user.project = given(value),
                Column::Role => user.role = given(value),
            }
        }
        Ok(user)
    }
}

/// A field that is empty counts as missing.
fn given(value: String) -> Option<String> {
    Some(value).filter(|value| !value.is_empty())
}

fn fields(row: &[u8]) -> Result<Vec<String>, String> {
    let mut rest = std::str::from_utf8(row).map_err(|_| "not UTF-8".to_owned())?;
    let mut fields = Vec::new();
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') {
            quoted_field(quoted).map_err(|fault| format!("column {}: {fault}", fields.len() + 1))?
        } else {
            let (field, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            (field.to_owned(), after)
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

/// Splits a quoted field, without its first quote, from what follows: a comma or nothing.
fn quoted_field(text: &str) -> Result<(String, &str), &'static str> {
    let (mut field, mut rest) = (String::new(), text);
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("a quoted field must end on the line where it begins; is there a stray quote?");
        };
        field.push_str(before);
        rest = match after.strip_prefix('"') {
            Some(more) => more,
            None if after.is_empty() || after.starts_with(',') => return Ok((field, after)),
            None => {
                return Err("text follows the closing quote; a quote inside a quoted field is written twice");
            }
        };
        field.push('"');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_is_read_by_its_columns() {
        let table = Table::of(b" Email ,\"hash\",name,roles").unwrap();
        let user =
            table.user("ada@example.org,$2b$,\"Lovelace, \"\"Ada\"\"\",viewer;scientist".as_bytes()).unwrap();
        assert_eq!((user.email.as_str(), user.password_hash.as_deref()), ("ada@example.org", Some("$2b$")));
        assert_eq!(user.full_name.as_deref(), Some("Lovelace, \"Ada\""));
        assert_eq!(user.roles, Some(vec!["viewer".into(), "scientist".into()]));
        let user = table.user(b"a,b,Ada \"the countess\",").unwrap();
        assert_eq!((user.full_name.as_deref(), user.roles), (Some("Ada \"the countess\""), None));
        assert_eq!((user.project, user.role), (None, None));
        let table = Table::of(b"email,project,Role").unwrap();
        let user = table.user(b"a,battery,viewer").unwrap();
        let of_project = (user.project.as_deref(), user.role.as_deref(), user.password_hash);
        assert_eq!(of_project, (Some("battery"), Some("viewer"), None));
        let table = Table::of(b"email,hash,project,role").unwrap();
        let user = table.user(b"a,,,").unwrap();
        assert_eq!((user.password_hash, user.project, user.role), (None, None, None));
    }

    #[test]
    fn a_row_that_is_no_csv_is_refused_without_its_values() {
        let table = Table::of(b"email,full_name,password_hash").unwrap();
        for (row, word) in [
            (&b"a,\"Ada,s3cret"[..], "column 2: a quoted field must end"),
            (b"a,\"Ada\" L,s3cret", "column 2: text follows"),
            (b"a,\"", "column 2: a quoted field must end"),
            (b"a,s3cret", "2 columns, expected 3"),
            (b"a,b,c,s3cret", "4 columns, expected 3"),
            (b"a,\xff,s3cret", "not UTF-8"),
        ] {
            let fault = table.user(row).unwrap_err();
            assert!(fault.contains(word) && !fault.contains("s3cret"), "{word}: {fault}");
        }
    }

    #[test]
    fn columns_that_are_unknown_missing_or_repeated_are_refused_by_name() {
        for (header, word) in [
            (&b"email,password_hash,color"[..], "\"color\""),
            (b"email;password_hash", "email;password_hash"),
            (b"email,full_name", "\"password_hash\""),
            (b"email,role", "\"password_hash\""),
            (b"email,project,project", "more than once"),
            (b"hash,full_name", "\"email\""),
            (b"email,hash,name,full_name", "more than once"),
            (b"email,\"hash", "CSV"),
            (b"\xff\xfee\0m\0", "UTF-8"),
        ] {
            let fault = Table::of(header).err().unwrap().to_string();
            assert!(fault.contains(word), "{word}: {fault}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_by_the_rules_is_read_back(values in proptest::collection::vec("[^\r\n]{0,12}", 1..6)) {
            let quoted = values.iter().map(|value| format!("\"{}\"", value.replace('"', "\"\""))).collect::<Vec<_>>();
            prop_assert_eq!(fields(quoted.join(",").as_bytes()), Ok(values));
        }

        #[test]
        fn no_bytes_make_it_fail_otherwise(row in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = fields(&row);
        }
    }
}
