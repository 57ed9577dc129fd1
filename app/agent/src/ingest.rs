//! Tier 1 as a loop: bytes of a file to records, events, rule hits; counted
//! exactly. Nothing is lost in silence: records = events + unmapped + problems.

use selvedge_detect::frame::At;
use selvedge_detect::sigma::{LogSource, RuleEngine};
use selvedge_detect::{Framer, Piece, normalise};
use selvedge_graph::Record;
use selvedge_graph::factset::Hit;
use selvedge_model::event::{Event, RawRef};
use selvedge_model::{Digest, EventId, Problem, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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

/// What becomes of each event, besides being counted.
pub trait Sink {
    /// A record that was read: its event, and the record as tier 2 keeps it.
    fn record(&mut self, event: &Event, value: &Value, record: Record);

    /// A record or file that could not be read.
    fn problem(&mut self, problem: Problem);
}

/// Reads files into a [`Sink`].
pub struct Ingest<'a> {
    engine: &'a dyn RuleEngine,
    now: Timestamp,
    counts: Counts,
    /// Why records of known kinds could not be mapped, with how often.
    unmapped_because: BTreeMap<String, u64>,
}

impl<'a> Ingest<'a> {
    /// Records without a time of their own are dated `now`.
    pub fn new(engine: &'a dyn RuleEngine, now: Timestamp) -> Self {
        Self { engine, now, counts: Counts::default(), unmapped_because: BTreeMap::new() }
    }

    /// The accounting so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Why records of known kinds were left unmapped, with how often.
    pub fn unmapped_because(&self) -> &BTreeMap<String, u64> {
        &self.unmapped_because
    }

    /// Damage to a file as a whole.
    pub fn file_problem(&mut self, problem: Problem, sink: &mut dyn Sink) {
        self.counts.file_problems += 1;
        sink.problem(problem);
    }

    /// Begins a file.
    pub fn file<'b>(&'b mut self, name: &str) -> FileIngest<'a, 'b> {
        FileIngest { ingest: self, name: name.to_owned(), framer: Framer::new(), problems: 0, text_log: None }
    }

    fn json(&mut self, bytes: &[u8], place: String, sink: &mut dyn Sink) -> Result<(), String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))?;
        let done = normalise(&value, bytes, place, self.now);
        if done.event.is_unmapped() {
            self.counts.unmapped += 1;
            if let Some(why) = done.unmapped_because {
                *self.unmapped_because.entry(why).or_default() += 1;
            }
        } else {
            self.counts.events += 1;
        }
        let record = Record {
            record_id: done.event.record_id.clone(),
            digest: done.event.raw.digest,
            revision: done.event.revision,
            hits: self.hits(&done.event, &value),
            facts: done.facts,
        };
        sink.record(&done.event, &value, record);
        Ok(())
    }

    fn hits(&self, event: &Event, value: &Value) -> Vec<Hit> {
        let Some(source) = LogSource::of(event.kind) else {
            return Vec::new();
        };
        let (_, record) = selvedge_detect::classify(value);
        self.engine
            .matches(&source, record)
            .into_iter()
            .filter_map(|hit| self.engine.rule(hit.rule))
            .map(|rule| Hit { rule: rule.id.clone(), version: rule.version.clone() })
            .collect()
    }
}

/// One file on its way through.
pub struct FileIngest<'a, 'b> {
    ingest: &'b mut Ingest<'a>,
    name: String,
    framer: Framer,
    problems: u64,
    /// Whether the file is a text log, once its first line has told.
    text_log: Option<bool>,
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
        let hidden = self.problems.saturating_sub(MAX_PROBLEMS_PER_FILE);
        if hidden > 0 {
            sink.problem(Problem::new(self.name.clone(), format!("{hidden} more records of this file cannot be read")));
        }
    }

    fn place(&self, at: At) -> String {
        if at.starts_line { format!("{}:{}", self.name, at.line) } else { format!("{}@{}", self.name, at.byte) }
    }

    fn piece(&mut self, piece: Piece<'_>, sink: &mut dyn Sink) {
        match piece {
            Piece::Json(at, bytes) => {
                self.ingest.counts.records += 1;
                let place = self.place(at);
                if let Err(why) = self.ingest.json(bytes, place, sink) {
                    self.broken(at, why, sink);
                }
            }
            Piece::Line(at, line) => self.line(at, line, sink),
            Piece::Broken(at, why) => {
                self.ingest.counts.records += 1;
                self.broken(at, why.to_owned(), sink);
            }
        }
    }

    fn broken(&mut self, at: At, why: String, sink: &mut dyn Sink) {
        self.ingest.counts.problems += 1;
        self.problems += 1;
        if self.problems <= MAX_PROBLEMS_PER_FILE {
            sink.problem(Problem::new(self.place(at), why));
        }
    }

    /// A line of text: a record of a text log (flow logs), its heading, or
    /// nothing that can be read.
    fn line(&mut self, at: At, line: &[u8], sink: &mut dyn Sink) {
        let text = std::str::from_utf8(line).ok();
        if text.is_some_and(is_flow_heading) {
            self.text_log = Some(true);
            return;
        }
        self.ingest.counts.records += 1;
        let is_log = *self.text_log.get_or_insert_with(|| text.is_some_and(is_flow_line));
        if !is_log {
            self.broken(at, "neither JSON nor a text log that is known here".to_owned(), sink);
            return;
        }
        self.ingest.counts.unmapped += 1;
        let digest = Digest::of(line);
        let raw = RawRef { place: self.place(at), digest, len: line.len() as u64 };
        let event = selvedge_detect::normalise::unmapped(raw, self.ingest.now);
        let record =
            Record { record_id: event.record_id.clone(), digest, revision: None, facts: Vec::new(), hits: Vec::new() };
        sink.record(&event, &Value::from(text.unwrap_or_default()), record);
    }
}

/// VPC flow logs in files begin with the names of their fields.
fn is_flow_heading(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let known = ["version", "account-id", "interface-id", "srcaddr", "dstaddr", "action", "log-status", "start", "end"];
    fields.len() >= 4 && fields.iter().filter(|f| known.contains(f)).count() >= 3
}

/// The default format without a heading: version, account and twelve fields.
fn is_flow_line(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    fields.len() >= 14
        && fields.first().is_some_and(|v| v.parse::<u8>().is_ok())
        && fields.get(1).is_some_and(|a| a.len() == 12 && a.bytes().all(|b| b.is_ascii_digit()))
}

/// A sink that keeps what tier 2 needs.
#[derive(Debug, Default)]
pub struct Kept {
    /// Records that tier 2 keeps.
    pub records: Vec<(EventId, Record)>,
    /// Identities of all records that were read.
    pub seen: std::collections::BTreeSet<EventId>,
    /// How many records were read a second time.
    pub duplicates: u64,
    /// Problems.
    pub problems: Vec<Problem>,
}

impl Sink for Kept {
    fn record(&mut self, event: &Event, _value: &Value, record: Record) {
        if !self.seen.insert(event.id) {
            self.duplicates += 1;
        }
        if record.is_kept() {
            self.records.push((event.id, record));
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}
