//! Tier 1 as a loop: bytes of a file to records, events, rule hits; counted
//! exactly. Nothing is lost in silence: records = events + unmapped + problems.

mod pool;

pub use pool::{Decoder, MAX_PROBLEMS, Run, read_files};

use selvedge_detect::frame::At;
use selvedge_detect::json::{Doc, Json, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, RuleMeta, Seen};
use selvedge_detect::text::{Line, TextLog};
use selvedge_detect::{Found, Framer, Normalised, Piece, Read, dated, facts, normalise, unwrap};
use selvedge_graph::Record;
use selvedge_graph::factset::Hit;
use selvedge_model::event::Event;
use selvedge_model::fact::Cite;
use selvedge_model::{Digest, EventId, Problem, RecordKind, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Problems of one file that are kept with their reason; further ones are
/// counted, so that a file of noise does not fill the memory.
pub const MAX_PROBLEMS_PER_FILE: u64 = 1_000;

/// The accounting of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Records read: events, unmapped and problems together.
    pub records: u64,
    /// Records mapped to an OCSF class.
    pub events: u64,
    /// Records that can be read but are of no kind that is mapped.
    pub unmapped: u64,
    /// Records that cannot be read.
    pub problems: u64,
    /// Damage to files as a whole; no records.
    pub file_problems: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.events += other.events;
        self.unmapped += other.unmapped;
        self.problems += other.problems;
        self.file_problems += other.file_problems;
    }
}

/// A record that was read, with what tier 1 found.
pub struct Arrival<'a, 'b> {
    /// The event.
    pub event: &'b mut Event<'a>,
    /// The record.
    pub found: &'b Found<'a>,
    /// What was read of it, for [`facts`].
    pub read: &'b Read<'a>,
    /// The rules that hold for it.
    pub hits: &'b [&'b RuleMeta],
}

/// What becomes of each event, besides being counted.
pub trait Sink {
    /// A record that was read.
    fn record(&mut self, arrival: Arrival<'_, '_>);

    /// A record or file that could not be read.
    fn problem(&mut self, problem: Problem);
}

/// What reading came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The accounting.
    pub counts: Counts,
    /// Events by kind.
    pub kinds: BTreeMap<RecordKind, u64>,
}

impl Tally {
    /// Adds what another reader counted.
    pub fn add(&mut self, other: Self) {
        self.counts += other.counts;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

/// Reads files into a [`Sink`].
pub struct Ingest<'a> {
    engine: &'a dyn RuleEngine,
    now: Timestamp,
    tally: Tally,
    scratch: Scratch,
    /// The last file's, whose memory serves the next.
    framer: Framer,
    /// What is wrong with the records of one piece that can be read.
    faults: Vec<String>,
}

impl<'a> Ingest<'a> {
    /// Records without a time of their own are dated `now`.
    pub fn new(engine: &'a dyn RuleEngine, now: Timestamp) -> Self {
        Self {
            engine,
            now,
            tally: Tally::default(),
            scratch: Scratch::default(),
            framer: Framer::new(),
            faults: Vec::new(),
        }
    }

    /// The accounting so far.
    pub fn counts(&self) -> Counts {
        self.tally.counts
    }

    /// All that was counted.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// All that was counted.
    pub fn into_tally(self) -> Tally {
        self.tally
    }

    /// Damage to a file as a whole.
    pub fn file_problem(&mut self, problem: Problem, sink: &mut dyn Sink) {
        self.tally.counts.file_problems += 1;
        sink.problem(problem);
    }

    /// Begins a file.
    pub fn file<'b>(&'b mut self, name: &str) -> FileIngest<'a, 'b> {
        let framer = std::mem::take(&mut self.framer).again();
        FileIngest { ingest: self, name: name.to_owned(), framer, problems: 0, text: TextLog::default() }
    }

    fn json(&mut self, json: Json<'_>, bytes: &[u8], sink: &mut dyn Sink) {
        unwrap(json, bytes, &mut |found| self.record(&found, sink));
    }

    fn record(&mut self, found: &Found<'_>, sink: &mut dyn Sink) {
        let mut done = normalise(found, self.now);
        if let Some(why) = done.unmapped_because.take() {
            return self.faulty(done, found, why, sink);
        }
        self.event(&mut done, found, sink);
    }

    /// A record of a known kind that cannot be mapped. If all that it lacks is a
    /// time, it is dated by the time of reading.
    fn faulty<'r>(&mut self, mut unmapped: Normalised<'r>, found: &Found<'r>, why: String, sink: &mut dyn Sink) {
        if let Some(text) = dated(found, self.now)
            && let Ok(doc) = Doc::parse(text.as_bytes(), &mut Scratch::default())
        {
            let found = Found { json: doc.root(), ..*found };
            let mut done = normalise(&found, self.now);
            if !done.event.is_unmapped() {
                self.faults.push(format!("{why}; it is dated by the time of reading"));
                return self.event(&mut done, &found, sink);
            }
        }
        self.faults.push(format!("{why}; it is left unmapped"));
        self.event(&mut unmapped, found, sink);
    }

    fn event<'r>(&mut self, done: &mut Normalised<'r>, found: &Found<'r>, sink: &mut dyn Sink) {
        let Normalised { event, read, .. } = done;
        let counts = &mut self.tally.counts;
        counts.records += 1;
        *(if event.is_unmapped() { &mut counts.unmapped } else { &mut counts.events }) += 1;
        *self.tally.kinds.entry(event.kind).or_default() += 1;
        let hits = self.hits(event, found);
        sink.record(Arrival { event, found, read, hits: &hits });
    }

    fn hits(&self, event: &Event<'_>, found: &Found<'_>) -> Vec<&'a RuleMeta> {
        let Some(source) = LogSource::of(event.kind) else {
            return Vec::new();
        };
        let hits = self.engine.matches(Seen { source, json: found.json, ocsf: Some(&event.ocsf) });
        hits.into_iter().filter_map(|hit| self.engine.rule(hit.rule)).collect()
    }
}

/// One file on its way through.
pub struct FileIngest<'a, 'b> {
    ingest: &'b mut Ingest<'a>,
    name: String,
    framer: Framer,
    problems: u64,
    text: TextLog,
}

impl FileIngest<'_, '_> {
    /// Takes the next decoded bytes.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) {
        let mut framer = std::mem::take(&mut self.framer);
        framer.push(bytes, &mut |piece| self.piece(piece, sink));
        self.framer = framer;
    }

    /// Ends the file.
    pub fn finish(mut self, sink: &mut dyn Sink) {
        let mut framer = std::mem::take(&mut self.framer);
        framer.finish(&mut |piece| self.piece(piece, sink));
        self.ingest.framer = framer;
        let hidden = self.problems.saturating_sub(MAX_PROBLEMS_PER_FILE);
        if hidden > 0 {
            sink.problem(Problem::new(self.name.clone(), format!("{hidden} more problems with records of this file")));
        }
    }

    fn place(&self, at: At) -> String {
        if at.starts_line { format!("{}:{}", self.name, at.line) } else { format!("{}@{}", self.name, at.byte) }
    }

    fn piece(&mut self, piece: Piece<'_>, sink: &mut dyn Sink) {
        match piece {
            Piece::Json(at, bytes, json) => {
                self.ingest.json(json, bytes, sink);
                self.faults(at, sink);
            }
            Piece::Line(at, line) => {
                let read = self.text.line(line);
                self.text_record(at, line, read, sink);
            }
            Piece::Row(at, row) => {
                let read = self.text.row(row);
                self.text_record(at, row, read, sink);
            }
            Piece::Broken(at, why) => self.broken(at, why, sink),
        }
    }

    fn broken(&mut self, at: At, why: &str, sink: &mut dyn Sink) {
        let counts = &mut self.ingest.tally.counts;
        counts.records += 1;
        counts.problems += 1;
        self.problem(at, why, sink);
    }

    fn problem(&mut self, at: At, why: &str, sink: &mut dyn Sink) {
        self.problems += 1;
        if self.problems <= MAX_PROBLEMS_PER_FILE {
            sink.problem(Problem::new(self.place(at), why));
        }
    }

    /// Tells what is wrong with records that were read all the same.
    fn faults(&mut self, at: At, sink: &mut dyn Sink) {
        for why in std::mem::take(&mut self.ingest.faults) {
            self.problem(at, &why, sink);
        }
    }

    /// A line of text: a record of a text log, its heading, or nothing that can
    /// be read.
    fn text_record(&mut self, at: At, line: &[u8], read: Line, sink: &mut dyn Sink) {
        match read {
            Line::Heading => {}
            Line::Unreadable(why) => self.broken(at, why, sink),
            Line::Record(text) => {
                let mut scratch = std::mem::take(&mut self.ingest.scratch);
                match Doc::parse(text.as_bytes(), &mut scratch) {
                    Ok(doc) => {
                        self.ingest.json(doc.root(), line, sink);
                        doc.recycle(&mut scratch);
                        self.faults(at, sink);
                    }
                    Err(_) => self.broken(at, "the line cannot be read", sink),
                }
                self.ingest.scratch = scratch;
            }
        }
    }
}

/// A sink that keeps what tier 2 needs.
#[derive(Debug, Default)]
pub struct Kept {
    /// Records that tier 2 keeps.
    pub records: Vec<(EventId, Record)>,
    /// The first half of the identity of every record that was read.
    pub ids: Vec<u128>,
    /// Problems.
    pub problems: Vec<Problem>,
}

impl Sink for Kept {
    fn record(&mut self, arrival: Arrival<'_, '_>) {
        let Arrival { event, found, read, hits } = arrival;
        let id = event.id(found.bytes);
        self.ids.push(half(&id));
        let cite = || Cite { event: id, record: event.record_id(), at: event.occurred_at };
        let facts = facts(event, id, found, read, !hits.is_empty()).owned(cite);
        let hits: Vec<Hit> = hits.iter().map(|rule| hit_of(rule)).collect();
        if !Record::would_be_kept(&facts, &hits) {
            return;
        }
        let digest = Digest::of(found.bytes);
        self.records.push((id, Record { record_id: event.record_id(), digest, revision: event.revision, facts, hits }));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn hit_of(rule: &RuleMeta) -> Hit {
    Hit { rule: rule.id.clone(), version: rule.version.clone() }
}

/// The first sixteen bytes of an identity: enough to count records apart.
fn half(id: &EventId) -> u128 {
    let bytes = id.0.as_bytes().first_chunk::<16>().copied().unwrap_or_default();
    u128::from_be_bytes(bytes)
}
