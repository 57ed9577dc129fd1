//! Who is behind an AWS session: the joins of the federation facts, each with
//! its rule and confidence.
//!
//! Ambiguity is reported, never guessed. Within a family of nested rules the
//! strongest counts; only grounds that rest on disjoint keys are combined.

use crate::center::Portals;
use crate::estate::{EntraUser, Estate, tenant_of};
use crate::factset::FactSet;
use crate::sessions::{AwsSession, sessions};
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, PortalUse, RoleAssumption, SignIn};
use selvedge_model::{Confidence, Fact, RecordId, SignedDuration, guid};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An AWS role may be assumed this long after the sign-in (rule F2).
const SIGN_IN_WINDOW: SignedDuration = SignedDuration::from_secs(300);
/// Clocks may disagree by this much.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(5);
/// Combined confidence never exceeds this without an exact key.
const CAP: Confidence = Confidence::new(990);
/// F1 is trusted after this many events of which this share (in thousandths)
/// named an existing sign-in.
const CALIBRATION_EVENTS: usize = 20;
const CALIBRATION_SHARE: usize = 950;
/// Role chains are followed this far. AWS sets no limit; an hour of sessions that
/// each take a second to open would be 3,600.
const MAX_HOPS: usize = 4_096;

/// Whose an account is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// A human being.
    #[default]
    Human,
    /// A service principal: an application or a managed identity.
    Workload,
}

impl Holder {
    fn is_human(&self) -> bool {
        *self == Self::Human
    }
}

/// A human being or a workload, as Entra knows one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonKey {
    /// Tenant.
    pub tenant: String,
    /// Object id: of the user, of the service principal.
    pub user_id: String,
}

/// A rule that joined, with what it alone is worth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ground {
    /// `F1` … `F6`, `I1` … `I5`, `W1`, `W2`, `G1`; `X3`, `X8` and `X12` of whoever has a workload,
    /// a machine or a key in hand.
    pub rule: String,
    /// What it alone is worth.
    pub confidence: Confidence,
    /// One sentence.
    pub why: String,
}

/// An AWS session joined to a human and, where known, to the sign-in it came
/// from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrossCloudLink {
    /// The session.
    pub session: AwsSessionKey,
    /// The human or workload.
    pub person: PersonKey,
    /// Which of the two.
    #[serde(default, skip_serializing_if = "Holder::is_human")]
    pub holder: Holder,
    /// UPN; of a workload its name, else its object id.
    pub upn: String,
    /// Path of federation: `P1` SAML application, `P2` Identity Center, `P3` a
    /// workload's token of Entra, `P4` a token of a third provider that both clouds
    /// trust.
    pub path: String,
    /// Request id of the sign-in it came from.
    pub sign_in: Option<String>,
    /// Entra session of that sign-in.
    pub sid: Option<String>,
    /// Other sign-ins that fit as well.
    pub alternatives: Vec<String>,
    /// The rules.
    pub grounds: Vec<Ground>,
    /// All together.
    pub confidence: Confidence,
    /// Records that show it.
    pub evidence: Vec<RecordId>,
}

/// Where the assertion-id rule (F1) stands on this data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calibration {
    /// Too few events to say.
    Undecided,
    /// Assertion ids are sign-in ids here.
    Promoted,
    /// They are not.
    Disabled,
}

impl Calibration {
    /// Where F1 stands after so many SAML assertions with a GUID for an id, so
    /// many of which named a sign-in of the same user.
    pub fn of(events: usize, named: usize) -> Self {
        if events < CALIBRATION_EVENTS {
            Self::Undecided
        } else if named.saturating_mul(1000) >= events.saturating_mul(CALIBRATION_SHARE) {
            Self::Promoted
        } else {
            Self::Disabled
        }
    }
}

/// Resolves sessions to people over one set and one inventory.
pub struct Resolver<'a> {
    estate: &'a Estate,
    sign_ins: BTreeMap<&'a str, &'a SignIn>,
    /// Tenant, then UPN.
    by_upn: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a SignIn>>>,
    /// Tenant, then object id.
    by_user: BTreeMap<(&'a str, &'a str), Vec<&'a SignIn>>,
    /// Of service principals: tenant, then object id.
    by_workload: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a SignIn>>>,
    /// (Tenant, object id) to the first name, in the order of names.
    name_of: BTreeMap<(&'a str, &'a str), &'a str>,
    /// The inventory's users by UPN.
    known: BTreeMap<&'a str, &'a EntraUser>,
    sessions: BTreeMap<AwsSessionKey, AwsSession<'a>>,
    /// What was done at Identity Center's portal.
    portals: Portals<'a>,
    calibration: Calibration,
}

impl<'a> Resolver<'a> {
    /// Indexes the set.
    pub fn new(set: &'a FactSet, estate: &'a Estate) -> Self {
        Self::calibrated(set, estate, None)
    }

    /// Indexes a part of a set; where F1 stands was found out over the whole.
    pub fn calibrated(set: &'a FactSet, estate: &'a Estate, calibration: Option<Calibration>) -> Self {
        let mut all: Vec<&SignIn> = set
            .facts()
            .filter_map(|fact| match fact {
                Fact::SignIn(sign_in) => Some(&**sign_in),
                _ => None,
            })
            .collect();
        all.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
        let mut by_upn: BTreeMap<&str, BTreeMap<&str, Vec<&SignIn>>> = BTreeMap::new();
        let mut by_user: BTreeMap<(&str, &str), Vec<&SignIn>> = BTreeMap::new();
        let mut by_workload: BTreeMap<&str, BTreeMap<&str, Vec<&SignIn>>> = BTreeMap::new();
        let mut sign_ins = BTreeMap::new();
        let mut name_of: BTreeMap<(&str, &str), &str> = BTreeMap::new();
        for sign_in in all {
            if is_object_id(&sign_in.user_id) {
                by_user.entry((&sign_in.tenant, &sign_in.user_id)).or_default().push(sign_in);
            }
            if let Some(id) = sign_in.service_principal_id.as_deref().filter(|id| is_object_id(id)) {
                by_workload.entry(&sign_in.tenant).or_default().entry(id).or_default().push(sign_in);
            }
            if !sign_in.upn.is_empty() {
                by_upn.entry(&sign_in.tenant).or_default().entry(&sign_in.upn).or_default().push(sign_in);
                let name = name_of.entry((&sign_in.tenant, &sign_in.user_id)).or_insert(&sign_in.upn);
                *name = (*name).min(&sign_in.upn);
            }
            if !sign_in.request_id.is_empty() {
                sign_ins.entry(sign_in.request_id.as_str()).or_insert(sign_in);
            }
        }
        let sessions = sessions(set);
        // Two users of one name: the first by id counts.
        let known = estate.users.values().rev().map(|user| (user.upn.as_str(), user)).collect();
        let undecided = Calibration::Undecided;
        let mut resolver = Self {
            estate,
            sign_ins,
            by_upn,
            by_user,
            by_workload,
            name_of,
            known,
            sessions,
            portals: Portals::default(),
            calibration: undecided,
        };
        resolver.portals = Portals::of(set, &resolver);
        resolver.calibration = calibration.unwrap_or_else(|| resolver.calibrate());
        resolver
    }

    /// What was done at Identity Center's portal.
    pub(crate) fn portals(&self) -> &Portals<'a> {
        &self.portals
    }

    /// What a person did at Identity Center's portal, by time: the record names the
    /// identity store's user (rule I1) or the user's name.
    pub fn portal_uses_of(&self, person: &PersonKey) -> &[&'a PortalUse] {
        self.portals.of_person(person)
    }

    /// All sessions.
    pub fn sessions(&self) -> &BTreeMap<AwsSessionKey, AwsSession<'a>> {
        &self.sessions
    }

    /// The sign-in with this request id.
    pub fn sign_in(&self, request_id: &str) -> Option<&'a SignIn> {
        self.sign_ins.get(request_id).copied()
    }

    /// Tenants in whose sign-ins a name stands.
    pub(crate) fn tenants_of<'s>(&'s self, upn: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.by_upn.iter().filter(move |(_, users)| users.contains_key(upn)).map(|(tenant, _)| *tenant)
    }

    /// Tenants in whose sign-ins a service principal stands.
    pub(crate) fn tenants_of_workload<'s>(&'s self, id: &'s str) -> impl Iterator<Item = &'a str> + 's {
        self.by_workload.iter().filter(move |(_, all)| all.contains_key(id)).map(|(tenant, _)| *tenant)
    }

    /// The inventory.
    pub fn estate(&self) -> &'a Estate {
        self.estate
    }

    /// Every sign-in of a service principal, by time.
    pub(crate) fn sign_ins_of_workload(&self, tenant: &str, id: &str) -> &[&'a SignIn] {
        self.by_workload.get(tenant).and_then(|all| all.get(id)).map_or(&[], Vec::as_slice)
    }

    /// Every sign-in of a user, by time.
    pub fn sign_ins_of(&self, tenant: &str, upn: &str) -> &[&'a SignIn] {
        self.by_upn.get(tenant).and_then(|users| users.get(upn)).map_or(&[], Vec::as_slice)
    }

    /// All people with sign-ins, each with their own by time.
    pub fn people(&self) -> impl Iterator<Item = (PersonKey, &[&'a SignIn])> + '_ {
        self.by_user.iter().map(|((tenant, user_id), rows)| {
            let key = PersonKey { tenant: (*tenant).to_owned(), user_id: (*user_id).to_owned() };
            (key, rows.as_slice())
        })
    }

    /// Where F1 stands.
    pub fn calibration(&self) -> Calibration {
        self.calibration
    }

    /// F1 is only a guess until this tenant's own data shows that assertion ids
    /// are sign-in ids: of at least twenty assertions with a GUID, nearly all
    /// must name a sign-in of the same user.
    fn calibrate(&self) -> Calibration {
        let (mut events, mut named) = (0usize, 0usize);
        for assumption in self.saml_assumptions() {
            let Some(id) = assumption.assertion_id.as_deref().and_then(guid::parse) else {
                continue;
            };
            events = events.saturating_add(1);
            let upn = user_name(assumption);
            if self.sign_ins.get(id.as_str()).is_some_and(|s| s.upn == upn) {
                named = named.saturating_add(1);
            }
        }
        Calibration::of(events, named)
    }

    fn saml_assumptions(&self) -> impl Iterator<Item = &'a RoleAssumption> + '_ {
        self.sessions.values().flat_map(|s| s.assumptions.iter().copied()).filter(|a| a.method == AssumeMethod::Saml)
    }

    /// Every session that can be joined to a human, chained sessions included.
    pub fn links(&self) -> BTreeMap<AwsSessionKey, CrossCloudLink> {
        let mut links = BTreeMap::new();
        for (key, session) in &self.sessions {
            if let Some(link) = self.link(session) {
                links.insert(key.clone(), link);
            }
        }
        self.follow_chains(&mut links);
        links
    }

    /// A chained session belongs to whoever held the session that assumed it.
    /// Each hop is walked once; beyond [`MAX_HOPS`] a chain is not followed.
    fn follow_chains(&self, links: &mut BTreeMap<AwsSessionKey, CrossCloudLink>) {
        let mut children: BTreeMap<&AwsSessionKey, Vec<&AwsSession<'a>>> = BTreeMap::new();
        for session in self.sessions.values() {
            if let Some(parent) = &session.parent {
                children.entry(parent).or_default().push(session);
            }
        }
        let mut front: Vec<AwsSessionKey> = links.keys().cloned().collect();
        for _ in 0..MAX_HOPS {
            let mut next = Vec::new();
            for parent in front {
                let Some(from) = links.get(&parent).cloned() else {
                    continue;
                };
                for session in children.get(&parent).into_iter().flatten() {
                    if !links.contains_key(&session.key) {
                        links.insert(session.key.clone(), hop(&from, session));
                        next.push(session.key.clone());
                    }
                }
            }
            if next.is_empty() {
                return;
            }
            front = next;
        }
    }

    fn link(&self, session: &AwsSession<'a>) -> Option<CrossCloudLink> {
        let saml = session.assumptions.iter().copied().find(|a| a.method == AssumeMethod::Saml);
        match saml {
            Some(assumption) if !session.role_name().starts_with("AWSReservedSSO_") => {
                self.link_saml(session, assumption)
            }
            _ if session.role_name().starts_with("AWSReservedSSO_") => self.link_identity_center(session),
            _ => self.link_workload(session),
        }
    }

    /// P1: a SAML application of Entra signed the person in to the role.
    fn link_saml(&self, session: &AwsSession<'a>, assumption: &'a RoleAssumption) -> Option<CrossCloudLink> {
        let tenant = tenant_behind(self.estate, assumption)?;
        let name = user_name(assumption);
        let by_source = session.source_identity().and_then(|id| self.user_by_id(&tenant, id));
        let by_name = self.user_by_upn(&tenant, &name);
        let (person, upn) = match (&by_source, &by_name) {
            (Some(source), Some(name)) if source.0 != name.0 => return None, // the two keys disagree
            (Some((id, source_upn)), _) => (id.clone(), if source_upn.is_empty() { name } else { source_upn.clone() }),
            (None, Some((id, _))) => (id.clone(), name),
            (None, None) => return None,
        };
        // Sign-ins are looked for under the person's own name: the session's may be
        // a staff number or a constant.
        let candidates = self.sign_ins_near(&tenant, &upn, assumption);
        let mut grounds = Vec::new();
        let mut confidence = Confidence::default();
        if by_source.is_some() {
            let ground = Ground {
                rule: "F4".into(),
                confidence: Confidence::new(990),
                why: "SourceIdentity is the user's object id".into(),
            };
            confidence = ground.confidence;
            grounds.push(ground);
        }
        let chosen = self.choose(assumption, &candidates);
        if let Some(ground) = time_ground(&chosen) {
            confidence = confidence.combine(ground.confidence, CAP);
            grounds.push(ground);
        }
        if let Some(ground) = self.assertion_ground(assumption, &upn) {
            confidence = confidence.max(ground.confidence);
            grounds.push(ground);
        }
        if grounds.is_empty() {
            return None;
        }
        let mut evidence: Vec<RecordId> = session.assumptions.iter().map(|a| a.cite.record.clone()).collect();
        evidence.extend(chosen.sign_in.map(|s| s.cite.record.clone()));
        Some(CrossCloudLink {
            session: session.key.clone(),
            person: PersonKey { tenant, user_id: person },
            holder: Holder::Human,
            upn,
            path: "P1".into(),
            sign_in: chosen.sign_in.map(|s| s.request_id.clone()),
            sid: chosen.sign_in.and_then(|s| s.session_id.clone()),
            alternatives: chosen.others.iter().map(|s| s.request_id.clone()).collect(),
            grounds,
            confidence,
            evidence,
        })
    }

    pub(crate) fn user_by_id(&self, tenant: &str, id: &str) -> Option<(String, String)> {
        let id = guid::parse(id)?;
        if let Some(user) = self.estate.users.get(&id).filter(|_| self.in_tenant(tenant)) {
            return Some((id, user.upn.clone()));
        }
        let name = (*self.name_of.get(&(tenant, id.as_str()))?).to_owned();
        Some((id, name))
    }

    pub(crate) fn user_by_upn(&self, tenant: &str, upn: &str) -> Option<(String, String)> {
        // Refused rows may name anybody: only Entra's own yes says whose name it is.
        // Of several (a name that was given anew) the latest holder counts.
        let logged = self.sign_ins_of(tenant, upn).iter().rev().find(|s| s.succeeded() && is_object_id(&s.user_id));
        if let Some(sign_in) = logged {
            return Some((sign_in.user_id.clone(), upn.to_owned()));
        }
        let user = self.known.get(upn).filter(|_| self.in_tenant(tenant))?;
        Some((user.id.clone(), user.upn.clone()))
    }

    /// Whether the inventory's users are of this tenant.
    fn in_tenant(&self, tenant: &str) -> bool {
        self.estate.tenants.contains(tenant)
    }

    /// Successful sign-ins of that user to an application that serves the
    /// provider, in the window before the role was assumed.
    fn sign_ins_near(&self, tenant: &str, upn: &str, assumption: &RoleAssumption) -> Vec<Candidate<'a>> {
        let apps = self.estate.apps_of(assumption.provider_arn.as_deref());
        let all = self.sign_ins_of(tenant, upn);
        let too_early = |s: &&SignIn| assumption.cite.at.duration_since(s.cite.at) > SIGN_IN_WINDOW;
        all.get(all.partition_point(too_early)..)
            .unwrap_or_default()
            .iter()
            .copied()
            .take_while(|s| assumption.cite.at.duration_since(s.cite.at) >= -CLOCK_SLACK)
            .filter(|s| s.succeeded())
            .filter_map(|s| match &apps {
                Some(apps) => apps.contains(s.app_id.as_str()).then_some(Candidate { sign_in: s, app_known: true }),
                None => Some(Candidate { sign_in: s, app_known: false }),
            })
            .collect()
    }

    /// The sign-in nearest before the assumption; the calibrated assertion id
    /// decides between several.
    fn choose(&self, assumption: &RoleAssumption, candidates: &[Candidate<'a>]) -> Chosen<'a> {
        let exact = assumption.assertion_id.as_deref().filter(|_| self.calibration == Calibration::Promoted);
        let named = candidates.iter().find(|c| exact.is_some_and(|id| id == c.sign_in.request_id));
        let nearest = candidates
            .iter()
            .min_by_key(|c| (assumption.cite.at.duration_since(c.sign_in.cite.at).abs(), &c.sign_in.request_id));
        let chosen = named.or(nearest);
        let others = candidates
            .iter()
            .filter(|c| chosen.is_none_or(|chosen| c.sign_in.request_id != chosen.sign_in.request_id))
            .map(|c| c.sign_in)
            .collect();
        Chosen { sign_in: chosen.map(|c| c.sign_in), app_known: chosen.is_some_and(|c| c.app_known), others }
    }

    fn assertion_ground(&self, assumption: &RoleAssumption, upn: &str) -> Option<Ground> {
        let id = assumption.assertion_id.as_deref().filter(|_| self.calibration == Calibration::Promoted)?;
        self.sign_ins.get(id).filter(|s| s.upn == upn)?;
        Some(Ground {
            rule: "F1".into(),
            confidence: Confidence::new(990),
            why: "the SAML assertion's id is the sign-in's id, as this tenant's own data has shown it to be".into(),
        })
    }
}

/// The link of a session that was assumed with another one: the same person, by
/// the same grounds, which its parent's link tells in full.
fn hop(from: &CrossCloudLink, session: &AwsSession<'_>) -> CrossCloudLink {
    let chained = Ground {
        rule: "F6".into(),
        confidence: Confidence::CERTAIN,
        why: "the role was assumed with an access key of the session before it".into(),
    };
    let mut grounds: Vec<Ground> = from.grounds.iter().filter(|g| g.rule != "F6").cloned().collect();
    grounds.push(chained);
    CrossCloudLink {
        session: session.key.clone(),
        grounds,
        evidence: session.assumptions.iter().map(|a| a.cite.record.clone()).collect(),
        ..from.clone()
    }
}

#[derive(Clone, Copy)]
struct Candidate<'a> {
    sign_in: &'a SignIn,
    app_known: bool,
}

struct Chosen<'a> {
    sign_in: Option<&'a SignIn>,
    app_known: bool,
    others: Vec<&'a SignIn>,
}

/// A GUID that is not all zeros, which stands for "unknown".
pub fn is_object_id(id: &str) -> bool {
    guid::parse(id).is_some_and(|id| id.bytes().any(|b| b != b'0' && b != b'-'))
}

/// F2, or F3 where the application that serves the provider is not known.
fn time_ground(chosen: &Chosen<'_>) -> Option<Ground> {
    chosen.sign_in?;
    let ground = |rule: &str, confidence: u16, why: &str| {
        Some(Ground { rule: rule.into(), confidence: Confidence::new(confidence), why: why.into() })
    };
    match (chosen.app_known, chosen.others.is_empty()) {
        (true, true) => {
            ground("F2", 950, "same user, through the application that serves this provider, within five minutes")
        }
        (true, false) => ground("F2", 850, "same user and application within five minutes, but several sign-ins fit"),
        (false, _) => {
            ground("F3", 800, "same user and provider within five minutes; which application serves it is not known")
        }
    }
}

/// The tenant whose issuer, hashed with account and provider, gives the record's
/// `nameQualifier` (N8). A record without one names its issuer.
pub(crate) fn tenant_behind(estate: &Estate, assumption: &RoleAssumption) -> Option<String> {
    let provider = assumption.provider_arn.as_deref();
    let issuer = assumption.issuer.as_deref();
    match assumption.name_qualifier.as_deref() {
        Some(qualifier) => estate.provider_of(qualifier, &assumption.account, issuer, provider),
        None => tenant_of(issuer?),
    }
}

/// The name the person goes by in the assertion: the session name if it is a
/// UPN, else the subject.
pub(crate) fn user_name(assumption: &RoleAssumption) -> String {
    user_name_of(&assumption.session_name, assumption.subject.as_deref())
}

/// The same from the two names that an assertion gives.
pub fn user_name_of(session_name: &str, subject: Option<&str>) -> String {
    let subject = subject.unwrap_or_default();
    let chosen = if session_name.contains('@') || !subject.contains('@') { session_name } else { subject };
    chosen.to_lowercase()
}
