//! How MongoDB is reached: majority, journaled, retryable, with time-outs that fit within a request.

mod causes;
mod clocks;
pub mod indexes;
pub mod json;
pub mod layout;
mod pool;
mod reads;
mod terms;
mod transaction;

use std::{io, time::Duration};

use mongodb::{
    Client, Database,
    bson::{Document, doc},
    error::{Error, ErrorKind},
    event::EventHandler,
    options::{
        Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, ServerApi,
        ServerApiVersion, WriteConcern,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};

use self::{
    causes::{Seen, explain},
    clocks::Compared,
    terms::Elections,
};
pub use self::{
    causes::{cause, may_have_written},
    reads::Reads,
    transaction::{Interrupted, Patience},
};
use crate::{
    clock::{Clock as _, SystemClock},
    start::StartError,
    store::{
        cause::{self, Cause},
        layout::Layout,
        owner::Owner,
    },
};

/// How long a request waits for a primary before the store counts as unavailable.
const SERVER_SELECTION: Duration = Duration::from_secs(3);
/// How long opening one connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How often each server is checked. One that hangs is noticed after this and [`CONNECT`] together, and
/// requests wait that long.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long a ping may take.
const PING: Duration = Duration::from_millis(1_500);
/// How long one small operation may take.
const OPERATION: Duration = Duration::from_secs(4);
/// How long a query may run before the server is checked.
const LONG: Duration = Duration::from_secs(2);
/// The most connections of one process.
const POOL: u32 = 64;

/// A database, and what is known of the servers that hold it. Clones share both.
#[derive(Clone)]
pub struct Server {
    /// The database.
    pub database: Database,
    /// The same database for the commands that are not part of version 1 of MongoDB's Stable API. They may change with the
    /// server; each use of it is one to look at before another version of MongoDB is supported.
    pub outside_stable_api: Database,
    /// Where the driver's own tasks run. The driver passes each command from task to task: one gives it a connection, one
    /// waits for the socket, one notes the time of the cluster. A request is served by a thread with a runtime of its own:
    /// a command that runs there wakes another thread at each of these steps, which costs more than the command itself.
    pub runtime: Handle,
    seen: Seen,
    elections: Elections,
    compared: Compared,
}

impl Server {
    /// The same servers with another database.
    pub fn with_database(&self, name: &str) -> Self {
        let named = |database: &Database| database.client().database(name);
        Self {
            database: named(&self.database),
            outside_stable_api: named(&self.outside_stable_api),
            ..self.clone()
        }
    }

    /// Checks that the primary answers and has transactions; else returns why not.
    pub async fn reach(&self) -> Result<(), Cause> {
        let asked = SystemClock.now();
        let hello = self.database.run_command(doc! { "hello": 1 }).await;
        let answered = SystemClock.now();
        let hello = hello.map_err(|error| explain(&error, &self.seen));
        self.seen.answered(hello.as_ref().map(|_| ()));
        let hello = hello?;
        self.compared.take(&hello, asked, answered);
        let fault = self.seen.fault_of(hello.get_str("me").unwrap_or("the address of store.url"), &hello);
        fault.map_or(Ok(()), Err)
    }

    /// The same within the time that `/readyz` has; also fails if the database is not for programs of this service and layout, or if
    /// writes failed recently for a fault of the disk.
    pub async fn ping(&self, owner: Owner, layout: Layout) -> Result<(), Cause> {
        let usable = async {
            self.reach().await?;
            let refusal = layout::refusal(&self.database, owner, layout).await;
            refusal.map_err(|error| explain(&error, &self.seen))?.map_or(Ok(()), Err)
        };
        match timeout(PING, usable).await {
            Ok(Ok(())) => cause::disk_fault().map_or(Ok(()), Err),
            Ok(Err(cause)) => Err(cause),
            Err(_) => Err(self.seen.silence()),
        }
    }

    /// Whether the primary answers and can read: one whose disk hangs answers a ping and cannot read.
    async fn reads(&self) -> Result<(), Cause> {
        self.reach().await?;
        let nothing = self.database.collection::<Document>("_nothing").find_one(doc! {}).await;
        nothing.map(|_| ()).map_err(|error| explain(&error, &self.seen))
    }

    /// Runs a query that may take long, and cancels it if the server no longer answers.
    pub async fn while_it_answers<T>(&self, query: impl Future<Output = T>) -> Option<T> {
        let silent = async {
            loop {
                sleep(LONG).await;
                if !matches!(timeout(PING, self.reads()).await, Ok(Ok(()))) {
                    return;
                }
            }
        };
        tokio::select! {
            done = query => Some(done),
            () = silent => None,
        }
    }
}

/// Reads the address and makes a client; no I/O happens before the first operation, except to resolve
/// `mongodb+srv` names. If they cannot be resolved now the error is [`StartError::Away`].
///
/// The database is the one the URL names, else `database`.
pub async fn connect(url: &SecretString, database: &str) -> Result<Server, StartError> {
    let elections = Elections::default();
    let (options, seen) = options(url, false, &elections).await?;
    let name = options.default_database.clone().unwrap_or_else(|| database.to_owned());
    let database = client(options)?.database(&name);
    Ok(Server {
        outside_stable_api: database.clone(),
        database,
        runtime: Handle::current(),
        seen,
        elections,
        compared: Compared::default(),
    })
}

/// The same, and the server refuses each command that is not part of version 1 of the Stable API, apart from those of
/// [`Server::outside_stable_api`]. For tests: what passes so on one version of MongoDB means the same on later ones.
pub async fn connect_strictly(url: &SecretString, database: &str) -> Result<Server, StartError> {
    let server = connect(url, database).await?;
    let elections = Elections::default();
    let strict = client(options(url, true, &elections).await?.0)?;
    Ok(Server { database: strict.database(server.database.name()), elections, ..server })
}

fn client(options: ClientOptions) -> Result<Client, StartError> {
    Client::with_options(options).map_err(|error| unusable(&error))
}

async fn options(
    url: &SecretString,
    strict: bool,
    elections: &Elections,
) -> Result<(ClientOptions, Seen), StartError> {
    let mut options = parse(url).await?;
    let seen = Seen::wanting(options.repl_set_name.clone());
    let noting = seen.clone();
    let elections = elections.clone();
    options.sdam_event_handler = Some(EventHandler::callback(move |event| {
        pool::watch(&event);
        elections.watch(&event);
        noting.take(event);
    }));
    options.cmap_event_handler = Some(EventHandler::callback(|event| pool::count(&event)));
    options.app_name.get_or_insert_with(|| "tessera".into());
    options.server_selection_timeout.get_or_insert(SERVER_SELECTION);
    options.connect_timeout.get_or_insert(CONNECT);
    options.heartbeat_freq.get_or_insert(HEARTBEAT);
    options.max_pool_size.get_or_insert(POOL);
    options.retry_writes = Some(true);
    options.retry_reads = Some(true);
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build());
    options.read_concern = Some(ReadConcern::majority());
    // Every later server keeps what version 1 promises.
    options.server_api = Some(ServerApi::builder().version(ServerApiVersion::V1).strict(strict).build());
    Ok((options, seen))
}

/// Whether the names behind the address can be resolved now.
pub async fn resolve(url: &SecretString) -> Result<(), StartError> {
    parse(url).await.map(|_| ())
}

async fn parse(url: &SecretString) -> Result<ClientOptions, StartError> {
    let options = ClientOptions::parse(url.expose_secret()).await.map_err(|error| unusable(&error))?;
    match &options.selection_criteria {
        None | Some(SelectionCriteria::ReadPreference(ReadPreference::Primary)) => {}
        Some(_) => return Err(refused("readPreference", "primary")),
    }
    match &options.read_concern {
        Some(level) if *level != ReadConcern::majority() => Err(refused("readConcernLevel", "majority")),
        _ => Ok(options),
    }
}

/// The refusal of an option with which reads could leave out acknowledged writes.
fn refused(option: &str, supported: &str) -> StartError {
    StartError::Store(format!(
        "store.url: {option} may only be {supported}, or else reads could miss acknowledged writes; remove it"
    ))
}

fn unusable(error: &Error) -> StartError {
    match &*error.kind {
        ErrorKind::DnsResolve { .. } => StartError::Away(cause(error)),
        _ => StartError::Store(format!("store.url is not a usable MongoDB address: {}", error.kind)),
    }
}

/// The outcome of one small operation. If it takes too long, the error is a time-out of the connection.
pub async fn in_time<T>(operation: impl IntoFuture<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(OPERATION, operation).await.unwrap_or_else(|_| Err(silence()))
}

/// The error for a missing answer.
fn silence() -> Error {
    io::Error::new(io::ErrorKind::TimedOut, "MongoDB did not answer in time").into()
}

/// Whether an error means that the store cannot be reached now, as opposed to refusing the operation.
pub fn is_unavailable(error: &mongodb::error::Error) -> bool {
    matches!(
        *error.kind,
        ErrorKind::ServerSelection { .. }
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::Io(_)
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::Shutdown
    ) || error.contains_label(mongodb::error::RETRYABLE_WRITE_ERROR)
        || matches!(&*error.kind, ErrorKind::Command(command) if is_passing(command.code))
        || cause(error).kind == cause::Kind::DiskFull
        || matches!(&*error.kind, ErrorKind::Write(mongodb::error::WriteFailure::WriteConcernError(_)))
}

/// Whether a server's code is temporary: the operation may succeed elsewhere or later.
pub fn is_passing(code: i32) -> bool {
    NOT_PRIMARY.contains(&code)
}

/// Server codes for "not primary", "shutting down" and "interrupted by a change of state"
/// (MongoDB specification: server discovery and monitoring, "not writable primary" and "node is recovering").
const NOT_PRIMARY: [i32; 8] = [91, 189, 10107, 11600, 11602, 13435, 13436, 262];

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn options_with_which_reads_miss_writes_are_refused() {
        for (options, refused) in [
            ("", None),
            ("&readPreference=primary&readConcernLevel=majority", None),
            ("&readPreference=secondaryPreferred", Some("readPreference")),
            ("&readPreference=nearest", Some("readPreference")),
            ("&readConcernLevel=local", Some("readConcernLevel")),
        ] {
            let url = SecretString::from(format!("mongodb://127.0.0.1:1/lab?replicaSet=rs0{options}"));
            match (resolve(&url).await, refused) {
                (Ok(()), None) => {}
                (Err(StartError::Store(fault)), Some(option)) => assert!(fault.contains(option), "{fault}"),
                (outcome, _) => panic!("{options}: {outcome:?}"),
            }
        }
    }
}
