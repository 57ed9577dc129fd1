//! The self-contained input of one verdict: every record and every graph fact
//! that it reads. It is journaled, and the verdict replays from it alone.

use crate::behaviour::Baseline;
use selvedge_graph::{CrossCloudLink, PersonKey, Record};
use selvedge_model::{Digest, EntityRef, EventId, Finding, IncidentId, RecordId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a role from inventory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleFacts {
    /// ARN, path included.
    pub arn: String,
    /// Path.
    pub path: String,
    /// Unique id.
    pub id: String,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// A rule's words, as a finding shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFacts {
    /// Title.
    pub title: String,
    /// Severity.
    pub severity: selvedge_model::Severity,
    /// Confidence.
    pub confidence: selvedge_model::Confidence,
    /// ATT&CK techniques.
    pub attack: Vec<String>,
    /// ATT&CK tactics.
    pub tactics: Vec<String>,
    /// Why it matters.
    pub why: String,
}

/// Signals that belong together, as a correlation found them. Who is behind each of
/// its records is told by a whole set, so a verdict takes this as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correlated {
    /// The correlation's id.
    pub rule: String,
    /// Its version.
    pub version: String,
    /// What it says.
    pub facts: RuleFacts,
    /// Who it is about.
    pub subject: String,
    /// Its first record.
    pub at: Timestamp,
    /// Its last record.
    pub until: Timestamp,
    /// Its records by time, as many as it cites.
    pub events: Vec<EventId>,
    /// What people cite of these.
    pub evidence: Vec<RecordId>,
}

impl Correlated {
    /// The finding.
    pub fn finding(&self) -> Finding {
        Finding {
            id: Finding::id_of(&self.rule, &self.version, &self.subject, &self.evidence),
            rule: self.rule.clone(),
            version: self.version.clone(),
            title: self.facts.title.clone(),
            severity: self.facts.severity,
            confidence: self.facts.confidence,
            occurred_at: self.at,
            subject: self.subject.clone(),
            evidence: self.evidence.clone(),
            attack: self.facts.attack.clone(),
            tactics: self.facts.tactics.clone(),
            why: self.facts.why.clone(),
        }
    }
}

/// A canary role in an account: a session of our own on it proves that a deny
/// has taken hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryRole {
    /// Account.
    pub account: String,
    /// Role ARN.
    pub role_arn: String,
    /// Unique id.
    pub role_id: String,
    /// Session name that our canary uses.
    pub session_name: String,
}

/// Everything that one verdict reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
// The first form has always been written without a tag. Its fields `person` and
// the other's `joins` tell them apart.
#[serde(untagged)]
pub enum CaseInput {
    /// On one person, whose Entra session may be in two hands.
    Person(Box<PersonCase>),
    /// On the findings of one actor.
    Signals(Box<SignalCase>),
}

impl CaseInput {
    /// When the decision is made.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Person(case) => case.at,
            Self::Signals(case) => case.at,
        }
    }

    /// The records that it reads.
    pub fn records(&self) -> &BTreeMap<EventId, Record> {
        match self {
            Self::Person(case) => &case.records,
            Self::Signals(case) => &case.records,
        }
    }

    /// What is not usual, by incident.
    pub(crate) fn behaviour(&self) -> &BTreeMap<IncidentId, Vec<Baseline>> {
        match self {
            Self::Person(case) => &case.behaviour,
            Self::Signals(case) => &case.behaviour,
        }
    }

    /// Takes in what is not usual for those who are in one of its incidents: that is
    /// told by a whole set.
    pub(crate) fn know(&mut self, incident: &IncidentId, found: Vec<Baseline>) {
        let known = match self {
            Self::Person(case) => &mut case.behaviour,
            Self::Signals(case) => &mut case.behaviour,
        };
        known.insert(incident.clone(), found);
    }
}

/// That a role session was made with the credentials of somebody else, who is
/// therefore the same actor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Join {
    /// When.
    pub at: Timestamp,
    /// The record of the call.
    pub record: RecordId,
    /// `AROA…:name` of the session.
    pub session: String,
    /// Role ARN.
    pub role_arn: String,
    /// Who called: principal id, else access key.
    pub caller: String,
}

/// Everything that the verdict on one actor's findings reads: one episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalCase {
    /// The records with findings, and no others.
    pub records: BTreeMap<EventId, Record>,
    /// How sessions among them were joined to each other.
    pub joins: Vec<Join>,
    /// How sessions among them were joined to a human: of each name the first.
    pub links: Vec<CrossCloudLink>,
    /// What the inventory calls the users among them.
    pub users: BTreeSet<EntityRef>,
    /// Rules that matched.
    pub rules: BTreeMap<String, RuleFacts>,
    /// What correlations found among the records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlated: Vec<Correlated>,
    /// What is not usual, by incident: see [`crate::behaviour`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub behaviour: BTreeMap<IncidentId, Vec<Baseline>>,
    /// Further records with findings that were beyond the bound of a case.
    pub left_out: u64,
    /// Content version.
    pub content: Digest,
    /// When the decision is made.
    pub at: Timestamp,
}

impl SignalCase {
    /// Digest of the set that the verdict is a function of; the moment of
    /// deciding is not part of it, nor what is not usual, which is no ground of a plan.
    pub fn snapshot(&self) -> Digest {
        let digest = selvedge_model::canon::digest(&(
            &self.records,
            &self.joins,
            &self.links,
            &self.users,
            &self.rules,
            &self.left_out,
            &self.content,
        ));
        with(digest, &self.correlated)
    }
}

/// Everything that the verdict on one person reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonCase {
    /// Who.
    pub person: PersonKey,
    /// UPN.
    pub upn: String,
    /// `userType` and whether the account is known, from inventory.
    pub user_type: Option<String>,
    /// The person's records, and those of the sessions joined to the person.
    pub records: BTreeMap<EventId, Record>,
    /// The joins.
    pub links: Vec<CrossCloudLink>,
    /// Roles of those sessions.
    pub roles: BTreeMap<String, RoleFacts>,
    /// When the person changed a workload or a resource that acts as it, by the
    /// workload's object id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub held: BTreeMap<String, BTreeSet<(Timestamp, EventId)>>,
    /// Session names (`aws:userid`) of the person that others use as well, and
    /// who.
    pub shared: BTreeMap<String, BTreeSet<String>>,
    /// Canaries in the accounts of those roles.
    pub canaries: Vec<CanaryRole>,
    /// Rules that matched.
    pub rules: BTreeMap<String, RuleFacts>,
    /// What correlations found among the records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlated: Vec<Correlated>,
    /// What is not usual, by incident: see [`crate::behaviour`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub behaviour: BTreeMap<IncidentId, Vec<Baseline>>,
    /// Content version.
    pub content: Digest,
    /// When the decision is made.
    pub at: Timestamp,
}

impl PersonCase {
    /// Digest of the set that the verdict is a function of; the moment of
    /// deciding is not part of it, nor what is not usual, which is no ground of a plan.
    pub fn snapshot(&self) -> Digest {
        let digest = selvedge_model::canon::digest(&(
            &self.person,
            &self.upn,
            &self.user_type,
            &self.records,
            &self.links,
            &self.roles,
            (&self.shared, &self.held),
            &self.canaries,
            &self.rules,
            &self.content,
        ));
        with(digest, &self.correlated)
    }
}

/// A digest together with what correlations found. Without any it stays as it was
/// before there were correlations, so that old decisions are computed again alike.
fn with(digest: Digest, correlated: &[Correlated]) -> Digest {
    if correlated.is_empty() { digest } else { selvedge_model::canon::digest(&(digest, correlated)) }
}

/// What correlations found that shares something with what is known, or with others
/// that do.
pub(crate) fn touching<K: Ord + Clone>(
    correlated: &[Correlated],
    mut known: BTreeSet<K>,
    of: impl Fn(&Correlated) -> &Vec<K>,
) -> Vec<&Correlated> {
    let (mut taken, mut rest): (Vec<&Correlated>, Vec<&Correlated>) = (Vec::new(), correlated.iter().collect());
    loop {
        let (touch, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|one| of(one).iter().any(|part| known.contains(part)));
        if touch.is_empty() {
            return taken;
        }
        known.extend(touch.iter().flat_map(|one| of(one).iter().cloned()));
        taken.extend(touch);
        rest = others;
    }
}
