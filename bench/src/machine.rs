//! What the machine says of itself, of this process and of those that it started.
//! No unsafe code: on Unix the numbers come from `getrusage(2)` and `/proc`;
//! elsewhere there is only the wall clock.

use serde::{Deserialize, Serialize};
use std::fs;
use std::time::{Duration, Instant};

/// Which time the measurements are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TimeKind {
    /// User and system time.
    Cpu,
    /// Time on the wall, because this system does not tell the other.
    Wall,
}

/// Facts about the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Machine {
    /// Operating system and architecture.
    pub(crate) system: String,
    /// Model of the processor, where the system tells it.
    pub(crate) processor: Option<String>,
    /// Cores that this process may use.
    pub(crate) cores: usize,
    /// Memory, bytes, where the system tells it.
    pub(crate) memory_bytes: Option<u64>,
    /// What the times are.
    pub(crate) time: TimeKind,
    /// Processes that wanted a core over the last minute, when the bench began.
    pub(crate) load: Option<String>,
}

impl Machine {
    /// Of this machine.
    pub(crate) fn here() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let load = fs::read_to_string("/proc/loadavg").ok();
        Self {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: processor.map(|(_, name)| name.trim().to_owned()),
            cores: cores(),
            memory_bytes: fs::read_to_string("/proc/meminfo").ok().and_then(|text| kib(&text, "MemTotal:")),
            time: if own_cpu().is_some() { TimeKind::Cpu } else { TimeKind::Wall },
            load: load.and_then(|text| text.split_whitespace().next().map(str::to_owned)),
        }
    }
}

/// Cores that this process may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Most memory that this process ever held, in bytes (`VmHWM`).
pub(crate) fn peak_memory() -> Option<u64> {
    kib(&fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// Memory that this process holds now, in bytes (`VmRSS`).
pub(crate) fn resident_memory() -> Option<u64> {
    kib(&fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// The number of KiB behind a name, in bytes.
fn kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// CPU time and peak memory, bytes, of all processes that this one started and
/// that have ended.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Children {
    pub(crate) cpu: Option<Duration>,
    pub(crate) peak: Option<u64>,
}

#[cfg(unix)]
mod usage {
    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeVal;
    use std::time::Duration;

    fn cpu(usage: &Usage) -> Option<Duration> {
        let part = |time: TimeVal| {
            Some(Duration::new(time.tv_sec().try_into().ok()?, u32::try_from(time.tv_usec()).ok()?.checked_mul(1_000)?))
        };
        part(usage.user_time())?.checked_add(part(usage.system_time())?)
    }

    pub(super) fn own_cpu() -> Option<Duration> {
        cpu(&getrusage(UsageWho::RUSAGE_SELF).ok()?)
    }

    pub(crate) fn children() -> super::Children {
        let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return super::Children::default() };
        // Apple's systems count bytes, the others KiB.
        let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
        let peak = u64::try_from(usage.max_rss()).ok().and_then(|rss| rss.checked_mul(unit));
        super::Children { cpu: cpu(&usage), peak }
    }
}

#[cfg(not(unix))]
mod usage {
    pub(super) fn own_cpu() -> Option<std::time::Duration> {
        None
    }

    pub(crate) fn children() -> super::Children {
        super::Children::default()
    }
}

pub(crate) use usage::children;
use usage::own_cpu;

/// Measures one stretch of this process, all threads together.
pub(crate) struct Stopwatch {
    cpu: Option<Duration>,
    wall: Instant,
}

/// How long a stretch took, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Took {
    /// User and system time of all threads, else time on the wall.
    pub(crate) cpu: f64,
    /// Time on the wall.
    pub(crate) wall: f64,
}

impl std::ops::AddAssign for Took {
    fn add_assign(&mut self, other: Self) {
        self.cpu += other.cpu;
        self.wall += other.wall;
    }
}

impl Stopwatch {
    /// Begins.
    pub(crate) fn start() -> Self {
        Self { cpu: own_cpu(), wall: Instant::now() }
    }

    /// Since the beginning.
    pub(crate) fn took(&self) -> Took {
        let wall = self.wall.elapsed();
        let cpu = self.cpu.and_then(|began| Some(own_cpu()?.saturating_sub(began)));
        Took { cpu: cpu.unwrap_or(wall).as_secs_f64(), wall: wall.as_secs_f64() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_writes_is_read() {
        let status = "Name:\tx\nVmHWM:\t    2004 kB\nVmRSS: 1 kB\n";
        assert_eq!(kib(status, "VmHWM:"), Some(2004 * 1024));
        assert_eq!(kib("Name:\tx\n", "VmHWM:"), None);
        assert_eq!(kib("VmHWM: many kB", "VmHWM:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_cpu_time_and_memory() {
        assert_eq!(Machine::here().time, TimeKind::Cpu);
        assert!(peak_memory().is_some_and(|bytes| bytes > 1 << 20));
        assert!(Machine::here().memory_bytes > peak_memory());
        assert!(std::process::Command::new("true").status().is_ok_and(|status| status.success()));
        assert!(children().peak.is_some_and(|bytes| bytes > 1 << 16));
    }
}
