//! Counting how many of very many ids are distinct, in bounded memory.
//!
//! Ids are gathered, sorted and, when there are many, written to temporary files
//! as sorted runs, which are merged at the end.

use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// Ids held in memory: 32 MiB of them.
const IN_MEMORY: usize = 2 * 1024 * 1024;

/// Ids that were added, each any number of times.
#[derive(Debug, Default)]
pub struct IdCount {
    held: Vec<u128>,
    runs: Vec<File>,
    added: u64,
    limit: Option<usize>,
    /// Why they can be counted no more.
    failed: Option<io::Error>,
}

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Different ids.
    pub distinct: u64,
    /// Ids that had been added before.
    pub repeated: u64,
    /// SHA-256 over the different ids in order: the same for the same set.
    pub digest: [u8; 32],
}

impl IdCount {
    /// Nothing added yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds ids. If a temporary file cannot be written, [`IdCount::finish`] says so.
    pub fn add(&mut self, ids: &[u128]) {
        if self.failed.is_some() {
            return;
        }
        self.added = self.added.saturating_add(ids.len() as u64);
        self.held.extend_from_slice(ids);
        if self.held.len() >= self.limit.unwrap_or(IN_MEMORY) {
            self.failed = self.spill().err();
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.held.sort_unstable();
        self.held.dedup();
        let mut out = BufWriter::new(tempfile::tempfile()?);
        for id in self.held.drain(..) {
            out.write_all(&id.to_be_bytes())?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs.push(file);
        Ok(())
    }

    /// Merges the runs.
    ///
    /// # Errors
    /// If a temporary file cannot be read, or could not be written.
    pub fn finish(mut self) -> io::Result<Counted> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        self.held.sort_unstable();
        self.held.dedup();
        let mut runs: Vec<Run> = Vec::new();
        for file in self.runs {
            runs.push(Run::begin(file)?);
        }
        let (mut distinct, mut hash) = (0u64, Sha256::new());
        let mut held = self.held.into_iter().peekable();
        loop {
            let of_runs = runs.iter().filter_map(|run| run.head).min();
            let least = [of_runs, held.peek().copied()].into_iter().flatten().min();
            let Some(least) = least else { break };
            if held.peek() == Some(&least) {
                held.next();
            }
            for run in runs.iter_mut().filter(|run| run.head == Some(least)) {
                run.step()?;
            }
            distinct = distinct.saturating_add(1);
            hash.update(least.to_be_bytes());
        }
        let repeated = self.added.saturating_sub(distinct);
        Ok(Counted { distinct, repeated, digest: hash.finalize().into() })
    }
}

/// A sorted run on its way through the merge.
struct Run {
    file: BufReader<File>,
    head: Option<u128>,
}

impl Run {
    fn begin(file: File) -> io::Result<Self> {
        let mut run = Self { file: BufReader::with_capacity(64 * 1024, file), head: None };
        run.step()?;
        Ok(run)
    }

    fn step(&mut self) -> io::Result<()> {
        let mut bytes = [0; 16];
        self.head = match self.file.read_exact(&mut bytes) {
            Ok(()) => Some(u128::from_be_bytes(bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(error),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn check(ids: &[u128], limit: usize) {
        let mut count = IdCount { limit: Some(limit), ..IdCount::new() };
        for part in ids.chunks(3) {
            count.add(part);
        }
        let found = count.finish().unwrap();
        let set: BTreeSet<u128> = ids.iter().copied().collect();
        let mut hash = Sha256::new();
        set.iter().for_each(|id| hash.update(id.to_be_bytes()));
        let expect = Counted {
            distinct: set.len() as u64,
            repeated: (ids.len() - set.len()) as u64,
            digest: hash.finalize().into(),
        };
        assert_eq!(found, expect, "limit {limit}");
    }

    #[test]
    fn the_same_in_memory_and_on_disk() {
        let ids: Vec<u128> = (0..500u128).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 321).collect();
        for limit in [1, 7, 100, 10_000] {
            check(&ids, limit);
        }
        check(&[], 5);
    }

    #[test]
    fn what_could_not_be_written_is_said_at_the_end() {
        let mut count = IdCount { failed: Some(io::ErrorKind::StorageFull.into()), ..IdCount::new() };
        count.add(&[1, 2]);
        assert!(count.held.is_empty(), "nothing is gathered any more");
        assert_eq!(count.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
