//! The verdict, as a pure function of a set.

mod about;

pub(crate) use about::stranger;

use crate::case::{CanaryRole, CaseInput, Correlated, PersonCase, RuleFacts, touching};
use crate::cluster;
use crate::context::{SessionRisk, risks};
use crate::findings;
use crate::home::Homes;
use crate::hot::Quiet;
use crate::incident::{Hop, Incident, Kind, Status, StoryLine};
use crate::plan::{Goal, contain};
use crate::reported::Reported;
use crate::signals::marks;
use crate::thresholds::Thresholds;
use crate::{assess, behaviour, correlate, forged, held, route, story, tactics, tale};
use about::{Index, case_of};
use selvedge_graph::forged::{Forged, Missing, missing};
use selvedge_graph::identity::{Calibration, Holder};
use selvedge_graph::sessions::sessions;
use selvedge_graph::{AwsSession, CrossCloudLink, Estate, FactSet, PersonKey, Record, Resolver};
use selvedge_model::fact::{ArmUse, AwsSessionKey, EntraChange, PortalUse, Report, SignIn, Signal};
use selvedge_model::{
    Confidence, Digest, EntityKind, EntityRef, EventId, Fact, Finding, IncidentId, RecordId, Severity, SignedDuration,
    Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// A token whose sign-in no row shows may have been in use this long before the
/// first row that does: Azure's access tokens live 60 to 90 minutes.
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(90);

/// What a decision over a whole set reads.
pub struct Inputs<'a> {
    /// The set.
    pub set: &'a FactSet,
    /// The inventory.
    pub estate: &'a Estate,
    /// Rules by id.
    pub rules: &'a BTreeMap<String, RuleFacts>,
    /// Correlations, each after those that it looks at.
    pub correlations: &'a [correlate::Rule],
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
    /// Findings, by time: all but the quiet ones.
    pub findings: Vec<Finding>,
    /// Findings that make no incident and join none.
    pub quiet: Quiet,
    /// Incidents with the input that each was computed from.
    pub incidents: Vec<(CaseInput, Incident)>,
    /// Incidents out of findings beyond [`cluster::MAX_INCIDENTS`].
    pub left_out: u64,
    /// Records that correlations across actors did not look at: see
    /// [`crate::hot::Hot::unmatched`].
    pub unmatched: u64,
    /// Records of people at risk that were not read: see [`crate::hot::Hot::unread`].
    pub unread: u64,
    /// SAML sessions without a sign-in of which it cannot be said that they are forged,
    /// by what hinders.
    pub unsigned: BTreeMap<&'static str, u64>,
    /// Of a part of a set: its records with findings that are not among
    /// [`Decision::findings`], because no incident cites them and they are low. They are
    /// quiet as well: [`crate::hot::Hot::hush`].
    pub unsaid: BTreeSet<EventId>,
}

/// What was found out over a whole set, where [`Inputs::set`] is the part of it
/// that the decision reads: see [`crate::hot`].
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Whether it is a part that is read, picked out of more.
    pub is_part: bool,
    /// Whose sign-ins show a risk; `None` is not known.
    pub people: Option<BTreeSet<PersonKey>>,
    /// Where rule F1 stands.
    pub calibration: Option<Calibration>,
    /// Where people are at home.
    pub homes: Option<Homes>,
    /// The large reads.
    pub egress: Option<Vec<Finding>>,
    /// Which SAML assertions no sign-in gave.
    pub missing: Option<Missing>,
    /// By a record, how many others of its episode are not in the set.
    pub dropped: BTreeMap<EventId, u64>,
}

/// Decides over the whole set.
pub fn decide(inputs: &Inputs<'_>) -> Decision {
    decide_within(inputs, &Scope::default())
}

/// Decides over a part of a set, which has all that the decision reads.
pub fn decide_within(inputs: &Inputs<'_>, scope: &Scope) -> Decision {
    let missing = match &scope.missing {
        Some(missing) => missing.clone(),
        None => missing(inputs.set, inputs.estate),
    };
    let Missing { forged, unknown } = missing;
    let decision = if forged.is_empty() {
        decide_told(inputs, scope, &[])
    } else {
        let rules = forged::rules(inputs.rules);
        let inputs = &Inputs { rules: &rules, ..*inputs };
        if scope.is_part {
            // Whoever picked the records told them.
            decide_told(inputs, scope, &forged)
        } else {
            let mut set = inputs.set.clone();
            forged::tell(&mut set, &forged);
            decide_told(&Inputs { set: &set, ..*inputs }, scope, &forged)
        }
    };
    Decision { unsigned: unknown, ..decision }
}

/// Decides where what shows in the whole alone is told of the records.
fn decide_told(inputs: &Inputs<'_>, scope: &Scope, forged: &[Forged]) -> Decision {
    let resolver = Resolver::calibrated(inputs.set, inputs.estate, scope.calibration);
    let links = resolver.links();
    let mut all = Vec::new();
    match &scope.egress {
        Some(found) => all.extend(found.iter().cloned()),
        None => {
            let threshold = inputs.thresholds.egress_bytes_per_session;
            all.extend(resolver.sessions().values().filter_map(|s| findings::session_egress(s, threshold)));
        }
    }
    let index = Index::new(inputs.set, &resolver, &links);
    let own_homes;
    let homes = match &scope.homes {
        Some(homes) => homes,
        None => {
            own_homes = Homes::of(inputs.set);
            &own_homes
        }
    };
    let scene = cluster::Scene::new(inputs, &resolver, &links, homes);
    all.extend(scene.correlated.iter().map(Correlated::finding));
    let mut incidents = Vec::new();
    let in_scope = |person: &PersonKey| scope.people.as_ref().is_none_or(|people| people.contains(person));
    let people = resolver.people().filter(|(person, _)| in_scope(person));
    let at_risk: Vec<_> = people
        .map(|(person, sign_ins)| (person, sign_ins, risks(sign_ins, &inputs.thresholds.context_change)))
        .filter(|(.., found)| !found.is_empty())
        .collect();
    let hands = about::hands(inputs, &index, at_risk.iter().map(|(person, rows, found)| (person, *rows, &found[..])));
    for (person, _, found) in at_risk {
        all.extend(found.iter().filter(|risk| !risk.needs_egress).map(findings::context_change));
        let case = case_of((inputs, forged, &hands), &resolver, &index, &links, person, &scene.correlated);
        for (incident, more) in judge_person(&case, inputs.thresholds) {
            all.extend(more);
            incidents.push((CaseInput::Person(Box::new(case.clone())), incident));
        }
    }
    // What a stolen session's incident holds makes no second one.
    let taken: BTreeSet<EventId> = incidents.iter().flat_map(|(_, incident)| incident.events.iter().copied()).collect();
    let found = cluster::find(inputs, &scene, &taken, &scope.dropped);
    let signals = found.incidents.into_iter();
    incidents.extend(signals.map(|(case, incident)| (CaseInput::Signals(Box::new(case)), incident)));
    let unsaid = say(inputs, scope, &incidents, &mut all);
    all.sort_by(|a, b| a.occurred_at.cmp(&b.occurred_at).then_with(|| a.id.cmp(&b.id)));
    all.dedup_by(|a, b| (a.occurred_at, a.id) == (b.occurred_at, b.id));
    incidents.sort_by(|(_, a), (_, b)| {
        b.severity.cmp(&a.severity).then_with(|| a.first_seen.cmp(&b.first_seen)).then_with(|| a.id.cmp(&b.id))
    });
    Decision { findings: all, incidents, left_out: found.left_out, unsaid, ..Decision::default() }
}

/// Adds the findings on single records. Of a part of a set only those that an incident
/// cites and the worse: put into words each takes a kilobyte, and most of a part's
/// records are there for what they join. The others are returned.
fn say(
    inputs: &Inputs<'_>,
    scope: &Scope,
    incidents: &[(CaseInput, Incident)],
    all: &mut Vec<Finding>,
) -> BTreeSet<EventId> {
    let told = || inputs.set.records().filter(|(_, record)| marks(record, inputs.rules).next().is_some());
    let is_bad = |record: &Record| marks(record, inputs.rules).any(|mark| mark.severity() >= Severity::Medium);
    // Records that go by one name are told together: what they say alike is one finding.
    let mut said: BTreeSet<&RecordId> = incidents.iter().flat_map(|(_, incident)| &incident.evidence).collect();
    if scope.is_part {
        said.extend(told().filter(|(_, record)| is_bad(record)).map(|(_, record)| &record.record_id));
    }
    let mut unsaid = BTreeSet::new();
    for (id, record) in told() {
        if scope.is_part && !said.contains(&record.record_id) {
            unsaid.insert(*id);
        } else {
            all.extend(marks(record, inputs.rules).map(|mark| mark.finding(record)));
        }
    }
    unsaid
}

/// What a case says: the incidents, each with the findings that only the set
/// shows. Reads nothing but `case`.
pub fn judge(case: &CaseInput, thresholds: &Thresholds) -> Vec<(Incident, Vec<Finding>)> {
    let mut verdicts = match case {
        CaseInput::Person(case) => judge_person(case, thresholds),
        CaseInput::Signals(case) => assess::judge(case, thresholds).into_iter().map(|one| (one, Vec::new())).collect(),
    };
    behaviour::known(case, verdicts.iter_mut().map(|(incident, _)| incident));
    verdicts
}

fn judge_person(case: &PersonCase, thresholds: &Thresholds) -> Vec<(Incident, Vec<Finding>)> {
    let mut set = FactSet::new();
    for (id, record) in &case.records {
        set.insert(*id, record.clone());
    }
    let view = View::new(case, &set);
    let found = risks(&view.sign_ins, &thresholds.context_change);
    let gap = SignedDuration::from_hours(thresholds.episode_gap_hours);
    // What needs a large read beside it neither joins nor splits what stands alone.
    let (weak, strong): (Vec<_>, Vec<_>) = found.into_iter().partition(|risk| risk.needs_egress);
    let near = |a: &SessionRisk<'_>, b: &SessionRisk<'_>| a.since().duration_since(b.since()).abs() <= gap;
    let weak = weak.into_iter().filter(|w| !strong.iter().any(|s| near(w, s))).collect();
    let mut out = Vec::new();
    for episode in episodes(strong, gap).into_iter().chain(episodes(weak, gap)) {
        out.extend(view.judge_episode(&episode, thresholds));
    }
    out
}

/// Risks of one person, by time, cut where the gap is too long.
fn episodes(risks: Vec<SessionRisk<'_>>, gap: SignedDuration) -> Vec<Vec<SessionRisk<'_>>> {
    let mut episodes: Vec<Vec<SessionRisk<'_>>> = Vec::new();
    for risk in risks {
        let joins =
            episodes.last().and_then(|e| e.last()).is_some_and(|last| risk.since().duration_since(last.since()) <= gap);
        match episodes.last_mut() {
            Some(episode) if joins => episode.push(risk),
            _ => episodes.push(vec![risk]),
        }
    }
    episodes
}

/// The case's facts, by kind.
struct View<'a> {
    case: &'a PersonCase,
    sign_ins: Vec<&'a SignIn>,
    arm: Vec<&'a ArmUse>,
    changes: Vec<&'a EntraChange>,
    portal: Vec<&'a PortalUse>,
    sessions: BTreeMap<AwsSessionKey, AwsSession<'a>>,
    by_record: BTreeMap<&'a RecordId, Vec<EventId>>,
    /// What providers report of AWS sessions.
    reported: Reported<'a>,
    /// Of the case: computed once for all its incidents.
    snapshot: std::cell::OnceCell<Digest>,
}

impl<'a> View<'a> {
    fn new(case: &'a PersonCase, set: &'a FactSet) -> Self {
        let (mut sign_ins, mut arm, mut changes, mut portal) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut by_record: BTreeMap<&RecordId, Vec<EventId>> = BTreeMap::new();
        for (id, record) in set.records() {
            by_record.entry(&record.record_id).or_default().push(*id);
            for fact in &record.facts {
                match fact {
                    Fact::SignIn(s) => sign_ins.push(&**s),
                    Fact::ArmUse(u) => arm.push(&**u),
                    Fact::EntraChange(c) => changes.push(&**c),
                    Fact::Portal(p) => portal.push(&**p),
                    Fact::RoleAssumption(_) | Fact::AwsUse(_) | Fact::Signal(_) => {}
                }
            }
        }
        sign_ins.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
        let (sessions, snapshot) = (sessions(set), std::cell::OnceCell::new());
        let reported = Reported::of(set.records());
        Self { case, sign_ins, arm, changes, portal, sessions, by_record, reported, snapshot }
    }

    fn judge_episode(&self, episode: &[SessionRisk<'a>], thresholds: &Thresholds) -> Option<(Incident, Vec<Finding>)> {
        let requests: BTreeSet<&str> = episode.iter().flat_map(SessionRisk::requests).collect();
        let mut addresses: BTreeSet<&str> = episode.iter().flat_map(SessionRisk::addresses).collect();
        // Where the person signed in from the same place, the place tells nothing.
        for own in self.sign_ins.iter().filter(|s| s.succeeded() && !requests.contains(s.request_id.as_str())) {
            addresses.remove(own.ip.as_str());
        }
        let seen: BTreeSet<&str> = self.sign_ins.iter().map(|s| s.request_id.as_str()).collect();
        let since = episode.first()?.since();
        let arm: Vec<&ArmUse> = self
            .arm
            .iter()
            .copied()
            .filter(|u| match u.sign_in.as_deref() {
                Some(sign_in) if seen.contains(sign_in) => requests.contains(sign_in),
                // No row shows the sign-in: the address must do.
                _ => since.duration_since(u.cite.at) <= TOKEN_LIFETIME && addresses.contains(u.ip.as_str()),
            })
            .collect();
        let changes: Vec<&EntraChange> =
            self.changes.iter().copied().filter(|c| c.cite.at >= since && addresses.contains(c.ip.as_str())).collect();
        let hand = arm.iter().map(|u| u.cite.event).chain(changes.iter().map(|c| c.cite.event)).collect();
        let pivots = self.pivots((&requests, &addresses, &hand), since, thresholds);
        let portal = self.at_portal(&pivots, since, &addresses);
        if pivots.is_empty() && arm.is_empty() && changes.is_empty() && portal.is_empty() {
            return None;
        }
        let confidence = self.confidence(episode, &pivots);
        let mut found: Vec<Finding> = episode.iter().map(findings::context_change).collect();
        let mut egress = Vec::new();
        for (session, link) in &pivots {
            found.push(findings::federated_pivot(session, &link.upn, confidence));
            egress.extend(findings::session_egress(session, thresholds.egress_bytes_per_session));
        }
        if egress.is_empty() && episode.iter().all(|risk| risk.needs_egress) {
            return None;
        }
        let severity = match (pivots.is_empty(), egress.is_empty()) {
            (true, _) => Severity::Medium,
            (false, true) => Severity::High,
            (false, false) => Severity::Critical,
        };
        found.extend(egress);
        let mut lines = Vec::new();
        episode.iter().for_each(|risk| story::of_risk(risk, &mut lines));
        story::of_arm(&arm, &mut lines);
        story::of_changes(&changes, &mut lines);
        story::of_portal(&portal, &mut lines);
        pivots.iter().for_each(|(session, link)| story::of_session(session, link, &mut lines));
        let reports: BTreeMap<EventId, (&Signal, &Report)> = pivots
            .iter()
            .flat_map(|(session, _)| self.reported.on(session))
            .map(|(id, _, signal, report)| (id, (signal, report)))
            .collect();
        story::of_reports(reports.values(), &mut lines);
        let severity = reports.values().map(|(_, report)| report.severity).fold(severity, Ord::max);
        let severity = self.join(&story::records_of(&lines), severity, &mut found, &mut lines);
        lines.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.text.cmp(&b.text)));
        let evidence = story::records_of(&lines);
        found.extend(self.hits_within(&evidence));
        let path = route::of_stolen(&route::Stolen {
            person: (&self.case.person, &self.case.upn),
            episode,
            arm: &arm,
            changes: &changes,
            pivots: &pivots,
            held: &self.case.held,
        });
        let told = (lines, path);
        let incident = self.assemble(episode, &pivots, severity, confidence, &found, told, evidence, thresholds);
        Some((incident, found))
    }

    /// Correlations that share a record with the story join it, with all their records;
    /// the incident is at least as bad as the worst of them.
    fn join(
        &self,
        evidence: &BTreeSet<RecordId>,
        severity: Severity,
        found: &mut Vec<Finding>,
        lines: &mut Vec<StoryLine>,
    ) -> Severity {
        let joined = touching(&self.case.correlated, evidence.clone(), |one| &one.evidence);
        found.extend(joined.iter().map(|one| one.finding()));
        lines.extend(joined.iter().map(|one| tale::of_correlated(one)));
        joined.iter().map(|one| one.facts.severity).max().unwrap_or_default().max(severity)
    }

    /// What the other hand did at Identity Center's portal: what its AWS sessions were
    /// joined by, and what came from its addresses.
    fn at_portal(
        &self,
        pivots: &[(&AwsSession<'a>, &CrossCloudLink)],
        since: Timestamp,
        addresses: &BTreeSet<&str>,
    ) -> Vec<&'a PortalUse> {
        let joined: BTreeSet<&RecordId> = pivots.iter().flat_map(|(_, link)| &link.evidence).collect();
        let is_theirs = |used: &&PortalUse| {
            joined.contains(&used.cite.record) || used.cite.at >= since && addresses.contains(used.ip.as_str())
        };
        self.portal.iter().copied().filter(is_theirs).collect()
    }

    /// AWS sessions that came from the other hand: by the sign-in they were
    /// joined to, or, where no sign-in is known, by the address they were used
    /// from; those of workloads that the hand changed; and every session chained from
    /// one.
    fn pivots(
        &self,
        (requests, addresses, hand): (&BTreeSet<&str>, &BTreeSet<&str>, &BTreeSet<EventId>),
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
                _ if held::is_by_change(link) => held::is_by_hand(&self.case.held, link, hand),
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
        let mut children: BTreeMap<&AwsSessionKey, Vec<&CrossCloudLink>> = BTreeMap::new();
        for link in &self.case.links {
            if let Some(parent) = self.sessions.get(&link.session).and_then(|s| s.parent.as_ref()) {
                children.entry(parent).or_default().push(link);
            }
        }
        let mut front: Vec<&AwsSessionKey> = out.keys().copied().collect();
        while let Some(parent) = front.pop() {
            for link in children.get(parent).into_iter().flatten() {
                if let Some((key, session)) = self.sessions.get_key_value(&link.session)
                    && out.insert(key, (session, link)).is_none()
                {
                    front.push(key);
                }
            }
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
        let cited = self.case.records.values().filter(|record| evidence.contains(&record.record_id));
        cited.flat_map(|record| marks(record, &self.case.rules).map(|mark| mark.finding(record))).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one value, each computed once by the caller")]
    fn assemble(
        &self,
        episode: &[SessionRisk<'a>],
        pivots: &[(&AwsSession<'a>, &CrossCloudLink)],
        severity: Severity,
        confidence: Confidence,
        found: &[Finding],
        (lines, path): (Vec<StoryLine>, Vec<Hop>),
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
        let snapshot = *self.snapshot.get_or_init(|| self.case.snapshot());
        let goal = Goal {
            incident: &id,
            case: self.case,
            sessions: pivots.iter().map(|(s, _)| *s).collect(),
            evidence: evidence.iter().cloned().collect(),
            newest,
            snapshot,
            began: episode.first().map_or_else(|| RecordId::new(""), |risk| risk.baseline.cite.record.clone()),
        };
        // A change in Azure by a session that moved is worth a look; the chain into
        // AWS is what calls for containment (scenarios A, "minimum to act").
        let (plan, notes) = match pivots {
            [] => (None, Vec::new()),
            _ => {
                let (plan, notes) = contain(&goal, thresholds);
                (Some(plan), notes)
            }
        };
        let mut finding_ids: Vec<_> = found.iter().map(|f| f.id).collect();
        finding_ids.sort();
        finding_ids.dedup();
        let attack: BTreeSet<&String> = found.iter().flat_map(|finding| &finding.attack).collect();
        let tactics = tactics::in_order(found.iter().flat_map(|finding| &finding.tactics).map(String::as_str));
        Incident {
            title: story::title(&self.case.upn, pivots),
            kind: Kind::StolenSession,
            aliases: ids.collect(),
            severity,
            confidence,
            status: if plan.is_some() { Status::Proposed } else { Status::Investigating },
            first_seen: times().min().unwrap_or(self.case.at),
            last_seen: newest,
            entities: self.entities(episode, pivots),
            findings: finding_ids,
            attack: attack.into_iter().cloned().collect(),
            tactics: tactics.into_iter().map(str::to_owned).collect(),
            evidence: evidence.into_iter().collect(),
            events: events.into_iter().collect(),
            left_out: 0,
            story: lines,
            path,
            links: pivots.iter().map(|(_, link)| (*link).clone()).collect(),
            behaviour: Vec::new(),
            snapshot,
            plan,
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
        for (session, link) in pivots {
            if link.holder == Holder::Workload {
                add(EntityKind::ServicePrincipal, &link.person.user_id, Some(&link.upn));
            }
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
