//! Looks at an SQLite file for `check`. Makes no folder, no database and no lock file.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use rusqlite::{Connection, OpenFlags};
use rustix::fs::{Access, access};

use super::{companion, locked};
use crate::{start::StartError, store::cause::Cause};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file that can be used.
    There,
    /// No file. A start can make it.
    Missing,
}

/// The line of a `check` that found nothing wrong with `checked` and the store at `place`.
pub fn in_order(checked: &[&str], found: Found, place: &str) -> String {
    let list = |names: &[&str]| match names {
        [names @ .., last] if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        names => names.concat(),
    };
    match found {
        Found::There => format!("{} are in order", list(&[checked, &["store"]].concat())),
        Found::Missing => {
            format!("{} are in order; store {place} is not there yet; the start makes it", list(checked))
        }
    }
}

/// Checks that the file can be opened and that `refusal` has nothing against it, or that it can be made where it is missing.
///
/// Fails when another process has it open, as [`super::Database::open`] does.
pub fn inspect(
    path: &Path,
    refusal: impl FnOnce(&Connection) -> rusqlite::Result<Option<Cause>>,
) -> Result<Found, StartError> {
    let failed = |what: &str, reason: &dyn std::fmt::Display| {
        StartError::Store(format!("{what} {}: {reason}", path.display()))
    };
    match File::options().append(true).open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let there = path.parent().is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir());
            let what = if there { "cannot open" } else { "cannot make the directory of" };
            makeable(path).map_err(|error| failed(what, &error))?;
            return Ok(Found::Missing);
        }
        Err(error) => return Err(failed("cannot open", &error)),
    }
    // SQLite makes companion files beside the file, and the lock is one too.
    makeable(path).map_err(|error| failed("cannot write into the directory of", &error))?;
    let _lock = match File::open(companion(path, ".lock")) {
        Ok(lock) => Some(locked(lock).map_err(|reason| failed("cannot open", &reason))?),
        Err(_) => None,
    };
    match look(path, refusal).map_err(|error| failed("cannot open", &error))? {
        Some(cause) => Err(StartError::Away(cause)),
        None => Ok(Found::There),
    }
}

/// What `refusal` has against the file, found without changing it.
pub(super) fn look(
    path: &Path,
    refusal: impl FnOnce(&Connection) -> rusqlite::Result<Option<Cause>>,
) -> rusqlite::Result<Option<Cause>> {
    opened(path).and_then(|connection| refusal(&connection))
}

/// Opens the file to read it. If there is no log, the file is opened as one that does not change, so that SQLite makes no file beside
/// it. If a process that was killed has left a log, SQLite must read the log too, and may leave a file that ends in `-shm`.
fn opened(path: &Path) -> rusqlite::Result<Connection> {
    let log = fs::metadata(companion(path, "-wal")).map_or(0, |log| log.len());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if log > 0 {
        return Connection::open_with_flags(path, flags);
    }
    let mut uri = b"file:".to_vec();
    for byte in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).as_os_str().as_encoded_bytes() {
        match byte {
            b'?' | b'#' | b'%' => uri.extend(format!("%{byte:02x}").bytes()),
            _ => uri.push(*byte),
        }
    }
    uri.extend(b"?immutable=1");
    let uri = String::from_utf8_lossy(&uri).into_owned();
    Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
}

/// Whether the directory of `path` can be written, or can be made.
fn makeable(path: &Path) -> io::Result<()> {
    let own = |path: &Path| path.parent().map(Path::to_owned);
    let mut folder = own(path);
    loop {
        let here = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| ".".into());
        match fs::metadata(&here) {
            Ok(found) if found.is_dir() => return Ok(access(&here, Access::WRITE_OK | Access::EXEC_OK)?),
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && here != Path::new(".") => {
                folder = own(&here);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        cause::Kind,
        sqlite::{Database, Fault},
    };

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_missing_file_is_not_made_and_its_folder_neither() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["t.db", "a/b/t.db"] {
            assert_eq!(inspect(&dir.path().join(path), |_| Ok(None)).unwrap(), Found::Missing);
        }
        assert_eq!(names(dir.path()), Vec::<String>::new());
        fs::write(dir.path().join("file"), "").unwrap();
        for path in ["file/t.db", "file/a/t.db"] {
            let refusal = inspect(&dir.path().join(path), |_| Ok(None)).unwrap_err().to_string();
            assert!(refusal.to_lowercase().contains("not a directory"), "{refusal}");
        }
    }

    #[tokio::test]
    async fn a_file_is_read_with_its_log_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t?.db");
        let db = Database::open(&path).unwrap();
        db.write::<_, Fault, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        let refusal = inspect(&path, |_| Ok(None)).unwrap_err().to_string();
        assert!(refusal.contains("another process has it open"), "{refusal}");
        let killed = dir.path().join("killed.db");
        for end in ["", "-wal"] {
            fs::copy(companion(&path, end), companion(&killed, end)).unwrap();
        }
        drop(db);
        fs::remove_file(companion(&path, ".lock")).unwrap();
        let there = names(dir.path());
        for path in [&path, &killed] {
            let tables =
                |c: &Connection| c.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0));
            assert_eq!(inspect(path, |c| tables(c).map(|_| None)).unwrap(), Found::There);
        }
        let left: Vec<_> = names(dir.path()).into_iter().filter(|name| !name.ends_with("-shm")).collect();
        assert_eq!(left, there);
        assert!(!companion(&path, "-shm").exists());
        let cause = Cause::new(Kind::Layout, "no");
        assert!(matches!(inspect(&path, |_| Ok(Some(cause))), Err(StartError::Away(_))));
        fs::write(&path, "no database, but a text that is long enough to be one").unwrap();
        let refusal = inspect(&path, |c| c.query_row("PRAGMA user_version", [], |_| Ok(None)));
        assert!(refusal.unwrap_err().to_string().contains("not a database"));
    }

    #[test]
    fn a_start_leaves_a_file_that_it_refuses_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("of another program.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        let before = fs::read(&path).unwrap();
        let refused =
            Database::open_with(&path, |_| Ok(Some(Cause::new(Kind::Layout, "not ours"))), |_| Ok(()));
        assert!(matches!(refused.err(), Some(StartError::Away(_))));
        assert_eq!(fs::read(&path).unwrap(), before);
        Database::open_with(&path, |_| Ok(None), |_| Ok(())).unwrap();
        assert_ne!(fs::read(&path).unwrap(), before, "a file that is taken has a log");
    }

    #[tokio::test]
    async fn a_start_recovers_a_file_whose_last_write_was_torn() {
        let dir = tempfile::tempdir().unwrap();
        let (path, torn) = (dir.path().join("t.db"), dir.path().join("torn.db"));
        let connection = Connection::open(&path).unwrap();
        // Pages go into the file before the transaction ends.
        connection.execute_batch("CREATE TABLE t (a); PRAGMA cache_size = 1; BEGIN").unwrap();
        for number in 0..200 {
            connection.execute_batch(&format!("CREATE TABLE t{number} (a)")).unwrap();
        }
        for end in ["", "-journal"] {
            fs::copy(companion(&path, end), companion(&torn, end)).unwrap();
        }
        let mut file = fs::read(&torn).unwrap();
        file[..512].fill(0);
        fs::write(&torn, file).unwrap();
        let refusal: fn(&Connection) -> _ =
            |c| c.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(None));
        assert!(look(&torn, refusal).is_err(), "it cannot be read yet");
        let db = Database::open_with(&torn, refusal, |_| Ok(())).unwrap();
        let tables = "SELECT count(*) FROM sqlite_schema";
        let found: Result<i64, Fault> =
            db.read(move |c| Ok(c.query_row(tables, [], |row| row.get(0))?)).await;
        assert_eq!(found.unwrap(), 1);
    }
}
