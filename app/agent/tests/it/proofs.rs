//! Proof of enforcement from the providers' logs.

use crate::support::{ACCOUNT, TENANT, UPN, USER, world};
use selvedge_agent::execute::{EnforcedBy, Enforcement, Executor, prove_from_logs};
use selvedge_model::fact::{AwsUse, Cite, SignIn};
use selvedge_model::{Digest, EventId, Fact, RecordId, SignedDuration, Timestamp};

fn cite(name: &str, at: Timestamp) -> Cite {
    Cite { event: EventId(Digest::of(name.as_bytes())), record: RecordId::new(name), at }
}

fn call(cite: Cite, user_id: &str, operation: &str, error: Option<&str>, target: Option<&str>, explicit: bool) -> Fact {
    Fact::AwsUse(Box::new(AwsUse {
        cite,
        account: ACCOUNT.into(),
        principal_type: "AssumedRole".into(),
        principal_id: user_id.into(),
        principal_arn: String::new(),
        access_key_id: String::new(),
        session: None,
        role_arn: None,
        source_identity: None,
        service: if operation == "GetCallerIdentity" { "sts.amazonaws.com" } else { "s3.amazonaws.com" }.into(),
        operation: operation.into(),
        read_only: true,
        ip: String::new(),
        user_agent: String::new(),
        error: error.map(str::to_owned),
        explicit_deny: explicit,
        bytes_out: 0,
        target: target.map(str::to_owned),
        vpc_endpoint: None,
        on_behalf_of: None,
    }))
}

fn sign_in(cite: Cite, result: &str) -> Fact {
    Fact::SignIn(Box::new(SignIn {
        cite,
        request_id: String::new(),
        tenant: TENANT.into(),
        user_id: USER.to_uppercase(),
        upn: UPN.into(),
        service_principal_id: None,
        app_id: String::new(),
        app_name: String::new(),
        resource_id: String::new(),
        session_id: None,
        ip: String::new(),
        asn: None,
        country: None,
        device_id: String::new(),
        device_trusted: false,
        os: String::new(),
        browser: String::new(),
        user_agent: String::new(),
        interactive: false,
        fresh_credential: false,
        fresh_mfa: false,
        incoming_token: String::new(),
        result: result.into(),
        federated_credential_id: None,
    }))
}

/// (name, seconds after acceptance, operation or result, error).
type Row = (&'static str, i64, &'static str, Option<&'static str>);

#[test]
fn refused_calls_prove_the_deny_and_nothing_less_does() {
    let mut world = world();
    world.config.canary_roles.clear(); // no canary: its step is refused, and proof must come from the logs
    let (_, execution) = world.contained();
    assert!(matches!(execution.steps[0].enforced, Enforcement::Unproven { .. }));
    let accepted = execution.steps[0].accepted.unwrap();
    let me = world.alice.user_id();
    let denied = Some("AccessDenied");
    let cases: &[(&str, &[Row], Option<&str>)] = &[
        ("refused after acceptance", &[("a", -60, "GetObject", None), ("b", 5, "GetObject", denied)], Some("b")),
        (
            "served while it spread, then refused",
            &[("a", 1, "GetObject", None), ("b", 5, "GetObject", denied), ("c", 9, "GetObject", denied)],
            Some("b"),
        ),
        (
            "refused, then served again",
            &[("a", -60, "GetObject", None), ("b", 5, "GetObject", denied), ("c", 9, "GetObject", None)],
            None,
        ),
        ("refused before acceptance", &[("a", -60, "GetObject", None), ("b", -5, "GetObject", denied)], None),
        ("never allowed", &[("a", -60, "GetObject", None), ("b", 5, "PutObject", denied)], None),
        ("failed for another reason", &[("a", -60, "GetObject", None), ("b", 5, "GetObject", Some("NoSuchKey"))], None),
        (
            "who am I is served to everybody",
            &[("a", -60, "GetObject", None), ("b", 5, "GetObject", denied), ("c", 9, "GetCallerIdentity", None)],
            Some("b"),
        ),
        ("nothing", &[], None),
    ];
    for (name, rows, expect) in cases {
        let at = |secs: i64| accepted + SignedDuration::from_secs(secs);
        let mut facts: Vec<Fact> = rows
            .iter()
            .map(|(id, secs, operation, error)| {
                call(cite(id, at(*secs)), &me, operation, *error, Some("ml-datasets"), false)
            })
            .collect();
        facts.push(call(cite("other", at(99)), &world.bystander.user_id(), "GetObject", None, None, false));
        for _ in 0..2 {
            let proofs = prove_from_logs(&world.plan, &execution, &facts);
            let found = proofs.iter().find(|proof| proof.step.0 == "s1").map(|proof| proof.record.as_str());
            assert_eq!(found, *expect, "{name}");
            facts.reverse();
        }
    }
}

#[test]
fn a_refusal_elsewhere_proves_nothing() {
    let mut world = world();
    world.config.canary_roles.clear();
    let (_, execution) = world.contained();
    let accepted = execution.steps[0].accepted.unwrap();
    let me = world.alice.user_id();
    for (served, refused, explicit, proven) in [
        (Some("a"), Some("a"), false, true),
        (Some("a"), Some("a"), true, true),
        (Some("a"), Some("b"), true, false),
        (Some("a"), None, true, false),
        (None, None, false, false),
        (None, None, true, true),
    ] {
        let at = |secs: i64| accepted + SignedDuration::from_secs(secs);
        let facts = [
            call(cite("served", at(-60)), &me, "GetObject", None, served, false),
            call(cite("refused", at(5)), &me, "GetObject", Some("AccessDenied"), refused, explicit),
        ];
        let proofs = prove_from_logs(&world.plan, &execution, &facts);
        assert_eq!(proofs.iter().any(|proof| proof.step.0 == "s1"), proven, "{served:?} {refused:?} {explicit}");
    }
}

#[test]
fn failed_sign_ins_prove_the_closing() {
    let world = world();
    let (mut journal, execution) = world.contained();
    let accepted = execution.steps[2].accepted.unwrap().max(execution.steps[1].accepted.unwrap());
    for (rows, revoked, disabled) in [
        (&[("a", 30, "50057")][..], true, true),
        (&[("a", 30, "50173")], true, false),
        (&[("a", 30, "50126")], false, false),
        (&[("a", 30, "50057"), ("b", 60, "0")], false, false),
        (&[("a", -30, "50057")], false, false),
        (&[], false, false),
    ] {
        let facts: Vec<Fact> = rows
            .iter()
            .map(|(id, secs, result)| sign_in(cite(id, accepted + SignedDuration::from_secs(*secs)), result))
            .collect();
        let proofs = prove_from_logs(&world.plan, &execution, &facts);
        let proven = |step: &str| proofs.iter().any(|proof| proof.step.0 == step);
        assert_eq!((proven("s2"), proven("s3")), (revoked, disabled), "{rows:?}");
    }
    // Written down once, and there to stay.
    let facts = [sign_in(cite("a", accepted + SignedDuration::from_secs(30)), "50057")];
    let executor = Executor::open(world.seams(), &mut journal).unwrap();
    let told = executor.record_proofs(&world.plan.incident, &facts).unwrap();
    assert!(matches!(&told.steps[2].enforced, Enforcement::Enforced { proof: EnforcedBy::Log { .. }, .. }));
    assert_eq!(executor.record_proofs(&world.plan.incident, &facts).unwrap(), told);
    assert_eq!(executor.report(&world.plan.incident).unwrap(), told);
}
