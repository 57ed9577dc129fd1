//! Edges of data flow: each conversation between the things that own its addresses.

use super::book::{Book, Found, Rule};
use super::nat;
use super::sum::Sum;
use super::{Amount, FlowSet, Sight};
use crate::estate::View;
use crate::store::Graph;
use selvedge_model::flow::{Conversation, Peer, is_private};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Strangers (public addresses that are nothing of the estate) that are told one by
/// one for each thing and direction; the rest is one entity, [`INTERNET`].
const MAX_STRANGERS: usize = 32;

/// The key of the address that stands for strangers beyond [`MAX_STRANGERS`].
const INTERNET: &str = "internet";

/// Ambiguities that are told one by one.
const MAX_TOLD: usize = 50;

/// What a join through a gateway is worth: the rule's name and thousandths.
const THROUGH: (&str, u16) = ("D6", 850);

/// What became of the conversations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// What is not known or was left out, in sentences.
    pub lacks: Vec<String>,
    /// Edges.
    pub edges: usize,
}

/// One conversation with what its ends are.
pub(super) struct Half<'a> {
    pub(super) between: &'a Conversation,
    pub(super) sight: &'a Sight,
    pub(super) amount: Amount,
    /// Who began; `None` if it is not one thing of the estate.
    pub(super) from: Option<EntityId>,
    /// Who was asked.
    pub(super) to: Option<EntityId>,
}

/// An end, as an edge has it.
struct End {
    id: EntityId,
    rule: Rule,
    stranger: bool,
}

/// Adds what was observed to the graph of an inventory; says what it could not place.
pub fn connect(graph: &mut Graph, view: &View, flows: &FlowSet) -> Told {
    let talks = flows.talks();
    if talks.is_empty() {
        return Told::default();
    }
    let mut book = Book::of(view);
    for (between, ..) in talks.iter().filter(|(between, ..)| is_question(between)) {
        book.learn(between);
    }
    let mut work = Work { book: &book, sums: BTreeMap::new(), shared: BTreeMap::new(), lost: 0, refused: 0 };
    let mut halves = Vec::new();
    for (between, sight, amount) in talks {
        halves.extend(work.add(between, sight, amount));
    }
    let (joined, ambiguous) = nat::join(&book, &halves);
    for one in joined {
        work.join(&one);
    }
    let mut told = Told { lacks: work.lacks(flows, &ambiguous), edges: 0 };
    for ((from, to), sum) in collapse(work.sums) {
        told.edges = told.edges.saturating_add(1);
        sum.connect(graph, from, to);
    }
    told
}

/// Whether a conversation is a question for a name.
fn is_question(between: &Conversation) -> bool {
    !between.to.id.is_empty() && between.port == 53
}

/// An edge's ends, and whether one of them is a stranger: the first or the second.
type Sums = BTreeMap<(EntityId, EntityId), (Sum, Option<bool>)>;

struct Work<'b> {
    book: &'b Book,
    sums: Sums,
    /// Addresses that several things have.
    shared: BTreeMap<IpAddr, BTreeSet<EntityId>>,
    /// Conversations of which an end is not told.
    lost: u64,
    refused: u64,
}

impl<'b> Work<'b> {
    fn add<'a>(&mut self, between: &'a Conversation, sight: &'a Sight, amount: Amount) -> Option<Half<'a>> {
        if !between.allowed {
            self.refused = self.refused.saturating_add(1);
            return None;
        }
        let question = is_question(between);
        let from = self.end(&between.from, between, true);
        let asked = question.then(|| Peer::named(between.to.id.clone()));
        let to = self.end(asked.as_ref().unwrap_or(&between.to), between, false);
        let known = |end: &Option<End>| end.as_ref().filter(|end| end.rule != Rule::Bare).map(|end| end.id.clone());
        let half = Half { between, sight, amount, from: known(&from), to: known(&to) };
        let (Some(from), Some(to)) = (from, to) else {
            // A name that is nothing of the estate leads nowhere that is known.
            self.lost = self.lost.saturating_add(u64::from(!question));
            return (!question).then_some(half);
        };
        if from.id != to.id {
            let stranger = match (from.stranger, to.stranger) {
                (true, false) => Some(true),
                (false, true) => Some(false),
                _ => None,
            };
            let (sum, known) = self.sums.entry((from.id, to.id)).or_default();
            *known = stranger;
            sum.rest_on(from.rule.word());
            sum.rest_on(to.rule.word());
            sum.add(between, sight, amount);
        }
        (!question).then_some(half)
    }

    /// One end: a thing of the estate, else its bare address.
    fn end(&mut self, peer: &Peer, between: &Conversation, calls: bool) -> Option<End> {
        match self.book.find(peer, &between.network, calls) {
            Found::One(id, rule) => return Some(End { id, rule, stranger: false }),
            Found::Many(ids) => {
                if let Some(ip) = peer.ip {
                    self.shared.entry(ip).or_default().extend(ids);
                }
            }
            Found::Nothing => {}
        }
        let ip = peer.ip?;
        let stranger = !is_private(ip);
        // A private address is another thing in each network.
        let networks = self.book.networks_of(&between.network);
        let key = match networks.iter().next().filter(|_| !stranger && networks.len() == 1) {
            Some(network) => format!("{ip}@{}", network.key),
            None => ip.to_string(),
        };
        Some(End { id: EntityId::new(EntityKind::Address, key), rule: Rule::Bare, stranger })
    }

    fn join(&mut self, one: &nat::Joined<'_>) {
        let (sum, _) = self.sums.entry((one.from.clone(), one.to.clone())).or_default();
        let gateway = one.behind.from.as_ref().map(|id| id.key.as_str()).unwrap_or_default();
        // Where the address that was called is of one thing, it was added there.
        let new = if one.before.to.is_none() { one.before.amount } else { Amount::default() };
        sum.add(one.before.between, one.before.sight, new);
        sum.add(one.behind.between, one.behind.sight, one.behind.amount);
        sum.rest_on(Some(THROUGH));
        sum.note(format!("through {gateway}: seen on both sides of it"));
    }

    fn lacks(&self, flows: &FlowSet, ambiguous: &[nat::Ambiguous]) -> Vec<String> {
        let mut lacks = Vec::new();
        if flows.is_thinned() {
            lacks.push(format!(
                "conversations in flow logs were more than {}: refused ones and strangers' were left out first",
                super::MAX_CONVERSATIONS
            ));
        }
        if self.lost > 0 {
            lacks.push(format!("{} conversations have an end that their log does not tell", self.lost));
        }
        if self.refused > 0 {
            lacks.push(format!("{} conversations were refused, and make no edge", self.refused));
        }
        let some = |ids: &BTreeSet<EntityId>| {
            let shown: Vec<&str> = ids.iter().take(3).map(|id| id.key.as_str()).collect();
            let rest = ids.len().saturating_sub(shown.len());
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!("{}{more}", shown.join(", "))
        };
        let shared = self.shared.iter().map(|(ip, ids)| {
            format!("address {ip} is of several things, so what went there has no other name: {}", some(ids))
        });
        let gateways: BTreeSet<String> = ambiguous
            .iter()
            .map(|one| {
                format!("who called {} through {} is ambiguous: {}", one.to.key, one.gateway.key, some(&one.callers))
            })
            .collect();
        let all: Vec<String> = shared.chain(gateways).collect();
        let hidden = all.len().saturating_sub(MAX_TOLD);
        lacks.extend(all.into_iter().take(MAX_TOLD));
        if hidden > 0 {
            lacks.push(format!("{hidden} more ends of conversations are ambiguous"));
        }
        lacks
    }
}

/// Makes one entity of the strangers of each thing and direction beyond the first.
fn collapse(sums: Sums) -> BTreeMap<(EntityId, EntityId), Sum> {
    let mut counts: BTreeMap<(EntityId, bool), usize> = BTreeMap::new();
    let mut out: BTreeMap<(EntityId, EntityId), Sum> = BTreeMap::new();
    for ((from, to), (sum, stranger)) in sums {
        let Some(first) = stranger else {
            out.insert((from, to), sum);
            continue;
        };
        let known = if first { &to } else { &from };
        let count = counts.entry((known.clone(), first)).or_default();
        *count = count.saturating_add(1);
        if *count <= MAX_STRANGERS {
            out.insert((from, to), sum);
            continue;
        }
        let internet = EntityId::new(EntityKind::Address, INTERNET);
        let ends = if first { (internet, to) } else { (from, internet) };
        out.entry(ends).or_default().absorb(sum);
    }
    out
}
