//! What tier 2 keeps of a Security Hub finding.
//!
//! GuardDuty's own findings come here under their ARN, not their bare id. What
//! lets tier 2 see that two reports are one: product and kind are the same as in
//! GuardDuty's own form, and so are actor, session, address and targets.

use super::class::Class;
use super::{Finding, resource};
use crate::json::Json;
use crate::loose;
use selvedge_model::event::Text;
use selvedge_model::fact::{Cite, Report, Signal};
use selvedge_model::ocsf::id::finding_status;
use selvedge_model::{Confidence, Fact};

/// How far a product is believed that does not say itself; GuardDuty as where
/// its findings come on their own.
const BELIEF: u16 = 600;
const BELIEF_IN_GUARDDUTY: u16 = 700;

/// The fact of a finding.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    Finding::read(raw).map(|finding| vec![Fact::Signal(Box::new(signal(&finding, cite())))]).unwrap_or_default()
}

/// Whether a finding says that somebody did something: a control, a hole or
/// data that lies about is a state, and what was put away or is a sample is
/// over or never was.
pub(super) fn is_report(finding: &Finding<'_>) -> bool {
    let open =
        !matches!(finding.status, finding_status::SUPPRESSED | finding_status::RESOLVED | finding_status::ARCHIVED);
    let checked = |kind: &str| kind.starts_with("Software and Configuration Checks");
    let mut types = finding.types().peekable();
    let of_state = types.peek().is_some() && types.all(checked);
    let sample = loose::boolean(finding.json, &["Sample"]) == Some(true)
        || loose::boolean(finding.json, &["ProductFields", "aws/guardduty/service/additionalInfo/sample"])
            == Some(true)
        || loose::str(finding.json, &["Title"]).is_some_and(|title| title.starts_with("[SAMPLE]"));
    matches!(finding.class, Class::Detection) && open && !of_state && !sample
}

fn signal(finding: &Finding<'_>, cite: Cite) -> Signal {
    let json = finding.json;
    let actor = resource::actor(json);
    let user = actor.as_ref().and_then(|actor| actor.user.as_ref());
    let session = actor.as_ref().and_then(|actor| actor.session.as_ref());
    let own = |text: Option<&Text<'_>>| text.map(|text| text.to_string()).unwrap_or_default();
    // A key by its id alone, as GuardDuty names it.
    let bare = |uid: Text<'_>| uid.strip_prefix(resource::KEY_PREFIX).unwrap_or(&uid).to_owned();
    let targets = resource::all(json).into_iter().filter_map(|resource| resource.uid).map(bare);
    Signal {
        cite,
        cloud: "aws".into(),
        account: finding.account.to_owned(),
        actor: own(user.and_then(|user| user.uid.as_ref())),
        actor_name: own(user.and_then(|user| user.name.as_ref())),
        session: session.and_then(|session| session.credential_uid.as_ref()).map(|key| key.to_string()),
        ip: resource::ip(json).unwrap_or_default().to_owned(),
        operation: finding.kind(),
        targets: targets.collect(),
        report: is_report(finding).then(|| report(finding)),
    }
}

fn report(finding: &Finding<'_>) -> Report {
    let said = finding.attack();
    let kind = finding.kind();
    let product = finding.product();
    let percent = loose::integer(finding.json, &["Confidence"]).and_then(|percent| u16::try_from(percent).ok());
    let belief = if product == "GuardDuty" { BELIEF_IN_GUARDDUTY } else { BELIEF };
    Report {
        product: product.to_owned(),
        title: loose::str(finding.json, &["Title"]).unwrap_or(&kind).to_owned(),
        kind,
        severity: finding.severity,
        confidence: Confidence::new(percent.map_or(belief, |percent| percent.saturating_mul(10))),
        attack: said.technique_list(),
        tactics: said.tactic_list(),
    }
}
