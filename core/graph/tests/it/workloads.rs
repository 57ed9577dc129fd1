//! Workloads and users of Identity Center behind AWS sessions.

use super::{ACCOUNT, APP, OTHER, TENANT, USER, a, add, assumption, at, estate, guid, s, sign_in, used};
use selvedge_graph::identity::Holder;
use selvedge_graph::workload::is_microsofts;
use selvedge_graph::{Estate, FactSet, Resolver};
use selvedge_model::Fact;
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, AwsUse, RoleAssumption, SignIn};

const WORKLOAD: &str = "00000000-0000-4000-8000-0000000000aa";
const AUDIENCE: &str = "00000000-0000-4000-8000-0000000000bb";

fn token_for_role(issuer: &str, subject: &str) -> RoleAssumption {
    RoleAssumption {
        method: AssumeMethod::WebIdentity,
        issuer: Some(issuer.into()),
        subject: Some(subject.into()),
        audience: Some(format!("api://{AUDIENCE}")),
        provider_arn: None,
        name_qualifier: None,
        ..assumption("token", 100_000, "job")
    }
}

fn workload_sign_in(n: u32, seconds: i64, resource: &str) -> SignIn {
    SignIn {
        user_id: String::new(),
        service_principal_id: Some(WORKLOAD.into()),
        app_name: "orders".into(),
        resource_id: resource.into(),
        ..sign_in(n, seconds, "", "app")
    }
}

/// What a token for a role is joined to: the sign-in, the rules, how sure.
fn check_workload(issuer: &str, subject: &str, rows: &[SignIn], ours: bool, expect: Option<(Option<u32>, &str, u16)>) {
    let mut set = FactSet::new();
    add(&mut set, a(token_for_role(issuer, subject)));
    for row in rows {
        add(&mut set, s(row.clone()));
    }
    let estate = if ours { estate(true) } else { Estate::default() };
    let links = Resolver::new(&set, &estate).links();
    let got = links.values().next().map(|link| {
        assert_eq!((link.holder, link.path.as_str()), (Holder::Workload, "P3"));
        assert_eq!(link.person.user_id, WORKLOAD);
        let rules: Vec<&str> = link.grounds.iter().map(|ground| ground.rule.as_str()).collect();
        (link.sign_in.clone(), rules.join("+"), link.confidence.get())
    });
    let expect = expect.map(|(row, rules, sure)| (row.map(guid), rules.to_owned(), sure));
    assert_eq!(got, expect, "{issuer} {subject}");
}

#[test]
fn a_workloads_token_leads_to_the_workload_and_perhaps_to_its_sign_in() {
    let v1 = format!("sts.windows.net/{TENANT}/");
    let day = 24 * 3600;
    let row = |n, before: i64, resource| workload_sign_in(n, 100_000 - before, resource);
    let failed = SignIn { result: "7000222".into(), ..row(9, 60, AUDIENCE) };
    check_workload(&v1, WORKLOAD, &[row(1, 60, AUDIENCE)], true, Some((Some(1), "W2+W1", 970)));
    check_workload(&format!("https://{v1}"), WORKLOAD, &[], true, Some((None, "W2", 950)));
    let arn = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{v1}");
    check_workload(&arn, &WORKLOAD.to_uppercase(), &[], true, Some((None, "W2", 950)));
    let v2 = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    // The latest that fits: within a day, to the same audience, let in.
    let rows = [row(1, 3600, AUDIENCE), row(2, 60, "other"), row(3, day + 60, AUDIENCE), failed];
    check_workload(&v2, WORKLOAD, &rows, true, Some((Some(1), "W2+W1", 970)));
    // Without an inventory a sign-in of ours must show that the tenant is ours.
    check_workload(&v1, WORKLOAD, &[row(1, 60, AUDIENCE)], false, Some((Some(1), "W2+W1", 970)));
    check_workload(&v1, WORKLOAD, &[], false, None);
    for (issuer, subject) in [
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/", WORKLOAD),
        ("token.actions.githubusercontent.com", "repo:contoso/app:ref:refs/heads/main"),
        ("https://evil.example/sts.windows.net/", WORKLOAD),
        (v1.as_str(), "not an object id"),
        (v1.as_str(), "00000000-0000-0000-0000-000000000000"),
    ] {
        check_workload(issuer, subject, &[], true, None);
    }
}

#[test]
fn microsofts_own_connectors_are_known() {
    for (issuer, expect) in [
        ("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/".to_owned(), true),
        ("arn:aws:iam::111122223333:oidc-provider/sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/".into(), true),
        (format!("sts.windows.net/{TENANT}/"), false),
    ] {
        assert_eq!(is_microsofts(&token_for_role(&issuer, WORKLOAD)), expect, "{issuer}");
    }
}

fn sso_use(name: &str, on_behalf_of: Option<&str>) -> AwsUse {
    let key = AwsSessionKey { principal_id: format!("AROASSO:{name}"), created: at(0) };
    AwsUse {
        principal_id: key.principal_id.clone(),
        session: Some(key),
        role_arn: Some(format!(
            "arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Dev_0123456789abcdef"
        )),
        on_behalf_of: on_behalf_of.map(str::to_owned),
        ..used("sso", 60, "ASIASSO", 0, 0, "198.51.100.7")
    }
}

/// Who is behind an Identity Center session of that name, whose calls name that user
/// of the identity store.
fn check_center(name: &str, store_user: Option<&str>, expect: Option<(&str, u16)>) {
    let mut estate = estate(true);
    let issuer = format!("https://sts.windows.net/{TENANT}/");
    let foreign = format!("https://sts.windows.net/{OTHER}/");
    let store = format!(
        r#"{{"Users":[
            {{"UserId":"u-id","UserName":"staff-17","ExternalIds":[{{"Issuer":"{issuer}","Id":"{USER}"}}]}},
            {{"UserId":"u-name","UserName":"Alice@contoso.com"}},
            {{"UserId":"u-foreign","UserName":"x","ExternalIds":[{{"Issuer":"{foreign}","Id":"{USER}"}}]}},
            {{"UserId":"u-other","UserName":"x","ExternalIds":[{{"Issuer":"{issuer}","Id":"{OTHER}"}}]}}]}}"#
    );
    estate.add("store", store.as_bytes(), &mut Vec::new());
    let mut set = FactSet::new();
    add(&mut set, s(sign_in(1, 0, "alice@contoso.com", APP)));
    add(&mut set, Fact::AwsUse(Box::new(sso_use(name, store_user))));
    let links = Resolver::new(&set, &estate).links();
    let got = links.values().next().map(|link| {
        assert_eq!((link.person.user_id.as_str(), link.upn.as_str()), (USER, "alice@contoso.com"));
        let rules: Vec<&str> = link.grounds.iter().map(|ground| ground.rule.as_str()).collect();
        (rules.join("+"), link.confidence.get())
    });
    assert_eq!(got, expect.map(|(rules, sure)| (rules.to_owned(), sure)), "{name} {store_user:?}");
}

#[test]
fn an_identity_center_session_leads_to_its_user_by_id_or_name() {
    check_center("alice@contoso.com", None, Some(("I5", 900)));
    check_center("Alice@Contoso.com", Some("U-ID"), Some(("I1+I5", 990)));
    check_center("staff-17", Some("u-id"), Some(("I1", 990)));
    check_center("staff-17", Some("u-name"), Some(("I1", 950)));
    for (name, user) in [
        ("staff-17", None),
        ("staff-17", Some("nobody-known")),
        // The name says one, the id another.
        ("alice@contoso.com", Some("u-other")),
        ("staff-17", Some("u-foreign")),
    ] {
        check_center(name, user, None);
    }
}

#[test]
fn a_third_providers_token_leads_to_the_application_that_entra_takes_it_for() {
    let github = "https://token.actions.githubusercontent.com";
    let subject = "repo:contoso/app:ref:refs/heads/main";
    let app = "00000000-0000-4000-8000-0000000000cc";
    let documents = [
        format!(
            r#"{{"value":[{{"id":"{OTHER}","appId":"{app}","federatedIdentityCredentials":[{{"issuer":"{github}","subject":"{subject}"}}]}}]}}"#
        ),
        format!(r#"{{"value":[{{"id":"{WORKLOAD}","appId":"{app}","servicePrincipalType":"Application"}}]}}"#),
    ];
    for (row, known, expect) in [
        (Some(100_000 - 300), true, Some(Some(guid(1)))),
        (Some(100_000 + 300), true, Some(Some(guid(1)))),
        (Some(100_000 - 3_600), true, Some(None)),
        (None, true, Some(None)),
        (Some(100_000 - 300), false, None),
    ] {
        let mut estate = estate(true);
        for document in documents.iter().filter(|_| known) {
            estate.add("entra", document.as_bytes(), &mut Vec::new());
        }
        let mut set = FactSet::new();
        let given = RoleAssumption {
            audience: Some("sts.amazonaws.com".into()),
            ..token_for_role("token.actions.githubusercontent.com", subject)
        };
        add(&mut set, a(given));
        if let Some(seconds) = row {
            add(&mut set, s(workload_sign_in(1, seconds, "anything")));
        }
        let links = Resolver::new(&set, &estate).links();
        let got = links.values().next().map(|link| {
            assert_eq!(
                (link.path.as_str(), link.person.user_id.as_str(), link.confidence.get()),
                ("P4", WORKLOAD, 950)
            );
            link.sign_in.clone()
        });
        assert_eq!(got, expect, "{row:?} {known}");
    }
}
