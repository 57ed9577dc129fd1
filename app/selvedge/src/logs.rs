//! Log files into the state, on all cores.

use crate::error::Error;
use crate::progress::Progress;
use selvedge_agent::ingest::{Decoder, Run, Tally, read_files};
use selvedge_agent::state::State;
use selvedge_detect::sigma::RuleEngine;
use selvedge_files::{Counted, IdCount, walk};
use selvedge_model::{Digest, Problem, Timestamp};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What reading came to.
pub(crate) struct Read {
    /// The state with the records in it; not settled yet.
    pub(crate) state: State,
    /// Names of the files.
    pub(crate) sources: Vec<String>,
    /// The accounting.
    pub(crate) tally: Tally,
    /// Problems, in the order of the files.
    pub(crate) problems: Vec<Problem>,
    /// Identities of the records.
    pub(crate) ids: Ids,
}

/// Identities of the records that were read.
pub(crate) struct Ids {
    /// Digest over all of them, whatever their order.
    pub(crate) digest: Digest,
    /// How many were read again.
    pub(crate) repeated: u64,
}

/// Reads every file below the paths into the state; `human`: a person watches.
///
/// # Errors
/// If ids cannot be counted because the temporary folder is full.
pub(crate) fn read(
    paths: &[PathBuf],
    engine: &dyn RuleEngine,
    now: Timestamp,
    state: State,
    human: bool,
) -> Result<Read, Error> {
    let found = walk(paths);
    let progress = Progress::begin(&found.files, human);
    let (state, ids) = (Mutex::new(state), Mutex::new(IdCount::new()));
    let decoder = Files { progress: &progress };
    let (mut tally, problems) = read_files(
        &found.files,
        &Run {
            decoder: &decoder,
            engine,
            now,
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            take: &|parts| {
                state.lock().unwrap_or_else(PoisonError::into_inner).insert_parts(parts);
            },
            ids: &|read| ids.lock().unwrap_or_else(PoisonError::into_inner).add(read),
            done: &|_, records| progress.file_done(records),
        },
    );
    progress.finish();
    let counted = ids.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
    let Counted { digest, repeated, .. } = counted.map_err(|error| {
        Error::new("E0001", format!("temporary folder: {error}"), "make room there, or name another with TMPDIR")
    })?;
    tally.counts.file_problems += found.problems.len() as u64;
    Ok(Read {
        state: state.into_inner().unwrap_or_else(PoisonError::into_inner),
        sources: found.files.iter().map(|path| path.display().to_string()).collect(),
        tally,
        problems: found.problems.into_iter().chain(problems).collect(),
        ids: Ids { digest: Digest::of(&digest), repeated },
    })
}

/// Files on the disk, whose bytes move the progress bar.
struct Files<'a> {
    progress: &'a Progress,
}

impl Decoder for Files<'_> {
    fn decode(&self, path: &Path, on_piece: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Vec<Problem> {
        let report = self.progress.reader().read(path, &mut |piece| {
            self.progress.tick();
            on_piece(piece)
        });
        report.problems
    }
}
