//! Our client against the simulated Graph, and both against Microsoft's CSDL.

use super::csdl;
use super::recorder::Recorder;
use super::support::{StillClock, TENANT, USER, config, token};
use crate::{GraphCloud, GraphTenant};
use selvedge_ports::actions::{Answer, GraphMutation, GraphRead, Mutation, Read, UserImage};
use selvedge_ports::{CloudErrorKind, CloudRead, Outcome};
use selvedge_sim::http::{GraphFace, serve};
use selvedge_sim::{Fault, FaultRule, Faults, SimClock, SimCloud, UserSpec};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
const PATCH: &str = "PATCH /users/{id}";

fn simulation() -> SimCloud {
    let cloud = SimCloud::new(7, SimClock::new(StillClock::now_is()));
    cloud.add_tenant(TENANT, true);
    let user = UserSpec {
        id: USER.into(),
        upn: "alice@contoso.com".into(),
        display_name: "Alice".into(),
        user_type: "Member".into(),
        on_premises: None,
    };
    cloud.add_user(TENANT, user);
    cloud
}

async fn read(cloud: &GraphCloud, id: &str) -> Result<Option<UserImage>, CloudErrorKind> {
    let op = GraphRead::GetUser { id: id.into() };
    match cloud.read(&Read::Graph { tenant: TENANT.into(), op }).await {
        Ok(Answer::User { user }) => Ok(user),
        Ok(other) => panic!("not a user: {other:?}"),
        Err(error) => Err(error.kind),
    }
}

/// `Ok(true)` applied, `Ok(false)` unknown.
async fn send(cloud: &GraphCloud, op: GraphMutation) -> Result<bool, CloudErrorKind> {
    match cloud.send(&Mutation::Graph { tenant: TENANT.into(), op }).await {
        Outcome::Applied { .. } => Ok(true),
        Outcome::Unknown { .. } => Ok(false),
        Outcome::NotApplied { error } => Err(error.kind),
    }
}

fn enable(id: &str, enabled: bool) -> GraphMutation {
    GraphMutation::SetAccountEnabled { id: id.into(), enabled }
}

fn revoke(id: &str) -> GraphMutation {
    GraphMutation::RevokeSignInSessions { id: id.into() }
}

fn denied(permission: &str) -> CloudErrorKind {
    CloudErrorKind::Denied { missing: Some(permission.into()) }
}

#[tokio::test]
async fn client_and_simulation_understand_each_other_in_microsofts_words() {
    let simulation = simulation();
    let face = GraphFace::new(TENANT)
        .with_token("hidden-read", &["User.Read.All"])
        .with_token("hidden-act", &["User.RevokeSessions.All", "User.EnableDisableAccount.All"])
        .with_token("hidden-weak", &[]);
    let (address, shutdown) = serve(simulation.clone(), face, "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let recorder = Recorder::start(format!("http://{address}")).await;
    let folder = tempfile::tempdir().unwrap();
    let connect = |read: &str, act: &str| {
        let tenant = GraphTenant { read: token(folder.path(), read), act: Some(token(folder.path(), act)) };
        GraphCloud::connect(&config(&recorder.url, tenant), StillClock::new()).unwrap()
    };

    acts_and_reads(&connect("hidden-read", "hidden-act")).await;
    let weak = connect("hidden-weak", "hidden-read");
    assert_eq!(read(&weak, USER).await, Err(denied("User.Read.All")));
    assert_eq!(send(&weak, revoke(USER)).await, Err(denied("User.RevokeSessions.All")));
    assert_eq!(send(&weak, enable(USER, false)).await, Err(denied("User.EnableDisableAccount.All")));
    let foreign = connect("not-a-token", "not-one-either");
    assert_eq!(read(&foreign, USER).await, Err(CloudErrorKind::Denied { missing: None }));
    faults(&simulation, &connect("hidden-read", "hidden-act")).await;
    shutdown.stop().await;

    let noted = recorder.noted();
    assert!(noted.len() > 15, "{}", noted.len());
    if let Some(csdl) = csdl::load("judging client and simulation") {
        for exchange in &noted {
            let faults = csdl.judge(exchange);
            assert!(faults.is_empty(), "{exchange:?}: {faults:?}");
        }
    }
}

async fn acts_and_reads(cloud: &GraphCloud) {
    let before = read(cloud, USER).await.unwrap().unwrap();
    assert_eq!((before.id.as_str(), before.upn.as_str()), (USER, "alice@contoso.com"));
    assert_eq!((before.enabled, before.on_premises, before.user_type.as_str()), (true, false, "Member"));
    assert_eq!(send(cloud, enable(USER, false)).await, Ok(true));
    assert_eq!(send(cloud, revoke(USER)).await, Ok(true));
    let after = read(cloud, USER).await.unwrap().unwrap();
    assert!(!after.enabled);
    assert_eq!(after.sessions_valid_from, Some(StillClock::now_is()));
    assert_eq!(send(cloud, enable(USER, true)).await, Ok(true));
    assert!(read(cloud, USER).await.unwrap().unwrap().enabled);
    assert_eq!(read(cloud, NOBODY).await, Ok(None));
    assert_eq!(send(cloud, enable(NOBODY, false)).await, Err(CloudErrorKind::NotFound));
    assert_eq!(send(cloud, revoke(NOBODY)).await, Err(CloudErrorKind::NotFound));
}

async fn faults(simulation: &SimCloud, cloud: &GraphCloud) {
    let seven = Some(jiff::SignedDuration::from_secs(7));
    let throttled = || Fault::Throttled { retry_after: seven };
    for (fault, expect, enabled) in [
        (throttled(), Err(CloudErrorKind::Throttled { retry_after: seven }), true),
        (Fault::LostAnswer, Ok(false), false),
        (Fault::LostRequest, Ok(false), true),
        (Fault::Unavailable, Ok(false), true),
    ] {
        let label = format!("{fault:?}");
        simulation.set_faults(Faults::none());
        assert_eq!(send(cloud, enable(USER, true)).await, Ok(true));
        simulation.set_faults(Faults::none().with(FaultRule::nth(Some(PATCH), 1, fault)));
        assert_eq!(send(cloud, enable(USER, false)).await, expect, "{label}");
        assert_eq!(read(cloud, USER).await.unwrap().unwrap().enabled, enabled, "{label}");
    }
    simulation.set_faults(Faults::none().with(FaultRule::nth(Some("GET /users/{id}"), 1, throttled())));
    assert!(read(cloud, USER).await.unwrap().is_some(), "asked again");
}
