//! What terminal text and page both say: sums over what a replay came to.

use selvedge_model::{Digest, EntityKind, EntityRef, Finding, FindingId, Problem, RecordKind, Severity, Timestamp};
use selvedge_respond::Incident;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// ATT&CK's tactics for clouds, in the order in which an attack uses them.
pub(crate) const KILL_CHAIN: [&str; 15] = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "stealth",
    "defense-impairment",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "exfiltration",
    "impact",
];

/// The worst incidents first, then the oldest.
pub(crate) fn worst_first(incidents: &[Incident]) -> Vec<&Incident> {
    let mut sorted: Vec<&Incident> = incidents.iter().collect();
    sorted.sort_by_key(|incident| (Reverse(incident.severity), incident.first_seen, incident.id.clone()));
    sorted
}

/// Findings by id.
pub(crate) fn by_id(findings: &[Finding]) -> BTreeMap<FindingId, &Finding> {
    findings.iter().map(|finding| (finding.id, finding)).collect()
}

/// An incident's findings, as far as they are known here.
pub(crate) fn of<'a>(incident: &Incident, known: &BTreeMap<FindingId, &'a Finding>) -> Vec<&'a Finding> {
    incident.findings.iter().filter_map(|id| known.get(id).copied()).collect()
}

/// The tactics of findings, in the order of the kill chain; unknown ones last.
pub(crate) fn tactics<'a>(findings: &[&'a Finding]) -> Vec<&'a str> {
    let mut all: Vec<&str> = findings.iter().flat_map(|finding| &finding.tactics).map(String::as_str).collect();
    all.sort_by_key(|tactic| (KILL_CHAIN.iter().position(|known| known == tactic).unwrap_or(usize::MAX), *tactic));
    all.dedup();
    all
}

/// Their ATT&CK techniques.
pub(crate) fn techniques<'a>(findings: &[&'a Finding]) -> BTreeSet<&'a str> {
    findings.iter().flat_map(|finding| &finding.attack).map(String::as_str).collect()
}

/// Who an incident is about: people, else other principals, else sessions.
pub(crate) fn who(incident: &Incident) -> Vec<&EntityRef> {
    use EntityKind as K;
    for kinds in
        [&[K::Person, K::EntraUser][..], &[K::ServicePrincipal, K::IamUser], &[K::AwsSession, K::IamRole, K::AccessKey]]
    {
        let found: Vec<&EntityRef> = incident.entities.iter().filter(|e| kinds.contains(&e.kind)).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The name that people know, else the id.
pub(crate) fn name(entity: &EntityRef) -> &str {
    entity.name.as_deref().unwrap_or(&entity.id)
}

/// What one rule found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RuleSum<'a> {
    pub(crate) severity: Severity,
    pub(crate) title: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) count: usize,
    /// How many people or things they are about.
    pub(crate) subjects: usize,
}

/// Sums over findings, which need not be kept for it.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// How many there are.
    pub(crate) count: usize,
    /// The first and the last moment of any.
    pub(crate) span: Option<(Timestamp, Timestamp)>,
    rules: BTreeMap<(String, Severity), OfRule>,
}

#[derive(Debug)]
struct OfRule {
    title: String,
    count: usize,
    /// Digests of the subjects, cut short: they are only counted.
    subjects: BTreeSet<u64>,
}

impl Found {
    /// Adds a finding.
    pub(crate) fn add(&mut self, finding: &Finding) {
        self.count += 1;
        let at = finding.occurred_at;
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        let empty = || OfRule { title: finding.title.clone(), count: 0, subjects: BTreeSet::new() };
        let sum = self.rules.entry((finding.rule.clone(), finding.severity)).or_insert_with(empty);
        sum.count += 1;
        sum.subjects.insert(
            Digest::of(finding.subject.as_bytes()).as_bytes().first_chunk().map_or(0, |b| u64::from_be_bytes(*b)),
        );
    }

    /// How many are of a severity.
    pub(crate) fn of(&self, severity: Severity) -> usize {
        self.rules.iter().filter(|((_, of), _)| *of == severity).map(|(_, sum)| sum.count).sum()
    }

    /// The worst of them.
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.rules.keys().map(|(_, severity)| *severity).max()
    }

    /// Findings by rule: the worst first, then the most frequent.
    pub(crate) fn by_rule(&self) -> Vec<RuleSum<'_>> {
        let mut sums: Vec<RuleSum<'_>> = self
            .rules
            .iter()
            .map(|((rule, severity), sum)| RuleSum {
                severity: *severity,
                title: &sum.title,
                rule,
                count: sum.count,
                subjects: sum.subjects.len(),
            })
            .collect();
        sums.sort_by_key(|sum| (Reverse(sum.severity), Reverse(sum.count), sum.title));
        sums
    }
}

impl<'a> FromIterator<&'a Finding> for Found {
    fn from_iter<I: IntoIterator<Item = &'a Finding>>(findings: I) -> Self {
        let mut found = Self::default();
        findings.into_iter().for_each(|finding| found.add(finding));
        found
    }
}

/// Problems that have one reason.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reason<'a> {
    pub(crate) count: usize,
    /// The first of them.
    pub(crate) first: &'a Problem,
}

/// Problems by reason, the most frequent first. Reasons that differ in numbers
/// alone (a line, a column, an offset) are one.
pub(crate) fn by_reason(problems: &[Problem]) -> Vec<Reason<'_>> {
    let mut reasons: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (order, problem) in problems.iter().enumerate() {
        reasons.entry(without_numbers(&problem.why)).or_insert((0, order)).0 += 1;
    }
    let mut sums: Vec<(usize, usize)> = reasons.into_values().collect();
    sums.sort_by_key(|(count, order)| (Reverse(*count), *order));
    sums.into_iter().filter_map(|(count, order)| Some(Reason { count, first: problems.get(order)? })).collect()
}

fn without_numbers(why: &str) -> String {
    let mut out = String::with_capacity(why.len());
    for c in why.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            other => out.push(other),
        }
    }
    out
}

/// Findings of at least medium severity that belong to no incident.
pub(crate) fn stray<'a>(findings: &'a [Finding], incidents: &[Incident]) -> Vec<&'a Finding> {
    let taken: BTreeSet<&FindingId> = incidents.iter().flat_map(|incident| &incident.findings).collect();
    let mut stray: Vec<&Finding> =
        findings.iter().filter(|f| f.severity >= Severity::Medium && !taken.contains(&f.id)).collect();
    stray.sort_by_key(|finding| (Reverse(finding.severity), finding.occurred_at));
    stray
}

/// Log kinds that matter, and what cannot be known without them.
const WANTED: [(RecordKind, &str); 4] = [
    (RecordKind::CloudTrail, "No AWS CloudTrail was read, so nothing that happened in AWS could be seen."),
    (RecordKind::EntraSignIn, "No Entra sign-in logs were read, so people behind sessions could not be named."),
    (
        RecordKind::EntraAudit,
        "No Entra audit log was read, so changes to users, applications and roles in the directory could not be seen.",
    ),
    (RecordKind::AzureActivity, "No Azure Activity Log was read, so changes to Azure resources could not be seen."),
];

/// What could not be seen because no log of its kind was read. Nothing, if it is
/// not known which kinds were.
pub(crate) fn not_seen(kinds: &BTreeMap<RecordKind, u64>) -> Vec<&'static str> {
    if kinds.is_empty() {
        return Vec::new();
    }
    let read = |kind| kinds.get(&kind).is_some_and(|n| *n > 0);
    WANTED.iter().filter(|(kind, _)| !read(*kind)).map(|(_, what)| *what).collect()
}

/// Records by kind, the most frequent first.
pub(crate) fn most_frequent(kinds: &BTreeMap<RecordKind, u64>) -> Vec<(&'static str, u64)> {
    let mut sorted: Vec<(&'static str, u64)> = kinds.iter().map(|(kind, n)| (kind.title(), *n)).collect();
    sorted.sort_by_key(|(_, n)| Reverse(*n));
    sorted
}

/// `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (n, c) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `2026-05-18 17:21:16`, UTC.
pub(crate) fn moment(at: selvedge_model::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn reasons_that_differ_in_numbers_are_one() {
        let problem = |place: &str, why: &str| Problem::new(place, why);
        let problems = [
            problem("a:1", "the file is empty"),
            problem("b:1", "not JSON at column 17"),
            problem("b:9", "not JSON at column 4"),
        ];
        let found: Vec<(usize, &str)> =
            by_reason(&problems).iter().map(|reason| (reason.count, reason.first.place.as_str())).collect();
        assert_eq!(found, [(2, "b:1"), (1, "a:1")]);
    }

    #[test]
    fn what_was_not_read_was_not_seen() {
        use RecordKind as K;
        assert_eq!(not_seen(&BTreeMap::new()), Vec::<&str>::new());
        let all = [K::CloudTrail, K::EntraSignIn, K::EntraAudit, K::AzureActivity].map(|kind| (kind, 1));
        assert_eq!(not_seen(&all.into()), Vec::<&str>::new());
        let without = not_seen(&[(K::CloudTrail, 5), (K::EntraSignIn, 0)].into());
        assert!(without.len() == 3 && without[0].contains("sign-in"), "{without:?}");
    }
}
