//! Keeps processes on one core each (`taskset` of util-linux), so that a figure is that of the service's own core.

use std::process::Command;

use mongodb::bson::{Bson, doc};

use super::support::store;

/// The core that the service has to itself.
const SERVICE: &str = "0";
/// The core of everything else: the MongoDB server and the load generator.
const OTHERS: &str = "1";

/// One core for the service and another for MongoDB and this process, until it is dropped.
pub struct Apart {
    processes: [u32; 2],
}

impl Apart {
    /// Moves the service `process` to a core of its own. Needs two cores.
    pub async fn keep(process: u32) -> Self {
        let mongod = mongod().await;
        allow("-acp", SERVICE, process);
        allow("-acp", OTHERS, mongod);
        allow("-acp", OTHERS, std::process::id());
        Self { processes: [mongod, std::process::id()] }
    }

    /// Moves the thread that calls to the service's core.
    pub fn join_service() {
        let thread = std::fs::read_link("/proc/thread-self").expect("Linux");
        let thread = thread.file_name().and_then(|id| id.to_str()?.parse().ok()).expect("a thread's id");
        allow("-cp", SERVICE, thread);
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        for process in self.processes {
            allow("-acp", &format!("{SERVICE},{OTHERS}"), process);
        }
    }
}

fn allow(how: &str, cores: &str, id: u32) {
    let said = Command::new("taskset").args([how, cores, &id.to_string()]).output().expect("taskset");
    assert!(said.status.success(), "taskset {how} {cores} {id}: {}", String::from_utf8_lossy(&said.stderr));
}

/// The process id of the MongoDB server that all measures share.
async fn mongod() -> u32 {
    let client = store::client(&store::shared()).await;
    let status = client.database("admin").run_command(doc! { "serverStatus": 1 }).await.expect("a status");
    let id = match status.get("pid") {
        Some(Bson::Int64(id)) => u32::try_from(*id).ok(),
        Some(Bson::Int32(id)) => u32::try_from(*id).ok(),
        _ => None,
    };
    id.expect("the server's process id")
}
