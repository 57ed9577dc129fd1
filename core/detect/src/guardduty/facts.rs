//! What tier 2 keeps of a GuardDuty finding: its report.

use super::{Finding, action, resource};
use crate::json::Json;
use crate::loose;
use selvedge_model::event::{Resource, Text};
use selvedge_model::fact::{Cite, Report, Signal};
use selvedge_model::{Confidence, Fact};

/// How far GuardDuty is believed where it does not say itself.
const BELIEF: u16 = 700;

/// The fact of a finding. One that was put away, or is a sample, reports nothing.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    Finding::read(raw).map(|finding| vec![Fact::Signal(Box::new(signal(&finding, cite())))]).unwrap_or_default()
}

fn signal(finding: &Finding<'_>, cite: Cite) -> Signal {
    let sequenced = || {
        let actors = finding.sequence().into_iter().flat_map(|sequence| loose::list(sequence, &["actors"]));
        actors.filter_map(resource::sequence_actor).next()
    };
    let actor = resource::actor(finding).or_else(sequenced);
    let user = actor.as_ref().and_then(|actor| actor.user.as_ref());
    let session = actor.as_ref().and_then(|actor| actor.session.as_ref());
    let own = |text: Option<&Text<'_>>| text.map(|text| text.to_string()).unwrap_or_default();
    let named = |resource: Resource<'_>| resource.uid.or(resource.name).map(Text::into_owned);
    Signal {
        cite,
        cloud: "aws".into(),
        account: finding.account.to_owned(),
        actor: own(user.and_then(|user| user.uid.as_ref())),
        actor_name: own(user.and_then(|user| user.name.as_ref())),
        session: session.and_then(|session| session.credential_uid.as_ref()).map(|key| key.to_string()),
        ip: action::remote_ip(finding).unwrap_or_default().to_owned(),
        operation: finding.kind.to_owned(),
        targets: resource::all(finding).into_iter().filter_map(named).collect(),
        report: (!finding.sample && !finding.archived).then(|| report(finding)),
    }
}

fn report(finding: &Finding<'_>) -> Report {
    let said = finding.attack();
    let own = loose::integer(finding.json, &["confidence"]).and_then(|percent| u16::try_from(percent).ok());
    Report {
        product: "GuardDuty".into(),
        kind: finding.kind.to_owned(),
        title: loose::str(finding.json, &["title"]).unwrap_or(finding.kind).to_owned(),
        severity: finding.severity,
        confidence: Confidence::new(own.map_or(BELIEF, |percent| percent.saturating_mul(10))),
        attack: said.technique_list(),
        tactics: said.tactic_list(),
    }
}
