//! An expired permit is not acted on: nothing leaves the machine.

use super::emulator::ACCOUNT;
use super::scene::{Both, secret};
use super::tenant::{ALICE, ALICE_UPN, TENANT};
use super::trail::role_arn;
use selvedge::config::Config;
use selvedge_actions::plan::Wait;
use selvedge_actions::{
    Action, Approval, DenyScope, DenySession, DisableUser, Image, Plan, PreImage, Step, StepId, StepPurpose,
};
use selvedge_guard::{Caps, Guard, GuardFacts, Lists, Mode, Permit, TargetFacts};
use selvedge_model::{Confidence, Digest, IncidentId, SignedDuration, Timestamp};
use selvedge_ports::{Clock, CloudAct, CloudErrorKind, Outcome};
use selvedge_sim::http::WallClock;
use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

fn deny() -> Action {
    Action::DenySession(DenySession {
        account: ACCOUNT.into(),
        role_arn: role_arn("R"),
        role_name: "R".into(),
        role_id: "AROA4EXAMPLE4EXAMPLE4".into(),
        user_id: format!("AROA4EXAMPLE4EXAMPLE4:{ALICE_UPN}"),
        policy_name: "SelvedgeDeny-1".into(),
        scope: DenyScope::All,
        replaces_own: false,
    })
}

fn disable() -> Action {
    Action::DisableUser(DisableUser { tenant: TENANT.into(), user_id: ALICE.into(), upn: ALICE_UPN.into() })
}

/// A permit that the guard gave at `now`.
fn permit(guard: &Guard, action: Action, before: Image, now: Timestamp) -> Permit {
    let target = action.target();
    let step = Step {
        id: StepId("s1".into()),
        purpose: StepPurpose::Contain,
        action,
        after: Vec::new(),
        wait: Wait::None,
        restores: None,
        why: "test".into(),
    };
    let plan = Plan {
        incident: IncidentId::new("INC-1"),
        parent: None,
        content: Digest::of(b"content"),
        snapshot: Digest::of(b"snapshot"),
        newest_evidence: now,
        steps: vec![step],
        evidence: Vec::new(),
        made_at: now,
        expires_at: now + SignedDuration::from_hours(4),
    };
    let approval = Approval { plan: plan.hash(), by: "ana".into(), at: now, expires_at: plan.expires_at };
    let read = TargetFacts {
        names: BTreeSet::from([target.name.clone()]),
        path: "/".into(),
        tags: BTreeMap::new(),
        principals: 1,
        sessions: 1,
    };
    let facts = GuardFacts {
        now,
        mode: Mode::Act,
        kill_switch: false,
        lists: Lists::default(),
        caps: Caps::default(),
        started_at: None,
        other_steps_this_hour: 0,
        newest_evidence: now,
        join_confidence: Confidence::CERTAIN,
        approvals: vec![approval],
        targets: BTreeMap::from([(target.id, read)]),
    };
    let before = PreImage::new(before, "test");
    guard.permit_apply(&plan, &StepId("s1".into()), &before, None, &facts).unwrap()
}

/// Both clouds at an address where somebody listens and never answers.
fn config(listener: &TcpListener, folder: &Path) -> Config {
    let (read, act) = (secret(folder, "read", "a"), secret(folder, "act", "b"));
    let url = format!("http://{}", listener.local_addr().unwrap());
    toml::from_str(&format!(
        r#"
[aws]
endpoint = "{url}"
timeout_secs = 1
[aws.accounts.{ACCOUNT}.read]
from = "keys"
access_key_id = "{read}"
secret_access_key = "{read}"
[aws.accounts.{ACCOUNT}.act]
from = "keys"
access_key_id = "{act}"
secret_access_key = "{act}"
[graph]
endpoint = "{url}"
timeout_secs = 1
[graph.tenants.{TENANT}]
read = {{ from = "token", token = "{read}" }}
act = {{ from = "token", token = "{act}" }}
"#
    ))
    .unwrap()
}

/// Whether anybody has connected since this was asked last.
fn was_called(listener: &TcpListener) -> bool {
    let mut called = false;
    while listener.accept().is_ok() {
        called = true;
    }
    called
}

#[tokio::test]
async fn an_expired_permit_is_not_applied_and_nothing_is_sent() {
    let guard = selvedge::content::load(None).unwrap().guard().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let both = Both::connect(&config(&listener, folder.path()), &clock).await;
    let (absent, enabled) = (Image::RolePolicy { document: None }, Image::AccountEnabled { enabled: true });
    for (name, action, before) in [("AWS", deny(), absent), ("Graph", disable(), enabled)] {
        let old = permit(&guard, action.clone(), before.clone(), clock.now() - SignedDuration::from_hours(1));
        assert!(old.expires_at() < clock.now(), "{name}");
        match both.act(old).await {
            Outcome::NotApplied { error } => {
                assert_eq!(error.kind, CloudErrorKind::Denied { missing: None }, "{name}");
                assert!(error.message.contains("permit expired"), "{name}: {error}");
            }
            other => panic!("{name}: {other:?}"),
        }
        assert!(!was_called(&listener), "{name}: something was sent");
        // The same permit, given now, is acted on: the listener would have seen it.
        both.act(permit(&guard, action, before, clock.now())).await;
        assert!(was_called(&listener), "{name}: nothing was sent");
    }
}
