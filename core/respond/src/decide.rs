//! The verdict, as a pure function of a set.

use crate::case::{CanaryRole, CaseInput, RoleFacts, RuleFacts};
use crate::context::{SessionRisk, risks};
use crate::findings;
use crate::incident::{Incident, Status};
use crate::plan::{Goal, contain};
use crate::story;
use crate::thresholds::Thresholds;
use selvedge_graph::sessions::sessions;
use selvedge_graph::{AwsSession, CrossCloudLink, Estate, FactSet, PersonKey, Record, Resolver};
use selvedge_model::fact::{ArmUse, AwsSessionKey, EntraChange, SignIn};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{
    Confidence, Digest, EntityKind, EntityRef, EventId, Fact, Finding, IncidentId, RecordId, Severity, SignedDuration,
    Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a decision over a whole set reads.
pub struct Inputs<'a> {
    /// The set.
    pub set: &'a FactSet,
    /// The inventory.
    pub estate: &'a Estate,
    /// Rules by id.
    pub rules: &'a BTreeMap<String, RuleFacts>,
    /// Thresholds.
    pub thresholds: &'a Thresholds,
    /// Canary roles.
    pub canaries: &'a [CanaryRole],
    /// Content version.
    pub content: Digest,
    /// Now.
    pub at: Timestamp,
}

/// What a set says.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// All findings, by time.
    pub findings: Vec<Finding>,
    /// Incidents with the input that each was computed from.
    pub incidents: Vec<(CaseInput, Incident)>,
}

/// Decides over the whole set.
pub fn decide(inputs: &Inputs<'_>) -> Decision {
    let resolver = Resolver::new(inputs.set, inputs.estate);
    let links = resolver.links();
    let mut all = findings::of_records(inputs.set, inputs.rules);
    for session in resolver.sessions().values() {
        all.extend(findings::session_egress(session, inputs.thresholds.egress_bytes_per_session));
    }
    let mut incidents = Vec::new();
    for (tenant, upn) in resolver.users() {
        let sign_ins = resolver.sign_ins_of(tenant, upn);
        let found = risks(sign_ins, &inputs.thresholds.context_change);
        if found.is_empty() {
            continue;
        }
        all.extend(found.iter().map(findings::context_change));
        let Some(user_id) = sign_ins.iter().map(|s| s.user_id.as_str()).find(|id| !id.is_empty()) else {
            continue;
        };
        let person = PersonKey { tenant: tenant.to_owned(), user_id: user_id.to_owned() };
        let case = case_of(inputs, &resolver, &links, person, upn);
        for (incident, more) in judge(&case, inputs.thresholds) {
            all.extend(more);
            incidents.push((case.clone(), incident));
        }
    }
    all.sort_by(|a, b| a.occurred_at.cmp(&b.occurred_at).then_with(|| a.id.cmp(&b.id)));
    all.dedup_by(|a, b| a.id == b.id);
    incidents.sort_by(|(_, a), (_, b)| {
        b.severity.cmp(&a.severity).then_with(|| a.first_seen.cmp(&b.first_seen)).then_with(|| a.id.cmp(&b.id))
    });
    Decision { findings: all, incidents }
}

/// Gathers everything the verdict on one person reads.
fn case_of(
    inputs: &Inputs<'_>,
    resolver: &Resolver<'_>,
    links: &BTreeMap<AwsSessionKey, CrossCloudLink>,
    person: PersonKey,
    upn: &str,
) -> CaseInput {
    let own: Vec<CrossCloudLink> = links.values().filter(|l| l.person == person).cloned().collect();
    let own_sessions: Vec<&AwsSession<'_>> = own.iter().filter_map(|l| resolver.sessions().get(&l.session)).collect();
    let mut wanted: BTreeSet<EventId> = BTreeSet::new();
    for session in &own_sessions {
        wanted.extend(session.uses.iter().map(|u| u.cite.event));
        wanted.extend(session.assumptions.iter().map(|a| a.cite.event));
    }
    let mut records: BTreeMap<EventId, Record> = BTreeMap::new();
    for (id, record) in inputs.set.records() {
        if wanted.contains(id) || record.facts.iter().any(|f| is_about(f, &person, upn)) {
            records.insert(*id, record.clone());
        }
    }
    let rule_ids: BTreeSet<&str> = records.values().flat_map(|r| &r.hits).map(|h| h.rule.as_str()).collect();
    let rules = rule_ids.into_iter().filter_map(|id| Some((id.to_owned(), inputs.rules.get(id)?.clone()))).collect();
    let accounts: BTreeSet<&str> = own_sessions.iter().map(|s| s.account.as_str()).collect();
    CaseInput {
        user_type: inputs.estate.users.get(&person.user_id).map(|u| u.user_type.clone()),
        roles: roles_of(inputs.estate, resolver, &own_sessions),
        canaries: inputs.canaries.iter().filter(|c| accounts.contains(c.account.as_str())).cloned().collect(),
        person,
        upn: upn.to_owned(),
        records,
        links: own,
        rules,
        content: inputs.content,
        at: inputs.at,
    }
}

fn is_about(fact: &Fact, person: &PersonKey, upn: &str) -> bool {
    match fact {
        Fact::SignIn(s) => s.tenant == person.tenant && s.upn == upn,
        Fact::ArmUse(u) => u.tenant == person.tenant && u.object_id == person.user_id,
        Fact::EntraChange(c) => c.tenant == person.tenant && c.initiator_id == person.user_id,
        Fact::RoleAssumption(_) | Fact::AwsUse(_) => false,
    }
}

fn roles_of(estate: &Estate, resolver: &Resolver<'_>, own: &[&AwsSession<'_>]) -> BTreeMap<String, RoleFacts> {
    let mut out = BTreeMap::new();
    for session in own {
        // STS requests and inventory may differ in the path; names are unique in an account.
        let known = estate.roles.get(&session.role_arn).or_else(|| {
            estate
                .roles
                .values()
                .find(|r| r.name == session.role_name() && r.arn.contains(&format!("::{}:", session.account)))
        });
        let Some(role) = known else {
            continue;
        };
        let others = resolver
            .sessions()
            .values()
            .filter(|s| s.role_id() == session.role_id() && s.key.principal_id != session.key.principal_id)
            .map(|s| s.key.principal_id.clone())
            .collect();
        let facts = RoleFacts {
            arn: role.arn.clone(),
            path: role.path.clone(),
            id: role.id.clone(),
            tags: role.tags.clone(),
            other_users: others,
        };
        out.insert(session.role_arn.clone(), facts);
    }
    out
}

/// What one person's records say: the incidents, each with the findings that
/// only the set shows. Reads nothing but `case`.
pub fn judge(case: &CaseInput, thresholds: &Thresholds) -> Vec<(Incident, Vec<Finding>)> {
    let mut set = FactSet::new();
    for (id, record) in &case.records {
        set.insert(*id, record.clone());
    }
    let view = View::new(case, &set);
    let found = risks(&view.sign_ins, &thresholds.context_change);
    let gap = SignedDuration::from_hours(thresholds.episode_gap_hours);
    let mut episodes: Vec<Vec<SessionRisk<'_>>> = Vec::new();
    for risk in found {
        let joins =
            episodes.last().and_then(|e| e.last()).is_some_and(|last| risk.since().duration_since(last.since()) <= gap);
        match episodes.last_mut() {
            Some(episode) if joins => episode.push(risk),
            _ => episodes.push(vec![risk]),
        }
    }
    episodes.iter().filter_map(|episode| view.judge_episode(episode, thresholds)).collect()
}

/// The case's facts, by kind.
struct View<'a> {
    case: &'a CaseInput,
    sign_ins: Vec<&'a SignIn>,
    arm: Vec<&'a ArmUse>,
    changes: Vec<&'a EntraChange>,
    sessions: BTreeMap<AwsSessionKey, AwsSession<'a>>,
    by_record: BTreeMap<&'a RecordId, Vec<EventId>>,
}

impl<'a> View<'a> {
    fn new(case: &'a CaseInput, set: &'a FactSet) -> Self {
        let (mut sign_ins, mut arm, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        let mut by_record: BTreeMap<&RecordId, Vec<EventId>> = BTreeMap::new();
        for (id, record) in set.records() {
            by_record.entry(&record.record_id).or_default().push(*id);
            for fact in &record.facts {
                match fact {
                    Fact::SignIn(s) => sign_ins.push(&**s),
                    Fact::ArmUse(u) => arm.push(&**u),
                    Fact::EntraChange(c) => changes.push(&**c),
                    Fact::RoleAssumption(_) | Fact::AwsUse(_) => {}
                }
            }
        }
        sign_ins.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
        Self { case, sign_ins, arm, changes, sessions: sessions(set), by_record }
    }

    fn judge_episode(&self, episode: &[SessionRisk<'a>], thresholds: &Thresholds) -> Option<(Incident, Vec<Finding>)> {
        let requests: BTreeSet<&str> = episode.iter().flat_map(SessionRisk::requests).collect();
        let addresses: BTreeSet<&str> = episode.iter().flat_map(SessionRisk::addresses).collect();
        let since = episode.first()?.since();
        let pivots = self.pivots(&requests, &addresses, since, thresholds);
        let arm: Vec<&ArmUse> = self
            .arm
            .iter()
            .copied()
            .filter(|u| match u.sign_in.as_deref() {
                Some(sign_in) => requests.contains(sign_in),
                None => u.cite.at >= since && addresses.contains(u.ip.as_str()),
            })
            .collect();
        let changes: Vec<&EntraChange> =
            self.changes.iter().copied().filter(|c| c.cite.at >= since && addresses.contains(c.ip.as_str())).collect();
        if pivots.is_empty() && arm.is_empty() && changes.is_empty() {
            return None;
        }
        let confidence = self.confidence(episode, &pivots);
        let mut found: Vec<Finding> = episode.iter().map(findings::context_change).collect();
        let mut egress = Vec::new();
        for (session, link) in &pivots {
            found.push(findings::federated_pivot(session, &link.upn, confidence));
            egress.extend(findings::session_egress(session, thresholds.egress_bytes_per_session));
        }
        let severity = if egress.is_empty() { Severity::High } else { Severity::Critical };
        found.extend(egress);
        let mut lines = Vec::new();
        episode.iter().for_each(|risk| story::of_risk(risk, &mut lines));
        story::of_arm(&arm, &mut lines);
        story::of_changes(&changes, &mut lines);
        pivots.iter().for_each(|(session, link)| story::of_session(session, link, &mut lines));
        lines.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.text.cmp(&b.text)));
        let evidence: BTreeSet<RecordId> = lines.iter().flat_map(|l| l.records.iter().cloned()).collect();
        found.extend(self.hits_within(&evidence));
        let incident = self.assemble(episode, &pivots, severity, confidence, &found, lines, evidence, thresholds);
        Some((incident, found))
    }

    /// AWS sessions that came from the other hand: by the sign-in they were
    /// joined to, or, where no sign-in is known, by the address they were used
    /// from; and every session chained from one.
    fn pivots(
        &self,
        requests: &BTreeSet<&str>,
        addresses: &BTreeSet<&str>,
        since: Timestamp,
        thresholds: &Thresholds,
    ) -> Vec<(&AwsSession<'a>, &CrossCloudLink)> {
        let enough = Confidence::new(thresholds.join_confidence_to_act);
        let mut out: BTreeMap<&AwsSessionKey, (&AwsSession<'a>, &CrossCloudLink)> = BTreeMap::new();
        for link in self.case.links.iter().filter(|l| l.confidence >= enough) {
            let Some((key, session)) = self.sessions.get_key_value(&link.session) else {
                continue;
            };
            let from_hand = match link.sign_in.as_deref() {
                Some(sign_in) => {
                    requests.contains(sign_in)
                        || link.alternatives.iter().any(|a| requests.contains(a.as_str()))
                            && used_from(session, addresses)
                }
                None => session.key.created >= since && used_from(session, addresses),
            };
            if from_hand {
                out.insert(key, (session, link));
            }
        }
        // Chains: a child is the other hand's if its parent is.
        for _ in 0..self.sessions.len() {
            let more: Vec<_> = self
                .case
                .links
                .iter()
                .filter_map(|link| {
                    let (key, session) = self.sessions.get_key_value(&link.session)?;
                    let parent = session.parent.as_ref()?;
                    (out.contains_key(parent) && !out.contains_key(key)).then_some((key, (session, link)))
                })
                .collect();
            if more.is_empty() {
                break;
            }
            out.extend(more);
        }
        out.into_values().collect()
    }

    /// As sure as the weaker of the two: that the session is stolen, and that
    /// the AWS session came from it.
    fn confidence(&self, episode: &[SessionRisk<'_>], pivots: &[(&AwsSession<'_>, &CrossCloudLink)]) -> Confidence {
        let stolen = episode.iter().map(SessionRisk::confidence).max().unwrap_or_default();
        let joined = pivots.iter().map(|(_, link)| link.confidence).max();
        joined.map_or(stolen, |joined| stolen.min(joined))
    }

    fn hits_within(&self, evidence: &BTreeSet<RecordId>) -> Vec<Finding> {
        let mut out = Vec::new();
        for record in self.case.records.values().filter(|r| evidence.contains(&r.record_id)) {
            for hit in &record.hits {
                if let Some(rule) = self.case.rules.get(&hit.rule) {
                    out.push(findings::of_hit(record, &hit.rule, &hit.version, rule));
                }
            }
        }
        out
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one value, each computed once by the caller")]
    fn assemble(
        &self,
        episode: &[SessionRisk<'a>],
        pivots: &[(&AwsSession<'a>, &CrossCloudLink)],
        severity: Severity,
        confidence: Confidence,
        found: &[Finding],
        lines: Vec<crate::incident::StoryLine>,
        evidence: BTreeSet<RecordId>,
        thresholds: &Thresholds,
    ) -> Incident {
        let ids: Vec<IncidentId> = episode.iter().map(|risk| self.incident_id(risk)).collect();
        let mut ids = ids.into_iter();
        let id = ids.next().unwrap_or_else(|| IncidentId::new("INC-000000000000"));
        let events: BTreeSet<EventId> =
            evidence.iter().filter_map(|r| self.by_record.get(r)).flatten().copied().collect();
        let times =
            || events.iter().filter_map(|e| self.case.records.get(e)).flat_map(|r| &r.facts).map(|f| f.cite().at);
        let newest = times().max().unwrap_or(self.case.at);
        let snapshot = self.case.snapshot();
        let goal = Goal {
            incident: &id,
            case: self.case,
            sessions: pivots.iter().map(|(s, _)| *s).collect(),
            evidence: evidence.iter().cloned().collect(),
            newest,
            snapshot,
        };
        let (plan, notes) = contain(&goal, thresholds);
        let mut finding_ids: Vec<_> = found.iter().map(|f| f.id).collect();
        finding_ids.sort();
        finding_ids.dedup();
        Incident {
            title: title(&self.case.upn, pivots),
            aliases: ids.collect(),
            severity,
            confidence,
            status: Status::Proposed,
            first_seen: times().min().unwrap_or(self.case.at),
            last_seen: newest,
            entities: self.entities(episode, pivots),
            findings: finding_ids,
            evidence: evidence.into_iter().collect(),
            events: events.into_iter().collect(),
            story: lines,
            links: pivots.iter().map(|(_, link)| (*link).clone()).collect(),
            snapshot,
            plan: Some(plan),
            notes,
            id,
        }
    }

    /// The name rests on the person and the Entra session that showed first: it
    /// is the same whatever arrived first.
    fn incident_id(&self, risk: &SessionRisk<'_>) -> IncidentId {
        let person = &self.case.person;
        let digest = Digest::of_parts([person.tenant.as_bytes(), person.user_id.as_bytes(), risk.sid.as_bytes()]);
        IncidentId::new(format!("INC-{}", digest.short(12)))
    }

    fn entities(&self, episode: &[SessionRisk<'_>], pivots: &[(&AwsSession<'_>, &CrossCloudLink)]) -> Vec<EntityRef> {
        let mut out = BTreeSet::new();
        let mut add = |kind, id: &str, name: Option<&str>| {
            out.insert(EntityRef { kind, id: id.to_owned(), name: name.map(str::to_owned) });
        };
        add(EntityKind::EntraUser, &self.case.person.user_id, Some(&self.case.upn));
        add(EntityKind::Tenant, &self.case.person.tenant, None);
        for risk in episode {
            add(EntityKind::EntraSession, risk.sid, None);
            risk.addresses().into_iter().for_each(|ip| add(EntityKind::Address, ip, None));
            if !risk.baseline.device_id.is_empty() {
                add(EntityKind::Device, &risk.baseline.device_id, None);
            }
        }
        for (session, _) in pivots {
            add(EntityKind::AwsSession, &session.key.principal_id, Some(session.session_name()));
            add(EntityKind::IamRole, &session.role_arn, Some(session.role_name()));
            add(EntityKind::AwsAccount, &session.account, None);
            session.access_keys.iter().for_each(|key| add(EntityKind::AccessKey, key, None));
            let buckets =
                session.uses.iter().filter(|u| u.service == "s3.amazonaws.com").filter_map(|u| u.target.as_deref());
            buckets.for_each(|bucket| add(EntityKind::Bucket, bucket, None));
        }
        out.into_iter().collect()
    }
}

fn used_from(session: &AwsSession<'_>, addresses: &BTreeSet<&str>) -> bool {
    session.uses.iter().any(|u| addresses.contains(u.ip.as_str()))
}

fn title(upn: &str, pivots: &[(&AwsSession<'_>, &CrossCloudLink)]) -> String {
    let roles: BTreeSet<&str> = pivots.iter().map(|(s, _)| s.role_name()).collect();
    let roles: Vec<String> = roles.into_iter().map(q).collect();
    match roles.as_slice() {
        [] => format!("Stolen Entra session of {} is used in Azure", q(upn)),
        [one] => format!("Stolen Entra session of {} reaches AWS role {one}", q(upn)),
        [one, rest @ ..] => {
            format!("Stolen Entra session of {} reaches AWS role {one} and {} more", q(upn), rest.len())
        }
    }
}
