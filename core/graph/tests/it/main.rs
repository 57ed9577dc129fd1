//! Identity across the seam: every join rule on small, made sets.
#![allow(missing_docs, reason = "tests")]

mod center;
mod compact;
mod estate;
mod flows;
mod grades;
mod graph;
mod naive;
mod network;
mod stats;
mod workloads;

use selvedge_graph::identity::Calibration;
use selvedge_graph::{CrossCloudLink, Estate, FactSet, Record, Resolver};
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, AwsUse, Cite, RoleAssumption, SignIn};
use selvedge_model::{Confidence, Digest, EventId, Fact, RecordId, Timestamp};

const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
const OTHER: &str = "1c1f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1b";
const USER: &str = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";
const ACCOUNT: &str = "111122223333";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/entra";
const APP: &str = "3b1d7c52-8f0e-4d6a-9c41-5e2a7f90b816";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

fn cite(name: &str, seconds: i64) -> Cite {
    Cite { event: EventId(Digest::of(name.as_bytes())), record: RecordId::new(name), at: at(seconds) }
}

fn add(set: &mut FactSet, fact: Fact) {
    let cite = fact.cite().clone();
    let digest = Digest::of(cite.record.as_str().as_bytes());
    set.insert(cite.event, Record { record_id: cite.record, digest, revision: None, facts: vec![fact], hits: vec![] });
}

fn guid(n: u32) -> String {
    format!("{n:08x}-0000-4000-8000-000000000000")
}

fn sign_in(n: u32, seconds: i64, upn: &str, app: &str) -> SignIn {
    SignIn {
        cite: cite(&guid(n), seconds),
        request_id: guid(n),
        tenant: TENANT.into(),
        user_id: USER.into(),
        upn: upn.into(),
        service_principal_id: None,
        app_id: app.into(),
        app_name: "AWS".into(),
        resource_id: app.into(),
        session_id: Some("sid-1".into()),
        ip: "198.51.100.7".into(),
        asn: Some(3301),
        country: Some("SE".into()),
        device_id: String::new(),
        device_trusted: false,
        os: "Windows".into(),
        browser: "Edge".into(),
        user_agent: "x".into(),
        interactive: false,
        fresh_credential: false,
        fresh_mfa: false,
        incoming_token: "primaryrefreshtoken".into(),
        result: "0".into(),
        federated_credential_id: None,
    }
}

fn assumption(name: &str, seconds: i64, session: &str) -> RoleAssumption {
    RoleAssumption {
        cite: cite(name, seconds),
        method: AssumeMethod::Saml,
        account: ACCOUNT.into(),
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/R"),
        session_name: session.into(),
        principal_id: format!("AROAX:{session}"),
        access_key_id: format!("ASIA{name}"),
        assertion_id: None,
        subject: Some(session.into()),
        name_qualifier: Some(qualifier(TENANT)),
        issuer: Some(format!("https://sts.windows.net/{TENANT}/")),
        provider_arn: Some(PROVIDER.into()),
        audience: None,
        source_identity: None,
        caller_key: None,
        caller_principal: None,
        duration_secs: Some(3600),
        ip: "AWS Internal".into(),
    }
}

fn qualifier(tenant: &str) -> String {
    selvedge_graph::estate::name_qualifier(&format!("https://sts.windows.net/{tenant}/"), ACCOUNT, "entra")
}

fn estate(with_apps: bool) -> Estate {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    let apps = if with_apps { format!(r#"{{"appId":"{APP}","providers":["{PROVIDER}"]}}"#) } else { String::new() };
    let documents = [
        format!(r#"{{"SAMLProviderList":[{{"Arn":"{PROVIDER}"}}]}}"#),
        format!(r#"{{"tenantId":"{TENANT}","samlApps":[{apps}]}}"#),
        format!(
            r#"{{"@odata.context":"x/$metadata#users","value":[{{"id":"{USER}","userPrincipalName":"alice@contoso.com"}}]}}"#
        ),
    ];
    for document in documents {
        estate.add("estate", document.as_bytes(), &mut problems);
    }
    assert!(problems.is_empty(), "{problems:?}");
    estate
}

fn link(facts: Vec<Fact>, estate: &Estate) -> Option<CrossCloudLink> {
    let mut set = FactSet::new();
    facts.into_iter().for_each(|fact| add(&mut set, fact));
    Resolver::new(&set, estate).links().into_values().next()
}

fn check(name: &str, facts: Vec<Fact>, estate: &Estate, rules: &[&str], confidence: u16, sign_in: Option<u32>) {
    let found = link(facts, estate);
    let Some(found) = found else {
        assert!(rules.is_empty(), "{name}: no link");
        return;
    };
    let got: Vec<&str> = found.grounds.iter().map(|g| g.rule.as_str()).collect();
    assert_eq!(got, rules, "{name}");
    assert_eq!(found.confidence, Confidence::new(confidence), "{name}");
    assert_eq!(found.sign_in, sign_in.map(guid), "{name}");
    assert_eq!(found.person.user_id, USER, "{name}");
}

fn s(f: SignIn) -> Fact {
    Fact::SignIn(Box::new(f))
}

fn a(f: RoleAssumption) -> Fact {
    Fact::RoleAssumption(Box::new(f))
}

#[test]
fn join_rules_table() {
    let known = estate(true);
    let unknown_app = estate(false);
    let upn = "alice@contoso.com";
    let mixed_case = RoleAssumption { session_name: "Alice@Contoso.com".into(), ..assumption("m", 10, upn) };
    let with_source = RoleAssumption { source_identity: Some(USER.into()), ..assumption("s", 10, upn) };
    let someone_elses_source = RoleAssumption {
        source_identity: Some("aaaaaaaa-0000-4000-8000-000000000000".into()),
        ..assumption("e", 10, upn)
    };
    let other_tenant = RoleAssumption {
        name_qualifier: Some(qualifier(OTHER)),
        issuer: Some(format!("https://sts.windows.net/{OTHER}/")),
        ..assumption("o", 10, upn)
    };
    let forged = RoleAssumption { name_qualifier: Some("bm90IGEgaGFzaA==".into()), ..assumption("f", 10, upn) };
    let failed = SignIn { result: "50126".into(), ..sign_in(1, 0, upn, APP) };
    check(
        "same user, app, time",
        vec![s(sign_in(1, 0, upn, APP)), a(assumption("a", 10, upn))],
        &known,
        &["F2"],
        950,
        Some(1),
    );
    check("letter case of the name", vec![s(sign_in(1, 0, upn, APP)), a(mixed_case)], &known, &["F2"], 950, Some(1));
    check(
        "two sign-ins fit",
        vec![s(sign_in(1, 0, upn, APP)), s(sign_in(2, 5, upn, APP)), a(assumption("a", 10, upn))],
        &known,
        &["F2"],
        850,
        Some(2),
    );
    check(
        "the app is not known",
        vec![s(sign_in(1, 0, upn, "x")), a(assumption("a", 10, upn))],
        &unknown_app,
        &["F3"],
        800,
        Some(1),
    );
    check("source identity alone", vec![a(with_source.clone())], &known, &["F4"], 990, None);
    check("both keys", vec![s(sign_in(1, 0, upn, APP)), a(with_source)], &known, &["F4", "F2"], 990, Some(1));
    check(
        "an unknown source identity does not help",
        vec![s(sign_in(1, 0, upn, APP)), a(someone_elses_source)],
        &known,
        &["F2"],
        950,
        Some(1),
    );
    check(
        "five minutes and more",
        vec![s(sign_in(1, 0, upn, APP)), a(assumption("a", 301, upn))],
        &known,
        &[],
        0,
        None,
    );
    check(
        "the sign-in is later than the role",
        vec![s(sign_in(1, 20, upn, APP)), a(assumption("a", 10, upn))],
        &known,
        &[],
        0,
        None,
    );
    check(
        "clocks differ a little",
        vec![s(sign_in(1, 14, upn, APP)), a(assumption("a", 10, upn))],
        &known,
        &["F2"],
        950,
        Some(1),
    );
    check(
        "another application",
        vec![s(sign_in(1, 0, upn, "other")), a(assumption("a", 10, upn))],
        &known,
        &[],
        0,
        None,
    );
    check(
        "another person",
        vec![s(sign_in(1, 0, "bob@contoso.com", APP)), a(assumption("a", 10, upn))],
        &known,
        &[],
        0,
        None,
    );
    check("the same name in another tenant", vec![s(sign_in(1, 0, upn, APP)), a(other_tenant)], &known, &[], 0, None);
    check("a provider hash that nobody has", vec![s(sign_in(1, 0, upn, APP)), a(forged)], &known, &[], 0, None);
    check("a refused sign-in", vec![s(failed), a(assumption("a", 10, upn))], &known, &[], 0, None);
}

#[test]
fn the_assertion_id_counts_only_once_this_data_has_shown_it() {
    let estate = estate(true);
    let upn = "alice@contoso.com";
    for (events, matching, expect) in [
        (19, 19, Calibration::Undecided),
        (20, 20, Calibration::Promoted),
        (20, 18, Calibration::Disabled),
        (40, 39, Calibration::Promoted),
        (30, 0, Calibration::Disabled),
    ] {
        let mut set = FactSet::new();
        for n in 0..events {
            let shift = i64::from(n) * 1000;
            add(&mut set, s(sign_in(n, shift, upn, APP)));
            let id = if n < matching { guid(n) } else { guid(n + 10_000) };
            let given = RoleAssumption { assertion_id: Some(id), ..assumption(&format!("k{n}"), shift + 2, upn) };
            add(&mut set, a(given));
        }
        let resolver = Resolver::new(&set, &estate);
        assert_eq!(resolver.calibration(), expect, "{events} {matching}");
        let promoted = resolver.links().values().filter(|l| l.grounds.iter().any(|g| g.rule == "F1")).count();
        assert_eq!(promoted > 0, expect == Calibration::Promoted);
    }
}

#[test]
fn a_chained_session_belongs_to_whoever_began_the_chain() {
    let estate = estate(true);
    let upn = "alice@contoso.com";
    let mut set = FactSet::new();
    add(&mut set, s(sign_in(1, 0, upn, APP)));
    add(&mut set, a(assumption("first", 10, upn)));
    let hop = |name: &str, caller: &str, seconds| RoleAssumption {
        method: AssumeMethod::Role,
        account: "444455556666".into(),
        role_arn: format!("arn:aws:iam::444455556666:role/{name}"),
        principal_id: format!("AROA{name}:hop"),
        name_qualifier: None,
        issuer: None,
        provider_arn: None,
        audience: None,
        caller_key: Some(format!("ASIA{caller}")),
        ..assumption(name, seconds, "hop")
    };
    add(&mut set, a(hop("second", "first", 20)));
    add(&mut set, a(hop("third", "second", 30)));
    add(&mut set, a(hop("stranger", "nobody", 30)));
    let links = Resolver::new(&set, &estate).links();
    let mut names: Vec<(&str, usize)> =
        links.values().map(|l| (l.session.principal_id.as_str(), l.grounds.len())).collect();
    names.sort();
    assert_eq!(names, [("AROAX:alice@contoso.com", 1), ("AROAsecond:hop", 2), ("AROAthird:hop", 2)]);
    assert!(links.values().all(|l| l.upn == upn));
}

fn used(name: &str, seconds: i64, key: &str, created: i64, bytes: u64, ip: &str) -> AwsUse {
    AwsUse {
        cite: cite(name, seconds),
        account: ACCOUNT.into(),
        principal_type: "AssumedRole".into(),
        principal_id: "AROAX:alice@contoso.com".into(),
        principal_arn: String::new(),
        access_key_id: key.into(),
        session: Some(AwsSessionKey { principal_id: "AROAX:alice@contoso.com".into(), created: at(created) }),
        role_arn: Some(format!("arn:aws:iam::{ACCOUNT}:role/path/R")),
        source_identity: None,
        service: "s3.amazonaws.com".into(),
        operation: "GetObject".into(),
        read_only: true,
        ip: ip.into(),
        user_agent: String::new(),
        error: None,
        explicit_deny: false,
        bytes_out: bytes,
        target: Some("bucket".into()),
        vpc_endpoint: None,
        on_behalf_of: None,
    }
}

#[test]
fn calls_find_their_session_by_key_or_by_creation_date() {
    let mut set = FactSet::new();
    add(&mut set, a(assumption("a", 10, "alice@contoso.com")));
    add(&mut set, a(assumption("b", 5000, "alice@contoso.com")));
    for (name, key, created, bytes, ip) in [
        ("u1", "ASIAa", 10, 100, "198.51.100.1"),
        ("u2", "ASIAconsole", 12, 20, "198.51.100.1"),
        ("u3", "ASIAb", 5000, 3, "198.51.100.1"),
        ("u4", "ASIAa", 10, 1_000, "10.0.0.1"),
        ("u5", "ASIAother", 9000, 7, "198.51.100.1"),
    ] {
        add(&mut set, Fact::AwsUse(Box::new(used(name, 6000, key, created, bytes, ip))));
    }
    let estate = estate(true);
    let resolver = Resolver::new(&set, &estate);
    let got: Vec<(usize, u64, bool)> =
        resolver.sessions().values().map(|s| (s.uses.len(), s.egress_bytes(), s.assumptions.is_empty())).collect();
    // A private address is not egress; a key that nobody gave out makes a session of its own.
    assert_eq!(got, [(3, 120, false), (1, 3, false), (1, 7, true)]);
    assert!(resolver.sessions().values().all(|s| s.role_name() == "R" && s.role_id() == "AROAX"));
}

#[test]
fn of_two_versions_of_a_record_the_later_wins_whatever_came_first() {
    let version = |revision: i64, text: &str| Record {
        record_id: RecordId::new("r"),
        digest: Digest::of(text.as_bytes()),
        revision: Some(at(revision)),
        facts: vec![s(SignIn { user_agent: text.into(), ..sign_in(1, 0, "alice@contoso.com", APP) })],
        hits: vec![],
    };
    let id = EventId(Digest::of(b"r"));
    let versions = [version(1, "old"), version(2, "new"), version(2, "new"), version(0, "oldest")];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
        let mut set = FactSet::new();
        order.iter().for_each(|i| {
            set.insert(id, versions[*i].clone());
        });
        assert_eq!(set.len(), 1);
        assert_eq!(set.get(&id), Some(&versions[1]));
    }
}

#[test]
fn a_refused_row_with_another_id_does_not_change_who_a_name_is() {
    let estate = estate(true);
    let upn = "alice@contoso.com";
    let nil = "00000000-0000-0000-0000-000000000000";
    let refused = SignIn { result: "50034".into(), user_id: nil.into(), ..sign_in(9, -500, upn, APP) };
    check(
        "nil id",
        vec![s(refused), s(sign_in(1, 0, upn, APP)), a(assumption("a", 10, upn))],
        &estate,
        &["F2"],
        950,
        Some(1),
    );
    let mut set = FactSet::new();
    add(&mut set, s(SignIn { user_id: nil.into(), ..sign_in(3, 0, upn, APP) }));
    assert_eq!(Resolver::new(&set, &estate).people().count(), 0);
}

#[test]
fn a_session_name_that_is_no_upn_still_finds_the_sign_in_of_its_source_identity() {
    let named = RoleAssumption {
        subject: Some("e10442".into()),
        source_identity: Some(USER.into()),
        ..assumption("a", 10, "e10442")
    };
    let facts = vec![s(sign_in(1, 0, "alice@contoso.com", APP)), a(named)];
    check("staff number", facts, &estate(true), &["F4", "F2"], 990, Some(1));
}

#[test]
fn a_record_of_somebody_elses_account_joins_nobody_of_ours() {
    let upn = "alice@contoso.com";
    let account = "999999999999";
    let issuer = format!("https://sts.windows.net/{TENANT}/");
    let foreign = RoleAssumption {
        account: account.into(),
        role_arn: format!("arn:aws:iam::{account}:role/R"),
        provider_arn: Some(format!("arn:aws:iam::{account}:saml-provider/entra")),
        audience: None,
        name_qualifier: Some(selvedge_graph::estate::name_qualifier(&issuer, account, "entra")),
        ..assumption("a", 10, upn)
    };
    check("foreign account", vec![s(sign_in(1, 0, upn, APP)), a(foreign)], &estate(true), &[], 0, None);
}

#[test]
fn what_is_kept_of_a_long_session_does_not_depend_on_the_order() {
    use selvedge_graph::factset::MAX_RECORDS_PER_SESSION;
    let total = MAX_RECORDS_PER_SESSION + 250;
    let facts: Vec<Fact> = (0..total)
        .map(|n| Fact::AwsUse(Box::new(used(&format!("r{n}"), 6000, "ASIAa", 10, n as u64, "198.51.100.1"))))
        .collect();
    let kept = |facts: &mut dyn Iterator<Item = Fact>| {
        let mut set = FactSet::new();
        facts.for_each(|fact| add(&mut set, fact));
        let ids: Vec<EventId> = set.records().map(|(id, _)| *id).collect();
        (ids, set.left_out())
    };
    let forward = kept(&mut facts.iter().cloned());
    let backward = kept(&mut facts.iter().rev().cloned());
    assert_eq!(forward.0.len(), MAX_RECORDS_PER_SESSION);
    assert_eq!(forward, backward);
}

#[test]
fn a_long_chain_is_followed_hop_by_hop_and_each_hop_cites_only_itself() {
    let estate = estate(true);
    let upn = "alice@contoso.com";
    let hops = 2_000;
    let mut set = FactSet::new();
    add(&mut set, s(sign_in(1, 0, upn, APP)));
    add(&mut set, a(assumption("h0", 10, upn)));
    for n in 1..=hops {
        let hop = RoleAssumption {
            method: AssumeMethod::Role,
            principal_id: format!("AROAX:hop{n}"),
            name_qualifier: None,
            issuer: None,
            provider_arn: None,
            audience: None,
            caller_key: Some(format!("ASIAh{}", n - 1)),
            ..assumption(&format!("h{n}"), 10 + n, "hop")
        };
        add(&mut set, a(hop));
    }
    let links = Resolver::new(&set, &estate).links();
    assert_eq!(links.len(), usize::try_from(hops).unwrap() + 1);
    assert!(links.values().all(|l| l.evidence.len() <= 2 && l.grounds.len() <= 2));
}
