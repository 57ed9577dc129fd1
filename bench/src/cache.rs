//! Generated logs are kept, so that a second run need not wait for them.

use crate::task::{MANIFEST, Task, What, task};
use crate::traffic::Manifest;
use selvedge_model::Digest;
use std::fs;
use std::path::{Path, PathBuf};

/// Everything that the logs are made by: when it changes, older ones are not
/// used. What the simulated clouds write is not among it, but what they wrote is
/// read again in every run.
const MADE_BY: [&str; 14] = [
    include_str!("traffic/mod.rs"),
    include_str!("traffic/files.rs"),
    include_str!("traffic/template.rs"),
    include_str!("traffic/world.rs"),
    include_str!("traffic/azure.rs"),
    include_str!("traffic/azure/rows.rs"),
    include_str!("traffic/aws/mod.rs"),
    include_str!("traffic/aws/callers.rs"),
    include_str!("traffic/aws/calls.rs"),
    include_str!("traffic/aws/changes.rs"),
    include_str!("traffic/aws/rare.rs"),
    include_str!("traffic/aws/reads.rs"),
    include_str!("../../sim/src/scenario_a.rs"),
    include_str!("../../sim/src/company.rs"),
];

/// Where the logs of a seed and size lie below `cache`.
pub(crate) fn folder(cache: &Path, records: u64, seed: u64) -> PathBuf {
    let made_by = Digest::of_parts(MADE_BY.iter().map(|text| text.as_bytes())).short(12);
    cache.join(format!("logs-{records}-{seed}-{made_by}"))
}

/// The folder of the logs and what is in it; generates them if they are not
/// there, in a process of its own.
///
/// # Errors
/// If they cannot be generated.
pub(crate) fn logs(cache: &Path, records: u64, seed: u64) -> Result<(PathBuf, Manifest), String> {
    let folder = folder(cache, records, seed);
    if let Some(manifest) = manifest(&folder) {
        eprintln!("logs of an earlier run are used: {}", folder.display());
        return Ok((folder, manifest));
    }
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    // They are large: what an older generator left, or an interrupted run, goes.
    let stem = format!("logs-{records}-{seed}-");
    for old in fs::read_dir(cache).into_iter().flatten().flatten() {
        if old.file_name().to_string_lossy().starts_with(&stem) {
            fs::remove_dir_all(old.path()).map_err(named)?;
        }
    }
    fs::create_dir_all(&folder).map_err(named)?;
    eprintln!("generating {records} records of each cloud into {}", folder.display());
    let done = Task { records, seed, ..task(What::Generate, &folder) }.apart()?;
    eprintln!("generated {} records, {} MB, in {:.0} s", done.records, done.bytes / 1_000_000, done.took.wall);
    let manifest = manifest(&folder).ok_or_else(|| format!("{}: {MANIFEST} is not there", folder.display()))?;
    Ok((folder, manifest))
}

/// The manifest is written last: logs without one are not complete.
fn manifest(folder: &Path) -> Option<Manifest> {
    serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()
}
