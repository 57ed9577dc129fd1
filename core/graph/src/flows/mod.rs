//! Observed data flow: who spoke with whom, put together from flow logs and from the
//! logs of services, in bounded memory.
//!
//! A flow record is one of millions and names no person, so it is no fact of
//! [`crate::ColdSet`]: it would crowd out what verdicts read. A [`FlowSet`] keeps one
//! entry for each [`Conversation`], and of each record its amounts alone. It is a
//! function of the set of records that were read (ADR 0006): first and last sight are
//! a least and a greatest, a record that is read again is known by its id, and what
//! is left out when memory ends follows from the records and not from their order.
//!
//! First sight, last sight and whether there was a conversation are exact for what is
//! kept. Amounts are exact up to [`MAX_RECORDS`] records; beyond it those of a fair
//! sample are kept, and sums are lower bounds ([`Amount::at_least`]).

mod book;
mod edges;
pub(crate) mod host;
mod nat;
mod sum;

pub use edges::{Told, connect};
pub use host::host_of;

use crate::cold::text::hash;
use selvedge_model::flow::{Contact, Conversation, Peer, is_private};
use selvedge_model::{RecordId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Conversations that are kept at most: some 35 MiB at worst.
pub const MAX_CONVERSATIONS: usize = 50_000;

/// Records whose amounts are kept at most: some 10 MiB.
pub const MAX_RECORDS: usize = 200_000;

/// Hours that are kept of one conversation, the latest: two days' worth. Both halves
/// of a flow through a gateway are joined by them.
pub const MAX_HOURS: usize = 48;

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// Halvings before conversations of the next rank are touched.
const HEAD_START: u8 = 16;

/// When a conversation was seen, and by which records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// Its first moment.
    pub first: Timestamp,
    /// The record that shows it.
    pub first_record: RecordId,
    /// Its last moment.
    pub last: Timestamp,
    /// The record that shows it.
    pub last_record: RecordId,
    /// Hours since 1970 in which it was seen, the latest [`MAX_HOURS`], in order.
    pub hours: Vec<i64>,
}

impl Sight {
    fn of(contact: &Contact) -> Self {
        let last = contact.last.max(contact.first);
        let hour = |at: Timestamp| at.as_second().div_euclid(HOUR);
        let end = hour(last);
        let longest = i64::try_from(MAX_HOURS).unwrap_or(i64::MAX);
        let begin = hour(contact.first).max(end.saturating_sub(longest).saturating_add(1));
        Self {
            first: contact.first,
            first_record: contact.record.clone(),
            last,
            last_record: contact.record.clone(),
            hours: (begin..=end).collect(),
        }
    }

    /// What both saw. The same whichever comes first, and however often.
    fn add(&mut self, other: Self) {
        if (other.first, &other.first_record) < (self.first, &self.first_record) {
            (self.first, self.first_record) = (other.first, other.first_record);
        }
        if (other.last, &other.last_record) > (self.last, &self.last_record) {
            (self.last, self.last_record) = (other.last, other.last_record);
        }
        self.hours.extend(other.hours);
        self.hours.sort_unstable();
        self.hours.dedup();
        let beyond = self.hours.len().saturating_sub(MAX_HOURS);
        self.hours.drain(..beyond);
    }
}

/// One record's amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sample {
    /// The mark of its conversation.
    of: u64,
    sent: u64,
    back: u64,
    packets: u64,
}

/// What a conversation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Records.
    pub records: u64,
    /// Bytes from the side that began.
    pub sent: u64,
    /// Bytes back to it.
    pub back: u64,
    /// Packets both ways.
    pub packets: u64,
    /// Whether there may be more: records were too many to be kept each.
    pub at_least: bool,
}

impl Amount {
    fn add(&mut self, sample: &Sample) {
        self.records = self.records.saturating_add(1);
        self.sent = self.sent.saturating_add(sample.sent);
        self.back = self.back.saturating_add(sample.back);
        self.packets = self.packets.saturating_add(sample.packets);
    }
}

/// All conversations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlowSet {
    talks: BTreeMap<Conversation, Sight>,
    /// By the beginning of their ids, which are digests.
    samples: BTreeMap<u64, Sample>,
    /// How often what may be kept of conversations was halved.
    talk_step: u8,
    /// The same of records.
    sample_step: u8,
}

impl FlowSet {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.talks.is_empty() && self.samples.is_empty()
    }

    /// Number of conversations that are kept.
    pub fn len(&self) -> usize {
        self.talks.len()
    }

    /// Whether conversations were left out, being too many.
    pub fn is_thinned(&self) -> bool {
        self.talk_step > 0
    }

    /// Adds what a record says.
    pub fn insert(&mut self, contact: &Contact) {
        self.insert_within(contact, MAX_CONVERSATIONS, MAX_RECORDS);
    }

    /// The same with other limits, for tests.
    #[doc(hidden)]
    pub fn insert_within(&mut self, contact: &Contact, most: usize, most_records: usize) {
        let of = mark(&contact.between);
        let rank = rank(&contact.between);
        if rank > 0 {
            let id = contact.event.0.as_bytes().first_chunk::<8>().copied().map(u64::from_be_bytes).unwrap_or_default();
            let sample = Sample { of, sent: contact.sent, back: contact.back, packets: contact.packets };
            self.sample(id, sample, most_records);
        }
        if is_below(of, self.talk_step.saturating_sub(start_of(rank))) {
            self.talk(contact.between.clone(), Sight::of(contact), most);
        }
    }

    fn talk(&mut self, between: Conversation, sight: Sight, most: usize) {
        match self.talks.get_mut(&between) {
            Some(known) => known.add(sight),
            None => {
                self.talks.insert(between, sight);
            }
        }
        // The number at one step only grows with what is read: a step that is taken
        // now would have been taken in any order.
        while self.talks.len() > most && self.talk_step < u8::MAX {
            self.talk_step = self.talk_step.saturating_add(1);
            let step = self.talk_step;
            self.talks.retain(|between, _| is_below(mark(between), step.saturating_sub(start_of(rank(between)))));
        }
    }

    /// Records of conversations that were dropped count, too: what is kept of the
    /// others must not depend on when that was.
    fn sample(&mut self, id: u64, sample: Sample, most: usize) {
        if !is_below(id, self.sample_step) {
            return;
        }
        let held = self.samples.entry(id).or_insert(sample);
        // Two versions of one record: the greater, whichever came first.
        *held = (*held).max(sample);
        while self.samples.len() > most && self.sample_step < 64 {
            self.sample_step = self.sample_step.saturating_add(1);
            let step = self.sample_step;
            self.samples.retain(|id, _| is_below(*id, step));
        }
    }

    /// Adds another set.
    pub fn merge(&mut self, other: Self) {
        self.talk_step = self.talk_step.max(other.talk_step);
        self.sample_step = self.sample_step.max(other.sample_step);
        let (talk_step, sample_step) = (self.talk_step, self.sample_step);
        let fits = |between: &Conversation| is_below(mark(between), talk_step.saturating_sub(start_of(rank(between))));
        self.talks.retain(|between, _| fits(between));
        self.samples.retain(|id, _| is_below(*id, sample_step));
        for (id, sample) in other.samples {
            self.sample(id, sample, MAX_RECORDS);
        }
        for (between, sight) in other.talks {
            if fits(&between) {
                self.talk(between, sight, MAX_CONVERSATIONS);
            }
        }
    }

    /// Every conversation, with what it came to, in the order of the conversations.
    pub fn talks(&self) -> Vec<(&Conversation, &Sight, Amount)> {
        let mut sums: BTreeMap<u64, Amount> = BTreeMap::new();
        for sample in self.samples.values() {
            sums.entry(sample.of).or_default().add(sample);
        }
        let at_least = self.sample_step > 0;
        let talks = self.talks.iter().map(|(between, sight)| {
            let amount = sums.get(&mark(between)).copied().unwrap_or_default();
            (between, sight, Amount { at_least, ..amount })
        });
        talks.collect()
    }

    /// The set as bytes: the same for the same records, whatever their order.
    pub fn to_bytes(&self) -> Vec<u8> {
        let marks: BTreeMap<u64, usize> = self.talks.keys().map(mark).zip(0..).collect();
        let mut stored = Stored {
            version: VERSION,
            talk_step: self.talk_step,
            sample_step: self.sample_step,
            talks: self.talks.iter().map(|(between, sight)| (between.clone(), sight.clone(), Vec::new())).collect(),
            others: Vec::new(),
        };
        for (id, sample) in &self.samples {
            match marks.get(&sample.of).and_then(|n| stored.talks.get_mut(*n)) {
                Some((_, _, samples)) => samples.push((*id, sample.sent, sample.back, sample.packets)),
                None => stored.others.push(*id),
            }
        }
        selvedge_model::canon::to_vec(&stored)
    }

    /// Reads what [`FlowSet::to_bytes`] wrote.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let stored: Stored = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if stored.version != VERSION {
            return Err(format!("flows of form {}, this version reads {VERSION}", stored.version));
        }
        let mut out = Self { talk_step: stored.talk_step, sample_step: stored.sample_step, ..Self::default() };
        for (between, sight, samples) in stored.talks {
            let of = mark(&between);
            let known = samples.into_iter().map(|(id, sent, back, packets)| (id, Sample { of, sent, back, packets }));
            out.samples.extend(known);
            out.talks.insert(between, sight);
        }
        let nothing = Sample { of: 0, sent: 0, back: 0, packets: 0 };
        out.samples.extend(stored.others.into_iter().map(|id| (id, nothing)));
        Ok(out)
    }
}

/// The form of [`Stored`].
const VERSION: u8 = 1;

/// One record: id, bytes sent, bytes back, packets.
type StoredSample = (u64, u64, u64, u64);

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u8,
    talk_step: u8,
    sample_step: u8,
    talks: Vec<(Conversation, Sight, Vec<StoredSample>)>,
    /// Records of conversations that were dropped.
    others: Vec<u64>,
}

/// Whether a number is within what is left after so many halvings.
fn is_below(number: u64, halvings: u8) -> bool {
    number.checked_shr(64_u32.saturating_sub(u32::from(halvings))).unwrap_or_default() == 0 && halvings <= 64
}

/// What goes first when conversations are too many; a function of the conversation
/// alone. Refused attempts (0), then strangers that call in (1), then what stays within a
/// network and questions for names (2); calls that go out go last (3).
fn rank(between: &Conversation) -> u8 {
    let stranger = |peer: &Peer| peer.ip.is_some_and(|ip| !is_private(ip)) && peer.id.is_empty();
    match (between.allowed, stranger(&between.from), stranger(&between.to)) {
        (false, ..) => 0,
        (_, true, false) => 1,
        (_, _, true) => 3,
        (_, false, false) => 2,
    }
}

fn start_of(rank: u8) -> u8 {
    rank.saturating_mul(HEAD_START)
}

/// A number for a conversation: equal ones have equal numbers.
fn mark(between: &Conversation) -> u64 {
    let mut raw = Vec::with_capacity(160);
    let mut text = |text: &str| {
        raw.extend_from_slice(&text.len().to_le_bytes());
        raw.extend_from_slice(text.as_bytes());
    };
    for part in [between.log.word(), &between.account, &between.network, &between.interface] {
        text(part);
    }
    for peer in [&between.from, &between.to] {
        text(&peer.id);
    }
    for peer in [&between.from, &between.to] {
        match peer.ip {
            Some(std::net::IpAddr::V4(ip)) => raw.extend_from_slice(&ip.octets()),
            Some(std::net::IpAddr::V6(ip)) => raw.extend_from_slice(&ip.octets()),
            None => {}
        }
        raw.push(b'/');
    }
    raw.extend_from_slice(&between.port.to_le_bytes());
    raw.extend_from_slice(&[between.protocol, u8::from(between.allowed)]);
    hash(&raw)
}
