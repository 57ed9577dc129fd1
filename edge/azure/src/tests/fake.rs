//! The client against a scripted server: what it sends, when it asks again, and
//! what becomes of a mutation when the network misbehaves.

use super::script::{Script, Step};
use super::support::{StillClock, TENANT, USER, config, token};
use crate::{GraphCloud, GraphTenant};
use selvedge_ports::actions::{Answer, AwsMutation, AwsRead, GraphMutation, GraphRead, Mutation, Read, UserImage};
use selvedge_ports::{CloudErrorKind, CloudRead, Outcome};
use std::sync::Arc;

const ALICE: &str = r#"{"id":"5a1c93e4-0000-4f60-8d15-c3e97a40b62f","userPrincipalName":"alice@contoso.com","accountEnabled":true,"userType":"Member","onPremisesSyncEnabled":null,"signInSessionsValidFromDateTime":"2026-05-18T17:21:16Z"}"#;

fn reply(status: u16, body: &str) -> Step {
    Step::Reply(status, vec![("content-type", "application/json")], body.into())
}

fn error(status: u16, code: &str) -> Step {
    reply(status, &format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#))
}

fn later(status: u16, seconds: &'static str) -> Step {
    Step::Reply(status, vec![("Retry-After", seconds)], String::new())
}

struct Bench {
    script: Script,
    clock: Arc<StillClock>,
    cloud: GraphCloud,
    _folder: tempfile::TempDir,
}

async fn bench(steps: Vec<Step>, edit: impl FnOnce(&mut GraphTenant)) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let script = Script::start(steps).await;
    let mut tenant =
        GraphTenant { read: token(folder.path(), "hidden-read"), act: Some(token(folder.path(), "hidden-act")) };
    edit(&mut tenant);
    let clock = StillClock::new();
    let cloud = GraphCloud::connect(&config(&script.url, tenant), clock.clone()).unwrap();
    Bench { script, clock, cloud, _folder: folder }
}

fn get(id: &str) -> Read {
    Read::Graph { tenant: TENANT.into(), op: GraphRead::GetUser { id: id.into() } }
}

fn revoke() -> Mutation {
    Mutation::Graph { tenant: TENANT.into(), op: GraphMutation::RevokeSignInSessions { id: USER.into() } }
}

fn disable(id: &str) -> Mutation {
    Mutation::Graph { tenant: TENANT.into(), op: GraphMutation::SetAccountEnabled { id: id.into(), enabled: false } }
}

#[tokio::test]
async fn a_user_is_read_with_the_properties_that_decide() {
    let bench = bench(vec![reply(200, ALICE)], |_| ()).await;
    let user = UserImage {
        id: USER.into(),
        upn: "alice@contoso.com".into(),
        enabled: true,
        user_type: "Member".into(),
        on_premises: false,
        sessions_valid_from: Some("2026-05-18T17:21:16Z".parse().unwrap()),
    };
    assert_eq!(bench.cloud.read(&get(USER)).await, Ok(Answer::User { user: Some(user) }));
    let seen = &bench.script.seen()[0];
    let line = format!(
        "GET /v1.0/users/{USER}?$select=id,userPrincipalName,accountEnabled,userType,onPremisesSyncEnabled,signInSessionsValidFromDateTime HTTP/1.1"
    );
    assert_eq!(seen.head.lines().next(), Some(line.as_str()));
    assert_eq!(seen.header("authorization"), Some("Bearer hidden-read"));
}

#[tokio::test]
async fn reads_are_repeated_while_that_may_help() {
    let missing = |name: &str| CloudErrorKind::Denied { missing: Some(name.into()) };
    for (steps, expect, slept) in [
        (vec![later(429, "3"), later(503, "1"), reply(200, ALICE)], Ok(true), vec![3000, 1000]),
        (vec![Step::Drop, error(500, "x"), Step::Silence, reply(200, ALICE)], Ok(true), vec![250, 500, 1000]),
        (vec![error(404, "Request_ResourceNotFound")], Ok(false), vec![]),
        (vec![error(503, "x"); 5], Err(CloudErrorKind::Unavailable), vec![250, 500, 1000]),
        (
            vec![later(429, "900"), reply(200, ALICE)],
            Err(CloudErrorKind::Throttled { retry_after: Some(jiff::SignedDuration::from_secs(900)) }),
            vec![],
        ),
        (vec![error(403, "Authorization_RequestDenied")], Err(missing("User.Read.All")), vec![]),
        (vec![reply(200, &ALICE.replace("true", "null"))], Err(missing("User.Read.All")), vec![]),
        (vec![error(401, "InvalidAuthenticationToken")], Err(CloudErrorKind::Denied { missing: None }), vec![]),
        (vec![reply(404, "<html/>")], Err(CloudErrorKind::Bug), vec![]),
        (vec![reply(200, "<html/>")], Err(CloudErrorKind::Bug), vec![]),
    ] {
        let label = format!("{steps:?}");
        let bench = bench(steps, |_| ()).await;
        let found = bench.cloud.read(&get(USER)).await.map(|answer| matches!(answer, Answer::User { user: Some(_) }));
        assert_eq!(found.map_err(|error| error.kind), expect, "{label}");
        assert_eq!(bench.clock.slept_ms(), slept, "{label}");
    }
}

#[derive(Debug, Clone, PartialEq)]
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

fn missing(name: &str) -> End {
    End::Not(CloudErrorKind::Denied { missing: Some(name.into()) })
}

#[tokio::test]
async fn a_mutation_is_sent_once_and_its_end_is_told_as_far_as_known() {
    use End::{Applied, Unknown};
    let seven = CloudErrorKind::Throttled { retry_after: Some(jiff::SignedDuration::from_secs(7)) };
    for (step, revoked, disabled) in [
        (reply(204, ""), Applied, Applied),
        (reply(200, r#"{"@odata.context":"c","value":true}"#), Applied, Unknown),
        (reply(200, r#"{"value":false}"#), Unknown, Unknown),
        (reply(200, "<html/>"), Unknown, Unknown),
        (reply(202, ""), Unknown, Unknown),
        (Step::Reply(302, vec![("Location", "/x")], String::new()), Unknown, Unknown),
        (error(500, "x"), Unknown, Unknown),
        (later(503, "7"), Unknown, Unknown),
        (Step::Drop, Unknown, Unknown),
        (Step::Cut, Unknown, Unknown),
        (Step::Silence, Unknown, Unknown),
        (later(429, "7"), End::Not(seven.clone()), End::Not(seven)),
        (error(403, "x"), missing("User.RevokeSessions.All"), missing("User.EnableDisableAccount.All")),
        (
            error(404, "Request_ResourceNotFound"),
            End::Not(CloudErrorKind::NotFound),
            End::Not(CloudErrorKind::NotFound),
        ),
        (error(400, "x"), End::Not(CloudErrorKind::Bug), End::Not(CloudErrorKind::Bug)),
    ] {
        let post = format!("POST /v1.0/users/{USER}/revokeSignInSessions HTTP/1.1");
        let patch = format!("PATCH /v1.0/users/{USER} HTTP/1.1");
        for (mutation, expect, line, body) in
            [(revoke(), &revoked, &post, ""), (disable(USER), &disabled, &patch, r#"{"accountEnabled":false}"#)]
        {
            let label = format!("{step:?} {mutation:?}");
            let bench = bench(vec![step.clone()], |_| ()).await;
            assert_eq!(&end(bench.cloud.send(&mutation).await), expect, "{label}");
            let seen = bench.script.seen();
            assert_eq!((seen.len(), bench.clock.slept_ms()), (1, vec![]), "{label}");
            assert_eq!((seen[0].head.lines().next(), seen[0].body.as_str()), (Some(line.as_str()), body), "{label}");
            assert_eq!(seen[0].header("authorization"), Some("Bearer hidden-act"));
            assert_eq!(seen[0].header("content-length"), Some(body.len().to_string().as_str()));
        }
    }
}

#[tokio::test]
async fn what_stands_against_a_mutation_before_it_is_sent_leaves_it_not_applied() {
    let aws = Mutation::Aws {
        account: "111122223333".into(),
        op: AwsMutation::DeleteRolePolicy { role_name: "R".into(), policy_name: "P".into() },
    };
    let mut foreign = revoke();
    if let Mutation::Graph { tenant, .. } = &mut foreign {
        *tenant = "00000000-0000-4000-8000-000000000000".into();
    }
    let unavailable = End::Not(CloudErrorKind::Unavailable);
    for (mutation, acting, expect) in [
        (revoke(), false, End::Not(CloudErrorKind::Denied { missing: None })),
        (disable(".."), true, End::Not(CloudErrorKind::Bug)),
        (disable("alice@contoso.com/../.."), true, End::Not(CloudErrorKind::Bug)),
        (aws, true, unavailable.clone()),
        (foreign, true, unavailable),
    ] {
        let label = format!("{mutation:?}");
        let edit = |tenant: &mut GraphTenant| tenant.act = tenant.act.take().filter(|_| acting);
        let bench = bench(vec![], edit).await;
        assert_eq!(end(bench.cloud.send(&mutation).await), expect, "{label}");
        assert!(bench.script.seen().is_empty(), "{label}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_applied() {
    let folder = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let tenant = GraphTenant { read: token(folder.path(), "r"), act: Some(token(folder.path(), "a")) };
    let cloud = GraphCloud::connect(&config(&format!("http://{closed}"), tenant), StillClock::new()).unwrap();
    assert_eq!(end(cloud.send(&revoke()).await), End::Not(CloudErrorKind::Unavailable));
    assert_eq!(cloud.read(&get(USER)).await.unwrap_err().kind, CloudErrorKind::Unavailable);
}

#[tokio::test]
async fn reads_for_others_are_told_so_and_nothing_shows_a_secret() {
    let bench = bench(vec![], |_| ()).await;
    let aws = Read::Aws { account: "111122223333".into(), op: AwsRead::GetRole { role_name: "R".into() } };
    assert_eq!(bench.cloud.read(&aws).await.unwrap_err().kind, CloudErrorKind::Unavailable);
    assert_eq!(bench.cloud.read(&get("../me")).await.unwrap_err().kind, CloudErrorKind::Bug);
    assert!(!format!("{:?}", bench.cloud).contains("hidden"));
}

#[test]
fn a_reference_that_does_not_resolve_is_a_problem_of_the_configuration() {
    let absent =
        |name: &str| crate::GraphCredential::Token { token: crate::SecretRef::File(format!("/absent/{name}")) };
    let tenant = GraphTenant { read: absent("r"), act: Some(absent("a")) };
    let error = GraphCloud::connect(&config("http://127.0.0.1:1", tenant), StillClock::new()).unwrap_err();
    assert_eq!(error.problems.len(), 2, "{error}");
}
