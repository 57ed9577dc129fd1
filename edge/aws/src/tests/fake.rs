//! The client against a scripted server: paging, retries, and what becomes of a
//! mutation when the network misbehaves.

use super::script::{Script, Step};
use super::support::{StillClock, config, connect, keys};
use crate::{AwsAccount, AwsCloud};
use selvedge_ports::actions::{Answer, AwsMutation, AwsRead, GraphMutation, GraphRead, Mutation, Read};
use selvedge_ports::{Canary, CloudErrorKind, CloudRead, Outcome, Probe};
use std::collections::BTreeMap;
use std::sync::Arc;

const ACCOUNT: &str = "111122223333";

fn ok(body: &str) -> Step {
    Step::Reply(200, vec![], body.into())
}

fn error(status: u16, code: &str) -> Step {
    Step::Reply(status, vec![], error_body(code, "m"))
}

fn error_body(code: &str, message: &str) -> String {
    format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>")
}

fn caller(account: &str) -> Step {
    ok(&format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    ))
}

fn page(names: &[&str], next: Option<&str>) -> Step {
    let members: String = names.iter().map(|name| format!("<member>{name}</member>")).collect();
    let rest = next.map(|m| format!("<IsTruncated>true</IsTruncated><Marker>{m}</Marker>")).unwrap_or_default();
    ok(&format!(
        "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames>{members}</PolicyNames>{rest}</ListRolePoliciesResult></ListRolePoliciesResponse>"
    ))
}

fn document(encoded: &str) -> Step {
    ok(&format!(
        "<GetRolePolicyResponse><GetRolePolicyResult><PolicyDocument>{encoded}</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>"
    ))
}

fn grant(user_id: &str) -> Step {
    ok(&format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>hidden-key</SecretAccessKey><SessionToken>hidden-token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>{user_id}</AssumedRoleId></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

fn role() -> Step {
    ok(&format!(
        "<GetRoleResponse><GetRoleResult><Role><Path>/</Path><Arn>arn:aws:iam::{ACCOUNT}:role/R</Arn><RoleName>R</RoleName><RoleId>AROAX</RoleId></Role></GetRoleResult></GetRoleResponse>"
    ))
}

struct Bench {
    script: Script,
    clock: Arc<StillClock>,
    cloud: AwsCloud,
    _folder: tempfile::TempDir,
}

/// A client with keys of its own for reading and for acting, changed by `edit`.
async fn bench(steps: Vec<Step>, edit: impl FnOnce(&mut AwsAccount)) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let script = Script::start(steps).await;
    let mut account = AwsAccount {
        read: keys(folder.path(), "AKIAREAD", "hidden-read"),
        act: Some(keys(folder.path(), "AKIAACT", "hidden-act")),
        ..AwsAccount::default()
    };
    edit(&mut account);
    let clock = StillClock::new();
    let mut config = config(&script.url, ACCOUNT, account);
    config.timeout_secs = 1;
    let cloud = connect(&config, clock.clone()).await;
    Bench { script, clock, cloud, _folder: folder }
}

fn read(op: AwsRead) -> Read {
    Read::Aws { account: ACCOUNT.into(), op }
}

fn list() -> Read {
    read(AwsRead::ListRolePolicies { role_name: "R".into() })
}

fn put(role_name: &str) -> Mutation {
    Mutation::Aws {
        account: ACCOUNT.into(),
        op: AwsMutation::PutRolePolicy {
            role_name: role_name.into(),
            policy_name: "SelvedgeDeny-1".into(),
            document: "{\"a\": \"b+c\"}".into(),
        },
    }
}

fn operations(script: &Script) -> Vec<String> {
    script.seen().iter().map(|seen| seen.field("Action").unwrap_or_default()).collect()
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let steps = vec![
        caller(ACCOUNT),
        page(&["B", "Gone"], Some("m/1+=")),
        page(&["A"], None),
        document("%7B%22a%22%3A+1%7D"),
        document("b"),
        error(404, "NoSuchEntity"),
    ];
    let bench = bench(steps, |_| ()).await;
    let answer = bench.cloud.read(&list()).await.unwrap();
    let policies = BTreeMap::from([("A".to_owned(), "{\"a\":+1}".to_owned()), ("B".into(), "b".into())]);
    assert_eq!(answer, Answer::RolePolicies { policies });
    let seen = bench.script.seen();
    assert_eq!(seen[1].field("Marker"), None);
    assert_eq!(seen[2].field("Marker").as_deref(), Some("m/1+="));
    let asked: Vec<_> = seen[3..].iter().map(|seen| seen.field("PolicyName").unwrap()).collect();
    assert_eq!(asked, ["A", "B", "Gone"]);
    let signature = seen[1].header("authorization").unwrap();
    assert!(signature.contains("AKIAREAD") && signature.contains("/us-east-1/iam/aws4_request"), "{signature}");
}

#[tokio::test]
async fn what_does_not_exist_is_an_answer() {
    for (op, expect) in [
        (AwsRead::GetRole { role_name: "R".into() }, Answer::Role { role: None }),
        (
            AwsRead::GetRolePolicy { role_name: "R".into(), policy_name: "P".into() },
            Answer::RolePolicy { document: None },
        ),
        (AwsRead::ListRolePolicies { role_name: "R".into() }, Answer::RolePolicies { policies: BTreeMap::new() }),
    ] {
        let bench = bench(vec![caller(ACCOUNT), error(404, "NoSuchEntity")], |_| ()).await;
        assert_eq!(bench.cloud.read(&read(op)).await, Ok(expect));
    }
}

#[tokio::test]
async fn reads_are_repeated_while_that_may_help() {
    let slow = Step::Reply(400, vec![("Retry-After", "3")], error_body("Throttling", "slow"));
    let far = Step::Reply(400, vec![("Retry-After", "900")], error_body("Throttling", "slow"));
    let unavailable = CloudErrorKind::Unavailable;
    let throttled = CloudErrorKind::Throttled { retry_after: Some(jiff::SignedDuration::from_secs(900)) };
    for (steps, expect, slept) in [
        (vec![slow.clone(), slow, role()], None, vec![3000, 3000]),
        (vec![Step::Drop, error(500, "ServiceFailure"), role()], None, vec![250, 500]),
        (vec![error(503, "ServiceUnavailable"); 5], Some(unavailable), vec![250, 500, 1000]),
        (vec![far, role()], Some(throttled), vec![]),
        (vec![error(403, "InvalidClientTokenId"), role()], Some(CloudErrorKind::Denied { missing: None }), vec![]),
        (vec![Step::Reply(404, vec![], "<html/>".into()), role()], Some(CloudErrorKind::Bug), vec![]),
        (vec![ok("<html/>"), role()], Some(CloudErrorKind::Bug), vec![]),
    ] {
        let label = format!("{steps:?}");
        let steps = std::iter::once(caller(ACCOUNT)).chain(steps).collect();
        let bench = bench(steps, |_| ()).await;
        let got = bench.cloud.read(&read(AwsRead::GetRole { role_name: "R".into() })).await;
        assert_eq!(got.err().map(|error| error.kind), expect, "{label}");
        assert_eq!(bench.clock.slept_ms(), slept, "{label}");
    }
}

#[derive(Debug, PartialEq)]
enum End {
    Applied,
    Unknown,
    Not(CloudErrorKind),
}

fn end(outcome: Outcome) -> End {
    match outcome {
        Outcome::Applied { at } => {
            assert_eq!(at, StillClock::now_is());
            End::Applied
        }
        Outcome::Unknown { .. } => End::Unknown,
        Outcome::NotApplied { error } => End::Not(error.kind),
    }
}

#[tokio::test]
async fn a_mutation_is_sent_once_and_its_end_is_told_as_far_as_known() {
    let denied = Step::Reply(
        403,
        vec![],
        error_body("AccessDenied", "User: u is not authorized to perform: iam:PutRolePolicy on resource: r"),
    );
    for (step, expect) in [
        (ok("<PutRolePolicyResponse/>"), End::Applied),
        (ok("<html/>"), End::Unknown),
        (Step::Reply(302, vec![("Location", "/x")], String::new()), End::Unknown),
        (error(500, "ServiceFailure"), End::Unknown),
        (Step::Reply(502, vec![], "bad gateway".into()), End::Unknown),
        (Step::Drop, End::Unknown),
        (Step::Silence, End::Unknown),
        (Step::Cut, End::Unknown),
        (error(503, "Throttling"), End::Not(CloudErrorKind::Throttled { retry_after: None })),
        (denied, End::Not(CloudErrorKind::Denied { missing: Some("iam:PutRolePolicy".into()) })),
        (error(404, "NoSuchEntity"), End::Not(CloudErrorKind::NotFound)),
        (error(409, "ConcurrentModification"), End::Not(CloudErrorKind::Conflict)),
        (error(400, "MalformedPolicyDocument"), End::Not(CloudErrorKind::Bug)),
    ] {
        let label = format!("{step:?}");
        let bench = bench(vec![caller(ACCOUNT), step], |_| ()).await;
        assert_eq!(end(bench.cloud.send(&put("R")).await), expect, "{label}");
        assert_eq!(operations(&bench.script), ["GetCallerIdentity", "PutRolePolicy"], "{label}");
        assert_eq!(bench.clock.slept_ms(), Vec::<i128>::new(), "{label}");
        let sent = bench.script.seen().pop().unwrap();
        assert_eq!(sent.field("PolicyDocument").as_deref(), Some("{\"a\": \"b+c\"}"));
        assert!(sent.header("authorization").unwrap().contains("AKIAACT"));
    }
}

#[tokio::test]
async fn what_stands_against_a_mutation_before_it_is_sent_leaves_it_not_applied() {
    let denied = || End::Not(CloudErrorKind::Denied { missing: None });
    let off = |account: &mut AwsAccount| account.act = None;
    let keep = |_: &mut AwsAccount| ();
    let elsewhere = Mutation::Graph {
        tenant: "t".into(),
        op: GraphMutation::RevokeSignInSessions { id: "5a1c93e4-0000-4f60-8d15-c3e97a40b62f".into() },
    };
    let mut unknown = put("R");
    if let Mutation::Aws { account, .. } = &mut unknown {
        *account = "999999999999".into();
    }
    type Edit = fn(&mut AwsAccount);
    let cases: Vec<(Vec<Step>, Edit, Mutation, End, usize)> = vec![
        (vec![caller("999999999999")], keep, put("R"), denied(), 1),
        (vec![error(403, "InvalidClientTokenId")], keep, put("R"), denied(), 1),
        (vec![Step::Drop], keep, put("R"), End::Not(CloudErrorKind::Unavailable), 1),
        (vec![], off, put("R"), denied(), 0),
        (vec![], keep, put("*"), End::Not(CloudErrorKind::Bug), 0),
        (vec![], keep, elsewhere, End::Not(CloudErrorKind::Unavailable), 0),
        (vec![], keep, unknown, End::Not(CloudErrorKind::Unavailable), 0),
    ];
    for (steps, edit, mutation, expect, sent) in cases {
        let label = format!("{steps:?} {mutation:?}");
        let bench = bench(steps, edit).await;
        assert_eq!(end(bench.cloud.send(&mutation).await), expect, "{label}");
        assert_eq!(bench.script.seen().len(), sent, "{label}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_applied() {
    let mut bench = bench(vec![caller(ACCOUNT)], |_| ()).await;
    // The credentials are proven while the endpoint lives.
    let link = bench.cloud.link(ACCOUNT).unwrap();
    bench.cloud.acting(link, String::new()).await.unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let config = config(&format!("http://{closed}"), ACCOUNT, AwsAccount::default());
    bench.cloud.wire = crate::wire::Wire::new(&config).unwrap();
    assert_eq!(end(bench.cloud.send(&put("R")).await), End::Not(CloudErrorKind::Unavailable));
}

#[tokio::test]
async fn an_acting_role_gets_a_session_for_the_one_operation_on_the_one_role() {
    let act_role = |account: &mut AwsAccount| {
        account.act_role = Some(format!("arn:aws:iam::{ACCOUNT}:role/Act"));
        account.external_id = Some("x-1".into());
    };
    let bench = bench(vec![grant("AROAACT:selvedge-act"), ok("<PutRolePolicyResponse/>")], act_role).await;
    assert_eq!(end(bench.cloud.send(&put("R")).await), End::Applied);
    let seen = bench.script.seen();
    let field = |name: &str| seen[0].field(name).unwrap_or_default();
    assert_eq!(
        (field("Action"), field("DurationSeconds"), field("ExternalId")),
        ("AssumeRole".into(), "900".into(), "x-1".into())
    );
    let policy: serde_json::Value = serde_json::from_str(&field("Policy")).unwrap();
    let expect = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": "iam:PutRolePolicy",
            "Resource": ["arn:aws:iam::111122223333:role/R", "arn:aws:iam::111122223333:role/*/R"],
        }],
    });
    assert_eq!(policy, expect);
    assert_eq!(seen[1].header("x-amz-security-token"), Some("hidden-token"));
    assert!(seen[1].header("authorization").unwrap().contains("x-amz-security-token"));
}

#[tokio::test]
async fn the_mutation_is_known_not_sent_when_the_acting_session_fails() {
    for step in [Step::Drop, Step::Silence, error(500, "InternalFailure")] {
        let act_role = |account: &mut AwsAccount| account.act_role = Some(format!("arn:aws:iam::{ACCOUNT}:role/Act"));
        let bench = bench(vec![step], act_role).await;
        assert_eq!(end(bench.cloud.send(&put("R")).await), End::Not(CloudErrorKind::Unavailable));
        assert_eq!(operations(&bench.script), ["AssumeRole"]);
    }
}

#[tokio::test]
async fn the_canary_is_opened_once_and_only_our_deny_counts() {
    let deny = |why: &str| {
        Step::Reply(
            403,
            vec![],
            error_body(
                "AccessDenied",
                &format!("User: u is not authorized to perform: iam:GetRole on resource: r {why}"),
            ),
        )
    };
    let steps = vec![
        grant("AROACAN:selvedge-canary"),
        role(),
        deny("with an explicit deny in an identity-based policy"),
        deny("because no identity-based policy allows the iam:GetRole action"),
        ok("<html/>"),
    ];
    let canary = |account: &mut AwsAccount| account.canary_role = Some(format!("arn:aws:iam::{ACCOUNT}:role/p/Can"));
    let bench = bench(steps, canary).await;
    let session = bench.cloud.open(ACCOUNT).await.unwrap().unwrap();
    assert_eq!((session.role_id.as_str(), session.role_name.as_str()), ("AROACAN", "Can"));
    assert_eq!(session.user_id, "AROACAN:selvedge-canary");
    assert_eq!(bench.cloud.open(ACCOUNT).await.unwrap().unwrap(), session);
    assert_eq!(bench.cloud.probe(&session).await, Ok(Probe::Served));
    assert_eq!(bench.cloud.probe(&session).await, Ok(Probe::Refused));
    let kind = bench.cloud.probe(&session).await.unwrap_err().kind;
    assert_eq!(kind, CloudErrorKind::Denied { missing: Some("iam:GetRole".into()) });
    assert_eq!(bench.cloud.probe(&session).await.unwrap_err().kind, CloudErrorKind::Bug);
    let seen = bench.script.seen();
    assert_eq!(seen.len(), 5);
    assert!(seen[0].field("Policy").unwrap().contains("iam:GetRole"));
    assert_eq!(seen[1].field("RoleName").as_deref(), Some("Can"));
}

#[tokio::test]
async fn an_account_without_a_canary_role_has_no_canary() {
    let bench = bench(vec![], |_| ()).await;
    assert_eq!(bench.cloud.open(ACCOUNT).await, Ok(None));
    assert!(bench.script.seen().is_empty());
}

#[tokio::test]
async fn a_reading_role_is_assumed_once_and_again_after_its_token_is_not_accepted() {
    let steps =
        vec![grant("AROAR:selvedge-read"), role(), error(403, "ExpiredToken"), grant("AROAR:selvedge-read"), role()];
    let reading = |account: &mut AwsAccount| account.read_role = Some(format!("arn:aws:iam::{ACCOUNT}:role/Read"));
    let bench = bench(steps, reading).await;
    let ask = read(AwsRead::GetRole { role_name: "R".into() });
    assert!(bench.cloud.read(&ask).await.is_ok());
    assert!(bench.cloud.read(&ask).await.is_err());
    assert!(bench.cloud.read(&ask).await.is_ok());
    assert_eq!(operations(&bench.script), ["AssumeRole", "GetRole", "GetRole", "AssumeRole", "GetRole"]);
}

#[tokio::test]
async fn reads_for_others_are_told_so_and_nothing_shows_a_secret() {
    let bench = bench(vec![], |_| ()).await;
    let graph = Read::Graph { tenant: "t".into(), op: GraphRead::GetUser { id: "i".into() } };
    let other = Read::Aws { account: "999999999999".into(), op: AwsRead::GetRole { role_name: "R".into() } };
    for ask in [graph, other] {
        assert_eq!(bench.cloud.read(&ask).await.unwrap_err().kind, CloudErrorKind::Unavailable);
    }
    assert!(!format!("{:?}", bench.cloud).contains("hidden"));
}
