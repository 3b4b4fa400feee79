//! What the operating system says of this process: on Linux, from `/proc`.

use super::{
    declared::{Kind, List},
    read::Read,
};

/// The process itself.
pub static PROCESS: List = &[
    &Read::new(
        "tessera_process_cpu_seconds_total",
        Kind::Counter,
        "Time that the process has computed, for itself and in the kernel.",
        cpu_seconds,
    ),
    &Read::new(
        "tessera_process_resident_memory_bytes",
        Kind::Gauge,
        "Memory that the process has in RAM.",
        resident_bytes,
    ),
    &Read::new("tessera_process_open_fds", Kind::Gauge, "Open file descriptors.", open_fds),
    &Read::new(
        "tessera_process_max_fds",
        Kind::Gauge,
        "The most file descriptors that may be open.",
        max_fds,
    ),
    &Read::new("tessera_process_threads", Kind::Gauge, "Threads.", threads),
    &Read::new(
        "tessera_process_start_time_seconds",
        Kind::Gauge,
        "When the process was started, in seconds since 1970.",
        start_time,
    ),
];

/// The clock ticks of a second in `/proc`: 100 on every architecture that Linux has today (`USER_HZ`).
const TICKS: f64 = 100.0;

/// A field of `/proc/self/stat`, counted as in proc(5). The second one is in brackets and may hold anything.
fn stat(field: usize) -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(field.checked_sub(3)?)?.parse().ok()
}

fn cpu_seconds() -> Option<f64> {
    Some((stat(14)? + stat(15)?) / TICKS)
}

fn threads() -> Option<f64> {
    stat(20)
}

fn start_time() -> Option<f64> {
    let stat_of_all = std::fs::read_to_string("/proc/stat").ok()?;
    let boot: f64 = stat_of_all.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(boot + stat(22)? / TICKS)
}

fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
fn open_fds() -> Option<f64> {
    // Without the one that reads the folder.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count().saturating_sub(1) as f64)
}

fn max_fds() -> Option<f64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
    fn the_process_is_measured() {
        let before = cpu_seconds().unwrap();
        // Nextest ends a test that works for minutes.
        while cpu_seconds().unwrap() <= before {}
        assert!(resident_bytes().unwrap() > 1_000_000.0);
        assert!(threads().unwrap() >= 1.0);
        assert!(max_fds().unwrap() >= open_fds().unwrap());
        let open = open_fds().unwrap();
        let files: Vec<std::fs::File> =
            (0..50).map(|_| std::fs::File::open("/proc/self/stat").unwrap()).collect();
        assert!(open_fds().unwrap() >= open + 25.0);
        drop(files);
        let age = crate::clock::Clock::now(&crate::clock::SystemClock).unix_timestamp() as f64
            - start_time().unwrap();
        assert!((-2.0..3600.0).contains(&age), "{age}");
    }
}
