//! Two policies compared: a table of every construct.

use selvedge_access::compare::{Comparison, Verdict, Witness, compare, kind_of};
use selvedge_access::{Decision, Kind, Policy, PolicySet, Request, evaluate};
use serde_json::{Value, json};

const ALL: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

fn read(text: &str, kind: Kind) -> Policy {
    Policy::parse_as(kind, text).0
}

/// Whether a policy allows a request, by the evaluator: a resource's policy is asked from
/// another account, whose own policies allow everything.
fn allows(policy: &Policy, witness: &Witness) -> Decision {
    let mut request = witness.request();
    let set = if policy.kind.has_principal() {
        request = Request { resource_account: Some("000000000000".into()), ..request };
        let (all, _) = Policy::parse(ALL);
        PolicySet {
            identity: vec![("all".into(), all)],
            resource: Some(("own".into(), policy.clone())),
            ..PolicySet::default()
        }
    } else {
        let own = witness.principal.as_deref().and_then(|arn| arn.split(':').nth(4));
        request = request.between(own, own);
        PolicySet::of_identity([("own", policy.clone())])
    };
    evaluate(&set, &request).decision
}

fn confirm(witness: &Witness, allowing: &Policy, other: &Policy, row: &str) {
    assert_eq!(allows(allowing, witness), Decision::Allow, "{row}: {witness:?} is not allowed");
    assert_eq!(allows(other, witness), Decision::Deny, "{row}: {witness:?} is not refused");
}

/// Both ways round, each witness confirmed.
fn compared(a: &str, b: &str, row: &str) -> Comparison {
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    let kind = |text: &str| value(text).and_then(|value| kind_of(&value)).unwrap_or(Kind::Identity);
    let (a, b) = (read(a, kind(a)), read(b, kind(b)));
    let (found, back) = (compare(&a, &b), compare(&b, &a));
    let turned = match back.verdict {
        Verdict::ALooser => Verdict::BLooser,
        Verdict::BLooser => Verdict::ALooser,
        same => same,
    };
    assert_eq!(found.verdict, turned, "{row}: {found:?} and back {back:?}");
    assert_eq!(found.verdict == Verdict::Unknown, !found.reasons.is_empty(), "{row}: {found:?}");
    if let Some(witness) = &found.a_only {
        confirm(witness, &a, &b, row);
    }
    if let Some(witness) = &found.b_only {
        confirm(witness, &b, &a, row);
    }
    let shows = (found.a_only.is_some(), found.b_only.is_some());
    match found.verdict {
        Verdict::Equivalent => assert_eq!(shows, (false, false), "{row}"),
        Verdict::ALooser => assert_eq!(shows, (true, false), "{row}"),
        Verdict::BLooser => assert_eq!(shows, (false, true), "{row}"),
        Verdict::Incomparable => assert_eq!(shows, (true, true), "{row}"),
        Verdict::Unknown => {}
    }
    found
}

fn document(statements: &[Value]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn allow(action: Value, resource: Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn deny(action: Value, resource: Value) -> Value {
    json!({ "Effect": "Deny", "Action": action, "Resource": resource })
}

/// Allow everything under a condition.
fn under(condition: Value) -> String {
    document(&[json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition })])
}

fn check(table: Vec<(&str, String, String, &str)>) {
    let mut wrong = Vec::new();
    for (row, a, b, expect) in table {
        let found = compared(&a, &b, row);
        if found.verdict.word() != expect {
            wrong.push(format!("{row}: {} for {expect}: {found:?}", found.verdict.word()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn actions() {
    let of = |actions: Value| document(&[allow(actions, json!("*"))]);
    let not = |actions: Value| document(&[json!({"Effect": "Allow", "NotAction": actions, "Resource": "*"})]);
    let all = |effects: &[(&str, &str)]| {
        let each = |(effect, action): &(&str, &str)| json!({"Effect": effect, "Action": action, "Resource": "*"});
        document(&effects.iter().map(each).collect::<Vec<_>>())
    };
    check(vec![
        ("itself", of(json!("s3:Get*")), of(json!("s3:Get*")), "equivalent"),
        ("one and a list of one", of(json!("s3:Get*")), of(json!(["s3:Get*"])), "equivalent"),
        ("order in a list", of(json!(["s3:A", "s3:B"])), of(json!(["s3:B", "s3:A", "s3:B"])), "equivalent"),
        ("case", of(json!("S3:getobject")), of(json!("s3:GetObject")), "equivalent"),
        ("a wildcard and a name", of(json!("s3:Get*")), of(json!("s3:GetObject")), "a-looser"),
        ("a wildcard that swallows a name", of(json!("s3:Get*")), of(json!(["s3:Get*", "s3:GetObject"])), "equivalent"),
        ("names are open", of(json!("s3:*")), of(json!(["s3:Get*", "s3:Put*", "s3:List*", "s3:Delete*"])), "a-looser"),
        ("all services", of(json!("*")), of(json!(["s3:*", "ec2:*"])), "a-looser"),
        ("one character", of(json!("s3:Get?")), of(json!("s3:Get*")), "b-looser"),
        ("a star or one more", of(json!(["s3:Get", "s3:Get?*"])), of(json!("s3:Get*")), "equivalent"),
        ("two stars", of(json!("s3:**")), of(json!("s3:*")), "equivalent"),
        ("stars about a word", of(json!("s3:*Object*")), of(json!(["s3:*Object", "s3:*Object?*"])), "equivalent"),
        ("crossing", of(json!("s3:Get*")), of(json!("s3:*Object")), "incomparable"),
        ("apart", of(json!("s3:Get*")), of(json!("s3:Put*")), "incomparable"),
        ("NotAction as a deny", not(json!("iam:*")), all(&[("Allow", "*"), ("Deny", "iam:*")]), "equivalent"),
        ("NotAction of one", not(json!("iam:*")), of(json!("*")), "b-looser"),
        ("NotAction of more", not(json!(["iam:*", "sts:*"])), not(json!("iam:*")), "b-looser"),
        ("NotAction of nothing left", not(json!("*")), document(&[]), "equivalent"),
        (
            "order of statements",
            all(&[("Allow", "s3:*"), ("Deny", "s3:Put*")]),
            all(&[("Deny", "s3:Put*"), ("Allow", "s3:*")]),
            "equivalent",
        ),
        ("twice the same", all(&[("Allow", "s3:*"), ("Allow", "s3:*")]), of(json!("s3:*")), "equivalent"),
        ("an idle deny", all(&[("Allow", "s3:*"), ("Deny", "ec2:*")]), of(json!("s3:*")), "equivalent"),
        ("a deny of all", all(&[("Allow", "s3:*"), ("Deny", "*")]), document(&[]), "equivalent"),
        (
            "a deny over a deny",
            all(&[("Allow", "*"), ("Deny", "s3:*"), ("Deny", "s3:Get*")]),
            all(&[("Allow", "*"), ("Deny", "s3:*")]),
            "equivalent",
        ),
        (
            "denies that cross",
            all(&[("Allow", "*"), ("Deny", "s3:Get*")]),
            all(&[("Allow", "*"), ("Deny", "s3:*Object")]),
            "incomparable",
        ),
        ("what is served always", of(json!("sts:GetCallerIdentity")), of(json!("sts:*")), "b-looser"),
        ("nothing and nothing", document(&[]), document(&[]), "equivalent"),
        ("nothing and something", document(&[]), of(json!("s3:Get*")), "b-looser"),
        (
            "two statements or two actions",
            all(&[("Allow", "s3:A"), ("Allow", "s3:B")]),
            of(json!(["s3:A", "s3:B"])),
            "equivalent",
        ),
    ]);
}

#[test]
fn resources() {
    let of = |resources: Value| document(&[allow(json!("s3:*"), resources)]);
    let not = |resources: Value| document(&[json!({"Effect": "Allow", "Action": "s3:*", "NotResource": resources})]);
    let arn = |last: &str| json!(format!("arn:aws:s3:::{last}"));
    check(vec![
        ("a bucket and its objects", of(json!(["arn:aws:s3:::b", "arn:aws:s3:::b/*"])), of(arn("b*")), "b-looser"),
        ("a prefix", of(arn("b/*")), of(arn("b/x/*")), "a-looser"),
        ("all and a service", of(json!("*")), of(arn("*")), "a-looser"),
        ("case counts", of(arn("b/A")), of(arn("b/a")), "incomparable"),
        ("one character", of(arn("b/?")), of(arn("b/*")), "b-looser"),
        ("a star stays in its segment", of(json!("arn:aws:sqs:*:1:q")), of(json!("arn:aws:sqs:*:*:q")), "b-looser"),
        (
            "the last segment takes colons",
            of(json!("arn:aws:sns:eu-west-1:1:*")),
            of(json!("arn:aws:sns:eu-west-1:1:*:*")),
            "a-looser",
        ),
        ("short forms are padded", of(json!("arn:aws:s3:::*")), of(json!("arn:aws:s3*")), "b-looser"),
        (
            "NotResource as a deny",
            not(arn("b/*")),
            document(&[allow(json!("s3:*"), json!("*")), deny(json!("s3:*"), arn("b/*"))]),
            "equivalent",
        ),
        ("NotResource of more", not(json!(["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"])), not(arn("b/*")), "b-looser"),
        (
            "actions by resources",
            document(&[allow(json!("s3:Get*"), arn("b/*")), allow(json!("s3:Put*"), arn("c/*"))]),
            of(json!(["arn:aws:s3:::b/*", "arn:aws:s3:::c/*"])),
            "b-looser",
        ),
        (
            "crossed over",
            document(&[allow(json!("s3:Get*"), arn("b/*")), allow(json!("s3:Put*"), arn("c/*"))]),
            document(&[allow(json!("s3:Get*"), arn("c/*")), allow(json!("s3:Put*"), arn("b/*"))]),
            "incomparable",
        ),
        (
            "a part denied",
            document(&[allow(json!("s3:*"), arn("*")), deny(json!("s3:*"), arn("b/secret/*"))]),
            of(arn("*")),
            "b-looser",
        ),
        (
            "what knows no resource",
            document(&[allow(json!("s3:ListAllMyBuckets"), arn("b"))]),
            document(&[]),
            "equivalent",
        ),
        (
            "what knows no resource, on all",
            document(&[allow(json!("s3:ListAllMyBuckets"), json!("*"))]),
            document(&[]),
            "a-looser",
        ),
        (
            "on which the pages contradict",
            document(&[allow(json!("s3:ListAllMyBuckets"), arn("*"))]),
            document(&[]),
            "unknown",
        ),
        (
            "accounts",
            of(json!("arn:aws:iam::*:role/x")),
            of(json!(["arn:aws:iam::111111111111:role/x", "arn:aws:iam::222222222222:role/x"])),
            "a-looser",
        ),
        ("partitions", of(json!("arn:*")), of(json!("arn:aws:*")), "a-looser"),
    ]);
}

#[test]
fn conditions_on_texts() {
    let on = |operator: &str, value: Value| under(json!({ operator: { "aws:PrincipalTag/t": value } }));
    let two = |one: (&str, &str), other: (&str, &str)| {
        under(json!({ (one.0): { "aws:PrincipalTag/t": one.1 }, (other.0): { "aws:PrincipalTag/t": other.1 } }))
    };
    check(vec![
        ("an empty block", under(json!({})), document(&[allow(json!("s3:*"), json!("*"))]), "equivalent"),
        ("a condition narrows", on("StringEquals", json!("a")), under(json!({})), "b-looser"),
        ("like and equals", on("StringLike", json!("a*")), on("StringEquals", json!("abc")), "a-looser"),
        ("like without wildcards", on("StringLike", json!("a")), on("StringEquals", json!("a")), "equivalent"),
        ("a star in equals is a star", on("StringLike", json!("a*")), on("StringEquals", json!("a*")), "a-looser"),
        ("order of values", on("StringEquals", json!(["a", "b"])), on("StringEquals", json!(["b", "a"])), "equivalent"),
        ("fewer values", on("StringEquals", json!("a")), on("StringEquals", json!(["a", "b"])), "b-looser"),
        (
            "case",
            on("StringEqualsIgnoreCase", json!("AB")),
            on("StringEquals", json!(["ab", "AB", "aB", "Ab"])),
            "equivalent",
        ),
        (
            "case of k, of which there are three",
            on("StringEqualsIgnoreCase", json!("k")),
            on("StringEquals", json!(["k", "K"])),
            "a-looser",
        ),
        (
            "not equals takes what lacks it",
            on("StringNotEquals", json!("a")),
            on("StringNotEqualsIfExists", json!("a")),
            "equivalent",
        ),
        ("if exists", on("StringEqualsIfExists", json!("a")), on("StringEquals", json!("a")), "a-looser"),
        ("present", under(json!({"Null": {"k": "false"}})), under(json!({"StringLike": {"k": "*"}})), "equivalent"),
        ("absent", under(json!({"Null": {"k": "true"}})), under(json!({"StringNotLike": {"k": "*"}})), "equivalent"),
        ("absent or not", under(json!({"Null": {"k": ["true", "false"]}})), under(json!({})), "equivalent"),
        (
            "two operators, one key",
            two(("StringLike", "a*"), ("StringNotEquals", "ab")),
            on("StringLike", json!("a*")),
            "b-looser",
        ),
        (
            "two operators that exclude each other",
            two(("StringEquals", "a"), ("StringNotLike", "a*")),
            document(&[]),
            "equivalent",
        ),
        (
            "a key's case",
            under(json!({"StringEquals": {"aws:userid": "a"}})),
            under(json!({"StringEquals": {"AWS:UserId": "a"}})),
            "equivalent",
        ),
        ("an operator's case", on("stringequals", json!("a")), on("StringEquals", json!("a")), "equivalent"),
        (
            "other keys",
            under(json!({"StringEquals": {"k": "a"}})),
            under(json!({"StringEquals": {"l": "a"}})),
            "incomparable",
        ),
        ("Bool in any case", on("Bool", json!("True")), on("Bool", json!(true)), "equivalent"),
        ("Bool and text", on("Bool", json!("true")), on("StringEquals", json!("true")), "a-looser"),
        ("Bool and not false", on("Bool", json!("true")), on("StringNotEquals", json!("false")), "b-looser"),
        ("binary", on("BinaryEquals", json!("QQ==")), on("BinaryEquals", json!("QQ")), "equivalent"),
        (
            "ArnLike is ArnEquals",
            on("ArnLike", json!("arn:aws:iam::*:role/*")),
            on("ArnEquals", json!("arn:aws:iam::*:role/*")),
            "equivalent",
        ),
        (
            "ArnLike by segment",
            on("ArnLike", json!("arn:aws:iam::*:role/x")),
            on("StringLike", json!("arn:aws:iam::*:role/x")),
            "b-looser",
        ),
        ("no such operator", on("StringIs", json!("a")), on("StringEquals", json!("a")), "unknown"),
        ("no such operator, but the same", on("StringIs", json!("a")), on("StringIs", json!("a")), "equivalent"),
        (
            "no such operator, idle",
            document(&[
                json!({"Effect": "Allow", "Action": "s3:A", "Resource": "*", "Condition": {"StringIs": {"k": "a"}}}),
                allow(json!("s3:*"), json!("*")),
            ]),
            document(&[allow(json!("s3:*"), json!("*"))]),
            "equivalent",
        ),
    ]);
}

#[test]
fn conditions_on_numbers_dates_and_addresses() {
    let number = |operator: &str, value: Value| under(json!({ operator: { "s3:max-keys": value } }));
    let date = |operator: &str, value: &str| under(json!({ operator: { "aws:CurrentTime": value } }));
    let ip = |operator: &str, value: Value| under(json!({ operator: { "aws:SourceIp": value } }));
    check(vec![
        ("numbers", number("NumericLessThan", json!("10")), number("NumericLessThan", json!("9.5")), "a-looser"),
        ("notations", number("NumericEquals", json!(5)), number("NumericEquals", json!("05.0")), "equivalent"),
        (
            "equals or less",
            number("NumericLessThanEquals", json!("10")),
            number("NumericLessThan", json!("10")),
            "a-looser",
        ),
        ("between", number("NumericGreaterThan", json!("1")), number("NumericLessThan", json!("5")), "incomparable"),
        (
            "not less",
            number("NumericGreaterThanEquals", json!("-1.5")),
            number("NumericGreaterThan", json!("-1.5")),
            "a-looser",
        ),
        (
            "not equals lets texts through",
            number("NumericNotEquals", json!("1")),
            under(json!({"Null": {"s3:max-keys": "false"}})),
            "incomparable",
        ),
        ("no number", number("NumericLessThan", json!("ten")), number("NumericLessThan", json!("10")), "unknown"),
        ("numbers as texts", number("NumericEquals", json!("5")), number("StringEquals", json!("5")), "a-looser"),
        (
            "dates in other words",
            date("DateLessThan", "2026-05-18T17:21:16Z"),
            date("DateLessThan", "1779124876"),
            "equivalent",
        ),
        (
            "dates with an offset",
            date("DateLessThan", "2026-05-18T19:21:16+02:00"),
            date("DateLessThan", "2026-05-18T17:21:16Z"),
            "equivalent",
        ),
        (
            "a second later",
            date("DateLessThan", "2026-05-18T17:21:17Z"),
            date("DateLessThan", "2026-05-18T17:21:16Z"),
            "a-looser",
        ),
        (
            "less than or equal",
            date("DateLessThanEquals", "2026-05-18T17:21:16Z"),
            date("DateLessThan", "2026-05-18T17:21:16Z"),
            "a-looser",
        ),
        (
            "halves",
            ip("IpAddress", json!("10.0.0.0/8")),
            ip("IpAddress", json!(["10.0.0.0/9", "10.128.0.0/9"])),
            "equivalent",
        ),
        ("a half", ip("IpAddress", json!("10.0.0.0/8")), ip("IpAddress", json!("10.0.0.0/9")), "a-looser"),
        (
            "bits behind the prefix",
            ip("IpAddress", json!("10.1.2.3/8")),
            ip("IpAddress", json!("10.0.0.0/8")),
            "equivalent",
        ),
        ("one address", ip("IpAddress", json!("10.0.0.1")), ip("IpAddress", json!("10.0.0.1/32")), "equivalent"),
        (
            "IPv6",
            ip("IpAddress", json!("2001:db8::/32")),
            ip("IpAddress", json!(["2001:db8::/33", "2001:db8:8000::/33"])),
            "equivalent",
        ),
        (
            "IPv4 is not IPv6",
            ip("IpAddress", json!("0.0.0.0/0")),
            ip("IpAddress", json!(["0.0.0.0/0", "::/0"])),
            "b-looser",
        ),
        ("NotIpAddress", ip("NotIpAddress", json!("10.0.0.0/8")), ip("NotIpAddress", json!("10.0.0.0/9")), "b-looser"),
        (
            "a missing address",
            document(&[
                allow(json!("s3:*"), json!("*")),
                json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}),
            ]),
            ip("IpAddress", json!("10.0.0.0/8")),
            "equivalent",
        ),
        (
            "a missing address, if it exists",
            document(&[
                allow(json!("s3:*"), json!("*")),
                json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"NotIpAddressIfExists": {"aws:SourceIp": "10.0.0.0/8"}}}),
            ]),
            ip("IpAddress", json!("10.0.0.0/8")),
            "equivalent",
        ),
        ("a block and a text", ip("IpAddress", json!("10.0.0.0/8")), ip("StringLike", json!("10.*")), "unknown"),
    ]);
}

#[test]
fn sets_of_values() {
    let on = |operator: &str, value: Value| under(json!({ operator: { "aws:TagKeys": value } }));
    let both = |value: &str| {
        under(json!({"ForAllValues:StringEquals": {"aws:TagKeys": value}, "Null": {"aws:TagKeys": "false"}}))
    };
    check(vec![
        (
            "all of more",
            on("ForAllValues:StringEquals", json!(["a", "b"])),
            on("ForAllValues:StringEquals", json!("a")),
            "a-looser",
        ),
        (
            "any of more",
            on("ForAnyValue:StringEquals", json!(["a", "b"])),
            on("ForAnyValue:StringEquals", json!("a")),
            "a-looser",
        ),
        (
            "all and any",
            on("ForAllValues:StringEquals", json!("a")),
            on("ForAnyValue:StringEquals", json!("a")),
            "incomparable",
        ),
        ("all, and there is one", both("a"), on("ForAnyValue:StringEquals", json!("a")), "b-looser"),
        (
            "any of two is no two anys",
            on("ForAnyValue:StringEquals", json!(["a", "b"])),
            under(
                json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b"}}),
            ),
            "a-looser",
        ),
        (
            "none is not one of",
            document(&[
                allow(json!("s3:*"), json!("*")),
                json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": "a"}}}),
            ]),
            on("ForAllValues:StringEquals", json!("a")),
            "equivalent",
        ),
        (
            "Null of a set operator",
            under(json!({"ForAllValues:Null": {"aws:TagKeys": "false"}})),
            under(json!({"Null": {"aws:TagKeys": "false"}})),
            "equivalent",
        ),
        ("one value or several", on("StringEquals", json!("a")), on("ForAnyValue:StringEquals", json!("a")), "unknown"),
    ]);
}

#[test]
fn variables() {
    let of = |resource: &str| document(&[allow(json!("s3:*"), json!(resource))]);
    let old = |resource: &str| of(resource).replace("2012-10-17", "2008-10-17");
    let home = "arn:aws:s3:::b/${aws:username}/*";
    let with = |resource: &str, more: Value| document(&[allow(json!("s3:*"), json!(resource)), more]);
    let tag = |value: &str| under(json!({"StringEquals": {"aws:ResourceTag/o": value}}));
    check(vec![
        ("the same variable", of(home), of(home), "equivalent"),
        ("a variable and all", of(home), of("arn:aws:s3:::b/*"), "b-looser"),
        ("two variables", of(home), of("arn:aws:s3:::b/${aws:userid}/*"), "incomparable"),
        ("one name more", of(home), with(home, allow(json!("s3:*"), json!("arn:aws:s3:::b/bob/*"))), "b-looser"),
        ("one name less", of(home), with(home, deny(json!("s3:*"), json!("arn:aws:s3:::b/bob/*"))), "a-looser"),
        ("the old version has none", of(home), old(home), "incomparable"),
        ("a literal star", of("arn:aws:s3:::b/${*}"), of("arn:aws:s3:::b/*"), "b-looser"),
        ("versions without variables", of("arn:aws:s3:::b/*"), old("arn:aws:s3:::b/*"), "equivalent"),
        ("in values", tag("${aws:username}"), tag("${aws:username}"), "equivalent"),
        ("in other values", tag("${aws:username}"), tag("${aws:userid}"), "incomparable"),
        (
            "a value narrower than present",
            tag("${aws:username}"),
            under(json!({"Null": {"aws:ResourceTag/o": "false"}})),
            "b-looser",
        ),
        ("an unclosed variable", of("arn:aws:s3:::b/${aws:username"), of("arn:aws:s3:::b/x"), "unknown"),
        ("a default", of("arn:aws:s3:::b/${aws:username, 'x'}"), of("arn:aws:s3:::b/${aws:username}"), "unknown"),
    ]);
}

#[test]
fn policies_of_resources() {
    let of = |principal: Value| {
        document(&[
            json!({"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}),
        ])
    };
    let aws = |name: &str| of(json!({ "AWS": name }));
    let but = |principal: Value| {
        document(&[
            json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}),
            json!({"Effect": "Deny", "Principal": principal, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}),
        ])
    };
    let trust =
        |principal: Value| document(&[json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})]);
    let user = "arn:aws:iam::111111111111:user/u";
    check(vec![
        ("anybody", of(json!("*")), of(json!({"AWS": "*"})), "equivalent"),
        ("an account by number", aws("111111111111"), aws("arn:aws:iam::111111111111:root"), "equivalent"),
        ("an account and a user", aws("111111111111"), aws(user), "a-looser"),
        ("anybody and an account", of(json!("*")), aws("111111111111"), "a-looser"),
        ("two accounts", aws("111111111111"), aws("222222222222"), "incomparable"),
        ("one of two", of(json!({"AWS": [user, "222222222222"]})), aws(user), "a-looser"),
        ("one that is swallowed", of(json!({"AWS": [user, "111111111111"]})), aws("111111111111"), "equivalent"),
        (
            "a role and its session",
            aws("arn:aws:iam::111111111111:role/r"),
            aws("arn:aws:sts::111111111111:assumed-role/r/s"),
            "a-looser",
        ),
        (
            "a service",
            of(json!({"Service": "lambda.amazonaws.com"})),
            of(json!({"Service": "ec2.amazonaws.com"})),
            "incomparable",
        ),
        ("a service and anybody", of(json!({"Service": "lambda.amazonaws.com"})), of(json!("*")), "b-looser"),
        ("a denied user", but(json!({"AWS": user})), of(json!("*")), "b-looser"),
        ("a denied account", but(json!({"AWS": "111111111111"})), but(json!({"AWS": user})), "b-looser"),
        ("trust", trust(json!({"AWS": "111111111111"})), trust(json!({"AWS": user})), "a-looser"),
        (
            "trust of a provider",
            trust(json!({"Federated": "arn:aws:iam::111111111111:saml-provider/p"})),
            trust(json!({"AWS": user})),
            "incomparable",
        ),
        ("a unique id", aws("AIDAEXAMPLE"), aws("AIDAEXAMPLE"), "equivalent"),
        ("two unique ids", aws("AIDAEXAMPLE"), aws("AIDAOTHER"), "incomparable"),
        ("canonical users", of(json!({"CanonicalUser": "0123"})), of(json!({"AWS": user})), "unknown"),
        (
            "canonical users, the same",
            of(json!({"CanonicalUser": "0123"})),
            of(json!({"CanonicalUser": "0123"})),
            "equivalent",
        ),
        ("of other kinds", of(json!("*")), ALL.to_owned(), "unknown"),
    ]);
}

#[test]
fn what_cannot_be_read_is_unknown() {
    for text in [
        "{",
        r#"{"Statement":[{"Effect":"Deny"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"x","Resource":"*"}]}"#,
    ] {
        let found = compared(text, ALL, text);
        assert_eq!(found.verdict, Verdict::Unknown, "{text}");
        assert_eq!(compared(text, text, text).verdict, Verdict::Unknown, "{text}");
    }
}

/// Statements each with conditions of their own: twenty of them are no great thing.
#[test]
fn many_statements_end() {
    let one = |number: usize| {
        json!({"Effect": "Allow", "Action": format!("s3:Get{number}*"), "Resource": format!("arn:aws:s3:::b{number}/*"),
               "Condition": {"StringLike": {format!("aws:RequestTag/{}", number % 5): format!("v{number}*")},
                             "IpAddress": {"aws:SourceIp": format!("10.{number}.0.0/16")}}})
    };
    let all: Vec<Value> = (0..60).map(one).collect();
    let fewer: Vec<Value> = (1..60).map(one).collect();
    assert_eq!(compared(&document(&all), &document(&fewer), "many").verdict, Verdict::ALooser);
    assert_eq!(compared(&document(&all), &document(&all), "many").verdict, Verdict::Equivalent);
    let mut denied = all.clone();
    denied.extend((0..30).map(|number| {
        json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*",
               "Condition": {"StringNotLike": {"aws:PrincipalTag/t": format!("*{number}")}, "Bool": {format!("k{number}"): "true"}}})
    }));
    assert_eq!(compared(&document(&denied), &document(&all), "many").verdict, Verdict::BLooser);
}
