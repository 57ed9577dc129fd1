//! What the system says of processes that have ended.

/// Most memory, bytes, that any process which this one started held; nothing
/// where the system does not tell.
#[cfg(unix)]
pub(crate) fn children_peak() -> Option<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
    // Apple's systems count bytes, the others KiB.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    u64::try_from(usage.max_rss()).ok()?.checked_mul(unit)
}

/// See above.
#[cfg(not(unix))]
pub(crate) fn children_peak() -> Option<u64> {
    None
}
