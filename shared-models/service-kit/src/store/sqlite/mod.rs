//! How an embedded SQLite file is reached: one process, one writer thread, a few threads for short reads, and a few for
//! queries, which may take long.
//!
//! Callers pass closures; nothing here knows a table.

mod inspect;
mod lane;
pub mod owner;

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::watch;

pub use self::inspect::{Found, in_order, inspect};
use self::lane::Lane;
use crate::{
    start::StartError,
    store::{
        Unavailable,
        cause::{self, Cause, Kind, note},
    },
};

/// The number of threads for short reads.
const READERS: usize = 2;
/// The number of threads for queries. More than there are processors on a small machine, so that a quick query is not
/// held up behind a few slow ones: the operating system shares the processors among them.
const QUERIES: usize = 4;
/// Prepared statements one connection keeps.
const STATEMENTS: usize = 128;

/// The outcome of a ping.
#[derive(Debug)]
struct Fault(Cause);

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        is_unavailable(&error);
        let met = cause::disk_fault();
        Self(met.unwrap_or_else(|| Cause::new(Kind::Other, error.to_string())))
    }
}

impl From<Unavailable> for Fault {
    fn from(_: Unavailable) -> Self {
        Self(Cause::new(Kind::Other, "the threads of the SQLite file have ended"))
    }
}

/// An open SQLite file. Clones share it; dropping the last one closes it and releases the lock.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    writer: Lane,
    readers: Lane,
    queries: Lane,
    commits: watch::Sender<u64>,
    path: PathBuf,
    _lock: File,
}

/// Waits for running operations. The writer closes last, because a reader may not checkpoint the log into the file.
impl Drop for Inner {
    fn drop(&mut self) {
        self.readers.close();
        self.queries.close();
        self.writer.close();
    }
}

impl Database {
    /// Opens the file, creating it and its directory if they are missing. `refusal` may have something against a file that is
    /// there, before anything in it is changed; each connection is made ready by `prepare`, which may add functions.
    ///
    /// Fails when another process has it open: SQLite is for one node.
    pub fn open_with(
        path: &Path,
        refusal: fn(&Connection) -> rusqlite::Result<Option<Cause>>,
        prepare: fn(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, StartError> {
        let failed = |what: &str, reason: &dyn std::fmt::Display| {
            StartError::Store(format!("{what} {}: {reason}", path.display()))
        };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(|e| failed("cannot make the directory of", &e))?;
        }
        let lock = lock(path).map_err(|reason| failed("cannot open", &reason))?;
        // What cannot be read yet, after a crash or beside a backup, the writer recovers, waits for or reports.
        if path.exists()
            && let Ok(Some(cause)) = inspect::look(path, refusal)
        {
            return Err(StartError::Away(cause));
        }
        private(path).map_err(|e| failed("cannot open", &e))?;
        let connection = |read_only| {
            connection(path, read_only).and_then(|connection| prepare(&connection).map(|()| connection))
        };
        let writer = connection(false).map_err(|e| failed("cannot open", &e))?;
        let writer = Lane::start("sqlite-writer", vec![writer])?;
        let readers = |count: usize| {
            let opened = (0..count).map(|_| connection(true)).collect::<Result<Vec<_>, _>>();
            opened.map_err(|e| failed("cannot open", &e))
        };
        let queries = Lane::start("sqlite-query", readers(QUERIES)?)?;
        let readers = Lane::start("sqlite-reader", readers(READERS)?)?;
        let (commits, path) = (watch::Sender::default(), path.to_owned());
        Ok(Self(Arc::new(Inner { writer, readers, queries, commits, path, _lock: lock })))
    }

    /// Opens any file.
    #[cfg(test)]
    fn open(path: &Path) -> Result<Self, StartError> {
        Self::open_with(path, |_| Ok(None), |_| Ok(()))
    }

    /// The directory of the file.
    pub fn directory(&self) -> &Path {
        self.0.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// The number of committed transactions, so that a reader can wait for new writes.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.commits.subscribe()
    }

    /// Runs `work` on a read-only connection, off the async threads: a short read, whatever is stored. It ends when the
    /// future is dropped.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + From<Unavailable> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.0.readers.run_while_wanted(work).await
    }

    /// The same for a read that may take long: it waits for others of its kind and never holds up a short one.
    pub async fn query<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + From<Unavailable> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.0.queries.run_while_wanted(work).await
    }

    /// Checks that the file can be read, and written if that failed recently; else returns why not.
    pub async fn ping(&self) -> Result<(), Cause> {
        let read: Result<(), Fault> = self.read(|c| Ok(c.query_row("SELECT 1", [], |_| Ok(()))?)).await;
        read.map_err(|Fault(cause)| cause)?;
        let Some(fault) = cause::disk_fault() else { return Ok(()) };
        // It needs more room than the writes of most requests: where these fail, this one does too.
        let written: Result<(), Fault> = self
            .write(|tx| {
                tx.execute_batch("DROP TABLE IF EXISTS room")?;
                Ok(tx.execute_batch("CREATE TABLE room AS SELECT zeroblob(65536) AS bytes")?)
            })
            .await;
        written.map_err(|_| fault.clone())?;
        let removed: Result<(), Fault> =
            self.write(|tx| Ok(tx.execute_batch("DROP TABLE IF EXISTS room")?)).await;
        removed.map_err(|_| fault)
    }

    /// Runs `work` in one `BEGIN IMMEDIATE` transaction: committed on `Ok`, rolled back on `Err`.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + From<Unavailable> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let commits = self.0.commits.clone();
        let writing = self.0.writer.run(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = work(&transaction)?;
            transaction.commit()?;
            cause::disk_in_order();
            commits.send_modify(|commits| *commits += 1);
            Ok(outcome)
        });
        writing.await
    }
}

/// Whether an error means that the file cannot be read or written now, as opposed to a fault of the request. A cause
/// that an operator can fix is counted and logged.
pub fn is_unavailable(error: &rusqlite::Error) -> bool {
    let cause = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => return true,
        Some(ErrorCode::DiskFull) => Cause::new(Kind::DiskFull, "the disk of the SQLite file is full"),
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly) => {
            Cause::new(Kind::Disk, format!("the SQLite file cannot be read or written: {error}"))
        }
        _ => return false,
    };
    note(&cause);
    true
}

/// The lock is a file of its own beside the database, so that SQLite's own locks are left alone.
fn lock(path: &Path) -> Result<File, String> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(companion(path, ".lock"))
        .map_err(|error| error.to_string())?;
    locked(file)
}

/// The file beside `path` whose name ends so.
fn companion(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn locked(file: File) -> Result<File, String> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err("another process has it open; SQLite serves one process, \
             several replicas need a mongodb:// store"
            .into()),
        Err(TryLockError::Error(error)) => Err(error.to_string()),
    }
}

/// Creates the file if it is missing, readable by its owner alone; SQLite gives its companion files the same mode.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn connection(path: &Path, read_only: bool) -> rusqlite::Result<Connection> {
    let access = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if !read_only {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
    }
    connection.pragma_update(None, "foreign_keys", true)?;
    // Quoted text is text, never a column name that happens to be missing.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    enum Failure {
        Sqlite,
        Mine,
    }

    impl From<rusqlite::Error> for Failure {
        fn from(_: rusqlite::Error) -> Self {
            Self::Sqlite
        }
    }

    impl From<Unavailable> for Failure {
        fn from(_: Unavailable) -> Self {
            Self::Mine
        }
    }

    async fn count(db: &Database) -> i64 {
        db.read::<_, Failure, _>(|c| Ok(c.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?))
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_failed_write_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open(&dir.path().join("new/sub/t.db")).unwrap();
        db.write::<_, Failure, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        let refused = db
            .write::<(), Failure, _>(|t| {
                t.execute("INSERT INTO t VALUES (1)", [])?;
                Err(Failure::Mine)
            })
            .await;
        assert!(matches!(refused, Err(Failure::Mine)));
        assert_eq!(count(&db).await, 0);
    }

    #[tokio::test]
    async fn a_reader_cannot_write() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open(&dir.path().join("t.db")).unwrap();
        db.write::<_, Failure, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        let refused = db.read::<_, Failure, _>(|c| Ok(c.execute("INSERT INTO t VALUES (1)", [])?)).await;
        assert!(matches!(refused, Err(Failure::Sqlite)));
    }

    /// Counts without end.
    fn endless(connection: &Connection) -> Result<i64, Failure> {
        let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        Ok(connection.query_row(sql, [], |row| row.get(0))?)
    }

    #[tokio::test]
    async fn queries_end_with_their_callers() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open(&dir.path().join("t.db")).unwrap();
        db.write::<_, Failure, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        let queries = futures_util::future::join_all((0..5 * QUERIES).map(|_| db.query(endless)));
        let left = tokio::time::timeout(Duration::from_millis(200), queries);
        assert!(left.await.is_err(), "the queries have no end");
        // All threads are free again: those that ran were interrupted, those that waited never began.
        let next =
            db.query::<_, Failure, _>(|c| Ok(c.query_row("SELECT 1", [], |row| row.get::<_, i64>(0))?));
        let next = tokio::time::timeout(Duration::from_secs(2), next).await;
        assert!(matches!(next, Ok(Ok(1))), "{next:?}");
    }

    #[tokio::test]
    async fn short_reads_are_served_while_queries_run() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open(&dir.path().join("t.db")).unwrap();
        db.write::<_, Failure, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        let queries = futures_util::future::join_all((0..5 * QUERIES).map(|_| db.query(endless)));
        tokio::select! {
            _ = queries => panic!("the queries have no end"),
            read = tokio::time::timeout(Duration::from_secs(2), count(&db)) => assert_eq!(read, Ok(0)),
        }
    }

    #[tokio::test]
    async fn a_closed_file_is_whole_without_its_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let db = Database::open(&path).unwrap();
        db.write::<_, Failure, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        assert_eq!(count(&db).await, 0);
        assert!(dir.path().join("t.db-wal").exists());
        drop(db);
        assert!(!dir.path().join("t.db-wal").exists());
    }

    #[tokio::test]
    async fn a_full_disk_is_named_until_a_write_is_done_again() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open(&dir.path().join("t.db")).unwrap();
        db.write::<_, Fault, _>(|t| Ok(t.execute_batch("CREATE TABLE t (a)")?)).await.unwrap();
        assert_eq!(db.ping().await, Ok(()));
        let fill = db.write::<_, Fault, _>(|t| {
            t.pragma_update(None, "max_page_count", 2)?;
            Ok(t.execute("INSERT INTO t VALUES (zeroblob(100000))", []).map(|_| ())?)
        });
        assert_eq!(fill.await.err().unwrap().0.kind, Kind::DiskFull);
        let named = cause::disk_fault().unwrap();
        assert_eq!((named.kind, named.to_string().contains("full")), (Kind::DiskFull, true));
        // The probe needs room too.
        assert_eq!(db.ping().await.unwrap_err().kind, Kind::DiskFull);
        let more = db.write::<_, Fault, _>(|t| Ok(t.pragma_update(None, "max_page_count", 1_000)?));
        assert!(more.await.is_ok());
        assert_eq!(db.ping().await, Ok(()));
        assert_eq!(cause::disk_fault(), None);
    }

    #[test]
    fn a_second_open_of_the_same_file_is_told_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.db");
        let _held = Database::open(&path).unwrap();
        let refusal = Database::open(&path).err().unwrap().to_string();
        assert!(refusal.contains("another process has it open"), "{refusal}");
    }
}
