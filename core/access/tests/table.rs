//! The compiled form answers as the evaluator does.

use proptest::prelude::*;
use selvedge_access::policy::Kind;
use selvedge_access::table::{Member, Table};
use selvedge_access::{Context, Policy, PolicySet};
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";

fn statement() -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec![
        "s3:GetObject",
        "s3:Get*",
        "s3:*",
        "*",
        "sqs:*",
        "s3:?etObject",
        "sts:AssumeRole",
        "kms:*",
    ]);
    let resource = prop::sample::select(vec![
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::b/a",
        "arn:aws:s3:::${aws:username}/*",
        "arn:aws:s3*",
        "arn:aws:sqs:*:111122223333:q*",
    ]);
    let condition = prop::sample::select(vec![
        json!(null),
        json!(null),
        json!(null),
        json!({"StringEquals": {"aws:PrincipalTag/team": "a"}}),
        json!({"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        json!({"Odd": {"k:k": "x"}}),
    ]);
    (prop::bool::weighted(0.75), prop::bool::weighted(0.85), prop::bool::weighted(0.9), action, resource, condition)
        .prop_map(|(allow, only, on, action, resource, condition)| {
            let mut one = json!({"Effect": if allow { "Allow" } else { "Deny" }});
            one[if only { "Action" } else { "NotAction" }] = json!(action);
            one[if on { "Resource" } else { "NotResource" }] = json!(resource);
            if !condition.is_null() {
                one["Condition"] = condition;
            }
            one
        })
}

fn policy(kind: Kind) -> impl Strategy<Value = (String, Policy)> {
    prop::collection::vec(statement(), 0..4).prop_map(move |statements| {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        (format!("{kind:?}"), Policy::read(kind, &document).0)
    })
}

fn member() -> impl Strategy<Value = Member> {
    let scps = prop::collection::vec(prop::collection::vec(policy(Kind::ServiceControl), 1..3), 0..3);
    let who =
        prop::sample::select(vec!["user/u", "role/r", "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"]);
    (
        who,
        prop::sample::select(vec![ACCOUNT, "444455556666"]),
        prop::collection::vec(policy(Kind::Identity), 0..3),
        prop::option::weighted(0.3, policy(Kind::Boundary)),
        scps,
        prop::option::weighted(0.15, policy(Kind::Session)),
        prop::option::weighted(0.5, Just("a")),
    )
        .prop_map(|(who, account, identity, boundary, scps, session, team)| {
            let policies =
                PolicySet { identity, boundary, scps, session: session.into_iter().collect(), ..PolicySet::default() };
            let context = Context::open().with("aws:PrincipalAccount", account);
            let context = team.map_or(context.clone(), |team| context.with("aws:PrincipalTag/team", team));
            Member { arn: format!("arn:aws:iam::{account}:{who}"), account: account.into(), policies, context }
        })
}

#[expect(clippy::disallowed_methods, reason = "how often a property is tried is for the caller to say")]
fn cases() -> u32 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_table_answers_as_the_evaluator(members in prop::collection::vec(member(), 1..5)) {
        let table = Table::new(&members);
        for action in ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "sts:AssumeRole", "kms:Decrypt", "sts:GetCallerIdentity"] {
            let asked = table.action(action);
            for resource in ["arn:aws:s3:::b/a", "arn:aws:s3:::u/x", "arn:aws:sqs:eu-west-1:111122223333:q1", "arn:aws:iam::111122223333:role/r", "arn:aws:kms:eu-west-1:111122223333:key/k", "*"] {
                let column = asked.on(resource, ACCOUNT);
                for (at, member) in members.iter().enumerate() {
                    let quick = column.decide(at).unwrap();
                    let slow = column.explain(at).unwrap();
                    prop_assert_eq!(&quick, &(slow.decision, slow.reason), "{} on {} by {}", action, resource, member.arn);
                }
            }
        }
    }
}

#[test]
fn equal_documents_are_one() {
    let one = || {
        (
            "p".to_owned(),
            Policy::parse(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#)
                .0,
        )
    };
    let member = |n: u8| Member {
        arn: format!("arn:aws:iam::{ACCOUNT}:user/u{n}"),
        account: ACCOUNT.into(),
        policies: PolicySet { identity: vec![one()], ..PolicySet::default() },
        context: Context::open(),
    };
    let members: Vec<Member> = (0..50).map(member).collect();
    let table = Table::new(&members);
    assert_eq!(table.documents(), 1);
    assert_eq!(table.action("s3:GetObject").on("arn:aws:s3:::b/k", ACCOUNT).who_can().count(), 50);
    assert_eq!(table.action("ec2:RunInstances").on("*", ACCOUNT).who_can().count(), 0);
}
