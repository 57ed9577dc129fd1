//! Generated logs: days of an organisation in both clouds, with one attack hidden
//! in them.
//!
//! Everything is drawn from a seed. No two records are alike: ids, times, names,
//! sizes, callers, operations, what is asked and answered vary, so that neither
//! gzip nor a cache has it easier than with real logs.

mod aws;
mod azure;
mod files;
mod stream;
mod template;
mod world;

#[cfg(test)]
mod tests;

pub(crate) use files::{Planned, Stream, Writer, plan};
pub(crate) use stream::OnTheFly;
pub(crate) use world::World;

use jiff::Timestamp;
use libdeflater::{CompressionLvl, Compressor};
use selvedge_sim::write_estate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Folders of the logs below `logs`: the set of one cloud each.
pub(crate) const SETS: [&str; 2] = ["cloudtrail", "azure"];

/// What belongs to one set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Set {
    /// Records.
    pub(crate) records: u64,
    /// Files.
    pub(crate) files: u64,
    /// Bytes of the files' text.
    pub(crate) bytes: u64,
    /// Bytes of the files.
    pub(crate) gzip_bytes: u64,
}

/// What was generated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// By the set's name.
    pub(crate) sets: BTreeMap<String, Set>,
    /// Object id of the human whose session was stolen.
    pub(crate) human: String,
    /// Id of the attack's last record.
    pub(crate) last_record: String,
    /// When the last record happened: the "now" of the decision.
    pub(crate) ends_at: Timestamp,
}

impl Manifest {
    /// All sets together.
    pub(crate) fn total(&self) -> Set {
        let mut out = Set::default();
        for set in self.sets.values() {
            out.records += set.records;
            out.files += set.files;
            out.bytes += set.bytes;
            out.gzip_bytes += set.gzip_bytes;
        }
        out
    }
}

/// Writes `per_cloud` records of each cloud below `folder/logs`, on `workers`
/// threads, and the inventory into `folder/estate`.
///
/// # Errors
/// If a file cannot be written.
pub(crate) fn generate(folder: &Path, per_cloud: u64, seed: u64, workers: usize) -> io::Result<Manifest> {
    let world = World::new(seed, per_cloud)?;
    write_estate(&folder.join("estate"), &world.story)?;
    let planned = plan(&world, per_cloud);
    let writer = Writer::new();
    let next = AtomicUsize::new(0);
    let sets: Mutex<BTreeMap<String, Set>> = Mutex::default();
    let failed: Mutex<Option<io::Error>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                let mut press = Press::new();
                while let Some(file) = planned.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match press.file(&folder.join("logs"), &world, &writer, file) {
                        Ok(one) => add(&mut sets.lock().expect("no thread panics"), file, &one),
                        Err(error) => {
                            *failed.lock().expect("no thread panics") = Some(error);
                            return;
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().expect("no thread panics") {
        Some(error) => Err(error),
        None => Ok(Manifest {
            sets: sets.into_inner().expect("no thread panics"),
            human: world.story.truth.human.clone(),
            last_record: world.last_record.clone(),
            ends_at: world.ends,
        }),
    }
}

fn add(sets: &mut BTreeMap<String, Set>, file: &Planned, one: &Set) {
    let name = SETS[usize::from(matches!(file.stream, Stream::Azure(_)))];
    let set = sets.entry(name.to_owned()).or_default();
    set.records += one.records;
    set.files += one.files;
    set.bytes += one.bytes;
    set.gzip_bytes += one.gzip_bytes;
}

/// Buffers and compressor of one thread.
struct Press {
    compressor: Compressor,
    text: String,
    packed: Vec<u8>,
}

impl Press {
    fn new() -> Self {
        Self { compressor: Compressor::new(CompressionLvl::default()), text: String::new(), packed: Vec::new() }
    }

    fn file(&mut self, logs: &Path, world: &World, writer: &Writer, file: &Planned) -> io::Result<Set> {
        self.text.clear();
        writer.write(world, file, &mut self.text);
        self.packed.resize(self.compressor.gzip_compress_bound(self.text.len()), 0);
        let packed = self.compressor.gzip_compress(self.text.as_bytes(), &mut self.packed);
        let packed = packed.map_err(|error| io::Error::other(error.to_string()))?;
        let path = logs.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &self.packed[..packed])?;
        Ok(Set { records: file.all_records(), files: 1, bytes: self.text.len() as u64, gzip_bytes: packed as u64 })
    }
}
