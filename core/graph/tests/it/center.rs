//! Identity Center's portal: who asked for a session's role, and by which sign-in.

use super::{ACCOUNT, APP, OTHER, TENANT, USER, add, at, cite, estate, guid, s, sign_in, used};
use selvedge_graph::{Estate, FactSet, PersonKey, Resolver};
use selvedge_model::Fact;
use selvedge_model::fact::{AwsSessionKey, AwsUse, PortalUse, SignIn};

const UPN: &str = "alice@contoso.com";

fn portal(name: &str, seconds: i64, operation: &str) -> PortalUse {
    PortalUse {
        cite: cite(name, seconds),
        account: "777788889999".into(),
        operation: operation.into(),
        store_user: Some("u-id".into()),
        store: Some("d-1".into()),
        user_name: String::new(),
        credential_id: Some("c1".into()),
        workflow_id: None,
        credential_type: None,
        role_account: None,
        role_name: None,
        ip: "198.51.100.7".into(),
        user_agent: String::new(),
        error: None,
    }
}

fn entry(seconds: i64) -> PortalUse {
    PortalUse { credential_type: Some("EXTERNAL_IDP".into()), ..portal("entry", seconds, "UserAuthentication") }
}

fn request(seconds: i64) -> PortalUse {
    let (role_account, role_name) = (Some(ACCOUNT.into()), Some("Data_Eng".into()));
    PortalUse { role_account, role_name, ..portal("request", seconds, "GetRoleCredentials") }
}

/// A call of the session that begins at second 100.
fn call() -> AwsUse {
    let key = AwsSessionKey { principal_id: format!("AROASSO:{UPN}"), created: at(100) };
    let role =
        format!("arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Data_Eng_0123456789abcdef");
    AwsUse {
        principal_id: key.principal_id.clone(),
        session: Some(key),
        role_arn: Some(role),
        ..used("sso", 160, "ASIASSO", 0, 0, "198.51.100.7")
    }
}

fn with_store(apps: &str) -> Estate {
    let mut estate = estate(true);
    let store = format!(
        r#"{{"Users":[
            {{"UserId":"u-id","UserName":"{UPN}","ExternalIds":[{{"Issuer":"https://sts.windows.net/{TENANT}/","Id":"{USER}"}}]}},
            {{"UserId":"u-other","UserName":"x","ExternalIds":[{{"Issuer":"https://sts.windows.net/{TENANT}/","Id":"{OTHER}"}}]}}]}}"#
    );
    estate.add("store", store.as_bytes(), &mut Vec::new());
    estate.add("center", apps.as_bytes(), &mut Vec::new());
    estate
}

const NO_APPS: &str = "{}";
const CENTER: &str = r#"{"@odata.context":"x/$metadata#servicePrincipals","value":[{"id":"00000000-0000-4000-8000-0000000000c1",
    "appId":"center","servicePrincipalNames":["center","https://eu-west-1.signin.aws.amazon.com/platform/saml/d-1"]}]}"#;

/// Rules, confidence, the sign-in and the others that fit.
type Expect<'a> = (&'a str, u16, Option<u32>, &'a [u32]);

fn check(what: &str, apps: &str, uses: &[PortalUse], rows: &[SignIn], expect: Expect<'_>) {
    let estate = with_store(apps);
    let mut set = FactSet::new();
    add(&mut set, Fact::AwsUse(Box::new(call())));
    uses.iter().for_each(|used| add(&mut set, Fact::Portal(Box::new(used.clone()))));
    rows.iter().for_each(|row| add(&mut set, s(row.clone())));
    let resolver = Resolver::new(&set, &estate);
    let links = resolver.links();
    let link = links.values().next().unwrap_or_else(|| panic!("{what}: no link"));
    let rules: Vec<&str> = link.grounds.iter().map(|ground| ground.rule.as_str()).collect();
    let (rule, sure, row, others) = expect;
    assert_eq!((rules.join("+").as_str(), link.confidence.get()), (rule, sure), "{what}");
    assert_eq!(link.sign_in, row.map(guid), "{what}");
    assert_eq!(link.alternatives, others.iter().map(|n| guid(*n)).collect::<Vec<_>>(), "{what}");
    let cites = |name: &str| link.evidence.iter().any(|record| record.as_str() == name);
    assert_eq!(cites("request"), rule.contains("I4"), "{what}");
    assert_eq!(cites("entry"), rule.contains("I3"), "{what}");
}

#[test]
fn a_session_leads_to_the_request_the_entry_and_the_sign_in() {
    let known = sign_in(9, -9_000, UPN, APP);
    let row = |n, seconds, app: &str| sign_in(n, seconds, UPN, app);
    let all = [entry(70), request(90)];
    let rows = [known.clone(), row(1, 60, "center")];
    check("all of it", CENTER, &all, &rows, ("I5+I4+I3+I2", 950, Some(1), &[]));
    check("the application is not known", NO_APPS, &all, &rows, ("I5+I4+I3+I2", 950, Some(1), &[]));
    let two = [known.clone(), row(1, 60, "center"), row(2, 65, "center"), row(3, 69, APP)];
    check("several fit", CENTER, &all, &two, ("I5+I4+I3+I2", 950, Some(2), &[1]));
    check("any may be it", NO_APPS, &all, &two, ("I5+I4+I3+I2", 950, Some(3), &[1, 2]));
    let early = [known.clone(), row(1, -51, "center")];
    check("more than two minutes before", CENTER, &all, &early, ("I5+I4+I3", 950, None, &[]));
    check("no entry", CENTER, &[request(90)], &rows, ("I5+I4", 950, None, &[]));
    let other = PortalUse { credential_id: Some("c2".into()), ..entry(70) };
    check("the entry of another credential", CENTER, &[other, request(90)], &rows, ("I5+I4", 950, None, &[]));
    let password = PortalUse { credential_type: Some("PASSWORD".into()), ..entry(70) };
    check("no word of Entra's", CENTER, &[password, request(90)], &rows, ("I5+I4", 950, None, &[]));
    check("an hour after the entry", CENTER, &[entry(-3_600), request(90)], &rows, ("I5+I4+I3", 950, None, &[]));
    for (what, request) in [
        ("more than a minute before", request(39)),
        ("after the session", request(106)),
        ("another account", PortalUse { role_account: Some("444455556666".into()), ..request(90) }),
        ("another permission set", PortalUse { role_name: Some("Data".into()), ..request(90) }),
        ("another user", PortalUse { store_user: Some("u-other".into()), ..request(90) }),
        ("an unknown user", PortalUse { store_user: Some("u-x".into()), ..request(90) }),
        ("refused", PortalUse { error: Some("ForbiddenException".into()), ..request(90) }),
    ] {
        check(what, CENTER, &[entry(70), request], &rows, ("I5", 900, None, &[]));
    }
    let older = |used: PortalUse| PortalUse { store_user: None, store: None, user_name: UPN.into(), ..used };
    check("older records", CENTER, &all.map(older), &rows, ("I5+I4+I3+I2", 950, Some(1), &[]));
}

#[test]
fn what_was_done_at_the_portal_is_the_persons() {
    let estate = with_store(NO_APPS);
    let mut set = FactSet::new();
    add(&mut set, s(sign_in(1, 0, UPN, APP)));
    let named = |name: &str, store_user: Option<&str>, user_name: &str| PortalUse {
        store_user: store_user.map(str::to_owned),
        user_name: user_name.into(),
        ..portal(name, 10, "ListAccounts")
    };
    for used in [
        named("by id", Some("u-id"), ""),
        named("by name", None, UPN),
        named("another's", Some("u-other"), ""),
        named("a stranger's", None, "mallory@contoso.com"),
        named("an id that nobody has", Some("u-x"), UPN),
    ] {
        add(&mut set, Fact::Portal(Box::new(used)));
    }
    let resolver = Resolver::new(&set, &estate);
    let of = |user: &str| {
        let person = PersonKey { tenant: TENANT.into(), user_id: user.into() };
        let mut names: Vec<&str> =
            resolver.portal_uses_of(&person).iter().map(|used| used.cite.record.as_str()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(of(USER), ["by id", "by name"]);
    assert_eq!(of(OTHER), ["another's"]);
}
