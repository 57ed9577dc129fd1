//! Security Hub findings in ASFF: its own, and those of GuardDuty, Inspector,
//! Macie, Access Analyzer and other products.
//!
//! Field rules: facts "logs" section 3 and the Security Hub User Guide, "AWS
//! Security Finding Format". One finding is told by its id within its product;
//! imported again it is the same finding, later.

mod class;
mod facts;
mod resource;

pub(crate) use facts::facts;

use crate::json::Json;
use crate::loose;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::tactics::{self, Said};
use class::Class;
use selvedge_model::event::{Cloud, Evidence, FindingInfo, Named, Ocsf, Product, Remediation, Text};
use selvedge_model::ocsf::class::detection_finding;
use selvedge_model::ocsf::id::finding_status;
use selvedge_model::{Severity, Timestamp, time};

/// A finding with what several places need of it.
struct Finding<'a> {
    json: Json<'a>,
    id: &'a str,
    product_arn: &'a str,
    account: &'a str,
    region: Option<&'a str>,
    at: Timestamp,
    updated: Option<Timestamp>,
    severity: Severity,
    status: u8,
    class: Class,
}

impl<'a> Finding<'a> {
    fn read(json: Json<'a>) -> Result<Self, String> {
        let updated = loose::moment(json, &["UpdatedAt"]);
        let observed = loose::moment(json, &["LastObservedAt"]);
        let at = observed.or(updated).or_else(|| loose::moment(json, &["CreatedAt"]));
        Ok(Self {
            json,
            id: loose::str(json, &["Id"]).ok_or("Id is missing")?,
            product_arn: loose::str(json, &["ProductArn"]).unwrap_or_default(),
            account: loose::str(json, &["AwsAccountId"]).unwrap_or_default(),
            region: loose::str(json, &["Region"]).or_else(|| resource::region(json)),
            at: at.ok_or("LastObservedAt, UpdatedAt and CreatedAt are missing or no time")?,
            updated,
            severity: severity(json),
            status: status(json),
            class: class::of(json),
        })
    }

    /// The product by the last part of its ARN: `guardduty`, `inspector`.
    fn product_key(&self) -> &'a str {
        self.product_arn.rsplit('/').next().unwrap_or_default()
    }

    fn product(&self) -> &'a str {
        match self.product_key() {
            "guardduty" => "GuardDuty",
            _ => loose::str(self.json, &["ProductName"])
                .or_else(|| loose::str(self.json, &["ProductFields", "aws/securityhub/ProductName"]))
                .unwrap_or("Security Hub"),
        }
    }

    fn types(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        types(self.json)
    }

    /// The provider's own word for what it saw. GuardDuty's type is the last
    /// part of the finding's, where a slash had to be written as a dash.
    fn kind(&self) -> String {
        let first = self.types().next();
        if self.product_key() == "guardduty"
            && let Some(last) = first.and_then(|kind| kind.rsplit('/').next()).filter(|last| last.contains(':'))
        {
            return last.replacen('-', "/", 1);
        }
        first.or_else(|| loose::str(self.json, &["GeneratorId"])).unwrap_or(ocsf::UNKNOWN).to_owned()
    }

    fn attack(&self) -> Said {
        let mut said = Said::default();
        if self.product_key() == "guardduty" {
            said = tactics::of_guardduty(&self.kind());
        }
        self.types().for_each(|kind| tactics::add_asff(&mut said, kind));
        if let Some(sequence) = loose::at(self.json, &["Detection", "Sequence"]) {
            tactics::add_indicators(&mut said, sequence);
        }
        said
    }
}

/// A finding's types; those that the customer did not change first.
fn types<'a>(json: Json<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let own = loose::at(json, &["Types"]).filter(|list| list.elements().next().is_some());
    let list = own.or_else(|| loose::at(json, &["FindingProviderFields", "Types"]));
    list.into_iter().flat_map(Json::elements).filter_map(Json::as_str)
}

/// By label; else by the normalised number, whose steps ASFF gives.
fn severity(json: Json<'_>) -> Severity {
    let of = |path: &[&str]| loose::str(json, path);
    let label = of(&["Severity", "Label"]).or_else(|| of(&["FindingProviderFields", "Severity", "Label"]));
    if let Some(found) = label.and_then(|label| Severity::parse(&label.to_ascii_lowercase())) {
        return found;
    }
    match loose::integer(json, &["Severity", "Normalized"]) {
        Some(90..) => Severity::Critical,
        Some(70..) => Severity::High,
        Some(40..) => Severity::Medium,
        Some(1..) => Severity::Low,
        _ => Severity::Info,
    }
}

/// What became of a finding. What a person decided counts before what the
/// product did.
fn status(json: Json<'_>) -> u8 {
    let archived = loose::str(json, &["RecordState"]) == Some("ARCHIVED");
    let workflow = loose::str(json, &["Workflow", "Status"]).or_else(|| loose::str(json, &["WorkflowState"]));
    match workflow {
        Some("SUPPRESSED") => finding_status::SUPPRESSED,
        Some("RESOLVED") => finding_status::RESOLVED,
        _ if archived => finding_status::ARCHIVED,
        Some("NOTIFIED" | "IN_PROGRESS" | "ASSIGNED" | "DEFERRED") => finding_status::IN_PROGRESS,
        Some("NEW") | None => finding_status::NEW,
        Some(_) => finding_status::UNKNOWN,
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let finding = Finding::read(raw.json)?;
    Ok(Mapped {
        identity: identity(finding.account, Some(format!("{}|{}", finding.product_arn, finding.id))),
        occurred_at: finding.at,
        revision: finding.updated,
        ocsf: to_ocsf(&finding),
    })
}

fn to_ocsf<'a>(finding: &Finding<'a>) -> Box<Ocsf<'a>> {
    let json = finding.json;
    let created = loose::ms(json, &["CreatedAt"]);
    // The findings' classes number these alike. That a finding is closed, AWS's
    // own rows say by its state alone.
    let again = finding.updated.map(time::epoch_ms) != created;
    let activity = if again { detection_finding::UPDATE } else { detection_finding::CREATE };
    let mut out = ocsf::build(Head {
        class: finding.class.ocsf(),
        activity,
        // When the finding was written; `occurred_at` is when its subject was seen.
        time: finding.updated.unwrap_or(finding.at),
        status: None,
        uid: finding.id.into(),
        product: ("AWS", "Security Hub"),
        feature: None,
        profiles: &["cloud"],
    });
    ocsf::grade(&mut out, finding.severity);
    out.status_id = Some(finding.status);
    out.status = finding_status::name(finding.status).map(Into::into);
    out.message = loose::text(json, &["Title"]);
    out.metadata.product = product(finding);
    out.cloud = Some(Cloud {
        provider: "AWS",
        account: (!finding.account.is_empty()).then(|| Named { uid: Some(finding.account.into()), name: None }),
        region: finding.region.map(Into::into),
    });
    out.resources = resource::all(json);
    let (first, last) = (loose::ms(json, &["FirstObservedAt"]), loose::ms(json, &["LastObservedAt"]));
    let more = out.more();
    more.start_time = first;
    more.end_time = last;
    more.finding_info = Some(FindingInfo {
        uid: finding.id.into(),
        title: loose::text(json, &["Title"]),
        desc: loose::text(json, &["Description"]),
        types: finding.types().map(Text::from).collect(),
        created_time: created,
        modified_time: finding.updated.map(time::epoch_ms),
        first_seen_time: first,
        last_seen_time: last,
        attacks: finding.attack().attacks(),
        src_url: loose::text(json, &["SourceUrl"]).filter(|url| url.contains("://")),
        ..FindingInfo::default()
    });
    let percent = loose::integer(json, &["Confidence"]).filter(|percent| (0..=100).contains(percent));
    more.confidence_score = percent;
    let fix = loose::text(json, &["Remediation", "Recommendation", "Text"]).map(|desc| Remediation {
        desc,
        references: loose::text(json, &["Remediation", "Recommendation", "Url"]).into_iter().collect(),
    });
    class::fill(finding, fix, more);
    if matches!(finding.class, Class::Detection) {
        more.evidences = evidences(json);
        more.is_alert = Some(facts::is_report(finding));
    }
    ocsf::observe(&mut out);
    out
}

fn product<'a>(finding: &Finding<'a>) -> Product<'a> {
    let json = finding.json;
    Product {
        name: finding.product().into(),
        vendor_name: loose::text(json, &["CompanyName"])
            .or_else(|| loose::text(json, &["ProductFields", "aws/securityhub/CompanyName"]))
            .unwrap_or_else(|| "AWS".into()),
        feature: loose::text(json, &["GeneratorId"]).map(|uid| Named { uid: Some(uid), name: None }),
        uid: Some(finding.product_arn.into()).filter(|arn: &Text<'_>| !arn.is_empty()),
        version: loose::text(json, &["SchemaVersion"]),
    }
}

fn evidences(json: Json<'_>) -> Vec<Evidence<'_>> {
    let evidence = Evidence {
        actor: resource::actor(json),
        api: resource::api(json),
        src_endpoint: resource::source(json),
        ..Evidence::default()
    };
    if evidence == Evidence::default() { Vec::new() } else { vec![evidence] }
}
