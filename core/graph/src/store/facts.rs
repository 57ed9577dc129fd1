//! What is known of edges, in columns.

use super::sets::{self, Sets};
use super::texts::Texts;
use super::times::{self, Moment, Times};
use super::{EdgeFacts, Validity};
use selvedge_model::Timestamp;
use std::collections::BTreeMap;

/// An edge of one graph. Numbers are given in the order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeIndex(pub(super) u32);

/// A document states the edge.
const STATED: u32 = 1 << 31;
/// It has a validity of its own, in the side table.
const DATED: u32 = 1 << 30;
/// The rest: the text of the rule that derived it, plus one.
const RULE: u32 = DATED - 1;

/// The facts of all edges.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    first: Vec<i64>,
    last: Vec<i64>,
    evidence: Vec<u32>,
    marks: Vec<u32>,
    validity: BTreeMap<u32, Validity>,
}

impl Facts {
    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    /// A new edge of which nothing is known; `None` if there are no more numbers.
    pub(super) fn push(&mut self) -> Option<EdgeIndex> {
        let number = u32::try_from(self.marks.len()).ok().filter(|number| *number < u32::MAX)?;
        self.first.push(times::NONE);
        self.last.push(times::NONE);
        self.evidence.push(sets::EMPTY);
        self.marks.push(0);
        Some(EdgeIndex(number))
    }

    /// It was seen at `at`, or is stated.
    pub(super) fn see(&mut self, edge: EdgeIndex, at: Option<Timestamp>, times: &mut Times) {
        let place = edge.0 as usize;
        let Some(at) = at else {
            if let Some(marks) = self.marks.get_mut(place) {
                *marks |= STATED;
            }
            return;
        };
        if let Some(first) = self.first.get_mut(place)
            && times.has_come(*first, Moment::of(at)).is_none_or(|come| !come)
        {
            *first = times.pack(Some(at));
        }
        if let Some(last) = self.last.get_mut(place)
            && times.has_come(*last, Moment::of(at)) != Some(false)
        {
            *last = times.pack(Some(at));
        }
    }

    /// Adds a piece of evidence. `None` if there is no room.
    pub(super) fn add_evidence(&mut self, edge: EdgeIndex, text: u32, sets: &mut Sets) -> Option<()> {
        let set = self.evidence.get_mut(edge.0 as usize)?;
        *set = sets.with(*set, text)?;
        Some(())
    }

    /// Whether a rule is known that derived it.
    pub(super) fn is_derived(&self, edge: EdgeIndex) -> bool {
        self.marks.get(edge.0 as usize).is_some_and(|marks| marks & RULE != 0)
    }

    /// The rule that derived it. `None` if there is no such edge, or the number is too large.
    pub(super) fn set_rule(&mut self, edge: EdgeIndex, rule: Option<u32>) -> Option<()> {
        let marks = self.marks.get_mut(edge.0 as usize)?;
        let number = rule.map_or(Some(0), |rule| rule.checked_add(1).filter(|number| number & !RULE == 0))?;
        *marks = *marks & !RULE | number;
        Some(())
    }

    pub(super) fn get(&self, edge: EdgeIndex, texts: &Texts, sets: &Sets, times: &Times) -> EdgeFacts {
        let place = edge.0 as usize;
        let marks = self.marks.get(place).copied().unwrap_or_default();
        let unpack = |column: &[i64]| column.get(place).and_then(|packed| times.unpack(*packed));
        EdgeFacts {
            first_seen: unpack(&self.first),
            last_seen: unpack(&self.last),
            evidence: self.evidence.get(place).map(|set| sets.get(*set, texts)).unwrap_or_default(),
            derived_by: (marks & RULE).checked_sub(1).map(|rule| texts.get(rule).into_owned()),
            validity: self.validity_of(edge, marks).cloned().unwrap_or_default(),
            stated: marks & STATED != 0,
        }
    }

    fn validity_of(&self, edge: EdgeIndex, marks: u32) -> Option<&Validity> {
        if marks & DATED == 0 { None } else { self.validity.get(&edge.0) }
    }

    /// Writes what is known of an edge; how many of its texts found no room.
    pub(super) fn set(
        &mut self,
        edge: EdgeIndex,
        facts: &EdgeFacts,
        (texts, sets, times): (&mut Texts, &mut Sets, &mut Times),
    ) -> u64 {
        let place = edge.0 as usize;
        let mut lost: u64 = 0;
        if let (Some(first), Some(last)) = (self.first.get_mut(place), self.last.get_mut(place)) {
            (*first, *last) = (times.pack(facts.first_seen), times.pack(facts.last_seen));
        }
        if let Some(set) = self.evidence.get_mut(place) {
            *set = sets.clear(*set);
        }
        for text in &facts.evidence {
            let added = texts.intern(text).and_then(|text| self.add_evidence(edge, text, sets));
            lost = lost.saturating_add(u64::from(added.is_none()));
        }
        let rule = facts.derived_by.as_deref().map(|rule| texts.intern(rule));
        let set = self.set_rule(edge, rule.flatten());
        lost = lost.saturating_add(u64::from(set.is_none() || rule == Some(None)));
        if let Some(marks) = self.marks.get_mut(place) {
            *marks &= !(STATED | DATED);
            *marks |= if facts.stated { STATED } else { 0 };
            if facts.validity == Validity::default() {
                self.validity.remove(&edge.0);
            } else {
                *marks |= DATED;
                self.validity.insert(edge.0, facts.validity.clone());
            }
        }
        lost
    }

    /// Whether it holds at a moment.
    pub(super) fn holds_at(&self, edge: EdgeIndex, t: Moment, times: &Times) -> bool {
        let place = edge.0 as usize;
        let (Some(marks), Some(first)) = (self.marks.get(place), self.first.get(place)) else { return false };
        self.validity_of(edge, *marks).is_none_or(|validity| validity.holds_at(t.time))
            && (marks & STATED != 0 || times.has_come(*first, t) != Some(false))
    }

    /// First and last sight.
    pub(super) fn seen(&self, edge: EdgeIndex, times: &Times) -> (Option<Timestamp>, Option<Timestamp>) {
        let unpack = |column: &[i64]| column.get(edge.0 as usize).and_then(|packed| times.unpack(*packed));
        (unpack(&self.first), unpack(&self.last))
    }

    /// Bytes of memory in use, about.
    pub(super) fn memory(&self) -> usize {
        self.marks.len().saturating_mul(24).saturating_add(self.validity.len().saturating_mul(96))
    }
}
