//! Which OCSF class a finding is, and what only that class has.

use super::{Finding, resource, types};
use crate::json::Json;
use crate::loose;
use crate::ocsf;
use selvedge_model::event::{AccessAnalysis, Compliance, More, Named, Remediation, Text, User, Vulnerability};
use selvedge_model::ocsf::id::compliance_status;

/// The classes that findings become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Somebody did something.
    Detection,
    /// A control passed or failed.
    Compliance,
    /// Software has a known hole.
    Vulnerability,
    /// Data lies where it was found.
    DataSecurity,
    /// Somebody outside has access.
    IamAnalysis,
}

impl Class {
    pub(super) const fn ocsf(self) -> ocsf::Class {
        match self {
            Self::Detection => ocsf::DETECTION_FINDING,
            Self::Compliance => ocsf::COMPLIANCE_FINDING,
            Self::Vulnerability => ocsf::VULNERABILITY_FINDING,
            Self::DataSecurity => ocsf::DATA_SECURITY_FINDING,
            Self::IamAnalysis => ocsf::IAM_ANALYSIS_FINDING,
        }
    }
}

/// The class by what the finding holds. A control's outcome counts first: AWS's
/// own checks may name vulnerabilities besides.
pub(super) fn of(json: Json<'_>) -> Class {
    let is = |start: &str| types(json).any(|kind| kind.starts_with(start));
    if loose::str(json, &["Compliance", "Status"]).is_some()
        || is("Software and Configuration Checks/Industry and Regulatory Standards")
    {
        Class::Compliance
    } else if loose::list(json, &["Vulnerabilities"]).any(|one| loose::str(one, &["Id"]).is_some()) {
        Class::Vulnerability
    } else if is("Sensitive Data Identifications") {
        Class::DataSecurity
    } else if external(json).is_some() {
        Class::IamAnalysis
    } else {
        Class::Detection
    }
}

/// Fills what only the finding's class has.
pub(super) fn fill<'a>(finding: &Finding<'a>, fix: Option<Remediation<'a>>, more: &mut More<'a>) {
    let json = finding.json;
    match finding.class {
        Class::Compliance => {
            more.compliance = Some(compliance(json));
            more.remediation = fix;
        }
        Class::Vulnerability => more.vulnerabilities = vulnerabilities(json, fix),
        Class::IamAnalysis => {
            more.access_analysis_result = external(json);
            more.remediation = fix;
        }
        Class::Detection => more.remediation = fix,
        // It has no place for a remedy.
        Class::DataSecurity => {}
    }
}

fn compliance(json: Json<'_>) -> Compliance<'_> {
    let said = loose::str(json, &["Compliance", "Status"]);
    let status_id = match said {
        Some("PASSED") => compliance_status::PASS,
        Some("WARNING") => compliance_status::WARNING,
        Some("FAILED") => compliance_status::FAIL,
        Some(_) => compliance_status::OTHER,
        None => compliance_status::UNKNOWN,
    };
    let status = match status_id {
        compliance_status::OTHER => said,
        known => compliance_status::name(known),
    };
    let texts = |path: &[&str]| loose::list(json, path).filter_map(Json::as_str).filter(|text| !text.is_empty());
    let mut standards: Vec<Text<'_>> = loose::list(json, &["Compliance", "AssociatedStandards"])
        .filter_map(|one| loose::text(one, &["StandardsId"]).or_else(|| one.as_str().map(Text::from)))
        .filter(|name| !name.is_empty())
        .collect();
    if standards.is_empty() {
        let named = ["StandardsArn", "StandardsGuideArn"].map(|key| loose::text(json, &["ProductFields", key]));
        standards.extend(named.into_iter().flatten());
    }
    Compliance {
        control: loose::text(json, &["Compliance", "SecurityControlId"])
            .or_else(|| loose::text(json, &["ProductFields", "ControlId"]))
            .or_else(|| loose::text(json, &["ProductFields", "RuleId"]))
            .or_else(|| loose::text(json, &["GeneratorId"])),
        standards,
        requirements: texts(&["Compliance", "RelatedRequirements"]).map(Text::from).collect(),
        status_id: Some(status_id),
        status: status.map(Into::into),
    }
}

fn vulnerabilities<'a>(json: Json<'a>, fix: Option<Remediation<'a>>) -> Vec<Vulnerability<'a>> {
    let listed = loose::list(json, &["Vulnerabilities"]);
    listed
        .filter_map(|one| {
            let id = Named { uid: Some(loose::text(one, &["Id"])?), name: None };
            let is_cve = id.uid.as_deref().is_some_and(|id| id.starts_with("CVE-"));
            let (cve, advisory) = if is_cve { (Some(id), None) } else { (None, Some(id)) };
            Some(Vulnerability {
                cve,
                advisory,
                severity: loose::text(one, &["Vendor", "VendorSeverity"]),
                references: loose::list(one, &["ReferenceUrls"])
                    .filter_map(Json::as_str)
                    .filter(|url| !url.is_empty())
                    .map(Text::from)
                    .collect(),
                is_fix_available: match loose::str(one, &["FixAvailable"]) {
                    Some("YES" | "PARTIAL") => Some(true),
                    Some("NO") => Some(false),
                    _ => None,
                },
                desc: fix.as_ref().map(|fix| fix.desc.clone()),
                ..Vulnerability::default()
            })
        })
        .collect()
}

/// Whom Access Analyzer says to have access from outside. It writes so under
/// the resource's details (Access Analyzer User Guide, "Integrate with Security
/// Hub"); older findings under the product's fields.
fn external(json: Json<'_>) -> Option<AccessAnalysis<'_>> {
    let places = || {
        let of_resources = resource::each(json).filter_map(|one| loose::at(one, &["Details", "Other"]));
        of_resources.chain(loose::at(json, &["ProductFields"]))
    };
    let place = places().find(|place| loose::str(*place, &["External Principal"]).is_some())?;
    let user = User {
        uid: loose::text(place, &["External Principal"]),
        type_: loose::text(place, &["External Principal Type"]),
        ..User::default()
    };
    let granted = loose::str(place, &["Action Granted"]).unwrap_or_default();
    Some(AccessAnalysis {
        accessors: vec![user],
        granted_privileges: granted.split(',').map(str::trim).filter(|one| !one.is_empty()).map(Text::from).collect(),
    })
}
