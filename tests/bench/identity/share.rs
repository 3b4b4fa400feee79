//! A fixed share of a core for a process, by a control group of Linux (version 1 or 2). Needs the right to make one.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The length of time in which a share is used up, in microseconds.
const PERIOD: u32 = 100_000;
const ROOT: &str = "/sys/fs/cgroup";

/// The share of one process, until this is dropped.
pub struct Share {
    group: PathBuf,
    process: u32,
}

impl Share {
    /// Allows `process` so many percent of one core.
    pub fn of(process: u32, percent: u32) -> Self {
        let root = root();
        let group = root.join(format!("tessera-bench-{process}"));
        // Where the controller is not handed on yet. It is in the first version.
        let _ = fs::write(root.join("cgroup.subtree_control"), "+cpu");
        fs::create_dir(&group)
            .unwrap_or_else(|error| panic!("{}: {error} (run this as root)", group.display()));
        let share = Self { group: group.clone(), process };
        let quota = PERIOD / 100 * percent;
        if is_second(&root) {
            write(&group.join("cpu.max"), &format!("{quota} {PERIOD}"));
        } else {
            write(&group.join("cpu.cfs_period_us"), &PERIOD.to_string());
            write(&group.join("cpu.cfs_quota_us"), &quota.to_string());
        }
        write(&group.join("cgroup.procs"), &process.to_string());
        share
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Only an empty group can be removed.
        let _ = fs::write(root().join("cgroup.procs"), self.process.to_string());
        let _ = fs::remove_dir(&self.group);
    }
}

/// Where groups that limit processor time are made.
fn root() -> PathBuf {
    let root = PathBuf::from(ROOT);
    if is_second(&root) { root } else { root.join("cpu") }
}

fn is_second(root: &Path) -> bool {
    root.join("cgroup.controllers").exists()
}

fn write(file: &Path, text: &str) {
    fs::write(file, text).unwrap_or_else(|error| {
        panic!("{}: {error} (does the group have the controller cpu?)", file.display())
    });
}
