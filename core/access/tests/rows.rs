//! The rows of the evaluation facts (section 8) that this step covers, and the
//! documents that containment writes.

use selvedge_access::{Answer, Context, Decision, Kind, Policy, PolicySet, Reason, Request, evaluate};
use serde_json::json;

fn ask(documents: &[&str], action: &str, resource: &str, context: Context) -> Answer {
    let policies = documents.iter().enumerate().map(|(i, text)| {
        let (policy, problems) = Policy::parse(text);
        assert_eq!(problems, [], "{text}");
        (format!("p{i}"), policy)
    });
    evaluate(&PolicySet::of_identity(policies), &Request::new(action, resource, context))
}

fn word(answer: &Answer) -> &'static str {
    match (&answer.decision, answer.reason) {
        (Decision::Allow, _) => "allow",
        (Decision::Deny, Reason::ExplicitDeny) => "explicit deny",
        (Decision::Deny, _) => "implicit deny",
        (Decision::Unknown { .. }, _) => "unknown",
    }
}

const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

fn statement(effect: &str, rest: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}",{rest}}}}}"#)
}

fn condition(effect: &str, condition: &str) -> String {
    statement(effect, &format!(r#""Action":"*","Resource":"*","Condition":{condition}"#))
}

/// Row, documents, action, resource, context, expected word.
type Row<'a> = (&'a str, Vec<String>, &'a str, &'a str, Context, &'a str);

#[test]
fn rows() {
    let object = "arn:aws:s3:::b/x/y:z";
    let none = Context::complete;
    let role = || none().with("aws:PrincipalArn", "arn:aws:sts::1:assumed-role/R/s");
    let issued = |at: &str| none().with("aws:TokenIssueTime", at);
    let get = "s3:GetObject";
    let old = r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}"#;
    let revoke = condition("Deny", r#"{"DateLessThan":{"aws:TokenIssueTime":"2026-05-18T17:00:00Z"}}"#);
    let epoch = condition("Deny", r#"{"DateLessThan":{"aws:TokenIssueTime":"1779123600"}}"#);
    let mfa = condition("Deny", r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#);
    let mfa_if = condition("Deny", r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}"#);
    let table: Vec<Row<'_>> = vec![
        ("1", vec![], get, object, none(), "implicit deny"),
        (
            "2 (identity)",
            vec![ALL.into(), statement("Deny", r#""Action":"s3:*","Resource":"*""#)],
            get,
            object,
            none(),
            "explicit deny",
        ),
        (
            "23",
            vec![ALL.into(), condition("Deny", r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#)],
            get,
            object,
            none(),
            "explicit deny",
        ),
        (
            "24",
            vec![ALL.into(), condition("Deny", r#"{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}"#)],
            get,
            object,
            none(),
            "explicit deny",
        ),
        ("25", vec![condition("Allow", r#"{"StringEquals":{"aws:x":"y"}}"#)], get, object, none(), "implicit deny"),
        (
            "26",
            vec![condition("Allow", r#"{"ForAllValues:StringEquals":{"aws:TagKeys":"a"}}"#)],
            get,
            object,
            none(),
            "allow",
        ),
        ("28", vec![condition("Allow", r#"{"Null":{"aws:TokenIssueTime":"true"}}"#)], get, object, none(), "allow"),
        ("29", vec![ALL.into(), mfa], get, object, none(), "allow"),
        ("30", vec![ALL.into(), mfa_if], get, object, none(), "explicit deny"),
        (
            "31",
            vec![condition("Allow", r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#)],
            get,
            object,
            none().with("aws:SourceIp", "2001:db8::1"),
            "implicit deny",
        ),
        (
            "33",
            vec![condition("Allow", r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#)],
            get,
            object,
            role(),
            "implicit deny",
        ),
        (
            "34",
            vec![condition("Allow", r#"{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#)],
            get,
            object,
            none().with("aws:PrincipalArn", "arn:aws:iam::1:role/a/b/R"),
            "allow",
        ),
        (
            "35",
            vec![statement("Allow", r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*""#)],
            get,
            object,
            none(),
            "allow",
        ),
        (
            "36",
            vec![statement("Allow", r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::b""#)],
            get,
            object,
            none(),
            "implicit deny",
        ),
        ("37", vec![old.into()], get, "arn:aws:s3:::b/alice", none().with("aws:username", "alice"), "implicit deny"),
        (
            "38",
            vec![statement("Allow", r#""Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/t}""#)],
            get,
            object,
            none(),
            "implicit deny",
        ),
        (
            "40",
            vec![statement("Allow", r#""NotAction":"iam:*","Resource":"*""#)],
            "organizations:ListRoots",
            "*",
            none(),
            "allow",
        ),
        (
            "40 (listed)",
            vec![statement("Allow", r#""NotAction":"iam:*","Resource":"*""#)],
            "iam:GetRole",
            "arn:aws:iam::1:role/R",
            none(),
            "implicit deny",
        ),
        ("42", vec![statement("Allow", r#""Action":"S3:getobject","Resource":"*""#)], get, object, none(), "allow"),
        (
            "43",
            vec![statement(
                "Allow",
                r#""Action":"iam:PassRole","Resource":"arn:aws:iam::1:role/X","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}"#,
            )],
            "iam:PassRole",
            "arn:aws:iam::1:role/X",
            none(),
            "implicit deny",
        ),
        ("48 before", vec![ALL.into(), revoke.clone()], get, object, issued("2026-05-18T16:59:59Z"), "explicit deny"),
        ("48 after", vec![ALL.into(), revoke.clone()], get, object, issued("2026-05-18T17:00:00Z"), "allow"),
        ("48 without key", vec![ALL.into(), revoke], get, object, none(), "allow"),
        ("49 before", vec![ALL.into(), epoch.clone()], get, object, issued("2026-05-18T16:59:59Z"), "explicit deny"),
        ("49 after", vec![ALL.into(), epoch], get, object, issued("2026-05-18T17:00:00Z"), "allow"),
        ("51", vec![statement("Allow", r#""Action":"*","Resource":"arn:aws:s3:::*""#)], get, object, none(), "allow"),
        ("51 short", vec![statement("Allow", r#""Action":"*","Resource":"arn:aws:s3""#)], get, object, none(), "allow"),
        (
            "52",
            vec![statement("Allow", r#""Action":"*","Resource":"arn:aws:s3:::*""#)],
            "s3:ListAllMyBuckets",
            "*",
            none(),
            "unknown",
        ),
        (
            "NotResource",
            vec![statement("Allow", r#""Action":"*","NotResource":"arn:aws:s3:::b/*""#)],
            get,
            object,
            none(),
            "implicit deny",
        ),
        (
            "GetCallerIdentity",
            vec![statement("Deny", r#""Action":"*","Resource":"*""#)],
            "sts:GetCallerIdentity",
            "*",
            none(),
            "allow",
        ),
    ];
    for (row, documents, action, resource, context, expect) in table {
        let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
        let answer = ask(&documents, action, resource, context);
        assert_eq!(word(&answer), expect, "row {row}: {answer:?}");
    }
}

#[test]
fn unknown_is_never_rounded() {
    let unknown_deny = condition("Deny", r#"{"StringEquals":{"aws:Several":"x"}}"#);
    let unknown_allow = condition("Allow", r#"{"StringEquals":{"aws:Several":"x"}}"#);
    let other_deny =
        statement("Deny", r#""Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:Several":"x"}}"#);
    let sure_deny = statement("Deny", r#""Action":"*","Resource":"*""#);
    for (documents, expect) in [
        (vec![ALL, &unknown_deny], "unknown"),
        (vec![&unknown_deny], "implicit deny"),
        (vec![&unknown_allow], "unknown"),
        (vec![ALL, &unknown_allow], "allow"),
        (vec![&unknown_allow, &unknown_deny], "unknown"),
        (vec![ALL, &unknown_deny, &sure_deny], "explicit deny"),
        // The action does not match, so what the condition says is idle.
        (vec![ALL, &other_deny], "allow"),
    ] {
        let several = Context::complete().with_all("aws:Several", vec!["x".into(), "y".into()]);
        let answer = ask(&documents, "s3:GetObject", "arn:aws:s3:::b/k", several);
        assert_eq!(word(&answer), expect, "{documents:?}: {answer:?}");
    }
}

#[test]
fn an_open_context_names_the_key() {
    let deny = condition("Deny", r#"{"StringEquals":{"aws:UserId":"AROAX:alice"}}"#);
    let answer = ask(&[ALL, &deny], "s3:GetObject", "arn:aws:s3:::b/k", Context::open());
    let Decision::Unknown { missing } = &answer.decision else { panic!("{answer:?}") };
    let shown: Vec<String> = missing.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["context key: aws:UserId"]);
    assert_eq!(answer.decided_by.len(), 1);
    assert_eq!(answer.decided_by[0].policy, "p1");
}

#[test]
fn an_unreadable_document_is_unknown_beside_an_allow() {
    for text in [
        "{",
        r#"{"Statement":[{"Effect":"Deny"}]}"#,
        r#"{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}]}"#,
    ] {
        let (broken, _) = Policy::parse(text);
        let (all, _) = Policy::parse(ALL);
        let policies = PolicySet::of_identity([("all", all), ("broken", broken.clone())]);
        let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k", Context::complete());
        assert_eq!(word(&evaluate(&policies, &request)), "unknown", "{text}");
    }
}

/// The two documents exactly as A03 writes them (core/actions, snapshots).
#[test]
fn the_documents_of_containment() {
    let all = r#"{"Statement":[{"Action":"*","Condition":{"StringEquals":{"aws:userid":"AROAX:alice@contoso.com"}},"Effect":"Deny","Resource":"*","Sid":"SelvedgeContainment"}],"Version":"2012-10-17"}"#;
    let narrowed = r#"{"Statement":[{"Action":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-05-18T17:30:00Z"},"StringEquals":{"aws:userid":"AROAX:alice@contoso.com"}},"Effect":"Deny","Resource":"*","Sid":"SelvedgeContainment"}],"Version":"2012-10-17"}"#;
    for (document, user, issued, expect) in [
        (all, "AROAX:alice@contoso.com", "2026-05-18T17:00:00Z", "explicit deny"),
        (all, "AROAX:alice@contoso.com", "2026-05-18T18:00:00Z", "explicit deny"),
        (all, "AROAX:bob@contoso.com", "2026-05-18T17:00:00Z", "allow"),
        (all, "AROAX:Alice@contoso.com", "2026-05-18T17:00:00Z", "allow"),
        (narrowed, "AROAX:alice@contoso.com", "2026-05-18T17:29:59Z", "explicit deny"),
        (narrowed, "AROAX:alice@contoso.com", "2026-05-18T17:30:00Z", "allow"),
        (narrowed, "AROAX:bob@contoso.com", "2026-05-18T17:00:00Z", "allow"),
    ] {
        let context = Context::complete().with("aws:userid", user).with("aws:TokenIssueTime", issued);
        let answer = ask(&[ALL, document], "s3:GetObject", "arn:aws:s3:::b/k", context);
        assert_eq!(word(&answer), expect, "{user} {issued}: {answer:?}");
        if expect == "explicit deny" {
            assert_eq!(answer.decided_by[0].sid.as_deref(), Some("SelvedgeContainment"));
        }
    }
}

/// Every managed policy of the corpus is read without a problem and evaluated
/// without a panic.
#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus lies outside the project")]
fn managed_policies_of_the_corpus() {
    let Some(corpus) = std::env::var_os("SELVEDGE_CORPUS") else {
        eprintln!("skipped 1641 cases: SELVEDGE_CORPUS is not set");
        return;
    };
    let path = std::path::Path::new(&corpus).join("aws_managed_policies/policies.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut count = 0;
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let (policy, problems) = Policy::from_value(&row["document"]);
        assert_eq!(problems, [], "{}", row["arn"]);
        let policies = PolicySet::of_identity([("managed", policy)]);
        for (action, resource) in [("s3:GetObject", "arn:aws:s3:::b/k"), ("ec2:DescribeInstances", "*")] {
            evaluate(&policies, &Request::new(action, resource, Context::complete()));
        }
        count += 1;
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn a_federated_session_may_be_of_the_user_whom_a_policy_names() {
    let (own, session) = ("arn:aws:iam::111111111111:user/U", "arn:aws:sts::111111111111:federated-user/F");
    for (effect, named, identity, expect) in [
        // What a bucket grants or denies to a user counts for whatever session the user opened.
        ("Allow", own, None, "unknown"),
        ("Deny", own, Some(ALL), "unknown"),
        ("Deny", own, None, "implicit deny"),
        ("Allow", "arn:aws:iam::222222222222:user/U", None, "implicit deny"),
        ("Deny", "arn:aws:iam::222222222222:user/U", Some(ALL), "allow"),
        ("Allow", session, None, "allow"),
        ("Deny", session, Some(ALL), "explicit deny"),
        ("Allow", "arn:aws:sts::111111111111:federated-user/G", None, "implicit deny"),
    ] {
        let text = statement(effect, &format!(r#""Principal":{{"AWS":"{named}"}},"Action":"s3:*","Resource":"*""#));
        let (resource, problems) = Policy::parse_as(Kind::Resource, &text);
        assert_eq!(problems, [], "{text}");
        let set = PolicySet {
            identity: identity.iter().map(|text| ("own".into(), Policy::parse(text).0)).collect(),
            session: vec![("session".into(), Policy::parse_as(Kind::Session, ALL).0)],
            resource: Some(("bucket".into(), resource)),
            ..PolicySet::default()
        };
        let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k", Context::complete()).by(session);
        let answer = evaluate(&set, &request.between(None, Some("111111111111")));
        assert_eq!(word(&answer), expect, "{effect} {named} with {identity:?}: {answer:?}");
    }
}

/// What AWS does not take is neither allowed nor denied by what is left of it.
#[test]
fn patterns_that_aws_does_not_take() {
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    for (name, statements, expect) in [
        (
            "an action without a service",
            json!([{"Effect": "Allow", "Action": "GetObject", "Resource": "*"}]),
            "unknown",
        ),
        (
            "beside a good one",
            json!([{"Effect": "Allow", "Action": ["s3:*", "GetObject"], "Resource": "*"}]),
            "unknown",
        ),
        ("in a denial", json!([everything, {"Effect": "Deny", "Action": "GetObject", "Resource": "*"}]), "unknown"),
        ("no ARN", json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "b/k"}]), "unknown"),
        ("no ARN in a denial", json!([everything, {"Effect": "Deny", "Action": "s3:*", "Resource": "b/k"}]), "unknown"),
        ("of another action", json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "b/k"}]), "deny"),
    ] {
        let line = json!({
            "request": {"principal": "arn:aws:iam::111111111111:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
                "context": {}, "principal_account": "111111111111", "resource_account": "111111111111"},
            "policies": {"identity": [{"Version": "2012-10-17", "Statement": statements}]},
        });
        let (answer, problems) = selvedge_access::check::check(&line).unwrap();
        assert_eq!(answer["decision"], expect, "{name}: {answer}");
        assert_eq!(problems.len(), 1, "{name}: {problems:?}");
    }
}

/// Access control lists: who else is let in, and what switches them off.
#[test]
fn lists_of_s3() {
    let (own, other) = ("111111111111", "222222222222");
    let all = "http://acs.amazonaws.com/groups/global/AllUsers";
    let signed = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
    let group = |uri: &str, permission: &str| {
        json!({"Owner": {"ID": "own"}, "Grants": [
        {"Grantee": {"Type": "CanonicalUser", "ID": "own"}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission}]})
    };
    let everything =
        json!([{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]);
    let (key, bucket) = ("arn:aws:s3:::b/k", "arn:aws:s3:::b");
    for (name, who, action, resource, identity, s3, expect) in [
        ("an object for all", None, "s3:GetObject", key, json!([]), json!({"object_acl": group(all, "READ")}), "allow"),
        ("but not to write", None, "s3:PutObject", key, json!([]), json!({"object_acl": group(all, "READ")}), "deny"),
        (
            "which is switched off",
            None,
            "s3:GetObject",
            key,
            json!([]),
            json!({"object_acl": group(all, "READ"), "block_public_access": {"IgnorePublicAcls": true}}),
            "deny",
        ),
        (
            "where lists count for nothing",
            None,
            "s3:GetObject",
            key,
            json!([]),
            json!({"object_acl": group(all, "READ"), "ownership": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}),
            "deny",
        ),
        (
            "where they count",
            None,
            "s3:GetObject",
            key,
            json!([]),
            json!({"object_acl": group(all, "READ"), "ownership": "ObjectWriter"}),
            "allow",
        ),
        (
            "the content of a bucket",
            None,
            "s3:ListBucket",
            bucket,
            json!([]),
            json!({"bucket_acl": group(all, "READ")}),
            "allow",
        ),
        ("is no object", None, "s3:GetObject", key, json!([]), json!({"bucket_acl": group(all, "READ")}), "deny"),
        (
            "whoever signs in: nobody",
            None,
            "s3:GetObject",
            key,
            json!([]),
            json!({"object_acl": group(signed, "READ")}),
            "deny",
        ),
        (
            "whoever signs in: another account",
            Some(other),
            "s3:GetObject",
            key,
            everything.clone(),
            json!({"object_acl": group(signed, "READ")}),
            "allow",
        ),
        (
            "which must allow it, too",
            Some(other),
            "s3:GetObject",
            key,
            json!([]),
            json!({"object_acl": group(signed, "READ")}),
            "deny",
        ),
        (
            "the owner's account by its own policies",
            Some(own),
            "s3:GetObject",
            key,
            json!([]),
            json!({"object_acl": {"Owner": {"ID": "own"}, "Grants": [{"Grantee": {"ID": "own"}, "Permission": "FULL_CONTROL"}]}}),
            "deny",
        ),
        (
            "somebody of whom the number alone is known",
            Some(other),
            "s3:GetObject",
            key,
            everything.clone(),
            json!({"object_acl": {"Owner": {"ID": "own"}, "Grants": [{"Grantee": {"ID": "them"}, "Permission": "READ"}]}}),
            "unknown",
        ),
    ] {
        let principal = who.map_or("anonymous".to_owned(), |account| format!("arn:aws:iam::{account}:user/u"));
        let line = json!({
            "request": {"principal": principal, "action": action, "resource": resource, "context": {}, "principal_account": who, "resource_account": own},
            "policies": {"identity": identity, "s3": s3},
        });
        let (answer, problems) = selvedge_access::check::check(&line).unwrap();
        assert_eq!(answer["decision"], expect, "{name}: {answer}");
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
    let bad = json!({"request": {"principal": "anonymous", "action": "s3:GetObject", "resource": key, "context": {}},
        "policies": {"s3": {"object_acl": {"Grants": [{"Permission": "READ"}]}}}});
    assert_eq!(selvedge_access::check::check(&bad).unwrap_err().at, "/policies/s3/object_acl");
}

/// A root session that `sts:AssumeRoot` opened may what its task policy says.
#[test]
fn sessions_of_root() {
    let task = json!([{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:GetBucketPolicy", "s3:DeleteBucketPolicy"], "Resource": "*"}}]);
    for (name, principal, session, action, expect) in [
        ("root itself", "arn:aws:iam::111111111111:root", json!([]), "s3:PutObject", "allow"),
        ("within the task", "arn:aws:sts::111111111111:assumed-root", task.clone(), "s3:DeleteBucketPolicy", "allow"),
        ("beyond it", "arn:aws:sts::111111111111:assumed-root", task, "s3:PutObject", "deny"),
        ("a task that is not known", "arn:aws:sts::111111111111:assumed-root", json!([]), "s3:PutObject", "unknown"),
    ] {
        let line = json!({
            "request": {"principal": principal, "action": action, "resource": "arn:aws:s3:::b", "context": {}, "principal_account": "111111111111", "resource_account": "111111111111"},
            "policies": {"session": session},
        });
        let (answer, _) = selvedge_access::check::check(&line).unwrap();
        assert_eq!(answer["decision"], expect, "{name}: {answer}");
    }
}
