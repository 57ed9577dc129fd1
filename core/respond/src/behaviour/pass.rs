//! The pass over all records that makes profiles and holds against them what is asked.

use super::act::{Subject, Whereabouts, act, name, subject};
use super::profile::{Least, Profile, Seen};
use super::words::deviation;
use super::{Ask, Baseline, Known};
use crate::hot;
use selvedge_graph::{PersonKey, Resolver};
use selvedge_model::{Fact, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Identities of one question that are looked at: those with the most records.
const MAX_SUBJECTS: usize = 10;

/// Identities of all questions together: those of the first questions. Each profile
/// takes some 100 KB at most where values are as long as most are.
const MAX_PROFILES: usize = 200;

/// Who holds the sessions of AWS principals.
#[derive(Debug, Default)]
struct Holders(BTreeMap<String, Option<(PersonKey, String)>>);

impl Holders {
    /// Of a principal that several hold, nobody knows whose an act is.
    fn add(&mut self, principal: &str, person: &PersonKey, name: &str) {
        match self.0.get_mut(principal) {
            None => {
                self.0.insert(principal.to_owned(), Some((person.clone(), name.to_owned())));
            }
            Some(Some((known, _))) if known == person => {}
            Some(known) => *known = None,
        }
    }

    /// Whose a fact is, if that can be told.
    fn whose(&self, fact: &Fact) -> Option<Subject> {
        match subject(fact)? {
            Subject::Aws(principal) => match self.0.get(&principal) {
                Some(Some((person, _))) => Some(Subject::Entra(person.clone())),
                Some(None) => None,
                None => Some(Subject::Aws(principal)),
            },
            entra => Some(entra),
        }
    }

    /// What people call it.
    fn name(&self, subject: &Subject, facts: &[&Fact]) -> String {
        let (id, person) = match subject {
            Subject::Aws(principal) => return principal.clone(),
            Subject::Entra(person) => (&person.user_id, person),
        };
        let own = facts.iter().filter_map(|fact| name(fact));
        let joined = self.0.values().flatten().filter(|(holder, _)| holder == person).map(|(_, name)| name.as_str());
        own.min().or_else(|| joined.min()).unwrap_or(id).to_owned()
    }
}

/// One identity in one question.
struct Pair<'a> {
    ask: usize,
    subject: Subject,
    before: Timestamp,
    facts: Vec<&'a Fact>,
    seen: Seen,
    profile: Profile,
}

/// What is not usual, of each question: an entry for each identity in it, whether or not
/// there is enough to judge by. Of many identities those with the most records count.
pub fn baselines(known: Known<'_>, asks: &[Ask<'_>]) -> Vec<Vec<Baseline>> {
    let mut out: Vec<Vec<Baseline>> = asks.iter().map(|_| Vec::new()).collect();
    let (people, principals) = asked(asks);
    if people.is_empty() && principals.is_empty() {
        return out;
    }
    let (holders, where_is) = gathered(known, asks, people, &principals);
    let mut pairs = pairs(asks, &holders, &where_is);
    fill(known, &holders, &where_is, &mut pairs);
    for pair in pairs {
        if let Some(slot) = out.get_mut(pair.ask) {
            slot.push(baseline(known, &holders, pair));
        }
    }
    out
}

/// Whom the questions name by themselves.
fn asked(asks: &[Ask<'_>]) -> (BTreeSet<PersonKey>, BTreeSet<String>) {
    let (mut people, mut principals) = (BTreeSet::new(), BTreeSet::new());
    for ask in asks {
        for link in ask.joined.values() {
            people.insert(link.person.clone());
        }
        for subject in ask.facts.iter().filter_map(|fact| subject(fact)) {
            match subject {
                Subject::Entra(person) => people.insert(person),
                Subject::Aws(principal) => principals.insert(principal),
            };
        }
    }
    (people, principals)
}

/// Whose the AWS sessions are of all who are asked about, and where addresses are.
fn gathered<'k>(
    known: Known<'k>,
    asks: &[Ask<'_>],
    people: BTreeSet<PersonKey>,
    principals: &BTreeSet<String>,
) -> (Holders, Whereabouts<'k>) {
    let found = hot::held_by(known.cold, known.estate, people, principals);
    let mut where_is = Whereabouts::new(known.places);
    found
        .set
        .facts()
        .chain(asks.iter().flat_map(|ask| ask.facts.iter().copied()))
        .for_each(|fact| where_is.learn(fact));
    let resolver = Resolver::calibrated(&found.set, known.estate, found.scope.calibration);
    let mut holders = Holders::default();
    let links = resolver.links();
    let links = links.values().chain(asks.iter().flat_map(|ask| ask.joined.values().copied()));
    for link in links.filter(|link| link.confidence >= known.join) {
        holders.add(&link.session.principal_id, &link.person, &link.upn);
    }
    (holders, where_is)
}

/// The identities of each question with what was seen of them.
fn pairs<'a>(asks: &[Ask<'a>], holders: &Holders, where_is: &Whereabouts<'_>) -> Vec<Pair<'a>> {
    let mut out = Vec::new();
    for (number, ask) in asks.iter().enumerate() {
        let mut of: BTreeMap<Subject, Vec<&'a Fact>> = BTreeMap::new();
        for fact in &ask.facts {
            if let Some(subject) = holders.whose(fact) {
                of.entry(subject).or_default().push(fact);
            }
        }
        let mut of: Vec<(Subject, Vec<&Fact>)> = of.into_iter().collect();
        of.sort_by(|(a, x), (b, y)| Reverse(x.len()).cmp(&Reverse(y.len())).then_with(|| a.cmp(b)));
        for (subject, facts) in of.into_iter().take(MAX_SUBJECTS) {
            let mut seen = Seen::default();
            for fact in &facts {
                if let Some(act) = act(fact, false, where_is) {
                    seen.add(&act, &fact.cite().record);
                }
            }
            let profile = Profile::new(ask.before);
            out.push(Pair { ask: number, subject, before: ask.before, facts, seen, profile });
        }
    }
    out.truncate(MAX_PROFILES);
    out
}

/// Tells each profile what its identity did.
fn fill(known: Known<'_>, holders: &Holders, where_is: &Whereabouts<'_>, pairs: &mut [Pair<'_>]) {
    let mut of: BTreeMap<Subject, Vec<usize>> = BTreeMap::new();
    pairs.iter().enumerate().for_each(|(at, pair)| of.entry(pair.subject.clone()).or_default().push(at));
    let (mut people, mut principals) = (BTreeSet::new(), BTreeSet::new());
    for subject in of.keys() {
        match subject {
            Subject::Entra(person) => people.insert(person.clone()),
            Subject::Aws(principal) => principals.insert(principal.clone()),
        };
    }
    let theirs = holders.0.iter().filter(|(_, holder)| holder.as_ref().is_some_and(|(one, _)| people.contains(one)));
    principals.extend(theirs.map(|(principal, _)| principal.clone()));
    hot::each_of(known.cold, &people, &principals, |fact| {
        let Some(numbers) = holders.whose(fact).and_then(|subject| of.get(&subject)) else { return };
        let Some(act) = act(fact, true, where_is) else { return };
        for pair in numbers.iter().copied() {
            let Some(pair) = pairs.get_mut(pair) else { continue };
            pair.profile.add(&act);
            let session = act.session.and_then(|session| pair.seen.sessions.get_mut(session));
            if let Some(bytes) = session {
                *bytes = bytes.saturating_add(act.bytes_out);
            }
        }
    });
}

fn baseline(known: Known<'_>, holders: &Holders, pair: Pair<'_>) -> Baseline {
    let Pair { subject, before, facts, seen, profile, .. } = pair;
    let table = known.table;
    let least = Least { days: table.least_days, records: table.least_records, rare: table.one_in };
    let enough = profile.days() >= least.days && profile.records >= least.records;
    let odd = if enough { profile.compare(&seen, least) } else { Vec::new() };
    Baseline {
        name: holders.name(&subject, &facts),
        id: match subject {
            Subject::Aws(principal) => principal,
            Subject::Entra(person) => person.user_id,
        },
        before,
        days: profile.days(),
        records: profile.records,
        enough,
        deviations: odd.into_iter().map(|odd| deviation(odd, &profile)).collect(),
    }
}
