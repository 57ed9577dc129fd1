//! A month of ordinary work in both clouds: what the logs of a company with
//! nothing wrong in it look like.
//!
//! Rules are measured against it: what they raise here is noise. It is written
//! broad on purpose and knows no rule: people and pipelines do everything that
//! administrators do, dangerous-looking things included, about as often as a real
//! estate does, and machines reading make up nearly all of the rest. A hundred
//! thousand records stand for a month of a company of three hundred people; the
//! rates of the tables are per million records, so that what happens once a
//! quarter can be said.

mod azure_rows;
mod data_plane;
mod entra_audit;
mod estate;
mod fill;
mod graph;
mod sign_ins;
mod tables;
mod trail;

#[cfg(test)]
mod tests;

use crate::rng::Rng;
use estate::Estate;
pub(crate) use estate::Residents;
use fill::Fill;
use jiff::{SignedDuration, Timestamp};
use selvedge_model::RecordKind;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::LazyLock;
use tables::Doing;

/// Length of the month in seconds.
const MONTH: u64 = 30 * 24 * 3600;
/// 2026-09-01T00:00:00Z, a Tuesday.
const START: i64 = 1_788_220_800;

/// One record of the month.
#[derive(Debug, Clone, PartialEq)]
pub struct BenignRecord {
    /// What it is.
    pub kind: RecordKind,
    /// The raw record, in one of the shapes in which the provider hands it out;
    /// a line of a flow log as an object with the names of its columns.
    pub record: Value,
}

/// A month of records, in the order of their times. The same seed and size give
/// the same month.
#[derive(Debug)]
pub struct Month {
    rng: Rng,
    estate: Estate,
    size: usize,
    made: usize,
    start: Timestamp,
    seconds: u64,
    waiting: VecDeque<BenignRecord>,
}

impl Month {
    /// A month of `size` records.
    pub fn new(seed: u64, size: usize) -> Self {
        let mut rng = Rng::labelled(seed, "benign");
        let estate = Estate::new(&mut rng);
        let start = Timestamp::from_second(START).unwrap_or_default();
        Self { rng, estate, size, made: 0, start, seconds: MONTH, waiting: VecDeque::new() }
    }

    /// As many records of a company that is there already, over so many seconds
    /// from `start`.
    pub(crate) fn of(seed: u64, size: usize, who: &Residents<'_>, start: Timestamp, seconds: u64) -> Self {
        let mut rng = Rng::labelled(seed, "benign");
        let estate = Estate::of(&mut rng, who);
        Self { rng, estate, size, made: 0, start, seconds, waiting: VecDeque::new() }
    }

    /// Now, by how far the month is along.
    fn now(&self) -> Timestamp {
        let seconds = self.seconds * self.made as u64 / self.size.max(1) as u64;
        crate::clock::plus(self.start, SignedDuration::from_secs(seconds.cast_signed()))
    }

    /// Lets somebody or something act.
    fn act(&mut self) {
        let at = self.now();
        let mut desk = Desk { rng: &mut self.rng, estate: &self.estate, at, out: &mut self.waiting };
        let mut draw = u32::try_from(desk.rng.between(0, 999_999)).unwrap_or_default();
        for (rate, act) in ACTS.iter() {
            match draw.checked_sub(*rate) {
                Some(rest) => draw = rest,
                None => return act(&mut desk),
            }
        }
        // The rest: machines that read.
        trail::act(&mut desk, &AWS_READS);
    }
}

impl Iterator for Month {
    type Item = BenignRecord;

    fn next(&mut self) -> Option<BenignRecord> {
        if self.made >= self.size {
            return None;
        }
        while self.waiting.is_empty() {
            self.act();
        }
        self.made += 1;
        self.waiting.pop_front()
    }
}

/// Where an act writes its records.
struct Desk<'a> {
    rng: &'a mut Rng,
    estate: &'a Estate,
    at: Timestamp,
    out: &'a mut VecDeque<BenignRecord>,
}

impl Desk<'_> {
    fn put(&mut self, kind: RecordKind, record: Value) {
        self.out.push_back(BenignRecord { kind, record });
    }

    /// Values for the placeholders of one act.
    fn fill(&mut self) -> Fill {
        Fill::new(self.estate, self.rng)
    }

    /// One of a list.
    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.rng.between(0, of.len() as u64 - 1) as usize]
    }
}

/// One of a weighted list.
fn weighted<'t, T>(rng: &mut Rng, of: &'t [T], weight: impl Fn(&T) -> u32) -> &'t T {
    let total: u64 = of.iter().map(|entry| u64::from(weight(entry))).sum();
    let mut draw = rng.between(0, total - 1);
    for entry in of {
        match draw.checked_sub(u64::from(weight(entry))) {
            Some(rest) => draw = rest,
            None => return entry,
        }
    }
    &of[0]
}

/// A table of what is done, read when it is first wanted.
type Table = LazyLock<Vec<Doing>>;

static AWS_PIPELINE: Table = LazyLock::new(|| tables::read(include_str!("tables/aws_pipeline.txt")));
static AWS_PEOPLE: Table = LazyLock::new(|| tables::read(include_str!("tables/aws_people.txt")));
static AWS_OPS: Table = LazyLock::new(|| tables::read(include_str!("tables/aws_ops.txt")));
static AWS_READS: Table = LazyLock::new(|| tables::read(include_str!("tables/aws_reads.txt")));
static AZURE: Table = LazyLock::new(|| tables::read(include_str!("tables/azure.txt")));
static ENTRA: Table = LazyLock::new(|| tables::read(include_str!("tables/entra.txt")));

type Act = fn(&mut Desk<'_>);

/// What people, pipelines and services do, and how often in a million draws.
static ACTS: LazyLock<[(u32, Act); 11]> = LazyLock::new(|| {
    [
        (tables::rate(&AWS_PIPELINE), |desk| trail::act(desk, &AWS_PIPELINE)),
        (tables::rate(&AWS_PEOPLE), |desk| trail::act(desk, &AWS_PEOPLE)),
        (tables::rate(&AWS_OPS), |desk| trail::act(desk, &AWS_OPS)),
        (tables::rate(&AZURE), |desk| azure_rows::act(desk, &AZURE)),
        (tables::rate(&ENTRA), |desk| entra_audit::act(desk, &ENTRA)),
        (data_plane::RARE, data_plane::alert),
        (110_000, sign_ins::user),
        (90_000, sign_ins::workload),
        (110_000, graph::call),
        (60_000, data_plane::key_vault),
        (120_000, data_plane::other),
    ]
});
