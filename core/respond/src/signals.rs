//! What single records say: rules that matched and providers' own reports, as
//! marks on the record; and the act that the record tells of.

use crate::case::RuleFacts;
use crate::findings;
use selvedge_graph::Record;
use selvedge_graph::factset::Hit;
use selvedge_model::fact::{AssumeMethod, Report, Signal};
use selvedge_model::{Confidence, EventId, Fact, Finding, Severity, Timestamp, arn};
use std::collections::BTreeMap;

/// One reason to look at a record.
#[derive(Debug, Clone, Copy)]
pub enum Mark<'a> {
    /// A rule matched.
    Rule(&'a Hit, &'a RuleFacts),
    /// A provider reports.
    Report(&'a Signal, &'a Report),
}

impl<'a> Mark<'a> {
    /// How bad.
    pub fn severity(self) -> Severity {
        match self {
            Self::Rule(_, rule) => rule.severity,
            Self::Report(_, report) => report.severity,
        }
    }

    /// How sure.
    pub fn confidence(self) -> Confidence {
        match self {
            Self::Rule(_, rule) => rule.confidence,
            Self::Report(_, report) => report.confidence,
        }
    }

    /// What makes two marks equal: the rule, or what the provider saw.
    pub fn what(self) -> (&'a str, &'a str) {
        match self {
            Self::Rule(hit, _) => (&hit.rule, ""),
            Self::Report(_, report) => (&report.product, &report.kind),
        }
    }

    /// ATT&CK tactics.
    pub fn tactics(self) -> &'a [String] {
        match self {
            Self::Rule(_, rule) => &rule.tactics,
            Self::Report(_, report) => &report.tactics,
        }
    }

    /// ATT&CK techniques.
    pub fn attack(self) -> &'a [String] {
        match self {
            Self::Rule(_, rule) => &rule.attack,
            Self::Report(_, report) => &report.attack,
        }
    }

    /// The finding.
    pub fn finding(self, record: &Record) -> Finding {
        match self {
            Self::Rule(hit, rule) => findings::of_hit(record, &hit.rule, &hit.version, rule),
            Self::Report(signal, report) => findings::of_report(record, signal, report),
        }
    }
}

/// The marks of a record: its rules in the order of their hits, then the report.
pub fn marks<'a>(record: &'a Record, rules: &'a BTreeMap<String, RuleFacts>) -> impl Iterator<Item = Mark<'a>> {
    let hits = record.hits.iter().filter_map(|hit| Some(Mark::Rule(hit, rules.get(&*hit.rule)?)));
    let reports = record.facts.iter().filter_map(|fact| match fact {
        Fact::Signal(signal) => signal.report.as_ref().map(|report| Mark::Report(signal, report)),
        _ => None,
    });
    hits.chain(reports)
}

/// A record with marks.
#[derive(Debug, Clone)]
pub struct Sighting<'a> {
    /// Which.
    pub event: EventId,
    /// The record.
    pub record: &'a Record,
    /// When.
    pub at: Timestamp,
    /// Why it counts; never empty.
    pub marks: Vec<Mark<'a>>,
    /// The severity of the worst correlation that it is part of.
    pub raised: Severity,
}

impl<'a> Sighting<'a> {
    /// A record with marks; `None` without a mark, or if it does not say when.
    pub fn of(event: EventId, record: &'a Record, rules: &'a BTreeMap<String, RuleFacts>) -> Option<Self> {
        let at = record.facts.first()?.cite().at;
        let marks: Vec<Mark<'a>> = marks(record, rules).collect();
        (!marks.is_empty()).then_some(Self { event, record, at, marks, raised: Severity::Info })
    }

    /// The worst of its marks.
    pub fn severity(&self) -> Severity {
        self.marks.iter().map(|mark| mark.severity()).max().unwrap_or_default()
    }

    /// How bad it is together with what it belongs to.
    pub fn grade(&self) -> Severity {
        self.severity().max(self.raised)
    }

    /// The order of a story.
    pub fn order(&self) -> (Timestamp, EventId) {
        (self.at, self.event)
    }
}

/// What a record says was done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Act<'a> {
    /// `AWS`, `Azure`, `Entra`, or what the record says.
    pub cloud: &'a str,
    /// Operation, activity or kind of report.
    pub operation: &'a str,
    /// What it was done to.
    pub targets: Vec<&'a str>,
    /// Where it came from, as the record says.
    pub ip: &'a str,
    /// Whether it was refused or failed.
    pub refused: bool,
    /// Account, subscription or tenant.
    pub account: &'a str,
}

impl<'a> Act<'a> {
    /// What makes two acts alike, whatever they were done to.
    pub fn kind(&self) -> (&'a str, &'a str) {
        (self.cloud, self.operation)
    }
}

/// The act that a record tells of.
pub fn act(record: &Record) -> Act<'_> {
    // Credentials that were given out come with the call that asked for them; so does
    // what was done at a portal.
    let call = record.facts.iter().find(|fact| !matches!(fact, Fact::RoleAssumption(_) | Fact::Portal(_)));
    match call.or_else(|| record.facts.first()) {
        None => Act { cloud: "", operation: "", targets: Vec::new(), ip: "", refused: false, account: "" },
        Some(Fact::SignIn(s)) => Act {
            cloud: "Entra",
            operation: "sign-in",
            targets: non_empty([s.app_name.as_str()]),
            ip: &s.ip,
            refused: !s.succeeded(),
            account: &s.tenant,
        },
        Some(Fact::RoleAssumption(a)) => Act {
            cloud: "AWS",
            operation: match a.method {
                AssumeMethod::Saml => "AssumeRoleWithSAML",
                AssumeMethod::WebIdentity => "AssumeRoleWithWebIdentity",
                AssumeMethod::Role => "AssumeRole",
            },
            targets: non_empty([a.role_arn.as_str()]),
            ip: &a.ip,
            refused: false,
            account: &a.account,
        },
        Some(Fact::AwsUse(u)) => Act {
            cloud: "AWS",
            operation: &u.operation,
            targets: non_empty(u.target.as_deref()),
            ip: &u.ip,
            refused: u.error.is_some(),
            account: &u.account,
        },
        Some(Fact::ArmUse(u)) => Act {
            cloud: "Azure",
            operation: &u.operation,
            targets: non_empty([u.resource.as_str()]),
            ip: &u.ip,
            refused: u.status == "failed",
            account: subscription(&u.resource).unwrap_or(&u.tenant),
        },
        Some(Fact::EntraChange(c)) => Act {
            cloud: "Entra",
            operation: &c.activity,
            targets: non_empty(c.targets.iter().map(|(_, id)| id.as_str())),
            ip: &c.ip,
            refused: false,
            account: &c.tenant,
        },
        Some(Fact::Portal(p)) => Act {
            cloud: "AWS",
            operation: &p.operation,
            targets: non_empty(p.role_name.as_deref()),
            ip: &p.ip,
            refused: p.error.is_some(),
            account: &p.account,
        },
        Some(Fact::Signal(s)) => Act {
            cloud: cloud_name(&s.cloud),
            operation: &s.operation,
            targets: non_empty(s.targets.iter().map(String::as_str)),
            ip: &s.ip,
            refused: false,
            account: &s.account,
        },
    }
}

fn non_empty<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

fn cloud_name(cloud: &str) -> &str {
    match cloud {
        "aws" => "AWS",
        "azure" => "Azure",
        "entra" => "Entra",
        other => other,
    }
}

/// The subscription of an ARM resource id.
pub(crate) fn subscription(resource: &str) -> Option<&str> {
    let rest = resource.strip_prefix("/subscriptions/")?;
    rest.split('/').next().filter(|id| !id.is_empty())
}

/// The instance that a text ends in: `…:instance/i-0abc12…`, `AROA…:i-0abc12…`.
pub(crate) fn instance(text: &str) -> Option<&str> {
    let last = text.rsplit(['/', ':']).next()?;
    let digits = last.strip_prefix("i-")?;
    let fits = matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    fits.then_some(last)
}

/// The account of a root user, by ARN.
pub(crate) fn root_account(text: &str) -> Option<&str> {
    arn::Arn::parse(text).filter(|a| a.service == "iam" && a.resource == "root").map(|a| a.account)
}
