//! Comparing policies: a table, and random small policies against all requests of a small world.

use proptest::prelude::*;
use selvedge_access::compare::{Comparison, Verdict, Witness, compare};
use selvedge_access::policy::Kind;
use selvedge_access::{Context, Policy, PolicySet, Request, evaluate};
use serde_json::{Value, json};

fn policy(document: &Value) -> Policy {
    let kind = if document.to_string().contains("Principal\"") { Kind::Resource } else { Kind::Identity };
    Policy::read(kind, document).0
}

fn with(statements: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// An Allow with everything that is not given.
fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn when(condition: Value) -> Value {
    let mut one = allow("s3:*", "*");
    one["Condition"] = condition;
    one
}

fn check(a: &Value, b: &Value, expect: Verdict) -> Comparison {
    let got = compare(&policy(a), &policy(b));
    assert_eq!(got.verdict, expect, "{a}\n{b}\n{got:?}");
    let turned = compare(&policy(b), &policy(a));
    let mirrored = match expect {
        Verdict::ALooser => Verdict::BLooser,
        Verdict::BLooser => Verdict::ALooser,
        same => same,
    };
    assert_eq!(turned.verdict, mirrored, "{b}\n{a}");
    got
}

const SAME: Verdict = Verdict::Equivalent;
const A: Verdict = Verdict::ALooser;
const B: Verdict = Verdict::BLooser;
const BOTH: Verdict = Verdict::Incomparable;

#[test]
fn actions_and_resources() {
    let s3 = "arn:aws:s3:::b/*";
    for (a, b, expect) in [
        (json!([allow("s3:GetObject", s3)]), json!([allow("S3:getobject", s3)]), SAME),
        (json!([allow("s3:*", "*")]), json!([allow("s3:Get*", "*")]), A),
        (json!([allow("s3:*", "*")]), json!([allow("s3:Get*", "*"), allow("s3:*", "*")]), SAME),
        (json!([allow("s3:Get*", "*")]), json!([allow("s3:Put*", "*")]), BOTH),
        (json!([allow("s3:Get*", "*")]), json!([allow("s3:*Object", "*")]), BOTH),
        (json!([allow("s3:GetObject?", "*")]), json!([allow("s3:GetObject*", "*")]), B),
        (json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]), json!([allow("*", "*")]), B),
        (
            json!([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
            json!([allow("*", "*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]),
            SAME,
        ),
        (
            json!([allow("s3:*", "arn:aws:s3:::b"), allow("s3:*", s3)]),
            json!([{"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", s3]}]),
            SAME,
        ),
        (json!([allow("s3:*", s3)]), json!([allow("s3:*", "arn:aws:s3:::b/x/*")]), A),
        (json!([allow("s3:*", "arn:aws:s3:::b*")]), json!([allow("s3:*", s3)]), A),
        (json!([allow("s3:*", "*")]), json!([{"Effect": "Allow", "Action": "s3:*", "NotResource": s3}]), A),
        (
            json!([allow("s3:*", "*"), {"Effect": "Deny", "Action": "s3:*", "Resource": s3}]),
            json!([{"Effect": "Allow", "Action": "s3:*", "NotResource": s3}]),
            SAME,
        ),
        (json!([allow("sqs:*", "arn:aws:sqs:*:1:q")]), json!([allow("sqs:*", "arn:aws:sqs:eu-west-1:1:q")]), A),
        (json!([allow("s3:*", "arn:aws:s3*")]), json!([allow("s3:*", "arn:aws:s3:*:*:*")]), A),
        (json!([allow("s3:GetObject", "arn:aws:s3:::B/*")]), json!([allow("s3:GetObject", s3)]), BOTH),
        (json!([]), json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}]), SAME),
        (json!([allow("s3:*", "*"), {"Effect": "Deny", "Action": "*", "Resource": "*"}]), json!([]), SAME),
        (json!([allow("s3:ListAllMyBuckets", "arn:aws:s3:::b")]), json!([]), SAME),
        (json!([allow("s3:ListAllMyBuckets", "*")]), json!([]), A),
        // Lists of names never make up a wildcard: names are added to it.
        (
            json!([{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}]),
            json!([allow("s3:*Object", "*")]),
            B,
        ),
        (json!([allow("s3:a*", "*"), allow("s3:*b", "*")]), json!([allow("s3:*b", "*"), allow("s3:a*", "*")]), SAME),
        (json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, allow("*", "*")]), json!([allow("*", "*")]), B),
    ] {
        check(&with(a), &with(b), expect);
    }
}

#[test]
fn conditions() {
    for (a, b, expect) in [
        (
            json!({"StringEquals": {"aws:PrincipalTag/t": "x"}}),
            json!({"StringEquals": {"AWS:principaltag/t": ["x"]}}),
            SAME,
        ),
        (json!({"StringEquals": {"k:k": ["a", "b"]}}), json!({"StringEquals": {"k:k": "a"}}), A),
        (json!({"StringLike": {"k:k": "a*"}}), json!({"StringEquals": {"k:k": "ab"}}), A),
        (json!({"StringLike": {"k:k": "a*"}}), json!({"StringLike": {"k:k": ["a?*", "a"]}}), SAME),
        (json!({"StringEqualsIgnoreCase": {"k:k": "Ab"}}), json!({"StringEquals": {"k:k": "ab"}}), A),
        (json!({"StringNotEquals": {"k:k": "a"}}), json!({"StringEquals": {"k:k": "b"}}), A),
        (json!({"StringNotEquals": {"k:k": "a"}}), json!({"StringNotEquals": {"k:k": ["a", "b"]}}), A),
        (json!({"StringEqualsIfExists": {"k:k": "a"}}), json!({"StringEquals": {"k:k": "a"}}), A),
        (json!({"StringEquals": {"k:k": "a"}}), json!({"StringEquals": {"k:k": "a"}, "Null": {"k:k": "false"}}), SAME),
        (json!({"Null": {"k:k": "true"}}), json!({"Null": {"k:k": "false"}}), BOTH),
        (json!({"NumericLessThan": {"k:k": "10"}}), json!({"NumericLessThan": {"k:k": "9.5"}}), A),
        (json!({"NumericLessThan": {"k:k": "10"}}), json!({"NumericLessThan": {"k:k": "10.0"}}), SAME),
        (json!({"NumericLessThanEquals": {"k:k": "10"}}), json!({"NumericLessThan": {"k:k": "10"}}), A),
        (json!({"NumericGreaterThan": {"k:k": "3"}}), json!({"NumericLessThan": {"k:k": "5"}}), BOTH),
        (
            json!({"DateLessThan": {"k:k": "2026-01-01T00:00:00Z"}}),
            json!({"DateLessThan": {"k:k": "1767225600"}}),
            SAME,
        ),
        (
            json!({"DateLessThan": {"k:k": "2026-01-01T00:00:00Z"}}),
            json!({"DateLessThan": {"k:k": "2026-01-02T00:00:00Z"}}),
            B,
        ),
        (json!({"Bool": {"k:k": "True"}}), json!({"Bool": {"k:k": "true"}}), SAME),
        (json!({"Bool": {"k:k": "true"}}), json!({"BoolIfExists": {"k:k": "true"}}), B),
        (
            json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
            json!({"IpAddress": {"aws:SourceIp": ["10.0.0.0/9", "10.128.0.0/9"]}}),
            SAME,
        ),
        (json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/9"}}), A),
        (json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), json!({}), B),
        (
            json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
            json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/16"}}),
            B,
        ),
        (
            json!({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}),
            json!({"IpAddress": {"aws:SourceIp": "2001:db8::/33"}}),
            A,
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}),
            json!({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::1:role/r"}}),
            A,
        ),
        (
            json!({"ArnLike": {"k:k": "arn:aws:iam::1:role/*"}}),
            json!({"ArnEquals": {"k:k": "arn:aws:iam::1:role/*"}}),
            SAME,
        ),
        (json!({"BinaryEquals": {"k:k": "eA=="}}), json!({"BinaryEquals": {"k:k": "eQ=="}}), BOTH),
        (
            json!({"ForAnyValue:StringEquals": {"k:k": ["a", "b"]}}),
            json!({"ForAnyValue:StringEquals": {"k:k": "a"}}),
            A,
        ),
        (
            json!({"ForAllValues:StringEquals": {"k:k": ["a", "b"]}}),
            json!({"ForAllValues:StringEquals": {"k:k": "a"}}),
            A,
        ),
        (json!({"ForAllValues:StringEquals": {"k:k": "a"}}), json!({"ForAnyValue:StringEquals": {"k:k": "a"}}), BOTH),
        (
            json!({"ForAllValues:StringEquals": {"k:k": "a"}, "Null": {"k:k": "false"}}),
            json!({"ForAnyValue:StringEquals": {"k:k": "a"}}),
            B,
        ),
        (json!({"StringEquals": {"k:k": "a", "k:l": "b"}}), json!({"StringEquals": {"k:k": "a"}}), B),
        (json!({}), json!({"StringEquals": {"k:k": "a"}}), A),
        (json!({"StringEquals": {"k:k": ""}}), json!({"StringEquals": {"k:k": "a"}}), BOTH),
    ] {
        let one = |condition: &Value| {
            let mut one = when(condition.clone());
            if condition == &json!({}) {
                one.as_object_mut().unwrap().remove("Condition");
            }
            with(json!([one]))
        };
        check(&one(&a), &one(&b), expect);
    }
}

#[test]
fn variables() {
    let home = "arn:aws:s3:::b/${aws:username}/*";
    let same = |a: &str, b: &str, expect| {
        check(&with(json!([allow("s3:*", a)])), &with(json!([allow("s3:*", b)])), expect);
    };
    same(home, home, SAME);
    same("arn:aws:s3:::b/*", home, A);
    let old = json!({"Version": "2008-10-17", "Statement": [allow("s3:*", home)]});
    check(&old, &with(json!([allow("s3:*", home)])), BOTH);
    // What one has as a literal the other's variable may be.
    let got = compare(
        &policy(&with(json!([allow("s3:*", home)]))),
        &policy(&with(json!([allow("s3:*", "arn:aws:s3:::b/bob/*")]))),
    );
    assert_eq!(got.verdict, Verdict::Incomparable, "{got:?}");
}

#[test]
fn principals() {
    let of = |principal: Value| {
        with(
            json!([{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]),
        )
    };
    let user = "arn:aws:iam::111122223333:user/u";
    for (a, b, expect) in [
        (json!("*"), json!({"AWS": "*"}), SAME),
        (json!("*"), json!({"AWS": user}), A),
        (json!({"AWS": "111122223333"}), json!({"AWS": "arn:aws:iam::111122223333:root"}), SAME),
        (json!({"AWS": "111122223333"}), json!({"AWS": user}), A),
        (json!({"AWS": user}), json!({"Service": "logs.amazonaws.com"}), BOTH),
        (json!({"AWS": [user, "444455556666"]}), json!({"AWS": user}), A),
    ] {
        check(&of(a), &of(b), expect);
    }
}

#[test]
fn what_cannot_be_read_or_is_too_much_is_not_decided() {
    let odd = with(json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Odd": {"k:k": "x"}}}]));
    let plain = with(json!([allow("s3:*", "*")]));
    assert_eq!(compare(&policy(&odd), &policy(&plain)).verdict, Verdict::Unknown);
    // Whatever it means, it means the same in both.
    assert_eq!(compare(&policy(&odd), &policy(&odd)).verdict, Verdict::Equivalent);
    let many: Vec<Value> = (0..14)
        .map(|n| allow(&format!("s3:*{}{}*", "abcdefghijklmnop".chars().nth(n).unwrap(), "?".repeat(14)), "*"))
        .collect();
    assert_eq!(compare(&policy(&with(json!(many))), &policy(&with(json!([])))).verdict, Verdict::Unknown);
}

#[test]
fn told_as_json() {
    let told = |a: &str, b: &str| {
        let of = |action: &str| policy(&with(json!([allow(action, "*")])));
        compare(&of(a), &of(b)).to_json()
    };
    let found = told("s3:*", "s3:Get*");
    assert_eq!((&found["verdict"], &found["witness"]["allowed_by"]), (&json!("a-looser"), &json!("a")));
    let found = told("s3:Put*", "s3:Get*");
    assert_eq!(found["witness"]["a_only"]["allowed_by"], json!("a"));
    assert_eq!(found["witness"]["b_only"]["action"], json!("s3:Get"));
    assert_eq!(told("*", "*"), json!({"verdict": "equivalent", "witness": null}));
}

/// A small world: every request there is in it.
fn requests() -> Vec<Request> {
    let mut out = Vec::new();
    for action in ["s:a", "s:b", "s:ab", "s:ba", "s:abc", "s:zz", "t:a"] {
        for resource in ["a", "b", "ab", "a/b", "zz"] {
            for k in [None, Some("1"), Some("2"), Some("12"), Some("zz")] {
                for l in [None, Some("10.0.0.1"), Some("10.200.0.1"), Some("11.0.0.1")] {
                    let mut context = Context::complete();
                    context = k.map_or(context.clone(), |k| context.with("k:k", k));
                    context = l.map_or(context.clone(), |l| context.with("aws:SourceIp", l));
                    out.push(Request::new(action, format!("arn:aws:s:::{resource}"), context));
                }
            }
        }
    }
    out
}

fn statement() -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec!["s:a", "s:a*", "s:*b", "s:?", "*", "s:*", "t:*", "s:ab"]);
    let resource =
        prop::sample::select(vec!["*", "arn:aws:s:::a", "arn:aws:s:::a*", "arn:aws:s:::*b", "arn:aws:s:::?"]);
    let condition = prop::sample::select(vec![
        json!({}),
        json!({"StringEquals": {"k:k": "1"}}),
        json!({"StringLike": {"k:k": "1*"}}),
        json!({"StringNotEquals": {"k:k": ["1", "2"]}}),
        json!({"StringEqualsIfExists": {"k:k": "2"}}),
        json!({"Null": {"k:k": "true"}}),
        json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/9"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        json!({"StringEquals": {"k:k": "1"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    ]);
    (prop::bool::weighted(0.7), prop::bool::weighted(0.8), prop::bool::weighted(0.85), action, resource, condition)
        .prop_map(|(allow, only, on, action, resource, condition)| {
            let mut one = json!({"Effect": if allow { "Allow" } else { "Deny" }});
            one[if only { "Action" } else { "NotAction" }] = json!(action);
            one[if on { "Resource" } else { "NotResource" }] = json!(resource);
            if condition != json!({}) {
                one["Condition"] = condition;
            }
            one
        })
}

fn document() -> impl Strategy<Value = Value> {
    prop::collection::vec(statement(), 1..4).prop_map(|statements| with(json!(statements)))
}

fn allows(policy: &Policy, request: &Request) -> bool {
    evaluate(&PolicySet::of_identity([("p", policy.clone())]), request).is_allow()
}

fn confirm(witness: Option<&Witness>, by: &str, a: &Policy, b: &Policy) {
    let Some(witness) = witness else { return };
    let context = witness
        .context
        .iter()
        .fold(Context::complete(), |context, (key, values)| context.with_all(key, values.clone()));
    let request = Request::new(witness.action.clone(), witness.resource.clone(), context);
    let (by_a, by_b) = (allows(a, &request), allows(b, &request));
    assert_eq!((by_a, by_b), (by == "a", by == "b"), "{witness:?}");
}

#[expect(clippy::disallowed_methods, reason = "tests: the number of cases")]
fn cases() -> u32 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever differs in the small world is found, and what is found differs.
    #[test]
    fn nothing_of_a_small_world_is_missed(a in document(), b in document()) {
        let (pa, pb) = (policy(&a), policy(&b));
        let got = compare(&pa, &pb);
        prop_assert_ne!(got.verdict, Verdict::Unknown, "{:?}", got);
        confirm(got.a_only.as_ref(), "a", &pa, &pb);
        confirm(got.b_only.as_ref(), "b", &pa, &pb);
        for request in requests() {
            let (by_a, by_b) = (allows(&pa, &request), allows(&pb, &request));
            if by_a && !by_b {
                prop_assert!(got.a_only.is_some(), "{:?} {}", request, a);
            }
            if by_b && !by_a {
                prop_assert!(got.b_only.is_some(), "{:?} {}", request, b);
            }
        }
    }
}
