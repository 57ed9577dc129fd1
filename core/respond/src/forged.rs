//! AWS sessions on assertions that no sign-in gave ([`selvedge_graph::forged`]): a
//! finding each, and whose they are, if a person changed the keys of the application
//! that signs them (rule X3 of the attack paths).

use crate::case::RuleFacts;
use crate::held::{InHand, is_application};
use selvedge_graph::factset::Hit;
use selvedge_graph::forged::Forged;
use selvedge_graph::identity::{Ground, Holder};
use selvedge_graph::{AwsSession, CrossCloudLink, Estate, FactSet, PersonKey, Record};
use selvedge_model::fact::{AwsSessionKey, EntraChange};
use selvedge_model::{Confidence, EventId, Fact, Severity, SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The finding's rule.
pub const WITHOUT_SIGN_IN: &str = "selvedge.saml-without-sign-in";

/// Keys that were changed so long before are not held responsible any more: what is not
/// used within a month is looked for otherwise.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The activity names keys, certificates or credentials.
const OF_KEYS: Confidence = Confidence::new(900);
/// It may be any change of the application.
const OF_ANYTHING: Confidence = Confidence::new(800);

/// What the finding says.
pub fn words() -> RuleFacts {
    let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    RuleFacts {
        title: "AWS role taken with a SAML assertion that no sign-in gave".into(),
        severity: Severity::High,
        confidence: Confidence::new(900),
        attack: own(&["T1606.002", "T1550"]),
        tactics: own(&["credential-access", "lateral-movement", "initial-access"]),
        why: "The user signed in to no application that serves this provider while the assertion could live, and \
              the tenant's sign-in logs cover the time: whoever has a key that signs its assertions made it."
            .into(),
    }
}

/// The rules with the words of this finding.
pub(crate) fn rules(rules: &BTreeMap<String, RuleFacts>) -> BTreeMap<String, RuleFacts> {
    let mut rules = rules.clone();
    rules.insert(WITHOUT_SIGN_IN.to_owned(), words());
    rules
}

/// Puts the finding on each of these records that the set has: from here on it is a
/// finding like any other.
pub(crate) fn tell(set: &mut FactSet, forged: &[Forged]) {
    let version = crate::findings::version_of(&[WITHOUT_SIGN_IN, "1"]);
    for event in forged.iter().map(|one| one.event).collect::<BTreeSet<EventId>>() {
        if let Some(mut record) = set.get(&event).cloned() {
            record.hits.push(Hit { rule: WITHOUT_SIGN_IN.into(), version: version.as_str().into() });
            set.put(event, record);
        }
    }
}

/// Sessions on such assertions that are a person's: they changed the keys of an
/// application that serves the provider.
pub(crate) fn taken<'r>(
    (forged, set, estate): (&[Forged], &FactSet, &Estate),
    (person, upn): (&PersonKey, &str),
    records: impl Iterator<Item = &'r Record>,
    sessions: &BTreeMap<AwsSessionKey, AwsSession<'_>>,
) -> InHand {
    let mut out = InHand::default();
    if forged.is_empty() {
        return out;
    }
    let changes: Vec<&EntraChange> = records
        .flat_map(|record| &record.facts)
        .filter_map(|fact| if let Fact::EntraChange(change) = fact { Some(&**change) } else { None })
        .filter(|change| sure(change).is_some())
        .collect();
    for one in forged.iter().filter(|one| one.tenant == person.tenant) {
        let by: Vec<&EntraChange> = changes.iter().copied().filter(|change| is_before(change, one, estate)).collect();
        let Some(sure) = by.iter().filter_map(|change| sure(change)).max() else { continue };
        let Some(session) = session_of(one, set, sessions) else { continue };
        let held: BTreeSet<(Timestamp, EventId)> =
            by.iter().map(|change| (change.cite.at, change.cite.event)).collect();
        out.held.entry(session.key.principal_id.clone()).or_default().extend(held);
        out.links.push(link(session, (person, upn), sure, &by));
    }
    out
}

/// How sure it is that a change gave somebody a key that signs.
fn sure(change: &EntraChange) -> Option<Confidence> {
    let activity = change.activity.to_lowercase();
    if ["credential", "certificate", "signing", "key"].iter().any(|word| activity.contains(word)) {
        return Some(OF_KEYS);
    }
    ["update service principal", "update application"]
        .iter()
        .any(|name| activity.starts_with(name))
        .then_some(OF_ANYTHING)
}

fn is_before(change: &EntraChange, one: &Forged, estate: &Estate) -> bool {
    let age = one.at.saturating_sub(change.cite.at.as_second());
    let of_app = |id: &str| {
        let seam = &estate.seam;
        let app = seam.applications.get(id).map_or(id, String::as_str);
        let is_principal = |app: &String| seam.principals.get(app).is_some_and(|all| all.contains(id));
        one.apps.contains(app) || one.apps.iter().any(is_principal)
    };
    (0..=SOON.as_secs()).contains(&age) && change.targets.iter().any(|(kind, id)| is_application(kind) && of_app(id))
}

/// The session that an assertion opened.
fn session_of<'s, 'a>(
    one: &Forged,
    set: &FactSet,
    sessions: &'s BTreeMap<AwsSessionKey, AwsSession<'a>>,
) -> Option<&'s AwsSession<'a>> {
    let Fact::RoleAssumption(given) = set.get(&one.event)?.facts.get(one.nth)? else { return None };
    sessions.values().find(|session| session.assumptions.iter().any(|own| **own == **given))
}

fn link(
    session: &AwsSession<'_>,
    (person, upn): (&PersonKey, &str),
    confidence: Confidence,
    by: &[&EntraChange],
) -> CrossCloudLink {
    let why = "no sign-in gave the assertion, and the person had changed the keys of the application that signs it";
    let mut evidence: Vec<_> = session.assumptions.iter().map(|a| a.cite.record.clone()).collect();
    evidence.extend(by.iter().map(|change| change.cite.record.clone()));
    CrossCloudLink {
        session: session.key.clone(),
        person: person.clone(),
        holder: Holder::Human,
        upn: upn.to_owned(),
        path: "P1".into(),
        sign_in: None,
        sid: None,
        alternatives: Vec::new(),
        grounds: vec![Ground { rule: "X3".into(), confidence, why: why.into() }],
        confidence,
        evidence,
    }
}
