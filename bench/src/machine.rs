//! What the machine says of itself and of this process. No unsafe code: on Linux
//! the numbers are read from `/proc`; elsewhere there is only the wall clock.

use serde::Serialize;
use std::fs;
use std::time::{Duration, Instant};

/// Tag of the entry of `/proc/self/auxv` that holds the clock ticks per second
/// (`AT_CLKTCK` in `getauxval(3)`).
const AT_CLKTCK: u64 = 17;

/// Which time the measurements are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TimeKind {
    /// User and system time of this process.
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
    /// What the times are.
    pub(crate) time: TimeKind,
}

impl Machine {
    /// Of this machine.
    pub(crate) fn here() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Self {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: processor.map(|(_, name)| name.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            time: if cpu_time().is_some() { TimeKind::Cpu } else { TimeKind::Wall },
        }
    }
}

/// User and system time of this process so far.
fn cpu_time() -> Option<Duration> {
    let ticks = cpu_ticks(&fs::read_to_string("/proc/self/stat").ok()?)?;
    let per_second = ticks_per_second(&fs::read("/proc/self/auxv").ok()?)?;
    Some(Duration::from_micros(ticks.checked_mul(1_000_000)?.checked_div(per_second)?))
}

/// Fields 14 and 15 of `/proc/self/stat` (`proc_pid_stat(5)`), counted after the
/// program's name, which may hold anything.
fn cpu_ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(system)
}

fn ticks_per_second(auxv: &[u8]) -> Option<u64> {
    let word = |bytes: &[u8]| match size_of::<usize>() {
        8 => Some(u64::from_ne_bytes(bytes.try_into().ok()?)),
        _ => Some(u64::from(u32::from_ne_bytes(bytes.try_into().ok()?))),
    };
    let words: Vec<u64> = auxv.chunks_exact(size_of::<usize>()).filter_map(word).collect();
    words.chunks_exact(2).find(|pair| pair[0] == AT_CLKTCK).map(|pair| pair[1]).filter(|ticks| *ticks > 0)
}

/// Most memory that this process ever held, in bytes (`VmHWM`).
pub(crate) fn peak_memory() -> Option<u64> {
    high_water(&fs::read_to_string("/proc/self/status").ok()?)
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// Measures one stretch: CPU time where the system tells it, else wall time.
pub(crate) struct Stopwatch {
    cpu: Option<Duration>,
    wall: Instant,
}

impl Stopwatch {
    /// Begins.
    pub(crate) fn start() -> Self {
        Self { cpu: cpu_time(), wall: Instant::now() }
    }

    /// Seconds since the beginning.
    pub(crate) fn seconds(&self) -> f64 {
        let cpu = self.cpu.and_then(|began| Some(cpu_time()?.saturating_sub(began)));
        cpu.unwrap_or_else(|| self.wall.elapsed()).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_writes_is_read() {
        let stat = "12 (a) b (c) R 1 2 3 4 5 6 7 8 9 10 140 25 0 0 20 0 1 0 9";
        assert_eq!(cpu_ticks(stat), Some(165));
        assert_eq!(cpu_ticks("12 (a) R 1 2"), None);
        assert_eq!(high_water("Name:\tx\nVmHWM:\t    2004 kB\nVmRSS: 1 kB\n"), Some(2004 * 1024));
        assert_eq!(high_water("Name:\tx\n"), None);
        let auxv = |pairs: &[(usize, usize)]| -> Vec<u8> {
            pairs.iter().flat_map(|(tag, value)| [tag.to_ne_bytes(), value.to_ne_bytes()].concat()).collect()
        };
        assert_eq!(ticks_per_second(&auxv(&[(33, 1), (17, 250), (0, 0)])), Some(250));
        assert_eq!(ticks_per_second(&auxv(&[(33, 17), (0, 0)])), None);
        assert_eq!(ticks_per_second(&auxv(&[(17, 0)])), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_cpu_time_and_memory() {
        assert_eq!(Machine::here().time, TimeKind::Cpu);
        assert!(peak_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
