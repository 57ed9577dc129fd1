//! Many files on all cores. Tier 1 keeps nothing from one record to the next, so
//! files are read side by side; what tier 2 keeps is packed at once, without a copy
//! in between, and neither the accounting nor the set depends on which worker came
//! first.

use super::{Arrival, Ingest, Tally, half};
use selvedge_detect::sigma::RuleEngine;
use selvedge_detect::{contact, facts};
use selvedge_graph::cold::Parts;
use selvedge_model::{Digest, Problem, Timestamp};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Identities that a worker keeps before it hands them over.
const PARCEL: usize = 1_024;

/// Decoded pieces between the thread that decodes a file and the one that reads
/// it, where files are fewer than workers. Pieces are at most a mebibyte.
const PIECES_AHEAD: usize = 4;

/// Problems that a run keeps with their reason; further ones are counted.
pub const MAX_PROBLEMS: usize = 100_000;

/// Opens files and undoes their compression.
pub trait Decoder: Sync {
    /// Hands the decoded content of a file on, piece by piece, until it ends or
    /// the consumer wants no more. Returns what is wrong with the file.
    fn decode(&self, path: &Path, on_piece: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Vec<Problem>;
}

/// Everything around one run of [`read_files`].
pub struct Run<'a> {
    /// Opens the files.
    pub decoder: &'a dyn Decoder,
    /// Rules.
    pub engine: &'a dyn RuleEngine,
    /// Dates records that have no time of their own.
    pub now: Timestamp,
    /// How many workers, one at least.
    pub workers: usize,
    /// Takes a record that tier 2 keeps, or that says that data went somewhere. Called by any worker, by several at a time.
    pub take: &'a (dyn Fn(&Parts<'_>) + Sync),
    /// Takes the first halves of the identities of records that were read, each once
    /// for every time that it was read. Called as `take` is.
    pub ids: &'a (dyn Fn(&[u128]) + Sync),
    /// Told of each file that is done, and of how many records were read of it.
    pub done: &'a (dyn Fn(usize, u64) + Sync),
}

/// Problems with the position of their file.
type ByFile = Vec<(usize, Vec<Problem>)>;

/// Reads files; returns the accounting and the problems, in the files' order.
pub fn read_files(files: &[PathBuf], run: &Run<'_>) -> (Tally, Vec<Problem>) {
    let next = AtomicUsize::new(0);
    let all: Mutex<(Tally, ByFile)> = Mutex::default();
    let workers = run.workers.clamp(1, files.len().max(1));
    // With fewer files than cores, decoding gets a thread of its own.
    let split = workers < run.workers;
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut ingest = Ingest::new(run.engine, run.now);
                let mut problems = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(index) else { break };
                    let found = read_one(path, run, &mut ingest, split);
                    if !found.is_empty() {
                        problems.push((index, found));
                    }
                }
                let mut all = all.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                all.0.add(ingest.into_tally());
                all.1.append(&mut problems);
            });
        }
    });
    let (tally, mut by_file) = all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    by_file.sort_by_key(|(index, _)| *index);
    let mut problems: Vec<Problem> = by_file.into_iter().flat_map(|(_, found)| found).collect();
    let hidden = problems.len().saturating_sub(MAX_PROBLEMS);
    if hidden > 0 {
        problems.truncate(MAX_PROBLEMS);
        problems.push(Problem::new("all files", format!("{hidden} more problems are counted but not listed")));
    }
    (tally, problems)
}

/// A sink that hands over what it reads.
struct Worker<'a> {
    run: &'a Run<'a>,
    ids: Vec<u128>,
    problems: Vec<Problem>,
}

impl Worker<'_> {
    fn hand_over(&mut self) {
        (self.run.ids)(&self.ids);
        self.ids.clear();
    }
}

impl super::Sink for Worker<'_> {
    fn record(&mut self, arrival: Arrival<'_, '_>) {
        let Arrival { event, found, read, hits } = arrival;
        let id = event.id(found.bytes);
        self.ids.push(half(&id));
        if self.ids.len() >= PARCEL {
            self.hand_over();
        }
        let facts = facts(event, id, found, read, !hits.is_empty());
        let contact = contact(event, id, found);
        let hits: Vec<(&str, &str)> = hits.iter().map(|rule| (&*rule.id, &*rule.version)).collect();
        let parts = Parts {
            event: id,
            record_id: &event.ocsf.metadata.uid,
            // Taken below, of what is kept: it is dear.
            digest: Digest::zero(),
            revision: event.revision,
            at: event.occurred_at,
            facts: &facts.others,
            call: facts.call.as_ref(),
            hits: &hits,
            contact: contact.as_ref(),
        };
        if parts.is_kept() {
            (self.run.take)(&Parts { digest: Digest::of(found.bytes), ..parts });
        } else if parts.contact.is_some() {
            (self.run.take)(&parts);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read_one(path: &Path, run: &Run<'_>, ingest: &mut Ingest<'_>, split: bool) -> Vec<Problem> {
    let before = ingest.counts().records;
    let mut sink = Worker { run, ids: Vec::with_capacity(PARCEL), problems: Vec::new() };
    let mut file = ingest.file(&path.display().to_string());
    let damage = if split {
        decode_apart(path, run.decoder, &mut |piece| file.push(piece, &mut sink))
    } else {
        run.decoder.decode(path, &mut |piece| {
            file.push(piece, &mut sink);
            ControlFlow::Continue(())
        })
    };
    file.finish(&mut sink);
    for problem in damage {
        ingest.file_problem(problem, &mut sink);
    }
    sink.hand_over();
    (run.done)(1, ingest.counts().records.saturating_sub(before));
    sink.problems
}

/// Decodes on a thread of its own, a few pieces ahead of the reader.
fn decode_apart(path: &Path, decoder: &dyn Decoder, read: &mut dyn FnMut(&[u8])) -> Vec<Problem> {
    let (sender, receiver) = sync_channel::<Vec<u8>>(PIECES_AHEAD);
    thread::scope(|scope| {
        let decoding = scope.spawn(move || {
            decoder.decode(path, &mut |piece| match sender.send(piece.to_vec()) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        for piece in receiver {
            read(&piece);
        }
        decoding.join().unwrap_or_default()
    })
}
