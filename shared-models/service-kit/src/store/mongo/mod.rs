//! How MongoDB is reached: majority, journaled, retryable, with time-outs a request can bear.

mod reads;

use std::time::Duration;

use mongodb::{
    Client, Database,
    options::{Acknowledgment, ClientOptions, ReadConcern, WriteConcern},
};
use secrecy::{ExposeSecret as _, SecretString};

pub use self::reads::Reads;
use crate::{start::StartError, store::Unavailable};

/// How long a request waits for a primary before it is told that the store is away.
const SERVER_SELECTION: Duration = Duration::from_secs(3);
/// How long opening one connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How often each server is asked how it is. One that hangs is noticed after this and [`CONNECT`] together, and
/// requests wait that long.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// Connections one process keeps at most.
const POOL: u32 = 64;

/// Reads the address and makes a client; no I/O happens before the first operation.
///
/// The database is the one the URL names, else `database`.
pub async fn connect(url: &SecretString, database: &str) -> Result<Database, StartError> {
    let mut options = ClientOptions::parse(url.expose_secret()).await.map_err(|error| {
        StartError::Store(format!("store.url is not a usable MongoDB address: {}", error.kind))
    })?;
    options.app_name.get_or_insert_with(|| "tessera".into());
    options.server_selection_timeout.get_or_insert(SERVER_SELECTION);
    options.connect_timeout.get_or_insert(CONNECT);
    options.heartbeat_freq.get_or_insert(HEARTBEAT);
    options.max_pool_size.get_or_insert(POOL);
    options.retry_writes = Some(true);
    options.retry_reads = Some(true);
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
    options.read_concern.get_or_insert_with(ReadConcern::majority);
    let name = options.default_database.clone().unwrap_or_else(|| database.to_owned());
    let client = Client::with_options(options).map_err(|error| {
        StartError::Store(format!("store.url is not a usable MongoDB address: {}", error.kind))
    })?;
    Ok(client.database(&name))
}

/// Asks the primary whether it is there.
pub async fn ping(database: &Database) -> Result<(), Unavailable> {
    let answer = database.run_command(mongodb::bson::doc! { "ping": 1 }).await;
    answer.map(|_| ()).map_err(|_| Unavailable)
}

/// Whether an error means that the store cannot be reached now, as opposed to refusing the operation.
pub fn is_unavailable(error: &mongodb::error::Error) -> bool {
    use mongodb::error::ErrorKind;
    matches!(
        *error.kind,
        ErrorKind::ServerSelection { .. }
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::Io(_)
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::Shutdown
    ) || error.contains_label(mongodb::error::RETRYABLE_WRITE_ERROR)
        || matches!(&*error.kind, ErrorKind::Command(command) if is_passing(command.code))
        || matches!(&*error.kind, ErrorKind::Write(mongodb::error::WriteFailure::WriteConcernError(_)))
}

/// Whether a server's code means that it cannot now and that the same may succeed elsewhere or later.
pub fn is_passing(code: i32) -> bool {
    NOT_PRIMARY.contains(&code)
}

/// Server codes for "not primary", "shutting down" and "interrupted by a change of state"
/// (MongoDB specification: server discovery and monitoring, "not writable primary" and "node is recovering").
const NOT_PRIMARY: [i32; 8] = [91, 189, 10107, 11600, 11602, 13435, 13436, 262];
