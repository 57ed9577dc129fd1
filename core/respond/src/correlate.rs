//! Correlations, evaluated over a set: no window moves, nothing is remembered,
//! and the order in which signals arrived cannot matter.
//!
//! A *window* begins at a signal and lasts the rule's timespan, both ends
//! included. A window that meets the condition is a match, and matches that share
//! a signal are one match with the signals of both. Of an ordered rule a match
//! holds the signals that take part in some chain. Conditions that only ask for
//! more (`gte`, `gt`, all of some rules) are found wherever the signals lie; `lt`,
//! `eq` and the like are asked of these windows alone.

mod lingering;
mod scene;
mod windows;

#[cfg(test)]
mod tests;

pub(crate) use lingering::{decayed, lingering};
pub(crate) use scene::{correlated, fields_of, human, is_at_home};

use crate::case::RuleFacts;
use selvedge_model::correlation::{Correlation, Field};
use selvedge_model::{EventId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use windows::{Entry, components};

/// Signals of one group that one rule looks at: of more, those with the smallest
/// identities, which are a fair sample whatever came first.
const MAX_OF_GROUP: usize = 20_000;

/// Groups that one signal may belong to, where its fields have several values.
const MAX_KEYS: usize = 16;

/// A correlation with what it says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it looks for.
    pub rule: Correlation,
    /// What a match means.
    pub facts: RuleFacts,
}

/// A signal, as correlations see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// When it began: of a match of another correlation, its first record.
    pub from: Timestamp,
    /// When it ended; of a record the same.
    pub at: Timestamp,
    /// Its records, sorted by time.
    pub events: Vec<EventId>,
    /// The rules that matched it.
    pub rules: BTreeSet<String>,
    /// Whether it was done by somebody at home: see [`crate::home`].
    pub at_home: bool,
    /// What it can be grouped by; a field without a value is not there.
    pub fields: BTreeMap<Field, BTreeSet<String>>,
}

/// Records that are a match of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The rule's place in the list.
    pub rule: usize,
    /// The first and the last of its records.
    pub span: (Timestamp, Timestamp),
    /// The values it is grouped by.
    pub key: Vec<String>,
    /// Its records, by time.
    pub events: Vec<EventId>,
}

/// All matches of some rules over a set of signals. A rule that looks at another
/// stands after it. The order of the signals does not matter, and a signal that is
/// there twice counts once.
pub fn matches<'a>(rules: impl IntoIterator<Item = &'a Correlation>, mut all: Vec<Seen>) -> Vec<Match> {
    all.sort_by(|a, b| (a.from, a.at, &a.events).cmp(&(b.from, b.at, &b.events)));
    all.dedup_by(|a, b| a.events == b.events);
    let moments: BTreeMap<EventId, Timestamp> =
        all.iter().filter_map(|one| Some((*one.events.first()?, one.at))).collect();
    let mut found = Vec::new();
    for (number, rule) in rules.into_iter().enumerate() {
        for mut one in of_rule(rule, &all, &moments) {
            one.rule = number;
            // Other correlations may look at what this one found.
            all.push(as_signal(rule, &one, &all));
            found.push(one);
        }
    }
    found
}

/// A match as a signal: its fields are the values that all its records share.
fn as_signal(rule: &Correlation, found: &Match, all: &[Seen]) -> Seen {
    let events: BTreeSet<&EventId> = found.events.iter().collect();
    let own = all.iter().filter(|one| matches!(one.events.as_slice(), [only] if events.contains(only)));
    let mut shared: Option<BTreeMap<Field, BTreeSet<String>>> = None;
    for one in own {
        let Some(shared) = &mut shared else {
            shared = Some(one.fields.clone());
            continue;
        };
        shared.retain(|field, values| {
            values.retain(|value| one.fields.get(field).is_some_and(|other| other.contains(value)));
            !values.is_empty()
        });
    }
    Seen {
        from: found.span.0,
        at: found.span.1,
        events: found.events.clone(),
        rules: BTreeSet::from([rule.id.clone()]),
        at_home: false,
        fields: shared.unwrap_or_default(),
    }
}

fn of_rule(rule: &Correlation, all: &[Seen], moments: &BTreeMap<EventId, Timestamp>) -> Vec<Match> {
    let mut by_key: BTreeMap<Vec<String>, Vec<Entry<'_>>> = BTreeMap::new();
    let counts = |one: &Seen| !(rule.away_from_home && one.at_home);
    for (index, one) in all.iter().enumerate().filter(|(_, one)| counts(one)) {
        for (place, _) in rule.rules.iter().enumerate().filter(|(_, id)| one.rules.contains(*id)) {
            let by = rule.group_by.get(place).map(Vec::as_slice).unwrap_or_default();
            for key in groups(&one.fields, by) {
                let counted = rule.counted.get(place).copied().flatten().and_then(|field| one.fields.get(&field));
                let entry = Entry { index, place, from: one.from, at: one.at, counted };
                by_key.entry(key).or_default().push(entry);
            }
        }
    }
    let mut out = Vec::new();
    for (key, mut entries) in by_key {
        bound(&mut entries, all);
        for indices in components(rule, &entries) {
            let parts = indices.iter().filter_map(|index| all.get(*index));
            let mut events: Vec<(Timestamp, EventId)> = parts
                .clone()
                .flat_map(|one| &one.events)
                .map(|event| (moments.get(event).copied().unwrap_or_default(), *event))
                .collect();
            events.sort();
            events.dedup();
            let (Some(from), Some(at)) = (parts.clone().map(|one| one.from).min(), parts.map(|one| one.at).max())
            else {
                continue;
            };
            let events = events.into_iter().map(|(_, event)| event).collect();
            out.push(Match { rule: 0, key: key.clone(), events, span: (from, at) });
        }
    }
    out
}

/// Leaves as many entries of a group as are looked at.
fn bound(entries: &mut Vec<Entry<'_>>, all: &[Seen]) {
    if entries.len() > MAX_OF_GROUP {
        entries.sort_by_key(|entry| all.get(entry.index).map(|one| &one.events));
        entries.truncate(MAX_OF_GROUP);
    }
}

/// The groups of a signal with these fields: one for each choice of values. None if a
/// field has no value.
pub(crate) fn groups(fields: &BTreeMap<Field, BTreeSet<String>>, by: &[Field]) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = vec![Vec::new()];
    for field in by {
        let values: Vec<&String> = fields.get(field).into_iter().flatten().collect();
        out = out
            .into_iter()
            .flat_map(|key| values.iter().map(move |value| [key.clone(), vec![(*value).clone()]].concat()))
            .take(MAX_KEYS)
            .collect();
    }
    out
}
