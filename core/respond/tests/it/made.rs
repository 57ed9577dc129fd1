//! Records of a made estate, and the decision over them.

use selvedge_graph::factset::Hit;
use selvedge_graph::{Estate, FactSet, Record};
use selvedge_model::fact::{
    ArmUse, AssumeMethod, AwsSessionKey, AwsUse, Cite, EntraChange, Report, RoleAssumption, SignIn, Signal,
};
use selvedge_model::{Confidence, Digest, EventId, Fact, RecordId, Severity, Timestamp};
use selvedge_respond::case::RuleFacts;
use selvedge_respond::decide::{Decision, Inputs, decide};
use selvedge_respond::{Incident, Thresholds};
use std::collections::BTreeMap;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
pub(crate) const ALICE: &str = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";
pub(crate) const UPN: &str = "alice@contoso.com";

pub(crate) fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + minutes * 60).unwrap()
}

fn cite(name: &str, minutes: i64) -> Cite {
    Cite { event: EventId(Digest::of(name.as_bytes())), record: RecordId::new(name), at: at(minutes) }
}

/// A record of one fact, with the rules that matched it.
pub(crate) type Made = (EventId, Record);

/// Rules are named `severity:tactic,tactic:name`.
pub(crate) fn record(facts: Vec<Fact>, rules: &[&str]) -> Made {
    let cite = facts[0].cite().clone();
    let hits = rules.iter().map(|rule| Hit { rule: (*rule).into(), version: "1".into() }).collect();
    let digest = Digest::of(cite.record.as_str().as_bytes());
    (cite.event, Record { record_id: cite.record, digest, revision: None, facts, hits })
}

/// The rules that records name.
pub(crate) fn rules_of(records: &[Made]) -> BTreeMap<String, RuleFacts> {
    let ids = records.iter().flat_map(|(_, record)| &record.hits).map(|hit| hit.rule.clone());
    ids.map(|id| {
        let parts: Vec<&str> = id.splitn(3, ':').collect();
        let facts = RuleFacts {
            title: format!("Rule {}", parts[2]),
            severity: Severity::parse(parts[0]).unwrap(),
            confidence: Confidence::new(500),
            attack: vec![format!("T{}", 1000 + parts[2].len())],
            tactics: parts[1].split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect(),
            why: "why".into(),
        };
        (id.to_string(), facts)
    })
    .collect()
}

pub(crate) fn thresholds() -> Thresholds {
    let text = include_str!("../../../../content/thresholds/federated-pivot.yaml");
    Thresholds::parse("federated-pivot.yaml", text).unwrap()
}

pub(crate) fn decision(records: &[Made], estate: &Estate) -> Decision {
    let mut set = FactSet::new();
    for (id, record) in records {
        set.insert(*id, record.clone());
    }
    decide(&Inputs {
        set: &set,
        estate,
        rules: &rules_of(records),
        correlations: &[],
        thresholds: &thresholds(),
        canaries: &[],
        content: Digest::of(b"content"),
        at: at(1_000_000),
    })
}

pub(crate) fn incidents(records: &[Made]) -> Vec<Incident> {
    decision(records, &Estate::default()).incidents.into_iter().map(|(_, incident)| incident).collect()
}

/// A call by a long-lived user of IAM.
pub(crate) fn user_call(name: &str, minutes: i64, user: &str, operation: &str) -> Fact {
    Fact::AwsUse(Box::new(AwsUse {
        principal_type: "IAMUser".into(),
        principal_id: format!("AIDA{user}"),
        principal_arn: format!("arn:aws:iam::{ACCOUNT}:user/{user}"),
        access_key_id: format!("AKIA{user}"),
        ..call(name, minutes, operation)
    }))
}

/// A call by a role session that began at `created` minutes.
pub(crate) fn session_call(name: &str, minutes: i64, role: &str, session: &str, created: i64) -> Fact {
    let principal_id = format!("AROA{role}:{session}");
    Fact::AwsUse(Box::new(AwsUse {
        principal_type: "AssumedRole".into(),
        principal_arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"),
        access_key_id: format!("ASIA{role}{session}{created}").to_uppercase(),
        session: Some(AwsSessionKey { principal_id: principal_id.clone(), created: at(created) }),
        role_arn: Some(format!("arn:aws:iam::{ACCOUNT}:role/{role}")),
        principal_id,
        ..call(name, minutes, "PutRolePolicy")
    }))
}

pub(crate) fn call(name: &str, minutes: i64, operation: &str) -> AwsUse {
    AwsUse {
        cite: cite(name, minutes),
        account: ACCOUNT.into(),
        principal_type: String::new(),
        principal_id: String::new(),
        principal_arn: String::new(),
        access_key_id: String::new(),
        session: None,
        role_arn: None,
        source_identity: None,
        service: "iam.amazonaws.com".into(),
        operation: operation.into(),
        read_only: false,
        ip: "198.51.100.7".into(),
        user_agent: "cli".into(),
        error: None,
        explicit_deny: false,
        bytes_out: 0,
        target: Some("thing".into()),
        vpc_endpoint: None,
        on_behalf_of: None,
    }
}

/// `AssumeRole`: the session's beginning, with the caller's principal and key.
pub(crate) fn assume(name: &str, minutes: i64, role: &str, session: &str, caller: (&str, &str)) -> Vec<Fact> {
    let given = RoleAssumption {
        cite: cite(name, minutes),
        method: AssumeMethod::Role,
        account: ACCOUNT.into(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        session_name: session.into(),
        principal_id: format!("AROA{role}:{session}"),
        access_key_id: format!("ASIA{role}{session}{minutes}").to_uppercase(),
        assertion_id: None,
        subject: None,
        name_qualifier: None,
        issuer: None,
        provider_arn: None,
        audience: None,
        source_identity: None,
        caller_key: Some(caller.1.into()),
        caller_principal: Some(caller.0.into()),
        duration_secs: None,
        ip: "198.51.100.7".into(),
    };
    let by = AwsUse {
        principal_id: caller.0.into(),
        access_key_id: caller.1.into(),
        target: Some(given.role_arn.clone()),
        ..call(name, minutes, "AssumeRole")
    };
    vec![Fact::RoleAssumption(Box::new(given)), Fact::AwsUse(Box::new(by))]
}

pub(crate) fn sign_in(name: &str, minutes: i64, upn: &str, user_id: &str) -> Fact {
    Fact::SignIn(Box::new(SignIn {
        cite: cite(name, minutes),
        request_id: name.into(),
        tenant: TENANT.into(),
        user_id: user_id.into(),
        upn: upn.into(),
        service_principal_id: None,
        app_id: "app".into(),
        app_name: "Azure Portal".into(),
        resource_id: "app".into(),
        session_id: None,
        ip: "203.0.113.9".into(),
        asn: None,
        country: None,
        device_id: String::new(),
        device_trusted: false,
        os: String::new(),
        browser: String::new(),
        user_agent: String::new(),
        interactive: true,
        fresh_credential: true,
        fresh_mfa: true,
        incoming_token: "none".into(),
        result: "0".into(),
        federated_credential_id: None,
    }))
}

pub(crate) fn arm(name: &str, minutes: i64, object_id: &str, upn: &str) -> Fact {
    Fact::ArmUse(Box::new(ArmUse {
        cite: cite(name, minutes),
        tenant: TENANT.into(),
        correlation_id: name.into(),
        operation: "microsoft.authorization/roleassignments/write".into(),
        resource: "/subscriptions/5d1f0000-0000-4000-8000-000000000000/resourcegroups/rg".into(),
        object_id: object_id.into(),
        upn: upn.into(),
        sign_in: None,
        ip: "203.0.113.9".into(),
        status: "succeeded".into(),
    }))
}

pub(crate) fn change(name: &str, minutes: i64, initiator_id: &str, upn: &str) -> Fact {
    Fact::EntraChange(Box::new(EntraChange {
        cite: cite(name, minutes),
        tenant: TENANT.into(),
        activity: "Add service principal credentials".into(),
        initiator_id: initiator_id.into(),
        initiator_upn: upn.into(),
        ip: "203.0.113.9".into(),
        targets: vec![("ServicePrincipal".into(), "7e0c0000-0000-4000-8000-000000000001".into())],
    }))
}

/// A provider's report.
pub(crate) fn report(name: &str, minutes: i64, severity: Severity, about: Signal) -> Made {
    let report = Report {
        product: "GuardDuty".into(),
        kind: "UnauthorizedAccess:IAMUser/MaliciousIPCaller".into(),
        title: "Credentials are used from a known bad address".into(),
        severity,
        confidence: Confidence::new(700),
        attack: vec!["T1078".into()],
        tactics: vec!["initial-access".into()],
    };
    let signal = Signal { cite: cite(name, minutes), report: Some(report), ..about };
    record(vec![Fact::Signal(Box::new(signal))], &[])
}

pub(crate) fn about(cloud: &str, actor: &str, session: Option<&str>, targets: &[&str], ip: &str) -> Signal {
    Signal {
        cite: cite("about", 0),
        cloud: cloud.into(),
        account: ACCOUNT.into(),
        actor: actor.into(),
        actor_name: String::new(),
        session: session.map(str::to_owned),
        ip: ip.into(),
        operation: "kind".into(),
        targets: targets.iter().map(|target| (*target).to_owned()).collect(),
        report: None,
    }
}

/// An Identity Center session of a user, and the sign-in that names the user.
pub(crate) fn sso(name: &str, minutes: i64, upn: &str) -> Fact {
    session_call(name, minutes, "AWSReservedSSO_Admin_1", upn, minutes)
}
