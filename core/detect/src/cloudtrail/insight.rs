//! CloudTrail Insights: AWS's own word that calls are unusually many or fail
//! unusually often. A detection, not a call.
//!
//! Fields: CloudTrail User Guide, "CloudTrail record contents for Insights
//! events".

use super::trail::Trail;
use crate::json::Json;
use crate::{get, ocsf};
use selvedge_model::event::{Actor, Analytic, Api, Evidence, FindingInfo, Named, Ocsf, Text, User};
use selvedge_model::fact::{Cite, Report, Signal};
use selvedge_model::ocsf::class::detection_finding;
use selvedge_model::ocsf::id::{analytic_type, finding_status};
use selvedge_model::{Confidence, Severity};

/// Unusual is not bad: a deployment is enough.
pub(super) const SEVERITY: Severity = Severity::Low;
const BELIEF: u16 = 300;

/// Whether the record says that the unusual time is over.
pub(super) fn is_over(insight: Json<'_>) -> bool {
    get::text(insight, &["state"]).is_some_and(|state| state.eq_ignore_ascii_case("End"))
}

pub(super) fn activity(insight: Json<'_>) -> u8 {
    if is_over(insight) { detection_finding::CLOSE } else { detection_finding::CREATE }
}

fn kind(insight: Json<'_>) -> &str {
    get::text(insight, &["insightType"]).unwrap_or("Insight")
}

/// Who made most of the calls, and with what: the attributions list the busiest
/// first.
fn most<'a>(insight: Json<'a>, attribute: &str) -> Option<&'a str> {
    let listed = get::at(insight, &["insightContext", "attributions"])?;
    let found = listed.elements().find(|one| get::text(*one, &["attribute"]) == Some(attribute))?;
    let first = get::at(found, &["insight"]).and_then(|list| list.elements().next());
    let named = first.and_then(|first| get::text(first, &["value"])).or_else(|| get::text(found, &["insightValue"]));
    named.filter(|value| *value != "null")
}

fn title(trail: &Trail<'_>, insight: Json<'_>) -> String {
    let what = match kind(insight) {
        "ApiErrorRateInsight" => "Unusual rate of errors",
        _ => "Unusual rate of calls",
    };
    let call = trail.operation.unwrap_or(ocsf::UNKNOWN);
    match trail.error.filter(|_| what.ends_with("errors")) {
        Some(error) => format!("{what} ({error}) in {call}"),
        None => format!("{what} of {call}"),
    }
}

/// Fills what an Insights event has instead of a call's fields.
pub(super) fn fill<'a>(trail: &Trail<'a>, insight: Json<'a>, uid: Text<'a>, out: &mut Ocsf<'a>) {
    let over = is_over(insight);
    ocsf::grade(out, SEVERITY);
    let status = if over { finding_status::RESOLVED } else { finding_status::NEW };
    out.status_id = Some(status);
    out.status = finding_status::name(status).map(Into::into);
    let title = title(trail, insight);
    out.message = Some(title.clone().into());
    let who = most(insight, "userIdentityArn")
        .map(|arn| Actor { user: Some(User { uid: Some(arn.into()), ..User::default() }), ..Actor::default() });
    let api = Api {
        operation: trail.operation.unwrap_or(ocsf::UNKNOWN).into(),
        service: trail.service.map(|name| Named { uid: None, name: Some(name.into()) }),
        request: None,
        response: None,
    };
    let more = out.more();
    more.is_alert = Some(!over);
    more.evidences = vec![Evidence { actor: who, api: Some(api), ..Evidence::default() }];
    more.finding_info = Some(FindingInfo {
        // Start and end of one unusual time share it.
        uid: trail.shared_id.map_or(uid, Into::into),
        title: Some(title.into()),
        types: vec![kind(insight).into()],
        analytic: Some(Analytic {
            uid: None,
            name: Some(kind(insight).into()),
            type_id: analytic_type::STATISTICAL,
            type_: analytic_type::name(analytic_type::STATISTICAL),
        }),
        ..FindingInfo::default()
    });
}

/// What tier 2 keeps; the end of an unusual time reports nothing new.
pub(super) fn signal(trail: &Trail<'_>, insight: Json<'_>, cite: Cite) -> Signal {
    let own = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Signal {
        cite,
        cloud: "aws".into(),
        account: trail.account().to_owned(),
        actor: own(most(insight, "userIdentityArn")),
        actor_name: String::new(),
        session: None,
        ip: String::new(),
        operation: own(trail.operation),
        targets: trail.service.into_iter().map(str::to_owned).collect(),
        report: (!is_over(insight)).then(|| Report {
            product: "CloudTrail Insights".into(),
            kind: kind(insight).to_owned(),
            title: title(trail, insight),
            severity: SEVERITY,
            confidence: Confidence::new(BELIEF),
            attack: Vec::new(),
            tactics: Vec::new(),
        }),
    }
}
