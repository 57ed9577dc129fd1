//! What all conversations between two things come to, as an edge tells it.

use super::{Amount, Sight};
use crate::store::{Edge, EdgeKind, Graph};
use selvedge_model::event::RecordKind;
use selvedge_model::flow::Conversation;
use selvedge_model::{EntityId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Ports of one pair that are told one by one; the rest is counted.
const MAX_PORTS: usize = 16;

/// Which log and what was asked for: protocol and port.
type Line = (RecordKind, u8, u16);

/// All that is known of one edge.
#[derive(Debug, Default)]
pub(super) struct Sum {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// By line, what each interface saw: two see the same packets.
    lines: BTreeMap<Line, BTreeMap<String, Amount>>,
    records: BTreeSet<String>,
    rules: BTreeSet<(&'static str, u16)>,
    notes: BTreeSet<String>,
    /// How many strangers it is of, if it stands for several.
    strangers: usize,
}

fn plus(known: &mut Amount, amount: Amount) {
    known.records = known.records.saturating_add(amount.records);
    known.sent = known.sent.saturating_add(amount.sent);
    known.back = known.back.saturating_add(amount.back);
    known.packets = known.packets.saturating_add(amount.packets);
    known.at_least |= amount.at_least;
}

impl Sum {
    /// Adds a conversation.
    pub(super) fn add(&mut self, between: &Conversation, sight: &Sight, amount: Amount) {
        self.seen(sight);
        let line = (between.log, between.protocol, between.port);
        let known = self.lines.entry(line).or_default().entry(between.interface.clone()).or_default();
        plus(known, amount);
    }

    /// Widens when it was seen, and cites the records that show it.
    fn seen(&mut self, sight: &Sight) {
        if self.first.is_none_or(|first| sight.first < first) {
            self.first = Some(sight.first);
        }
        if self.last.is_none_or(|last| sight.last > last) {
            self.last = Some(sight.last);
        }
        self.records.insert(sight.first_record.as_str().to_owned());
        self.records.insert(sight.last_record.as_str().to_owned());
    }

    /// Takes in another edge's: that of one more stranger.
    pub(super) fn absorb(&mut self, other: Self) {
        self.strangers = self.strangers.saturating_add(1);
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
        for (line, seen) in other.lines {
            let known = self.lines.entry(line).or_default();
            for (interface, amount) in seen {
                plus(known.entry(interface).or_default(), amount);
            }
        }
        self.records.extend(other.records);
        while self.records.len() > MAX_PORTS {
            self.records.pop_last();
        }
        self.rules.extend(other.rules);
        self.notes.extend(other.notes);
    }

    /// A rule that the edge rests on, and what it is worth.
    pub(super) fn rest_on(&mut self, rule: Option<(&'static str, u16)>) {
        self.rules.extend(rule);
    }

    /// Something that it also rests on.
    pub(super) fn note(&mut self, note: String) {
        self.notes.insert(note);
    }

    /// Puts the edge into the graph.
    pub(super) fn connect(self, graph: &mut Graph, from: EntityId, to: EntityId) {
        let edge = Edge { from, kind: EdgeKind::FlowsTo, to };
        let derived = (!self.rules.is_empty()).then(|| {
            let names: Vec<&str> = self.rules.iter().map(|(name, _)| *name).collect();
            let least = self.rules.iter().map(|(_, worth)| *worth).min().unwrap_or_default();
            format!("{} ({}%)", names.join("+"), least / 10)
        });
        let hidden = self.lines.len().saturating_sub(MAX_PORTS);
        let lines = self.lines.iter().take(MAX_PORTS).map(|(line, seen)| told(line, seen));
        let more = (hidden > 0).then(|| format!("and {hidden} more ports"));
        let strangers = (self.strangers > 0).then(|| format!("{} more addresses of no known owner", self.strangers));
        let cited = self.records.iter().take(MAX_PORTS).cloned();
        let all = lines.chain(more).chain(strangers).chain(self.notes).chain(cited);
        for evidence in all {
            graph.connect(edge.clone(), self.first, &evidence, derived.as_deref());
        }
        if self.last.is_some() {
            let last = self.lines.iter().next().map(|(line, seen)| told(line, seen)).unwrap_or_default();
            graph.connect(edge, self.last, &last, derived.as_deref());
        }
    }
}

/// One line of evidence: the log, what was asked for, and how much went.
fn told((log, protocol, port): &Line, seen: &BTreeMap<String, Amount>) -> String {
    // What the interface saw that saw most: adding would count packets twice.
    let most = seen.values().max_by_key(|amount| (amount.sent.saturating_add(amount.back), amount.records));
    let Amount { records, sent, back, at_least, .. } = most.copied().unwrap_or_default();
    let what = match (protocol, port) {
        (0 | 6, 0) => String::new(),
        (6, port) => format!(" tcp {port},"),
        (17, port) => format!(" udp {port},"),
        (1 | 58, _) => " icmp,".to_owned(),
        (0, port) => format!(" port {port},"),
        (other, 0) => format!(" protocol {other},"),
        (other, port) => format!(" protocol {other} port {port},"),
    };
    let least = if at_least { "at least " } else { "" };
    let ending = if records == 1 { "" } else { "s" };
    format!("{}:{what} {least}{records} record{ending}, {sent} bytes sent, {back} back", log.title())
}
